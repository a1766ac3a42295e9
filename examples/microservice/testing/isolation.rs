//! Two instances, each a process with a store of its own: one is killed, its disk is filled, and it is starved of memory, while
//! the other goes on answering. Whether anybody noticed there is counted, not assumed.

mod trials;

use std::{
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};

use super::callers::{self, Answer, Pace};
use crate::{
    artifacts::{ContainerSetup, DiscoverySetup, Fault, FaultReport, FaultTrial},
    client::{Call, Client},
    evidence::{Finding, Severity},
    failure::{Failure, Outcome},
    outputs::Outputs,
    service::{
        process::{Instance, Launch},
        registry::Registry,
        stock::Stock,
    },
};

/// Where the report lies.
pub const REPORT: &str = "reports/isolation.json";

/// How long anything may take to come to pass.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the trials share.
struct Ground {
    definition: PathBuf,
    stock: Stock,
    registry: Registry,
    silent_at_most: Duration,
    heartbeat_ms: u32,
    service: String,
    scratch: tempfile::TempDir,
    containers: ContainerSetup,
    /// Nothing is done to this one.
    neighbour: Instance,
}

/// Causes the faults.
///
/// # Errors
/// When an instance does not start, or not again.
pub async fn run(
    definition: PathBuf,
    containers: &ContainerSetup,
    discovery: &DiscoverySetup,
    outputs: &Outputs,
) -> Outcome<FaultReport> {
    let scratch = outputs.scratch()?;
    let stock = Stock::start_quietly(Duration::from_millis(1)).await?;
    let registry = Registry::new(scratch.path().join("registry"));
    let neighbour = Launch::orders(&definition, stock.address())
        .with("--store", scratch.path().join("neighbour.db"))
        .start()
        .await?;
    let ground = Ground {
        definition,
        stock,
        registry,
        silent_at_most: Duration::from_millis(u64::from(discovery.removed_after_ms)),
        heartbeat_ms: discovery.heartbeat_ms,
        service: discovery.name.clone(),
        scratch,
        containers: containers.clone(),
        neighbour,
    };
    let trials = vec![
        trials::killed(&ground).await?,
        trials::disk_full(&ground).await?,
        trials::out_of_memory(&ground).await?,
    ];
    let noticed = trials.iter().filter(|trial| trial.errors_percent > 0.0);
    let findings = noticed.map(finding).collect();
    let report = FaultReport { trials, findings };
    outputs.write_json(REPORT, &report)?;
    ground.neighbour.stop().await?;
    Ok(report)
}

fn finding(trial: &FaultTrial) -> Finding {
    Finding {
        title: format!(
            "{:?} of one instance was felt at another: {}",
            trial.fault, trial.seen
        ),
        severity: Severity::High,
        place: trial.target.clone(),
        reproduction: "two instances with stores of their own, under load".to_owned(),
        fixed_in: None,
    }
}

impl Ground {
    /// An instance that something is done to.
    fn victim(&self, name: &str) -> Launch {
        Launch::orders(&self.definition, self.stock.address())
            .with("--store", self.scratch.path().join(format!("{name}.db")))
            .with("--registry", self.registry.root())
            .with("--instance", name)
            .with("--heartbeat-ms", self.heartbeat_ms.to_string())
    }

    /// What the neighbour's callers see meanwhile.
    fn load(&self) -> tokio::task::JoinHandle<Outcome<Vec<Answer>>> {
        let pace = Pace {
            orders: 60,
            callers: 4,
            per_second: Some(60),
            lines: 2,
        };
        tokio::spawn(callers::send(self.neighbour.address(), pace))
    }

    /// Whether the registry has an instance of that name.
    fn is_found(&self, name: &str) -> Outcome<bool> {
        let found = self.registry.found(&self.service, self.silent_at_most)?;
        Ok(found.iter().any(|entry| entry.instance == name))
    }

    async fn until_found(&self, name: &str, there: bool) -> Outcome<()> {
        let what = format!("whether `{name}` is found");
        until(&what, || async move { Ok(self.is_found(name)? == there) }).await
    }

    /// Waits until an instance can serve, and takes the time.
    async fn until_ready(&self, address: SocketAddr) -> Outcome<()> {
        until("an instance to be ready", || async move {
            Ok(status(address, "/health/ready").await == 200)
        })
        .await
    }
}

/// Waits until something is so.
async fn until<F: Future<Output = Outcome<bool>>>(what: &str, is_so: impl Fn() -> F) -> Outcome<()> {
    let begun = Instant::now();
    while !is_so().await? {
        if begun.elapsed() > PATIENCE {
            return Err(Failure::new(format_args!(
                "waited {} s in vain for {what}",
                PATIENCE.as_secs()
            )));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// The status of a path; 0 where nobody answers.
async fn status(address: SocketAddr, path: &str) -> u16 {
    let asked = Client::new(address).send(&Call::new("GET", path)).await;
    asked.map_or(0, |reply| reply.status)
}

/// A trial, with what the neighbour's callers saw.
fn noted(fault: Fault, begun: Instant, recovered: Duration, seen: &str, neighbours: &[Answer]) -> FaultTrial {
    let well = callers::percent_where(neighbours, |answer| answer.status == 201);
    let whole = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    FaultTrial {
        fault,
        target: "an instance of orders".to_owned(),
        lasted_ms: whole(begun.elapsed()),
        longest_wait_ms: callers::longest_ms(neighbours),
        promised:
            "callers of the other instance notice nothing, and this one serves again once that is mended"
                .to_owned(),
        seen: format!(
            "{seen}; {well} % of {} orders at the other were confirmed",
            neighbours.len()
        ),
        errors_percent: 100.0 - well,
        recovered_ms: whole(recovered),
    }
}
