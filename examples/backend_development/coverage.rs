//! Every requirement beside the tests that show it, over all that was handed in and measured.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    artifacts::{
        Benchmark, ContractReport, CoverageReport, ErrorReport, RequirementCoverage, Requirements,
        SecurityReport, UnitTests,
    },
    evidence::RequirementId,
};

/// What shows a requirement, over all suites. An id that the evidence names and the requirements lack is set apart, and so
/// is a requirement that nothing shows and nobody explains.
pub(crate) fn of(
    requirements: &Requirements,
    unit: &UnitTests,
    endpoints: &ContractReport,
    errors: &ErrorReport,
    security: &SecurityReport,
    benchmark: &Benchmark,
) -> CoverageReport {
    let mut shown: BTreeMap<RequirementId, BTreeSet<String>> = BTreeMap::new();
    let claims = [&unit.shows, &endpoints.shows, &errors.shows, &security.shows];
    for claim in claims.into_iter().flatten() {
        let tests = shown.entry(claim.requirement.clone()).or_default();
        tests.insert(claim.test.clone());
    }
    for result in benchmark
        .results
        .iter()
        .filter(|result| result.bound.holds(result.measured))
    {
        let tests = shown.entry(result.requirement.clone()).or_default();
        tests.insert(format!("measured: {}", result.metric));
    }
    let known: Vec<&RequirementId> = requirements
        .functional
        .iter()
        .chain(&requirements.non_functional)
        .map(|requirement| &requirement.id)
        .collect();
    let (mut covered, mut uncovered) = (Vec::new(), Vec::new());
    for id in &known {
        let tests: Vec<String> = shown.get(id).into_iter().flatten().cloned().collect();
        let reason = unit.untested.iter().find(|untested| untested.requirement == **id);
        if tests.is_empty() && reason.is_none() {
            uncovered.push((*id).clone());
            continue;
        }
        covered.push(RequirementCoverage {
            requirement: (*id).clone(),
            untested_because: reason
                .filter(|_| tests.is_empty())
                .map(|untested| untested.because.clone()),
            shown_by: tests,
        });
    }
    let named = shown
        .keys()
        .chain(&endpoints.names)
        .chain(benchmark.results.iter().map(|result| &result.requirement))
        .chain(unit.untested.iter().map(|untested| &untested.requirement));
    let unknown: BTreeSet<RequirementId> = named.filter(|id| !known.contains(id)).cloned().collect();
    CoverageReport {
        requirements: covered,
        uncovered,
        unknown: unknown.into_iter().collect(),
        line_percent: unit.coverage_percent,
        tests_passed: unit.report.passed + endpoints.report.passed + errors.report.passed,
    }
}
