//! What a rehearsed run came to.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::error::{Cause, Halted};
use crate::observe::{RunEvent, RunEventKind};

/// A run that was played: what it came to, and what happened in which order.
///
/// It prints as all that happened, a line each.
///
/// # Examples
///
/// See [`Rehearsal`](super::Rehearsal).
pub struct Played<N, P> {
    outcome: Result<N, Halted<P>>,
    told: Vec<Told>,
    took: Duration,
    artifacts: Vec<(String, Option<Value>)>,
    crashed_after: Option<usize>,
}

/// Something that happened.
#[derive(Debug)]
pub(super) struct Told {
    line: String,
    round: u32,
    step: Option<(What, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Begun,
    /// A step was done, a gate passed or rejected, something was handed in.
    Settled,
    Undone,
}

impl<N, P> Played<N, P> {
    pub(super) fn new(
        outcome: Result<N, Halted<P>>,
        told: Vec<Told>,
        took: Duration,
        artifacts: Vec<(String, Option<Value>)>,
        crashed_after: Option<usize>,
    ) -> Self {
        Played {
            outcome,
            told,
            took,
            artifacts,
            crashed_after,
        }
    }

    /// What `drive` yielded in the end.
    ///
    /// # Panics
    ///
    /// If the run halted; the panic says why.
    #[track_caller]
    pub fn done(&self) -> &N {
        match &self.outcome {
            Ok(done) => done,
            Err(halted) => panic!("{halted}\n{self:?}"),
        }
    }

    /// Why the run halted.
    ///
    /// # Panics
    ///
    /// If it did not.
    #[track_caller]
    pub fn halted(&self) -> &Cause {
        match &self.outcome {
            Ok(_) => panic!("the run came to its end and did not halt\n{self:?}"),
            Err(halted) => &halted.cause,
        }
    }

    /// The steps and gates in the order in which they came to something: done, passed, rejected, or handed in.
    pub fn steps(&self) -> Vec<&str> {
        self.of(What::Settled).collect()
    }

    /// The steps that were undone, in that order.
    pub fn undone(&self) -> Vec<&str> {
        self.of(What::Undone).collect()
    }

    /// How often the step was begun, in all rounds.
    pub fn attempts(&self, step: &str) -> usize {
        self.of(What::Begun).filter(|begun| *begun == step).count()
    }

    /// What the run took by the virtual clock: its waits, and what is scripted or slept.
    pub fn took(&self) -> Duration {
        self.took
    }

    /// All that happened, a line each.
    pub fn events(&self) -> Vec<&str> {
        self.told.iter().map(|told| told.line.as_str()).collect()
    }

    /// An artifact as the journal has it in the end, if it was made.
    pub fn artifact(&self, name: &str) -> Option<&Value> {
        let (_, value) = self.artifacts.iter().find(|(of, _)| of == name)?;
        value.as_ref()
    }

    /// Asserts that just these steps came to something, in this order.
    ///
    /// # Panics
    ///
    /// If they did not.
    #[track_caller]
    pub fn assert_steps<'a>(&self, expected: impl IntoIterator<Item = &'a str>) {
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(self.steps(), expected, "the steps of the run\n{self:?}");
    }

    /// Asserts that these steps came to something in this order, whatever came before, between and after.
    ///
    /// # Panics
    ///
    /// If they did not; the panic names the first that is out of order.
    #[track_caller]
    pub fn assert_order<'a>(&self, expected: impl IntoIterator<Item = &'a str>) {
        let steps = self.steps();
        let mut rest = steps.iter();
        let mut before = None;
        for step in expected {
            if rest.any(|candidate| *candidate == step) {
                before = Some(step);
                continue;
            }
            let fault = match (before, steps.contains(&step)) {
                (_, false) => "never came to anything".to_owned(),
                (None, true) => "comes too early".to_owned(),
                (Some(before), true) => format!("does not come after `{before}`"),
            };
            panic!("`{step}` {fault}; the order is {}\n{self:?}", steps.join(", "));
        }
    }

    /// Asserts that another run ended as this one did.
    pub(super) fn ends_like(&self, other: &Self, place: &str) {
        let end = |played: &Self| match &played.outcome {
            Ok(_) => "came to its end".to_owned(),
            Err(Halted { cause, .. }) => {
                let why = if cause.is_waiting() {
                    "waits for"
                } else if cause.is_failed() {
                    "failed in"
                } else if cause.is_rejected() {
                    "was rejected by"
                } else {
                    "halted over"
                };
                format!("{why} {}", cause.steps().join(", "))
            }
        };
        assert_eq!(
            end(other),
            end(self),
            "{place}, the run ended otherwise\n{other:?}"
        );
        assert_eq!(
            other.artifacts, self.artifacts,
            "{place}, the run has other artifacts\n{other:?}"
        );
    }

    pub(super) fn was_done_before_the_crash(&self, path: &str, round: u32) -> bool {
        let before = &self.told[..self.crashed_after.unwrap_or(0)];
        before.iter().any(|told| {
            let settled = |(what, step): &(What, String)| match what {
                What::Begun => false,
                What::Settled => step == path,
                What::Undone => super::stage::undo_of(step) == path,
            };
            told.round == round && told.step.as_ref().is_some_and(settled)
        })
    }

    fn of(&self, what: What) -> impl Iterator<Item = &str> {
        let steps = self.told.iter().filter_map(|told| told.step.as_ref());
        steps
            .filter(move |(told, _)| *told == what)
            .map(|(_, step)| step.as_str())
    }
}

impl<N, P> fmt::Debug for Played<N, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "what happened:")?;
        for (at, told) in self.told.iter().enumerate() {
            if self.crashed_after == Some(at) {
                writeln!(f, "  (crash)")?;
            }
            writeln!(f, "  {}", told.line)?;
        }
        match &self.outcome {
            Ok(_) => write!(f, "  the end"),
            Err(halted) => write!(f, "  {halted}"),
        }
    }
}

impl Told {
    pub(super) fn of(event: &RunEvent<'_>) -> Option<Self> {
        let again = |retry_in: &Option<Duration>| match retry_in {
            Some(wait) => format!("; again in {wait:.1?}"),
            None => String::new(),
        };
        let (what, step, line) = match &event.kind {
            RunEventKind::StepStarted { step, attempt } => (
                What::Begun,
                (*step).to_owned(),
                format!("{step} begins, attempt {attempt}"),
            ),
            RunEventKind::StepDone { step, .. } => {
                (What::Settled, (*step).to_owned(), format!("{step} is done"))
            }
            RunEventKind::HandedIn { step, by } => {
                let line = format!("{step} is handed in by {by}");
                (What::Settled, (*step).to_owned(), line)
            }
            RunEventKind::Stands { gate, by, .. } => {
                let line = format!("{gate} stands, as {by} said");
                (What::Settled, (*gate).to_owned(), line)
            }
            RunEventKind::StepUndone { step, .. } => {
                (What::Undone, (*step).to_owned(), format!("{step} is undone"))
            }
            RunEventKind::Rejected {
                gate,
                reason,
                back_to,
            } => {
                let back = back_to
                    .map(|phase| format!("; back to {phase}"))
                    .unwrap_or_default();
                let line = format!("{gate} rejects: {reason}{back}");
                (What::Settled, (*gate).to_owned(), line)
            }
            other => {
                let line = match other {
                    RunEventKind::Began => "the run begins".to_owned(),
                    RunEventKind::TakenUp { .. } => "the run is taken up".to_owned(),
                    RunEventKind::StepFailed {
                        step,
                        error,
                        retry_in,
                        ..
                    } => format!("{step} fails: {error}{}", again(retry_in)),
                    RunEventKind::UndoFailed {
                        step,
                        error,
                        retry_in,
                        ..
                    } => format!("undoing {step} fails: {error}{}", again(retry_in)),
                    RunEventKind::Waiting { step } => format!("{step} is waited for"),
                    RunEventKind::Waived { phase, reason } => format!("{phase} is waived: {reason}"),
                    RunEventKind::PhaseDone { phase } => format!("{phase} is done"),
                    RunEventKind::Finished => "the run is done".to_owned(),
                    RunEventKind::Cancelled => "the run is cancelled".to_owned(),
                    RunEventKind::UndoBegan => "the run is being undone".to_owned(),
                    RunEventKind::Undone => "the run is undone".to_owned(),
                    _ => return None,
                };
                return Some(Told {
                    line,
                    round: event.round,
                    step: None,
                });
            }
        };
        Some(Told {
            line,
            round: event.round,
            step: Some((what, step)),
        })
    }
}
