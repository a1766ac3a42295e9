//! The plan: the seven phases by which a team builds a backend, with the evidence that each of them owes the next.

pub mod artifacts;

use workflow_runtime::prelude::*;

use self::artifacts::*;

workflow! {
    /// Take a backend from a brief to its handover; each phase ends with a judgement, most of them by a person
    /// who signs.
    pub workflow BackendDevelopment(#[check(ProjectBrief::check)] brief: ProjectBrief) {
        /// Wants it, pays for it, and says when it is good.
        role ProductOwner;
        /// Answers for how the parts fit together.
        role Architect;
        /// Writes the code and reads that of others.
        role Developer;
        /// Looks for what is wrong with it.
        role Tester;
        /// Will run it, and wants to sleep.
        role Operator;

        /// What is wanted, in sentences that can be tested.
        #[by(ProductOwner)]
        phase RequirementsAnalysis {
            /// Asks everyone concerned; yields what it must do and how well, each with an id, a reason and the way
            /// in which one will see that it holds.
            #[check(Requirements::check)]
            #[estimate("2d..10d")]
            manual step gather_requirements(brief) -> requirements: Requirements;
            /// Sketches what callers send and get, and the things that the system knows of, before anything is
            /// built; each operation serves a requirement.
            #[by(Architect)]
            #[check(ContractDraft::check)]
            manual step define_contracts(requirements) -> contract_draft: ContractDraft;
            /// Lists the systems on the other side, with what flows in which direction, whose contract holds and
            /// whom to ask.
            #[by(Architect)]
            #[check(IntegrationPoints::check)]
            manual step identify_integration_points(brief, requirements) -> integration_points: IntegrationPoints;
            /// Puts numbers to fast, safe and large: each with its unit, the load under which it holds and how it
            /// is measured.
            #[check(QualityCriteria::check)]
            manual step establish_criteria(requirements) -> criteria: QualityCriteria;
            /// Sets down what cannot be chosen freely, who says so, and what will not be done.
            #[check(Constraints::check)]
            manual step document_constraints(brief, integration_points) -> constraints: Constraints;
            /// The owner recognizes what was asked for, or has it asked again.
            #[rework(to = RequirementsAnalysis, max = 5)]
            manual gate approve_requirements(requirements, contract_draft, criteria, constraints);
        }

        /// How it is built, and why not otherwise.
        #[by(Architect)]
        phase ArchitectureAndDesign {
            /// Divides the system into components and says who speaks with whom; each decision names what it means
            /// for security and speed, what was given up, and its sources.
            #[check(Architecture::check)]
            #[estimate("2d..8d")]
            manual step design_architecture(requirements, criteria, constraints, integration_points)
                -> architecture: Architecture;
            /// Designs tables, keys and relations; each column says what it means and in which unit.
            #[check(SchemaDesign::check)]
            manual step design_schema(contract_draft, architecture) -> schema: SchemaDesign;
            /// Turns the sketch into the specification that code and tests are held to: every operation with its
            /// input, its output and its errors.
            #[check(ApiSpecification::check)]
            manual step specify_api(contract_draft, architecture, schema) -> api: ApiSpecification;
            /// Names what is worth attacking, how one would, and what stands against it; decides how callers prove
            /// who they are.
            #[check(SecurityPlan::check)]
            manual step plan_security(architecture, api, criteria) -> security: SecurityPlan;
            /// Decides which errors callers see, which are tried again, and what is logged without secrets.
            #[check(ErrorPolicy::check)]
            manual step establish_error_handling(architecture, api) -> error_policy: ErrorPolicy;
            /// Decides what happens entirely or not at all, how stale a read may be, and what repairs the rest.
            #[check(TransactionPlan::check)]
            manual step determine_transactions(architecture, schema, error_policy) -> transactions: TransactionPlan;
            /// The architect's peers sign the design as a whole, or have it redone.
            #[rework(to = ArchitectureAndDesign, max = 5)]
            manual gate approve_design(architecture, schema, api, security, error_policy, transactions);
        }

        /// Who does what, in which order, and how it will be known that it is right.
        #[by(Developer)]
        phase ImplementationPlanning {
            /// Cuts the work into pieces of days, each with the requirements it serves; what is intricate gets its
            /// own specification.
            #[check(WorkBreakdown::check)]
            manual step break_down_work(requirements, architecture, api, transactions) -> breakdown: WorkBreakdown;
            /// Orders the pieces: what others wait for and what is uncertain comes first.
            #[check(ImplementationOrder::check)]
            manual step prioritize(breakdown, criteria) -> order: ImplementationOrder;
            /// Chooses frameworks and libraries, with what was compared, who maintains them, and under which
            /// licence.
            #[check(FrameworkSelection::check)]
            manual step select_frameworks(breakdown, constraints, criteria) -> frameworks: FrameworkSelection;
            /// Decides what unit, integration and performance tests are each to show, for which requirements, on
            /// which data.
            #[by(Tester)]
            #[check(TestStrategy::check)]
            manual step create_test_strategy(requirements, criteria, breakdown) -> test_strategy: TestStrategy;
            /// Agrees on the rules that a tool enforces and on how a change is read before it counts.
            #[check(CodingStandards::check)]
            manual step establish_standards(frameworks) -> standards: CodingStandards;
            /// The owner agrees to order and size, or has it planned again.
            #[by(ProductOwner)]
            #[rework(to = ImplementationPlanning, max = 5)]
            manual gate approve_plan(breakdown, order, frameworks, test_strategy);
        }

        /// The code. Each part is a reviewed change.
        #[by(Developer)]
        phase CoreImplementation {
            /// Writes migrations, models and the only code that speaks to the database.
            #[check(DataLayer::check)]
            manual step develop_data_layer(schema, transactions, frameworks, standards) -> data_layer: DataLayer;
            /// Writes the rules of the domain, without network and database, and the services that apply them.
            #[check(BusinessLogic::check)]
            manual step implement_business_logic(breakdown, order, data_layer, transactions)
                -> business_logic: BusinessLogic;
            /// Writes an endpoint for every operation of the specification and for nothing else.
            #[check(Endpoints::check)]
            manual step create_endpoints(api, business_logic) -> endpoints: Endpoints;
            /// Lets callers prove who they are and decides for every operation what they may; what nobody allowed
            /// is refused.
            #[check(AccessControl::check)]
            manual step develop_access_control(security, endpoints) -> access_control: AccessControl;
            /// Checks every input at the border and answers every fault as the error policy says.
            #[check(InputValidation::check)]
            manual step implement_validation(api, error_policy, endpoints) -> validation: InputValidation;
            /// Tests each unit by itself, the faulty cases included; yields what ran and what it reached.
            #[check(UnitTests::check)]
            manual step write_unit_tests(test_strategy, data_layer, business_logic, validation)
                -> unit_tests: UnitTests;
            /// Another developer has read all of it and says that it keeps the standards, or what must change.
            #[rework(to = CoreImplementation, max = 10)]
            manual gate review_code(
                standards, data_layer, business_logic, endpoints, access_control, validation, unit_tests
            );
        }

        /// Whether the parts do together what was asked for.
        #[by(Tester)]
        parallel phase IntegrationAndTesting {
            /// Writes the tests that put components together, on a real database and stand-ins made from contracts.
            #[check(IntegrationSuite::check)]
            manual step develop_integration_tests(test_strategy, integration_points, unit_tests)
                -> integration_suite: IntegrationSuite;
            /// Runs the suite and calls every operation as the specification allows; yields where the service and
            /// its contract differ.
            #[retry(attempts = 2, backoff = "10s")]
            #[timeout("1h")]
            step test_endpoints(integration_suite, api, endpoints) -> endpoint_tests: ContractReport;
            /// Sends what the specification forbids and lets each neighbour fail; yields which faults were answered
            /// otherwise than the policy says.
            #[timeout("1h")]
            step verify_error_handling(integration_suite, error_policy, validation) -> error_tests: ErrorReport;
            /// Compares the dependencies with known faults and tries each threat of the plan, as far as a machine can,
            /// on the running service.
            #[timeout("4h")]
            step test_security(security, access_control, endpoints) -> security_report: SecurityReport;
            /// Drives it with the load of the criteria, for as long as they say, and then as hard as it goes; yields each criterion beside what was measured.
            #[timeout("4h")]
            #[retry(attempts = 2, backoff = "1m")]
            step measure_load(endpoints, criteria) -> benchmark: Benchmark;
            /// Sets every requirement beside the tests that show it, and says what remains untested and why.
            #[check(CoverageReport::check)]
            step document_coverage(requirements, unit_tests, endpoint_tests, error_tests, security_report, benchmark)
                -> coverage: CoverageReport;
            /// Passes if all tests pass and no finding of weight is open; else the code is mended.
            #[rework(to = CoreImplementation, max = 5)]
            gate quality(endpoint_tests, error_tests, security_report, coverage);
            /// Passes if every criterion is at least within reach of tuning; else the design was wrong and begins
            /// anew.
            #[rework(to = ArchitectureAndDesign, max = 2)]
            gate within_reach(benchmark, criteria);
        }

        /// Faster and simpler, where measuring says that it is worth it. Waived if all criteria are met with the room that
        /// they ask for.
        #[by(Developer)]
        optional(benchmark, criteria, coverage) phase OptimizationAndRefinement {
            /// Runs each operation by itself and asks the service where the time went; yields where time and memory
            /// go, largest first.
            #[timeout("2h")]
            step profile(benchmark, endpoints) -> bottlenecks: Bottlenecks;
            /// Mends the statements and access patterns that the profile names, each with its plan before and
            /// after.
            #[check(DataLayer::check)]
            manual step optimize_queries(bottlenecks, schema, data_layer) -> data_layer;
            /// Decides what is remembered, for how long and what makes it forget, or that nothing is.
            #[check(CachingPlan::check)]
            manual step introduce_caching(bottlenecks, criteria, data_layer) -> caching: CachingPlan;
            /// Makes the code plainer without changing what it does; the tests are the same before and after.
            #[check(Refactoring::check)]
            manual step refactor(standards, business_logic, unit_tests) -> refactoring: Refactoring;
            /// Pays debts that cost more than they are worth and writes down the others with their interest.
            #[check(DebtRegister::check)]
            manual step address_debt(coverage, refactoring) -> debt: DebtRegister;
            /// Sets pools, limits and sizes by measuring; yields each figure before and after under the same load.
            #[check(TuningGains::check)]
            manual step tune_resources(benchmark, bottlenecks, data_layer, caching) -> gains: TuningGains;
            /// Passes if nothing became worse without a reason and all criteria hold; else it is tuned again.
            #[rework(to = OptimizationAndRefinement, max = 3)]
            gate criteria_met(gains, refactoring, criteria);
        }

        /// What others need in order to use it, run it and change it.
        phase DocumentationAndDelivery {
            /// Generates the reference from the specification and adds examples that were run against the service.
            #[check(ApiDocumentation::check)]
            #[timeout("30m")]
            step document_api(api, endpoints, error_policy) -> api_docs: ApiDocumentation;
            /// Generates the picture of tables and relations from the live schema, with the meaning of each column.
            #[check(SchemaDocumentation::check)]
            #[timeout("30m")]
            step document_schema(schema, data_layer) -> schema_docs: SchemaDocumentation;
            /// Writes how it is deployed and configured; someone who did not build it has followed the page.
            #[by(Operator)]
            #[check(DeploymentGuide::check)]
            manual step write_deployment_guide(architecture, frameworks, caching, gains)
                -> deployment_guide: DeploymentGuide;
            /// Writes what to do when it is down, slow, full or attacked, as commands with what is then seen.
            #[by(Operator)]
            #[check(Runbooks::check)]
            manual step create_runbooks(architecture, security, error_policy, deployment_guide) -> runbooks: Runbooks;
            /// Says what it cannot do, what is known to be wrong, and what should come next.
            #[by(Architect)]
            #[check(Limitations::check)]
            manual step document_limitations(constraints, coverage, benchmark, debt) -> limitations: Limitations;
            /// Prepares the sessions and pages by which another team takes it over, and lets that team try.
            #[by(Developer)]
            #[check(Handover::check)]
            manual step prepare_handover(api_docs, schema_docs, deployment_guide, runbooks, limitations)
                -> handover: Handover;
            /// The owner sees it meet what was asked for and takes it, or says what is missing from the delivery.
            #[by(ProductOwner)]
            #[rework(to = DocumentationAndDelivery, max = 3)]
            manual gate accept_delivery(coverage, handover, limitations);
        }
    }
}
