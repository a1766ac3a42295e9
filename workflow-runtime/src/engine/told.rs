//! What a service tells of its plan to those who read its runs and need not have it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::layout::{Layout, Outline, index};

/// The plan as it is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Told {
    #[serde(flatten)]
    outline: Outline,
    /// The paths of the steps that can be undone. The outline has no word of that, and histories have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    undoable: Vec<String>,
}

/// A plan as it was read, without types.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) layout: Arc<Layout>,
    undoable: Arc<[String]>,
}

impl Told {
    /// As JSON.
    pub(super) fn of(layout: &Layout) -> String {
        let steps = 0..index(layout.step_count());
        let undoable = steps.filter(|step| layout.step(*step).undo.is_some());
        let told = Told {
            outline: layout.outline.clone(),
            undoable: undoable.map(|step| layout.path(step).to_owned()).collect(),
        };
        serde_json::to_string(&told).unwrap_or_default()
    }
}

impl Known {
    pub(super) fn read(told: &str) -> Result<Self, serde_json::Error> {
        let Told { outline, undoable } = serde_json::from_str(told)?;
        Ok(Known {
            layout: Arc::new(Layout::untyped(&outline)),
            undoable: undoable.into(),
        })
    }

    /// The path of the last step.
    pub(super) fn last_step(&self) -> &str {
        match self.layout.step_count().checked_sub(1) {
            Some(last) => self.layout.path(index(last)),
            None => "",
        }
    }

    pub(super) fn is_undoable(&self, step: u16) -> bool {
        let path = self.layout.path(step);
        self.undoable.iter().any(|undoable| undoable == path)
    }
}
