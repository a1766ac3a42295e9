//! The words of the language.

pub(super) const WORKFLOW: &str = "workflow";
pub(super) const ROLE: &str = "role";
pub(super) const PARALLEL: &str = "parallel";
pub(super) const OPTIONAL: &str = "optional";
pub(super) const PHASE: &str = "phase";
pub(super) const MANUAL: &str = "manual";
pub(super) const STEP: &str = "step";
pub(super) const GATE: &str = "gate";

/// What may begin an item of a workflow.
pub(super) const IN_WORKFLOW: &[&str] = &[ROLE, PARALLEL, OPTIONAL, PHASE];

/// What may begin a member of a phase.
pub(super) const IN_PHASE: &[&str] = &[MANUAL, STEP, GATE];
