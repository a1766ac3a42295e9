//! Gates, rework and waivers.

use crate::deeds::Act;
use crate::plans::{CRUISE, Manned};
use crate::scene::Scene;

pub(crate) async fn a_waived_phase_is_left_out(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Painting.waive", Act::Waive("no paint"));
    let done = manned.cruise("a").await.unwrap();
    assert_eq!(done.artifacts().colour(), None);
    assert_eq!(done.artifacts().goods(), "150016 None");
    deeds.were_in_any_order(scene, &[&CRUISE[..4], &CRUISE[5..]].concat());
}

pub(crate) async fn a_rejection_sends_the_run_back_as_often_as_the_plan_says(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Landing.inspect", Act::Reject("wet"));
    deeds.at("Landing.inspect r1", Act::Reject("damp"));
    deeds.at("Landing.inspect r2", Act::Reject("smells"));
    let halted = manned.cruise("a").await.unwrap_err();
    assert!(halted.is_rejected() && !halted.is_failed());
    let rejection = halted.cause.rejection().unwrap();
    assert_eq!(
        (rejection.gate(), rejection.reason(), rejection.round()),
        ("Landing.inspect", "smells", 2)
    );
    drop(halted);
    let round = |round: &str| {
        CRUISE[5..]
            .iter()
            .map(|call| format!("{call}{round}"))
            .collect::<Vec<_>>()
    };
    let rounds = [round(""), round(" r1"), round(" r2")].concat();
    let rounds: Vec<_> = rounds.iter().map(String::as_str).collect();
    deeds.were_in_any_order(scene, &[&CRUISE[..5], &rounds].concat());
    // A rejection stands.
    let halted = manned.cruise("a").await.unwrap_err();
    assert!(halted.is_rejected());
    deeds.were(scene, &[]);
}

pub(crate) async fn what_a_round_made_is_forgotten_in_the_next(scene: &Scene) {
    let manned = Manned::at(scene).await;
    manned.deeds().at("Landing.inspect", Act::Reject("wet"));
    let done = manned.cruise("a").await.unwrap();
    // The chart knows its round.
    assert_eq!(
        (*done.artifacts().chart(), *done.artifacts().log()),
        (151, 151_016)
    );
}

pub(crate) async fn attempts_are_counted_anew_in_each_round(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Landing.inspect", Act::Reject("wet"));
    deeds.at("Sailing.watch", Act::Fail("asleep"));
    deeds.at("Sailing.watch r1", Act::Fail("asleep"));
    drop(manned.cruise("a").await.unwrap());
    let round: Vec<_> = CRUISE[5..].iter().map(|call| format!("{call} r1")).collect();
    let round: Vec<_> = round.iter().map(String::as_str).collect();
    let more = ["Sailing.watch a2", "Sailing.watch r1 a2"];
    deeds.were_in_any_order(scene, &[&CRUISE[..], &round, &more].concat());
}

pub(crate) async fn a_gate_without_rework_halts_the_run_for_good(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Sailing.calm", Act::Reject("a storm"));
    deeds.at("Sailing.chart", Act::Behind("chart"));
    let both = async {
        deeds.until("Sailing.calm").await;
        deeds.until("Sailing.watch").await;
        // Until it was heard of.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        deeds.open("chart");
    };
    let (halted, ()) = tokio::join!(manned.cruise("a"), both);
    drop(halted.unwrap_err());
    for _ in 0..2 {
        let halted = manned.cruise("a").await.unwrap_err();
        assert_eq!(halted.cause.rejection().unwrap().gate(), "Sailing.calm");
    }
    assert_eq!(manned.standing("a").await, "halted");
}

pub(crate) async fn nobody_is_asked_to_waive_what_was_begun(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Painting.paint", Act::Terminal("no brush"));
    drop(manned.cruise("a").await.unwrap_err());
    deeds.were(scene, &CRUISE[..5]);
    let done = manned.cruise("a").await.unwrap();
    assert_eq!(done.artifacts().colour().map(String::as_str), Some("blue 150"));
    deeds.were_in_any_order(scene, &[&["Painting.paint a2"], &CRUISE[5..]].concat());
}
