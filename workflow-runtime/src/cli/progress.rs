//! What is seen while a run goes on: a line as each thing happens, or an event a line for scripts.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use anstyle::Style;
use serde::Serialize;

use crate::cli::mark::Mark;
use crate::cli::moment::{rfc3339, span};
use crate::cli::output::Output;
use crate::observe::{Observer, RunEvent, RunEventKind};
use crate::plan::Plan;

/// Shows what happens; clones are the same one.
#[derive(Clone)]
pub(crate) struct Progress {
    shown: Arc<Shown>,
}

struct Shown {
    output: Output,
    plan: &'static Plan,
    begun: Instant,
}

impl Progress {
    /// The clock starts.
    pub(crate) fn begin(output: Output, plan: &'static Plan) -> Self {
        Progress {
            shown: Arc::new(Shown {
                output,
                plan,
                begun: Instant::now(),
            }),
        }
    }

    /// Nothing more happens.
    pub(crate) fn end(&self) {}
}

impl Observer for Progress {
    fn observe(&self, event: &RunEvent<'_>) {
        let Shown { output, plan, begun } = &*self.shown;
        output.event(&EventDocument::of(event));
        if output.is_lines() {
            return;
        }
        if let Some((mark, line)) = told(plan, &event.kind) {
            let (dim, style) = (Style::new().dimmed(), mark.map(Mark::style).unwrap_or_default());
            let sign = mark.map_or(" ", Mark::sign);
            let time = begun.elapsed().as_secs_f64();
            output.tell(&format!(
                "{dim}[{time:7.2} s]{dim:#} {style}{sign}{style:#} {line}\n"
            ));
        }
    }
}

/// An event in a line, if it is worth one.
pub(crate) fn told(plan: &Plan, kind: &RunEventKind<'_>) -> Option<(Option<Mark>, String)> {
    let steps: usize = plan.phases.iter().map(|phase| phase.steps.len()).sum();
    let again = |retry_in: &Option<std::time::Duration>| match retry_in {
        Some(wait) => format!("; again in {}", span(*wait)),
        None => String::new(),
    };
    Some(match kind {
        RunEventKind::Began => (None, "the run begins".to_owned()),
        RunEventKind::TakenUp { done } => (
            None,
            format!("the run goes on where it was: {done} of {steps} steps are done"),
        ),
        RunEventKind::Said { step, message, .. } => (Some(Mark::Running), format!("{step}: {message}")),
        RunEventKind::StepDone { step, took: time, .. } => {
            (Some(Mark::Done), format!("{step} ({})", span(*time)))
        }
        RunEventKind::StepFailed {
            step,
            attempt,
            error,
            retry_in,
        } => {
            let line = format!("{step} failed on attempt {attempt}: {error}{}", again(retry_in));
            (Some(Mark::Failed), line)
        }
        RunEventKind::Rejected {
            gate,
            reason,
            back_to,
        } => {
            let back = back_to.map_or_else(String::new, |phase| format!("; back to {phase}"));
            (Some(Mark::Rejected), format!("{gate} rejected: {reason}{back}"))
        }
        RunEventKind::Waiting { step } => (Some(Mark::Waiting), format!("{step} waits for a person")),
        RunEventKind::HandedIn { step, by } => (Some(Mark::Done), format!("{step} was handed in by {by}")),
        RunEventKind::Stands { gate, by, given_in } => (
            Some(Mark::Done),
            format!("{gate}: what {by} said in round {given_in} stands"),
        ),
        RunEventKind::Waived { phase, reason } => {
            (Some(Mark::Skipped), format!("{phase} is skipped: {reason}"))
        }
        RunEventKind::PhaseDone { phase } => (Some(Mark::Done), format!("phase {phase} is done")),
        RunEventKind::Cancelled => (None, "it is told to stop".to_owned()),
        RunEventKind::UndoBegan => (Some(Mark::Undone), "the run is taken back".to_owned()),
        RunEventKind::StepUndone { step, .. } => (Some(Mark::Undone), format!("{step} was undone")),
        RunEventKind::UndoFailed {
            step,
            attempt,
            error,
            retry_in,
        } => {
            let line = format!(
                "undoing {step} failed on attempt {attempt}: {error}{}",
                again(retry_in)
            );
            (Some(Mark::Failed), line)
        }
        _ => return None,
    })
}

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
