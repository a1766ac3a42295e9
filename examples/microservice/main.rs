//! The plan of a microservice, as a program: its tree, its pictures, and the runs of whoever drives it.

use std::process::ExitCode;

use examples::Microservice;

fn main() -> ExitCode {
    Microservice::main_without_team()
}
