//! From a mandate in TOML to a login that was attacked, mended and deployed: the plan of an authentication system, done for real.
//!
//! `run --input FILE` runs the plan, and everything else that a plan's program does is there too. What a run makes lies in a
//! folder of its own: that of `AUTHENTICATION_OUT`, or `target/authentication/` with the run's id. `serve FOLDER` serves the
//! login that is live there, `drill WEAKNESS` attacks a service with a planted fault.

pub mod analysis;
pub mod attack;
pub mod bed;
pub mod building;
pub mod design;
pub mod drill;
pub mod findings;
pub mod provider;
pub mod release;
pub mod rules;
pub mod service;
pub mod team;
pub mod verbs;

use std::process::ExitCode;

use examples::Authentication;

use crate::team::Team;

fn main() -> ExitCode {
    match std::env::args_os().nth(1) {
        Some(verb) if verb == "serve" || verb == "drill" => verbs::main(),
        _ => Authentication::main(Team::from_env),
    }
}
