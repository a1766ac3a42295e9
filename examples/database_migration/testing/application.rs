//! The application's suites on copies of the migrated copy, with the flag in both positions.

use examples::{
    database_migration_plan::artifacts::{Address, ApplicationChange, ApplicationTests, Rehearsal},
    evidence::TestReport,
    failure::Outcome,
    outputs::Outputs,
};

use super::rehearsal::Copies;
use crate::{
    engine::{self, copies},
    migration::{script::Section, stages},
    shop::suites,
};

/// Runs them; what they write is gone afterwards.
///
/// # Errors
/// When a copy cannot be made.
pub fn run(
    rehearsal: &Rehearsal,
    change: &ApplicationChange,
    copies: &Copies,
    outputs: &Outputs,
) -> Outcome<ApplicationTests> {
    // Between the switch and the contraction both are there, so the flag may still be turned back.
    let on_old_schema = on(&rehearsal.switched, false, change, copies, outputs)?;
    let on_new_schema = on(&rehearsal.copy, true, change, copies, outputs)?;
    Ok(ApplicationTests {
        on_old_schema,
        on_new_schema,
    })
}

fn on(
    from: &Address,
    new_schema: bool,
    change: &ApplicationChange,
    copies: &Copies,
    outputs: &Outputs,
) -> Outcome<TestReport> {
    copies::copy(from, &copies.scratch, outputs.scratch()?.path())?;
    let report = {
        let mut database = engine::open(&copies.scratch)?;
        for section in stages::switch(database.engine(), new_schema) {
            if let Section::Once(sql) = section {
                database.script(&sql)?;
            }
        }
        suites::run(database.as_mut(), new_schema, change)
    };
    copies::discard(&copies.scratch)?;
    report
}
