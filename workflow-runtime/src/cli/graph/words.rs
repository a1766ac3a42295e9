//! What stands beside a name in every picture, so that no shape and no colour has to be known.

use crate::plan::{PhasePlan, Plan, Rework, StepPlan};

/// A person does it.
pub(super) const PERSON: &str = "☺";

/// What a step is, where that is more than a step: `manual gate, by Editor`.
pub(super) fn kind(step: &StepPlan) -> Option<String> {
    let kind = match (step.manual, step.gate) {
        (true, true) => "manual gate",
        (true, false) => "manual",
        (false, true) => "gate",
        (false, false) => "",
    };
    match (kind, step.by) {
        ("", None) => None,
        ("", Some(role)) => Some(format!("by {role}")),
        (kind, None) => Some(kind.to_owned()),
        (kind, Some(role)) => Some(format!("{kind}, by {role}")),
    }
}

/// What a phase is besides a phase: `parallel, optional`.
pub(super) fn traits(phase: &PhasePlan) -> Option<&'static str> {
    match (phase.parallel, phase.optional) {
        (true, true) => Some("parallel, optional"),
        (true, false) => Some("parallel"),
        (false, true) => Some("optional"),
        (false, false) => None,
    }
}

pub(super) fn at_most(rework: Rework) -> String {
    match rework.max {
        1 => "at most once".to_owned(),
        max => format!("at most {max} times"),
    }
}

pub(super) fn artifact(plan: &Plan, artifact: usize) -> &'static str {
    plan.artifacts.get(artifact).map_or("?", |artifact| artifact.name)
}

pub(super) fn artifact_type(plan: &Plan, artifact: usize) -> &'static str {
    plan.artifacts.get(artifact).map_or("?", |artifact| artifact.ty)
}

pub(super) fn phase(plan: &Plan, phase: usize) -> &'static str {
    plan.phases.get(phase).map_or("?", |phase| phase.name)
}

/// A doc comment as one line.
pub(super) fn one_line(doc: &str) -> String {
    let words: Vec<_> = doc
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}
