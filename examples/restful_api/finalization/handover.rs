//! The end of the work: a process of its own checks the bundle, and whoever asked for it hears where everything is.

use examples::command::{Command, Output, Run};
use workflow_runtime::prelude::*;

use super::bundle::{self, Bundle, BundleCheck};
use crate::{
    database::migrations::DATABASE_FILE,
    failure::Outcome,
    implementation::project::{DEFINITION_FILE, SETTINGS_FILE},
    outputs::Outputs,
    service::tokens::TOKENS_FILE,
    testing::{load::LoadReport, report::TestReport},
};

/// Runs this very program to check the bundle, then says what is where.
#[derive(Debug, Clone, Copy)]
pub struct SelfCheck;

type Takes = (Bundle, TestReport, TestReport, TestReport, TestReport, LoadReport);

impl Step<Takes, BundleCheck> for SelfCheck {
    async fn perform(&self, cx: &StepContext, given: Given<'_, Takes>) -> StepResult<BundleCheck> {
        let Given((bundle, unit, contract, authentication, bad_input, load)) = given;
        let check = Run::new(command).parsed(read);
        let checked = check.perform(cx, Given((bundle,))).await?;
        sweep(bundle)?;
        let reports = [unit, contract, authentication, bad_input];
        for (what, line) in summary(bundle, &checked, &reports, load) {
            cx.say(format_args!("{what:9} {line}"));
        }
        Ok(checked)
    }
}

fn command(bundle: &Bundle) -> StepResult<Command> {
    Ok(Command::new(std::env::current_exe()?)
        .arg("check")
        .arg(&bundle.folder))
}

fn read(output: &Output) -> StepResult<BundleCheck> {
    Ok(serde_json::from_str(&output.stdout)?)
}

/// Nothing is tried after this.
fn sweep(bundle: &Bundle) -> Outcome<()> {
    Outputs::open(&crate::team::PLACE, bundle.folder.as_ref())?.sweep();
    Ok(())
}

fn summary(
    bundle: &Bundle,
    checked: &BundleCheck,
    reports: &[&TestReport],
    load: &LoadReport,
) -> [(&'static str, String); 9] {
    let listed = |beginning: &str| {
        let paths = bundle.files.iter().map(|file| file.path.as_str());
        let such: Vec<_> = paths.filter(|path| path.starts_with(beginning)).collect();
        such.join(", ")
    };
    let passed = reports
        .iter()
        .map(|report| format!("{} {}", report.passed, report.suite.replace('_', " ")));
    let passed: Vec<_> = passed.collect();
    let folder = &bundle.folder;
    [
        ("folder", folder.clone()),
        (
            "contract",
            format!("{}: {} operations", listed("openapi."), checked.operations),
        ),
        (
            "database",
            format!(
                "{DATABASE_FILE}, by {} migrations in migrations/",
                checked.migrations
            ),
        ),
        (
            "service",
            format!("{DEFINITION_FILE}, {SETTINGS_FILE}; its tokens are in {TOKENS_FILE}"),
        ),
        ("tests", format!("reports/: {} passed", passed.join(", "))),
        ("load", load.to_string()),
        ("documents", listed("docs/")),
        (
            "bundle",
            format!(
                "{}: {} files, {} bytes, checked by a process of its own",
                bundle::MANIFEST_FILE,
                checked.files_verified,
                bundle.total_bytes
            ),
        ),
        (
            "serve",
            format!("cargo run --example restful_api -- serve {folder}"),
        ),
    ]
}
