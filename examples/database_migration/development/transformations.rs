//! Writes what carries old values over and what repairs them, and the script that does both in batches.

use examples::{
    database_migration_plan::artifacts::{
        Cleaning, FaultKind, MigrationScripts, SchemaAnalysis, TargetSchema, TransformationRule,
        Transformations,
    },
    failure::Outcome,
    outputs::Outputs,
};

use super::scripts;
use crate::{
    engine::dialect,
    migration::{moves, stages},
};

/// Writes them.
///
/// # Errors
/// When the disk refuses.
pub fn write(
    schema: &SchemaAnalysis,
    target: &TargetSchema,
    migrations: &MigrationScripts,
    outputs: &Outputs,
) -> Outcome<Transformations> {
    let engine = migrations.engine;
    let moves = moves::moves(engine, target);
    let (mut rules, mut cleanings) = (Vec::new(), Vec::new());
    for of in &moves {
        rules.extend(of.to.iter().map(|(column, reading)| TransformationRule {
            reads: vec![format!("{}.{}", of.table, of.from)],
            fills: format!("{}.{column}", of.table),
            expression: dialect::read(engine, *reading, &of.from),
            unreadable_rows_to: of.set_aside(),
        }));
        let in_capitals = schema.faults.iter().filter(|fault| {
            fault.kind == FaultKind::MixedCase
                && fault.table == of.table
                && fault.column.as_ref() == Some(&of.from)
        });
        let rows_expected = in_capitals.map(|fault| fault.rows_affected).sum();
        cleanings.extend(stages::cleanings(of).into_iter().map(|(_, sql)| Cleaning {
            table: of.table.clone(),
            fault: String::from("an e-mail address with capitals"),
            sql,
            rows_expected,
        }));
    }
    let script = scripts::put(
        outputs,
        stages::BACKFILL,
        &stages::backfill(engine, &moves),
        &stages::unbackfill(&moves),
    )?;
    Ok(Transformations {
        script,
        rules,
        cleanings,
    })
}
