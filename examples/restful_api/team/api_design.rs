//! The contract, designed.

use workflow_runtime::prelude::*;

use super::{Team, listed};
use crate::{
    brief::Brief, design, design::contract::PublishedContract, design::dtos::DtoSchemas,
    design::openapi::OpenApi, design::problems::ProblemCatalog, design::rules::ValidationRules,
    design::versioning::VersioningPlan, plan::restful_api, requirements::access::AccessRules,
    requirements::conventions::Conventions, requirements::formats::Formats, requirements::limits::LimitPlan,
    requirements::resources::ResourceModel,
};

impl restful_api::ApiDesign for Team {
    async fn create_specification(
        &self,
        cx: &StepContext,
        brief: &Brief,
        model: &ResourceModel,
        conventions: &Conventions,
        access: &AccessRules,
        formats: &Formats,
        limits: &LimitPlan,
    ) -> StepResult<OpenApi> {
        let sources = design::openapi::Sources {
            api: &brief.api,
            model,
            conventions,
            access,
            formats,
            limits,
        };
        let openapi = design::openapi::create(sources)?;
        cx.say(format_args!("{} operations", openapi.operations));
        Ok(openapi)
    }

    async fn design_dtos(
        &self,
        cx: &StepContext,
        resources: &ResourceModel,
        limits: &LimitPlan,
    ) -> StepResult<DtoSchemas> {
        let dtos = design::dtos::design(resources, limits);
        cx.say(format_args!("{} schemas", dtos.schemas.len()));
        Ok(dtos)
    }

    async fn define_validation(
        &self,
        cx: &StepContext,
        resources: &ResourceModel,
        dtos: &DtoSchemas,
    ) -> StepResult<ValidationRules> {
        let rules = design::rules::define(resources, dtos)?;
        let count: usize = rules
            .resources
            .iter()
            .map(|rules| rules.properties.len() + rules.orders.len())
            .sum();
        cx.say(format_args!("{count} rules"));
        Ok(rules)
    }

    async fn define_errors(&self, cx: &StepContext, formats: &Formats) -> StepResult<ProblemCatalog> {
        let problems = design::problems::define(formats)?;
        cx.say(format_args!("{} problems", problems.problems.len()));
        Ok(problems)
    }

    async fn plan_versioning(
        &self,
        cx: &StepContext,
        brief: &Brief,
        conventions: &Conventions,
    ) -> StepResult<VersioningPlan> {
        let plan = design::versioning::plan(&brief.api, conventions)?;
        cx.say(format_args!("version {} at {}", plan.major, plan.base_path));
        Ok(plan)
    }

    async fn assemble_contract(
        &self,
        cx: &StepContext,
        openapi: &OpenApi,
        dtos: &DtoSchemas,
        problems: &ProblemCatalog,
        versioning: &VersioningPlan,
    ) -> StepResult<OpenApi> {
        let assembled = design::contract::assemble(openapi, dtos, problems, versioning)?;
        cx.say("valid OpenAPI 3.1, its schemas valid JSON Schema 2020-12");
        Ok(assembled)
    }

    async fn publish_contract(&self, cx: &StepContext, openapi: &OpenApi) -> StepResult<PublishedContract> {
        let published = design::contract::publish(openapi, &self.folders.of(cx)?)?;
        cx.say(listed(published.files.iter().map(|file| file.path.as_str())));
        Ok(published)
    }
}
