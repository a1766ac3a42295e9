//! How others find the service: instances enter a registry, and leave it when they are not ready, told to stop, or gone.

use std::time::{Duration, Instant};

use super::skeleton;
use crate::{
    artifacts::{ContainerSetup, DiscoverySetup, ServiceInterfaces},
    failure::{Failure, Outcome, ensure},
    outputs::Outputs,
    service::{
        process::{Instance, Launch},
        registry::Registry,
        stock::ANYWHERE,
    },
};

/// The registry, in the folder of the run.
pub const REGISTRY: &str = "infrastructure/registry";
/// What was set up.
pub const FILE: &str = "infrastructure/discovery.json";

/// How often an instance says that it is there.
pub const HEARTBEAT: Duration = Duration::from_millis(100);
/// After how long a silent one is taken out. A busy machine may miss a few beats.
pub const REMOVED_AFTER: Duration = Duration::from_millis(1_000);
/// How long anything may take in this trial.
const PATIENCE: Duration = Duration::from_secs(15);

/// Starts two instances, kills one and stops the other, and takes the time until nobody finds them.
///
/// # Errors
/// When an instance is not found, or still found when it is gone.
pub async fn configure(
    service: &str,
    interfaces: &ServiceInterfaces,
    containers: &ContainerSetup,
    outputs: &Outputs,
) -> Outcome<DiscoverySetup> {
    let asked = interfaces
        .exchanges
        .iter()
        .any(|exchange| exchange.caller_waits_ms > 0);
    ensure(
        asked,
        "nobody asks anything of the service, so nobody needs to find it",
    )?;
    let registry = Registry::new(outputs.place(REGISTRY));
    registry.remove(service)?;
    let definition = skeleton::write(outputs, service)?;
    let scratch = outputs.scratch()?;
    let mut instances: Vec<Instance> = Vec::new();
    for number in 1..=containers.instances_at_least.max(2) {
        let launch = Launch::orders(&definition, ANYWHERE)
            .with("--store", scratch.path().join(format!("{number}.db")))
            .with("--registry", registry.root())
            .with("--instance", format!("trial-{number}"))
            .with("--heartbeat-ms", HEARTBEAT.as_millis().to_string());
        instances.push(launch.start().await?);
    }
    let started = instances.len();
    until(&registry, service, |found| found == started).await?;
    let mut instances = instances.into_iter();
    let begun = Instant::now();
    if let Some(killed) = instances.next() {
        killed.kill().await?;
    }
    until(&registry, service, |found| found < started).await?;
    let killed_gone_after = begun.elapsed();
    let begun = Instant::now();
    for stopped in instances {
        stopped.stop().await?;
    }
    until(&registry, service, |found| found == 0).await?;
    let setup = DiscoverySetup {
        name: service.to_owned(),
        registry: REGISTRY.to_owned(),
        heartbeat_ms: milliseconds(HEARTBEAT),
        removed_after_ms: milliseconds(REMOVED_AFTER),
        killed_gone_after_ms: u64::from(milliseconds(killed_gone_after)),
        stopped_gone_after_ms: u64::from(milliseconds(begun.elapsed())),
        readiness_path: skeleton::READY.to_owned(),
    };
    outputs.write_json(FILE, &setup)?;
    Ok(setup)
}

fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

/// Waits until so many instances are found.
async fn until(registry: &Registry, service: &str, enough: impl Fn(usize) -> bool) -> Outcome<()> {
    let begun = Instant::now();
    loop {
        let found = registry.found(service, REMOVED_AFTER)?;
        if enough(found.len()) {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(Failure::new(format_args!(
                "{} instances of `{service}` are found after {} s, which are not those that are there",
                found.len(),
                PATIENCE.as_secs()
            )));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Takes the service out of the registry.
///
/// # Errors
/// When the registry cannot be written.
pub fn deregister(service: &str, outputs: &Outputs) -> Outcome<()> {
    Registry::new(outputs.place(REGISTRY)).remove(service)?;
    crate::remove(outputs, &[FILE])
}
