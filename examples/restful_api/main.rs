//! From a brief in TOML to a REST service that runs, tested and documented: the plan of [`plan`], done for real.
//!
//! `run --input FILE` runs the plan, and everything else that a plan's program does is there too. What a run makes lies in a
//! folder of its own: that of `RESTFUL_API_OUT`, or `target/restful_api/` with the run's id. `serve FOLDER` starts the
//! finished service, `check FOLDER` checks the finished bundle.

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

use std::process::ExitCode;

use examples::{client, failure, outputs};

use crate::{plan::RestfulApi, team::Team};

fn main() -> ExitCode {
    workflow_restate::install();
    match std::env::args_os().nth(1) {
        Some(verb) if verb == "serve" || verb == "check" => finished::main(),
        _ => RestfulApi::main(Team::from_env),
    }
}
