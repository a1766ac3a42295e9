//! The plan: a service of its own, from its boundaries to the people who answer for it at night.

pub mod artifacts;

use workflow_runtime::prelude::*;

use self::artifacts::*;

workflow! {
    /// Cut a service out of a system, build it so that it survives its neighbours, and put it into operation.
    pub workflow Microservice(#[check(ServiceCharter::check)] charter: ServiceCharter) {
        /// Answers for what the service does and promises.
        role ServiceOwner;
        /// Runs the platform that services stand on.
        role PlatformEngineer;
        /// Answers when it fails.
        role OnCallLead;

        /// What the service is, what is its own, and what it promises.
        phase ServiceDefinition {
            /// Draws the line: the capabilities that belong to the service, and those that do not, each with the
            /// service that has it.
            #[check(ServiceBoundaries::check)]
            step define_boundaries(charter) -> boundaries: ServiceBoundaries;
            /// Lists the data that the service touches, with the one service that may write each, and how the
            /// others get at it. Two writers are refused.
            #[check(DataOwnership::check)]
            step identify_data_ownership(charter, boundaries) -> data_ownership: DataOwnership;
            /// Decides for each exchange whether the caller waits for the answer or an event is left behind, and
            /// what is in it.
            step establish_interfaces(boundaries, data_ownership) -> interfaces: ServiceInterfaces;
            /// Names everything that the service needs, how often it is there, and what the service still does when
            /// it is not.
            #[check(DependencyMap::check)]
            step document_dependencies(boundaries, interfaces) -> dependencies: DependencyMap;
            /// Sets what users get, as numbers over a window: objectives for the team, and agreements, less strict,
            /// for the users.
            #[check(ServiceLevels::check)]
            step define_service_levels(charter, interfaces, dependencies) -> service_levels: ServiceLevels;
            /// The owner stands by the boundaries and the promises, or has them drawn anew.
            #[by(ServiceOwner)]
            #[rework(to = ServiceDefinition, max = 3)]
            manual gate agree_on_definition(boundaries, data_ownership, service_levels);
        }

        /// How it is made, inside and towards its neighbours.
        phase ArchitectureDesign {
            /// Chooses language, framework, store and broker, each with what was not taken and why.
            #[check(TechnologyStack::check)]
            step select_stack(charter, interfaces, service_levels) -> stack: TechnologyStack;
            /// Divides the service into modules and says which may know of which, so that the core knows neither
            /// the network nor the store.
            #[check(InternalArchitecture::check)]
            step design_internals(boundaries, interfaces, stack) -> internals: InternalArchitecture;
            /// Gives each kind of data its store and each cached answer the age it may have, out of the objectives.
            #[check(StoragePlan::check)]
            step plan_storage(data_ownership, service_levels, stack) -> storage: StoragePlan;
            /// Chooses protocol, timeout and retries of each call, so that all of them fit into the time the caller
            /// waits.
            #[check(CommunicationDesign::check)]
            step design_communication(interfaces, dependencies, service_levels) -> communication: CommunicationDesign;
            /// Decides what is logged, measured and traced, so that every objective can be computed from a metric.
            #[check(ObservabilityPlan::check)]
            step plan_observability(service_levels, communication) -> observability: ObservabilityPlan;
        }

        /// The ground that it stands on.
        #[by(PlatformEngineer)]
        #[retry(attempts = 3, backoff = "5s..1m")]
        parallel phase InfrastructureSetup {
            /// Sets up what builds, tests and ships each commit; yields its stages and how long a commit takes.
            #[undo(remove_pipeline)]
            step set_up_pipeline(stack) -> pipeline: DeliveryPipeline;
            /// Writes the image and how many of it run where, with what limits, from the stack and what it stores.
            #[undo(remove_containers)]
            step configure_containers(stack, storage, service_levels) -> containers: ContainerSetup;
            /// Brings up all environments from one description and compares them; yields each difference with its
            /// reason. A difference without one is refused.
            #[check(EnvironmentParity::check)]
            step establish_parity(containers, storage) -> parity: EnvironmentParity;
            /// Puts up collection, dashboards and alerts; each alert was fired once to see that it reaches a
            /// person.
            #[check(MonitoringSetup::check)]
            step set_up_monitoring(observability, containers) -> monitoring: MonitoringSetup;
            /// Enters the service where others look for it and has it leave when it is not ready.
            #[undo(deregister)]
            step configure_discovery(interfaces, containers) -> discovery: DiscoverySetup;
        }

        /// The service itself. Each step adds to the same code and hands it on.
        phase Implementation {
            /// Writes what the service is for, without network and store: the core with its rules and its unit
            /// tests.
            #[estimate("3d..15d")]
            step develop_core(boundaries, internals, storage) -> service_code: ServiceCode;
            /// Puts the endpoints and event handlers of the interfaces around the core, and the clients of what it
            /// calls.
            #[estimate("2d..8d")]
            step implement_interfaces(service_code, interfaces, communication) -> service_code;
            /// Gives every outbound call its timeout, its retries, its circuit breaker and what is answered
            /// instead. A call without them is refused.
            #[check(ServiceCode::calls_are_guarded)]
            step add_resilience(service_code, communication, dependencies) -> service_code;
            /// Adds the probes: alive says that the process is not stuck, ready that it can serve, and neither
            /// fails because of a neighbour that the service can do without.
            #[check(ServiceCode::probes_are_there)]
            step implement_probes(service_code, containers, dependencies) -> service_code;
            /// Counts, times, logs and traces what the observability plan asks for.
            step add_telemetry(service_code, observability) -> service_code;
        }

        /// Whether it does what it should, and what happens when its neighbours do not.
        parallel phase Testing {
            /// Runs the unit tests, and the integration tests against a real store and stand-ins made from the
            /// contracts.
            #[timeout("30m")]
            step test_function(service_code, interfaces) -> functional: TestReport;
            /// Slows, breaks and cuts each dependency in turn; yields what callers saw beside what was promised
            /// them.
            #[timeout("1h")]
            step test_resilience(service_code, communication, dependencies) -> resilience: FaultReport;
            /// Drives it with the expected load, then until it gives way; yields latency, errors and where the
            /// limit is, as far as the environment is like production.
            #[timeout("2h")]
            #[retry(attempts = 2, backoff = "1m")]
            step test_load(service_code, containers, parity, service_levels) -> load: CapacityReport;
            /// Kills instances, fills disks and starves them of memory; yields whether anyone else noticed.
            #[timeout("1h")]
            step test_isolation(service_code, containers, discovery) -> isolation: FaultReport;
            /// Causes known faults and asks the monitoring alone what happened; yields which ones it could tell.
            #[timeout("1h")]
            step verify_observability(service_code, observability, monitoring) -> visibility: VisibilityReport;
            /// Passes if everything works, every fault stays where it is and can be seen; else the code is mended.
            #[rework(to = Implementation, max = 5)]
            gate behaves(functional, resilience, isolation, visibility);
            /// Passes if the objectives are kept under load; else the design was wrong, and it begins anew.
            #[rework(to = ArchitectureDesign, max = 2)]
            gate keeps_objectives(load, service_levels);
        }

        /// In front of users, with people behind it.
        phase DeploymentAndOperation {
            /// Shifts traffic to it in steps, each only when the one before kept the objectives; undone by shifting
            /// all of it back.
            #[by(PlatformEngineer)]
            #[undo(roll_back)]
            #[timeout("1d")]
            step roll_out(service_code, pipeline, containers, service_levels) -> rollout: Rollout;
            /// Watches the objectives under real use, for as long as the charter says; yields them with the error budget
            /// that is left.
            #[timeout("8d")]
            step monitor_health(rollout, monitoring, service_levels) -> health: HealthRecord;
            /// Passes if real use kept the objectives. A rejection halts the run: whether to roll back is for a
            /// person.
            gate healthy_in_production(health, service_levels);
            /// Writes down how to deploy, scale, restore and debug it; every alert leads to one of the procedures.
            #[check(OperationsManual::check)]
            step document_operations(monitoring, dependencies, containers, rollout) -> manual_pages: OperationsManual;
            /// Names who is called when, within how many minutes, and who after them; an exercise has shown that it
            /// works.
            #[by(OnCallLead)]
            #[check(OnCallPlan::check)]
            manual step establish_on_call(manual_pages, service_levels) -> on_call: OnCallPlan;
            /// Orders what comes next by what was seen in tests and in use, with what is left of the error budget.
            #[by(ServiceOwner)]
            #[check(Roadmap::check)]
            manual step plan_iterations(charter, health, load) -> roadmap: Roadmap;
        }
    }
}
