//! Runs as they are looked at: ids, inputs, lists, histories, and what is refused.

use workflow_runtime::prelude::*;

use crate::plans::{Cruise, Hop, Manned, Permit};
use crate::scene::Scene;

pub(crate) async fn a_run_has_the_inputs_that_it_began_with(scene: &Scene) {
    let manned = Manned::at(scene).await;
    drop(manned.hop("a").await.unwrap());
    let other = Hop::run(&manned.runtime, "a", &manned.crew, "there".to_owned());
    let halted = other.await.unwrap_err();
    let error = halted.cause.journal().unwrap();
    assert!(
        error.is_other_inputs() && error.to_string().contains("was begun with another `from`"),
        "{error}"
    );
    manned.deeds().were(scene, &["Hopping.hop"]);
    drop(halted);
    let again = Hop::start(&manned.runtime, "a", "here".to_owned())
        .await
        .unwrap_err();
    assert!(again.cause.journal().unwrap().is_taken(), "{again}");
}

pub(crate) async fn a_run_belongs_to_its_workflow(scene: &Scene) {
    let manned = Manned::at(scene).await;
    drop(manned.hop("a").await.unwrap());
    let halted = manned.cruise("a").await.unwrap_err();
    let error = halted.cause.journal().unwrap();
    assert!(error.is_other_workflow(), "{error}");
    let resumed = Permit::resume(&manned.runtime, "a").await.unwrap_err();
    assert!(resumed.is_other_workflow(), "{resumed}");
    let handed_in = manned.pay("a", 1).await.unwrap_err();
    assert!(handed_in.is_other_workflow(), "{handed_in}");
    manned.deeds().were(scene, &["Hopping.hop"]);
}

pub(crate) async fn any_text_is_an_id_but_none(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let odd = [
        "with space",
        "a/b/c",
        "../up",
        "50%",
        "a?b=c&d",
        "ü ñ 漢字 🦀",
        "'; DROP TABLE runs; --",
        "\"q\"",
        "a\tb",
        "#",
        "word/0/halted",
    ];
    for id in odd {
        let halted = manned.permit(id).await.unwrap_err();
        assert_eq!(halted.cause.steps(), ["Filing.fee"], "{id}");
        drop(halted);
        manned.pay(id, 3).await.unwrap();
        drop(manned.permit(id).await.unwrap_err());
        manned.sign(id, Verdict::Pass).await.unwrap();
        assert_eq!(manned.permit(id).await.unwrap().id(), id);
    }
    let runs = manned.runtime.runs().await.unwrap();
    let ids: Vec<_> = runs.iter().map(|run| run.id.as_str()).collect();
    assert_eq!(ids, odd, "in the order in which they began");
    for id in ["", "  "] {
        let halted = manned.hop(id).await.unwrap_err();
        let error = halted.cause.journal().unwrap();
        assert!(
            error.is_refused() && error.to_string().contains("the id of a run is empty"),
            "{error}"
        );
    }
}

pub(crate) async fn what_is_not_there_is_said_to_be(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let runtime = &manned.runtime;
    assert!(runtime.history("a").await.unwrap_err().is_not_found());
    assert!(runtime.verify("a").await.unwrap_err().is_not_found());
    assert!(runtime.break_hold("a").await.unwrap_err().is_not_found());
    assert!(Cruise::resume(runtime, "a").await.unwrap_err().is_not_found());
    let handed_in = runtime
        .hand_in("a", "Review.sign_off", Actor::new("ada"), Verdict::Pass)
        .await;
    assert!(handed_in.unwrap_err().is_not_found());
    assert_eq!(runtime.runs().await.unwrap().len(), 0);
}

pub(crate) async fn a_run_is_listed_as_its_history_has_it(scene: &Scene) {
    let manned = Manned::at(scene).await;
    drop(manned.cruise("cruise").await.unwrap());
    drop(manned.permit("permit").await.unwrap_err());
    drop(manned.hop("hop").await.unwrap());
    let runs = manned.runtime.runs().await.unwrap();
    let told: Vec<_> = runs
        .iter()
        .map(|run| {
            format!(
                "{} of {} {} at {}",
                run.id, run.workflow, run.standing, run.position
            )
        })
        .collect();
    let expected = [
        "cruise of Cruise done at Landing.inspect",
        "permit of Permit waiting at Filing.fee",
        "hop of Hop done at Hopping.hop",
    ];
    // The list of an engine tells what was begun last.
    if scene.differs() {
        assert_eq!([&told[0], &told[2]], [expected[0], expected[2]]);
    } else {
        assert_eq!(told, expected);
    }
    let history = manned.runtime.history("cruise").await.unwrap();
    assert_eq!(history.plan.name, "Cruise");
    assert_eq!(history.run.position, "Landing.inspect");
    let numbers: Vec<_> = history.records.iter().map(|record| record.number).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert!(history.records.iter().all(|record| record.at.is_some()));
    assert!(history.run.began_at <= history.run.changed_at);
    manned.runtime.verify("cruise").await.unwrap();
    assert!(manned.runtime.check_plan::<Cruise>().await.unwrap().is_empty());
}

pub(crate) async fn a_hold_is_broken(scene: &Scene) {
    let manned = Manned::at(scene).await;
    drop(manned.permit("a").await.unwrap_err());
    let broken = manned.runtime.break_hold("a").await;
    match scene.differs() {
        false => broken.unwrap(),
        true => assert!(broken.unwrap_err().is_refused()),
    }
}

pub(crate) async fn a_run_is_read_while_it_goes_on(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let deeds = manned.deeds();
    deeds.at("Fitting.stow", crate::deeds::Act::Behind("stow"));
    // Within its time limit.
    let looking = async {
        deeds.until("Fitting.stow").await;
        let history = manned.runtime.history("a").await.unwrap();
        assert_eq!(history.run.standing.to_string(), "running");
        assert!(history.run.held_by.is_some(), "somebody drives it");
        let runs = manned.runtime.runs().await.unwrap();
        assert_eq!(runs[0].standing.to_string(), "running");
        deeds.open("stow");
    };
    let (done, ()) = tokio::join!(manned.cruise("a"), looking);
    drop(done.unwrap());
}

pub(crate) async fn two_who_run_it_at_once(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let (one, other) = tokio::join!(manned.cruise("a"), manned.cruise("a"));
    if scene.differs() {
        assert_eq!(
            one.unwrap().artifacts().goods(),
            other.unwrap().artifacts().goods()
        );
    } else {
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
        let halted = one.map(drop).and(other.map(drop)).unwrap_err();
        assert!(halted.cause.journal().unwrap().is_held(), "{halted}");
    }
    manned.deeds().were_in_any_order(scene, &crate::plans::CRUISE);
}
