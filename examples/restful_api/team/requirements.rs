//! The requirements, gathered.

use workflow_runtime::prelude::*;

use super::Team;
use crate::{
    brief::Brief, plan::restful_api, requirements, requirements::access::AccessRules,
    requirements::conventions::Conventions, requirements::formats::Formats, requirements::limits::LimitPlan,
    requirements::resources::ResourceModel,
};

impl restful_api::Requirements for Team {
    async fn define_resources(&self, cx: &StepContext, brief: &Brief) -> StepResult<ResourceModel> {
        self.folders.begin(cx)?;
        let model = requirements::resources::define(brief)?;
        let order = model.creation_order.join(", ");
        cx.say(format_args!(
            "{} resources, created in the order {order}",
            model.resources.len()
        ));
        Ok(model)
    }

    async fn choose_conventions(
        &self,
        cx: &StepContext,
        brief: &Brief,
        resources: &ResourceModel,
    ) -> StepResult<Conventions> {
        let conventions = requirements::conventions::choose(&brief.api, resources)?;
        let names: usize = conventions.checks.iter().map(|check| check.names).sum();
        cx.say(format_args!(
            "{} rules held over {names} names",
            conventions.checks.len()
        ));
        Ok(conventions)
    }

    async fn determine_access(
        &self,
        cx: &StepContext,
        brief: &Brief,
        resources: &ResourceModel,
    ) -> StepResult<AccessRules> {
        let access = requirements::access::determine(brief, resources)?;
        let public = access
            .operations
            .iter()
            .filter(|operation| operation.scope.is_none())
            .count();
        cx.say(format_args!(
            "{} operations, {public} of them public, {} roles",
            access.operations.len(),
            access.roles.len()
        ));
        Ok(access)
    }

    async fn define_formats(
        &self,
        cx: &StepContext,
        resources: &ResourceModel,
        access: &AccessRules,
    ) -> StepResult<Formats> {
        let formats = requirements::formats::define(resources, access)?;
        let statuses: usize = formats
            .operations
            .iter()
            .map(|operation| 1 + operation.problem_statuses.len())
            .sum();
        cx.say(format_args!("{statuses} answers"));
        Ok(formats)
    }

    async fn set_limits(&self, cx: &StepContext, brief: &Brief) -> StepResult<LimitPlan> {
        let plan = requirements::limits::set(brief)?;
        let limits = &plan.limits;
        cx.say(format_args!(
            "{} requests at once, {} a minute",
            limits.burst_requests, limits.requests_per_minute
        ));
        Ok(plan)
    }
}
