//! The program of the plan by which engines are tested.

use std::process::ExitCode;

use tests::ferry::{Crew, Ferry};

fn main() -> ExitCode {
    workflow_restate::install();
    Ferry::main(Crew::from_env)
}
