//! A run under way. `state` is where it stands, `perform` carries one step out, `drive` a phase, `take_in` takes in what
//! came of it, `core` is the handle behind every generated type, `begin` starts and takes up runs.

pub(crate) mod begin;
pub(crate) mod core;
mod drive;
pub(crate) mod perform;
pub(crate) mod state;
mod take_in;
