#![doc = include_str!("../../docs/testing.md")]
#![allow(clippy::panic, reason = "a test kit tells of what it finds by a panic")]

mod played;
mod rehearsal;
pub(crate) mod stage;

pub use self::played::Played;
pub use self::rehearsal::Rehearsal;
