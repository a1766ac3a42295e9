//! What the program does besides driving the plan: it serves, asks, lints and shifts traffic. 0 is done, 1 is something that was
//! found, 2 is something that the user must change first.

use std::{
    fmt,
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Args, Parser, Subcommand};

use crate::{
    artifacts::{ServiceCharter, ServiceLevels},
    client::{Call, Client},
    definition::levels,
    failure::{During, Failure, Outcome, ensure},
    implementation,
    infrastructure::lint,
    operation::{deployment, rollout},
    outputs::Outputs,
    service::{
        orders::{OrdersService, OwnFault, Registered, Settings},
        record::{RecordFiles, Recorder},
        registry::Registry,
        stock::{Mode, Stock},
        store::StoreSettings,
    },
    team,
    testing::bed::{Bed, Making, one_order},
};

/// The first words of these verbs.
pub const NAMES: &[&str] = &[
    "serve",
    "probe",
    "lint",
    "smoke",
    "digest",
    "roll-out",
    "roll-back",
];

/// What is done besides driving the plan.
#[derive(Debug, Parser)]
#[command(name = "microservice")]
enum Verb {
    /// Serves `orders` from its definition, or `stock`
    #[command(subcommand)]
    Serve(Serve),
    /// Asks an address, prints the status, and fails unless it is 200
    Probe { url: String },
    /// Lints what lies in a folder for the operation of the service
    Lint { folder: PathBuf },
    /// Starts a definition with a stock beside it, and asks it what it has
    Smoke { definition: PathBuf },
    /// Prints what tells an image of this program with that definition from others
    Digest { definition: PathBuf },
    /// Rolls the service of a finished folder out again
    RollOut {
        folder: PathBuf,
        /// As a version with this fault
        #[arg(long)]
        fault: Option<OwnFault>,
    },
    /// Shifts all traffic of a finished folder back
    RollBack { folder: PathBuf },
}

#[derive(Debug, Subcommand)]
enum Serve {
    /// The service
    Orders(Box<ServeOrders>),
    /// Its neighbour
    Stock(ServeStock),
}

#[derive(Debug, Args)]
struct Listening {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The port of 127.0.0.1 to listen on; 0 is any that is free
    #[arg(long)]
    port: Option<u16>,
    /// Serves until standard input is closed, instead of Ctrl-C
    #[arg(long)]
    until_closed: bool,
}

#[derive(Debug, Args)]
struct ServeOrders {
    #[command(flatten)]
    listening: Listening,
    /// The definition of the service
    #[arg(long)]
    definition: PathBuf,
    /// Where stock is, as http://HOST:PORT
    #[arg(long)]
    stock: String,
    /// Where orders are kept; in memory without
    #[arg(long)]
    store: Option<PathBuf>,
    /// The most pages of 4 KiB that the store may grow to
    #[arg(long)]
    store_pages: Option<u32>,
    /// The folder for the log and the spans
    #[arg(long)]
    records: Option<PathBuf>,
    /// The registry to enter
    #[arg(long)]
    registry: Option<PathBuf>,
    /// The name to enter it under
    #[arg(long, default_value = "orders-1")]
    instance: String,
    /// How often to say there that it is there
    #[arg(long, default_value = "100")]
    heartbeat_ms: u64,
    /// The environment that it runs in
    #[arg(long, default_value = "development")]
    environment: String,
    /// A fault of this version
    #[arg(long)]
    fault: Option<OwnFault>,
}

#[derive(Debug, Args)]
struct ServeStock {
    #[command(flatten)]
    listening: Listening,
    /// How long an answer takes
    #[arg(long, default_value = "5")]
    delay_ms: u64,
    /// Makes answers so much later
    #[arg(long)]
    slow_by_ms: Option<u64>,
    /// The folder for the log and the spans
    #[arg(long)]
    records: Option<PathBuf>,
}

/// What ended a verb otherwise than well.
#[derive(Debug)]
struct Ended {
    code: u8,
    message: String,
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Ended {
            code: 2,
            message: failure.to_string(),
        }
    }
}

fn found(message: impl fmt::Display) -> Ended {
    Ended {
        code: 1,
        message: message.to_string(),
    }
}

/// Whether the program has such a verb with such arguments.
///
/// # Errors
/// Says what it has against them.
pub fn read<'a>(arguments: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let line = std::iter::once("microservice").chain(arguments);
    let read = Verb::try_parse_from(line).map(drop);
    read.map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())
}

/// Does what is asked for.
#[allow(clippy::print_stderr, reason = "the program's messages")]
#[tokio::main]
pub async fn main() -> ExitCode {
    let done = match Verb::parse() {
        Verb::Serve(Serve::Orders(orders)) => serve_orders(*orders).await,
        Verb::Serve(Serve::Stock(stock)) => serve_stock(stock).await,
        Verb::Probe { url } => probe(&url).await,
        Verb::Lint { folder } => lint_folder(&folder),
        Verb::Smoke { definition } => smoke(&definition).await,
        Verb::Digest { definition } => digest(&definition),
        Verb::RollOut { folder, fault } => roll_out(&folder, fault).await,
        Verb::RollBack { folder } => roll_back(&folder).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended { code, message }) => {
            eprintln!("error: {message}");
            ExitCode::from(code)
        }
    }
}

/// Prints a line. Nobody may be reading any more; the work goes on all the same.
fn say(line: impl fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

impl Listening {
    fn address(&self) -> SocketAddr {
        self.port
            .map_or(self.listen, |port| SocketAddr::from(([127, 0, 0, 1], port)))
    }

    /// Waits until there is a reason to stop.
    async fn until_stopped(&self) -> Outcome<()> {
        if self.until_closed {
            let reading =
                tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
            let closed = reading.await.during("waiting for the end of standard input")?;
            return closed.map(drop).during("waiting for the end of standard input");
        }
        tokio::signal::ctrl_c().await.during("waiting for Ctrl-C")
    }
}

/// The address in `http://HOST:PORT/PATH`, and the path.
async fn resolve(url: &str) -> Outcome<(SocketAddr, String)> {
    let rest = url.strip_prefix("http://").ok_or_else(|| {
        Failure::new(format_args!(
            "`{url}` is no address; write it as http://HOST:PORT"
        ))
    })?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut found = tokio::net::lookup_host(host)
        .await
        .during(format_args!("looking up `{host}`"))?;
    let address = found
        .next()
        .ok_or_else(|| Failure::new(format_args!("nobody is called `{host}`")))?;
    Ok((address, format!("/{path}")))
}

async fn serve_orders(wanted: ServeOrders) -> Result<(), Ended> {
    let code = implementation::read(&wanted.definition)?;
    let (stock, _) = resolve(&wanted.stock).await?;
    let store = match wanted.store {
        None => StoreSettings::memory(),
        Some(file) => StoreSettings {
            pages_at_most: wanted.store_pages,
            ..StoreSettings::of(code.store, file)
        },
    };
    let registered = wanted.registry.map(|root| Registered {
        registry: Registry::new(root),
        instance: wanted.instance,
        heartbeat: Duration::from_millis(wanted.heartbeat_ms.max(10)),
    });
    let service = OrdersService::start(Settings {
        code,
        stock,
        store,
        listen: wanted.listening.address(),
        records: wanted.records,
        registered,
        fault: wanted.fault,
        environment: wanted.environment,
    })
    .await?;
    say(format_args!("orders on http://{}", service.address()));
    wanted.listening.until_stopped().await?;
    Ok(service.stop().await?)
}

async fn serve_stock(wanted: ServeStock) -> Result<(), Ended> {
    let recorder = match &wanted.records {
        Some(folder) => Recorder::to_files("stock", &RecordFiles::within(folder, "stock"), 1)?,
        None => Recorder::silent("stock"),
    };
    let delay = Duration::from_millis(wanted.delay_ms);
    let stock = Stock::start(wanted.listening.address(), delay, recorder).await?;
    if let Some(by_ms) = wanted.slow_by_ms {
        stock.behave(Mode::Slow(by_ms));
    }
    say(format_args!("stock on http://{}", stock.address()));
    Ok(wanted.listening.until_stopped().await?)
}

/// How long a probe waits.
const PROBE_WAITS: Duration = Duration::from_secs(2);

async fn probe(url: &str) -> Result<(), Ended> {
    let (address, path) = resolve(url).await?;
    let mut client = Client::new(address);
    let asked = tokio::time::timeout(PROBE_WAITS, client.send(&Call::new("GET", path))).await;
    let reply = asked
        .map_err(|_| found("it takes too long to answer"))?
        .map_err(found)?;
    say(reply.status);
    ensure(reply.status == 200, "it is not well").map_err(found)
}

fn lint_folder(folder: &Path) -> Result<(), Ended> {
    let linted = lint::lint(folder)?;
    ensure(
        !linted.files.is_empty(),
        format_args!("there is nothing to lint in `{}`", folder.display()),
    )?;
    for file in &linted.files {
        say(file);
    }
    ensure(linted.faults.is_empty(), linted.faults.join("\n")).map_err(found)
}

async fn smoke(definition: &Path) -> Result<(), Ended> {
    let code = implementation::read(definition)?;
    let bed = Bed::start(&code, &Making::default()).await?;
    for probe in &code.probes {
        let status = bed.status(&probe.path).await?;
        ensure(status == 200, format_args!("{} answers {status}", probe.path)).map_err(found)?;
    }
    if code.serves.iter().any(|served| served == "POST /orders") {
        let answers = bed.send(one_order()).await?;
        let taken = answers.iter().all(crate::testing::callers::Answer::is_taken);
        ensure(taken, format_args!("an order is answered with {answers:?}")).map_err(found)?;
    }
    bed.orders.stop().await?;
    say("well");
    Ok(())
}

fn digest(definition: &Path) -> Result<(), Ended> {
    say(deployment::image(&implementation::read(definition)?)?);
    Ok(())
}

/// What a finished run left: its folder, its charter and its objectives.
fn finished(folder: &Path) -> Outcome<(Outputs, ServiceCharter, ServiceLevels)> {
    ensure(
        folder.join(deployment::FILE).is_file(),
        format_args!(
            "`{}` holds no service that was rolled out; make one with `run --input FILE`",
            folder.display()
        ),
    )?;
    let outputs = Outputs::open(&team::PLACE, folder)?;
    let charter = crate::charter(&outputs)?;
    let dependencies = crate::artifacts::DependencyMap {
        dependencies: Vec::new(),
    };
    let levels = levels::define(&charter, &dependencies);
    Ok((outputs, charter, levels))
}

async fn roll_out(folder: &Path, fault: Option<OwnFault>) -> Result<(), Ended> {
    let (outputs, charter, levels) = finished(folder)?;
    let outcome = rollout::run(&charter, &levels, fault, &outputs).await?;
    outputs.sweep();
    for step in &outcome.rollout.steps {
        say(format_args!(
            "{} %: {} answers, {} % failed, 95 % within {} ms",
            step.traffic_percent, step.requests, step.errors_percent, step.latency.p95_ms
        ));
    }
    say(format_args!(
        "users sent {} orders meanwhile, {} failed",
        outcome.rollout.users_requests, outcome.rollout.users_failed
    ));
    if let Some(requests) = outcome.went_back {
        say(format_args!(
            "all of {requests} more went to what was there before"
        ));
    }
    match outcome.rolled_back {
        None => Ok(()),
        Some(why) => Err(found(format_args!("all traffic went back: {why}"))),
    }
}

async fn roll_back(folder: &Path) -> Result<(), Ended> {
    let (outputs, charter, _) = finished(folder)?;
    let seen = rollout::roll_back(&charter, &outputs).await?;
    outputs.sweep();
    say(format_args!(
        "all of {seen} requests went to what was there before"
    ));
    Ok(())
}
