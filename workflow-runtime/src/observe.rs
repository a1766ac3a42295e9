//! Watching runs: every event as it happens.

use std::time::Duration;

/// Receives every event of the runs that are driven through a runtime.
///
/// It is called between steps, on the task that drives the run or hands something in, so it must be quick and must not
/// block. Any `Fn(&RunEvent<'_>)` is one.
///
/// # Examples
///
/// ```
/// use workflow_runtime::{Runtime, RunEvent, RunEventKind};
///
/// let runtime = Runtime::in_memory().with_observer(|event: &RunEvent<'_>| {
///     if let RunEventKind::StepDone { step, took, .. } = event.kind {
///         println!("{}: {step} took {took:?}", event.run);
///     }
/// });
/// # drop(runtime);
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Something happened.
    fn observe(&self, event: &RunEvent<'_>);
}

impl<F: Fn(&RunEvent<'_>) + Send + Sync + 'static> Observer for F {
    fn observe(&self, event: &RunEvent<'_>) {
        self(event);
    }
}

/// Something that happened to a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunEvent<'a> {
    /// The workflow's name.
    pub workflow: &'a str,
    /// The run's id.
    pub run: &'a str,
    /// Which pass through the plan it is in: 0 at first, one more after each rework.
    pub round: u32,
    /// What happened.
    pub kind: RunEventKind<'a>,
}

/// What happened. Steps are named by path, as in `Testing.unit_tests`.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named by what they hold")]
pub enum RunEventKind<'a> {
    /// The run began.
    Began,
    /// The run was taken up again; so many steps are done already.
    TakenUp { done: usize },
    /// An attempt at a step is about to be made; the first is 1.
    StepStarted { step: &'a str, attempt: u32 },
    /// A step [says](crate::StepContext::say) something of its work.
    Said {
        step: &'a str,
        attempt: u32,
        message: &'a str,
    },
    /// A step is done and journaled, or a gate passed.
    StepDone {
        step: &'a str,
        attempt: u32,
        took: Duration,
    },
    /// An attempt failed; it is made again after `retry_in`, or the run halts if that is `None`.
    StepFailed {
        step: &'a str,
        attempt: u32,
        error: &'a str,
        retry_in: Option<Duration>,
    },
    /// A gate rejected; `back_to` names the phase that the run was sent back to.
    Rejected {
        gate: &'a str,
        reason: &'a str,
        back_to: Option<&'a str>,
    },
    /// A manual step waits for something to be handed in.
    Waiting { step: &'a str },
    /// Somebody handed in what a manual step or gate waited for; told by the runtime that it was handed in through.
    HandedIn { step: &'a str, by: &'a str },
    /// What somebody said of the same artifacts in an earlier round stands, so the gate is passed.
    Stands {
        gate: &'a str,
        by: &'a str,
        given_in: u32,
    },
    /// An optional phase was waived.
    Waived { phase: &'a str, reason: &'a str },
    /// A phase is done.
    PhaseDone { phase: &'a str },
    /// The run is at its end.
    Finished,
    /// Whoever drives the run is told to stop.
    Cancelled,
    /// From here on the run can only be taken back.
    UndoBegan,
    /// An attempt at undoing a step is about to be made; the first is 1. The round is the one in which it was done.
    UndoStarted { step: &'a str, attempt: u32 },
    /// A step was undone.
    StepUndone { step: &'a str, attempt: u32 },
    /// An attempt to undo a step failed; it is made again after `retry_in`, or undoing halts if that is `None`.
    UndoFailed {
        step: &'a str,
        attempt: u32,
        error: &'a str,
        retry_in: Option<Duration>,
    },
    /// All that can be undone is.
    Undone,
}
