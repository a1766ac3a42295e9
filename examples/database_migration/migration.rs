//! The migration itself, whichever database it is on: what moves, the scripts, and who runs them.

pub mod moves;
pub mod runner;
pub mod script;
pub mod stages;
