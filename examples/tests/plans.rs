//! The plans of the guidelines: complete, documented, printable, and in order at compile time.
//!
//! `plans/*.txt` hold the phases and points of the guidelines, each with the member that does it; `+` marks a gate that
//! the plan adds.

use examples::{Authentication, BackendDevelopment, DatabaseMigration, Microservice};
use workflow_runtime::plan::{PhasePlan, Plan};

#[path = "plans/order.rs"]
mod order;

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
fn the_pages_show_the_plans_as_they_are() {
    const PAGES: &[(&Plan, &str)] = &[
        (Authentication::PLAN, include_str!("../authentication/README.md")),
        (
            BackendDevelopment::PLAN,
            include_str!("../backend_development/README.md"),
        ),
        (
            DatabaseMigration::PLAN,
            include_str!("../database_migration/README.md"),
        ),
        (Microservice::PLAN, include_str!("../microservice/README.md")),
    ];
    for (plan, page) in PAGES {
        assert!(
            page.contains(&plan.to_string()),
            "the page of {} shows another plan",
            plan.name
        );
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
fn what_cannot_be_left_as_it_is_can_be_taken_back() {
    let undone: Vec<_> = phases()
        .flat_map(|(_, phase, _)| phase.steps)
        .filter_map(|step| step.undo.map(|undo| (step.name, undo)))
        .collect();
    let wanted = [
        ("deploy", "withdraw"),
        ("rehearse_migration", "discard_copy"),
        ("execute_migration", "roll_back_migration"),
        ("set_up_pipeline", "remove_pipeline"),
        ("configure_containers", "remove_containers"),
        ("configure_discovery", "deregister"),
        ("roll_out", "roll_back"),
    ];
    assert_eq!(undone, wanted);
}

#[test]
fn failed_tests_send_back_to_where_the_fault_was_made() {
    let sent_back = |plan: &'static Plan, path: &str| {
        let (_, gate) = plan.step(path).expect("the gate is there");
        let rework = gate.rework.expect("it sends back");
        plan.phases[usize::from(rework.to)].name
    };
    let table = [
        (
            Authentication::PLAN,
            "SecurityTesting.withstands",
            "Implementation",
        ),
        (
            Authentication::PLAN,
            "SecurityTesting.design_holds",
            "SecurityArchitecture",
        ),
        (
            BackendDevelopment::PLAN,
            "IntegrationAndTesting.quality",
            "CoreImplementation",
        ),
        (
            BackendDevelopment::PLAN,
            "IntegrationAndTesting.within_reach",
            "ArchitectureAndDesign",
        ),
        (DatabaseMigration::PLAN, "Testing.criteria_met", "Planning"),
        (
            DatabaseMigration::PLAN,
            "Testing.fit_for_production",
            "Development",
        ),
        (Microservice::PLAN, "Testing.behaves", "Implementation"),
        (
            Microservice::PLAN,
            "Testing.keeps_objectives",
            "ArchitectureDesign",
        ),
    ];
    for (plan, path, target) in table {
        assert_eq!(sent_back(plan, path), target, "{}.{path}", plan.name);
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
