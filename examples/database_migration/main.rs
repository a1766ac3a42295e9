//! Prints the plan of a database migration.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use examples::DatabaseMigration;

fn main() {
    println!("{}", DatabaseMigration::PLAN);
    println!(
        "A team implements the traits of `examples::database_migration`; `DatabaseMigration::run` drives it."
    );
}
