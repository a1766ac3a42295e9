//! A run under way. `state` is where it stands, `recorder` finds that out from a journal, `content` is what a gate was
//! shown, `perform` carries one step out, `quick` one that asks for little, `drive` a phase or a step of it, `parallel` a
//! phase whose members run at once, `together` is what those know of each other, `saying` what steps said, `take_in` takes
//! in what came of it, `undo` takes a run back, `core` is the handle behind every generated type, `begin` starts and takes up runs.

pub(crate) mod begin;
pub(crate) mod content;
pub(crate) mod core;
mod drive;
mod parallel;
pub(crate) mod perform;
mod quick;
pub(crate) mod recorder;
pub(crate) mod saying;
pub(crate) mod state;
mod take_in;
mod together;
pub(crate) mod undo;
