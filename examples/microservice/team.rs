//! The team: each step of the plan done by a function of the domain, a module per phase.

mod architecture_design;
mod deployment_and_operation;
mod implementation;
mod infrastructure_setup;
mod service_definition;
mod testing;

use crate::{
    failure::Outcome,
    outputs::{Folders, Place},
};

/// Does what the plan asks for.
#[derive(Debug)]
pub struct Team {
    folders: Folders,
}

/// Where runs write to.
pub static PLACE: Place = Place {
    variable: "MICROSERVICE_OUT",
    folders: "target/microservice",
    written: &[
        "charter.json",
        "deployment",
        "docs",
        "infrastructure",
        "reports",
        "service",
        "service.json",
    ],
};

impl Team {
    /// A team that writes where `MICROSERVICE_OUT` says.
    ///
    /// # Errors
    /// When nothing can be written there, or what is there would be written over.
    pub fn from_env() -> Outcome<Self> {
        let folders = Folders::from_env(&PLACE)?;
        Ok(Team { folders })
    }
}

fn listed<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
