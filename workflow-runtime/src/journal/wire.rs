//! The journal on disk: version 1 of its lines, each one JSON document. Names stand here, never positions, so that a
//! plan may change around them. The domain's own types are in `event`; this file alone decides what is written.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::error::{Kind, RuntimeError};
use crate::journal::event::{Event, Payload};
use crate::layout::Layout;
use crate::run::state::written;
use crate::verdict::{Actor, Waiver};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Begun {
        inputs: Vec<Input>,
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
    },
    Failed {
        step: String,
        round: u32,
        attempt: u32,
        error: String,
        terminal: bool,
        halts: bool,
    },
    Rejected {
        gate: String,
        round: u32,
        reason: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        back_to: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    Waiting {
        step: String,
        round: u32,
    },
    Waived {
        phase: String,
        round: u32,
        waiver: Waived,
    },
}

#[derive(Serialize, Deserialize)]
struct Waived {
    reason: String,
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
pub(super) fn write(layout: &Layout, event: &Event) -> Result<String, RuntimeError> {
    let path = |step: &u16| layout.path(*step).to_owned();
    let name = |by: &Option<Actor>| by.as_ref().map(|actor| actor.name().to_owned());
    let line = match event {
        Event::Begun { inputs } => Line::Begun {
            inputs: write_inputs(layout, inputs)?,
        },
        Event::Done {
            step,
            round,
            attempt,
            payload,
            by,
        } => Line::Done {
            step: path(step),
            round: *round,
            attempt: *attempt,
            artifact: match (payload, layout.step(*step).yields) {
                (Some(payload), Some(artifact)) => {
                    Some(write_payload(layout, usize::from(artifact), payload)?)
                }
                _ => None,
            },
            by: name(by),
        },
        Event::Failed {
            step,
            round,
            attempt,
            error,
            terminal,
            last,
        } => Line::Failed {
            step: path(step),
            round: *round,
            attempt: *attempt,
            error: error.to_string(),
            terminal: *terminal,
            halts: *last,
        },
        Event::Rejected {
            step,
            round,
            reason,
            back,
            by,
        } => Line::Rejected {
            gate: path(step),
            round: *round,
            reason: reason.to_string(),
            back_to: back.map(|phase| layout.phase(phase).name.to_owned()),
            by: name(by),
        },
        Event::Waiting { step, round } => Line::Waiting {
            step: path(step),
            round: *round,
        },
        Event::Waived { phase, round, waiver } => Line::Waived {
            phase: layout.phase(*phase).name.to_owned(),
            round: *round,
            waiver: Waived {
                reason: waiver.reason().to_owned(),
            },
        },
    };
    serde_json::to_string(&line).map_err(|error| {
        RuntimeError::new(
            Kind::Artifact,
            format!("a journal line cannot be written: {error}"),
        )
    })
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

/// A line as an event; `Err` names what the plan no longer has, or what is wrong with the text.
pub(super) fn read(layout: &Layout, text: &str) -> Result<Event, Unread> {
    let line: Line = serde_json::from_str(text).map_err(|error| Unread::Garbled(error.to_string()))?;
    let gone = |what: &str, name: String| {
        Unread::Gone(format!(
            "{what} `{name}` is recorded, and the plan has none of that name"
        ))
    };
    let actor = |by: Option<String>| by.map(Actor::new);
    let step = |path: String| layout.find(&path).ok_or_else(|| gone("step", path));
    let phase = |name: String| layout.phase_named(&name).ok_or_else(|| gone("phase", name));
    Ok(match line {
        Line::Begun { inputs } => Event::Begun {
            inputs: read_inputs(layout, inputs)?,
        },
        Line::Done {
            step: path,
            round,
            attempt,
            artifact,
            by,
        } => Event::Done {
            step: step(path)?,
            round,
            attempt,
            payload: artifact.map(Payload::Written),
            by: actor(by),
        },
        Line::Failed {
            step: path,
            round,
            attempt,
            error,
            terminal,
            halts,
        } => Event::Failed {
            step: step(path)?,
            round,
            attempt,
            error: error.into(),
            terminal,
            last: halts,
        },
        Line::Rejected {
            gate,
            round,
            reason,
            back_to,
            by,
        } => Event::Rejected {
            step: step(gate)?,
            round,
            reason: reason.into(),
            back: back_to.map(phase).transpose()?,
            by: actor(by),
        },
        Line::Waiting { step: path, round } => Event::Waiting {
            step: step(path)?,
            round,
        },
        Line::Waived {
            phase: name,
            round,
            waiver,
        } => Event::Waived {
            phase: phase(name)?,
            round,
            waiver: Waiver::because(waiver.reason),
        },
    })
}

fn read_inputs(layout: &Layout, inputs: Vec<Input>) -> Result<Vec<Payload>, Unread> {
    let declared = layout.plan.artifacts.iter().take(layout.plan.inputs);
    let mut read = Vec::with_capacity(layout.plan.inputs);
    for artifact in declared {
        let found = inputs.iter().find(|input| input.name == artifact.name);
        let input = found.ok_or_else(|| {
            Unread::Gone(format!(
                "input `{}` is new, and the run was begun without it",
                artifact.name
            ))
        })?;
        read.push(Payload::Written(Arc::clone(&input.value)));
    }
    Ok(read)
}

/// Why a line could not be read.
pub(super) enum Unread {
    /// It and the plan do not have the same names; this is the difference.
    Gone(String),
    /// It is no line of this version.
    Garbled(String),
}
