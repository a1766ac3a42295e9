//! The backend of the sample project: parcels of a bookshop's warehouse, from the packing table to the door. A small real
//! service on axum and SQLite; a team that follows the plan puts its own in its place.
//!
//! `serve` starts it, `migrate` makes its tables. It knows nothing of the plan.

mod carrier;
mod exercise;
mod http;
mod log;
mod refusal;
mod rules;
mod store;

use std::{
    collections::HashMap,
    io::Write,
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, Mutex},
};

use clap::{Parser, ValueEnum};

use self::{carrier::Carrier, http::App};
use crate::{
    failure::{Failure, Outcome, ensure},
    live::Live,
    outputs::sha256_hex,
};

/// The sample project's backend
#[derive(Debug, Parser)]
#[command(name = "backend_development")]
enum Verb {
    /// Makes the tables of the sample service, or brings them up to date
    Migrate {
        /// The SQLite file
        #[arg(long)]
        database: PathBuf,
    },
    /// Runs the integration tests of the sample service
    Exercise {
        /// A SQLite file that is not there yet
        #[arg(long)]
        database: PathBuf,
    },
    /// Starts the sample service on the loopback interface
    Serve {
        /// The port; 0 is any that is free
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// The SQLite file
        #[arg(long)]
        database: PathBuf,
        /// Where the carrier that prints labels is, as host and port
        #[arg(long)]
        carrier: SocketAddr,
        /// Ends as soon as its standard input is closed, so that it never outlives who started it
        #[arg(long)]
        until_closed: bool,
        /// A fault that is planted, for tests that must find it
        #[arg(long)]
        fault: Option<Fault>,
    },
}

/// A fault that is planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fault {
    /// Every known caller may do everything
    AnyCaller,
    /// A parcel may weigh anything
    AnyWeight,
    /// Answers tell what the database said
    TellsInside,
    /// The log has what it must not have
    LogsRecipient,
    /// Tracking waits for nothing
    SlowTracking,
}

/// Tokens by caller, as in `packer=..,desk=..`.
const TOKENS: &str = "PARCELS_TOKENS";

/// Does what is asked for.
#[allow(clippy::print_stderr, reason = "the program's messages")]
#[tokio::main]
pub(crate) async fn main() -> ExitCode {
    let done = match Verb::parse() {
        Verb::Migrate { database } => store::open(&database).map(drop),
        Verb::Exercise { database } => match exercise::run(&database, say).await {
            Ok(code) => return code,
            Err(failure) => Err(failure),
        },
        Verb::Serve {
            port,
            database,
            carrier,
            until_closed,
            fault,
        } => serve(port, &database, carrier, until_closed, fault).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Whoever reads may be gone by the time it is said.
fn say(line: String) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

async fn serve(
    port: u16,
    database: &std::path::Path,
    carrier: SocketAddr,
    until_closed: bool,
    fault: Option<Fault>,
) -> Outcome<()> {
    let app = Arc::new(App {
        database: Arc::new(Mutex::new(store::open(database)?)),
        callers: callers(&std::env::var(TOKENS).unwrap_or_default())?,
        carrier: Carrier::new(carrier),
        fault,
    });
    let live = Live::start(http::router(&app), port).await?;
    say(format!("parcels on http://{}", live.address()));
    if until_closed {
        let closed =
            tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
        // Whatever ends the waiting, nobody is there any more.
        let _ = closed.await;
    } else {
        tokio::signal::ctrl_c().await.map_err(Failure::new)?;
    }
    live.stop().await
}

/// Callers by the SHA-256 of their token, so that looking one up says nothing about another.
fn callers(tokens: &str) -> Outcome<HashMap<String, String>> {
    let mut callers = HashMap::new();
    for entry in tokens.split(',').filter(|entry| !entry.is_empty()) {
        let (caller, token) = entry
            .split_once('=')
            .ok_or_else(|| Failure::new(format_args!("{TOKENS} is not a list such as `packer=TOKEN`")))?;
        ensure(
            token.len() >= 16,
            format_args!("the token of `{caller}` is shorter than 16 characters; take a longer one"),
        )?;
        callers.insert(sha256_hex(token.as_bytes()), caller.to_owned());
    }
    ensure(
        !callers.is_empty(),
        format_args!("nobody may call; set {TOKENS}, as in `packer=TOKEN,desk=TOKEN`"),
    )?;
    Ok(callers)
}
