//! A line of the journal in an audit record.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::cli::moment::rfc3339;
use crate::history::{Record, RecordKind, Signature};

use super::Input;
use super::plan::millis;
use super::shown::Shown;

/// One line of the journal. What does not apply to its kind is left out.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AuditedRecord {
    /// Its number within the run, from 1.
    pub(crate) number: u64,
    /// When it was written; `null` in memory.
    pub(crate) at: Option<String>,
    pub(crate) kind: Kind,
    /// The step or gate, as in `Testing.unit_tests`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phase: Option<String>,
    /// Which pass through the plan, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) round: Option<u32>,
    /// From 1; left out where a person decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<u32>,
    /// The person or program that handed it in or decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) who: Option<String>,
    /// As what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
    /// What they said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// Why it was rejected or waived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What a failed attempt failed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// Whether the error says that trying again is of no use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) terminal: Option<bool>,
    /// Whether the run halted over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) halts: Option<bool>,
    /// The phase that a rejection sent the run back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) back_to: Option<String>,
    /// The round in which what stands was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) given_in: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) took_ms: Option<u64>,
    /// What the step made.
    #[cfg_attr(test, schemars(with = "Option<serde_json::Value>"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) artifact: Option<Box<RawValue>>,
    /// What the step said of its work.
    #[cfg_attr(test, schemars(default))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) said: Vec<String>,
    /// How the plan was edited.
    #[cfg_attr(test, schemars(default))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) differences: Vec<String>,
    /// What a person had before them when they decided: what an approval approved, what a waiver looked at.
    #[cfg_attr(test, schemars(default))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) shown: Vec<Shown>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    #[default]
    Began,
    StepStarted,
    StepDone,
    StepFailed,
    Rejected,
    Waiting,
    Stands,
    Waived,
    Cancelled,
    Replanned,
    UndoBegan,
    StepUndone,
    UndoFailed,
    Undone,
}

impl Kind {
    fn of(kind: &RecordKind) -> Self {
        match kind {
            RecordKind::Began { .. } => Kind::Began,
            RecordKind::StepStarted { .. } => Kind::StepStarted,
            RecordKind::StepDone { .. } => Kind::StepDone,
            RecordKind::StepFailed { .. } => Kind::StepFailed,
            RecordKind::Rejected { .. } => Kind::Rejected,
            RecordKind::Waiting { .. } => Kind::Waiting,
            RecordKind::Stands { .. } => Kind::Stands,
            RecordKind::Waived { .. } => Kind::Waived,
            RecordKind::Cancelled => Kind::Cancelled,
            RecordKind::Replanned { .. } => Kind::Replanned,
            RecordKind::UndoBegan => Kind::UndoBegan,
            RecordKind::StepUndone { .. } => Kind::StepUndone,
            RecordKind::UndoFailed { .. } => Kind::UndoFailed,
            RecordKind::Undone => Kind::Undone,
        }
    }
}

impl AuditedRecord {
    pub(super) fn of(record: &Record, shown: Vec<Shown>) -> Self {
        let kind = record.kind.clone();
        let told = tried(kind.clone()).or_else(|| decided(kind)).unwrap_or_default();
        AuditedRecord {
            number: record.number,
            at: record.at.map(rfc3339),
            kind: Kind::of(&record.kind),
            shown,
            ..told
        }
    }

    fn about(step: String, round: u32) -> Self {
        AuditedRecord {
            step: Some(step),
            round: Some(round),
            ..AuditedRecord::default()
        }
    }

    fn attempted(step: String, round: u32, attempt: u32) -> Self {
        AuditedRecord {
            attempt: Some(attempt),
            ..AuditedRecord::about(step, round)
        }
    }

    fn failed(self, error: String, terminal: bool, halts: bool) -> Self {
        AuditedRecord {
            error: Some(error),
            terminal: Some(terminal),
            halts: Some(halts),
            ..self
        }
    }

    fn signed(self, by: Option<Signature>) -> Self {
        match by {
            None => self,
            Some(Signature { by, role, note }) => AuditedRecord {
                who: Some(by),
                role,
                note,
                attempt: None,
                ..self
            },
        }
    }
}

/// Of an attempt; `None` of anything else.
fn tried(kind: RecordKind) -> Option<AuditedRecord> {
    Some(match kind {
        RecordKind::StepStarted { step, round, attempt }
        | RecordKind::StepUndone { step, round, attempt } => AuditedRecord::attempted(step, round, attempt),
        RecordKind::StepDone {
            step,
            round,
            attempt,
            artifact,
            by,
            took,
            said,
        } => AuditedRecord {
            artifact: artifact.map(raw),
            took_ms: took.map(millis),
            said,
            ..AuditedRecord::attempted(step, round, attempt).signed(by)
        },
        RecordKind::StepFailed {
            step,
            round,
            attempt,
            error,
            terminal,
            halts,
            took,
            said,
        } => AuditedRecord {
            took_ms: took.map(millis),
            said,
            ..AuditedRecord::attempted(step, round, attempt).failed(error, terminal, halts)
        },
        RecordKind::UndoFailed {
            step,
            round,
            attempt,
            error,
            terminal,
            halts,
        } => AuditedRecord::attempted(step, round, attempt).failed(error, terminal, halts),
        _ => return None,
    })
}

/// Of what was decided or asked; `None` of what says no more than its kind.
fn decided(kind: RecordKind) -> Option<AuditedRecord> {
    Some(match kind {
        RecordKind::Rejected {
            gate,
            round,
            reason,
            back_to,
            by,
            took,
            said,
        } => AuditedRecord {
            reason: Some(reason),
            back_to,
            took_ms: took.map(millis),
            said,
            ..AuditedRecord::about(gate, round).signed(by)
        },
        RecordKind::Waiting { step, round } => AuditedRecord::about(step, round),
        RecordKind::Stands {
            gate,
            round,
            given_in,
            by,
        } => AuditedRecord {
            given_in: Some(given_in),
            who: Some(by),
            ..AuditedRecord::about(gate, round)
        },
        RecordKind::Waived {
            phase,
            round,
            reason,
            by,
        } => AuditedRecord {
            phase: Some(phase),
            round: Some(round),
            reason: Some(reason),
            who: by,
            ..AuditedRecord::default()
        },
        RecordKind::Replanned { differences } => AuditedRecord {
            differences,
            ..AuditedRecord::default()
        },
        _ => return None,
    })
}

/// What the run began with.
pub(super) fn inputs(records: &[Record]) -> Vec<Input> {
    let inputs = records.iter().find_map(|record| match &record.kind {
        RecordKind::Began { inputs } => Some(inputs.clone()),
        _ => None,
    });
    let inputs = inputs.unwrap_or_default().into_iter();
    inputs
        .map(|(name, json)| Input {
            name,
            value: raw(json),
        })
        .collect()
}

/// JSON as it is recorded, digit for digit. What a damaged journal has in its place is told as a text.
fn raw(json: String) -> Box<RawValue> {
    let text = serde_json::Value::String(json.clone());
    RawValue::from_string(json)
        .or_else(|_| RawValue::from_string(text.to_string()))
        .unwrap_or_else(|_| RawValue::NULL.to_owned())
}
