//! Shared by the tests of the whole.

pub mod cuts;
pub mod dice;
pub mod place;
pub mod script;
pub mod voyage;
