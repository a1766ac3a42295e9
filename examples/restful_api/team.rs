//! The team: each step of the plan done by a function of the domain, a module per phase.

mod api_design;
mod database_design;
mod finalization;
mod implementation;
mod requirements;
mod testing;

use workflow_runtime::StepContext;

use crate::{outputs::Outputs, progress::Progress, testing::report::TestReport};

/// Writes to one folder, and says what it does.
#[derive(Debug)]
pub struct Team {
    /// Where outputs go.
    pub outputs: Outputs,
    /// Where words go.
    pub progress: Progress,
}

impl Team {
    fn reported(&self, cx: &StepContext, report: TestReport) -> TestReport {
        let note = format!(
            "{} passed, {} found something",
            report.passed,
            report.findings.len()
        );
        self.progress.note(cx, note);
        report
    }
}

fn listed<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
