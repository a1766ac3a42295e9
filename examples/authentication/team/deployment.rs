//! Into the hands of users.

use examples::authentication::IntegrationAndDeployment;
use examples::authentication_plan::artifacts::{
    AuthEndpoints, ClientPatterns, Deployment, Documentation, IntegrationPoints, IntegrationRecord, KeyPlan,
    RecoveryFlow, SecondFactor, SessionService, TokenDesign, TokenService, UserManagement,
};
use workflow_runtime::prelude::*;

use super::Team;
use crate::release::{deployment, documents, integration};

impl IntegrationAndDeployment for Team {
    async fn integrate(
        &self,
        cx: &StepContext,
        points: &IntegrationPoints,
        _endpoints: &AuthEndpoints,
        _tokens: &TokenService,
        _sessions: &SessionService,
    ) -> StepResult<IntegrationRecord> {
        let record = integration::integrate(points, &self.folders.of(cx)?).await?;
        let names: Vec<&str> = record
            .connections
            .iter()
            .map(|connection| connection.point.as_str())
            .collect();
        cx.say(format_args!("in and out through {}", names.join(", ")));
        Ok(record)
    }

    async fn document_integration_patterns(
        &self,
        cx: &StepContext,
        points: &IntegrationPoints,
        design: &TokenDesign,
        _integrated: &IntegrationRecord,
    ) -> StepResult<ClientPatterns> {
        let (patterns, run) = documents::client_patterns(points, design, &self.folders.of(cx)?).await?;
        cx.say(format_args!(
            "{} kinds of client, {run} examples run",
            patterns.patterns.len()
        ));
        Ok(patterns)
    }

    async fn write_documentation(
        &self,
        cx: &StepContext,
        users: &UserManagement,
        _endpoints: &AuthEndpoints,
        recovery: &RecoveryFlow,
        factor: &SecondFactor,
        _patterns: &ClientPatterns,
    ) -> StepResult<Documentation> {
        let written = documents::write(users, recovery, factor, &self.folders.of(cx)?).await?;
        cx.say(format_args!("two pages, {} examples run", written.examples_run));
        Ok(written)
    }

    async fn deploy(
        &self,
        cx: &StepContext,
        integrated: &IntegrationRecord,
        _keys: &KeyPlan,
        _endpoints: &AuthEndpoints,
    ) -> StepResult<Deployment> {
        let outputs = self.folders.of(cx)?;
        let (deployment, raised) = deployment::deploy(integrated, &outputs).await?;
        cx.say(format_args!(
            "{} alerts, each fired once; {raised} old hashes raised",
            deployment.alerts_tried.len()
        ));
        cx.say(format_args!(
            "serve it by `cargo run --example authentication -- serve {}`",
            outputs.root().display()
        ));
        outputs.sweep();
        Ok(deployment)
    }

    async fn withdraw(
        &self,
        cx: &StepContext,
        _integrated: &IntegrationRecord,
        _keys: &KeyPlan,
        _endpoints: &AuthEndpoints,
        _deployment: Option<&Deployment>,
    ) -> StepResult<()> {
        match deployment::withdraw(&self.folders.of(cx)?)? {
            Some(former) => cx.say(format_args!("live again: {}", former.version)),
            None => cx.say("no login is live"),
        }
        Ok(())
    }
}
