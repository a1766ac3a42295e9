//! Writes the indexes, built without locking where the engine can.

use examples::{
    database_migration_plan::artifacts::{
        Engine, EngineSetting, GrowthRecord, IndexScript, IndexScripts, QueryMetrics, TargetSchema,
    },
    failure::Outcome,
    outputs::Outputs,
};

use super::scripts;
use crate::{
    engine::dialect,
    migration::{script::Section, stages},
};

/// Bytes of a table that the engine reads and sorts in a second at the least, for estimates.
const BYTES_PER_SECOND: u64 = 10_000_000;

/// Writes them.
///
/// # Errors
/// When the disk refuses.
pub fn write(
    target: &TargetSchema,
    metrics: &QueryMetrics,
    growth: &GrowthRecord,
    outputs: &Outputs,
) -> Outcome<IndexScripts> {
    let engine = metrics.engine;
    let mut indexes = Vec::new();
    for index in &target.indexes {
        let read = metrics
            .queries
            .iter()
            .filter(|query| index.serves.contains(&query.name));
        // A table without an index was read from end to end, so what was read is what it holds.
        let rows = read
            .map(|query| query.rows_read_per_call)
            .max()
            .unwrap_or_default();
        indexes.push(IndexScript {
            index: index.name.clone(),
            sql: dialect::build_index(engine, &index.name, &index.table, &index.columns),
            keeps_writers: dialect::builds_beside_writers(engine),
            expected_s: u32::try_from(growth.data_bytes / BYTES_PER_SECOND + 1).unwrap_or(u32::MAX),
            expected_bytes: rows * 16 * (index.columns.len() as u64 + 1),
        });
    }
    let statements = indexes
        .iter()
        .map(|index| index.sql.as_str())
        .collect::<Vec<_>>()
        .join("\n");
    let forth = match engine {
        Engine::Sqlite => Section::Once(statements),
        Engine::Postgres => {
            let each = statements
                .lines()
                .map(|line| line.trim_end_matches(';').to_owned());
            Section::Outside(each.collect())
        }
    };
    let drops = target
        .indexes
        .iter()
        .map(|index| format!("DROP INDEX IF EXISTS {};\n", index.name));
    let script = scripts::put(
        outputs,
        stages::INDEX,
        &[forth],
        &[Section::Once(drops.collect())],
    )?;
    Ok(IndexScripts {
        script,
        indexes,
        settings: Vec::<EngineSetting>::new(),
    })
}
