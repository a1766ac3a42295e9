//! The seven-phase plan, driven as its people drive it: the built program, the sample project's evidence, its real service.

use serde_json::Value;
use support::{Place, Tested, events, said, shipped, steps};

use crate::desk::EXAMPLE;

mod approaches;
mod crash;
mod desk;
mod faults;
mod optional;
mod rework;
#[path = "../support/mod.rs"]
mod support;

/// A report that a run wrote.
fn read_json(place: &Place, path: &str) -> Result<Value, Box<dyn std::error::Error>> {
    let text = std::fs::read(place.out().join(path)).map_err(|error| format!("{path}: {error}"))?;
    Ok(serde_json::from_slice(&text)?)
}

#[test]
fn a_brief_becomes_a_delivered_backend() -> Tested {
    let place = Place::new(EXAMPLE)?;
    let output = place.take_through("take_through.sh")?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("is done: 48 of 48 steps done"), "{text}");
    assert!(events(&text, "rejected").is_empty(), "{text}");
    every_automatic_step_was_done_once_and_says_something(&text);
    every_report_is_of_what_was_done(&place)?;
    the_pages_tell_what_is_there(&place)?;
    no_token_is_told(&place)?;

    // What was done is not done again, and nothing of it is lost.
    let before = std::fs::read(place.out().join("docs/api.md"))?;
    let again = place.take_through("take_through.sh")?;
    assert!(again.status.success(), "{}", said(&again));
    assert_eq!(steps(&said(&again)), Vec::<String>::new());
    assert_eq!(std::fs::read(place.out().join("docs/api.md"))?, before);
    Ok(())
}

fn every_automatic_step_was_done_once_and_says_something(text: &str) {
    let (mut done, notes) = (steps(text), events(text, "said"));
    done.sort();
    assert_eq!(
        done,
        [
            "DocumentationAndDelivery.document_api",
            "DocumentationAndDelivery.document_schema",
            "IntegrationAndTesting.document_coverage",
            "IntegrationAndTesting.measure_load",
            "IntegrationAndTesting.quality",
            "IntegrationAndTesting.test_endpoints",
            "IntegrationAndTesting.test_security",
            "IntegrationAndTesting.verify_error_handling",
            "IntegrationAndTesting.within_reach",
            "OptimizationAndRefinement.criteria_met",
            "OptimizationAndRefinement.profile",
        ]
    );
    for step in done {
        let says = |note: &Value| {
            let words = note["message"].as_str().unwrap_or_default();
            note["step"] == step && words.contains(|letter: char| letter.is_ascii_digit())
        };
        assert!(notes.iter().any(says), "{step} tells no figure");
    }
}

/// The evidence of a step.
fn evidence(step: &str) -> Result<toml::Table, Box<dyn std::error::Error>> {
    Ok(std::fs::read_to_string(shipped(EXAMPLE, &format!("hand_ins/{step}.toml")))?.parse()?)
}

/// The texts of one field over a list of tables.
fn each<'a>(evidence: &'a toml::Table, list: &str, field: &'a str) -> Vec<&'a str> {
    let items = evidence[list].as_array().into_iter().flatten();
    items.filter_map(|item| item.get(field)?.as_str()).collect()
}

fn every_report_is_of_what_was_done(place: &Place) -> Tested {
    let contract = read_json(place, "reports/contract.json")?;
    let api = evidence("specify_api")?;
    assert_eq!(
        contract["operations_called"],
        serde_json::json!(each(&api, "operations", "id"))
    );
    assert!(contract["calls"].as_u64() >= Some(50), "{}", contract["calls"]);
    assert_eq!(contract["deviations"], serde_json::json!([]));

    let errors = read_json(place, "reports/errors.json")?;
    let policy = evidence("establish_error_handling")?;
    let mut classes = each(&policy, "classes", "name");
    classes.sort_unstable();
    assert_eq!(errors["classes_caused"], serde_json::json!(classes));
    assert_eq!(errors["leaks"], serde_json::json!([]));

    let security = read_json(place, "reports/security.json")?;
    let plan = evidence("plan_security")?;
    let threats = each(&plan, "threats", "attack").len();
    let count = |list: &str| security[list].as_array().map_or(0, Vec::len);
    assert_eq!(count("threats_tried") + count("threats_left_to_people"), threats);
    assert_eq!(security["findings"], serde_json::json!([]));

    let benchmark = read_json(place, "reports/benchmark.json")?;
    let criteria = evidence("establish_criteria")?;
    let metrics: Vec<&str> = benchmark["results"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|result| result["metric"].as_str())
        .collect();
    assert_eq!(metrics, each(&criteria, "criteria", "metric"));
    for load in benchmark["loads"].as_array().into_iter().flatten() {
        let latency = |percent: &str| load["latency"][percent].as_f64().unwrap_or_default();
        assert!(
            latency("p50_ms") > 0.0 && latency("p50_ms") <= latency("p99_ms"),
            "{load}"
        );
    }
    Ok(())
}

fn the_pages_tell_what_is_there(place: &Place) -> Tested {
    let reference = std::fs::read_to_string(place.out().join("docs/api.md"))?;
    for operation in each(&evidence("specify_api")?, "operations", "id") {
        let section = reference
            .split("\n## ")
            .find(|section| section.starts_with(operation));
        let section = section.ok_or_else(|| format!("nothing is said of {operation}"))?;
        assert!(
            section.contains("```http\n"),
            "{operation} has no example: {section}"
        );
    }
    // An example is one call, so the order that was sent is the order that came back.
    let registered = reference
        .split("```")
        .find(|block| block.contains("POST /v1/parcels\n"));
    let registered = registered.ok_or("no parcel was registered")?;
    let orders: Vec<&str> = registered
        .lines()
        .filter(|line| line.contains("order_number"))
        .map(str::trim)
        .collect();
    assert_eq!(orders.len(), 2, "{registered}");
    assert_eq!(orders[0], orders[1], "the answer is not to that call");

    let schema = std::fs::read_to_string(place.out().join("docs/schema.md"))?;
    for table in evidence("design_schema")?["tables"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let table = table.as_table().ok_or("a table is none")?;
        for meaning in each(table, "columns", "meaning") {
            assert!(schema.contains(meaning), "the page lacks: {meaning}");
        }
    }
    let picture = std::fs::read_to_string(place.out().join("docs/schema.mmd"))?;
    assert!(picture.starts_with("erDiagram\n"), "{picture}");
    assert!(
        schema.contains(picture.trim_end()),
        "the page has another picture"
    );
    Ok(())
}

/// An example says whose token is to be sent, and never which.
fn no_token_is_told(place: &Place) -> Tested {
    let reference = std::fs::read_to_string(place.out().join("docs/api.md"))?;
    let sent: Vec<&str> = reference
        .lines()
        .filter(|line| line.starts_with("Authorization:"))
        .collect();
    assert!(sent.len() >= 4, "{sent:?}");
    for line in sent {
        assert!(
            line.starts_with("Authorization: Bearer (the token of `"),
            "{line}"
        );
    }
    Ok(())
}

#[test]
fn the_picture_is_what_the_program_draws() -> Tested {
    let drawn = Place::new(EXAMPLE)?
        .command(&["graph", "--format", "svg"])
        .output()?;
    assert!(drawn.status.success(), "{}", said(&drawn));
    let committed = std::fs::read(shipped(EXAMPLE, "plan.svg"))?;
    assert!(
        drawn.stdout == committed,
        "draw it again: graph --format svg --output examples/backend_development/plan.svg"
    );
    Ok(())
}
