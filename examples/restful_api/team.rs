//! The team: each step of the plan done by a function of the domain, a module per phase.

mod api_design;
mod database_design;
mod finalization;
mod implementation;
mod requirements;
mod testing;

use std::path::{Path, PathBuf};

use workflow_runtime::StepContext;

use crate::{
    failure::{Failure, Outcome},
    outputs::{OUT_VARIABLE, Outputs},
    testing::report::TestReport,
};

/// Writes what a run makes to a folder of that run.
#[derive(Debug)]
pub struct Team {
    /// Instead of a folder by the run's id.
    folder: Option<PathBuf>,
}

/// Where the folders of runs are, unless one is named.
const FOLDERS: &str = "target/restful_api";

impl Team {
    /// A team that writes where `RESTFUL_API_OUT` says.
    ///
    /// # Errors
    /// When nothing can be written there, or what is there would be written over.
    pub fn from_env() -> Outcome<Self> {
        let folder = std::env::var_os(OUT_VARIABLE).filter(|folder| !folder.is_empty());
        let folder = folder.map(PathBuf::from);
        if let Some(folder) = &folder {
            Outputs::open(folder)?.hold_a_run_or_nothing()?;
        }
        Ok(Team { folder })
    }

    /// The folder of a run that begins.
    fn begin_outputs(&self, cx: &StepContext) -> Outcome<Outputs> {
        Outputs::begin(&self.folder_of(cx.run_id())?, cx.run_id())
    }

    /// The folder of a run.
    fn outputs(&self, cx: &StepContext) -> Outcome<Outputs> {
        Outputs::of_run(&self.folder_of(cx.run_id())?, cx.run_id())
    }

    fn folder_of(&self, run: &str) -> Outcome<PathBuf> {
        if let Some(folder) = &self.folder {
            return Ok(folder.clone());
        }
        let is_plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
        if run.starts_with('.') || !run.chars().all(is_plain) {
            let message = format!("no folder can be named after run `{run}`; name one by {OUT_VARIABLE}");
            return Err(Failure::new(message));
        }
        Ok(Path::new(FOLDERS).join(run))
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
