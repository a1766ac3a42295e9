//! The stages of the way, what each locks and for how long, and the way back.

use examples::database_migration_plan::artifacts::{
    Engine, GrowthRecord, MigrationStrategy, RecoveryReview, RollbackPlan, RollbackWay, SchemaAnalysis,
    Stage, StageRollback, TargetSchema, Trigger,
};

use crate::migration::{moves, stages};

/// Bytes that the engine rewrites in a second at the least, for estimates; the rehearsal measures.
const BYTES_PER_SECOND: u64 = 20_000_000;
/// So many pauses in a row, and the migration stops by itself.
pub const PAUSES_AT_MOST: u32 = 20;

/// Plans it.
#[must_use]
pub fn plan(schema: &SchemaAnalysis, target: &TargetSchema, growth: &GrowthRecord) -> MigrationStrategy {
    let aims = &schema.aims;
    let bytes = growth.data_bytes + growth.index_bytes;
    let rewriting_s = u32::try_from(bytes / BYTES_PER_SECOND + 1).unwrap_or(u32::MAX);
    let moves = moves::moves(schema.engine, target);
    let mut moved: Vec<String> = moves.iter().map(|of| of.table.clone()).collect();
    moved.dedup();
    let stage = |(name, kind): (&str, _)| {
        let (locks, downtime_s) = match (name, schema.engine) {
            // SQLite rewrites a table to drop a column of it; PostgreSQL only forgets the column.
            (stages::CONTRACT, Engine::Sqlite) => (moved.clone(), rewriting_s),
            (stages::CONTRACT, Engine::Postgres) => (moved.clone(), 1),
            (stages::INDEX, Engine::Sqlite) => (
                target.indexes.iter().map(|index| index.table.clone()).collect(),
                rewriting_s,
            ),
            (stages::EXPAND, _) => (moved.clone(), 0),
            _ => (Vec::new(), 0),
        };
        Stage {
            name: name.to_owned(),
            kind,
            locks,
            downtime_s,
        }
    };
    let rows: u64 = schema.tables.iter().map(|table| table.rows).sum();
    // Each row is moved twice: filled, and parked.
    let batches = 2 * rows / u64::from(aims.batch_rows.max(1)) + 1;
    let pauses_ms = batches * u64::from(aims.batch_pause_ms);
    let expected_s = pauses_ms / 1_000 + 4 * u64::from(rewriting_s);
    MigrationStrategy {
        stages: stages::STAGES.into_iter().map(stage).collect(),
        downtime_budget_s: aims.downtime_s_at_most,
        batch_rows: aims.batch_rows,
        batch_pause_ms: aims.batch_pause_ms,
        expected_min: u32::try_from(expected_s / 60 + 1).unwrap_or(u32::MAX),
    }
}

/// The way back of each stage. Nothing is lost before somebody drops what was parked, which no stage does, so there is no
/// point of no return; the backup is for what nobody thought of.
#[must_use]
pub fn roll_back(strategy: &MigrationStrategy, recovery: &RecoveryReview) -> RollbackPlan {
    let reverse = |stage: &Stage| StageRollback {
        stage: stage.name.clone(),
        way: RollbackWay::Reverse,
        takes_min: strategy.expected_min.max(recovery.restore_took_min.unwrap_or(1)),
    };
    let trigger = |metric: &str, bound: String| Trigger {
        metric: metric.to_owned(),
        bound,
    };
    RollbackPlan {
        stages: strategy.stages.iter().map(reverse).collect(),
        point_of_no_return: None,
        decided_by: String::from("the database administrator on duty"),
        triggers: vec![
            trigger(
                "a look-up beside the migration",
                format!("over the input's `aims.probe_ms_at_most` for {PAUSES_AT_MOST} batches in a row"),
            ),
            trigger("a batch or a look-up", String::from("fails")),
            trigger(
                "the comparisons on production",
                String::from("find a row that differs"),
            ),
        ],
    }
}
