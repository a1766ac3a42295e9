//! The unit tests of the example, as a target of their own: an example that is tested itself would not be built as the
//! program that the other tests drive.

#![allow(dead_code, reason = "the program has a root of its own")]

pub mod brief;
pub mod database;
pub mod design;
pub mod finalization;
pub mod finished;
pub mod implementation;
pub mod plan;
pub mod requirements;
pub mod samples;
pub mod service;
pub mod team;
pub mod testing;

use examples::{client, failure, outputs};
