//! The baseline, turned into numbers that decide.

use examples::database_migration_plan::artifacts::{
    MigrationStrategy, PainPoints, QueryCriterion, QueryMetrics, SuccessCriteria,
};

/// What a statement that hurts must come down to, and what no other may exceed.
#[must_use]
pub fn set(metrics: &QueryMetrics, pains: &PainPoints, strategy: &MigrationStrategy) -> SuccessCriteria {
    let aims = &metrics.aims;
    let queries = metrics.queries.iter().map(|query| {
        let hurts = pains
            .points
            .iter()
            .any(|point| point.statement.as_ref() == Some(&query.name));
        let percent = if hurts {
            aims.slow_p99_percent_at_most
        } else {
            100 + aims.other_p99_rise_percent
        };
        QueryCriterion {
            query: query.name.clone(),
            p99_ms_before: query.latency.p99_ms,
            p99_ms_at_most: query.latency.p99_ms * f64::from(percent) / 100.0,
            percent_of_before_at_most: f64::from(percent),
        }
    });
    SuccessCriteria {
        queries: queries.collect(),
        tolerance_percent: f64::from(aims.other_p99_rise_percent),
        rows_differing_at_most: 0,
        downtime_s_at_most: strategy.downtime_budget_s,
        growth_percent_at_most: f64::from(aims.growth_percent_at_most),
        watch_s: metrics.load.watch_s,
    }
}
