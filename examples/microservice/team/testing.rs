//! The service, tested and judged.

use examples::microservice;
use workflow_runtime::prelude::*;

use super::Team;
use crate::{
    artifacts::{
        CapacityReport, CommunicationDesign, ContainerSetup, DependencyMap, DiscoverySetup,
        EnvironmentParity, FaultReport, MonitoringSetup, ObservabilityPlan, ServiceCode, ServiceInterfaces,
        ServiceLevels, TestReport, VisibilityReport,
    },
    charter,
    implementation::{self},
    lessons,
    testing::{function, isolation, load, quality, resilience, visibility},
};

fn said(cx: &StepContext, report: FaultReport) -> FaultReport {
    for trial in &report.trials {
        cx.say(format_args!("{:?}: {}", trial.fault, trial.seen));
    }
    report
}

impl microservice::Testing for Team {
    async fn test_function(
        &self,
        cx: &StepContext,
        code: &ServiceCode,
        interfaces: &ServiceInterfaces,
    ) -> StepResult<TestReport> {
        let report = function::run(code, interfaces, &self.folders.of(cx)?).await?;
        cx.say(format_args!(
            "{} passed, {} failed",
            report.passed,
            report.failures.len()
        ));
        Ok(report)
    }

    async fn test_resilience(
        &self,
        cx: &StepContext,
        code: &ServiceCode,
        communication: &CommunicationDesign,
        dependencies: &DependencyMap,
    ) -> StepResult<FaultReport> {
        let outputs = self.folders.of(cx)?;
        let orders = charter(&outputs)?.trials.orders_per_fault;
        let (report, learned) = resilience::run(code, communication, dependencies, orders, &outputs).await?;
        lessons::write(&outputs, resilience::SUBJECT, cx.round(), &learned)?;
        Ok(said(cx, report))
    }

    async fn test_load(
        &self,
        cx: &StepContext,
        _code: &ServiceCode,
        containers: &ContainerSetup,
        parity: &EnvironmentParity,
        levels: &ServiceLevels,
    ) -> StepResult<CapacityReport> {
        let outputs = self.folders.of(cx)?;
        let definition = outputs.place(implementation::FILE);
        let (report, learned) = load::run(&definition, &charter(&outputs)?, parity, levels, &outputs).await?;
        lessons::write(&outputs, load::SUBJECT, cx.round(), &learned)?;
        let expected = &report.expected;
        cx.say(format_args!(
            "{} orders per second: 95 % within {} ms, {} % failed, {} MiB of {}",
            expected.load.requests_per_second,
            expected.latency.p95_ms,
            expected.errors_percent,
            expected.peak_memory_bytes >> 20,
            containers.memory_bytes >> 20
        ));
        cx.say(format_args!(
            "it gives way at {} orders per second: {}",
            report.limit_requests_per_second, report.bottleneck
        ));
        Ok(report)
    }

    async fn test_isolation(
        &self,
        cx: &StepContext,
        _code: &ServiceCode,
        containers: &ContainerSetup,
        discovery: &DiscoverySetup,
    ) -> StepResult<FaultReport> {
        let outputs = self.folders.of(cx)?;
        let definition = outputs.place(implementation::FILE);
        let report = isolation::run(definition, containers, discovery, &outputs).await?;
        Ok(said(cx, report))
    }

    async fn verify_observability(
        &self,
        cx: &StepContext,
        code: &ServiceCode,
        observability: &ObservabilityPlan,
        _monitoring: &MonitoringSetup,
    ) -> StepResult<VisibilityReport> {
        let report = visibility::run(code, observability, &self.folders.of(cx)?).await?;
        for trial in &report.trials {
            let told_by = trial.told_by.as_deref().unwrap_or("nothing");
            cx.say(format_args!(
                "{:?}: told by {told_by}; the log says {}; {}",
                trial.fault, trial.log_says, trial.traces_say
            ));
        }
        cx.say(format_args!(
            "{} of {} traces went through both services",
            report.complete_traces, report.tried_traces
        ));
        Ok(report)
    }

    async fn behaves(
        &self,
        _cx: &StepContext,
        functional: &TestReport,
        resilience: &FaultReport,
        isolation: &FaultReport,
        visibility: &VisibilityReport,
    ) -> StepResult<Verdict> {
        let objections = quality::behaviour(functional, resilience, isolation, visibility);
        Ok(Verdict::pass_if(objections.is_empty(), objections.join("; ")))
    }

    async fn keeps_objectives(
        &self,
        _cx: &StepContext,
        load: &CapacityReport,
        levels: &ServiceLevels,
    ) -> StepResult<Verdict> {
        let objections = quality::objectives(load, levels);
        Ok(Verdict::pass_if(objections.is_empty(), objections.join("; ")))
    }
}
