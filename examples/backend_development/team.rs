//! The team: what machines do of the plan, a module per phase. Three phases in four are work for people only.

mod delivery;
mod optimization;
mod testing;

use crate::{
    failure::Outcome,
    outputs::{Folders, Place},
};

/// Does what the plan asks machines for.
#[derive(Debug)]
pub(crate) struct Team {
    folders: Folders,
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
        })
    }
}
