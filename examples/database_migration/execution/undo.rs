//! Takes production back to what it was, from whatever point the migration had reached.

use examples::{
    database_migration_plan::artifacts::{DatabaseAccess, MigrationScript, MigrationScripts},
    failure::Outcome,
    outputs::Outputs,
};

use super::perform;
use crate::{
    engine::{self, checksum},
    migration::runner::{self, Happened},
};

/// Takes it back, and compares with what was noted before.
///
/// # Errors
/// When a stage cannot be taken back. Where values differ from those of before, because they were written since or for any
/// other reason, that is said, with the backup to compare with.
pub fn roll_back(
    access: &DatabaseAccess,
    migrations: &MigrationScripts,
    scripts: &[MigrationScript],
    outputs: &Outputs,
    say: &dyn Fn(String),
) -> Outcome<()> {
    let mut database = engine::open(&engine::production(access)?)?;
    let database = database.as_mut();
    let stages = runner::load(outputs.root(), &scripts.iter().collect::<Vec<_>>())?;
    runner::back(database, &stages, migrations.batch_rows, &mut |happened| {
        if let Happened::StageDone(stage, took) = happened {
            say(format!("{stage} is taken back, {} ms", took.as_millis()));
        }
        Ok(())
    })?;
    let Ok(before) = perform::read_before(outputs) else {
        say(String::from("the migration had not begun"));
        return Ok(());
    };
    let sum = checksum::of_database(database)?;
    if sum == before.checksum {
        say(format!(
            "production is what it was, checksum {}",
            sum.get(..12).unwrap_or_default()
        ));
        return Ok(());
    }
    // Not a failure: trying again would change nothing, and what users wrote meanwhile is there.
    say(format!(
        "production has its old schema, but not the checksum of before; if nothing was written since, compare it with the backup `{}`",
        before.backup
    ));
    Ok(())
}
