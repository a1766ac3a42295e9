//! Runs that are taken back.

use workflow_runtime::prelude::*;

use crate::deeds::Act;
use crate::plans::{Cruise, Manned, cruise, permit};
use crate::scene::Scene;

const HULL: &str = "undo Fitting.hull (\"Delft\", Some(\"a hull of Delft\"))";
const RIG: &str = "undo Fitting.rig (\"a hull of Delft\", Some(15))";
const CHART: &str = "undo Sailing.chart (150, Some(150))";

pub(crate) async fn a_halted_run_is_taken_back_last_to_first(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Fitting.rig", Act::Terminal("no wind"));
    let halted = manned.cruise("a").await.unwrap_err();
    deeds.were(scene, &["Fitting.hull", "Fitting.rig"]);
    let undone: cruise::Undone = halted.run.undo(&manned.crew).await.unwrap();
    assert_eq!(undone.id(), "a");
    drop(undone);
    // What failed comes first, and it is not known how far it got.
    deeds.were(scene, &["undo Fitting.rig (\"a hull of Delft\", None)", HULL]);
    assert_eq!(manned.standing("a").await, "undone");
    is_over(&manned).await;
}

/// Nothing can be done with it any more.
async fn is_over(manned: &Manned) {
    let halted = manned.cruise("a").await.unwrap_err();
    assert!(halted.cause.journal().unwrap().is_undone(), "{halted}");
    drop(halted);
    let resumed = Cruise::resume(&manned.runtime, "a").await.unwrap_err();
    assert!(resumed.is_undone(), "{resumed}");
    let again = cruise::Undo::resume(&manned.runtime, "a").await.unwrap_err();
    assert!(again.is_undone(), "{again}");
    let cancelled = manned.runtime.cancel("a").await.unwrap_err();
    assert!(cancelled.is_over(), "{cancelled}");
}

pub(crate) async fn a_run_that_is_done_is_taken_back(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Painting.waive", Act::Waive("no paint"));
    let done = manned.cruise("a").await.unwrap();
    drop(deeds.taken_in_short(scene));
    drop(done.undo(&manned.crew).await.unwrap());
    deeds.were(scene, &[CHART, RIG, HULL]);
    assert_eq!(manned.standing("a").await, "undone");
    is_over(&manned).await;
}

pub(crate) async fn each_round_is_taken_back(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Landing.inspect", Act::Reject("wet"));
    let done = manned.cruise("a").await.unwrap();
    drop(deeds.taken_in_short(scene));
    drop(done.undo(&manned.crew).await.unwrap());
    deeds.were(
        scene,
        &["undo Sailing.chart r1 (150, Some(151))", CHART, RIG, HULL],
    );
}

pub(crate) async fn a_run_that_waits_is_taken_back(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    drop(manned.permit("a").await.unwrap_err());
    manned.pay("a", 3).await.unwrap();
    let halted = manned.permit("a").await.unwrap_err();
    assert!(halted.is_waiting());
    drop(deeds.taken_in_short(scene));
    drop(halted.run.undo(&manned.crew).await.unwrap());
    deeds.were(scene, &["undo Review.survey (\"a house at the dike\", Some(19))"]);
    assert_eq!(manned.standing("a").await, "undone");
    let late = manned.sign("a", Verdict::Pass).await.unwrap_err();
    assert!(
        late.is_undone() && late.to_string().contains("was undone"),
        "{late}"
    );
    // On an engine it was told to stop first.
    scene.differs();
}

pub(crate) async fn a_cancelled_run_is_taken_back(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Fitting.stow", Act::Terminal("no room"));
    drop(manned.cruise("a").await.unwrap_err());
    manned.runtime.cancel("a").await.unwrap();
    drop(deeds.taken_in_short(scene));
    let run = Cruise::resume(&manned.runtime, "a").await.unwrap();
    drop(run.undo(&manned.crew).await.unwrap());
    deeds.were(scene, &[RIG, HULL]);
    assert_eq!(manned.standing("a").await, "undone");
}

pub(crate) async fn an_undo_that_fails_is_tried_again_halts_and_goes_on(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Fitting.stow", Act::Terminal("no room"));
    let halted = manned.cruise("a").await.unwrap_err();
    drop(deeds.taken_in_short(scene));
    deeds.at("undo Fitting.rig", Act::Fail("stuck"));
    deeds.at("undo Fitting.hull", Act::Fail("fast"));
    let stopped = halted.run.undo(&manned.crew).await.unwrap_err();
    assert!(stopped.is_failed(), "{stopped}");
    assert_eq!(stopped.cause.steps()[0], "Fitting.hull");
    assert!(
        stopped
            .to_string()
            .contains("undoing `Fitting.hull` failed on attempt 1: fast"),
        "{stopped}"
    );
    drop(stopped);
    assert_eq!(manned.standing("a").await, "undoing");
    let again = "undo Fitting.rig a2 (\"a hull of Delft\", Some(15))";
    deeds.were(scene, &[RIG, again, HULL]);
    // It can go no other way.
    let halted = manned.cruise("a").await.unwrap_err();
    assert!(halted.cause.journal().unwrap().is_undone(), "{halted}");
    drop(halted);
    deeds.were(scene, &[]);
    let undo = cruise::Undo::resume(&manned.runtime, "a").await.unwrap();
    drop(undo.undo(&manned.crew).await.unwrap());
    deeds.were(
        scene,
        &["undo Fitting.hull a2 (\"Delft\", Some(\"a hull of Delft\"))"],
    );
    assert_eq!(manned.standing("a").await, "undone");
}

pub(crate) async fn an_undo_of_a_done_run_that_fails_goes_on(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    let done = manned.cruise("a").await.unwrap();
    drop(deeds.taken_in_short(scene));
    deeds.at("undo Fitting.hull", Act::Terminal("fast"));
    let stopped = done.undo(&manned.crew).await.unwrap_err();
    assert!(stopped.is_failed(), "{stopped}");
    assert_eq!(manned.standing("a").await, "undoing");
    deeds.were(scene, &[CHART, RIG, HULL]);
    drop(stopped.run.undo(&manned.crew).await.unwrap());
    deeds.were(
        scene,
        &["undo Fitting.hull a2 (\"Delft\", Some(\"a hull of Delft\"))"],
    );
    assert_eq!(manned.standing("a").await, "undone");
}

pub(crate) async fn an_undo_is_told_to_stop_and_goes_on(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Fitting.stow", Act::Terminal("no room"));
    let halted = manned.cruise("a").await.unwrap_err();
    drop(deeds.taken_in_short(scene));
    deeds.at("undo Fitting.hull", Act::Terminal("fast"));
    drop(halted.run.undo(&manned.crew).await.unwrap_err());
    manned.runtime.cancel("a").await.unwrap();
    assert_eq!(manned.standing("a").await, "undoing");
    let undo = cruise::Undo::resume(&manned.runtime, "a").await.unwrap();
    drop(undo.undo(&manned.crew).await.unwrap());
    assert_eq!(manned.standing("a").await, "undone");
}

pub(crate) async fn a_rejected_run_is_taken_back(scene: &Scene) {
    let manned = Manned::at(scene).await;
    drop(manned.permit("a").await.unwrap_err());
    manned.pay("a", 3).await.unwrap();
    drop(manned.permit("a").await.unwrap_err());
    for _ in 0..2 {
        manned.sign("a", Verdict::reject("no")).await.unwrap();
        let halted = manned.permit("a").await.unwrap_err();
        if halted.is_waiting() {
            drop(halted);
            manned.pay("a", 3).await.unwrap();
            drop(manned.permit("a").await.unwrap_err());
            continue;
        }
        drop(manned.deeds().taken_in_short(scene));
        drop(halted.run.undo(&manned.crew).await.unwrap());
    }
    let survey = |round: &str| format!("undo Review.survey{round} (\"a house at the dike\", Some(19))");
    manned.deeds().were(scene, &[&survey(" r1"), &survey("")]);
    let position = permit::Undo::resume(&manned.runtime, "a").await.unwrap_err();
    assert!(position.is_undone());
}

pub(crate) async fn a_run_under_way_is_taken_back(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Fitting.rig", Act::Behind("rig"));
    let undoing = async {
        deeds.until("Fitting.rig").await;
        let resumed = Cruise::resume(&manned.runtime, "a").await;
        if !scene.differs() {
            assert!(resumed.unwrap_err().is_held());
            deeds.open("rig");
            return;
        }
        let run = resumed.unwrap();
        let opening = async {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            deeds.open("rig");
        };
        let (undone, ()) = tokio::join!(run.undo(&manned.crew), opening);
        drop(undone.unwrap());
        if !scene.repeats() {
            deeds.were(scene, &["Fitting.hull", "Fitting.rig", RIG, HULL]);
        }
        assert_eq!(manned.standing("a").await, "undone");
    };
    let (followed, ()) = tokio::join!(manned.cruise("a"), undoing);
    // Who followed it is told that it goes the other way.
    assert_eq!(followed.is_err(), scene.is_engine());
}
