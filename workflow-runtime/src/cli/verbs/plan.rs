//! `plan`: the phases and steps, before any run.

use std::time::Duration;

use serde::Serialize;

use crate::cli::desk::Desk;
use crate::cli::document::Kind;
use crate::cli::output::Reply;
use crate::cli::tree;
use crate::plan::{Plan, StepPlan};

/// A plan, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PlanDocument {
    schema: &'static str,
    workflow: &'static str,
    doc: &'static str,
    inputs: Vec<ArtifactDocument>,
    roles: Vec<RoleDocument>,
    phases: Vec<PhaseDocument>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ArtifactDocument {
    name: &'static str,
    #[serde(rename = "type")]
    ty: &'static str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RoleDocument {
    name: &'static str,
    doc: &'static str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PhaseDocument {
    name: &'static str,
    doc: &'static str,
    parallel: bool,
    optional: bool,
    steps: Vec<StepDocument>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct StepDocument {
    name: &'static str,
    kind: Kind,
    doc: &'static str,
    takes: Vec<&'static str>,
    yields: Option<ArtifactDocument>,
    by: Option<&'static str>,
    /// How often it is tried in all.
    attempts: u32,
    timeout_ms: Option<u64>,
    /// From and to.
    estimate_ms: Option<(u64, u64)>,
    can_be_undone: bool,
    rework: Option<ReworkDocument>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ReworkDocument {
    to: &'static str,
    /// How often, over the whole run.
    max: u32,
}

impl PlanDocument {
    pub(crate) const SCHEMA: &str = "workflow.plan/1";

    fn of(plan: &'static Plan) -> Self {
        let phases = plan.phases.iter().map(|phase| PhaseDocument {
            name: phase.name,
            doc: phase.doc.trim(),
            parallel: phase.parallel,
            optional: phase.optional,
            steps: phase
                .steps
                .iter()
                .map(|step| StepDocument::of(plan, step))
                .collect(),
        });
        let roles = plan.roles.iter().map(|role| RoleDocument {
            name: role.name,
            doc: role.doc.trim(),
        });
        PlanDocument {
            schema: Self::SCHEMA,
            workflow: plan.name,
            doc: plan.doc.trim(),
            inputs: plan
                .artifacts
                .iter()
                .take(plan.inputs)
                .map(ArtifactDocument::of)
                .collect(),
            roles: roles.collect(),
            phases: phases.collect(),
        }
    }
}

impl ArtifactDocument {
    fn of(artifact: &'static crate::plan::ArtifactPlan) -> Self {
        ArtifactDocument {
            name: artifact.name,
            ty: artifact.ty,
        }
    }
}

impl StepDocument {
    fn of(plan: &'static Plan, step: &'static StepPlan) -> Self {
        let artifact = |at: u16| &plan.artifacts[usize::from(at)];
        StepDocument {
            name: step.name,
            kind: Kind::of(step),
            doc: step.doc.trim(),
            takes: step
                .takes
                .iter()
                .map(|take| artifact(take.artifact).name)
                .collect(),
            yields: step.yields.map(|at| ArtifactDocument::of(artifact(at))),
            by: step.by,
            attempts: step.retry.attempts,
            timeout_ms: step.timeout.map(millis),
            estimate_ms: step.estimate.map(|(from, to)| (millis(from), millis(to))),
            can_be_undone: step.undo.is_some(),
            rework: step.rework.map(|rework| ReworkDocument {
                to: plan.phases[usize::from(rework.to)].name,
                max: rework.max,
            }),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn plan(desk: &Desk) -> Reply {
    Reply::new(tree::of_plan(desk.plan), &PlanDocument::of(desk.plan))
}
