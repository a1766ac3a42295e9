//! Faults of the service and of the evidence that only the two together show: found by machines, sent back, mended.

use super::{EXAMPLE, Found, at_once, drive, evidence, hand_in, members, script, with_roster};
use std::sync::{Mutex, PoisonError};

use crate::support::{Place, Tested, events, said, shipped};

fn variation(name: &str) -> std::path::PathBuf {
    shipped(EXAMPLE, &format!("variations/{name}.toml"))
}

/// The journal of [`planned`], once somebody has waited for it.
static PLANNED: Mutex<Option<Vec<u8>>> = Mutex::new(None);

/// A run that has its plan signed and nothing built yet, under a load that takes no time.
pub(super) fn planned() -> Found<Place> {
    let mut journal = PLANNED.lock().unwrap_or_else(PoisonError::into_inner);
    if journal.is_none() {
        *journal = Some(std::fs::read(plan()?.path().join("journal.db"))?);
    }
    let place = Place::new(EXAMPLE)?;
    std::fs::write(
        place.path().join("journal.db"),
        journal.as_deref().unwrap_or_default(),
    )?;
    Ok(place)
}

fn plan() -> Found<Place> {
    let place = Place::new(EXAMPLE)?;
    let mut begin = place.command(&["run", "sample", "--input"]);
    let begun = begin.arg(shipped(EXAMPLE, "brief.toml")).output()?;
    assert!(begun.status.success(), "{}", said(&begun));
    for (who, step) in [
        ("petra", "gather_requirements"),
        ("anton", "define_contracts"),
        ("anton", "identify_integration_points"),
    ] {
        hand_in(&place, who, step, &evidence(step))?;
    }
    hand_in(
        &place,
        "petra",
        "establish_criteria",
        &variation("establish_criteria-with-room"),
    )?;
    hand_in(
        &place,
        "petra",
        "document_constraints",
        &evidence("document_constraints"),
    )?;
    approve(&place, "petra", "approve_requirements")?;
    for step in [
        "design_architecture",
        "design_schema",
        "specify_api",
        "plan_security",
        "establish_error_handling",
        "determine_transactions",
    ] {
        hand_in(&place, "anton", step, &evidence(step))?;
    }
    approve(&place, "amara", "approve_design")?;
    for (who, step) in [
        ("dora", "break_down_work"),
        ("dora", "prioritize"),
        ("dora", "select_frameworks"),
        ("tilda", "create_test_strategy"),
        ("dora", "establish_standards"),
    ] {
        hand_in(&place, who, step, &evidence(step))?;
    }
    approve(&place, "petra", "approve_plan")?;
    Ok(place)
}

fn approve(place: &Place, who: &str, gate: &str) -> Found<()> {
    let mut approve = place.command(&["approve", gate, "--run", "sample", "--by", who]);
    let approved = with_roster(&mut approve).output()?;
    if !approved.status.success() {
        return Err(said(&approved).into());
    }
    drive(place).map(drop)
}

/// Hands in the code, each part from the file that is named for it or else as it should be; what testing then says.
fn built(place: &Place, instead: &[(&str, std::path::PathBuf)]) -> Found<String> {
    let file = |step: &str| {
        let other = instead.iter().find(|(name, _)| *name == step);
        other.map_or_else(|| evidence(step), |(_, file)| file.clone())
    };
    for step in [
        "develop_data_layer",
        "implement_business_logic",
        "create_endpoints",
        "develop_access_control",
        "implement_validation",
        "write_unit_tests",
    ] {
        hand_in(place, "dmitri", step, &file(step))?;
    }
    approve(place, "dora", "review_code")?;
    let suite = "develop_integration_tests";
    hand_in(place, "tilda", suite, &file(suite))
}

/// The one rejection of that text: where it goes back to, and why.
fn rejection(text: &str) -> Found<(String, String)> {
    let rejected = events(text, "rejected");
    let [only] = rejected.as_slice() else {
        return Err(format!("{} rejections in {text}", rejected.len()).into());
    };
    let word = |name: &str| only[name].as_str().unwrap_or_default().to_owned();
    Ok((word("back_to"), only.to_string()))
}

#[test]
fn each_planted_fault_is_found_and_sent_back_to_the_developers() -> Tested {
    let both = |fault: &str| {
        ["create_endpoints", "develop_integration_tests"]
            .map(|step| (step, variation(&format!("{step}-{fault}"))))
    };
    at_once(&FAULTS, |(fault, found)| {
        let place = planned()?;
        let text = built(&place, &both(fault))?;
        let (back_to, why) = rejection(&text).map_err(|error| format!("{fault}: {error}"))?;
        assert_eq!(back_to, "CoreImplementation", "{fault}: {why}");
        assert!(why.contains(found), "{fault}: {why}");
        Ok(())
    })
}

/// A planted fault, and what is said of it.
const FAULTS: [(&str, &str); 5] = [
    (
        "any-caller",
        "is done for somebody who may not (a scanner of the carrier",
    ),
    (
        "any-weight",
        "a refusal of `weight_g` that is too large, seen 201",
    ),
    (
        "tells-inside",
        "the answer to somebody holds the database says `sqlite`",
    ),
    (
        "logs-recipient",
        "values of what is never logged (authorization, recipient)",
    ),
    ("not-there", "no-such-service"),
];

#[test]
fn evidence_that_does_not_fit_together_is_sent_back_with_the_missing_ids_named() -> Tested {
    let place = planned()?;
    let unexplained = [("write_unit_tests", variation("write_unit_tests-unexplained"))];
    let (back_to, why) = rejection(&built(&place, &unexplained)?)?;
    assert_eq!(back_to, "CoreImplementation");
    assert!(why.contains("no test shows N-5"), "{why}");
    assert!(
        why.contains("the evidence names F-9, which no requirement has"),
        "{why}"
    );

    // What is mended passes, and what was right stays as it was.
    let mended = built(&place, &[])?;
    assert!(events(&mended, "rejected").is_empty(), "{mended}");
    assert!(mended.contains("write_deployment_guide"), "{mended}");
    Ok(())
}

#[test]
fn an_operation_that_was_left_out_is_named() -> Tested {
    let place = planned()?;
    let without = [("create_endpoints", variation("create_endpoints-without-scans"))];
    let (back_to, why) = rejection(&built(&place, &without)?)?;
    assert_eq!(back_to, "CoreImplementation");
    assert!(why.contains("`endpoints.operations` lacks record_scan"), "{why}");
    Ok(())
}

#[test]
fn a_fault_goes_back_is_mended_and_the_project_is_delivered() -> Tested {
    let place = Place::new(EXAMPLE)?;
    let output = script(&place, "rework.sh", &[("FAULT", "slow-tracking")])?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let (back_to, why) = rejection(&text)?;
    assert_eq!(back_to, "ArchitectureAndDesign", "{why}");
    assert!(why.contains("N-1 (p99 of GET /v1/tracking/{code})"), "{why}");
    assert_eq!(super::done(&place)?, members());
    let benchmark = super::json(&place.out().join("reports/benchmark.json"))?;
    let first = benchmark["results"][0]["measured"].as_f64();
    assert!(
        first < Some(600.0),
        "the figures are those of the fault: {benchmark}"
    );
    Ok(())
}

/// Whoever drives it was stopped when the last gate had passed; what comes next has not begun, and may be waived.
#[test]
fn people_waive_the_optimization_with_a_reason() -> Tested {
    let place = Place::new(EXAMPLE)?;
    let mut begun = place.script("take_through.sh");
    begun.stderr(std::process::Stdio::null());
    place.killed_after(begun, "IntegrationAndTesting.quality")?;
    let phase = "OptimizationAndRefinement";
    let mut skip = place.command(&[
        "skip",
        phase,
        "--run",
        "sample",
        "--by",
        "dora",
        "--because",
        "fast enough for us",
    ]);
    let skipped = with_roster(&mut skip).output()?;
    assert!(skipped.status.success(), "{}", said(&skipped));
    let output = script(&place, "take_through.sh", &[])?;
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(super::done(&place)?.len(), members().len() - 7);
    let log = said(&place.command(&["log", "sample"]).output()?);
    assert!(log.contains("fast enough for us"), "{log}");
    Ok(())
}
