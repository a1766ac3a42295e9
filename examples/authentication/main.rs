//! The plan of an authentication system, as a program: its tree, its pictures, and the runs of whoever drives it.

use std::process::ExitCode;

use examples::Authentication;

fn main() -> ExitCode {
    Authentication::main_without_team()
}
