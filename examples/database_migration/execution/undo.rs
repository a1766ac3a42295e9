//! Takes production back to what it was, from whatever point the migration had reached.

use examples::{
    database_migration_plan::artifacts::{DatabaseAccess, MigrationScript, MigrationScripts},
    failure::{Failure, Outcome},
    outputs::Outputs,
};

use super::perform;
use crate::{
    development::compare,
    engine::{self, checksum},
    migration::runner::{self, Happened},
};

/// Takes it back, and compares with what was noted before.
///
/// # Errors
/// When a stage cannot be taken back, or what it leads back to is not what was; the backup is named then.
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
    let watermarks = compare::watermarks(database)?;
    if watermarks != before.watermarks {
        say(String::from(
            "production has its old schema, with what was written since",
        ));
        return Ok(());
    }
    Err(Failure::new(format_args!(
        "production has its old schema, but not the values of before, and no new rows explain that; compare it with the backup `{}`",
        before.backup
    )))
}
