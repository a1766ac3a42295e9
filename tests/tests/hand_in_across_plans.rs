//! What is handed in by a build whose plan is not the one that the run goes under.

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

edition! { first: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
            manual step photo(key) -> photo: String;
            #[rework(to = Leaving, max = 2)]
            manual gate ready(key, photo);
        }
        phase Walking {
            step walk(key) -> km: u32 { Ok(key * 10) }
        }
    }
}

// What is handed in is the same.
edition! { ahead: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
            manual step photo(key) -> photo: String;
            #[rework(to = Leaving, max = 2)]
            manual gate ready(key, photo);
        }
        phase Walking {
            step walk(key) -> km: u64 { Ok(u64::from(*key)) }
            step rest(km) -> hours: u64 { Ok(*km) }
        }
    }
}

edition! { other_type: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
            manual step photo(key) -> photo: Vec<u8>;
            #[rework(to = Leaving, max = 3)]
            manual gate ready(photo);
        }
        phase Walking {
            step walk(key) -> km: u32 { Ok(key * 10) }
        }
    }
}

edition! { renamed: Departing Walking;
    pub workflow Walk(from: u32) {
        #[was(Leaving)]
        phase Departing {
            #[was(lock)]
            step close(from) -> key: u32 { Ok(from + 1) }
            #[was(photo)]
            manual step picture(key) -> photo: String;
            #[rework(to = Departing, max = 2)]
            #[was(ready)]
            manual gate set(key, photo);
        }
        phase Walking {
            step walk(key) -> km: u32 { Ok(key * 10) }
        }
    }
}

fn ada() -> Actor {
    Actor::new("ada")
}

/// Drives a run under an edition until it waits there.
macro_rules! waits {
    ($edition:ident, $place:expr, $step:expr) => {{
        let halted = $edition::Walk::run($place.runtime(), "w", &Arc::new(Team), 4)
            .await
            .unwrap_err();
        assert!(halted.is_waiting(), "{halted}");
        assert_eq!(halted.cause.steps(), [$step]);
    }};
}

async fn is_refused(place: &Place, handed_in: Result<(), RuntimeError>, path: &str, expected: &[&str]) {
    let refused = handed_in.unwrap_err();
    assert!(refused.is_plan_changed(), "{refused}");
    assert_eq!(refused.differences(), expected);
    assert_eq!(
        refused.to_string(),
        format!(
            "run `w`: what `ada` handed in for `{path}` is refused; the run goes under another plan of `Walk`:\n  \
             - {}\ndrive the run with this build first, or hand in with the build that drives it",
            expected.join("\n  - ")
        )
    );
    assert!(
        !place.journal("w").iter().any(|line| line.contains("by ada")),
        "nothing was written"
    );
}

#[tokio::test]
async fn what_the_plan_of_the_run_has_otherwise_is_taken_once_the_run_was_put_under_the_new_one() {
    let place = Place::file();
    waits!(first, place, "Leaving.photo");
    let photo = || other_type::walk::hand_in::photo(place.runtime(), "w", ada(), vec![1]);
    let expected = ["`Leaving.photo` yields (photo: Vec<u8>), it yielded (photo: String)"];
    is_refused(&place, photo().await, "Leaving.photo", &expected).await;
    let named = Runtime::open(place.path()).unwrap().knows::<other_type::Walk>();
    let by_name = named.hand_in_artifact("w", "Leaving.photo", ada(), &[1]).await;
    is_refused(&place, by_name, "Leaving.photo", &expected).await;

    waits!(other_type, place, "Leaving.photo");
    photo().await.unwrap();
    waits!(other_type, place, "Leaving.ready");
    other_type::walk::hand_in::ready(place.runtime(), "w", ada(), Verdict::Pass)
        .await
        .unwrap();
    let done = other_type::Walk::run(place.runtime(), "w", &Arc::new(Team), 4)
        .await
        .unwrap();
    assert_eq!(
        (done.artifacts().photo().as_slice(), *done.artifacts().km()),
        ([1].as_slice(), 50)
    );
}

#[tokio::test]
async fn the_verdict_of_a_gate_that_the_plan_of_the_run_has_otherwise_is_refused() {
    let place = Place::file();
    waits!(first, place, "Leaving.photo");
    first::walk::hand_in::photo(place.runtime(), "w", Actor::new("bo"), "a hill".to_owned())
        .await
        .unwrap();
    waits!(first, place, "Leaving.ready");
    // `photo` was handed in as what it was, so this build cannot take the run up at all.
    let ready = other_type::walk::hand_in::ready(place.runtime(), "w", ada(), Verdict::Pass).await;
    let refused = ready.unwrap_err();
    assert!(
        refused.is_plan_changed() && refused.to_string().contains("cannot be taken up"),
        "{refused}"
    );

    let set = renamed::walk::hand_in::set(place.runtime(), "w", ada(), Verdict::Pass).await;
    let expected = [
        "`Leaving.ready` is now called `Departing.set`",
        "`Leaving.ready` sends back to `Departing`, at most 2 times, \
         it sent back to `Leaving`, at most 2 times",
    ];
    is_refused(&place, set, "Departing.set", &expected).await;
    waits!(renamed, place, "Departing.set");
    renamed::walk::hand_in::set(place.runtime(), "w", ada(), Verdict::Pass)
        .await
        .unwrap();
    let done = renamed::Walk::run(place.runtime(), "w", &Arc::new(Team), 4).await;
    assert_eq!(done.unwrap().artifacts().photo(), "a hill");
}

#[tokio::test]
async fn what_is_the_same_in_both_plans_is_handed_in_to_whoever_drives() {
    let place = Place::file();
    waits!(first, place, "Leaving.photo");
    ahead::walk::hand_in::photo(place.runtime(), "w", ada(), "a hill".to_owned())
        .await
        .unwrap();
    waits!(first, place, "Leaving.ready");
    let ready = ahead::walk::hand_in::ready(place.runtime(), "w", ada(), Verdict::reject("no shoes"));
    ready.await.unwrap();
    waits!(first, place, "Leaving.photo");
    assert!(
        !place.journal("w").contains(&"replanned".to_owned()),
        "handing in puts a run under no plan"
    );
    waits!(ahead, place, "Leaving.photo");
    place.runtime().verify("w").await.unwrap();
}

#[tokio::test]
async fn a_program_that_knows_no_plan_goes_by_the_names_that_the_run_has_now_or_had_before() {
    for name in ["Departing.set", "Leaving.ready"] {
        let place = Place::file();
        waits!(first, place, "Leaving.photo");
        let by = Actor::new("bo");
        first::walk::hand_in::photo(place.runtime(), "w", by, "a hill".to_owned())
            .await
            .unwrap();
        waits!(first, place, "Leaving.ready");
        waits!(renamed, place, "Departing.set");
        let stranger = Runtime::open(place.path()).unwrap();
        stranger.cancel("w").await.unwrap();
        stranger
            .hand_in("w", name, ada(), Verdict::reject("no shoes"))
            .await
            .unwrap();
        assert_eq!(
            place.journal("w").last().unwrap(),
            "rejected Departing.set to Departing by ada"
        );
        waits!(renamed, place, "Departing.picture");
        let early = stranger
            .hand_in("w", name, ada(), Verdict::Pass)
            .await
            .unwrap_err();
        assert!(early.is_not_waiting(), "{early}");
    }
}

#[tokio::test]
async fn a_rename_that_is_not_written_down_any_more_is_no_other_plan() {
    let place = Place::file();
    waits!(renamed, place, "Departing.picture");
    waits!(cleaned_up, place, "Departing.picture");
    assert!(!place.journal("w").contains(&"replanned".to_owned()));
}

// As `renamed`, once no run is left that was begun under the old names.
edition! { cleaned_up: Departing Walking;
    pub workflow Walk(from: u32) {
        phase Departing {
            step close(from) -> key: u32 { Ok(from + 1) }
            manual step picture(key) -> photo: String;
            #[rework(to = Departing, max = 2)]
            manual gate set(key, photo);
        }
        phase Walking {
            step walk(key) -> km: u32 { Ok(key * 10) }
        }
    }
}
