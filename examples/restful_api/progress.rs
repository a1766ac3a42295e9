//! What a person sees while the run goes on: a line per step as it happens, with the time since the start.

use std::{
    collections::HashMap,
    fmt,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use crate::plan::RestfulApi;
use workflow_runtime::{Observer, RunEvent, RunEventKind, StepContext};

/// Prints a line. Nobody may be reading any more; the work goes on all the same.
pub fn say(line: impl fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// How many steps and gates the plan has.
fn steps() -> usize {
    RestfulApi::PLAN
        .phases
        .iter()
        .map(|phase| phase.steps.len())
        .sum()
}

/// Prints each event; clones share what steps have said of their work.
#[derive(Debug, Clone)]
pub struct Progress {
    begun: Instant,
    notes: Arc<Mutex<HashMap<String, String>>>,
}

impl Progress {
    /// The clock starts.
    #[must_use]
    pub fn begin() -> Self {
        Progress {
            begun: Instant::now(),
            notes: Arc::default(),
        }
    }

    /// What a step says of its work; it is shown once the step is done and journaled.
    pub fn note(&self, cx: &StepContext, note: impl Into<String>) {
        self.notes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(cx.step().to_owned(), note.into());
    }

    fn noted(&self, step: &str) -> String {
        let note = self
            .notes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(step);
        note.map(|note| format!(": {note}")).unwrap_or_default()
    }

    fn line(&self, line: &str) {
        say(format_args!(
            "[{:7.2} s] {line}",
            self.begun.elapsed().as_secs_f64()
        ));
    }
}

impl Observer for Progress {
    fn observe(&self, event: &RunEvent<'_>) {
        let line = match &event.kind {
            RunEventKind::Began => String::from("a new run begins"),
            RunEventKind::TakenUp { done } if *done == steps() => {
                format!("the run had finished: its {done} steps are done already")
            }
            RunEventKind::TakenUp { done } => {
                format!(
                    "the run goes on where it was: {done} of {} steps are done already",
                    steps()
                )
            }
            RunEventKind::StepDone { step, took, .. } => {
                format!("{step} ({} ms){}", took.as_millis(), self.noted(step))
            }
            RunEventKind::StepFailed {
                step,
                attempt,
                error,
                retry_in,
            } => {
                let next =
                    retry_in.map_or_else(String::new, |wait| format!("; again in {} ms", wait.as_millis()));
                format!("{step} failed, attempt {attempt}: {error}{next}")
            }
            RunEventKind::Rejected {
                gate,
                reason,
                back_to,
            } => {
                let next = back_to.map_or_else(String::new, |phase| format!("; back to {phase}"));
                format!("{gate} rejected: {reason}{next}")
            }
            RunEventKind::PhaseDone { phase } => format!("-- {phase} is done"),
            _ => return,
        };
        self.line(&line);
    }
}
