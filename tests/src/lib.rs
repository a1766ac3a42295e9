//! Shared by the tests of the whole.

pub mod place;
pub mod script;
