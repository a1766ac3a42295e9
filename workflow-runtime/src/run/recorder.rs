//! From a journal to where the run stands, if the plan as it is now lets it be taken up.

use std::sync::Arc;

use crate::change;
use crate::error::RuntimeError;
use crate::journal::backend::{Gone, Reader};
use crate::journal::event::Event;
use crate::layout::{Layout, Outline};
use crate::run::state::State;

/// Folds a journal as it is read.
pub(crate) struct Recorder<'l> {
    layout: &'l Layout,
    state: State,
    /// The plan that the run was taken up with last, unless it is the one that it was begun under and still is.
    before: Option<Arc<Outline>>,
    gone: Vec<Gone>,
    handed_in_last: Option<u16>,
}

/// Where a run stands by its journal.
pub(crate) struct Recorded {
    pub(crate) state: State,
    /// The step that was handed in, if that is the last that happened.
    pub(crate) handed_in_last: Option<u16>,
    /// The plan that it goes under, and what is different in this one; `None` if that is the same.
    pub(crate) other: Option<(Arc<Outline>, Vec<String>)>,
}

impl<'l> Recorder<'l> {
    pub(crate) fn new(layout: &'l Layout) -> Self {
        Recorder {
            layout,
            state: State::new(layout),
            before: None,
            gone: Vec::new(),
            handed_in_last: None,
        }
    }

    /// Once all was read.
    pub(crate) fn finish(self, id: &str) -> Result<Recorded, RuntimeError> {
        let Recorder {
            layout,
            state,
            before,
            gone,
            handed_in_last,
        } = self;
        let before = before.filter(|before| **before != layout.outline);
        let other = match before {
            None if gone.is_empty() => None,
            None => return Err(change::refused(id, layout, change::unknown(&gone))),
            Some(before) => {
                change::accept(id, &before, layout, &state, &gone)?;
                let differences = change::between(&before, layout);
                Some((before, differences))
            }
        };
        Ok(Recorded {
            state,
            handed_in_last,
            other,
        })
    }
}

impl Reader for Recorder<'_> {
    fn other_plan(&mut self, before: Outline) {
        self.state.went_under(self.layout, &before);
        self.before = Some(Arc::new(before));
    }

    fn event(&mut self, event: Event) {
        if let Event::Replanned { plan, .. } = &event {
            self.before = Some(Arc::clone(plan));
        }
        self.state.apply(self.layout, &event);
        self.handed_in_last = match event {
            Event::Done {
                step, by: Some(_), ..
            } => Some(step),
            _ => None,
        };
    }

    fn gone(&mut self, gone: Gone) {
        // A step may be named by many lines.
        if !self.gone.contains(&gone) {
            self.gone.push(gone);
        }
    }
}
