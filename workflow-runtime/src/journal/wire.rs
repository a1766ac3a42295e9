//! The journal on disk: its lines, each one JSON document. Names stand here, never positions, so that a plan may change
//! around them. The domain's own types are in `event`; this file alone decides what is written.
//!
//! The file's format (see `store`) tells which lines there may be: version 2 added kinds and optional fields to those of
//! version 1, so the same code reads both.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::error::{Kind, RuntimeError};
use crate::history::{RecordKind, Signature};
use crate::journal::backend::Gone;
use crate::journal::event::{Event, HandedIn, Payload, Said};
use crate::layout::{Layout, Outline};
use crate::run::state::written;
use crate::verdict::{Actor, Waiver};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Begun {
        inputs: Vec<Input>,
    },
    /// Since version 2.
    Started {
        step: String,
        round: u32,
        attempt: u32,
    },
    Done {
        step: String,
        round: u32,
        attempt: u32,
        #[serde(
            default,
            deserialize_with = "present",
            skip_serializing_if = "Option::is_none"
        )]
        artifact: Option<Arc<RawValue>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// Since version 2, as are all that follow.
        #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        took_ms: Option<u32>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        said: Vec<String>,
    },
    Failed {
        step: String,
        round: u32,
        attempt: u32,
        error: String,
        terminal: bool,
        halts: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        took_ms: Option<u32>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        said: Vec<String>,
    },
    Rejected {
        gate: String,
        round: u32,
        reason: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        back_to: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        took_ms: Option<u32>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        said: Vec<String>,
    },
    Waiting {
        step: String,
        round: u32,
    },
    /// Since version 2.
    Stands {
        gate: String,
        round: u32,
        given_in: u32,
        by: String,
    },
    Waived {
        phase: String,
        round: u32,
        waiver: Waived,
    },
    /// Since version 2, as is all that follows.
    Cancelled {},
    Replanned {
        plan: Arc<Outline>,
        differences: Vec<String>,
    },
    UndoBegun {},
    StepUndone {
        step: String,
        round: u32,
        attempt: u32,
    },
    UndoFailed {
        step: String,
        round: u32,
        attempt: u32,
        error: String,
        terminal: bool,
        halts: bool,
    },
    Undone {},
}

#[derive(Serialize, Deserialize)]
struct Waived {
    reason: String,
    /// Since version 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Input {
    name: String,
    value: Arc<RawValue>,
}

/// An artifact that is there: one that is written as `null` is not one that is missing.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Arc<RawValue>>, D::Error> {
    Arc::deserialize(deserializer).map(Some)
}

/// An event as a line.
pub(crate) fn write(layout: &Layout, event: &Event) -> Result<String, RuntimeError> {
    text(&line(layout, event)?)
}

/// The line of [`Event::Cancelled`], which names nothing of any plan.
pub(crate) fn cancelled() -> Result<String, RuntimeError> {
    text(&Line::Cancelled {})
}

fn text(line: &Line) -> Result<String, RuntimeError> {
    serde_json::to_string(line).map_err(|error| {
        RuntimeError::new(
            Kind::Artifact,
            format!("a journal line cannot be written: {error}"),
        )
    })
}

fn line(layout: &Layout, event: &Event) -> Result<Line, RuntimeError> {
    let path = |step: &u16| layout.path(*step).to_owned();
    let phase = |phase: &u16| layout.phase(*phase).name.to_owned();
    Ok(match event {
        Event::Begun { inputs } => Line::Begun {
            inputs: write_inputs(layout, inputs)?,
        },
        Event::Done {
            step,
            round,
            attempt,
            payload,
            by,
            took_ms,
            said,
        } => {
            let (by, role, of, note) = write_by(by.as_deref());
            Line::Done {
                step: path(step),
                round: *round,
                attempt: *attempt,
                artifact: match (payload, layout.step(*step).yields) {
                    (Some(payload), Some(artifact)) => {
                        Some(write_payload(layout, usize::from(artifact), payload)?)
                    }
                    _ => None,
                },
                by,
                role,
                of,
                note,
                took_ms: *took_ms,
                said: write_said(said.as_deref()),
            }
        }
        Event::Rejected {
            step,
            round,
            reason,
            back,
            by,
            took_ms,
            said,
        } => {
            let (by, role, of, note) = write_by(by.as_deref());
            Line::Rejected {
                gate: path(step),
                round: *round,
                reason: reason.to_string(),
                back_to: back.as_ref().map(phase),
                by,
                role,
                of,
                note,
                took_ms: *took_ms,
                said: write_said(said.as_deref()),
            }
        }
        Event::Waived {
            phase: waived,
            round,
            waiver,
        } => Line::Waived {
            phase: phase(waived),
            round: *round,
            waiver: Waived {
                reason: waiver.reason().to_owned(),
                by: waiver.actor().map(|actor| actor.name().to_owned()),
            },
        },
        Event::Cancelled => Line::Cancelled {},
        Event::Replanned { plan, differences } => Line::Replanned {
            plan: Arc::clone(plan),
            differences: differences.clone(),
        },
        Event::Undoing => Line::UndoBegun {},
        Event::Undone => Line::Undone {},
        Event::Started { step, round, attempt } => Line::Started {
            step: path(step),
            round: *round,
            attempt: *attempt,
        },
        Event::Failed {
            step,
            round,
            attempt,
            error,
            terminal,
            last,
            took_ms,
            said,
        } => Line::Failed {
            step: path(step),
            round: *round,
            attempt: *attempt,
            error: error.to_string(),
            terminal: *terminal,
            halts: *last,
            took_ms: *took_ms,
            said: write_said(said.as_deref()),
        },
        Event::Waiting { step, round } => Line::Waiting {
            step: path(step),
            round: *round,
        },
        Event::Stands {
            step,
            round,
            given_in,
            by,
        } => Line::Stands {
            gate: path(step),
            round: *round,
            given_in: *given_in,
            by: by.name().to_owned(),
        },
        Event::StepUndone { step, round, attempt } => Line::StepUndone {
            step: path(step),
            round: *round,
            attempt: *attempt,
        },
        Event::UndoFailed {
            step,
            round,
            attempt,
            error,
            terminal,
            last,
        } => Line::UndoFailed {
            step: path(step),
            round: *round,
            attempt: *attempt,
            error: error.to_string(),
            terminal: *terminal,
            halts: *last,
        },
    })
}

/// Who handed it in, as what, what they were shown, and what they say about it.
type By = (Option<String>, Option<String>, Option<String>, Option<String>);

fn write_by(by: Option<&HandedIn>) -> By {
    match by {
        None => (None, None, None, None),
        Some(HandedIn {
            actor,
            role,
            of,
            note,
        }) => (
            Some(actor.name().to_owned()),
            role.clone(),
            of.clone(),
            note.clone(),
        ),
    }
}

fn read_by((by, role, of, note): By) -> Option<Box<HandedIn>> {
    let actor = Actor::new(by?);
    Some(Box::new(HandedIn {
        actor,
        role,
        of,
        note,
    }))
}

fn read_waiver(waived: Waived) -> Waiver {
    let waiver = Waiver::because(waived.reason);
    match waived.by {
        Some(by) => waiver.by(Actor::new(by)),
        None => waiver,
    }
}

fn write_said(said: Option<&Said>) -> Vec<String> {
    said.map(|said| said.0.clone()).unwrap_or_default()
}

fn read_said(said: Vec<String>) -> Option<Box<Said>> {
    (!said.is_empty()).then(|| Box::new(Said(said)))
}

fn write_inputs(layout: &Layout, inputs: &[Payload]) -> Result<Vec<Input>, RuntimeError> {
    let write = |(at, payload): (usize, &Payload)| {
        let name = layout.plan.artifacts[at].name.to_owned();
        Ok(Input {
            name,
            value: write_payload(layout, at, payload)?,
        })
    };
    inputs.iter().enumerate().map(write).collect()
}

fn write_payload(layout: &Layout, artifact: usize, payload: &Payload) -> Result<Arc<RawValue>, RuntimeError> {
    written(layout, artifact, payload).map_err(|error| {
        let name = layout.plan.artifacts[artifact].name;
        RuntimeError::new(
            Kind::Artifact,
            format!("artifact `{name}` cannot be journaled: {error}"),
        )
    })
}

/// A line as what outsiders are told; `Err` says what is wrong with the text.
pub(crate) fn record(text: &str) -> Result<RecordKind, String> {
    let line: Line = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(told(line))
}

/// An event as what outsiders are told.
pub(crate) fn record_of(layout: &Layout, event: &Event) -> Result<RecordKind, RuntimeError> {
    Ok(told(line(layout, event)?))
}

fn told(line: Line) -> RecordKind {
    let took = |ms: Option<u32>| ms.map(|ms| Duration::from_millis(ms.into()));
    let json = |json: Arc<RawValue>| json.get().to_owned();
    match line {
        Line::Begun { inputs } => RecordKind::Began {
            inputs: inputs
                .into_iter()
                .map(|input| (input.name, json(input.value)))
                .collect(),
        },
        Line::Started { step, round, attempt } => RecordKind::StepStarted { step, round, attempt },
        Line::Done {
            step,
            round,
            attempt,
            artifact,
            by,
            role,
            of: _,
            note,
            took_ms,
            said,
        } => RecordKind::StepDone {
            step,
            round,
            attempt,
            artifact: artifact.map(json),
            by: signature(by, role, note),
            took: took(took_ms),
            said,
        },
        Line::Failed {
            step,
            round,
            attempt,
            error,
            terminal,
            halts,
            took_ms,
            said,
        } => RecordKind::StepFailed {
            step,
            round,
            attempt,
            error,
            terminal,
            halts,
            took: took(took_ms),
            said,
        },
        Line::Rejected {
            gate,
            round,
            reason,
            back_to,
            by,
            role,
            of: _,
            note,
            took_ms,
            said,
        } => RecordKind::Rejected {
            gate,
            round,
            reason,
            back_to,
            by: signature(by, role, note),
            took: took(took_ms),
            said,
        },
        Line::Waiting { step, round } => RecordKind::Waiting { step, round },
        Line::Stands {
            gate,
            round,
            given_in,
            by,
        } => RecordKind::Stands {
            gate,
            round,
            given_in,
            by,
        },
        Line::Waived { phase, round, waiver } => RecordKind::Waived {
            phase,
            round,
            reason: waiver.reason,
            by: waiver.by,
        },
        Line::Cancelled {} => RecordKind::Cancelled,
        Line::Replanned { differences, .. } => RecordKind::Replanned { differences },
        Line::UndoBegun {} => RecordKind::UndoBegan,
        Line::StepUndone { step, round, attempt } => RecordKind::StepUndone { step, round, attempt },
        Line::UndoFailed {
            step,
            round,
            attempt,
            error,
            terminal,
            halts,
        } => RecordKind::UndoFailed {
            step,
            round,
            attempt,
            error,
            terminal,
            halts,
        },
        Line::Undone {} => RecordKind::Undone,
    }
}

fn signature(by: Option<String>, role: Option<String>, note: Option<String>) -> Option<Signature> {
    by.map(|by| Signature { by, role, note })
}

/// A line as an event; `Err` names what the plan no longer has, or what is wrong with the text.
pub(crate) fn read(layout: &Layout, text: &str) -> Result<Event, Unread> {
    let line: Line = serde_json::from_str(text).map_err(|error| Unread::Garbled(error.to_string()))?;
    let find = |path: String| layout.find(&path).ok_or(Unread::Gone(Gone::Step(path)));
    let phase = |name: String| {
        let found = layout.phase_named(&name);
        found.ok_or(Unread::Gone(Gone::Phase(name)))
    };
    Ok(match line {
        Line::Begun { inputs } => Event::Begun {
            inputs: read_inputs(layout, inputs)?,
        },
        Line::Started { step, round, attempt } => Event::Started {
            step: find(step)?,
            round,
            attempt,
        },
        Line::Done {
            step,
            round,
            attempt,
            artifact,
            by,
            role,
            of,
            note,
            took_ms,
            said,
        } => Event::Done {
            step: find(step)?,
            round,
            attempt,
            payload: artifact.map(Payload::Written),
            by: read_by((by, role, of, note)),
            took_ms,
            said: read_said(said),
        },
        Line::Failed {
            step,
            round,
            attempt,
            error,
            terminal,
            halts,
            took_ms,
            said,
        } => Event::Failed {
            step: find(step)?,
            round,
            attempt,
            error: error.into(),
            terminal,
            last: halts,
            took_ms,
            said: read_said(said),
        },
        Line::Rejected {
            gate,
            round,
            reason,
            back_to,
            by,
            role,
            of,
            note,
            took_ms,
            said,
        } => Event::Rejected {
            step: find(gate)?,
            round,
            reason: reason.into(),
            back: back_to.map(phase).transpose()?,
            by: read_by((by, role, of, note)),
            took_ms,
            said: read_said(said),
        },
        Line::Waiting { step, round } => Event::Waiting {
            step: find(step)?,
            round,
        },
        Line::Stands {
            gate,
            round,
            given_in,
            by,
        } => Event::Stands {
            step: find(gate)?,
            round,
            given_in,
            by: Actor::new(by),
        },
        Line::Waived {
            phase: name,
            round,
            waiver,
        } => Event::Waived {
            phase: phase(name)?,
            round,
            waiver: read_waiver(waiver),
        },
        Line::Cancelled {} => Event::Cancelled,
        Line::Replanned { plan, differences } => Event::Replanned { plan, differences },
        Line::UndoBegun {} => Event::Undoing,
        Line::StepUndone { step, round, attempt } => Event::StepUndone {
            step: find(step)?,
            round,
            attempt,
        },
        Line::UndoFailed {
            step,
            round,
            attempt,
            error,
            terminal,
            halts,
        } => Event::UndoFailed {
            step: find(step)?,
            round,
            attempt,
            error: error.into(),
            terminal,
            last: halts,
        },
        Line::Undone {} => Event::Undone,
    })
}

fn read_inputs(layout: &Layout, inputs: Vec<Input>) -> Result<Vec<Payload>, Unread> {
    let declared = layout.plan.artifacts.iter().take(layout.plan.inputs);
    let mut read = Vec::with_capacity(layout.plan.inputs);
    for artifact in declared {
        let found = inputs.iter().find(|input| input.name == artifact.name);
        let input = found.ok_or_else(|| Unread::Gone(Gone::NewInput(artifact.name.to_owned())))?;
        read.push(Payload::Written(Arc::clone(&input.value)));
    }
    Ok(read)
}

/// The plan that a line puts a run under, if it does.
pub(crate) fn replanned(text: &str) -> Option<Arc<Outline>> {
    // Most lines do not, and need not be read for that.
    if !text.starts_with("{\"replanned\"") {
        return None;
    }
    match serde_json::from_str(text).ok()? {
        Line::Replanned { plan, .. } => Some(plan),
        _ => None,
    }
}

/// Why a line could not be read.
pub(crate) enum Unread {
    /// It and the plan do not have the same names.
    Gone(Gone),
    /// It is no line of this version.
    Garbled(String),
}
