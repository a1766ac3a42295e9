//! Runs that are told to stop.

use crate::deeds::Act;
use crate::plans::{CRUISE, Crew, Manned, Permit};
use crate::rounds::Circle;
use crate::scene::Scene;

pub(crate) async fn a_step_under_way_is_stopped_or_let_finish(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Fitting.rig", Act::Behind("rig"));
    let stopping = async {
        deeds.until("Fitting.rig").await;
        manned.runtime.cancel("a").await.unwrap();
        if scene.is_engine() {
            deeds.open("rig");
        }
    };
    let (halted, ()) = tokio::join!(manned.cruise("a"), stopping);
    deeds.open("rig");
    let halted = halted.unwrap_err();
    assert!(halted.is_cancelled() && !halted.is_failed(), "{halted}");
    drop(halted);
    assert_eq!(manned.standing("a").await, "cancelled");
    deeds.were(scene, &CRUISE[..2]);
    drop(manned.cruise("a").await.unwrap());
    // What is stopped is made again as the next attempt, as it began.
    match scene.differs() {
        false => deeds.were_in_any_order(scene, &[&["Fitting.rig a2"], &CRUISE[2..]].concat()),
        true if scene.repeats() => {}
        true => deeds.were_in_any_order(scene, &CRUISE[2..]),
    }
    assert_eq!(manned.standing("a").await, "done");
}

pub(crate) async fn members_at_once_are_stopped_together(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Sailing.watch", Act::Fail("asleep"));
    deeds.at("Sailing.chart", Act::Behind("chart"));
    deeds.at("Sailing.watch a2", Act::Behind("chart"));
    let stopping = async {
        deeds.until("Sailing.chart").await;
        deeds.until("Sailing.watch a2").await;
        manned.runtime.cancel("a").await.unwrap();
        if scene.is_engine() {
            deeds.open("chart");
        }
    };
    let (halted, ()) = tokio::join!(manned.cruise("a"), stopping);
    deeds.open("chart");
    assert!(halted.unwrap_err().is_cancelled());
    let done = manned.cruise("a").await.unwrap();
    assert_eq!(*done.artifacts().log(), 150_016);
    // On an engine they were let finish.
    scene.differs();
    a_gate_that_sends_back_does_not_outdo_it(scene).await;
}

/// Whether it rejects before the run is told to stop or after.
async fn a_gate_that_sends_back_does_not_outdo_it(scene: &Scene) {
    let crew = std::sync::Arc::new(Crew::default());
    let _served = scene.serve::<Circle, _>(&crew).await;
    let deeds = &crew.0;
    for (id, look, even, door) in [
        ("before", Act::Behind("look"), Act::Reject("crooked"), "look"),
        (
            "after",
            Act::Behind("look"),
            Act::Then("even", &Act::Reject("crooked")),
            "even",
        ),
    ] {
        drop(deeds.taken_in_short(scene));
        deeds.at("Showing.look", look).at("Showing.even", even);
        let stopping = async {
            for call in ["Showing.look", "Showing.even"] {
                deeds.until(call).await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            scene.runtime.cancel(id).await.unwrap();
            deeds.open(door);
        };
        let (halted, ()) = tokio::join!(Circle::run(&scene.runtime, id, &crew, 4), stopping);
        let halted = halted.unwrap_err();
        assert!(halted.is_cancelled(), "{id}: {halted}");
        drop(halted);
        let standing = scene.runtime.history(id).await.unwrap().run.standing;
        assert_eq!(standing.to_string(), "cancelled", "{id}");
        let halted = Circle::run(&scene.runtime, id, &crew, 4).await.unwrap_err();
        assert_eq!(halted.cause.steps(), ["Showing.opinion"], "{id}: {halted}");
    }
}

pub(crate) async fn a_run_is_cancelled_in_each_standing_and_goes_on(scene: &Scene) {
    let manned = Manned::at(scene).await;
    // One that waits.
    drop(manned.permit("waits").await.unwrap_err());
    manned.runtime.cancel("waits").await.unwrap();
    assert_eq!(manned.standing("waits").await, "cancelled");
    let halted = manned.permit("waits").await.unwrap_err();
    assert!(halted.is_waiting(), "{halted}");
    drop(halted);
    assert_eq!(manned.standing("waits").await, "waiting");
    manned.pay("waits", 2).await.unwrap();
    drop(manned.permit("waits").await.unwrap_err());
    assert_eq!(manned.standing("waits").await, "waiting");

    // One that halted.
    manned.deeds().at("Hopping.hop", Act::Terminal("lame"));
    drop(manned.hop("halts").await.unwrap_err());
    manned.runtime.cancel("halts").await.unwrap();
    assert_eq!(manned.standing("halts").await, "cancelled");
    if scene.is_engine() {
        // Told twice before it has heard once, it asks twice how to go on.
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    manned.runtime.cancel("halts").await.unwrap();
    assert_eq!(manned.standing("halts").await, "cancelled");
    assert_eq!(
        manned.hop("halts").await.unwrap().artifacts().to(),
        "away from here"
    );

    // One that is done.
    let error = manned.runtime.cancel("halts").await.unwrap_err();
    assert!(
        error.is_over() && error.to_string().contains("all its phases are done"),
        "{error}"
    );
    // None.
    assert!(manned.runtime.cancel("nobody").await.unwrap_err().is_not_found());
}

pub(crate) async fn something_is_handed_in_for_a_cancelled_run(scene: &Scene) {
    let manned = Manned::at(scene).await;
    drop(manned.permit("a").await.unwrap_err());
    manned.runtime.cancel("a").await.unwrap();
    manned.pay("a", 3).await.unwrap();
    let halted = manned.permit("a").await.unwrap_err();
    assert_eq!(halted.cause.steps(), ["Review.sign_off"]);
}

pub(crate) async fn a_driver_that_waits_is_stopped(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let waiting = manned.runtime.clone().wait_for_hand_ins();
    let driving = Permit::run(&waiting, "a", &manned.crew, "the dike".to_owned());
    let stopping = async {
        while manned.runtime.history("a").await.is_err() || manned.standing("a").await != "waiting" {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        manned.runtime.cancel("a").await.unwrap();
    };
    let (halted, ()) = tokio::join!(driving, stopping);
    assert!(halted.unwrap_err().is_cancelled());
    assert_eq!(manned.standing("a").await, "cancelled");
}

pub(crate) async fn the_wait_before_a_retry_is_stopped(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    // Between the attempts of a retry that waits long there is time to stop it.
    deeds.at("Slow.walk", Act::Fail("tired"));
    let _served = scene.serve::<crate::plans::Stroll, _>(&manned.crew).await;
    let driving = crate::plans::Stroll::run(&manned.runtime, "a", &manned.crew);
    let stopping = async {
        deeds.until("Slow.walk").await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        manned.runtime.cancel("a").await.unwrap();
    };
    let (halted, ()) = tokio::join!(driving, stopping);
    assert!(halted.unwrap_err().is_cancelled());
    drop(
        crate::plans::Stroll::run(&manned.runtime, "a", &manned.crew)
            .await
            .unwrap(),
    );
    deeds.were(scene, &["Slow.walk", "Slow.walk a2"]);
}
