//! What the reports say together: good enough to document, or back to the implementation, and why.

use super::{load::LoadReport, report::TestReport};
use crate::brief::ExpectedLoad;

/// Why the service is not good enough; nothing when it is.
#[must_use]
pub fn objections(reports: &[&TestReport], load: &LoadReport, expected: &ExpectedLoad) -> Vec<String> {
    let mut objections = Vec::new();
    for report in reports {
        if let Some(first) = report.findings.first() {
            objections.push(format!(
                "{} of {} {} tests found something, first `{}`: {}",
                report.findings.len(),
                report.findings.len() + report.passed,
                report.suite,
                first.case,
                first.seen
            ));
        }
    }
    if load.failed_requests > 0 {
        objections.push(format!(
            "{} of {} requests failed under load",
            load.failed_requests, load.requests
        ));
    }
    let budget_us = u64::from(expected.p99_budget_ms) * 1_000;
    if load.p99_us > budget_us {
        objections.push(format!(
            "under load, the 99th percentile is {} ms with {} reading connections, {} ms are allowed",
            load.p99_us.div_ceil(1_000),
            load.reading_connections,
            expected.p99_budget_ms
        ));
    }
    objections
}
