//! The framework with its sample project, driven as its people drive it: scripts, hand-ins, a real service, real faults.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use examples::BackendDevelopment;
use serde_json::Value;
use support::{Place, Tested, events, said, shipped, steps};

mod approaches;
mod sent_back;
#[path = "../support/mod.rs"]
mod support;

const EXAMPLE: &str = "backend_development";

type Found<T> = Result<T, Box<dyn std::error::Error>>;

/// A script beside the example, run to its end.
fn script(place: &Place, name: &str, variables: &[(&str, &str)]) -> std::io::Result<Output> {
    place.script(name).envs(variables.iter().copied()).output()
}

fn json(place: &Path) -> Found<Value> {
    Ok(serde_json::from_slice(&std::fs::read(place)?)?)
}

/// Every member of the plan, as `Phase.member`.
fn members() -> Vec<String> {
    let phases = BackendDevelopment::PLAN.phases.iter();
    let members = phases.flat_map(|phase| {
        phase
            .steps
            .iter()
            .map(move |step| format!("{}.{}", phase.name, step.name))
    });
    members.collect()
}

/// The members that are done, by the journal.
fn done(place: &Place) -> Found<Vec<String>> {
    let status = place.command(&["status", "sample", "--json"]).output()?;
    let status: Value = serde_json::from_slice(&status.stdout)?;
    let phases = status["phases"].as_array().into_iter().flatten();
    let steps = phases.flat_map(|phase| phase["steps"].as_array().into_iter().flatten());
    let done = steps.filter(|step| step["mark"] == "done");
    let done = done
        .filter_map(|step| step["step"].as_str())
        .map(str::to_owned)
        .collect();
    Ok(done)
}

#[test]
fn the_sample_project_goes_from_its_brief_to_its_delivery() -> Tested {
    let place = Place::new(EXAMPLE)?;
    let output = script(&place, "take_through.sh", &[])?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert_eq!(done(&place)?, members(), "{text}");

    let contract = json(&place.out().join("reports/contract.json"))?;
    assert_eq!(contract["operations_called"].as_array().map(Vec::len), Some(7));
    assert_eq!(contract["deviations"], serde_json::json!([]));
    assert!(contract["calls"].as_u64() > Some(60), "{contract}");
    let errors = json(&place.out().join("reports/errors.json"))?;
    assert_eq!(
        errors["classes_caused"].as_array().map(Vec::len),
        Some(11),
        "{errors}"
    );
    let security = json(&place.out().join("reports/security.json"))?;
    assert_eq!(security["calls"].as_object().map(serde_json::Map::len), Some(7));
    let coverage = json(&place.out().join("reports/coverage.json"))?;
    let covered: Vec<&str> = coverage["requirements"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|covered| covered["requirement"].as_str())
        .collect();
    let all = [
        "F-1", "F-2", "F-3", "F-4", "F-5", "N-1", "N-2", "N-3", "N-4", "N-5",
    ];
    assert_eq!(covered, all);
    let benchmark = json(&place.out().join("reports/benchmark.json"))?;
    assert_eq!(
        benchmark["results"].as_array().map(Vec::len),
        Some(5),
        "{benchmark}"
    );

    let reference = std::fs::read_to_string(place.out().join("docs/api.md"))?;
    for operation in contract["operations_called"].as_array().into_iter().flatten() {
        let heading = format!("## {}\n", operation.as_str().unwrap_or_default());
        assert!(reference.contains(&heading), "{heading}");
    }
    assert!(
        reference.contains("NF-2027-000417"),
        "no example of a dispatch was run"
    );
    let schema = std::fs::read_to_string(place.out().join("docs/schema.md"))?;
    assert!(
        schema.contains("| `weight_g` | INTEGER | g | what the scale"),
        "{schema}"
    );
    assert!(schema.contains("parcels ||--o{ scans : parcel_id"), "{schema}");
    assert!(
        !place.out().join("scratch").exists(),
        "something is left of what was tried"
    );
    Ok(())
}

#[test]
fn criteria_that_ask_for_room_and_get_it_waive_the_optimization() -> Tested {
    let place = sent_back::planned()?;
    let output = script(&place, "take_through.sh", &[("ROOM", "1")])?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let done = done(&place)?;
    let left: Vec<String> = members()
        .into_iter()
        .filter(|member| !done.contains(member))
        .collect();
    assert_eq!(left.len(), 7, "{left:?}");
    assert!(
        left.iter()
            .all(|member| member.starts_with("OptimizationAndRefinement.")),
        "{left:?}"
    );
    let log = said(&place.command(&["log", "sample"]).output()?);
    assert!(log.contains("all 5 criteria are kept 2 times over"), "{log}");
    Ok(())
}

#[test]
fn a_killed_run_goes_on_where_it_was() -> Tested {
    at_once(&STOPS, |stop_after| {
        let place = sent_back::planned()?;
        let mut begun = place.script("take_through.sh");
        begun.env("ROOM", "1").stderr(Stdio::null());
        let before = place.killed_after(begun, stop_after)?;
        let output = script(&place, "take_through.sh", &[("ROOM", "1")])?;
        let after = said(&output);
        assert!(output.status.success(), "{stop_after}: {after}");
        let (first, second) = (steps(&before), steps(&after));
        assert!(first.iter().any(|step| step == stop_after), "{first:?}");
        let twice: Vec<&String> = second.iter().filter(|step| first.contains(step)).collect();
        assert!(twice.is_empty(), "{stop_after}: {twice:?} ran again");
        assert_eq!(done(&place)?.len(), members().len() - 7, "{after}");
        assert!(place.out().join("docs/schema.md").is_file());
        Ok(())
    })
}

const STOPS: [&str; 3] = [
    "IntegrationAndTesting.measure_load",
    "IntegrationAndTesting.verify_error_handling",
    "DocumentationAndDelivery.document_api",
];

/// Tries all cases beside each other: most of their time is waiting.
fn at_once<T: Sync>(cases: &[T], trial: impl Fn(&T) -> Tested + Sync) -> Tested {
    let trial = |case| trial(case).map_err(|error| error.to_string());
    std::thread::scope(|scope| {
        let trial = &trial;
        let trials: Vec<_> = cases
            .iter()
            .map(|case| scope.spawn(move || trial(case)))
            .collect();
        for tried in trials {
            tried.join().map_err(|_| "a case failed, as it says above")??;
        }
        Ok(())
    })
}

#[test]
fn ten_faulty_hand_ins_are_refused_each_at_its_step_for_its_reason() -> Tested {
    let place = Place::new(EXAMPLE)?;
    let output = script(&place, "faults.sh", &[])?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let refused: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("refused ") || line.starts_with("sent back "))
        .collect();
    let wanted = [
        "refused gather_requirements by dora (exit code 3): takes the role `ProductOwner`",
        "refused gather_requirements (exit code 2): `N-1.acceptance` is empty",
        "refused establish_criteria (exit code 2): `criteria[0].unit` is empty",
        "refused design_architecture (exit code 2): `decisions[0].security_implication` is empty",
        "refused specify_api (exit code 2): `operations.track_parcel.responses` has no error",
        "refused plan_security (exit code 2): `threats[3].mitigation` is missing, and nobody accepts the risk",
        "refused break_down_work (exit code 2): `pieces.dispatch.specification` is missing, though the piece is intricate",
        "refused select_frameworks (exit code 2): `decisions[0].trade_off` is empty",
        "refused approve_plan by dmitri (exit code 3): takes the role `ProductOwner`",
        "sent back by approve_plan",
        "refused create_endpoints (exit code 2): `unspecified_routes` has GET /debug; specify them first",
        "refused introduce_caching (exit code 2): `decisions[0].performance_implication` is empty",
        "refused create_runbooks (exit code 2): `procedures.Somebody has a token.expected` is empty",
    ];
    assert_eq!(refused, wanted, "{text}");
    assert_eq!(done(&place)?, members());
    let rejected = events(&text, "rejected");
    assert!(
        rejected.is_empty(),
        "people said no, and no gate of a machine: {rejected:?}"
    );
    Ok(())
}

#[test]
fn a_brief_without_a_day_begins_nothing() -> Tested {
    let place = Place::new(EXAMPLE)?;
    let brief = place.path().join("brief.toml");
    let text = std::fs::read_to_string(shipped(EXAMPLE, "brief.toml"))?;
    std::fs::write(&brief, text.replace("2027-03-31", "spring"))?;
    let output = place
        .command(&["run", "sample", "--input"])
        .arg(&brief)
        .output()?;
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("`wanted_by` is `spring`"),
        "{}",
        said(&output)
    );
    let list = said(&place.command(&["list", "--json"]).output()?);
    assert!(!list.contains("\"sample\""), "{list}");
    Ok(())
}

#[test]
fn the_picture_on_the_page_is_the_plan_as_it_is_drawn_today() -> Tested {
    let place = Place::new(EXAMPLE)?;
    let drawn = place.command(&["graph", "--format", "svg"]).output()?;
    let committed = std::fs::read_to_string(shipped(EXAMPLE, "plan.svg"))?;
    assert_eq!(
        committed,
        String::from_utf8(drawn.stdout)?,
        "draw it anew: graph --format svg --output examples/backend_development/plan.svg"
    );
    Ok(())
}

/// The evidence of the sample project, by its step.
fn evidence(step: &str) -> PathBuf {
    shipped(EXAMPLE, &format!("hand_ins/{step}.toml"))
}

/// Hands something in by somebody and lets the run go on; everything that was said.
fn hand_in(place: &Place, who: &str, step: &str, file: &Path) -> Found<String> {
    let mut hand_in = place.command(&["done", step, "--run", "sample", "--by", who, "--artifact"]);
    let handed_in = with_roster(&mut hand_in).arg(file).output()?;
    if !handed_in.status.success() {
        return Err(said(&handed_in).into());
    }
    drive(place)
}

fn drive(place: &Place) -> Found<String> {
    let mut run = place.command(&["run", "sample", "--json-lines"]);
    let output = with_roster(&mut run).output()?;
    Ok(said(&output))
}

fn with_roster(command: &mut Command) -> &mut Command {
    command.env("WORKFLOW_ROSTER", shipped(EXAMPLE, "roster.toml"))
}
