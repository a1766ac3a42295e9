//! An optional phase that was added before the position of a run: it was not missed, and stays passed.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use tests::place::Place;
use workflow_runtime::prelude::*;

struct Team;

/// A build of the program: its edition of the plan, and a team for it.
macro_rules! edition {
    ($name:ident: $($phase:ident)*; $($plan:tt)*) => {
        mod $name {
            use super::*;
            workflow! { $($plan)* }
            $(impl walk::$phase for Team {})*
        }
    };
}

edition! { short: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
        }
        phase Walking {
            step walk(key) -> km: u32 { Ok(key * 10) }
            manual step photo(km) -> photo: String;
            #[rework(to = Walking, max = 9)]
            manual gate far(km);
        }
    }
}

// A run that was begun without it has left the lights on, and is past it.
edition! { added: Leaving Lights Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
        }
        optional phase Lights {
            step switch_off(from) -> dark: bool { Ok(*from > 0) }
        }
        phase Walking {
            step walk(key) -> km: u32 { Ok(key * 10) }
            manual step photo(km) -> photo: String;
            #[rework(to = Walking, max = 9)]
            manual gate far(km);
        }
    }
}

// The same, with more at the end.
edition! { added_more: Leaving Lights Walking Cheering;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
        }
        optional phase Lights {
            step switch_off(from) -> dark: bool { Ok(*from > 0) }
        }
        phase Walking {
            step walk(key) -> km: u32 { Ok(key * 10) }
            manual step photo(km) -> photo: String;
            #[rework(to = Leaving, max = 9)]
            manual gate far(km);
        }
        phase Cheering {
            step cheer(dark) -> cheers: u32 { Ok(if dark.is_some() { 1 } else { 2 }) }
        }
    }
}

async fn left() -> Place {
    let place = Place::file();
    let run = short::Walk::start(place.runtime(), "w", 4).await.unwrap();
    drop(run.leaving(&Arc::new(Team)).await.unwrap());
    place
}

#[tokio::test]
async fn an_optional_phase_that_was_added_before_the_run_stays_passed_until_rework_goes_before_it() {
    let (team, by) = (Arc::new(Team), || Actor::new("ada"));
    let mut place = left().await;
    let halted = short::Walk::run(place.runtime(), "w", &team, 4)
        .await
        .unwrap_err();
    assert_eq!(halted.cause.steps(), ["Walking.photo"]);
    drop(halted);

    for _ in 0..2 {
        place = place.reopened();
        let position = added::Walk::resume(place.runtime(), "w").await.unwrap();
        assert!(
            matches!(position, added::walk::Position::AfterLights(_)),
            "{position:?}"
        );
    }
    // A rework that does not go before it leaves it passed.
    for round in 0..2 {
        added::walk::hand_in::photo(place.runtime(), "w", by(), "a hill".to_owned())
            .await
            .unwrap();
        drop(
            added::Walk::run(place.runtime(), "w", &team, 4)
                .await
                .unwrap_err(),
        );
        let far = added::walk::hand_in::far(place.runtime(), "w", by(), Verdict::reject("too near"));
        far.await.unwrap();
        let halted = added::Walk::run(place.runtime(), "w", &team, 4)
            .await
            .unwrap_err();
        assert_eq!(halted.cause.steps(), ["Walking.photo"], "round {round}");
        drop(halted);
        place = place.reopened();
    }
    // Neither does a plan that was changed once more.
    let position = added_more::Walk::resume(place.runtime(), "w").await.unwrap();
    assert!(
        matches!(position, added_more::walk::Position::AfterLights(_)),
        "{position:?}"
    );
    drop(position);
    let lights = |place: &Place| {
        let journal = place.journal("w").into_iter();
        journal.filter(|line| line.contains("Lights")).collect::<Vec<_>>()
    };
    assert!(lights(&place).is_empty());

    // One that does has it ahead of the run again, as any phase that comes after.
    added_more::walk::hand_in::photo(place.runtime(), "w", by(), "a hill".to_owned())
        .await
        .unwrap();
    drop(
        added_more::Walk::run(place.runtime(), "w", &team, 4)
            .await
            .unwrap_err(),
    );
    let far = added_more::walk::hand_in::far(place.runtime(), "w", by(), Verdict::reject("too near"));
    far.await.unwrap();
    drop(
        added_more::Walk::run(place.runtime(), "w", &team, 4)
            .await
            .unwrap_err(),
    );
    assert_eq!(lights(&place), ["done Lights.switch_off r3"]);
    place = place.reopened();
    added_more::walk::hand_in::photo(place.runtime(), "w", by(), "a hill".to_owned())
        .await
        .unwrap();
    drop(
        added_more::Walk::run(place.runtime(), "w", &team, 4)
            .await
            .unwrap_err(),
    );
    added_more::walk::hand_in::far(place.runtime(), "w", by(), Verdict::Pass)
        .await
        .unwrap();
    let done = added_more::Walk::run(place.runtime(), "w", &team, 4)
        .await
        .unwrap();
    assert_eq!(
        (done.artifacts().dark(), *done.artifacts().cheers()),
        (Some(&true), 1)
    );
    place.runtime().verify("w").await.unwrap();
}

// As `short`, but that it goes back to the beginning.
edition! { to_the_beginning: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
        }
        phase Walking {
            step walk(key) -> km: u32 { Ok(key * 10) }
            manual step photo(km) -> photo: String;
            #[rework(to = Leaving, max = 9)]
            manual gate far(km);
        }
    }
}

#[tokio::test]
async fn an_optional_phase_that_was_added_before_the_run_was_not_missed_in_any_round_before() {
    use to_the_beginning::{Walk, walk::hand_in};
    let (team, by) = (Arc::new(Team), || Actor::new("ada"));
    let place = Place::file();
    for round in 0..3 {
        drop(Walk::run(place.runtime(), "w", &team, 4).await.unwrap_err());
        if round < 2 {
            let photo = hand_in::photo(place.runtime(), "w", by(), "a hill".to_owned());
            photo.await.unwrap();
            drop(Walk::run(place.runtime(), "w", &team, 4).await.unwrap_err());
            let far = hand_in::far(place.runtime(), "w", by(), Verdict::reject("too near"));
            far.await.unwrap();
        }
    }
    let position = added_more::Walk::resume(place.runtime(), "w").await.unwrap();
    assert!(
        matches!(position, added_more::walk::Position::AfterLights(_)),
        "{position:?}"
    );
}
