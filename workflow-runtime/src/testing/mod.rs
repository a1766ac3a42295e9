#![doc = include_str!("../../docs/testing.md")]

mod played;
mod rehearsal;
pub(crate) mod stage;

pub use self::played::Played;
pub use self::rehearsal::Rehearsal;
