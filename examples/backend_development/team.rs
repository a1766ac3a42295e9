//! The team: what machines do of the plan, a module per phase. Three phases in four are work for people only.

mod delivery;
mod optimization;
mod testing;

use std::sync::{Mutex, PoisonError};

use workflow_runtime::StepContext;

use crate::{
    failure::Outcome,
    outputs::{Folders, Outputs, Place},
};

/// Does what the plan asks machines for.
#[derive(Debug)]
pub(crate) struct Team {
    folders: Folders,
    /// Whichever step of a run comes first begins its folder; two of them may be the first at the same time.
    beginning: Mutex<()>,
}

/// Where runs write to.
static PLACE: Place = Place {
    variable: "BACKEND_DEVELOPMENT_OUT",
    folders: "target/backend_development",
    written: &["docs", "reports"],
};

impl Team {
    /// A team that writes where `BACKEND_DEVELOPMENT_OUT` says.
    pub(crate) fn from_env() -> Outcome<Self> {
        Ok(Team {
            folders: Folders::from_env(&PLACE)?,
            beginning: Mutex::new(()),
        })
    }

    /// The folder of a run, begun by whoever comes first.
    fn outputs(&self, cx: &StepContext) -> Outcome<Outputs> {
        let _beginning = self.beginning.lock().unwrap_or_else(PoisonError::into_inner);
        self.folders.of(cx).or_else(|_| self.folders.begin(cx))
    }
}
