use examples::{DatabaseMigration, database_migration};

fn celebrate<S: database_migration::past::Execution>(_: &DatabaseMigration<S>) {}

fn hurry(run: DatabaseMigration<database_migration::after::Testing>) {
    celebrate(&run);
}

fn main() {}
