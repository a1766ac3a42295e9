//! What happens to a run: the lines of its journal, in the plan's numbers.

use std::sync::Arc;

use serde_json::value::RawValue;

use crate::artifact::Value;
use crate::layout::Layout;
use crate::plan::Check;
use crate::verdict::{Actor, Verdict, Waiver};

/// One thing that happened to a run.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// The run began with these inputs.
    Begun { inputs: Vec<Payload> },
    /// A step yielded what it makes, or a gate passed.
    Done {
        step: u16,
        round: u32,
        attempt: u32,
        payload: Option<Payload>,
        by: Option<Actor>,
    },
    /// An attempt failed. With `last`, the run halted over it.
    Failed {
        step: u16,
        round: u32,
        attempt: u32,
        error: Arc<str>,
        terminal: bool,
        last: bool,
    },
    /// A gate rejected; `back` tells the phase that the run was sent back to.
    Rejected {
        step: u16,
        round: u32,
        reason: Arc<str>,
        back: Option<u16>,
        by: Option<Actor>,
    },
    /// The run came to a manual step that nothing was handed in for yet.
    Waiting { step: u16, round: u32 },
    /// An optional phase was waived.
    Waived { phase: u16, round: u32, waiver: Waiver },
}

impl Event {
    /// The phase and the round that it belongs to; none for the beginning.
    pub(crate) fn place(&self, layout: &Layout) -> Option<(u16, u32)> {
        match self {
            Event::Begun { .. } => None,
            Event::Done { step, round, .. }
            | Event::Failed { step, round, .. }
            | Event::Rejected { step, round, .. }
            | Event::Waiting { step, round } => Some((layout.phase_of(*step), *round)),
            Event::Waived { phase, round, .. } => Some((*phase, *round)),
        }
    }

    /// The path of the step or the name of the phase that it is about; empty at the start.
    pub(crate) fn position<'a>(&self, layout: &'a Layout) -> &'a str {
        match self {
            Event::Begun { .. } => "",
            Event::Done { step, .. }
            | Event::Failed { step, .. }
            | Event::Rejected { step, .. }
            | Event::Waiting { step, .. } => layout.path(*step),
            Event::Waived { phase, .. } => layout.phase(*phase).name,
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
