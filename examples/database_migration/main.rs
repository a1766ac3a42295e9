//! The plan of a database migration, as a program: its tree, its pictures, and the runs of whoever drives it.

use std::process::ExitCode;

use examples::DatabaseMigration;

fn main() -> ExitCode {
    DatabaseMigration::main_without_team()
}
