//! The service, built.

use workflow_runtime::prelude::*;

use super::Team;
use crate::{
    brief::Brief, database::migrations::Migrations, database::queries::QueryCatalog,
    design::openapi::OpenApi, design::problems::ProblemCatalog, design::rules::ValidationRules,
    implementation, implementation::project::Project, implementation::repositories::RepositoryLayer,
    implementation::services::ServiceLayer, plan::restful_api, requirements::access::AccessRules,
    requirements::conventions::Conventions, requirements::limits::LimitPlan,
    requirements::resources::ResourceModel, service::definition::ServiceDefinition,
};

/// Connections for reading in the first round; each round of rework doubles them.
const FIRST_READING_CONNECTIONS: u32 = 2;

impl restful_api::Implementation for Team {
    async fn set_up_project(
        &self,
        cx: &StepContext,
        brief: &Brief,
        migrations: &Migrations,
    ) -> StepResult<Project> {
        let connections = FIRST_READING_CONNECTIONS << cx.round().min(4);
        let project =
            implementation::project::set_up(&brief.api, migrations, connections, &self.folders.of(cx)?)?;
        cx.say(format_args!(
            "{connections} reading connections, {} crates, SQLite {}",
            project.dependencies.len(),
            project.sqlite_version
        ));
        Ok(project)
    }

    async fn implement_repositories(
        &self,
        cx: &StepContext,
        resources: &ResourceModel,
        conventions: &Conventions,
        queries: &QueryCatalog,
        migrations: &Migrations,
        openapi: &OpenApi,
    ) -> StepResult<RepositoryLayer> {
        let layer = implementation::repositories::implement(
            resources,
            conventions,
            queries,
            &migrations.steps,
            &openapi.document,
            &self.folders.of(cx)?,
        )?;
        cx.say(format_args!(
            "{} abilities seen on a scratch database",
            layer.exercised.len()
        ));
        Ok(layer)
    }

    async fn implement_services(
        &self,
        cx: &StepContext,
        brief: &Brief,
        model: &ResourceModel,
        conventions: &Conventions,
        repositories: &RepositoryLayer,
        migrations: &Migrations,
        limits: &LimitPlan,
        problems: &ProblemCatalog,
        project: &Project,
        openapi: &OpenApi,
    ) -> StepResult<ServiceLayer> {
        let parts = implementation::services::Parts {
            api: &brief.api,
            model,
            conventions,
            repositories,
            migrations: &migrations.steps,
            limits: &limits.limits,
            problems,
            reading_connections: project.settings.reading_connections,
            document: &openapi.document,
        };
        let layer = implementation::services::implement(parts, &self.folders.of(cx)?)?;
        cx.say(format_args!("{} rules in force", layer.rules_in_force.len()));
        Ok(layer)
    }

    async fn implement_routes(
        &self,
        cx: &StepContext,
        services: &ServiceLayer,
        access: &AccessRules,
        conventions: &Conventions,
        openapi: &OpenApi,
    ) -> StepResult<ServiceDefinition> {
        let service = implementation::routes::implement(
            services,
            access,
            conventions,
            &openapi.document,
            &self.folders.of(cx)?,
        )
        .await?;
        cx.say(format_args!(
            "{} routes, each called on a live port",
            service.routes.len()
        ));
        Ok(service)
    }

    async fn implement_authentication(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        access: &AccessRules,
    ) -> StepResult<ServiceDefinition> {
        let service =
            implementation::authentication::implement(service, access, &self.folders.of(cx)?).await?;
        let tokens = service.authentication.as_ref().map_or(0, Vec::len);
        cx.say(format_args!("{tokens} tokens issued and tried"));
        Ok(service)
    }

    async fn implement_validation(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        rules: &ValidationRules,
    ) -> StepResult<ServiceDefinition> {
        let service = implementation::validation::implement(service, rules, &self.folders.of(cx)?).await?;
        cx.say(format_args!(
            "in force, definition in {}",
            implementation::project::DEFINITION_FILE
        ));
        Ok(service)
    }
}
