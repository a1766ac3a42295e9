//! The team: each step of the plan done by a function of the domain, a module per phase.

mod architecture;
mod deployment;
mod implementation;
mod requirements;
mod testing;

use examples::{
    evidence::Finding,
    failure::Outcome,
    outputs::{Folders, Place},
};
use tokio::sync::Mutex;
use workflow_runtime::StepContext;

use crate::findings;

/// Does what the plan asks for.
#[derive(Debug)]
pub struct Team {
    folders: Folders,
    /// Attacks take turns: one that keeps the processors busy would spoil what another measures.
    attacks: Mutex<()>,
}

/// Where runs write to.
pub static PLACE: Place = Place {
    variable: "AUTHENTICATION_OUT",
    folders: "target/authentication",
    written: &[
        "alerts.yml",
        "assignment.json",
        "docs",
        "findings",
        "live",
        "providers",
        "reports",
        "secrets",
        "service.json",
        "standards.json",
    ],
};

impl Team {
    /// A team that writes where `AUTHENTICATION_OUT` says.
    ///
    /// # Errors
    /// When nothing can be written there, or what is there would be written over.
    pub fn from_env() -> Outcome<Self> {
        Ok(Team {
            folders: Folders::from_env(&PLACE)?,
            attacks: Mutex::new(()),
        })
    }

    /// What was found in earlier rounds.
    fn found(&self, cx: &StepContext) -> Outcome<Vec<Finding>> {
        findings::before(&self.folders.of(cx)?, cx.round())
    }
}
