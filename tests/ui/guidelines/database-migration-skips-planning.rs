use std::sync::Arc;

use examples::{DatabaseMigration, database_migration};

async fn hurry<T: database_migration::Steps>(run: DatabaseMigration<database_migration::after::Assessment>, team: Arc<T>) -> Result<(), database_migration::Halted> {
    run.development(&team).await?;
    Ok(())
}

fn main() {}
