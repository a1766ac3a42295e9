//! The service, built.

use examples::microservice;
use workflow_runtime::prelude::*;

use super::Team;
use crate::{
    artifacts::{
        CommunicationDesign, ContainerSetup, DependencyMap, InternalArchitecture, ObservabilityPlan,
        ServiceBoundaries, ServiceCode, ServiceInterfaces, StoragePlan,
    },
    charter, implementation, lessons,
    testing::resilience,
};

fn said(cx: &StepContext, code: ServiceCode) -> ServiceCode {
    if let Some(trial) = code.tried.last() {
        cx.say(&trial.seen);
    }
    code
}

impl microservice::Implementation for Team {
    async fn develop_core(
        &self,
        cx: &StepContext,
        boundaries: &ServiceBoundaries,
        internals: &InternalArchitecture,
        storage: &StoragePlan,
    ) -> StepResult<ServiceCode> {
        let outputs = self.folders.of(cx)?;
        let service = charter(&outputs)?.service;
        let code = implementation::core::develop(&service, boundaries, internals, storage, &outputs)?;
        Ok(said(cx, code))
    }

    async fn implement_interfaces(
        &self,
        cx: &StepContext,
        code: &ServiceCode,
        interfaces: &ServiceInterfaces,
        communication: &CommunicationDesign,
    ) -> StepResult<ServiceCode> {
        let outputs = self.folders.of(cx)?;
        let code = implementation::interfaces::implement(code, interfaces, communication, &outputs).await?;
        Ok(said(cx, code))
    }

    async fn add_resilience(
        &self,
        cx: &StepContext,
        code: &ServiceCode,
        communication: &CommunicationDesign,
        dependencies: &DependencyMap,
    ) -> StepResult<ServiceCode> {
        let outputs = self.folders.of(cx)?;
        let learned = lessons::before(&outputs, resilience::SUBJECT, cx.round())?;
        let charter = charter(&outputs)?;
        let code =
            implementation::guard::add(code, communication, dependencies, &charter, &learned, &outputs)
                .await?;
        for guard in code.calls.iter().filter_map(|call| call.guard.as_ref()) {
            match guard.all_calls_ms {
                None => cx.say("nothing bounds all calls of a request together"),
                Some(ms) => cx.say(format_args!(
                    "all calls of a request get {ms} ms, for callers had waited"
                )),
            }
        }
        Ok(said(cx, code))
    }

    async fn implement_probes(
        &self,
        cx: &StepContext,
        code: &ServiceCode,
        containers: &ContainerSetup,
        dependencies: &DependencyMap,
    ) -> StepResult<ServiceCode> {
        let code =
            implementation::probes::implement(code, containers, dependencies, &self.folders.of(cx)?).await?;
        Ok(said(cx, code))
    }

    async fn add_telemetry(
        &self,
        cx: &StepContext,
        code: &ServiceCode,
        observability: &ObservabilityPlan,
    ) -> StepResult<ServiceCode> {
        let code = implementation::telemetry::add(code, observability, &self.folders.of(cx)?).await?;
        Ok(said(cx, code))
    }
}
