//! A backend from its brief to its handover: the plan of `plan.rs`, with a team that does what machines can do.
//!
//! People hand in evidence; the program starts the service that the evidence names, calls it, attacks it, loads it and
//! writes its reference. What it makes lies in the folder of `BACKEND_DEVELOPMENT_OUT`, or in
//! `target/backend_development/` with the run's id. `serve`, `migrate` and `exercise` are of the sample service.

mod bed;
mod benchmark;
mod contract;
mod coverage;
mod errors;
mod judgement;
mod profile;
mod reference;
mod sample;
mod schema_page;
mod security;
mod team;

use std::process::ExitCode;

use examples::{
    BackendDevelopment, backend_development_plan::artifacts, client, command, evidence, failure, live, load,
    outputs,
};

use crate::team::Team;

fn main() -> ExitCode {
    match std::env::args_os().nth(1) {
        Some(verb) if verb == "serve" || verb == "migrate" || verb == "exercise" => sample::main(),
        _ => BackendDevelopment::main(Team::from_env),
    }
}
