//! The service, tested and judged.

use workflow_runtime::prelude::*;

use super::{Team, reported};
use crate::{
    brief::Brief, design::openapi::OpenApi, plan::restful_api, requirements::resources::ResourceModel,
    service::definition::ServiceDefinition, testing, testing::load::LoadReport, testing::report::TestReport,
};

impl restful_api::Testing for Team {
    async fn unit_tests(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        resources: &ResourceModel,
        openapi: &OpenApi,
    ) -> StepResult<TestReport> {
        let report = testing::unit::run(service, resources, &openapi.document, &self.folders.of(cx)?)?;
        Ok(reported(cx, report))
    }

    async fn contract_tests(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        openapi: &OpenApi,
    ) -> StepResult<TestReport> {
        let report = testing::contract::run(service, &openapi.document, &self.folders.of(cx)?).await?;
        Ok(reported(cx, report))
    }

    async fn authentication_tests(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        openapi: &OpenApi,
    ) -> StepResult<TestReport> {
        let report = testing::authentication::run(service, &openapi.document, &self.folders.of(cx)?).await?;
        Ok(reported(cx, report))
    }

    async fn bad_input_tests(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        openapi: &OpenApi,
    ) -> StepResult<TestReport> {
        let report = testing::bad_input::run(service, &openapi.document, &self.folders.of(cx)?).await?;
        Ok(reported(cx, report))
    }

    async fn load_test(
        &self,
        cx: &StepContext,
        brief: &Brief,
        service: &ServiceDefinition,
        openapi: &OpenApi,
        _unit: &TestReport,
        _contract: &TestReport,
        _authentication: &TestReport,
        _bad_input: &TestReport,
    ) -> StepResult<LoadReport> {
        let load = testing::load::run(service, &openapi.document, &brief.load, &self.folders.of(cx)?).await?;
        cx.say(&load);
        Ok(load)
    }

    async fn quality(
        &self,
        cx: &StepContext,
        brief: &Brief,
        unit: &TestReport,
        contract: &TestReport,
        authentication: &TestReport,
        bad_input: &TestReport,
        load: &LoadReport,
    ) -> StepResult<Verdict> {
        let objections =
            testing::quality::objections(&[unit, contract, authentication, bad_input], load, &brief.load);
        if objections.is_empty() {
            let allowed = brief.load.p99_budget_ms;
            cx.say(format_args!("nothing found, a p99 of {allowed} ms is allowed"));
        }
        Ok(Verdict::pass_if(objections.is_empty(), objections.join("; ")))
    }
}
