//! A shop's database gets a better schema, and nothing is lost on the way: the plan of the library, done for real.
//!
//! `make-shop` makes the sample's database, `run --input FILE` takes a database through the plan, `compare` runs one
//! validator by hand, and everything else that a plan's program does is there too. What a run makes lies in a folder of its
//! own: that of `DATABASE_MIGRATION_OUT`, or `target/database_migration/` with the run's id.

pub mod assessment;
pub mod development;
pub mod engine;
pub mod execution;
pub mod migration;
pub mod planning;
pub mod shop;
pub mod team;
pub mod testing;
pub mod verbs;

use std::process::ExitCode;

use examples::{DatabaseMigration, clock};

use crate::team::Team;

fn main() -> ExitCode {
    workflow_restate::install();
    match std::env::args_os().nth(1) {
        Some(verb) if verbs::OWN.iter().any(|own| verb == *own) => verbs::main(),
        _ => DatabaseMigration::main(Team::from_env),
    }
}
