//! What is done with the folder of a finished run. 0 is done, 1 is a check that found something, 2 is something the user
//! must change first.

use std::{fmt, io::Write, path::PathBuf, process::ExitCode};

use clap::Parser;

use crate::{
    failure::{During, Failure},
    finalization::bundle,
    implementation::project::{Settings, read_settings},
    outputs::Outputs,
    service::{
        definition::ServiceDefinition,
        live::{LiveService, Start},
    },
};

/// What is done with the folder of a finished run.
#[derive(Debug, Parser)]
#[command(name = "restful_api")]
enum Verb {
    /// Starts the finished service of a folder
    Serve {
        folder: PathBuf,
        /// The port to serve on, instead of the one in the settings; 0 is any that is free
        #[arg(long)]
        port: Option<u16>,
    },
    /// Checks the bundle of a folder against its manifest
    Check { folder: PathBuf },
}

/// Something the user must change first, or a check that found something.
#[derive(Debug)]
struct Ended {
    code: u8,
    message: String,
}

/// Does what is asked for.
#[allow(clippy::print_stderr, reason = "the program's messages")]
#[tokio::main]
pub async fn main() -> ExitCode {
    let done = match Verb::parse() {
        Verb::Serve { folder, port } => serve(folder, port).await,
        Verb::Check { folder } => check(folder),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended { code, message }) => {
            eprintln!("{message}");
            ExitCode::from(code)
        }
    }
}

fn refuse(error: impl fmt::Display) -> Ended {
    Ended {
        code: 2,
        message: format!("error: {error}"),
    }
}

/// Prints a line. Nobody may be reading any more; the work goes on all the same.
fn say(line: impl fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Opens a folder that a run has finished in.
fn finished(folder: PathBuf) -> Result<(Outputs, Settings), Ended> {
    if !folder.join(bundle::MANIFEST_FILE).is_file() {
        let folder = folder.display();
        return Err(refuse(format_args!(
            "`{folder}` holds no finished service; make one with `run --input FILE`"
        )));
    }
    let outputs = Outputs::open(&crate::team::PLACE, &folder).map_err(refuse)?;
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
