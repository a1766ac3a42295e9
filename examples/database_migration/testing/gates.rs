//! What the gates object to.

use examples::{
    database_migration_plan::artifacts::{
        ApplicationTests, BenchmarkReport, IntegrityReport, Rehearsal, RollbackDrill, SuccessCriteria,
    },
    evidence::TestReport,
};

use super::figures;

/// Statements that miss their criterion.
#[must_use]
pub fn slow_statements(report: &BenchmarkReport, criteria: &SuccessCriteria) -> Vec<String> {
    let judged = criteria.queries.iter().map(|criterion| {
        let Some(figure) = report.queries.iter().find(|figure| figure.query == criterion.query) else {
            return Some(format!("`{}` was not measured", criterion.query));
        };
        let allowed = criterion.percent_of_before_at_most;
        (figures::excess(figure, criterion) > 1.0).then(|| {
            format!(
                "the p99 of `{}` is {:.2} ms, {:.0} % of the {:.2} ms before, where {allowed:.0} % are allowed; its plan: {}",
                criterion.query,
                figure.latency.p99_ms,
                figure.latency.p99_ms * 100.0 / figure.before.p99_ms.max(f64::EPSILON),
                figure.before.p99_ms,
                figure.plan.join(", ")
            )
        })
    });
    judged.flatten().collect()
}

/// What the rehearsal cost beyond what the criteria allow.
#[must_use]
pub fn costs(rehearsal: &Rehearsal, criteria: &SuccessCriteria) -> Vec<String> {
    let mut objections = Vec::new();
    let downtime_ms: u64 = rehearsal
        .stages
        .iter()
        .map(|stage| u64::from(stage.downtime_ms))
        .sum();
    if downtime_ms > u64::from(criteria.downtime_s_at_most) * 1_000 {
        let allowed = criteria.downtime_s_at_most;
        objections.push(format!(
            "writers were interrupted for {downtime_ms} ms, where {allowed} s are allowed"
        ));
    }
    let grown = growth_percent(rehearsal);
    if grown > criteria.growth_percent_at_most {
        let allowed = criteria.growth_percent_at_most;
        objections.push(format!(
            "data and indexes grew by {grown:.1} %, where {allowed:.0} % are allowed"
        ));
    }
    objections
}

/// By how much data and indexes grew.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub fn growth_percent(rehearsal: &Rehearsal) -> f64 {
    rehearsal.growth_bytes as f64 * 100.0 / (rehearsal.bytes_before.max(1)) as f64
}

/// Comparisons that found a difference, and tests that failed beside them.
#[must_use]
pub fn differences(report: &IntegrityReport, allowed: u64) -> Vec<String> {
    let differing = report
        .outcomes
        .iter()
        .filter(|outcome| outcome.rows_differing > allowed);
    let differing = differing.map(|outcome| {
        format!(
            "`{}` differs in {} rows: {} before, {} after",
            outcome.comparison, outcome.rows_differing, outcome.before, outcome.after
        )
    });
    let failed = report
        .application_failures
        .iter()
        .map(|failure| format!("the application: {failure}"));
    differing.chain(failed).collect()
}

/// Tests of the application that failed.
#[must_use]
pub fn failed_tests(tests: &ApplicationTests) -> Vec<String> {
    [&tests.on_old_schema, &tests.on_new_schema]
        .into_iter()
        .flat_map(failures)
        .collect()
}

/// The failures of a suite, in words.
#[must_use]
pub fn failures(report: &TestReport) -> Vec<String> {
    let failure = |failure: &examples::evidence::TestFailure| {
        format!(
            "{}: `{}` expected {}, saw {}",
            report.suite, failure.test, failure.expected, failure.seen
        )
    };
    report.failures.iter().map(failure).collect()
}

/// The way back did not lead back.
#[must_use]
pub fn wrong_way_back(drill: &RollbackDrill) -> Option<String> {
    (drill.checksum_before != drill.checksum_after).then(|| {
        format!(
            "the way back ends at checksum {}, not at {}",
            drill.checksum_after, drill.checksum_before
        )
    })
}
