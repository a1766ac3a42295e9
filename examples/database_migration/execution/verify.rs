//! The validators and the application's smoke tests, on production.

use examples::{
    database_migration_plan::artifacts::{ApplicationChange, IntegrityReport, MigrationRecord, ValidatorSet},
    failure::Outcome,
};

use crate::{development::compare, engine, shop::suites, testing::gates};

/// Compares production with its backup, and tries the application on it.
///
/// # Errors
/// When either cannot be read.
pub fn verify(
    record: &MigrationRecord,
    validators: &ValidatorSet,
    change: &ApplicationChange,
) -> Outcome<IntegrityReport> {
    let mut before = engine::open(&record.before)?;
    let mut after = engine::open(&record.production)?;
    let mut report = compare::run(
        &validators.validators,
        before.as_mut(),
        after.as_mut(),
        &record.watermarks,
    )?;
    let smoke = suites::smoke(after.as_mut(), true, change)?;
    report.application_failures = gates::failures(&smoke);
    Ok(report)
}
