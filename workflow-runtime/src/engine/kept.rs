//! The texts that an engine keeps of a run: the lines of the embedded journal, and a few that only engines need.

use serde::{Deserialize, Serialize};

use crate::artifact::Value;
use crate::call::Taken;
use crate::journal::event::{Event, Payload};
use crate::journal::wire::{self, Unread};
use crate::layout::Layout;
use crate::plan::Take;
use crate::run::state::{State, written};
use crate::step::StepError;
use crate::verdict::Waiver;

/// The word that has a halted run go on.
pub(crate) const GO_ON: &str = "\"on\"";

/// What came of asking whether a phase is waived, if that is no line: the team said no, or could not say.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Asked {
    NotWaived {},
    CouldNotSay { error: String, terminal: bool },
}

/// The name under which a team is asked whether a phase is waived.
pub(crate) fn asking(phase: &str) -> String {
    format!("{phase}.waive")
}

/// The name under which what a step did is taken back.
pub(crate) fn undoing(path: &str) -> String {
    format!("undo {path}")
}

/// Whether something is done under that name to take a run back.
pub(crate) fn is_undo(name: &str) -> bool {
    name == UNDONE || name.starts_with("undo ")
}

/// The step or phase that something is done for under that name; empty if it is for the run as a whole.
pub(crate) fn step_of(name: &str) -> &str {
    match name {
        UNDONE => "",
        _ => name
            .strip_prefix("undo ")
            .or_else(|| name.strip_suffix(".waive"))
            .unwrap_or(name),
    }
}

/// The name under which it is kept that all was taken back.
pub(crate) const UNDONE: &str = "undone";

/// An event as a line. What cannot be written is a failure of the attempt, which always can.
pub(super) fn line(layout: &Layout, event: &Event) -> Result<String, String> {
    wire::write(layout, event).map_err(|error| error.to_string())
}

/// A line as an event of that plan.
pub(super) fn event(layout: &Layout, line: &str) -> Result<Event, String> {
    wire::read(layout, line).map_err(|unread| match unread {
        Unread::Gone(gone) => format!("it names what this plan does not have: {gone:?}"),
        Unread::Garbled(error) => format!("it is no line of a journal: {error}"),
    })
}

/// A value as takers get it.
pub(super) fn decoded(layout: &Layout, artifact: u16, payload: &Payload) -> Result<Value, String> {
    if let Some(value) = payload.value() {
        return Ok(value.clone());
    }
    let number = artifact;
    let artifact = &layout.plan.artifacts[usize::from(artifact)];
    let decoded = match payload.written() {
        Some(json) => (artifact.codec.decode)(json).map_err(|error| error.to_string()),
        None => Err("it is not there".to_owned()),
    };
    decoded.map_err(|error| undecodable(layout, number, &error))
}

/// Why this build cannot go on with a run.
pub(super) fn undecodable(layout: &Layout, artifact: u16, error: &str) -> String {
    let artifact = &layout.plan.artifacts[usize::from(artifact)];
    format!(
        "artifact `{}` cannot be read as `{}`: {error}; make the type read its older form (`#[serde(default)]`, \
         `#[serde(alias)]`), or serve the build that wrote it",
        artifact.name, artifact.ty
    )
}

/// What a team said of an optional phase, as it is kept.
pub(super) fn answer(
    layout: &Layout,
    phase: u16,
    round: u32,
    answer: Result<Option<Waiver>, StepError>,
) -> String {
    let text = match answer {
        Ok(Some(waiver)) => line(layout, &Event::Waived { phase, round, waiver }).ok(),
        Ok(None) => serde_json::to_string(&Asked::NotWaived {}).ok(),
        Err(error) => serde_json::to_string(&Asked::CouldNotSay {
            error: error.text(),
            terminal: error.is_terminal(),
        })
        .ok(),
    };
    text.unwrap_or_default()
}

/// What came of asking; `None` if it is a line.
pub(super) fn asked(text: &str) -> Option<Asked> {
    serde_json::from_str(text).ok()
}

/// What a step takes, as it is kept.
pub(super) fn texts_of(
    layout: &Layout,
    texts: &State,
    takes: &[Take],
) -> Result<Vec<Option<Box<serde_json::value::RawValue>>>, String> {
    let text = |take: &Take| {
        let payload = texts.payload(take.artifact);
        let json = payload.map(|payload| written(layout, usize::from(take.artifact), payload));
        Ok(json.transpose()?.map(|json| (*json).to_owned()))
    };
    takes.iter().map(text).collect()
}

/// What a step takes, as it gets it.
pub(super) fn taken(
    layout: &Layout,
    takes: &[Take],
    texts: Vec<Option<Box<serde_json::value::RawValue>>>,
) -> Result<Taken, String> {
    let value = |(take, text): (&Take, Option<Box<serde_json::value::RawValue>>)| {
        let payload = text.map(|text| Payload::Written(text.into()));
        payload
            .map(|payload| decoded(layout, take.artifact, &payload))
            .transpose()
    };
    takes.iter().zip(texts).map(value).collect()
}
