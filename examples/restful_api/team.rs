//! The team: each step of the plan done by a function of the domain, a module per phase.

mod api_design;
mod database_design;
mod finalization;
mod implementation;
mod requirements;
mod testing;

use workflow_runtime::StepContext;

use crate::{
    failure::Outcome,
    outputs::{Folders, Place},
    testing::report::TestReport,
};

/// Does what the plan asks for.
#[derive(Debug)]
pub struct Team {
    folders: Folders,
}

/// Where runs write to. `service.db` is not among what is written: the run asks the file itself.
pub static PLACE: Place = Place {
    variable: "RESTFUL_API_OUT",
    folders: "target/restful_api",
    written: &[
        ".gitignore",
        "README.md",
        "dependencies.json",
        "design",
        "docs",
        "manifest.json",
        "migrations",
        "openapi.json",
        "openapi.yaml",
        "reports",
        "service.json",
        "service.toml",
        "tokens.json",
    ],
};

impl Team {
    /// A team that writes where `RESTFUL_API_OUT` says.
    ///
    /// # Errors
    /// When nothing can be written there, or what is there would be written over.
    pub fn from_env() -> Outcome<Self> {
        let folders = Folders::from_env(&PLACE)?;
        Ok(Team { folders })
    }
}

fn reported(cx: &StepContext, report: TestReport) -> TestReport {
    cx.say(format_args!(
        "{} passed, {} found something",
        report.passed,
        report.findings.len()
    ));
    report
}

fn listed<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
