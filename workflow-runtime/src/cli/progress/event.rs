//! What happens, as scripts get it.

use std::time::SystemTime;

use serde::Serialize;

use crate::cli::moment::rfc3339;
use crate::observe::{RunEvent, RunEventKind};

/// Something that happened, as scripts get it.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct EventDocument<'a> {
    schema: &'static str,
    at: String,
    workflow: &'a str,
    run: &'a str,
    round: u32,
    /// What happened: `began`, `step_done` and so on, as the names of `RunEventKind`.
    event: &'static str,
    /// The step or gate that it is about.
    step: Option<&'a str>,
    phase: Option<&'a str>,
    attempt: Option<u32>,
    took_ms: Option<u64>,
    /// After which wait it is tried again.
    retry_in_ms: Option<u64>,
    /// What a step said, an error, or a reason.
    message: Option<&'a str>,
    back_to: Option<&'a str>,
    by: Option<&'a str>,
    /// How many steps are done already.
    done: Option<usize>,
}

impl<'a> EventDocument<'a> {
    pub(crate) const SCHEMA: &'static str = "workflow.event/1";

    /// In a line.
    pub(super) fn line(event: &RunEvent<'_>) -> String {
        serde_json::to_string(&EventDocument::of(event)).unwrap_or_default()
    }

    fn of(event: &RunEvent<'a>) -> Self {
        let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).ok();
        let mut document = EventDocument {
            schema: Self::SCHEMA,
            at: rfc3339(SystemTime::now()),
            workflow: event.workflow,
            run: event.run,
            round: event.round,
            ..EventDocument::default()
        };
        document.event = match event.kind.clone() {
            RunEventKind::Began => "began",
            RunEventKind::TakenUp { done } => {
                document.done = Some(done);
                "taken_up"
            }
            RunEventKind::StepStarted { step, attempt } => {
                (document.step, document.attempt) = (Some(step), Some(attempt));
                "step_started"
            }
            RunEventKind::Said {
                step,
                attempt,
                message,
            } => {
                (document.step, document.attempt) = (Some(step), Some(attempt));
                document.message = Some(message);
                "said"
            }
            RunEventKind::StepDone { step, attempt, took } => {
                (document.step, document.attempt) = (Some(step), Some(attempt));
                document.took_ms = millis(took);
                "step_done"
            }
            RunEventKind::StepFailed {
                step,
                attempt,
                error,
                retry_in,
            } => {
                (document.step, document.attempt) = (Some(step), Some(attempt));
                (document.message, document.retry_in_ms) = (Some(error), retry_in.and_then(millis));
                "step_failed"
            }
            RunEventKind::Rejected {
                gate,
                reason,
                back_to,
            } => {
                (document.step, document.message, document.back_to) = (Some(gate), Some(reason), back_to);
                "rejected"
            }
            RunEventKind::Waiting { step } => {
                document.step = Some(step);
                "waiting"
            }
            RunEventKind::HandedIn { step, by } => {
                (document.step, document.by) = (Some(step), Some(by));
                "handed_in"
            }
            RunEventKind::Stands { gate, by, .. } => {
                (document.step, document.by) = (Some(gate), Some(by));
                "stands"
            }
            RunEventKind::Waived { phase, reason } => {
                (document.phase, document.message) = (Some(phase), Some(reason));
                "waived"
            }
            RunEventKind::PhaseDone { phase } => {
                document.phase = Some(phase);
                "phase_done"
            }
            RunEventKind::Finished => "finished",
            RunEventKind::Cancelled => "cancelled",
            RunEventKind::UndoBegan => "undo_began",
            RunEventKind::UndoStarted { step, attempt } => {
                (document.step, document.attempt) = (Some(step), Some(attempt));
                "undo_started"
            }
            RunEventKind::StepUndone { step, attempt } => {
                (document.step, document.attempt) = (Some(step), Some(attempt));
                "step_undone"
            }
            RunEventKind::UndoFailed {
                step,
                attempt,
                error,
                retry_in,
            } => {
                (document.step, document.attempt) = (Some(step), Some(attempt));
                (document.message, document.retry_in_ms) = (Some(error), retry_in.and_then(millis));
                "undo_failed"
            }
            RunEventKind::Undone => "undone",
        };
        document
    }
}
