//! How the service is made.

use examples::microservice;
use workflow_runtime::prelude::*;

use super::Team;
use crate::{
    architecture::{communication, internals, observability, stack, storage},
    artifacts::{
        CommunicationDesign, DataOwnership, DependencyMap, InternalArchitecture, ObservabilityPlan,
        ServiceBoundaries, ServiceCharter, ServiceInterfaces, ServiceLevels, StoragePlan, StoreChoice,
        TechnologyStack,
    },
    charter, lessons,
    testing::load,
};

impl microservice::ArchitectureDesign for Team {
    async fn select_stack(
        &self,
        cx: &StepContext,
        charter: &ServiceCharter,
        _interfaces: &ServiceInterfaces,
        _levels: &ServiceLevels,
    ) -> StepResult<TechnologyStack> {
        let (stack, trial) = stack::select(charter, &self.folders.of(cx)?)?;
        cx.say(format_args!(
            "{} parts; SQLite kept {:.0} orders per second, {} are expected",
            stack.parts.len(),
            trial.per_second,
            charter.expected_requests_per_second
        ));
        Ok(stack)
    }

    async fn design_internals(
        &self,
        cx: &StepContext,
        boundaries: &ServiceBoundaries,
        _interfaces: &ServiceInterfaces,
        _stack: &TechnologyStack,
    ) -> StepResult<InternalArchitecture> {
        let design = internals::design(boundaries)?;
        let known: usize = design.modules.iter().map(|module| module.knows.len()).sum();
        cx.say(format_args!(
            "{} modules know of each other in {known} places, none in a circle",
            design.modules.len()
        ));
        Ok(design)
    }

    async fn plan_storage(
        &self,
        cx: &StepContext,
        ownership: &DataOwnership,
        _levels: &ServiceLevels,
        _stack: &TechnologyStack,
    ) -> StepResult<StoragePlan> {
        let outputs = self.folders.of(cx)?;
        let scratch = outputs.scratch()?;
        let trial = stack::try_store(StoreChoice::Sqlite, scratch.path())?;
        let plan = storage::plan(&charter(&outputs)?, ownership, trial);
        cx.say(format_args!(
            "{} bytes for an order, {} caches",
            trial.bytes_per_order,
            plan.caches.len()
        ));
        Ok(plan)
    }

    async fn design_communication(
        &self,
        cx: &StepContext,
        interfaces: &ServiceInterfaces,
        dependencies: &DependencyMap,
        _levels: &ServiceLevels,
    ) -> StepResult<CommunicationDesign> {
        let learned = lessons::before(&self.folders.of(cx)?, load::SUBJECT, cx.round())?;
        let design = communication::design(interfaces, dependencies, &learned);
        for call in &design.calls {
            cx.say(format_args!(
                "`{}`: {} attempts of {} ms each, {} at once",
                call.exchange, call.attempts, call.timeout_ms, call.at_once
            ));
        }
        Ok(design)
    }

    async fn plan_observability(
        &self,
        cx: &StepContext,
        levels: &ServiceLevels,
        communication: &CommunicationDesign,
    ) -> StepResult<ObservabilityPlan> {
        let plan = observability::plan(levels, communication)?;
        cx.say(format_args!(
            "{} metrics, {} objectives computed from them",
            plan.metrics.len(),
            plan.indicators.len()
        ));
        Ok(plan)
    }
}
