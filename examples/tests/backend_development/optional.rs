//! The optional phase, both ways: waived where all criteria are kept with room, done where they are not.

use serde_json::Value;

use crate::{
    desk::{Desk, EXAMPLE},
    read_json,
    support::{Place, Tested, events, said, steps},
};

#[test]
fn the_optimization_is_waived_where_all_criteria_are_kept_with_room() -> Tested {
    let place = Place::new(EXAMPLE)?;
    let output = place.script("take_through.sh").env("ROOM", "1").output()?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let waived = events(&text, "waived");
    assert_eq!(waived.len(), 1, "{text}");
    assert_eq!(waived[0]["phase"], "OptimizationAndRefinement");
    let reason = waived[0]["message"].as_str().unwrap_or_default();
    assert!(reason.starts_with("all 5 criteria are kept"), "{reason}");
    assert!(
        !steps(&text)
            .iter()
            .any(|step| step.starts_with("OptimizationAndRefinement.")),
        "{text}"
    );
    assert!(!place.out().join("reports/profile.json").exists());
    assert!(place.out().join("docs/schema.md").is_file());
    Ok(())
}

/// Whoever drives it stops when the last gate has passed: what comes next has not begun, and people may waive it.
#[test]
fn the_optimization_is_waived_by_people_who_give_a_reason() -> Tested {
    let desk = Desk::before_the_code()?;
    desk.place.killed_after(
        desk.place.script("take_through.sh"),
        "IntegrationAndTesting.quality",
    )?;
    let words = ["skip", "OptimizationAndRefinement", "--run", "sample"];
    let without_reason = desk.ask(&[&words[..], &["--by", "dora"]].concat())?;
    assert_eq!(without_reason.status.code(), Some(2), "{}", said(&without_reason));
    let because = ["--because", "Easter comes first", "--by", "dora"];
    let waived = desk.ask(&[&words[..], &because].concat())?;
    assert!(waived.status.success(), "{}", said(&waived));
    let output = desk.place.take_through("take_through.sh")?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(
        !steps(&text)
            .iter()
            .any(|step| step.starts_with("OptimizationAndRefinement.")),
        "{text}"
    );
    let log = said(&desk.ask(&["log", "sample"])?);
    assert!(log.contains("Easter comes first"), "{log}");
    Ok(())
}

#[test]
fn what_was_tuned_the_wrong_way_is_tuned_again() -> Tested {
    let mut desk = Desk::before_the_code()?;
    desk.hand_in_first("tune_resources", "tune_resources-missed");
    let [gate, back_to, message] = desk.work_until_sent_back()?;
    assert_eq!(gate, "OptimizationAndRefinement.criteria_met");
    assert_eq!(back_to, "OptimizationAndRefinement");
    assert!(
        message.contains("N-3 (answers per second at full load) is 41 1/s"),
        "{message}"
    );
    the_profile_names_what_costs(&desk.place)?;

    // The phase was done once, so it is not asked again whether it may be waived.
    desk.work_until_done()?;
    assert!(events(&desk.said, "waived").is_empty(), "{}", desk.said);
    let profiled = steps(&desk.said);
    let profiled = profiled
        .iter()
        .filter(|step| *step == "OptimizationAndRefinement.profile");
    assert_eq!(profiled.count(), 2);
    Ok(())
}

fn the_profile_names_what_costs(place: &Place) -> Tested {
    let profile = read_json(place, "reports/profile.json")?;
    let costs = profile["costs"].as_array().ok_or("no costs")?;
    let percent = |cost: &Value| cost["time_percent"].as_f64().unwrap_or_default();
    let all: f64 = costs.iter().map(percent).sum();
    assert!((90.0..=101.0).contains(&all), "{costs:?}");
    assert!(
        costs.windows(2).all(|two| percent(&two[0]) >= percent(&two[1])),
        "the largest is not first: {costs:?}"
    );
    for operation in ["register_parcel", "dispatch_parcel", "track_parcel"] {
        let place = format!("{operation}: database");
        assert!(
            costs.iter().any(|cost| cost["place"] == place),
            "{place}: {costs:?}"
        );
    }
    Ok(())
}
