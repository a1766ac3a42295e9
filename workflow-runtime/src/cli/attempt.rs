//! One attempt at a step, or at taking it back, as a record tells of it.

use std::time::{Duration, SystemTime};

use crate::history::{Record, RecordKind, Signature};

/// One attempt at a step, or at taking it back.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) round: u32,
    /// From 1; 0 for what was handed in.
    pub(crate) number: u32,
    /// The line of the journal that tells how it ended.
    pub(crate) line: u64,
    /// When it ended.
    pub(crate) at: Option<SystemTime>,
    pub(crate) took: Option<Duration>,
    pub(crate) outcome: Outcome,
    pub(crate) said: Vec<String>,
}

/// What an attempt came to.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// The step is done, or the gate passed, with what it made as JSON.
    Done {
        artifact: Option<String>,
        by: Option<Signature>,
    },
    /// What somebody said of the same in an earlier round stands.
    Stands {
        by: String,
        given_in: u32,
    },
    Failed {
        error: String,
        halts: bool,
    },
    Rejected {
        reason: String,
        back_to: Option<String>,
        by: Option<Signature>,
    },
}

impl Attempt {
    /// Whether the step was done by it, or stands.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.outcome, Outcome::Done { .. } | Outcome::Stands { .. })
    }

    /// When it began, as far as its times tell.
    pub(crate) fn from(&self) -> Option<SystemTime> {
        self.at?.checked_sub(self.took?)
    }
}

/// What a record tells of an attempt.
pub(super) fn attempt(record: &Record) -> Option<Attempt> {
    let (round, number, took, said, outcome) = match record.kind.clone() {
        RecordKind::StepDone {
            round,
            attempt,
            artifact,
            by,
            took,
            said,
            ..
        } => {
            let number = if by.is_some() { 0 } else { attempt };
            (round, number, took, said, Outcome::Done { artifact, by })
        }
        RecordKind::StepFailed {
            round,
            attempt,
            error,
            halts,
            took,
            said,
            ..
        } => (round, attempt, took, said, Outcome::Failed { error, halts }),
        RecordKind::Rejected {
            round,
            reason,
            back_to,
            by,
            took,
            said,
            ..
        } => {
            let number = if by.is_some() { 0 } else { 1 };
            let outcome = Outcome::Rejected { reason, back_to, by };
            (round, number, took, said, outcome)
        }
        RecordKind::Stands {
            round, given_in, by, ..
        } => (round, 0, None, Vec::new(), Outcome::Stands { by, given_in }),
        RecordKind::StepUndone { round, attempt, .. } => {
            let outcome = Outcome::Done {
                artifact: None,
                by: None,
            };
            (round, attempt, None, Vec::new(), outcome)
        }
        RecordKind::UndoFailed {
            round,
            attempt,
            error,
            halts,
            ..
        } => (round, attempt, None, Vec::new(), Outcome::Failed { error, halts }),
        _ => return None,
    };
    Some(Attempt {
        round,
        number,
        line: record.number,
        at: record.at,
        took,
        outcome,
        said,
    })
}
