//! Shared by the tests of the whole.

pub mod child;
pub mod cuts;
pub mod dice;
pub mod engine;
pub mod ferry;
pub mod march;
pub mod page;
pub mod place;
pub mod process;
pub mod restate;
pub mod script;
pub mod soon;
pub mod voyage;
