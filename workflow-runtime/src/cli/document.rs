//! What several documents for scripts have in common.

use serde::Serialize;

use crate::cli::mark::Mark;
use crate::cli::moment::rfc3339;
use crate::cli::view::{StepView, View};
use crate::summary::RunSummary;

/// A run as it is listed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RunDocument {
    pub(crate) id: String,
    pub(crate) workflow: String,
    /// `running`, `waiting`, `halted`, `cancelled`, `done`, `undoing` or `undone`.
    pub(crate) standing: String,
    /// The step or phase that its last event was about.
    pub(crate) position: Option<String>,
    pub(crate) began_at: String,
    pub(crate) changed_at: String,
    /// Who drives it now.
    pub(crate) held_by: Option<String>,
    /// Why nobody does, where an engine should have it driven.
    pub(crate) stuck: Option<String>,
}

impl RunDocument {
    pub(crate) fn of(run: &RunSummary) -> Self {
        RunDocument {
            id: run.id.clone(),
            workflow: run.workflow.clone(),
            standing: run.standing.to_string(),
            position: Some(run.position.clone()).filter(|position| !position.is_empty()),
            began_at: rfc3339(run.began_at),
            changed_at: rfc3339(run.changed_at),
            held_by: run.held_by.clone(),
            stuck: run.stuck.clone(),
        }
    }
}

/// How far a run is.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ProgressDocument {
    pub(crate) steps_done: usize,
    /// Without those that were skipped.
    pub(crate) steps: usize,
    /// 0 at first, one more after each rework.
    pub(crate) round: u32,
}

impl ProgressDocument {
    pub(crate) fn of(view: &View) -> Self {
        let (steps_done, steps) = view.progress();
        ProgressDocument {
            steps_done,
            steps,
            round: view.round,
        }
    }
}

/// A step, and how it stands.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct StepDocument {
    pub(crate) step: String,
    pub(crate) kind: Kind,
    pub(crate) mark: Mark,
    pub(crate) by: Option<&'static str>,
    /// In all rounds.
    pub(crate) attempts: usize,
    pub(crate) worked_ms: u64,
}

/// What kind of step it is.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Step,
    Gate,
    ManualStep,
    ManualGate,
}

impl Kind {
    pub(crate) fn of(plan: &crate::plan::StepPlan) -> Self {
        match (plan.manual, plan.gate) {
            (false, false) => Kind::Step,
            (false, true) => Kind::Gate,
            (true, false) => Kind::ManualStep,
            (true, true) => Kind::ManualGate,
        }
    }
}

impl StepDocument {
    pub(crate) fn of(step: &StepView) -> Self {
        StepDocument {
            step: step.path.clone(),
            kind: Kind::of(step.plan),
            mark: step.mark,
            by: step.plan.by,
            attempts: step.attempts.len(),
            worked_ms: u64::try_from(step.worked().as_millis()).unwrap_or(u64::MAX),
        }
    }
}
