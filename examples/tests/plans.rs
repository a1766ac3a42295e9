//! The plans of the guidelines: complete, documented, printable, and in order at compile time.
//!
//! `plans/*.txt` hold the phases and points of the guidelines, each with the member that does it; `+` marks a gate that
//! the plan adds.

use std::sync::Arc;

use examples::{Authentication, BackendDevelopment, DatabaseMigration, Microservice};
use examples::{authentication, backend_development, database_migration, microservice};
use workflow_runtime::plan::{PhasePlan, Plan};
use workflow_runtime::prelude::*;

const PLANS: &[(&Plan, &str)] = &[
    (Authentication::PLAN, include_str!("plans/authentication.txt")),
    (
        BackendDevelopment::PLAN,
        include_str!("plans/backend_development.txt"),
    ),
    (
        DatabaseMigration::PLAN,
        include_str!("plans/database_migration.txt"),
    ),
    (Microservice::PLAN, include_str!("plans/microservice.txt")),
];

/// A phase of the guidelines.
struct Phase {
    name: &'static str,
    points: usize,
    members: Vec<Member>,
}

/// A member of a phase; one without a point is a gate that the plan adds.
struct Member {
    name: &'static str,
    point: Option<&'static str>,
}

fn guidelines(text: &'static str) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for line in text.lines() {
        let member = if let Some(rest) = line.strip_prefix("- ") {
            let (point, name) = rest.rsplit_once(" = ").expect("a point names its member");
            Member {
                name,
                point: Some(point),
            }
        } else if let Some(name) = line.strip_prefix("+ ") {
            Member { name, point: None }
        } else {
            let (name, points) = line
                .split_once(": ")
                .expect("a phase says how many points it has");
            let points = points.parse().expect("the number of points");
            phases.push(Phase {
                name,
                points,
                members: Vec::new(),
            });
            continue;
        };
        phases
            .last_mut()
            .expect("a member stands in a phase")
            .members
            .push(member);
    }
    phases
}

/// Each phase of each plan beside what the guidelines say of it.
fn phases() -> impl Iterator<Item = (&'static Plan, &'static PhasePlan, Phase)> {
    PLANS.iter().flat_map(|&(plan, text)| {
        let expected = guidelines(text);
        assert_eq!(plan.phases.len(), expected.len(), "phases of {}", plan.name);
        plan.phases
            .iter()
            .zip(expected)
            .map(move |(phase, expected)| (plan, phase, expected))
    })
}

#[test]
fn each_plan_has_the_phases_of_the_guidelines_in_order() {
    let counts: Vec<_> = PLANS
        .iter()
        .map(|(plan, _)| (plan.name, plan.phases.len()))
        .collect();
    let wanted = [
        ("Authentication", 5),
        ("BackendDevelopment", 7),
        ("DatabaseMigration", 5),
        ("Microservice", 6),
    ];
    assert_eq!(counts, wanted);
    for (plan, phase, expected) in phases() {
        assert_eq!(phase.name, expected.name, "in {}", plan.name);
    }
}

#[test]
fn each_point_is_a_member_and_whatever_else_there_is_judges() {
    for (plan, phase, expected) in phases() {
        let place = format!("{}.{}", plan.name, phase.name);
        let points = expected
            .members
            .iter()
            .filter(|member| member.point.is_some())
            .count();
        assert_eq!(points, expected.points, "points of {place}");
        let members: Vec<_> = phase.steps.iter().map(|step| step.name).collect();
        let wanted: Vec<_> = expected.members.iter().map(|member| member.name).collect();
        assert_eq!(members, wanted, "members of {place}");
        for (step, member) in phase.steps.iter().zip(&expected.members) {
            assert_eq!(
                step.gate,
                member.point.is_none(),
                "{place}.{} is a gate",
                step.name
            );
        }
    }
}

#[test]
fn everything_is_documented_in_words_of_its_own() {
    for (plan, _) in PLANS {
        assert!(!plan.doc.is_empty(), "{}", plan.name);
        assert!(
            plan.roles.iter().all(|role| !role.doc.is_empty()),
            "roles of {}",
            plan.name
        );
    }
    for (plan, phase, expected) in phases() {
        assert!(!phase.doc.is_empty(), "{}.{}", plan.name, phase.name);
        for (step, member) in phase.steps.iter().zip(&expected.members) {
            let place = format!("{}.{}.{}", plan.name, phase.name, step.name);
            assert!(step.doc.len() > 40, "{place} says little");
            let copied = member
                .point
                .is_some_and(|point| step.doc.to_lowercase().contains(&point.to_lowercase()));
            assert!(!copied, "{place} repeats the guidelines");
        }
    }
}

#[test]
fn the_printed_tree_has_a_line_for_each_phase_and_member() {
    for (plan, _) in PLANS {
        let printed = plan.to_string();
        let mut lines = printed.lines();
        assert!(
            lines.next().is_some_and(|line| line.starts_with(plan.name)),
            "{printed}"
        );
        for phase in plan.phases {
            let line = lines.next().unwrap_or_default();
            assert!(line.contains(&format!("── {}", phase.name)), "{line}");
            for step in phase.steps {
                let line = lines.next().unwrap_or_default();
                assert!(line.contains(&format!(" {}(", step.name)), "{line}");
                assert_eq!(line.contains("manual "), step.manual, "{line}");
            }
        }
        assert_eq!(lines.next(), None);
    }
}

#[test]
fn every_artifact_is_taken_by_someone_or_is_a_result() {
    // What nobody takes must be made in the last phase; else the plan asks for work that it does not use.
    for (plan, _) in PLANS {
        let takes = |at: usize| {
            let mut steps = plan.phases.iter().flat_map(|phase| phase.steps);
            steps.any(|step| step.takes.iter().any(|take| usize::from(take.artifact) == at))
        };
        for (at, artifact) in plan.artifacts.iter().enumerate() {
            let made_last = plan.phases.last().is_some_and(|phase| {
                phase
                    .steps
                    .iter()
                    .any(|step| step.yields.is_some_and(|made| usize::from(made) == at))
            });
            assert!(
                takes(at) || made_last,
                "nobody takes `{}` of {}",
                artifact.name,
                plan.name
            );
        }
    }
}

#[test]
fn only_the_optimization_may_be_waived() {
    let optional: Vec<_> = phases()
        .filter(|(_, phase, _)| phase.optional)
        .map(|(_, phase, _)| phase.name)
        .collect();
    assert_eq!(optional, ["OptimizationAndRefinement"]);
    let (_, guide) = BackendDevelopment::PLAN
        .step("DocumentationAndDelivery.write_deployment_guide")
        .expect("is there");
    assert_eq!(
        guide.takes.iter().map(|take| take.optional).collect::<Vec<_>>(),
        [false, false, true, true]
    );
}

/// The order of phases as types: each function compiles only if the phases come in the order in which it walks them.
mod order {
    #![expect(dead_code, reason = "that it compiles is the test")]

    use super::*;

    /// Passes the run on, or stops the walk where the phase sends back.
    macro_rules! passed {
        ($outcome:expr, $of:path) => {
            match $outcome {
                $of(run) => run,
                back => return Err(format!("sent back: {back:?}").into()),
            }
        };
    }

    type Walked<R> = Result<R, Box<dyn std::error::Error>>;

    async fn authentication<T: authentication::Steps>(
        run: Authentication<authentication::Start>,
        team: &Arc<T>,
    ) -> Walked<Authentication<authentication::Done>> {
        use authentication::{SecurityArchitectureOutcome, SecurityTestingOutcome};
        let run = run.requirements_analysis(team).await?;
        let run = passed!(
            run.security_architecture(team).await?,
            SecurityArchitectureOutcome::Passed
        );
        let run = run.implementation(team).await?;
        let run = passed!(run.security_testing(team).await?, SecurityTestingOutcome::Passed);
        Ok(run.integration_and_deployment(team).await?)
    }

    async fn backend_development<T: backend_development::Steps>(
        run: BackendDevelopment<backend_development::Start>,
        team: &Arc<T>,
        waiver: Option<Waiver>,
    ) -> Walked<BackendDevelopment<backend_development::Done>> {
        use backend_development::*;
        let run = passed!(
            run.requirements_analysis(team).await?,
            RequirementsAnalysisOutcome::Passed
        );
        let run = passed!(
            run.architecture_and_design(team).await?,
            ArchitectureAndDesignOutcome::Passed
        );
        let run = passed!(
            run.implementation_planning(team).await?,
            ImplementationPlanningOutcome::Passed
        );
        let run = passed!(
            run.core_implementation(team).await?,
            CoreImplementationOutcome::Passed
        );
        let run = passed!(
            run.integration_and_testing(team).await?,
            IntegrationAndTestingOutcome::Passed
        );
        let run: BackendDevelopment<after::OptimizationAndRefinement> = match waiver {
            Some(waiver) => run.skip_optimization_and_refinement(waiver).await?,
            None => {
                passed!(
                    run.optimization_and_refinement(team).await?,
                    OptimizationAndRefinementOutcome::Passed
                )
            }
        };
        let run = run.documentation_and_delivery(team).await?;
        Ok(passed!(run, DocumentationAndDeliveryOutcome::Passed))
    }

    async fn database_migration<T: database_migration::Steps>(
        run: DatabaseMigration<database_migration::Start>,
        team: &Arc<T>,
    ) -> Walked<DatabaseMigration<database_migration::Done>> {
        use database_migration::{PlanningOutcome, TestingOutcome};
        let run = run.assessment(team).await?;
        let run = passed!(run.planning(team).await?, PlanningOutcome::Passed);
        let run = run.development(team).await?;
        let run = passed!(run.testing(team).await?, TestingOutcome::Passed);
        Ok(run.execution(team).await?)
    }

    async fn microservice<T: microservice::Steps>(
        run: Microservice<microservice::Start>,
        team: &Arc<T>,
    ) -> Walked<Microservice<microservice::Done>> {
        use microservice::{ServiceDefinitionOutcome, TestingOutcome};
        let run = passed!(
            run.service_definition(team).await?,
            ServiceDefinitionOutcome::Passed
        );
        let run = run.architecture_design(team).await?;
        let run = run.infrastructure_setup(team).await?;
        let run = run.implementation(team).await?;
        let run = passed!(run.testing(team).await?, TestingOutcome::Passed);
        Ok(run.deployment_and_operation(team).await?)
    }

    /// Where a rejection leads, as types: in front of the phase that it sends back to.
    fn migration_sent_back(outcome: database_migration::TestingOutcome) {
        use database_migration::{TestingOutcome, after};
        match outcome {
            TestingOutcome::Passed(run) => drop::<DatabaseMigration<after::Testing>>(run),
            TestingOutcome::BackToPlanning(run, _) => drop::<DatabaseMigration<after::Assessment>>(run),
            TestingOutcome::BackToDevelopment(run, _) => drop::<DatabaseMigration<after::Planning>>(run),
        }
    }

    /// What may be done from a phase on, and what each later phase therefore permits.
    mod past {
        /// For each phase, in order, a function that its end permits and that calls the one before.
        macro_rules! chain {
            ($plan:ident in $module:ident: $first:ident, $($before:ident => $phase:ident),+) => {
                #[expect(non_snake_case, reason = "called after the phases")]
                mod $module {
                    use examples::$module::{after, past};
                    use examples::$plan;

                    fn $first<S: past::$first>(run: &$plan<S>) -> &str {
                        run.id()
                    }
                    $(
                        fn $phase<S: past::$phase>(run: &$plan<S>) -> &str {
                            $before(run)
                        }
                    )+
                    const _: fn(&$plan<after::$first>) -> &str = $first;
                    $(
                        const _: fn(&$plan<after::$phase>) -> &str = $phase;
                        const _: fn(&$plan<after::$phase>) -> &str = $before;
                    )+
                }
            };
        }

        chain!(Authentication in authentication: RequirementsAnalysis,
            RequirementsAnalysis => SecurityArchitecture,
            SecurityArchitecture => Implementation,
            Implementation => SecurityTesting,
            SecurityTesting => IntegrationAndDeployment);
        chain!(BackendDevelopment in backend_development: RequirementsAnalysis,
            RequirementsAnalysis => ArchitectureAndDesign,
            ArchitectureAndDesign => ImplementationPlanning,
            ImplementationPlanning => CoreImplementation,
            CoreImplementation => IntegrationAndTesting,
            IntegrationAndTesting => OptimizationAndRefinement,
            OptimizationAndRefinement => DocumentationAndDelivery);
        chain!(DatabaseMigration in database_migration: Assessment,
            Assessment => Planning,
            Planning => Development,
            Development => Testing,
            Testing => Execution);
        chain!(Microservice in microservice: ServiceDefinition,
            ServiceDefinition => ArchitectureDesign,
            ArchitectureDesign => InfrastructureSetup,
            InfrastructureSetup => Implementation,
            Implementation => Testing,
            Testing => DeploymentAndOperation);
    }
}
