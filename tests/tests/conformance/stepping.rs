//! Runs that are driven by phase and by step.

use workflow_runtime::prelude::*;

use crate::plans::{Cruise, Hop, Manned, cruise, hop};
use crate::scene::Scene;

pub(crate) async fn a_run_is_driven_by_phase_and_by_step(scene: &Scene) {
    let manned = Manned::at(scene).await;
    let run = Hop::start(&manned.runtime, "a", "here".to_owned()).await.unwrap();
    let stepped = run.hopping(&manned.crew).hop().await;
    if scene.differs() {
        let halted = stepped.unwrap_err();
        let error = halted.cause.journal().unwrap();
        assert!(
            error.is_refused() && error.to_string().contains("driven by the workers of its plan"),
            "{error}"
        );
        drop(halted);
        // It goes on all the same.
        assert_eq!(manned.hop("a").await.unwrap().artifacts().to(), "away from here");
    } else {
        let done = stepped.unwrap();
        assert_eq!(done.artifacts().to(), "away from here");
    }
    let run = Cruise::start(&manned.runtime, "b", "Delft".to_owned())
        .await
        .unwrap();
    match run.fitting(&manned.crew).await {
        Ok(run) => {
            let run: Cruise<cruise::after::Painting> =
                run.skip_painting(Waiver::because("no paint")).await.unwrap();
            drop(run);
        }
        Err(halted) => assert!(halted.cause.journal().unwrap().is_refused()),
    }
}

pub(crate) async fn a_run_is_resumed_where_it_stands(scene: &Scene) {
    let manned = Manned::at(scene).await;
    drop(manned.hop("a").await.unwrap());
    let hop::Position::Done(done) = Hop::resume(&manned.runtime, "a").await.unwrap() else {
        panic!("it is done");
    };
    assert_eq!(done.artifacts().to(), "away from here");
    drop(manned.permit("b").await.unwrap_err());
    manned.pay("b", 3).await.unwrap();
    drop(manned.permit("b").await.unwrap_err());
    let run = crate::plans::Permit::resume(&manned.runtime, "b").await.unwrap();
    let crate::plans::permit::Position::AfterFiling(run) = run else {
        panic!("it is in the review");
    };
    assert_eq!(
        (*run.artifacts().fee(), run.artifacts().draft().as_str()),
        (3, "a house at the dike")
    );
}
