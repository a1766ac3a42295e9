//! Attempts that fail: again, for good, and what comes after that.

use crate::deeds::Act;
use crate::plans::{CRUISE, Manned};
use crate::scene::Scene;

pub(crate) async fn a_failure_is_tried_again(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Fitting.rig", Act::Fail("no wind"));
    deeds.at("Fitting.rig a2", Act::Panic("a squall"));
    deeds.at("Sailing.watch", Act::Fail("asleep"));
    let done = manned.cruise("a").await.unwrap();
    assert_eq!(*done.artifacts().watch(), 16);
    let more = ["Fitting.rig a2", "Fitting.rig a3", "Sailing.watch a2"];
    deeds.were_in_any_order(scene, &[&CRUISE[..], &more].concat());
}

pub(crate) async fn the_last_failure_halts_and_the_run_goes_on_from_there(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    for call in ["Fitting.rig", "Fitting.rig a2", "Fitting.rig a3"] {
        deeds.at(call, Act::Fail("no wind"));
    }
    let halted = manned.cruise("a").await.unwrap_err();
    assert!(halted.is_failed() && !halted.is_waiting() && !halted.is_cancelled());
    assert_eq!(halted.cause.steps(), ["Fitting.rig"]);
    assert!(
        halted
            .to_string()
            .contains("`Fitting.rig` failed on attempt 3: no wind"),
        "{halted}"
    );
    assert!(matches!(halted.run, crate::plans::cruise::Position::Start(_)));
    drop(halted);
    assert_eq!(manned.standing("a").await, "halted");
    deeds.were(
        scene,
        &["Fitting.hull", "Fitting.rig", "Fitting.rig a2", "Fitting.rig a3"],
    );

    // All attempts are there again.
    deeds.at("Fitting.rig a4", Act::Fail("still no wind"));
    deeds.at("Fitting.rig a5", Act::Fail("still no wind"));
    let done = manned.cruise("a").await.unwrap();
    assert_eq!(*done.artifacts().rig(), 15);
    let more = ["Fitting.rig a4", "Fitting.rig a5", "Fitting.rig a6"];
    deeds.were_in_any_order(scene, &[&CRUISE[2..], &more].concat());
}

pub(crate) async fn a_terminal_failure_is_not_tried_again(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Fitting.rig", Act::Terminal("sunk"));
    let halted = manned.cruise("a").await.unwrap_err();
    assert!(
        halted
            .to_string()
            .contains("failed terminally on attempt 1: sunk"),
        "{halted}"
    );
    deeds.were(scene, &["Fitting.hull", "Fitting.rig"]);
}

pub(crate) async fn what_takes_too_long_fails(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Fitting.stow", Act::Hang);
    let halted = manned.cruise("a").await.unwrap_err();
    assert!(
        halted
            .to_string()
            .contains("took longer than its time limit of 300ms"),
        "{halted}"
    );
    assert_eq!(halted.cause.steps(), ["Fitting.stow"]);
    drop(halted);
    drop(manned.cruise("a").await.unwrap());
    deeds.were_in_any_order(scene, &[&CRUISE[..], &["Fitting.stow a2"]].concat());
}

pub(crate) async fn beside_a_failure_what_is_in_flight_finishes_and_nothing_new_starts(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Sailing.watch", Act::Terminal("asleep"));
    deeds.at("Sailing.chart", Act::Behind("chart"));
    let both = async {
        deeds.until("Sailing.watch").await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        deeds.open("chart");
    };
    let (halted, ()) = tokio::join!(manned.cruise("a"), both);
    let halted = halted.unwrap_err();
    assert_eq!(halted.cause.steps(), ["Sailing.watch"]);
    drop(halted);
    deeds.were_in_any_order(scene, &CRUISE[..8]);
    drop(manned.cruise("a").await.unwrap());
    deeds.were_in_any_order(scene, &[&CRUISE[8..], &["Sailing.watch a2"]].concat());
}

pub(crate) async fn a_team_that_cannot_say_halts_the_run(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Painting.waive", Act::Fail("out of office"));
    let halted = manned.cruise("a").await.unwrap_err();
    assert!(halted.is_failed());
    assert_eq!(halted.cause.steps(), ["Painting.waive"]);
    drop(halted);
    deeds.were(scene, &CRUISE[..4]);
    let standing = if scene.differs() { "halted" } else { "running" };
    assert_eq!(manned.standing("a").await, standing);
    deeds.at("Painting.waive", Act::Waive("no paint"));
    let done = manned.cruise("a").await.unwrap();
    assert_eq!(done.artifacts().goods(), "150016 None");
    deeds.were_in_any_order(scene, &[&["Painting.waive"], &CRUISE[5..]].concat());
}

pub(crate) async fn beside_a_failure_others_are_tried_again(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Sailing.chart", Act::Terminal("lost"));
    deeds.at("Sailing.watch", Act::Fail("asleep"));
    let halted = manned.cruise("a").await.unwrap_err();
    assert_eq!(halted.cause.steps(), ["Sailing.chart"]);
    drop(halted);
    deeds.were_in_any_order(scene, &[&CRUISE[..8], &["Sailing.watch a2"]].concat());
    drop(manned.cruise("a").await.unwrap());
    deeds.were_in_any_order(scene, &[&CRUISE[8..], &["Sailing.chart a2"]].concat());
}
