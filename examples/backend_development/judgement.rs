//! What the gates that judge figures object to, each objection with the id or name of what it is about.

use crate::{
    artifacts::{
        Benchmark, Bound, ContractReport, CoverageReport, Criterion, Deviation, ErrorReport, Measure,
        QualityCriteria, Refactoring, SecurityReport, TuningGains,
    },
    evidence::{RequirementId, Severity},
};

/// From here on a finding keeps a release back.
const WEIGHTY: Severity = Severity::High;
/// More of a kind are counted, not told.
const TOLD: usize = 3;

/// Why the code must be mended.
/// A criterion that could not be measured is named by its requirement, which nothing shows then.
pub(crate) fn of_quality(
    endpoints: &ContractReport,
    errors: &ErrorReport,
    security: &SecurityReport,
    coverage: &CoverageReport,
) -> Vec<String> {
    let mut objections = Vec::new();
    let mut object = |what: String| objections.push(what);
    if !endpoints.missing.is_empty() {
        object(format!(
            "`endpoints.operations` lacks {}",
            endpoints.missing.join(", ")
        ));
    }
    let tests = endpoints.report.failures.iter().chain(&errors.report.failures);
    let differ: Vec<&str> = endpoints
        .deviations
        .iter()
        .chain(&errors.deviations)
        .map(|deviation| deviation.operation.as_str())
        .collect();
    let mut suites: Vec<String> = tests
        .filter(|failure| !differ.contains(&failure.test.as_str()))
        .map(|failure| format!("test `{}` fails: {}", failure.test, failure.seen))
        .collect();
    told(&mut suites);
    suites.into_iter().for_each(&mut object);
    for (of, deviations) in [
        ("the specification", &endpoints.deviations),
        ("the error policy", &errors.deviations),
    ] {
        let mut texts: Vec<String> = deviations
            .iter()
            .map(|deviation| differs(of, deviation))
            .collect();
        told(&mut texts);
        texts.into_iter().for_each(&mut object);
    }
    if !errors.classes_missed.is_empty() {
        object(format!(
            "nothing caused {}; add cases to `integration_suite.cases`",
            errors.classes_missed.join(", ")
        ));
    }
    errors.leaks.iter().cloned().for_each(&mut object);
    let weighty = security
        .findings
        .iter()
        .filter(|finding| finding.is_open(WEIGHTY));
    let mut weighty: Vec<String> = weighty
        .map(|finding| format!("{} at {}", finding.title, finding.place))
        .collect();
    told(&mut weighty);
    weighty.into_iter().for_each(&mut object);
    if !coverage.uncovered.is_empty() {
        object(format!("no test shows {}", ids(&coverage.uncovered)));
    }
    if !coverage.unknown.is_empty() {
        object(format!(
            "the evidence names {}, which no requirement has",
            ids(&coverage.unknown)
        ));
    }
    objections
}

fn told(texts: &mut Vec<String>) {
    if texts.len() > TOLD {
        let more = texts.len() - TOLD;
        texts.truncate(TOLD);
        texts.push(format!("and {more} more of that kind"));
    }
}

fn differs(of: &str, deviation: &Deviation) -> String {
    format!(
        "`{}`: {of} says {}, seen {}",
        deviation.operation, deviation.specified, deviation.seen
    )
}

fn ids(ids: &[RequirementId]) -> String {
    let names: Vec<&str> = ids.iter().map(|id| id.0.as_str()).collect();
    names.join(", ")
}

/// Why the design cannot become fast enough by tuning. A service that could not be driven says nothing of its design: that
/// its tests failed is for the code to mend.
pub(crate) fn of_reach(benchmark: &Benchmark, criteria: &QualityCriteria) -> Vec<String> {
    if benchmark.not_measured_because.is_some() {
        return Vec::new();
    }
    let objections = criteria.criteria.iter().filter_map(|criterion| {
        let name = named(criterion);
        let result = benchmark
            .results
            .iter()
            .find(|result| result.requirement == criterion.requirement && result.metric == criterion.metric);
        let Some(result) = result else {
            return Some(format!("nothing was measured for {name}"));
        };
        let within = criterion.bound.is_within(criteria.reach, result.measured);
        (!within).then(|| {
            format!(
                "{name} is {} {}, more than {} times off {:?}",
                result.measured, result.unit, criteria.reach, criterion.bound
            )
        })
    });
    objections.collect()
}

/// Why there is nothing to optimize: every criterion is kept with the room that the criteria ask for.
pub(crate) fn of_room(benchmark: &Benchmark, criteria: &QualityCriteria) -> Option<String> {
    let room = criteria.room?;
    let kept = criteria.criteria.iter().all(|criterion| {
        let results = benchmark.results.iter();
        let mut results = results.filter(|result| {
            result.requirement == criterion.requirement && result.metric == criterion.metric
        });
        results.next().is_some_and(|result| match criterion.bound {
            Bound::AtMost(bound) => result.measured <= bound / room,
            // More than all of them cannot be refused.
            Bound::AtLeast(bound) if criterion.measure == Measure::RefusedPercent => {
                result.measured >= (bound * room).min(100.0)
            }
            Bound::AtLeast(bound) => result.measured >= bound * room,
        })
    });
    kept.then(|| {
        format!(
            "all {} criteria are kept {room} times over, measured on {}",
            criteria.criteria.len(),
            benchmark.machine
        )
    })
}

fn named(criterion: &Criterion) -> String {
    format!("{} ({})", criterion.requirement.0, criterion.metric)
}

/// Why it must be tuned again.
pub(crate) fn of_gains(
    gains: &TuningGains,
    refactoring: &Refactoring,
    criteria: &QualityCriteria,
) -> Vec<String> {
    let mut objections = Vec::new();
    for criterion in &criteria.criteria {
        let name = named(criterion);
        let gain = gains
            .figures
            .iter()
            .find(|gain| gain.requirement == criterion.requirement && gain.metric == criterion.metric);
        match gain {
            None => objections.push(format!("`figures` has nothing for {name}")),
            Some(gain) if !criterion.bound.holds(gain.after) => objections.push(format!(
                "{name} is {} {}, which is not {:?}",
                gain.after, gain.unit, criterion.bound
            )),
            Some(_) => {}
        }
    }
    for gain in &gains.figures {
        if gain.is_worse() && gain.worse_because.is_none() {
            objections.push(format!("{} became worse without a reason", gain.metric));
        }
    }
    if refactoring.tests_after.passed < refactoring.tests_before.passed {
        objections.push(String::from("tests went missing in the refactoring"));
    }
    objections
}
