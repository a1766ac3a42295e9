//! Writes the scripts of the stages, each with the one that takes it back.

use std::path::PathBuf;

use examples::{
    database_migration_plan::artifacts::{
        MigrationScript, MigrationScripts, MigrationStrategy, RollbackPlan, TargetSchema,
    },
    failure::{Outcome, ensure},
    outputs::Outputs,
};

use crate::migration::{
    moves,
    script::{self, Section},
    stages,
};

/// Writes those of the stages that are neither the backfill nor the indexes.
///
/// # Errors
/// When the disk refuses, or the plan lacks a way back.
pub fn write(
    target: &TargetSchema,
    strategy: &MigrationStrategy,
    rollback: &RollbackPlan,
    outputs: &Outputs,
) -> Outcome<MigrationScripts> {
    let engine = target.engine;
    let moves = moves::moves(engine, target);
    let mut scripts = Vec::new();
    for stage in &strategy.stages {
        let (forth, back) = match stage.name.as_str() {
            stages::EXPAND => (stages::expand(engine, &moves), stages::unexpand(engine, &moves)),
            stages::SWITCH => (stages::switch(engine, true), stages::switch(engine, false)),
            stages::PARK => (stages::park(engine, &moves), stages::unpark(&moves)),
            stages::CONTRACT => (
                stages::contract(engine, &moves),
                stages::uncontract(engine, &moves),
            ),
            _ => continue,
        };
        ensure(
            rollback.stages.iter().any(|way| way.stage == stage.name),
            format_args!("the plan has no way back from stage `{}`", stage.name),
        )?;
        scripts.push(put(outputs, &stage.name, &forth, &back)?);
    }
    Ok(MigrationScripts {
        engine,
        batch_rows: strategy.batch_rows,
        batch_pause_ms: strategy.batch_pause_ms,
        scripts,
    })
}

/// Writes the script of a stage and the one that takes it back.
///
/// # Errors
/// When the disk refuses.
pub fn put(outputs: &Outputs, stage: &str, forth: &[Section], back: &[Section]) -> Outcome<MigrationScript> {
    let position = stages::position(stage);
    let path = |way: &str| format!("migrations/{position}-{stage}.{way}.sql");
    let forth = outputs.write(&path("up"), script::written(&format!("stage {stage}"), forth))?;
    let back = outputs.write(
        &path("down"),
        script::written(&format!("takes stage {stage} back"), back),
    )?;
    Ok(MigrationScript {
        stage: stage.to_owned(),
        position,
        path: PathBuf::from(forth.path),
        sha256: forth.sha256,
        reversed_by: Some(PathBuf::from(back.path)),
        reverse_sha256: Some(back.sha256),
    })
}
