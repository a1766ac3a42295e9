//! What happens to a run: the lines of its journal, in the plan's numbers.

use std::sync::Arc;

use serde_json::value::RawValue;

use crate::artifact::Value;
use crate::layout::{Layout, Outline};
use crate::plan::Check;
use crate::verdict::{Actor, Verdict, Waiver};

/// One thing that happened to a run.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// The run began with these inputs.
    Begun { inputs: Vec<Payload> },
    /// An attempt is about to be made at a step that can be undone: should nothing more be heard of it, it may have done
    /// a part.
    Started { step: u16, round: u32, attempt: u32 },
    /// A step yielded what it makes, or a gate passed.
    Done {
        step: u16,
        round: u32,
        attempt: u32,
        payload: Option<Payload>,
        /// Who handed it in, if somebody did.
        by: Option<Box<HandedIn>>,
        took_ms: Option<u32>,
        said: Option<Box<Said>>,
    },
    /// An attempt failed. With `last`, the run halted over it.
    Failed {
        step: u16,
        round: u32,
        attempt: u32,
        took_ms: Option<u32>,
        error: Arc<str>,
        terminal: bool,
        last: bool,
        said: Option<Box<Said>>,
    },
    /// A gate rejected; `back` tells the phase that the run was sent back to.
    Rejected {
        step: u16,
        round: u32,
        reason: Arc<str>,
        back: Option<u16>,
        /// Who handed it in, if somebody did.
        by: Option<Box<HandedIn>>,
        took_ms: Option<u32>,
        said: Option<Box<Said>>,
    },
    /// The run came to a manual step that nothing was handed in for yet.
    Waiting { step: u16, round: u32 },
    /// What somebody said of this very content in an earlier round stands.
    Stands {
        step: u16,
        round: u32,
        /// The round in which it was said.
        given_in: u32,
        by: Actor,
    },
    /// An optional phase was waived.
    Waived { phase: u16, round: u32, waiver: Waiver },
    /// Whoever drives the run is to stop.
    Cancelled,
    /// From here on the run goes under another plan.
    Replanned {
        plan: Arc<Outline>,
        /// What is different in it.
        differences: Vec<String>,
    },
    /// From here on the run can only be taken back.
    Undoing,
    /// What a step did in that round was taken back.
    StepUndone { step: u16, round: u32, attempt: u32 },
    /// An attempt to take it back failed. With `last`, taking back halted over it.
    UndoFailed {
        step: u16,
        round: u32,
        attempt: u32,
        error: Arc<str>,
        terminal: bool,
        last: bool,
    },
    /// All that can be undone is.
    Undone,
}

/// Who handed something in, and as what.
#[derive(Debug, Clone)]
pub(crate) struct HandedIn {
    pub(crate) actor: Actor,
    /// The role that the plan asks for.
    pub(crate) role: Option<String>,
    /// Of a gate: the hash of what it was shown.
    pub(crate) of: Option<String>,
    /// What they say about it.
    pub(crate) note: Option<String>,
}

/// What a step said of its work during an attempt, line by line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said(pub(crate) Vec<String>);

impl Event {
    /// The phase and the round that it belongs to; none for what is about the run as a whole, or takes back.
    pub(crate) fn place(&self, layout: &Layout) -> Option<(u16, u32)> {
        match self {
            Event::Started { step, round, .. }
            | Event::Done { step, round, .. }
            | Event::Failed { step, round, .. }
            | Event::Rejected { step, round, .. }
            | Event::Waiting { step, round }
            | Event::Stands { step, round, .. } => Some((layout.phase_of(*step), *round)),
            Event::Waived { phase, round, .. } => Some((*phase, *round)),
            Event::Begun { .. }
            | Event::Cancelled
            | Event::Replanned { .. }
            | Event::Undoing
            | Event::StepUndone { .. }
            | Event::UndoFailed { .. }
            | Event::Undone => None,
        }
    }

    /// The path of the step or the name of the phase that it is about; empty if it is about the run as a whole.
    pub(crate) fn position<'a>(&self, layout: &'a Layout) -> &'a str {
        match self {
            Event::Started { step, .. }
            | Event::Done { step, .. }
            | Event::Failed { step, .. }
            | Event::Rejected { step, .. }
            | Event::Waiting { step, .. }
            | Event::Stands { step, .. }
            | Event::StepUndone { step, .. }
            | Event::UndoFailed { step, .. } => layout.path(*step),
            Event::Waived { phase, .. } => layout.phase(*phase).name,
            Event::Begun { .. }
            | Event::Cancelled
            | Event::Replanned { .. }
            | Event::Undoing
            | Event::Undone => "",
        }
    }

    /// Whether somebody other than the driver appended it.
    pub(crate) fn is_from_outside(&self) -> bool {
        match self {
            Event::Done { by, .. } | Event::Rejected { by, .. } => by.is_some(),
            Event::Cancelled => true,
            _ => false,
        }
    }
}

/// An artifact on its way into the journal or out of it.
#[derive(Debug, Clone)]
pub(crate) enum Payload {
    /// As it is in memory.
    Live(Value),
    /// As the journal has it.
    Written(Arc<RawValue>),
    /// As takers will get it, with the text that it was read back from. Boxed, because it is rare in memory.
    Both(Box<(Value, Arc<RawValue>)>),
}

impl Payload {
    /// The value, unless it is still to be read.
    pub(crate) fn value(&self) -> Option<&Value> {
        match self {
            Payload::Live(value) => Some(value),
            Payload::Both(both) => Some(&both.0),
            Payload::Written(_) => None,
        }
    }

    /// The text, unless it was read already.
    pub(crate) fn written(&self) -> Option<&RawValue> {
        match self {
            Payload::Written(json) => Some(json),
            _ => None,
        }
    }

    /// Why the check, if there is one, rejects it.
    pub(crate) fn rejected_by(&self, check: Option<Check>) -> Option<String> {
        match check?(&**self.value()?) {
            Verdict::Pass => None,
            Verdict::Reject(reason) => Some(reason),
        }
    }

    /// The value alone, without the text, once there is one.
    pub(crate) fn settled(&self) -> Payload {
        self.value()
            .map_or_else(|| self.clone(), |value| Payload::Live(Arc::clone(value)))
    }
}
