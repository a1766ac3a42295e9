//! The team: each step of the plan done by a function of the domain.

use workflow_runtime::prelude::*;

use crate::{
    brief::Brief,
    database::{
        self, diagram::EntityDiagram, indexes::IndexPlan, migrations::Migrations, queries::QueryCatalog,
        tables::TableSchema,
    },
    design::{
        self, contract::PublishedContract, dtos::DtoSchemas, openapi::OpenApi, problems::ProblemCatalog,
        rules::ValidationRules, versioning::VersioningPlan,
    },
    finalization::{self, bundle::Bundle, reference::Document, review::SecurityReview, usage::UsageExamples},
    implementation::{self, project::Project, repositories::RepositoryLayer, services::ServiceLayer},
    outputs::Outputs,
    plan::restful_api,
    progress::Progress,
    requirements::{
        self, access::AccessRules, conventions::Conventions, formats::Formats, limits::LimitPlan,
        resources::ResourceModel,
    },
    service::definition::ServiceDefinition,
    testing::{self, load::LoadReport, report::TestReport},
};

/// Writes to one folder, and says what it does.
#[derive(Debug)]
pub struct Team {
    /// Where outputs go.
    pub outputs: Outputs,
    /// Where words go.
    pub progress: Progress,
}

/// Connections for reading in the first round; each round of rework doubles them.
const FIRST_READING_CONNECTIONS: u32 = 2;

impl restful_api::Requirements for Team {
    async fn define_resources(&self, cx: &StepContext, brief: &Brief) -> StepResult<ResourceModel> {
        let model = requirements::resources::define(brief)?;
        let order = model.creation_order.join(", ");
        self.progress.note(
            cx,
            format!(
                "{} resources, created in the order {order}",
                model.resources.len()
            ),
        );
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
        self.progress.note(
            cx,
            format!("{} rules held over {names} names", conventions.checks.len()),
        );
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
        self.progress.note(
            cx,
            format!(
                "{} operations, {public} of them public, {} roles",
                access.operations.len(),
                access.roles.len()
            ),
        );
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
        self.progress.note(cx, format!("{statuses} answers"));
        Ok(formats)
    }

    async fn set_limits(&self, cx: &StepContext, brief: &Brief) -> StepResult<LimitPlan> {
        let plan = requirements::limits::set(brief)?;
        let limits = &plan.limits;
        self.progress.note(
            cx,
            format!(
                "{} requests at once, {} a minute",
                limits.burst_requests, limits.requests_per_minute
            ),
        );
        Ok(plan)
    }
}

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
        self.progress
            .note(cx, format!("{} operations", openapi.operations));
        Ok(openapi)
    }

    async fn design_dtos(
        &self,
        cx: &StepContext,
        resources: &ResourceModel,
        limits: &LimitPlan,
    ) -> StepResult<DtoSchemas> {
        let dtos = design::dtos::design(resources, limits);
        self.progress.note(cx, format!("{} schemas", dtos.schemas.len()));
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
        self.progress.note(cx, format!("{count} rules"));
        Ok(rules)
    }

    async fn define_errors(&self, cx: &StepContext, formats: &Formats) -> StepResult<ProblemCatalog> {
        let problems = design::problems::define(formats)?;
        self.progress
            .note(cx, format!("{} problems", problems.problems.len()));
        Ok(problems)
    }

    async fn plan_versioning(
        &self,
        cx: &StepContext,
        brief: &Brief,
        conventions: &Conventions,
    ) -> StepResult<VersioningPlan> {
        let plan = design::versioning::plan(&brief.api, conventions)?;
        self.progress
            .note(cx, format!("version {} at {}", plan.major, plan.base_path));
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
        self.progress
            .note(cx, "valid OpenAPI 3.1, its schemas valid JSON Schema 2020-12");
        Ok(design::contract::assemble(openapi, dtos, problems, versioning)?)
    }

    async fn publish_contract(&self, cx: &StepContext, openapi: &OpenApi) -> StepResult<PublishedContract> {
        let published = design::contract::publish(openapi, &self.outputs)?;
        self.progress
            .note(cx, listed(published.files.iter().map(|file| file.path.as_str())));
        Ok(published)
    }
}

impl restful_api::DatabaseDesign for Team {
    async fn draw_entities(&self, cx: &StepContext, resources: &ResourceModel) -> StepResult<EntityDiagram> {
        let diagram = database::diagram::draw(resources, &self.outputs)?;
        self.progress.note(
            cx,
            format!(
                "{} entities, {} relationships",
                diagram.entities, diagram.relationships
            ),
        );
        Ok(diagram)
    }

    async fn define_tables(&self, cx: &StepContext, resources: &ResourceModel) -> StepResult<TableSchema> {
        let tables = database::tables::define(resources)?;
        self.progress
            .note(cx, listed(tables.tables.iter().map(|table| table.name.as_str())));
        Ok(tables)
    }

    async fn plan_indexes(
        &self,
        cx: &StepContext,
        resources: &ResourceModel,
        tables: &TableSchema,
    ) -> StepResult<IndexPlan> {
        let plan = database::indexes::plan(resources, tables)?;
        self.progress.note(
            cx,
            format!(
                "{} indexes, each seen in the plan of its query",
                plan.indexes.len()
            ),
        );
        Ok(plan)
    }

    async fn establish_migrations(
        &self,
        cx: &StepContext,
        tables: &TableSchema,
        indexes: &IndexPlan,
    ) -> StepResult<Migrations> {
        let migrations = database::migrations::establish(tables, indexes, &self.outputs)?;
        self.progress.note(
            cx,
            format!(
                "{} migrations, {} new to {}",
                migrations.steps.len(),
                migrations.newly_applied,
                migrations.database_file
            ),
        );
        Ok(migrations)
    }

    async fn design_access_patterns(
        &self,
        cx: &StepContext,
        resources: &ResourceModel,
        migrations: &Migrations,
    ) -> StepResult<QueryCatalog> {
        let queries = database::queries::design(resources, &migrations.steps)?;
        self.progress.note(
            cx,
            format!("{} statements, none reads a whole table", queries.queries.len()),
        );
        Ok(queries)
    }
}

impl restful_api::Implementation for Team {
    async fn set_up_project(
        &self,
        cx: &StepContext,
        brief: &Brief,
        migrations: &Migrations,
    ) -> StepResult<Project> {
        let connections = FIRST_READING_CONNECTIONS << cx.round().min(4);
        let project = implementation::project::set_up(&brief.api, migrations, connections, &self.outputs)?;
        self.progress.note(
            cx,
            format!(
                "{connections} reading connections, {} crates, SQLite {}",
                project.dependencies.len(),
                project.sqlite_version
            ),
        );
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
            &self.outputs,
        )?;
        self.progress.note(
            cx,
            format!("{} abilities seen on a scratch database", layer.exercised.len()),
        );
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
        let layer = implementation::services::implement(parts, &self.outputs)?;
        self.progress
            .note(cx, format!("{} rules in force", layer.rules_in_force.len()));
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
            &self.outputs,
        )
        .await?;
        self.progress.note(
            cx,
            format!("{} routes, each called on a live port", service.routes.len()),
        );
        Ok(service)
    }

    async fn implement_authentication(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        access: &AccessRules,
    ) -> StepResult<ServiceDefinition> {
        let service = implementation::authentication::implement(service, access, &self.outputs).await?;
        let tokens = service.authentication.as_ref().map_or(0, Vec::len);
        self.progress
            .note(cx, format!("{tokens} tokens issued and tried"));
        Ok(service)
    }

    async fn implement_validation(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        rules: &ValidationRules,
    ) -> StepResult<ServiceDefinition> {
        let service = implementation::validation::implement(service, rules, &self.outputs).await?;
        self.progress.note(
            cx,
            format!(
                "in force, definition in {}",
                implementation::project::DEFINITION_FILE
            ),
        );
        Ok(service)
    }
}

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

impl restful_api::Finalization for Team {
    async fn write_reference(&self, cx: &StepContext, openapi: &OpenApi) -> StepResult<Document> {
        let document = finalization::reference::write(&openapi.document, openapi.operations, &self.outputs)?;
        self.progress.note(cx, document.file.path.clone());
        Ok(document)
    }

    async fn record_examples(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        openapi: &OpenApi,
    ) -> StepResult<UsageExamples> {
        let usage = finalization::usage::record(service, &openapi.document, &self.outputs).await?;
        self.progress.note(
            cx,
            format!("{} requests performed, {}", usage.performed, usage.file.path),
        );
        Ok(usage)
    }

    async fn write_guide(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        project: &Project,
        migrations: &Migrations,
        diagram: &EntityDiagram,
    ) -> StepResult<Document> {
        let document = finalization::guide::write(service, project, migrations, diagram, &self.outputs)?;
        self.progress.note(cx, document.file.path.clone());
        Ok(document)
    }

    async fn review_security(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        openapi: &OpenApi,
    ) -> StepResult<SecurityReview> {
        let review = finalization::review::perform(service, &openapi.document, &self.outputs).await?;
        let open = review.objections().len();
        self.progress.note(
            cx,
            format!("{} claims checked, {open} do not hold", review.checks.len()),
        );
        Ok(review)
    }

    async fn security(&self, _: &StepContext, review: &SecurityReview) -> StepResult<Verdict> {
        let objections = review.objections();
        Ok(Verdict::pass_if(objections.is_empty(), objections.join("; ")))
    }

    async fn prepare_production(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        _reference: &Document,
        _usage: &UsageExamples,
        _guide: &Document,
        _review: &SecurityReview,
    ) -> StepResult<Bundle> {
        let bundle = finalization::bundle::prepare(service, &self.outputs)?;
        self.progress.note(
            cx,
            format!("{} files, {} bytes", bundle.files.len(), bundle.total_bytes),
        );
        Ok(bundle)
    }
}

impl Team {
    fn reported(&self, cx: &StepContext, report: TestReport) -> TestReport {
        self.progress.note(
            cx,
            format!(
                "{} passed, {} found something",
                report.passed,
                report.findings.len()
            ),
        );
        report
    }
}

fn listed<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
