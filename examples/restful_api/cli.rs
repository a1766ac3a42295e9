//! The command line: what is asked for, and how it ended. 0 is done, 1 is a run or a check that found something, 2 is
//! something the user must change first.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::{ArgGroup, Parser};
use workflow_runtime::Runtime;

use crate::{
    brief,
    failure::{During, Failure},
    finalization::bundle,
    implementation::project::{Settings, read_settings},
    outputs::Outputs,
    plan::{RestfulApi, restful_api},
    progress::{Progress, say},
    service::{
        definition::ServiceDefinition,
        live::{LiveService, Start},
    },
    team::Team,
};

/// From a brief in TOML to a REST service that runs, tested and documented.
#[derive(Debug, Parser)]
#[command(name = "restful_api", group(ArgGroup::new("mode").required(true).args(["brief", "serve", "check", "plan"])))]
struct Arguments {
    /// The brief to work from
    #[arg(long, value_name = "FILE", requires = "out")]
    brief: Option<PathBuf>,
    /// The folder that everything is written to; a run that was stopped there goes on
    #[arg(long, value_name = "FOLDER", requires = "brief")]
    out: Option<PathBuf>,
    /// Starts the finished service of a folder
    #[arg(long, value_name = "FOLDER")]
    serve: Option<PathBuf>,
    /// The port to serve on, instead of the one in the settings; 0 is any that is free
    #[arg(long, requires = "serve")]
    port: Option<u16>,
    /// Checks the bundle of a folder against its manifest
    #[arg(long, value_name = "FOLDER")]
    check: Option<PathBuf>,
    /// Prints the plan
    #[arg(long)]
    plan: bool,
}

/// The journal, relative to the folder of the run.
const JOURNAL_FILE: &str = "run.db";

/// What a run writes at the top of its folder. `service.db` is not among it: the run asks the file itself.
const WRITTEN: &[&str] = &[
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
];
/// A folder holds one run.
const RUN_ID: &str = "restful-api";

/// Something the user must change first, or a run that found something.
#[derive(Debug)]
struct Ended {
    code: u8,
    message: String,
}

/// Does what is asked for.
#[allow(clippy::print_stderr, reason = "the program's messages")]
pub async fn main() -> ExitCode {
    match work(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended { code, message }) => {
            eprintln!("{message}");
            ExitCode::from(code)
        }
    }
}

async fn work(arguments: Arguments) -> Result<(), Ended> {
    match arguments {
        Arguments {
            brief: Some(file),
            out: Some(folder),
            ..
        } => run(&file, &folder).await,
        Arguments {
            serve: Some(folder),
            port,
            ..
        } => serve(folder, port).await,
        Arguments {
            check: Some(folder), ..
        } => check(folder),
        _ => {
            say(RestfulApi::PLAN);
            Ok(())
        }
    }
}

fn refuse(error: impl std::fmt::Display) -> Ended {
    Ended {
        code: 2,
        message: format!("error: {error}"),
    }
}

/// Nothing is created before the brief is good.
async fn run(file: &std::path::Path, folder: &std::path::Path) -> Result<(), Ended> {
    let brief = brief::read(file).map_err(|faults| Ended {
        code: 2,
        message: faults.to_string(),
    })?;
    let title = brief.api.title.clone();
    leaves_others_alone(folder)?;
    let outputs = Outputs::open(folder).map_err(refuse)?;
    let progress = Progress::begin();
    let journal = outputs.place(JOURNAL_FILE);
    let runtime = Runtime::open(&journal)
        .and_then(Runtime::cancel_on_ctrl_c)
        .map_err(refuse)?
        .with_observer(progress.clone());
    say(format_args!(
        "{title}: from {} to {}",
        file.display(),
        folder.display()
    ));
    let team = Arc::new(Team {
        outputs: outputs.clone(),
        progress,
    });
    let done = RestfulApi::run(&runtime, RUN_ID, &team, brief)
        .await
        .map_err(|halted| ended(&halted))?;
    outputs.sweep();
    say(summary(&done, folder));
    Ok(())
}

/// A folder without a journal must not hold what the run would write over.
fn leaves_others_alone(folder: &std::path::Path) -> Result<(), Ended> {
    if folder.join(JOURNAL_FILE).exists() {
        return Ok(());
    }
    match WRITTEN.iter().find(|name| folder.join(name).exists()) {
        None => Ok(()),
        Some(name) => Err(Ended {
            code: 2,
            message: format!(
                "error: `{}` is there already and not of a run, which would write over it; choose another `--out`",
                folder.join(name).display()
            ),
        }),
    }
}

fn ended(halted: &restful_api::Halted) -> Ended {
    if halted.is_cancelled() {
        return Ended {
            code: 130,
            message: "stopped; what is done stays done: give the same command again to go on".to_owned(),
        };
    }
    let Some(refused) = halted.cause.journal() else {
        let remedy = "what is done stays done: mend the cause and give the same command again";
        return Ended {
            code: 1,
            message: format!("error: {halted}\nhelp: {remedy}"),
        };
    };
    let remedy = if refused.is_other_inputs() {
        "\nhelp: this folder holds a run from another brief; choose another `--out`"
    } else if refused.is_plan_changed() {
        "\nhelp: choose another `--out`, or finish with the program that began"
    } else {
        ""
    };
    Ended {
        code: 2,
        message: format!("error: {halted}{remedy}"),
    }
}

fn summary(done: &RestfulApi<restful_api::Done>, folder: &std::path::Path) -> String {
    let artifacts = done.artifacts();
    let (resources, openapi, published) = (artifacts.resources(), artifacts.openapi(), artifacts.published());
    let reports = [
        artifacts.unit(),
        artifacts.contract(),
        artifacts.authentication(),
        artifacts.bad_input(),
    ];
    let tests = reports.map(|report| format!("{} {}", report.passed, report.suite.replace('_', " ")));
    let contract: Vec<&str> = published.files.iter().map(|file| file.path.as_str()).collect();
    let lines = [
        (
            "contract",
            format!(
                "{}: {} resources, {} operations",
                contract.join(", "),
                resources.resources.len(),
                openapi.operations
            ),
        ),
        (
            "database",
            format!(
                "{} from migrations/: {} tables, {} indexes, {} statements",
                artifacts.migrations().database_file,
                artifacts.tables().tables.len(),
                artifacts.indexes().indexes.len(),
                artifacts.queries().queries.len()
            ),
        ),
        (
            "service",
            format!(
                "service.json, service.toml, tokens.json: {} routes",
                artifacts.service().routes.len()
            ),
        ),
        ("tests", format!("reports/: {} passed", tests.join(", "))),
        ("load", artifacts.load().to_string()),
        (
            "documents",
            [
                &artifacts.reference().file,
                &artifacts.usage().file,
                &artifacts.guide().file,
            ]
            .map(|file| file.path.as_str())
            .join(", "),
        ),
        (
            "security",
            format!("{} claims hold", artifacts.review().checks.len()),
        ),
        (
            "bundle",
            format!(
                "{}: {} files, {} bytes, checked by a process of its own",
                bundle::MANIFEST_FILE,
                artifacts.checked().files_verified,
                artifacts.bundle().total_bytes
            ),
        ),
        ("journal", JOURNAL_FILE.to_owned()),
    ];
    let lines: String = lines
        .iter()
        .map(|(what, text)| format!("  {what:9} {text}\n"))
        .collect();
    format!(
        "\nDone, everything is in {folder}:\n{lines}\nServe it: cargo run --example restful_api -- --serve {folder}",
        folder = folder.display()
    )
}

/// Opens a folder that a run has finished in.
fn finished(folder: PathBuf) -> Result<(Outputs, Settings), Ended> {
    if !folder.join(bundle::MANIFEST_FILE).is_file() {
        let folder = folder.display();
        return Err(refuse(format_args!(
            "`{folder}` holds no finished service; make one with `--brief FILE --out {folder}`"
        )));
    }
    let outputs = Outputs::open(&folder).map_err(refuse)?;
    let settings = read_settings(&outputs).map_err(refuse)?;
    Ok((outputs, settings))
}

async fn serve(folder: PathBuf, port: Option<u16>) -> Result<(), Ended> {
    let (outputs, settings) = finished(folder)?;
    let definition = outputs.read(&settings.definition_file).map_err(refuse)?;
    let definition: ServiceDefinition = serde_json::from_slice(&definition)
        .during(format_args!("reading `{}`", settings.definition_file))
        .map_err(refuse)?;
    let start = Start {
        port: port.unwrap_or(settings.port),
        throttled: true,
    };
    let live = LiveService::start(&definition, &outputs.place(&settings.database_file), start)
        .await
        .map_err(refuse)?;
    let (title, base) = (&definition.title, &definition.base_path);
    say(format_args!(
        "{title} on http://{}{base} (Ctrl-C stops it)",
        live.address()
    ));
    tokio::signal::ctrl_c()
        .await
        .map_err(Failure::new)
        .map_err(refuse)?;
    say("stopping");
    live.stop().await.map_err(refuse)
}

fn check(folder: PathBuf) -> Result<(), Ended> {
    let (outputs, _) = finished(folder)?;
    let found = |error| Ended {
        code: 1,
        message: format!("error: {error}"),
    };
    let check = bundle::check(&outputs).map_err(found)?;
    say(serde_json::to_string(&check)
        .map_err(Failure::new)
        .map_err(found)?);
    Ok(())
}
