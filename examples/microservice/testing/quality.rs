//! What the gates say of what was measured.

use crate::{
    artifacts::{CapacityReport, Fault, FaultReport, ServiceLevels, TestReport, VisibilityReport},
    evidence::Severity,
};

/// What speaks against the behaviour of the service; nothing where it behaves.
#[must_use]
pub fn behaviour(
    functional: &TestReport,
    resilience: &FaultReport,
    isolation: &FaultReport,
    visibility: &VisibilityReport,
) -> Vec<String> {
    let mut objections = Vec::new();
    for failure in &functional.failures {
        objections.push(format!(
            "`{}` failed: expected {}, seen {}",
            failure.test, failure.expected, failure.seen
        ));
    }
    let findings = resilience.findings.iter().chain(&isolation.findings);
    let open = findings.filter(|finding| finding.is_open(Severity::High));
    objections.extend(open.map(|finding| finding.title.clone()));
    for trial in &visibility.trials {
        let expected = told_by(&trial.fault);
        if trial.told_by.as_deref() != expected {
            objections.push(format!(
                "{:?} was told by {}, not by {}",
                trial.fault,
                trial.told_by.as_deref().unwrap_or("nothing"),
                expected.unwrap_or("nothing")
            ));
        }
    }
    let missing = visibility.missing_metrics.iter();
    objections.extend(missing.map(|name| format!("`{name}` is not exposed")));
    let leaked = visibility.leaked_lines.len();
    if leaked > 0 {
        objections.push(format!("{leaked} lines of the log say what must not be logged"));
    }
    if visibility.incomplete_lines > 0 {
        objections.push(format!(
            "{} lines of the log lack a field",
            visibility.incomplete_lines
        ));
    }
    if visibility.complete_traces < visibility.tried_traces {
        objections.push(format!(
            "{} of {} traces went through both services",
            visibility.complete_traces, visibility.tried_traces
        ));
    }
    objections
}

/// The alert that is to tell of a fault.
fn told_by(fault: &Fault) -> Option<&'static str> {
    match fault {
        Fault::Slow { .. } => Some("StockSlow"),
        Fault::Errors { .. } => Some("StockFailing"),
        Fault::Garbage => Some("StockGarbled"),
        Fault::Cut => Some("StockUnreachable"),
        Fault::DiskFull => Some("StoreRefusing"),
        Fault::Killed | Fault::OutOfMemory => None,
    }
}

/// The objectives that were missed under load.
#[must_use]
pub fn objectives(load: &CapacityReport, levels: &ServiceLevels) -> Vec<String> {
    let mut objections = Vec::new();
    for objective in &levels.objectives {
        let figure = load
            .objectives
            .iter()
            .find(|figure| figure.objective == objective.name);
        match figure {
            None => objections.push(format!("`{}` was not measured", objective.name)),
            Some(figure) if figure.good_percent < objective.target_percent => objections.push(format!(
                "`{}`: {} % were good, {} % are aimed for; 95 % took {} ms or less",
                objective.name, figure.good_percent, objective.target_percent, load.expected.latency.p95_ms
            )),
            Some(_) => {}
        }
    }
    objections
}
