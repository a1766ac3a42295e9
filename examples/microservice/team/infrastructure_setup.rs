//! The ground that the service stands on.

use examples::microservice;
use workflow_runtime::prelude::*;

use super::Team;
use crate::{
    artifacts::{
        ContainerSetup, DeliveryPipeline, DiscoverySetup, EnvironmentParity, MonitoringSetup,
        ObservabilityPlan, ServiceInterfaces, ServiceLevels, StoragePlan, TechnologyStack,
    },
    charter,
    infrastructure::{compose, container_file, containers, discovery, monitoring, parity, pipeline},
    remove,
};

impl microservice::InfrastructureSetup for Team {
    async fn set_up_pipeline(
        &self,
        cx: &StepContext,
        stack: &TechnologyStack,
    ) -> StepResult<DeliveryPipeline> {
        let outputs = self.folders.of(cx)?;
        let pipeline = pipeline::set_up(&charter(&outputs)?.service, stack, &outputs).await?;
        let done = pipeline.stages.iter().filter_map(|stage| stage.took_ms);
        let (stages, took_ms) = (done.clone().count(), done.sum::<u64>());
        cx.say(format_args!(
            "{stages} of {} stages done with the skeleton, in {took_ms} ms",
            pipeline.stages.len()
        ));
        Ok(pipeline)
    }

    async fn remove_pipeline(
        &self,
        cx: &StepContext,
        _stack: &TechnologyStack,
        _pipeline: Option<&DeliveryPipeline>,
    ) -> StepResult<()> {
        Ok(remove(&self.folders.of(cx)?, &[pipeline::FILE])?)
    }

    async fn configure_containers(
        &self,
        cx: &StepContext,
        stack: &TechnologyStack,
        storage: &StoragePlan,
        levels: &ServiceLevels,
    ) -> StepResult<ContainerSetup> {
        let outputs = self.folders.of(cx)?;
        let setup = containers::configure(&charter(&outputs)?, stack, storage, levels, &outputs).await?;
        cx.say(format_args!(
            "{} instances of {} MiB each, from {}; no rule is broken",
            setup.instances_at_least,
            setup.memory_bytes >> 20,
            setup.base_image
        ));
        Ok(setup)
    }

    async fn remove_containers(
        &self,
        cx: &StepContext,
        _stack: &TechnologyStack,
        _storage: &StoragePlan,
        _levels: &ServiceLevels,
        _setup: Option<&ContainerSetup>,
    ) -> StepResult<()> {
        Ok(remove(
            &self.folders.of(cx)?,
            &[container_file::FILE, compose::FILE],
        )?)
    }

    async fn establish_parity(
        &self,
        cx: &StepContext,
        containers: &ContainerSetup,
        _storage: &StoragePlan,
    ) -> StepResult<EnvironmentParity> {
        let outputs = self.folders.of(cx)?;
        let parity = parity::establish(&charter(&outputs)?.service, containers, &outputs).await?;
        cx.say(format_args!(
            "{} environments came up and differ in {} things",
            parity.environments.len(),
            parity.differences.len()
        ));
        Ok(parity)
    }

    async fn set_up_monitoring(
        &self,
        cx: &StepContext,
        observability: &ObservabilityPlan,
        _containers: &ContainerSetup,
    ) -> StepResult<MonitoringSetup> {
        let setup = monitoring::set_up(observability, &self.folders.of(cx)?).await?;
        cx.say(format_args!(
            "{} alerts fired and reached the pager",
            setup.alerts.len()
        ));
        Ok(setup)
    }

    async fn configure_discovery(
        &self,
        cx: &StepContext,
        interfaces: &ServiceInterfaces,
        containers: &ContainerSetup,
    ) -> StepResult<DiscoverySetup> {
        let outputs = self.folders.of(cx)?;
        let setup =
            discovery::configure(&charter(&outputs)?.service, interfaces, containers, &outputs).await?;
        cx.say(format_args!(
            "a killed instance was gone after {} ms, stopped ones after {} ms",
            setup.killed_gone_after_ms, setup.stopped_gone_after_ms
        ));
        Ok(setup)
    }

    async fn deregister(
        &self,
        cx: &StepContext,
        _interfaces: &ServiceInterfaces,
        _containers: &ContainerSetup,
        _setup: Option<&DiscoverySetup>,
    ) -> StepResult<()> {
        let outputs = self.folders.of(cx)?;
        Ok(discovery::deregister(&charter(&outputs)?.service, &outputs)?)
    }
}
