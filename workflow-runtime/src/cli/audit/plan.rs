//! The plan in an audit record: who was to do what, in which order, under which rules.

use std::time::Duration;

use serde::Serialize;

use crate::plan::{PhasePlan, Plan, StepPlan, Take};

/// A plan.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AuditedPlan {
    name: &'static str,
    doc: &'static str,
    /// SHA-256 of what decides the order, as the journal keeps it.
    fingerprint: String,
    roles: Vec<AuditedRole>,
    phases: Vec<AuditedPhase>,
}

/// A role that steps of the plan ask for.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AuditedRole {
    name: &'static str,
    doc: &'static str,
}

/// A phase of the plan.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AuditedPhase {
    name: &'static str,
    doc: &'static str,
    parallel: bool,
    optional: bool,
    steps: Vec<AuditedStep>,
}

/// A step or gate of the plan.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AuditedStep {
    /// As records name it.
    path: String,
    doc: &'static str,
    gate: bool,
    /// Whether a person or another program supplies what it makes or says.
    manual: bool,
    takes: Vec<&'static str>,
    yields: Option<&'static str>,
    /// The role that does it or may hand it in.
    role: Option<&'static str>,
    /// How often it is tried in all.
    attempts: u32,
    timeout_ms: Option<u64>,
    /// How long it was thought to take, from and to.
    estimate_ms: Option<[u64; 2]>,
    /// Whether it can be taken back.
    undo: bool,
    rework: Option<AuditedRework>,
}

/// Where a gate's rejection sends the run.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AuditedRework {
    to: &'static str,
    /// How often, over the whole run.
    max: u32,
}

impl AuditedPlan {
    pub(super) fn of(plan: &Plan, fingerprint: &str) -> Self {
        let roles = plan.roles.iter().map(|role| AuditedRole {
            name: role.name,
            doc: role.doc.trim(),
        });
        AuditedPlan {
            name: plan.name,
            doc: plan.doc.trim(),
            fingerprint: fingerprint.to_owned(),
            roles: roles.collect(),
            phases: plan.phases.iter().map(|phase| audited(plan, phase)).collect(),
        }
    }
}

fn audited(plan: &Plan, phase: &PhasePlan) -> AuditedPhase {
    AuditedPhase {
        name: phase.name,
        doc: phase.doc.trim(),
        parallel: phase.parallel,
        optional: phase.optional,
        steps: phase
            .steps
            .iter()
            .map(|step| audited_step(plan, phase, step))
            .collect(),
    }
}

fn audited_step(plan: &Plan, phase: &PhasePlan, step: &StepPlan) -> AuditedStep {
    let name = |artifact: u16| plan.artifacts[usize::from(artifact)].name;
    AuditedStep {
        path: format!("{}.{}", phase.name, step.name),
        doc: step.doc.trim(),
        gate: step.gate,
        manual: step.manual,
        takes: step.takes.iter().map(|take: &Take| name(take.artifact)).collect(),
        yields: step.yields.map(name),
        role: step.by,
        attempts: step.retry.attempts,
        timeout_ms: step.timeout.map(millis),
        estimate_ms: step.estimate.map(|(from, to)| [millis(from), millis(to)]),
        undo: step.undo.is_some(),
        rework: step.rework.map(|rework| AuditedRework {
            to: plan.phases[usize::from(rework.to)].name,
            max: rework.max,
        }),
    }
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
