//! Services that were broken on purpose: each suite must find what it is there to find.

use serde_json::Value;

use super::{authentication, bad_input, contract, load::LoadReport, quality, report::TestReport, unit};
use crate::{
    brief::{Brief, ExpectedLoad, FieldKind},
    database::{indexes, migrations, queries, tables},
    design::{contract as document, dtos, openapi, problems, rules, versioning},
    failure::{During, Outcome},
    implementation::{authentication as tokens, repositories, routes, services, services::Parts, validation},
    outputs::{OutputFile, Outputs},
    requirements::{access, conventions, formats, limits, resources},
    service::definition::ServiceDefinition,
};

struct Built {
    service: ServiceDefinition,
    model: resources::ResourceModel,
    document: Value,
    outputs: Outputs,
    _folder: tempfile::TempDir,
}

fn bookshop() -> Outcome<Brief> {
    toml::from_str(include_str!("../bookshop.toml")).during("reading the brief")
}

/// The whole way to a good service, without a journal.
async fn built() -> Outcome<Built> {
    let brief = bookshop()?;
    let folder = tempfile::tempdir().during("creating a folder")?;
    let outputs = Outputs::open(&crate::team::PLACE, folder.path())?;
    let model = resources::define(&brief)?;
    let conventions = conventions::choose(&brief.api, &model)?;
    let access = access::determine(&brief, &model)?;
    let formats = formats::define(&model, &access)?;
    let limits = limits::set(&brief)?;
    let sources = openapi::Sources {
        api: &brief.api,
        model: &model,
        conventions: &conventions,
        access: &access,
        formats: &formats,
        limits: &limits,
    };
    let dtos = dtos::design(&model, &limits);
    let rules = rules::define(&model, &dtos)?;
    let problems = problems::define(&formats)?;
    let versioning = versioning::plan(&brief.api, &conventions)?;
    let document = document::assemble(&openapi::create(sources)?, &dtos, &problems, &versioning)?.document;
    let tables = tables::define(&model)?;
    let migrations = migrations::establish(&tables, &indexes::plan(&model, &tables)?, &outputs)?;
    let queries = queries::design(&model, &migrations.steps)?;
    let repositories = repositories::implement(
        &model,
        &conventions,
        &queries,
        &migrations.steps,
        &document,
        &outputs,
    )?;
    let parts = Parts {
        api: &brief.api,
        model: &model,
        conventions: &conventions,
        repositories: &repositories,
        migrations: &migrations.steps,
        limits: &limits.limits,
        problems: &problems,
        reading_connections: 1,
        document: &document,
    };
    let services = services::implement(parts, &outputs)?;
    let service = routes::implement(&services, &access, &conventions, &document, &outputs).await?;
    let service = tokens::implement(&service, &access, &outputs).await?;
    let service = validation::implement(&service, &rules, &outputs).await?;
    Ok(Built {
        service,
        model,
        document,
        outputs,
        _folder: folder,
    })
}

fn cases(report: &TestReport) -> Vec<&str> {
    report
        .findings
        .iter()
        .map(|finding| finding.case.as_str())
        .collect()
}

#[tokio::test]
async fn missing_validation_is_found_by_bad_inputs() -> Outcome<()> {
    let mut built = built().await?;
    built.service.validation = None;
    let report = bad_input::run(&built.service, &built.document, &built.outputs).await?;
    assert!(
        cases(&report).iter().any(|case| case.starts_with("createBook: ")),
        "{:?}",
        cases(&report)
    );
    Ok(())
}

#[tokio::test]
async fn an_open_door_is_found_by_authentication() -> Outcome<()> {
    let mut built = built().await?;
    for route in &mut built.service.routes {
        if route.operation_id == "deleteOrder" {
            route.scope = None;
        }
    }
    let report = authentication::run(&built.service, &built.document, &built.outputs).await?;
    let found = cases(&report);
    assert!(found.contains(&"deleteOrder: without a token"), "{found:?}");
    assert!(found.contains(&"deleteOrder: editor may not"), "{found:?}");
    assert!(
        found.iter().all(|case| case.starts_with("deleteOrder: ")),
        "{found:?}"
    );
    Ok(())
}

#[tokio::test]
async fn an_answer_off_its_schema_is_found_by_the_contract() -> Outcome<()> {
    let mut built = built().await?;
    // The document promises a property that the service does not have.
    let schema = &mut built.document["components"]["schemas"]["Author"];
    schema["properties"]["shoe_size"] = serde_json::json!({ "type": "integer" });
    schema["required"]
        .as_array_mut()
        .into_iter()
        .for_each(|required| required.push("shoe_size".into()));
    let report = contract::run(&built.service, &built.document, &built.outputs).await?;
    let found = cases(&report);
    assert!(found.contains(&"getAuthor: one that is there"), "{found:?}");
    assert!(found.iter().all(|case| case.contains("Author")), "{found:?}");
    Ok(())
}

#[tokio::test]
async fn an_unlisted_status_is_found_by_the_contract() -> Outcome<()> {
    let mut built = built().await?;
    let answers = &mut built.document["paths"]["/orders/{order_id}"]["get"]["responses"];
    answers
        .as_object_mut()
        .into_iter()
        .for_each(|answers| drop(answers.remove("404")));
    let report = contract::run(&built.service, &built.document, &built.outputs).await?;
    assert_eq!(cases(&report), ["getOrder: one that is not there"]);
    Ok(())
}

#[tokio::test]
async fn a_forgotten_rule_is_found_by_the_unit_tests() -> Outcome<()> {
    let mut built = built().await?;
    let orders = built
        .service
        .entities
        .iter_mut()
        .filter(|entity| entity.resource.name == "order");
    for entity in orders {
        // The model still has what this service has forgotten.
        entity.resource.rules.clear();
        for field in &mut entity.resource.fields {
            if let FieldKind::Enum { transitions, .. } = &mut field.kind {
                transitions.clear();
            }
        }
    }
    let report = unit::run(&built.service, &built.model, &built.document, &built.outputs)?;
    let found = cases(&report);
    assert!(
        found.contains(&"orders.status may not go from delivered to placed"),
        "{found:?}"
    );
    assert!(
        found.contains(&"orders: placed_at lies before shipped_at"),
        "{found:?}"
    );
    Ok(())
}

#[test]
fn the_gate_says_why() {
    let file = OutputFile {
        path: String::new(),
        bytes: 0,
        sha256: String::new(),
    };
    let good = TestReport {
        suite: "unit".into(),
        passed: 3,
        findings: Vec::new(),
        elapsed_ms: 1,
        file,
    };
    let mut bad = good.clone();
    bad.findings.push(super::report::Finding {
        case: "a case".into(),
        seen: "something else".into(),
    });
    let expected = ExpectedLoad {
        clients: 1,
        requests: 10,
        p99_budget_ms: 5,
    };
    let mut load = LoadReport {
        clients: 1,
        requests: 10,
        failed_requests: 0,
        elapsed_ms: 1,
        requests_per_second: 1.0,
        p50_us: 1_000,
        p99_us: 5_000,
        max_us: 6_000,
        reading_connections: 2,
        file: None,
    };
    assert_eq!(
        quality::objections(&[&good], &load, &expected),
        Vec::<String>::new()
    );
    load.p99_us = 5_001;
    load.failed_requests = 2;
    assert_eq!(
        quality::objections(&[&good, &bad], &load, &expected),
        [
            "1 of 4 unit tests found something, first `a case`: something else",
            "2 of 10 requests failed under load",
            "under load, the 99th percentile is 6 ms with 2 reading connections, 5 ms are allowed",
        ]
    );
}
