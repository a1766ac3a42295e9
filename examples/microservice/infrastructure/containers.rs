//! The image and how many of it run where: written, linted, and sized by what an instance needed when it was tried.

use std::time::Duration;

use super::{compose, compose::Sizes, container_file, container_lint, skeleton};
use crate::{
    artifacts::{ContainerSetup, ServiceCharter, ServiceLevels, StoragePlan, TechnologyStack},
    failure::{Outcome, ensure},
    outputs::Outputs,
    service::{process::Launch, stock::ANYWHERE},
};

/// One may fail while another is replaced.
const INSTANCES_AT_LEAST: u16 = 2;
/// An instance gets so many times what it needed when it did nothing.
const MEMORY_SPARE: u64 = 4;
/// A second longer than the service takes to cut off what is still being answered.
const GRACE: Duration = Duration::from_secs(3);

/// Writes the files.
///
/// # Errors
/// When a file breaks a rule, or the skeleton does not start.
pub async fn configure(
    charter: &ServiceCharter,
    stack: &TechnologyStack,
    storage: &StoragePlan,
    levels: &ServiceLevels,
    outputs: &Outputs,
) -> Outcome<ContainerSetup> {
    let definition = skeleton::write(outputs, &charter.service)?;
    let scratch = outputs.scratch()?;
    let instance = Launch::orders(&definition, ANYWHERE)
        .with("--store", scratch.path().join("orders.db"))
        .start()
        .await?;
    let peak_bytes = instance.usage()?.peak_bytes;
    instance.stop().await?;
    let memory_mib = ((peak_bytes * MEMORY_SPARE) >> 20).next_power_of_two().max(64);
    // Where one answer in a hundred may fail, a third instance is not worth its memory.
    let strict = levels.objectives.iter().any(|it| it.target_percent > 99.9);
    let instances = INSTANCES_AT_LEAST + u16::from(strict);
    let grace_s = u32::try_from(GRACE.as_secs()).unwrap_or(u32::MAX);
    let sizes = Sizes {
        instances,
        cpu_millicores: 1_000,
        memory_mib,
        grace_s,
    };
    let container_file = container_file::text();
    let mut faults: Vec<String> = container_lint::lint(&container_file)
        .into_iter()
        .map(|broken| broken.fault)
        .collect();
    let compose = compose::text(&compose::compose(&charter.system, &sizes))?;
    faults.extend(compose::lint(&compose));
    let kept = storage.stores.iter().any(|store| !store.entities.is_empty());
    ensure(
        !kept || compose.contains("/data"),
        "nothing outlives the containers; give the store a volume",
    )?;
    ensure(
        !stack.parts.is_empty(),
        "the stack names nothing that could be built",
    )?;
    ensure(faults.is_empty(), faults.join("; "))?;
    outputs.write(container_file::FILE, container_file)?;
    outputs.write(compose::FILE, compose)?;
    Ok(ContainerSetup {
        container_file: container_file::FILE.into(),
        base_image: container_file::RUNTIME_IMAGE.to_owned(),
        orchestration_file: compose::FILE.into(),
        instances_at_least: instances,
        instances_at_most: instances * 2,
        cpu_millicores: sizes.cpu_millicores,
        memory_bytes: memory_mib << 20,
        grace_s,
    })
}
