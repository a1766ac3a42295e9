//! The service, tested and judged.

use workflow_runtime::prelude::*;

use super::Team;
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
        let report = testing::unit::run(service, resources, &openapi.document, &self.outputs)?;
        Ok(self.reported(cx, report))
    }

    async fn contract_tests(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        openapi: &OpenApi,
    ) -> StepResult<TestReport> {
        let report = testing::contract::run(service, &openapi.document, &self.outputs).await?;
        Ok(self.reported(cx, report))
    }

    async fn authentication_tests(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        openapi: &OpenApi,
    ) -> StepResult<TestReport> {
        let report = testing::authentication::run(service, &openapi.document, &self.outputs).await?;
        Ok(self.reported(cx, report))
    }

    async fn bad_input_tests(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        openapi: &OpenApi,
    ) -> StepResult<TestReport> {
        let report = testing::bad_input::run(service, &openapi.document, &self.outputs).await?;
        Ok(self.reported(cx, report))
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
        let load = testing::load::run(service, &openapi.document, &brief.load, &self.outputs).await?;
        self.progress.note(cx, load.to_string());
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
        self.progress.note(
            cx,
            format!(
                "nothing found, the p99 of {} ms is allowed",
                brief.load.p99_budget_ms
            ),
        );
        Ok(Verdict::pass_if(objections.is_empty(), objections.join("; ")))
    }
}
