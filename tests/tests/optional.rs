//! Optional phases: who is asked, when one may be skipped, and where a run then stands.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use tests::place::Place;
use tests::script::{Act, Script};
use trip::Position;
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Trip(days: u32) {
        optional(days) phase Insuring {
            step insure(days) -> policy: String;
        }
        phase Travelling {
            step travel(days, policy) -> photos: Vec<String>;
        }
        optional phase Detour {
            step turn(photos) -> photos;
            step back(photos) -> delay: u32;
        }
        optional(photos, delay) phase Album {
            step print(photos) -> album: String;
            manual gate liked(album);
        }
    }
}

struct Tourists(Script);

impl trip::Insuring for Tourists {
    async fn waive(&self, cx: &StepContext, days: &u32) -> StepResult<Option<Waiver>> {
        assert_eq!((cx.run_id(), *days), ("t", 3));
        self.0.waive("Insuring.waive").await
    }
    async fn insure(&self, cx: &StepContext, _: &u32) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok("policy".to_owned())
    }
}

impl trip::Travelling for Tourists {
    async fn travel(&self, cx: &StepContext, _: &u32, policy: Option<&String>) -> StepResult<Vec<String>> {
        self.0.step(cx).await?;
        Ok(vec![policy.map_or("uninsured", String::as_str).to_owned()])
    }
}

impl trip::Detour for Tourists {
    async fn turn(&self, cx: &StepContext, photos: &Vec<String>) -> StepResult<Vec<String>> {
        self.0.step(cx).await?;
        Ok([&photos[..], &["a lake".to_owned()]].concat())
    }
    async fn back(&self, cx: &StepContext, photos: &Vec<String>) -> StepResult<u32> {
        assert_eq!(photos.len(), 2);
        self.0.step(cx).await?;
        Ok(1)
    }
}

impl trip::Album for Tourists {
    async fn waive(
        &self,
        _: &StepContext,
        photos: &Vec<String>,
        delay: Option<&u32>,
    ) -> StepResult<Option<Waiver>> {
        self.0.note(format!("{photos:?} {delay:?}"));
        self.0.waive("Album.waive").await
    }
    async fn print(&self, cx: &StepContext, photos: &Vec<String>) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(photos.join(", "))
    }
}

fn because() -> Waiver {
    Waiver::because("there is no time")
}

#[tokio::test]
async fn only_run_asks_whether_a_phase_is_waived() {
    for place in Place::both() {
        let script = Script::default();
        let team = Arc::new(Tourists(script.clone()));
        let run = Trip::start(place.runtime(), "t", 3).await.unwrap();
        let run = run
            .insuring(&team)
            .await
            .unwrap()
            .travelling(&team)
            .await
            .unwrap();
        let run = run.detour(&team).turn().await.unwrap().back().await.unwrap();
        assert_eq!(
            script.notes(),
            [
                "Insuring.insure",
                "Travelling.travel",
                "Detour.turn",
                "Detour.back"
            ]
        );
        drop(run);
        script.then("Album.waive", Act::Waive("no paper"));
        let done = Trip::run(place.runtime(), "t", &team, 3).await.unwrap();
        assert_eq!(done.artifacts().album(), None);
        assert_eq!(script.notes(), [r#"["policy", "a lake"] Some(1)"#, "Album.waive"]);
    }
}

#[tokio::test]
async fn a_phase_without_a_decision_of_its_own_is_done_by_run() {
    for place in Place::both() {
        let script = Script::default();
        script
            .then("Insuring.waive", Act::Waive("a short trip"))
            .then("Album.waive", Act::Waive("no paper"));
        let team = Arc::new(Tourists(script.clone()));
        let done = Trip::run(place.runtime(), "t", &team, 3).await.unwrap();
        assert_eq!(done.artifacts().policy(), None);
        assert_eq!(*done.artifacts().photos(), ["uninsured", "a lake"]);
        assert_eq!(done.artifacts().delay(), Some(&1));
        if place.is_file() {
            let journal = place.journal("t");
            assert_eq!(journal[1], "waived Insuring");
            assert_eq!(journal.last().unwrap(), "waived Album");
            let reason = &place.lines("t")[1]["waived"]["waiver"]["reason"];
            assert_eq!(reason, "a short trip", "the reason is in the journal");
        }
    }
}

#[tokio::test]
async fn skipping_leads_to_the_state_after_the_phase_and_is_remembered() {
    for place in Place::both() {
        let team = Arc::new(Tourists(Script::default()));
        let run = Trip::start(place.runtime(), "t", 3).await.unwrap();
        let run: Trip<trip::after::Insuring> = run.skip_insuring(because()).await.unwrap();
        assert_eq!(run.artifacts().policy(), None);
        drop(run);
        let place = place.reopened();
        let Position::AfterInsuring(run) = Trip::resume(place.runtime(), "t").await.unwrap() else {
            panic!("a waived phase is behind the run");
        };
        let run = run
            .travelling(&team)
            .await
            .unwrap()
            .skip_detour(because())
            .await
            .unwrap();
        // The last phase too.
        let done: Trip<trip::Done> = run.skip_album(because()).await.unwrap();
        assert_eq!(*done.artifacts().photos(), ["uninsured"]);
        drop(done);
        let place = place.reopened();
        assert!(matches!(
            Trip::resume(place.runtime(), "t").await,
            Ok(Position::Done(_))
        ));
        let done = Trip::run(place.runtime(), "t", &team, 3).await.unwrap();
        assert_eq!(done.artifacts().delay(), None);
    }
}

#[tokio::test]
async fn a_phase_cannot_be_skipped_once_a_step_of_it_has_run_or_was_tried() {
    for place in Place::both() {
        for tried_only in [false, true] {
            let script = Script::default();
            let team = Arc::new(Tourists(script.clone()));
            let place = if place.is_file() {
                Place::file()
            } else {
                Place::memory()
            };
            let run = Trip::start(place.runtime(), "t", 3).await.unwrap();
            let run = run
                .skip_insuring(because())
                .await
                .unwrap()
                .travelling(&team)
                .await
                .unwrap();
            let failing = if tried_only { "Detour.turn" } else { "Detour.back" };
            script.then(failing, Act::Fail("a flat tyre"));
            let halted = run.detour(&team).await.unwrap_err();
            let Position::AfterTravelling(run) = halted.run else {
                panic!("{halted:?}");
            };
            let halted = run.skip_detour(because()).await.unwrap_err();
            assert!(halted.is_journal(), "{halted}");
            let text = halted.to_string();
            assert!(
                text.contains("`Detour` cannot be skipped") && text.contains("begun already"),
                "{text}"
            );
            // The handle is none the worse, and a restart changes nothing.
            let Position::AfterTravelling(run) = halted.run else {
                panic!("{halted:?}");
            };
            drop(run);
            let place = place.reopened();
            let Position::AfterTravelling(run) = Trip::resume(place.runtime(), "t").await.unwrap() else {
                panic!("the phase is not done");
            };
            let halted = run.skip_detour(because()).await.unwrap_err();
            let Position::AfterTravelling(run) = halted.run else {
                panic!("{halted:?}");
            };
            let run = run.detour(&team).await.unwrap();
            assert_eq!(run.artifacts().delay(), Some(&1));
            if place.is_file() {
                assert!(!place.journal("t").contains(&"waived Detour".to_owned()));
            }
        }
    }
}

#[tokio::test]
async fn a_phase_that_was_begun_is_not_asked_to_be_waived_again() {
    for place in Place::both() {
        let script = Script::default();
        script.then("Album.waive", Act::Work);
        script.then("Album.print", Act::Fail("no ink"));
        let team = Arc::new(Tourists(script.clone()));
        assert!(
            Trip::run(place.runtime(), "t", &team, 3)
                .await
                .unwrap_err()
                .is_failed()
        );
        script.notes();
        script.then("Album.waive", Act::Waive("no ink"));
        let halted = Trip::run(place.runtime(), "t", &team, 3).await.unwrap_err();
        assert!(halted.is_waiting(), "{halted}");
        assert_eq!(script.notes(), ["Album.print a2"]);
    }
}

#[tokio::test]
async fn a_decision_that_fails_or_panics_halts_the_run_and_is_asked_again() {
    for place in Place::both() {
        let script = Script::default();
        script
            .then("Insuring.waive", Act::Fail("no answer"))
            .then("Insuring.waive", Act::Panic("no nerves"));
        script
            .then("Insuring.waive", Act::Waive("a short trip"))
            .then("Album.waive", Act::Waive("no paper"));
        let team = Arc::new(Tourists(script.clone()));
        for what in ["no answer", "panicked: no nerves"] {
            let halted = Trip::run(place.runtime(), "t", &team, 3).await.unwrap_err();
            assert!(halted.is_failed(), "{halted}");
            assert_eq!(halted.cause.steps(), ["Insuring.waive"]);
            assert!(halted.to_string().contains(what), "{halted}");
        }
        let _done = Trip::run(place.runtime(), "t", &team, 3).await.unwrap();
    }
}

workflow! {
    workflow Visit(guest: String) {
        phase Greeting {
            step greet(guest) -> words: String { Ok(format!("hello {guest}")) }
        }
        optional phase Tasting {
            manual step taste(words) -> notes: String;
        }
        phase Leaving {
            step leave(notes) -> line: String { Ok(notes.cloned().unwrap_or_default()) }
        }
    }
}

struct Host;
impl visit::Greeting for Host {}
impl visit::Leaving for Host {}

#[tokio::test]
async fn a_phase_that_people_do_all_of_is_entered_and_can_be_skipped() {
    for place in Place::both() {
        let run = || Visit::run(place.runtime(), "ada", &Arc::new(Host), "ada".to_owned());
        let halted = run().await.expect_err("somebody must taste");
        assert_eq!(halted.cause.steps(), ["Tasting.taste"]);
        drop(halted);
        let notes = "oaky".to_owned();
        visit::hand_in::taste(place.runtime(), "ada", Actor::new("bo"), notes)
            .await
            .expect("it waits");
        assert_eq!(run().await.expect("it is done").artifacts().line(), "oaky");

        let run = Visit::start(place.runtime(), "bo", "bo".to_owned())
            .await
            .expect("it begins");
        let run = run.greeting(&Arc::new(Host)).await.expect("it greets");
        let run = run
            .skip_tasting(Waiver::because("in a hurry"))
            .await
            .expect("nothing of it was begun");
        assert_eq!(
            run.leaving(&Arc::new(Host))
                .await
                .expect("it leaves")
                .artifacts()
                .line(),
            ""
        );
    }
}
