//! From a brief in TOML to a REST service that runs, tested and documented: the plan of [`plan`], done for real.
//!
//! `--brief FILE --out FOLDER` runs the plan, or goes on with it where it was; `--serve FOLDER` starts the finished
//! service; `--check FOLDER` checks the finished bundle.

pub mod brief;
pub mod cli;
pub mod database;
pub mod design;
pub mod failure;
pub mod finalization;
pub mod implementation;
pub mod outputs;
pub mod plan;
pub mod progress;
pub mod requirements;
pub mod samples;
pub mod service;
pub mod team;
pub mod testing;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    cli::main().await
}
