//! What people hand in.

use workflow_runtime::prelude::*;
use workflow_runtime::{RecordKind, Roster};

use crate::deeds::Act;
use crate::plans::{Manned, Permit, permit};
use crate::scene::Scene;

/// A run that was driven until it waits for the fee.
async fn at_the_fee(scene: &Scene) -> Manned {
    let manned = Manned::at(scene).await;
    let halted = manned.permit("a").await.unwrap_err();
    assert!(halted.is_waiting() && !halted.is_failed());
    assert_eq!(halted.cause.steps(), ["Filing.fee"]);
    assert!(matches!(halted.run, permit::Position::Start(_)));
    drop(halted);
    manned.deeds().were(scene, &["Filing.draft"]);
    manned
}

/// A run that waits for the signature.
async fn at_the_signature(scene: &Scene) -> Manned {
    let manned = at_the_fee(scene).await;
    manned.pay("a", 3).await.unwrap();
    let halted = manned.permit("a").await.unwrap_err();
    assert_eq!(halted.cause.steps(), ["Review.sign_off"]);
    drop(halted);
    manned.deeds().were(scene, &["Review.survey", "Review.stamp"]);
    manned
}

pub(crate) async fn a_run_waits_for_what_is_handed_in(scene: &Scene) {
    let manned = at_the_signature(scene).await;
    assert_eq!(manned.standing("a").await, "waiting");
    manned.sign("a", Verdict::Pass).await.unwrap();
    let done = manned.permit("a").await.unwrap();
    assert_eq!(
        (*done.artifacts().fee(), done.artifacts().permit().as_str()),
        (3, "permit 57")
    );
    manned
        .deeds()
        .were(scene, &["Issuing.proofread", "Issuing.print"]);
}

pub(crate) async fn what_is_handed_in_is_taken_in_by_whoever_drives_the_run(scene: &Scene) {
    let manned = at_the_fee(scene).await;
    manned.pay("a", 3).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    match scene.differs() {
        false => manned.deeds().were(scene, &[]),
        true => manned.deeds().were(scene, &["Review.survey", "Review.stamp"]),
    }
}

pub(crate) async fn a_run_that_waits_halts_there_each_time(scene: &Scene) {
    let manned = at_the_fee(scene).await;
    let halted = manned.permit("a").await.unwrap_err();
    assert_eq!(halted.cause.steps(), ["Filing.fee"]);
    manned.deeds().were(scene, &[]);
}

pub(crate) async fn a_runtime_that_waits_goes_on_by_itself(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let waiting = manned.runtime.clone().wait_for_hand_ins();
    let driving = Permit::run(&waiting, "a", &manned.crew, "the dike".to_owned());
    let handing_in = async {
        while manned.pay("a", 3).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        while manned.sign("a", Verdict::Pass).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let (done, ()) = tokio::join!(driving, handing_in);
    assert_eq!(done.unwrap().artifacts().permit(), "permit 57");
}

pub(crate) async fn things_are_handed_in_by_name(scene: &Scene) {
    let manned = at_the_fee(scene).await;
    let knows = scene.runtime.clone().knows::<Permit>();
    let bo = || Actor::new("bo");
    let error = knows
        .hand_in_artifact("a", "Filing.fee", bo(), &"much")
        .await
        .unwrap_err();
    assert!(
        error.is_refused() && error.to_string().contains("it is no `u32`"),
        "{error}"
    );
    let error = knows
        .hand_in("a", "Filing.fee", bo(), Verdict::Pass)
        .await
        .unwrap_err();
    assert!(
        error.is_refused() && error.to_string().contains("use `hand_in_artifact`"),
        "{error}"
    );
    let error = knows
        .hand_in_artifact("a", "Filing.fees", bo(), &1)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("did you mean `Filing.fee`"), "{error}");
    let error = knows
        .hand_in_artifact("b", "Filing.fee", bo(), &1)
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "{error}");
    knows
        .hand_in_artifact("a", "Filing.fee", bo().noting("in coins"), &4)
        .await
        .unwrap();
    drop(manned.permit("a").await.unwrap_err());
    let signed = scene
        .runtime
        .hand_in("a", "Review.sign_off", Actor::new("ada"), Verdict::Pass);
    signed.await.unwrap();
    assert_eq!(
        manned.permit("a").await.unwrap().artifacts().permit(),
        "permit 76"
    );
    let history = scene.runtime.history("a").await.unwrap();
    let notes = history.records.iter().filter_map(|record| match &record.kind {
        RecordKind::StepDone {
            step, by: Some(by), ..
        } => Some((
            step.as_str(),
            by.by.as_str(),
            by.role.as_deref(),
            by.note.as_deref(),
        )),
        _ => None,
    });
    let expected = [
        ("Filing.fee", "bo", None, Some("in coins")),
        ("Review.sign_off", "ada", Some("Officer"), None),
    ];
    assert_eq!(notes.collect::<Vec<_>>(), expected);
}

pub(crate) async fn what_its_check_rejects_is_refused(scene: &Scene) {
    let manned = at_the_fee(scene).await;
    let error = manned.pay("a", 0).await.unwrap_err();
    assert!(
        error.is_refused() && error.to_string().contains("it is not free"),
        "{error}"
    );
    manned.pay("a", 1).await.unwrap();
}

pub(crate) async fn who_lacks_the_role_is_refused(scene: &Scene) {
    let manned = at_the_signature(scene).await;
    let roster: Roster = "roles.Officer = ['ada']".parse().unwrap();
    let held = scene.runtime.clone().with_roster(roster);
    let sign = |who: &str| permit::hand_in::sign_off(&held, "a", Actor::new(who.to_owned()), Verdict::Pass);
    let error = sign("bo").await.unwrap_err();
    assert!(
        error.is_refused() && error.to_string().contains("held by `ada`"),
        "{error}"
    );
    sign("ada").await.unwrap();
    drop(manned.permit("a").await.unwrap());
}

pub(crate) async fn the_second_to_hand_in_is_refused(scene: &Scene) {
    let manned = at_the_fee(scene).await;
    manned.pay("a", 3).await.unwrap();
    let error = manned.pay("a", 4).await.unwrap_err();
    assert!(
        error.is_not_waiting() && error.to_string().contains("handed in already"),
        "{error}"
    );
    drop(manned.permit("a").await.unwrap_err());
    let (one, other) = tokio::join!(manned.sign("a", Verdict::Pass), manned.sign("a", Verdict::Pass));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let lost = one.and(other).unwrap_err();
    assert!(lost.is_not_waiting(), "{lost}");
    let done = manned.permit("a").await.unwrap();
    assert_eq!(*done.artifacts().fee(), 3);
}

pub(crate) async fn what_a_run_has_not_come_to_is_refused(scene: &Scene) {
    let manned = at_the_fee(scene).await;
    let error = manned.sign("a", Verdict::Pass).await.unwrap_err();
    assert!(
        error.is_not_waiting() && error.to_string().contains("has not come to it yet"),
        "{error}"
    );
    assert!(manned.pay("b", 1).await.unwrap_err().is_not_found());
    assert!(manned.pay("", 1).await.unwrap_err().is_not_found());
}

pub(crate) async fn a_rejection_by_hand_sends_the_run_back(scene: &Scene) {
    let manned = at_the_signature(scene).await;
    let deeds = manned.deeds();
    manned.sign("a", Verdict::reject("too high")).await.unwrap();
    // What was handed in for the round before is no more of use.
    let halted = manned.permit("a").await.unwrap_err();
    assert_eq!(halted.cause.steps(), ["Filing.fee"]);
    drop(halted);
    deeds.were(scene, &["Filing.draft r1"]);
    assert_eq!(manned.standing("a").await, "waiting");
    let late = manned.sign("a", Verdict::Pass).await.unwrap_err();
    assert!(late.is_not_waiting(), "{late}");
    manned.pay("a", 5).await.unwrap();
    drop(manned.permit("a").await.unwrap_err());
    deeds.were(scene, &["Review.survey r1", "Review.stamp r1"]);
    // No rework is left.
    manned.sign("a", Verdict::reject("still")).await.unwrap();
    let halted = manned.permit("a").await.unwrap_err();
    assert!(halted.is_rejected(), "{halted}");
    assert_eq!(halted.cause.rejection().unwrap().reason(), "still");
    drop(halted);
    deeds.were(scene, &[]);
    assert_eq!(manned.standing("a").await, "halted");
    let again = manned.sign("a", Verdict::Pass).await.unwrap_err();
    assert!(
        again.is_not_waiting() && again.to_string().contains("rejected already"),
        "{again}"
    );
}

pub(crate) async fn what_was_said_of_the_same_stands_in_the_next_round(scene: &Scene) {
    let manned = at_the_signature(scene).await;
    manned.deeds().at("Issuing.proofread", Act::Reject("a typo"));
    manned.sign("a", Verdict::Pass).await.unwrap();
    let done = manned.permit("a").await.unwrap();
    assert_eq!(done.artifacts().permit(), "permit 57");
    let again = [
        "Review.survey r1",
        "Review.stamp r1",
        "Issuing.proofread r1",
        "Issuing.print r1",
    ];
    manned
        .deeds()
        .were(scene, &[&["Issuing.proofread"], &again[..]].concat());
    let history = scene.runtime.history("a").await.unwrap();
    let stands = history.records.iter().find_map(|record| match &record.kind {
        RecordKind::Stands {
            gate,
            round,
            given_in,
            by,
        } => Some((gate.as_str(), *round, *given_in, by.as_str())),
        _ => None,
    });
    assert_eq!(stands, Some(("Review.sign_off", 1, 0, "ada")));
}

pub(crate) async fn what_comes_late_after_the_run_was_sent_back_is_refused(scene: &Scene) {
    let manned = at_the_fee(scene).await;
    let deeds = manned.deeds();
    manned.pay("a", 3).await.unwrap();
    // While the survey is under way, the gate waits; it is rejected, and then the old round is over.
    deeds.at("Review.survey", Act::Behind("survey"));
    let driving = manned.permit("a");
    let others = async {
        deeds.until("Review.survey").await;
        while manned.sign("a", Verdict::reject("ugly")).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let late = manned.sign("a", Verdict::Pass).await.unwrap_err();
        assert!(late.is_not_waiting(), "{late}");
        deeds.open("survey");
    };
    let (halted, ()) = tokio::join!(driving, others);
    assert_eq!(halted.unwrap_err().cause.steps(), ["Filing.fee"]);
    deeds.were(scene, &["Review.survey", "Filing.draft r1"]);
    manned.pay("a", 4).await.unwrap();
    drop(manned.permit("a").await.unwrap_err());
    manned.sign("a", Verdict::Pass).await.unwrap();
    assert_eq!(
        manned.permit("a").await.unwrap().artifacts().permit(),
        "permit 76"
    );
}

pub(crate) async fn a_member_that_fails_beside_one_that_waits_halts_the_run(scene: &Scene) {
    let manned = at_the_fee(scene).await;
    manned.pay("a", 3).await.unwrap();
    manned.deeds().at("Review.survey", Act::Terminal("no tape"));
    let halted = manned.permit("a").await.unwrap_err();
    assert!(halted.is_failed(), "{halted}");
    assert_eq!(halted.cause.steps(), ["Review.survey"]);
    drop(halted);
    assert_eq!(manned.standing("a").await, "halted");
    // It can be handed in all the same.
    manned.sign("a", Verdict::Pass).await.unwrap();
    assert_eq!(
        manned.permit("a").await.unwrap().artifacts().permit(),
        "permit 57"
    );
}
