//! Shared by the tests of the whole.

pub mod dice;
pub mod place;
pub mod script;
