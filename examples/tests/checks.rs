//! The checks of the plans reject what they are there to reject, with the field named.

use std::sync::Arc;

use examples::authentication_plan::artifacts as authentication;
use examples::backend_development::hand_in;
use examples::backend_development_plan::artifacts as backend;
use examples::database_migration_plan::artifacts as migration;
use examples::decision::{Alternative, Decision, Reference};
use examples::evidence::RequirementId;
use examples::microservice_plan::artifacts as microservice;
use examples::{BackendDevelopment, backend_development};
use workflow_runtime::prelude::*;

/// A change to an artifact that makes it faulty, and what the check must say of it.
type Fault<T> = (fn(&mut T), &'static str);

/// The artifact passes, and with each fault it is rejected for that fault alone.
#[track_caller]
fn check<T: Clone>(good: &T, check: fn(&T) -> Verdict, faults: &[Fault<T>]) {
    assert_eq!(check(good), Verdict::Pass);
    for (spoil, reason) in faults {
        let mut spoilt = good.clone();
        spoil(&mut spoilt);
        assert_eq!(check(&spoilt), Verdict::reject(*reason));
    }
}

fn decision() -> Decision {
    Decision {
        question: "Where do orders live?".into(),
        chosen: "PostgreSQL".into(),
        alternatives: vec![Alternative {
            name: "one file per customer".into(),
            rejected_because: "totals over all customers take minutes".into(),
        }],
        security_implication: "one more account with a password to rotate".into(),
        performance_implication: "4,000 writes a second on one node; reads scale by replicas".into(),
        trade_off: "a server to run, for transactions over all orders".into(),
        references: vec![Reference {
            title: "PostgreSQL 18, chapter 13: Concurrency Control".into(),
            place: "https://www.postgresql.org/docs/18/mvcc.html".into(),
        }],
    }
}

#[test]
fn a_decision_owes_its_implications_its_price_and_its_sources() {
    let architecture = backend::Architecture {
        components: vec![backend::Component {
            name: "orders".into(),
            responsibility: "takes orders and keeps them".into(),
            serves: vec![RequirementId("F-1".into())],
            scales_by: "more instances; the database stays one".into(),
        }],
        interactions: vec![backend::Interaction {
            from: "orders".into(),
            to: "payment".into(),
            purpose: "reserves the sum".into(),
            waits: true,
            timeout_ms: 800,
        }],
        decisions: vec![decision()],
    };
    check(
        &architecture,
        backend::Architecture::check,
        &[
            (
                |it| it.decisions[0].security_implication.clear(),
                "`decisions[0].security_implication` is empty",
            ),
            (
                |it| it.decisions[0].performance_implication.clear(),
                "`decisions[0].performance_implication` is empty",
            ),
            (
                |it| it.decisions[0].trade_off.clear(),
                "`decisions[0].trade_off` is empty",
            ),
            (
                |it| it.decisions[0].alternatives.clear(),
                "`decisions[0].alternatives` is empty",
            ),
            (
                |it| it.decisions[0].references.clear(),
                "`decisions[0].references` is empty",
            ),
            (|it| it.decisions.clear(), "`decisions` is empty"),
            (
                |it| it.interactions[0].timeout_ms = 0,
                "`interactions[0].timeout_ms` is 0, but it waits",
            ),
            (
                |it| it.components[0].serves.clear(),
                "`components.orders.serves` is empty",
            ),
        ],
    );
}

#[test]
fn an_intricate_piece_is_described_closely_and_specified() {
    let details = ["read", "compare", "merge", "write", "announce"]
        .map(String::from)
        .to_vec();
    let breakdown = backend::WorkBreakdown {
        pieces: vec![backend::WorkPiece {
            name: "merge".into(),
            component: "orders".into(),
            serves: vec![RequirementId("F-2".into())],
            complexity: backend::Complexity::Intricate,
            details,
            specification: Some("docs/merge.md".into()),
            estimate_h: 24,
            waits_for: Vec::new(),
        }],
    };
    check(
        &breakdown,
        backend::WorkBreakdown::check,
        &[
            (
                |it| it.pieces[0].specification = None,
                "`pieces.merge.specification` is missing, though the piece is intricate",
            ),
            (
                |it| it.pieces[0].details.truncate(2),
                "`pieces.merge.details` has 2 of the 5 that such a piece needs",
            ),
            (
                |it| it.pieces[0].estimate_h = 80,
                "`pieces.merge.estimate_h` is 80, more than 40",
            ),
        ],
    );
}

#[test]
fn a_schema_says_what_its_columns_mean() {
    let column = |name: &str, references: Option<&str>| backend::Column {
        name: name.into(),
        sql_type: "INTEGER".into(),
        nullable: false,
        meaning: "the number on the invoice".into(),
        unit: None,
        references: references.map(String::from),
    };
    let schema = backend::SchemaDesign {
        tables: vec![backend::Table {
            name: "orders".into(),
            row_means: "one order, paid or not".into(),
            primary_key: vec!["id".into()],
            columns: vec![column("id", None), column("replaces", Some("orders.id"))],
            rows_after_a_year: 400_000,
        }],
    };
    check(
        &schema,
        backend::SchemaDesign::check,
        &[
            (
                |it| it.tables[0].columns[0].meaning.clear(),
                "`tables.orders.id.meaning` is empty",
            ),
            (
                |it| it.tables[0].columns[1].references = Some("order.id".into()),
                "`tables.orders.replaces.references` names `order.id`, which is not there",
            ),
        ],
    );
}

#[test]
fn a_migration_removes_nothing_before_the_switch() {
    use migration::StageKind::{Backfill, Contract, Expand, Switch};
    let stage = |name: &str, kind, downtime_s| migration::Stage {
        name: name.into(),
        kind,
        locks: Vec::new(),
        downtime_s,
    };
    let strategy = migration::MigrationStrategy {
        stages: vec![
            stage("add", Expand, 0),
            stage("fill", Backfill, 0),
            stage("use", Switch, 2),
            stage("drop", Contract, 1),
        ],
        downtime_budget_s: 5,
        batch_rows: 5_000,
        batch_pause_ms: 20,
        expected_min: 45,
    };
    check(
        &strategy,
        migration::MigrationStrategy::check,
        &[
            (
                |it| it.stages.swap(2, 3),
                "`stages.use.kind` comes after the later kind of stage `drop`",
            ),
            (
                |it| it.stages[2].downtime_s = 9,
                "`downtime_budget_s` is 5, but the stages take 10",
            ),
        ],
    );
}

#[test]
fn a_rollback_plan_knows_where_the_way_back_ends() {
    let rollback = |stage: &str, way| migration::StageRollback {
        stage: stage.into(),
        way,
        takes_min: 10,
    };
    let restore = migration::RollbackWay::Restore {
        writes_since: "replayed from the log".into(),
    };
    let plan = migration::RollbackPlan {
        stages: vec![
            rollback("add", migration::RollbackWay::Reverse),
            rollback("drop", restore),
        ],
        point_of_no_return: Some("drop".into()),
        decided_by: "the administrator on duty".into(),
        triggers: vec![migration::Trigger {
            metric: "failed requests".into(),
            bound: "over 1 percent for 60 s".into(),
        }],
    };
    check(
        &plan,
        migration::RollbackPlan::check,
        &[
            (
                |it| it.point_of_no_return = None,
                "`point_of_no_return` must be `drop`: it is the first that only the backup takes back",
            ),
            (|it| it.triggers.clear(), "`triggers` is empty"),
        ],
    );
}

#[test]
fn a_promise_is_weaker_than_the_aim_and_the_aim_is_possible() {
    let levels = microservice::ServiceLevels {
        objectives: vec![microservice::Objective {
            name: "answers in time".into(),
            good_when: "status below 500 within 300 ms".into(),
            target_percent: 99.9,
            window_days: 28,
        }],
        agreements: vec![microservice::Agreement {
            objective: "answers in time".into(),
            promised_percent: 99.5,
            consequence: "a tenth of the month's fee".into(),
        }],
        dependencies_available_percent: 99.95,
    };
    check(
        &levels,
        microservice::ServiceLevels::check,
        &[
            (
                |it| it.agreements[0].promised_percent = 99.9,
                "`agreements[0].promised_percent` is not below the objective of 99.9",
            ),
            (
                |it| it.dependencies_available_percent = 99.0,
                "`objectives.answers in time.target_percent` is 99.9, more than 99",
            ),
            (
                |it| it.agreements[0].objective = "speed".into(),
                "`agreements[0].objective` names no objective",
            ),
        ],
    );
}

#[test]
fn attempts_fit_into_the_patience_of_the_caller() {
    let design = microservice::CommunicationDesign {
        calls: vec![microservice::CallDesign {
            exchange: "reserve".into(),
            protocol: microservice::Protocol::Rest,
            caller_waits_ms: 1_000,
            timeout_ms: 300,
            attempts: 3,
            pause_ms: 50,
            idempotent: true,
            at_once: 1,
        }],
        events: Vec::new(),
    };
    check(
        &design,
        microservice::CommunicationDesign::check,
        &[
            (
                |it| it.calls[0].timeout_ms = 400,
                "`calls.reserve.caller_waits_ms` is 1000, but all attempts take 1300",
            ),
            (
                |it| it.calls[0].idempotent = false,
                "`calls.reserve.attempts` is more than 1, but the call is not idempotent",
            ),
        ],
    );
}

#[test]
fn secrets_are_kept_as_long_and_as_dear_as_they_must() {
    let keys = authentication::KeyPlan {
        kept_in: "key management service".into(),
        used_by: vec!["token service".into()],
        rotated_every_days: 30,
        verifies_for_s: 3_600,
        longest_token_s: 900,
        emergency_takes_min: 10,
    };
    let early: Fault<authentication::KeyPlan> = (
        |it| it.verifies_for_s = 600,
        "`verifies_for_s` is 600, but tokens live for 900",
    );
    check(&keys, authentication::KeyPlan::check, &[early]);

    let passwords = authentication::PasswordStorage {
        memory_kib: 65_536,
        iterations: 3,
        lanes: 1,
        salt_bytes: 16,
        measured_ms: 120,
        password_chars_at_least: 12,
        refused_list: "the 100,000 most common".into(),
        decisions: vec![decision()],
    };
    check(
        &passwords,
        authentication::PasswordStorage::check,
        &[
            (
                |it| it.memory_kib = 4_096,
                "`memory_kib` is 4096, less than 19456",
            ),
            (
                |it| it.decisions[0].trade_off.clear(),
                "`decisions[0].trade_off` is empty",
            ),
        ],
    );
}

fn requirements() -> backend::Requirements {
    let requirement = |id: &str, statement: &str| backend::Requirement {
        id: RequirementId(id.into()),
        statement: statement.into(),
        wanted_by: "the shop".into(),
        rationale: "orders are taken by telephone today".into(),
        acceptance: "a customer places an order without help".into(),
    };
    backend::Requirements {
        functional: vec![requirement("F-1", "customers place orders")],
        non_functional: vec![requirement("N-1", "placing an order feels immediate")],
    }
}

#[tokio::test]
async fn a_faulty_hand_in_is_refused_with_the_field_named() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = Runtime::in_memory();
    let brief = backend::ProjectBrief {
        project: "shop".into(),
        problem: "orders are taken by telephone".into(),
        stakeholders: vec!["the shop".into()],
        wanted_by: "2027-03-31".into(),
    };
    let run = BackendDevelopment::start(&runtime, "shop", brief).await?;
    // People do all of this phase, so whoever drives it need not be able to do anything.
    let halted = run
        .requirements_analysis(&Arc::new(()))
        .await
        .expect_err("nothing is handed in yet");
    assert!(halted.cause.is_waiting(), "{}", halted.cause);

    let mut faulty = requirements();
    faulty.functional[0].acceptance.clear();
    let ada = Actor::new("ada");
    let refused = hand_in::gather_requirements(&runtime, "shop", ada.clone(), faulty)
        .await
        .expect_err("is faulty");
    assert!(
        refused.to_string().contains("`F-1.acceptance` is empty"),
        "{refused}"
    );

    hand_in::gather_requirements(&runtime, "shop", ada, requirements()).await?;
    let backend_development::Position::Start(run) = halted.run else {
        return Err("the first phase is not done".into());
    };
    let halted = run
        .requirements_analysis(&Arc::new(()))
        .await
        .expect_err("the next is waited for");
    assert!(
        halted.cause.to_string().contains("define_contracts"),
        "{}",
        halted.cause
    );
    Ok(())
}
