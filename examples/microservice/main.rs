//! A service cut out of a shop, from its charter to the people who answer for it at night: the plan of [`plan`], done for real.
//!
//! `run --input FILE` runs the plan, and everything else that a plan's program does is there too. What a run makes lies in a
//! folder of its own: that of `MICROSERVICE_OUT`, or `target/microservice/` with the run's id. `serve` starts the service or its
//! neighbour, `lint`, `probe`, `roll-out` and `roll-back` are for who operates it.
//!
//! [`plan`]: examples::microservice_plan

pub mod architecture;
pub mod definition;
pub mod implementation;
pub mod infrastructure;
pub mod lessons;
pub mod operation;
pub mod service;
pub mod team;
pub mod testing;
pub mod verbs;

use std::process::ExitCode;

use examples::{
    Microservice, client, command, decision, evidence, failure, live, load, microservice_plan::artifacts,
    outputs,
};

use crate::{
    artifacts::ServiceCharter,
    failure::{During, Outcome},
    outputs::Outputs,
    team::Team,
};

fn main() -> ExitCode {
    let verb = std::env::args().nth(1).unwrap_or_default();
    if verbs::NAMES.contains(&verb.as_str()) {
        return verbs::main();
    }
    Microservice::main(Team::from_env)
}

/// Where the charter lies, for the steps that carry out what it says of trials.
pub const CHARTER: &str = "charter.json";

/// The charter that the run began with.
///
/// # Errors
/// When it cannot be read.
pub fn charter(outputs: &Outputs) -> Outcome<ServiceCharter> {
    serde_json::from_slice(&outputs.read(CHARTER)?).during(format_args!("reading `{CHARTER}`"))
}

/// Removes files of a run; those that are not there are gone already.
///
/// # Errors
/// When one cannot be removed.
pub fn remove(outputs: &Outputs, files: &[&str]) -> Outcome<()> {
    for file in files {
        match std::fs::remove_file(outputs.place(file)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).during(format_args!("removing `{file}`"));
            }
            _ => {}
        }
    }
    Ok(())
}
