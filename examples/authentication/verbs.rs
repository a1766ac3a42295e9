//! What is done besides the plan: serving what is live in the folder of a run, and attacking a service with planted faults.

use std::{io::Write, path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use examples::{
    failure::{Failure, Outcome},
    outputs::Outputs,
};

use crate::{
    building::SWEPT_EVERY_S,
    drill,
    release::deployment,
    service::{Service, clock::Clock, post::Post},
    team::PLACE,
};

/// What is done besides the plan.
#[derive(Debug, Parser)]
#[command(name = "authentication")]
enum Verb {
    /// Serves the login that is live in the folder of a run
    Serve {
        folder: PathBuf,
        /// The port to serve on; 0 is any that is free
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Ends by itself after so many seconds
        #[arg(long = "for")]
        for_s: Option<u64>,
        /// Ends when nobody holds the other end of standard input any more
        #[arg(long)]
        until_stdin_ends: bool,
    },
    /// Attacks a service that has these weaknesses, and says which rules did not hold, a line of JSON for each attack
    Drill {
        /// As in the mandate; none is a service without any
        weaknesses: Vec<String>,
    },
}

/// Does what is asked for.
#[allow(clippy::print_stderr, reason = "the program's messages")]
#[tokio::main]
pub async fn main() -> ExitCode {
    let done = match Verb::parse() {
        Verb::Serve {
            folder,
            port,
            for_s,
            until_stdin_ends,
        } => serve(folder, port, for_s, until_stdin_ends).await,
        Verb::Drill { weaknesses } => drill(&weaknesses).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Prints a line. Nobody may be reading any more; the work goes on all the same.
fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

async fn serve(folder: PathBuf, port: u16, for_s: Option<u64>, until_stdin_ends: bool) -> Outcome<()> {
    let nothing = || {
        Failure::new(format_args!(
            "nothing is live in `{}`; deploy a login there with `run --input FILE`",
            folder.display()
        ))
    };
    if !folder.is_dir() {
        return Err(nothing());
    }
    let outputs = Outputs::open(&PLACE, &folder)?;
    // The folder of a run, or that of one login, as the trial of a deployment has it.
    let (served, version) = match deployment::live(&outputs)? {
        Some(live) => (Outputs::open(&PLACE, &outputs.place(&live.folder))?, live.version),
        None if outputs.place("service.json").is_file() && !outputs.place(".run").exists() => {
            (outputs, "on trial".to_owned())
        }
        None => return Err(nothing()),
    };
    let definition = deployment::served(&served)?;
    let system = definition.system.clone();
    let service = Service::open(definition, &served, Clock::default(), Post::Spool(served.clone()))?;
    // What cannot be answered is told to whoever runs it, in lines of JSON; the answer itself says nothing of it.
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .init();
    let live = service.serve(port).await?;
    say(format_args!(
        "{system}, {version}, on http://{} (Ctrl-C stops it)",
        live.address()
    ));
    let sweeping = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(u64::from(SWEPT_EVERY_S))).await;
            let _ = service.sweep();
        }
    });
    let ends = async {
        match for_s {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    let left_alone = async {
        if !until_stdin_ends {
            return std::future::pending().await;
        }
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        // A thread of its own: the runtime would wait for one of its own to end.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            let _ = tell.send(());
        });
        let _ = told.await;
    };
    tokio::select! {
        stopped = tokio::signal::ctrl_c() => stopped.map_err(Failure::new)?,
        () = ends => {}
        () = left_alone => {}
    }
    sweeping.abort();
    live.stop().await
}

async fn drill(names: &[String]) -> Outcome<()> {
    for line in drill::attack(names).await? {
        say(line);
    }
    Ok(())
}
