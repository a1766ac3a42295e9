//! Shared by the example plans: steps that a library would publish.

pub mod command;
