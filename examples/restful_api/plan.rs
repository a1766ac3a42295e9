//! The plan: every phase and every step of it, in order, with the artifacts that flow between them.

use workflow_runtime::prelude::*;

use crate::{
    brief::Brief,
    database::{
        diagram::EntityDiagram, indexes::IndexPlan, migrations::Migrations, queries::QueryCatalog,
        tables::TableSchema,
    },
    design::{
        contract::{self, PublishedContract},
        dtos::DtoSchemas,
        openapi::OpenApi,
        problems::ProblemCatalog,
        rules::ValidationRules,
        versioning::VersioningPlan,
    },
    finalization::{
        bundle::{Bundle, BundleCheck},
        handover::SelfCheck,
        reference::Document,
        review::SecurityReview,
        usage::UsageExamples,
    },
    implementation::{project::Project, repositories::RepositoryLayer, services::ServiceLayer},
    requirements::{
        access::AccessRules, conventions::Conventions, formats::Formats, limits::LimitPlan,
        resources::ResourceModel,
    },
    service::definition::ServiceDefinition,
    testing::{load::LoadReport, report::TestReport},
};

workflow! {
    /// From a brief to a REST service that is documented, tested and ready for production.
    pub workflow RestfulApi(
        /// What the API must do, for whom, and within which limits.
        brief: Brief,
    ) {
        /// What the service is about, how it is addressed, who may use it, what it answers and how much of it.
        phase Requirements {
            /// Works out the resources, who points to whom, and in which order they can come into being.
            step define_resources(brief) -> resources: ResourceModel;
            /// Lays out the URLs and holds every name against the conventions.
            step choose_conventions(brief, resources) -> conventions: Conventions;
            /// Gives each operation the scope that a client needs for it, and sees to it that some role has it.
            step determine_access(brief, resources) -> access: AccessRules;
            /// Settles media types and the status codes of each operation.
            step define_formats(resources, access) -> formats: Formats;
            /// Turns the limits of the brief into rates, pages and sizes.
            step set_limits(brief) -> limits: LimitPlan;
        }

        /// The contract that clients rely on.
        phase ApiDesign {
            /// Writes the operations down as an OpenAPI 3.1 document.
            step create_specification(brief, resources, conventions, access, formats, limits) -> openapi: OpenApi;
            /// Designs how each resource is shown, created, changed and listed.
            step design_dtos(resources, limits) -> dtos: DtoSchemas;
            /// States the rules that inputs are held against, in agreement with the schemas.
            step define_validation(resources, dtos) -> rules: ValidationRules;
            /// Registers a problem for everything that can go wrong.
            step define_errors(formats) -> problems: ProblemCatalog;
            /// Settles where the version stands and which changes need the next one.
            step plan_versioning(brief, conventions) -> versioning: VersioningPlan;
            /// Puts the contract together; it counts only if it is valid OpenAPI 3.1.
            #[check(contract::is_valid)]
            step assemble_contract(openapi, dtos, problems, versioning) -> openapi;
            /// Writes the valid contract for people and machines.
            step publish_contract(openapi) -> published: PublishedContract;
        }

        /// Where the data lives, and how it is reached fast.
        phase DatabaseDesign {
            /// Draws the entities and how they relate.
            step draw_entities(resources) -> diagram: EntityDiagram;
            /// Defines strict tables that refuse on their own what the model forbids.
            step define_tables(resources) -> tables: TableSchema;
            /// Plans an index for each common query and has SQLite show that it uses it.
            step plan_indexes(resources, tables) -> indexes: IndexPlan;
            /// Writes the migrations, rehearses them up, down and up, and applies them.
            step establish_migrations(tables, indexes) -> migrations: Migrations;
            /// Designs every statement of the service and has SQLite prepare and explain each.
            step design_access_patterns(resources, migrations) -> queries: QueryCatalog;
        }

        /// The service, built up part by part, each part tried before the next rests on it.
        phase Implementation {
            /// Sets up the folder, the settings and the list of what the service is built from. In a round of rework,
            /// the service gets twice as many connections for reading.
            step set_up_project(brief, migrations) -> project: Project;
            /// Builds the repositories and has each keep, find, list, change and delete real records.
            step implement_repositories(resources, conventions, queries, migrations, openapi)
                -> repositories: RepositoryLayer;
            /// Puts the rules of the business in force and leads one of each resource through its life.
            step implement_services(
                brief, resources, conventions, repositories, migrations, limits, problems, project, openapi,
            ) -> services: ServiceLayer;
            /// Gives each operation its route and calls each one on a live port.
            #[retry(attempts = 2, backoff = "200ms..2s")]
            #[timeout("60s")]
            step implement_routes(services, access, conventions, openapi) -> service: ServiceDefinition;
            /// Issues the tokens and shows on a live port that nobody passes without the right one.
            #[retry(attempts = 2, backoff = "200ms..2s")]
            #[timeout("60s")]
            step implement_authentication(service, access) -> service;
            /// Puts the rules for inputs in force and shows that the live service says what is wrong, and where.
            #[retry(attempts = 2, backoff = "200ms..2s")]
            #[timeout("60s")]
            step implement_validation(service, rules) -> service;
        }

        /// The finished service, held against its contract, its rules and its limits.
        #[timeout("5m")]
        parallel phase Testing {
            /// Holds each rule of the business against the service layer.
            step unit_tests(service, resources, openapi) -> unit: TestReport;
            /// Calls each operation of the contract and holds each answer against it.
            #[retry(attempts = 2, backoff = "200ms..2s")]
            step contract_tests(service, openapi) -> contract: TestReport;
            /// Tries each operation without a token, with wrong ones and with each role's.
            #[retry(attempts = 2, backoff = "200ms..2s")]
            step authentication_tests(service, openapi) -> authentication: TestReport;
            /// Sends everything that the contract forbids, and more than the rate allows.
            #[retry(attempts = 2, backoff = "200ms..2s")]
            step bad_input_tests(service, openapi) -> bad_input: TestReport;
            /// Measures under the expected load; it takes the other reports, so that they are not measured along.
            #[retry(attempts = 2, backoff = "200ms..2s")]
            step load_test(brief, service, openapi, unit, contract, authentication, bad_input) -> load: LoadReport;
            /// Judges the reports together; what they found sends the run back to build better.
            #[rework(to = Implementation, max = 2)]
            gate quality(brief, unit, contract, authentication, bad_input, load);
        }

        /// What clients, operators and auditors need.
        #[timeout("5m")]
        phase Finalization {
            /// Writes the reference from the contract.
            step write_reference(openapi) -> reference: Document;
            /// Performs the common operations on the live service and writes down what happened.
            #[retry(attempts = 2, backoff = "200ms..2s")]
            step record_examples(service, openapi) -> usage: UsageExamples;
            /// Describes how the service is configured, started, migrated and backed up.
            step write_guide(service, project, migrations, diagram) -> guide: Document;
            /// Looks at the live service and the folder as an attacker would.
            #[retry(attempts = 2, backoff = "200ms..2s")]
            step review_security(service, openapi) -> review: SecurityReview;
            /// Nothing goes to production with an open finding.
            gate security(review);
            /// Puts everything for production under a manifest.
            step prepare_production(service, reference, usage, guide, review) -> bundle: Bundle;
            /// A process of its own checks the bundle, knowing nothing but the folder; then it is said what is where.
            step self_check(bundle, unit, contract, authentication, bad_input, load) -> checked: BundleCheck = SelfCheck;
        }
    }
}
