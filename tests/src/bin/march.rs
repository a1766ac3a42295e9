//! The program of a plan of a hundred steps, to be measured.

use std::process::ExitCode;

use tests::march::{March, Marchers};

fn main() -> ExitCode {
    March::main(|| Marchers)
}
