//! The plan of a backend, from its brief to its handover, as a program: its tree, its pictures, and the runs of whoever drives it.

use std::process::ExitCode;

use examples::BackendDevelopment;

fn main() -> ExitCode {
    BackendDevelopment::main_without_team()
}
