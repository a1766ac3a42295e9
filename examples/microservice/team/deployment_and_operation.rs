//! The service in front of users.

use examples::microservice;
use workflow_runtime::prelude::*;

use super::Team;
use crate::{
    artifacts::{
        ContainerSetup, DeliveryPipeline, DependencyMap, HealthRecord, MonitoringSetup, OperationsManual,
        Rollout, ServiceCode, ServiceLevels,
    },
    charter,
    infrastructure::lint,
    operation::{health, rollout, runbook},
};

impl microservice::DeploymentAndOperation for Team {
    async fn roll_out(
        &self,
        cx: &StepContext,
        _code: &ServiceCode,
        _pipeline: &DeliveryPipeline,
        _containers: &ContainerSetup,
        levels: &ServiceLevels,
    ) -> StepResult<Rollout> {
        let outputs = self.folders.of(cx)?;
        let outcome = rollout::run(&charter(&outputs)?, levels, None, &outputs).await?;
        for step in &outcome.rollout.steps {
            cx.say(format_args!(
                "{} %: {} answers, {} % failed, 95 % within {} ms",
                step.traffic_percent, step.requests, step.errors_percent, step.latency.p95_ms
            ));
        }
        let rollout = outcome.rollout;
        cx.say(format_args!(
            "users sent {} orders meanwhile, {} failed",
            rollout.users_requests, rollout.users_failed
        ));
        match outcome.rolled_back {
            None => Ok(rollout),
            Some(why) => Err(StepError::new(format!("all traffic went back: {why}"))),
        }
    }

    async fn roll_back(
        &self,
        cx: &StepContext,
        _code: &ServiceCode,
        _pipeline: &DeliveryPipeline,
        _containers: &ContainerSetup,
        _levels: &ServiceLevels,
        _rollout: Option<&Rollout>,
    ) -> StepResult<()> {
        let outputs = self.folders.of(cx)?;
        let requests = rollout::roll_back(&charter(&outputs)?, &outputs).await?;
        outputs.sweep();
        cx.say(format_args!(
            "all of {requests} requests went to what was there before"
        ));
        Ok(())
    }

    async fn monitor_health(
        &self,
        cx: &StepContext,
        _rollout: &Rollout,
        monitoring: &MonitoringSetup,
        levels: &ServiceLevels,
    ) -> StepResult<HealthRecord> {
        let outputs = self.folders.of(cx)?;
        let health = health::monitor(&charter(&outputs)?, monitoring, levels, &outputs).await?;
        cx.say(format_args!(
            "{} requests in {} s, {} % of the error budget left, {} alerts",
            health.requests,
            health.watched_s,
            health.budget_left_percent,
            health.alerts_fired.len()
        ));
        Ok(health)
    }

    async fn healthy_in_production(
        &self,
        _cx: &StepContext,
        health: &HealthRecord,
        levels: &ServiceLevels,
    ) -> StepResult<Verdict> {
        let objections = health::objections(health, levels);
        Ok(Verdict::pass_if(objections.is_empty(), objections.join("; ")))
    }

    async fn document_operations(
        &self,
        cx: &StepContext,
        monitoring: &MonitoringSetup,
        dependencies: &DependencyMap,
        containers: &ContainerSetup,
        rollout: &Rollout,
    ) -> StepResult<OperationsManual> {
        let outputs = self.folders.of(cx)?;
        let manual = runbook::write(monitoring, dependencies, containers, rollout, &outputs)?;
        let linted = lint::lint(outputs.root())?;
        crate::failure::ensure(linted.faults.is_empty(), linted.faults.join("; "))?;
        outputs.sweep();
        cx.say(format_args!(
            "{} procedures, {} alerts lead to them; {} files linted",
            manual.procedures.len(),
            manual.alerts.len(),
            linted.files.len()
        ));
        Ok(manual)
    }
}
