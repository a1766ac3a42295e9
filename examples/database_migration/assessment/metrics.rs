//! The baseline: each statement of the application, timed on production with its plan.

use std::time::Instant;

use examples::{
    database_migration_plan::artifacts::{DatabaseAccess, PainPoints, QueryMetric, QueryMetrics},
    failure::Outcome,
    load,
};

use crate::{engine, shop::statements::STATEMENTS};

/// Times them; those that cost the most in a day come first.
///
/// # Errors
/// When production cannot be read.
pub fn collect(access: &DatabaseAccess, pains: &PainPoints) -> Outcome<QueryMetrics> {
    let begun = Instant::now();
    let mut database = engine::open(&engine::production(access)?)?;
    let database = database.as_mut();
    let mut queries = Vec::new();
    for statement in &STATEMENTS {
        let arguments = statement.arguments(database, access.load.samples)?;
        let timed = database.time(statement.old, &arguments, access.load.repeats)?;
        let asked = arguments.len() as u64;
        let pain = pains
            .points
            .iter()
            .find(|point| point.statement.as_deref() == Some(statement.name));
        queries.push(QueryMetric {
            name: statement.name.to_owned(),
            sql: statement.old.to_owned(),
            calls_per_day: access
                .load
                .calls_per_day
                .get(statement.name)
                .copied()
                .unwrap_or_default(),
            latency: load::latency(&timed.times_us),
            samples: u32::try_from(asked).unwrap_or(u32::MAX),
            rows_read_per_call: timed.rows_read / asked.max(1),
            plan: database.plan(statement.old, arguments.first().map_or(&[], Vec::as_slice))?,
            pain_point: pain.map(|point| point.name.clone()),
        });
    }
    queries.sort_by(|one, other| cost(other).total_cmp(&cost(one)));
    Ok(QueryMetrics {
        engine: access.engine,
        measured_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        load: access.load.clone(),
        aims: access.aims.clone(),
        queries,
    })
}

/// What a statement takes in a day, in milliseconds.
#[expect(clippy::cast_precision_loss, reason = "a figure to sort by")]
fn cost(query: &QueryMetric) -> f64 {
    query.latency.p50_ms * query.calls_per_day as f64
}
