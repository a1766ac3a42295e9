//! The migration of production, its undo, and the watch over it.

pub mod perform;
pub mod undo;
pub mod verify;
