//! What lies at the edges: artifacts that are nothing, errors that cannot be shown, lists after the last hand-in.

#![allow(missing_docs, reason = "tests")]

use std::error::Error;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use serde::{Deserialize, Deserializer, Serialize};
use tests::place::Place;
use workflow_runtime::Standing;
use workflow_runtime::prelude::*;
use workflow_runtime::{RunEvent, RunEventKind};

/// An artifact that JSON writes as `null`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Stamp;

/// A text that is read back without the space around it.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Trimmed(String);

impl<'de> Deserialize<'de> for Trimmed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Trimmed(String::deserialize(deserializer)?.trim().to_owned()))
    }
}

/// An error that cannot even be shown.
#[derive(Debug)]
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no words")
    }
}

impl Error for Unspeakable {}

workflow! {
    pub workflow Letter(to: Option<String>, text: Trimmed) {
        phase Writing {
            step stamp() -> stamp: Stamp { Ok(Stamp) }
            step reply(to) -> reply: Option<String> { Ok(to.clone()) }
            manual step seal(text) -> seal: Option<u8>;
        }
        phase Sending {
            step post(stamp, reply, seal, text) -> posted: bool {
                Ok(*stamp == Stamp && reply.is_none() && seal.is_none() && text.0 == "hello")
            }
            manual gate arrived(posted);
        }
    }
}

workflow! {
    workflow Outcry() {
        phase Crying {
            step cry() { Err(Unspeakable)? }
        }
    }
}

workflow! {
    workflow Patience() {
        phase Waiting {
            #[retry(attempts = 2, backoff = "1ms")]
            step again() { Err(StepError::new("not yet")) }
        }
    }
}

workflow! {
    workflow Endurance() {
        phase Waiting {
            #[retry(attempts = 40, backoff = "1ms..30d")]
            step again() { Err(StepError::new("not yet")) }
        }
    }
}

workflow! {
    pub workflow Dinner() {
        parallel phase Cooking {
            manual step wine() -> wine: String;
            step roast() -> roast: u8;
            step toast(wine, roast) -> toast: String { Ok(format!("{wine} and {roast}")) }
        }
        phase Eating {
            step eat(toast) { let _ = toast; Ok(()) }
        }
    }
}

workflow! {
    workflow Errand() {
        parallel phase Running {
            step trip() { Err(StepError::new("a stone")) }
            step arrive() { tokio::task::yield_now().await; Ok(()) }
        }
    }
}

/// Fails at first; then the wine comes while the roast is in the oven.
struct Host(Runtime);

impl dinner::Cooking for Host {
    async fn roast(&self, cx: &StepContext) -> StepResult<u8> {
        if cx.attempt() == 1 {
            return Err(StepError::new("burnt"));
        }
        dinner::hand_in::wine(&self.0, "d", Actor::new("ada"), "red".to_owned()).await?;
        Ok(2)
    }
}
impl dinner::Eating for Host {}

fn never(_: &u8) -> Verdict {
    Verdict::reject("never")
}

workflow! {
    workflow Choosy(#[check(never)] number: u8) {
        phase Counting {
            step count(number) { let _ = number; Ok(()) }
        }
    }
}

/// A team that has nothing to add to the declarations.
struct Nobody;

impl letter::Writing for Nobody {}
impl letter::Sending for Nobody {}
impl outcry::Crying for Nobody {}
impl patience::Waiting for Nobody {}
impl endurance::Waiting for Nobody {}
impl errand::Running for Nobody {}
impl before::order::First for Nobody {}
impl before::order::Second for Nobody {}
impl after::order::First for Nobody {}
impl after::order::Second for Nobody {}

#[tokio::test]
async fn artifacts_that_are_written_as_null_are_there_after_a_restart() {
    let (team, actor, place) = (Arc::new(Nobody), Actor::new("ada"), Place::file());
    let run = |place: &Place| Letter::run(place.runtime(), "l", &team, None, Trimmed("hello".to_owned()));
    assert!(run(&place).await.unwrap_err().is_waiting());
    let place = place.reopened();
    letter::hand_in::seal(place.runtime(), "l", actor.clone(), None)
        .await
        .unwrap();
    let halted = run(&place).await.unwrap_err();
    assert_eq!(halted.cause.steps(), ["Sending.arrived"], "{halted}");
    drop(halted);
    let place = place.reopened();
    letter::hand_in::arrived(place.runtime(), "l", actor, Verdict::Pass)
        .await
        .unwrap();
    let done = run(&place).await.unwrap();
    assert!(*done.artifacts().posted());
    assert_eq!(done.artifacts().stamp(), &Stamp);
    assert_eq!(done.artifacts().seal(), &None);
}

#[tokio::test]
async fn an_input_that_is_read_back_as_something_else_is_the_same_when_given_again() {
    for place in Place::both() {
        let run = |text: &str| {
            Letter::run(
                place.runtime(),
                "l",
                &Arc::new(Nobody),
                None,
                Trimmed(text.to_owned()),
            )
        };
        drop(run(" hello ").await.unwrap_err());
        let halted = run(" hello ").await.unwrap_err();
        assert!(halted.is_waiting(), "{halted}");
        drop(halted);
        let halted = run("goodbye").await.unwrap_err();
        assert!(halted.cause.journal().unwrap().is_other_inputs(), "{halted}");
    }
}

#[tokio::test]
async fn run_is_listed_as_it_stands_after_what_was_handed_in() {
    for place in Place::both() {
        let (team, actor) = (Arc::new(Nobody), Actor::new("ada"));
        let runtime = place.runtime();
        let standing = async || runtime.runs().await.unwrap()[0].standing.to_string();
        let run = || Letter::run(runtime, "l", &team, None, Trimmed("hello".to_owned()));
        drop(run().await.unwrap_err());
        assert_eq!(standing().await, "waiting");
        letter::hand_in::seal(runtime, "l", actor.clone(), None)
            .await
            .unwrap();
        assert_eq!(standing().await, "running");
        drop(run().await.unwrap_err());
        assert_eq!(standing().await, "waiting");
        letter::hand_in::arrived(runtime, "l", actor, Verdict::Pass)
            .await
            .unwrap();
        assert_eq!(standing().await, "done");
        drop(run().await.unwrap());
        assert_eq!(standing().await, "done");
    }
}

#[tokio::test]
async fn run_that_halted_is_listed_so_although_another_step_ended_after_that() {
    for place in Place::both() {
        let halted = Errand::run(place.runtime(), "e", &Arc::new(Nobody)).await;
        assert!(halted.unwrap_err().is_failed());
        let runs = place.runtime().runs().await.unwrap();
        assert_eq!(
            (runs[0].standing, &*runs[0].position),
            (Standing::Halted, "Running.arrive")
        );
    }
}

#[tokio::test]
async fn error_that_panics_when_it_is_shown_is_a_failed_step() {
    for place in Place::both() {
        let halted = Outcry::run(place.runtime(), "o", &Arc::new(Nobody))
            .await
            .unwrap_err();
        assert!(halted.is_failed(), "{halted}");
        assert!(halted.to_string().contains("no words"), "{halted}");
    }
}

#[test]
fn retry_without_a_timer_halts_the_run_and_says_what_is_missing() {
    let halted = Patience::run(&Runtime::in_memory(), "p", &Arc::new(Nobody)).now_or_never();
    let halted = halted.expect("nothing is waited for").unwrap_err();
    assert!(halted.is_failed(), "{halted}");
    assert!(halted.to_string().contains("not yet"), "{halted}");
    assert!(halted.to_string().contains("tokio"), "{halted}");
}

#[tokio::test(start_paused = true)]
async fn waits_grow_to_the_longest_that_the_plan_allows() {
    let longest = Arc::new(Mutex::new(Duration::ZERO));
    let seen = Arc::clone(&longest);
    let runtime = Runtime::in_memory().with_observer(move |event: &RunEvent<'_>| {
        if let RunEventKind::StepFailed {
            retry_in: Some(wait), ..
        } = event.kind
        {
            let mut longest = seen.lock().unwrap();
            *longest = wait.max(*longest);
        }
    });
    let halted = Endurance::run(&runtime, "e", &Arc::new(Nobody)).await;
    assert!(halted.unwrap_err().is_failed());
    // Jitter spreads each wait; ten waits that all fall into the first hour of thirty days do not happen.
    let longest = *longest.lock().unwrap();
    assert!(longest > Duration::from_secs(3600), "{longest:?}");
}

#[tokio::test]
async fn an_observer_that_panics_ends_the_call_and_not_the_run() {
    for place in Place::both() {
        let loud = place.runtime().clone().with_observer(|event: &RunEvent<'_>| {
            assert!(!matches!(event.kind, RunEventKind::StepDone { .. }), "seen it");
        });
        let run = |runtime: &Runtime| {
            let runtime = runtime.clone();
            Letter::run(
                &runtime,
                "l",
                &Arc::new(Nobody),
                None,
                Trimmed("hello".to_owned()),
            )
        };
        let panicked = AssertUnwindSafe(run(&loud)).catch_unwind().await;
        assert!(panicked.is_err());
        assert!(run(place.runtime()).await.unwrap_err().is_waiting());
    }
}

#[tokio::test]
async fn what_is_handed_in_while_others_are_driven_is_not_waited_for() {
    for place in Place::both() {
        let host = Arc::new(Host(place.runtime().clone()));
        let halted = Dinner::run(place.runtime(), "d", &host).await.unwrap_err();
        assert!(halted.is_failed(), "{halted}");
        drop(halted);
        let done = Dinner::run(place.runtime(), "d", &host).await.unwrap();
        assert_eq!(done.artifacts().toast(), "red and 2");
    }
}

#[tokio::test]
async fn what_is_refused_can_be_told_apart() {
    let runtime = Runtime::in_memory();
    for (id, number) in [("c", 1), ("", 1)] {
        let halted = Choosy::start(&runtime, id, number).await.unwrap_err();
        let error = halted.cause.journal().unwrap();
        assert!(error.is_refused() && !error.is_artifact(), "{error}");
    }
    assert!(runtime.runs().await.unwrap().is_empty());
}

#[tokio::test]
async fn chain_of_causes_says_everything_once() {
    let runtime = Runtime::in_memory();
    let _held = Outcry::start(&runtime, "o").await.unwrap();
    let halted = Outcry::run(&runtime, "o", &Arc::new(Nobody)).await.unwrap_err();
    let mut said = vec![halted.to_string()];
    let mut cause = halted.source();
    while let Some(error) = cause {
        said.push(error.to_string());
        cause = error.source();
    }
    let mut once = said.clone();
    once.dedup();
    assert_eq!(said, once);
}

mod ours {
    use workflow_runtime::prelude::*;

    pub(super) type Figure = u8;

    workflow! {
        pub workflow Sum() {
            phase Adding {
                manual step figure() -> figure: Figure;
            }
        }
    }
}

mod theirs {
    use workflow_runtime::prelude::*;

    pub(super) type Figure = i32;

    workflow! {
        pub workflow Sum() {
            phase Adding {
                manual step figure() -> figure: Figure;
            }
        }
    }
}

#[tokio::test]
async fn what_was_handed_in_and_cannot_be_read_is_not_waited_for_again() {
    let place = Place::file();
    let halted = ours::Sum::run(place.runtime(), "s", &Arc::new(Nobody))
        .await
        .unwrap_err();
    let ours::sum::Position::Start(run) = halted.run else {
        panic!("`figure` is waited for")
    };
    theirs::sum::hand_in::figure(place.runtime(), "s", Actor::new("ada"), -1)
        .await
        .unwrap();
    let halted = run.adding(&Arc::new(Nobody)).await.unwrap_err();
    assert!(halted.is_journal(), "{halted}");
    let ours::sum::Position::Start(run) = halted.run else {
        panic!("`figure` cannot be read")
    };
    let halted = run.adding(&Arc::new(Nobody)).await.unwrap_err();
    assert!(halted.is_journal(), "{halted}");
}

mod before {
    use workflow_runtime::prelude::*;
    workflow! {
        pub workflow Order() {
            phase First { step a() { Ok(()) } }
            phase Second { step b() { Ok(()) } }
            phase Third { manual step c(); }
        }
    }
}

mod after {
    use workflow_runtime::prelude::*;
    workflow! {
        pub workflow Order() {
            phase Second { step b() { Ok(()) } }
            phase First { step a() { Ok(()) } }
            phase Third { manual step c(); }
        }
    }
}

#[tokio::test]
async fn phases_that_changed_places_when_both_were_done_stay_done() {
    let place = Place::file();
    drop(
        before::Order::run(place.runtime(), "o", &Arc::new(Nobody))
            .await
            .unwrap_err(),
    );
    let position = after::Order::resume(place.runtime(), "o").await.unwrap();
    assert!(
        matches!(position, after::order::Position::AfterFirst(_)),
        "{position:?}"
    );
    drop(position);
    let team = Arc::new(Nobody);
    let run = tokio::task::unconstrained(after::Order::run(place.runtime(), "o", &team));
    assert!(run.await.unwrap_err().is_waiting());
}

workflow! {
    pub workflow Duet(song: String) {
        parallel phase Singing {
            step soprano(song) -> high: u32;
            step alto(song) -> low: u32;
        }
    }
}

struct Choir;

impl duet::Singing for Choir {
    async fn soprano(&self, _: &StepContext, _: &String) -> StepResult<u32> {
        Ok(1)
    }
    async fn alto(&self, _: &StepContext, _: &String) -> StepResult<u32> {
        // When what became of the other is known.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(2)
    }
}

#[tokio::test]
async fn a_run_is_not_listed_as_done_when_one_of_its_last_steps_could_not_be_recorded() {
    let place = Place::file();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON journal WHEN new.body LIKE '%soprano%'
        BEGIN SELECT RAISE(ABORT, 'no'); END";
    let choir = Arc::new(Choir);
    let run = Duet::start(place.runtime(), "d", "la".to_owned()).await.unwrap();
    place.sql().execute_batch(refuse).unwrap();
    let halted = run.singing(&choir).await.unwrap_err();
    assert!(halted.is_journal(), "{halted}");
    drop(halted);
    let runs = place.runtime().runs().await.unwrap();
    assert_eq!(runs[0].standing, Standing::Running);
    place.sql().execute_batch("DROP TRIGGER refuse").unwrap();
    let done = Duet::run(place.runtime(), "d", &choir, "la".to_owned()).await;
    drop(done.unwrap());
    let runs = place.runtime().runs().await.unwrap();
    assert_eq!(runs[0].standing, Standing::Done);
}
