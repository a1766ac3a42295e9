//! SIGKILL in the middle: the run goes on where it was, and ends as if nothing had been.

use serde_json::Value;

use crate::{
    desk::Desk,
    read_json,
    support::{Place, Tested, events, said, steps},
};

fn goes_on_after(step: &str) -> Tested {
    let Desk { place, .. } = Desk::before_the_code()?;
    let before = place.killed_after(place.script("take_through.sh"), step)?;
    let output = place.take_through("take_through.sh")?;
    let after = said(&output);
    assert!(output.status.success(), "{step}: {after}");

    let (done, redone) = (steps(&before), steps(&after));
    assert!(done.iter().any(|name| name == step), "{before}");
    let twice: Vec<&String> = redone.iter().filter(|name| done.contains(name)).collect();
    assert!(twice.is_empty(), "{step}: {twice:?} ran again");
    assert!(events(&after, "rejected").is_empty(), "{step}: {after}");
    ends_as_ever(&place)
}

/// What the run leaves behind, where it does not depend on the clock or on chance.
fn ends_as_ever(place: &Place) -> Tested {
    let covered = read_json(place, "reports/coverage.json")?;
    let ids: Vec<&str> = covered["requirements"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|covered| covered["requirement"].as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "F-1", "F-2", "F-3", "F-4", "F-5", "N-1", "N-2", "N-3", "N-4", "N-5"
        ]
    );
    for (report, list) in [
        ("contract", "deviations"),
        ("errors", "deviations"),
        ("security", "findings"),
    ] {
        let report = read_json(place, &format!("reports/{report}.json"))?;
        assert_eq!(report[list], Value::Array(Vec::new()));
    }
    for page in ["docs/api.md", "docs/schema.md"] {
        assert!(place.out().join(page).is_file(), "{page} is missing");
    }
    assert!(
        !place.out().join("scratch").exists(),
        "something is left of what was tried"
    );
    let verified = place.command(&["verify", "sample"]).output()?;
    assert!(verified.status.success(), "{}", said(&verified));
    Ok(())
}

#[test]
fn a_run_killed_while_its_service_is_tested_goes_on() -> Tested {
    goes_on_after("IntegrationAndTesting.test_security")
}

#[test]
fn a_run_killed_before_the_gates_goes_on() -> Tested {
    goes_on_after("IntegrationAndTesting.document_coverage")
}

#[test]
fn a_run_killed_between_two_pages_goes_on() -> Tested {
    goes_on_after("DocumentationAndDelivery.document_api")
}
