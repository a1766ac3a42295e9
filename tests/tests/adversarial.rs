//! Attempts to get round the order while a program runs. Those that types stop are in `ui/`; these are refused by the
//! journal, each with its reason, and the journal stays as the plan says.

#![allow(missing_docs, reason = "tests")]

use std::collections::HashMap;
use std::sync::Arc;

use launch::Position;
use tests::place::Place;
use tests::script::{Act, Script};
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Launch(rocket: String, weights: HashMap<String, u32>) {
        phase Fuelling {
            step fill(rocket) -> fuel: u32;
            step seal(fuel) -> sealed: bool;
        }
        optional(fuel) phase Rehearsal {
            step count(fuel) -> counted: u32;
            step recount(counted) -> counted;
        }
        phase Decision {
            gate weather(rocket);
            manual gate go(sealed);
        }
        phase Flight {
            step fly(fuel) -> height: u32;
        }
    }
}

#[derive(Clone)]
struct Crew {
    script: Script,
    /// With it, `fill` tries to take up the very run that it is a step of.
    meddles: Option<Runtime>,
}

impl launch::Fuelling for Crew {
    async fn fill(&self, cx: &StepContext, _: &String) -> StepResult<u32> {
        if let Some(runtime) = &self.meddles {
            let held = Launch::resume(runtime, cx.run_id())
                .await
                .expect_err("it is being driven");
            self.script.note(format!("held {}", held.is_held()));
        }
        self.script.step(cx).await?;
        Ok(7)
    }
    async fn seal(&self, cx: &StepContext, _: &u32) -> StepResult<bool> {
        self.script.step(cx).await?;
        Ok(true)
    }
}

impl launch::Rehearsal for Crew {
    async fn count(&self, cx: &StepContext, _: &u32) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(10)
    }
    async fn recount(&self, cx: &StepContext, counted: &u32) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(counted - 1)
    }
}

impl launch::Decision for Crew {
    async fn weather(&self, cx: &StepContext, _: &String) -> StepResult<Verdict> {
        self.script.gate(cx).await
    }
}

impl launch::Flight for Crew {
    async fn fly(&self, cx: &StepContext, fuel: &u32) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(fuel * 100)
    }
}

fn crew() -> (Script, Arc<Crew>) {
    let script = Script::default();
    let crew = Crew {
        script: script.clone(),
        meddles: None,
    };
    (script, Arc::new(crew))
}

fn weights() -> HashMap<String, u32> {
    ["nose", "tail", "fins", "tank", "cargo"]
        .map(str::to_owned)
        .into_iter()
        .zip(1..)
        .collect()
}

async fn start(runtime: &Runtime) -> Result<Launch<launch::Start>, launch::Halted> {
    Launch::start(runtime, "l", "Ada 1".to_owned(), weights()).await
}

async fn run(runtime: &Runtime, crew: &Arc<Crew>) -> Result<Launch<launch::Done>, launch::Halted> {
    Launch::run(runtime, "l", crew, "Ada 1".to_owned(), weights()).await
}

/// Lets the run go to its end, as its plan says.
async fn finish(place: &Place) {
    let (_, crew) = crew();
    let halted = run(place.runtime(), &crew).await.unwrap_err();
    assert!(halted.is_waiting(), "{halted}");
    drop(halted);
    launch::hand_in::go(place.runtime(), "l", Actor::new("ada"), Verdict::Pass)
        .await
        .unwrap();
    let done = run(place.runtime(), &crew).await.unwrap();
    assert_eq!(*done.artifacts().height(), 700);
    place.runtime().verify("l").await.unwrap();
}

#[tokio::test]
async fn a_second_handle_is_refused_and_the_first_goes_on() {
    for place in Place::both() {
        let (script, crew) = crew();
        let first = start(place.runtime()).await.unwrap();
        let held = Launch::resume(place.runtime(), "l").await.unwrap_err();
        assert!(held.is_held(), "{held}");
        assert!(held.to_string().contains("run `l` is held by"), "{held}");
        let halted = run(place.runtime(), &crew).await.unwrap_err();
        assert!(halted.cause.journal().unwrap().is_held(), "{halted}");
        let taken = start(place.runtime()).await.unwrap_err();
        assert!(taken.cause.journal().unwrap().is_taken(), "{taken}");
        // Neither an entered phase nor the end of a refused handle lets it go.
        drop((halted, taken));
        let phase = first.fuelling(&crew);
        assert!(Launch::resume(place.runtime(), "l").await.unwrap_err().is_held());
        let phase = phase.fill().await.unwrap();
        assert!(Launch::resume(place.runtime(), "l").await.unwrap_err().is_held());
        drop(phase);
        assert!(matches!(
            Launch::resume(place.runtime(), "l").await,
            Ok(Position::Start(_))
        ));
        assert_eq!(script.notes(), ["Fuelling.fill"]);
        finish(&place).await;
    }
}

#[tokio::test]
async fn a_second_runtime_on_the_same_file_is_refused_too() {
    let place = Place::file();
    let other = Runtime::open(place.path()).unwrap();
    let first = start(place.runtime()).await.unwrap();
    let held = Launch::resume(&other, "l").await.unwrap_err();
    assert!(
        held.is_held() && held.to_string().contains(&std::process::id().to_string()),
        "{held}"
    );
    drop(first);
    // Its end is written behind the caller's back, so whoever asks the other runtime may come too early for a moment.
    drop(place.runtime().runs().await);
    let position = loop {
        match Launch::resume(&other, "l").await {
            Ok(position) => break position,
            Err(held) => assert!(held.is_held(), "{held}"),
        }
        tokio::task::yield_now().await;
    };
    assert!(Launch::resume(place.runtime(), "l").await.unwrap_err().is_held());
    drop(position);
    drop(other);
    finish(&place).await;
}

#[tokio::test]
async fn of_many_who_drive_at_once_one_does() {
    for place in Place::both() {
        let (script, crew) = crew();
        let other = if place.is_file() {
            Runtime::open(place.path()).unwrap()
        } else {
            place.runtime().clone()
        };
        let drivers = (0..8).map(|at| {
            let runtime = if at % 2 == 0 {
                place.runtime().clone()
            } else {
                other.clone()
            };
            let crew = Arc::clone(&crew);
            tokio::spawn(async move {
                run(&runtime, &crew)
                    .await
                    .map(drop)
                    .map_err(|halted| halted.cause)
            })
        });
        for halted in futures_util::future::join_all(drivers).await {
            let cause = halted.unwrap().unwrap_err();
            let held = cause
                .journal()
                .is_some_and(workflow_runtime::RuntimeError::is_held);
            assert!(held || cause.is_waiting(), "{cause}");
        }
        let expected = [
            "Fuelling.fill",
            "Fuelling.seal",
            "Rehearsal.count",
            "Rehearsal.recount",
            "Decision.weather",
        ];
        assert_eq!(
            script
                .notes()
                .iter()
                .filter(|note| !note.ends_with("waive"))
                .collect::<Vec<_>>(),
            expected
        );
        drop(other);
        finish(&place).await;
    }
}

#[tokio::test]
async fn a_step_cannot_take_up_the_run_that_it_is_part_of() {
    for place in Place::both() {
        let script = Script::default();
        let meddles = Some(place.runtime().clone());
        let crew = Arc::new(Crew {
            script: script.clone(),
            meddles,
        });
        let run = start(place.runtime()).await.unwrap();
        let _run = run.fuelling(&crew).await.unwrap();
        assert_eq!(script.notes(), ["held true", "Fuelling.fill", "Fuelling.seal"]);
    }
}

#[tokio::test]
async fn a_handle_whose_hold_was_broken_is_fenced_off_in_every_way() {
    for place in Place::both() {
        for way in ["phase", "step", "skip", "parked"] {
            let place = if place.is_file() {
                Place::file()
            } else {
                Place::memory()
            };
            let (script, crew) = crew();
            let runtime = place.runtime();
            let old = start(runtime).await.unwrap().fuelling(&crew).await.unwrap();
            runtime.break_hold("l").await.unwrap();
            let Position::AfterFuelling(new) = Launch::resume(runtime, "l").await.unwrap() else {
                panic!("`Fuelling` is done");
            };
            let new = new
                .skip_rehearsal(Waiver::because("we know how to count"))
                .await
                .unwrap();
            script.notes();
            let halted = match way {
                "phase" => old.rehearsal(&crew).await.unwrap_err(),
                "step" => old.rehearsal(&crew).count().await.unwrap_err(),
                "skip" => old
                    .skip_rehearsal(Waiver::because("we do not"))
                    .await
                    .unwrap_err(),
                _ => {
                    // Kept while the run goes to its end under another handle.
                    drop(new);
                    finish(&place).await;
                    old.rehearsal(&crew).await.unwrap_err()
                }
            };
            let fenced = halted.cause.journal().unwrap();
            assert!(fenced.is_fenced(), "{way}: {halted}");
            assert!(fenced.to_string().contains("`l`"), "{way}: {halted}");
            let called = script.notes().len();
            assert!(called <= 1, "{way}: it learns of it at its first append");
            // And it stays fenced off: nothing more is called.
            let Position::AfterFuelling(old) = halted.run else {
                panic!("{way}: its own position did not change");
            };
            let halted = old.rehearsal(&crew).await.unwrap_err();
            assert!(halted.cause.journal().unwrap().is_fenced(), "{way}: {halted}");
            assert_eq!(script.notes(), [""; 0], "{way}");
            if place.is_file() {
                let journal = place.journal("l");
                let rehearsed = journal
                    .iter()
                    .filter(|line| line.contains("Rehearsal"))
                    .collect::<Vec<_>>();
                assert_eq!(rehearsed, ["waived Rehearsal"], "{way}: {journal:?}");
            }
        }
    }
}

workflow! {
    pub workflow Twins(name: String) {
        parallel phase Being {
            step one(name) -> first: u32;
            step two(name) -> second: u32;
        }
    }
}

impl twins::Being for Crew {
    async fn one(&self, cx: &StepContext, _: &String) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(1)
    }
    async fn two(&self, cx: &StepContext, _: &String) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(2)
    }
}

#[tokio::test]
async fn a_handle_fenced_off_in_a_parallel_phase_stays_so() {
    for place in Place::both() {
        let (script, crew) = crew();
        let old = Twins::start(place.runtime(), "t", "ada".to_owned())
            .await
            .unwrap();
        place.runtime().break_hold("t").await.unwrap();
        let halted = old.being(&crew).await.unwrap_err();
        assert!(halted.cause.journal().unwrap().is_fenced(), "{halted}");
        script.notes();
        let twins::Position::Start(old) = halted.run else {
            panic!("nothing was recorded");
        };
        let halted = old.being(&crew).await.unwrap_err();
        assert!(halted.cause.journal().unwrap().is_fenced(), "{halted}");
        assert_eq!(script.notes(), [""; 0], "nobody is called any more");
        let _done = Twins::run(place.runtime(), "t", &crew, "ada".to_owned())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_position_kept_in_halted_cannot_be_driven_while_another_drives() {
    for place in Place::both() {
        let (script, crew) = crew();
        script.then("Decision.weather", Act::Fail("no barometer"));
        let halted = run(place.runtime(), &crew).await.unwrap_err();
        // Halted holds the run.
        assert!(Launch::resume(place.runtime(), "l").await.unwrap_err().is_held());
        place.runtime().break_hold("l").await.unwrap();
        finish(&place).await;
        script.notes();
        let Position::AfterRehearsal(old) = halted.run else {
            panic!("{halted:?}");
        };
        let halted = old.decision(&crew).await.unwrap_err();
        assert!(halted.cause.journal().unwrap().is_fenced(), "{halted}");
        place.runtime().verify("l").await.unwrap();
    }
}

#[tokio::test]
async fn a_handle_kept_over_the_restart_of_its_runtime_keeps_its_hold() {
    let place = Place::file();
    let (_, crew) = crew();
    let old = start(place.runtime()).await.unwrap();
    let place = place.reopened();
    // The handle keeps the first runtime's journal open, so it still is the one who holds the run.
    assert!(Launch::resume(place.runtime(), "l").await.unwrap_err().is_held());
    drop(old.fuelling(&crew).await.unwrap());
    finish(&place).await;
}

#[tokio::test]
async fn a_rejected_gate_is_not_asked_again_nor_by_another_team() {
    for place in Place::both() {
        let (script, crew) = crew();
        script.then("Decision.weather", Act::Reject("a storm"));
        let halted = run(place.runtime(), &crew).await.unwrap_err();
        assert!(halted.is_rejected());
        let Position::AfterRehearsal(mut run_on) = halted.run else {
            panic!("{halted:?}");
        };
        script.notes();
        // A team that would pass it, by phase and by step, again and again.
        let (friendly, team) = self::crew();
        for _ in 0..3 {
            let halted = run_on.decision(&team).await.unwrap_err();
            assert!(
                halted.is_rejected() && halted.to_string().contains("a storm"),
                "{halted}"
            );
            let Position::AfterRehearsal(again) = halted.run else {
                panic!("{halted:?}");
            };
            let halted = again.decision(&team).weather().await.unwrap_err();
            assert!(
                halted.is_rejected() && halted.to_string().contains("the rejection stands"),
                "{halted}"
            );
            let Position::AfterRehearsal(again) = halted.run else {
                panic!("{halted:?}");
            };
            run_on = again;
        }
        drop(run_on);
        let place = place.reopened();
        assert!(run(place.runtime(), &team).await.unwrap_err().is_rejected());
        assert_eq!(friendly.notes(), [""; 0]);
        let handed = launch::hand_in::go(place.runtime(), "l", Actor::new("eve"), Verdict::Pass)
            .await
            .unwrap_err();
        assert!(
            handed.is_not_waiting(),
            "the gate behind it cannot be passed ahead: {handed}"
        );
    }
}

#[tokio::test]
async fn other_inputs_are_refused_and_the_same_in_another_order_are_not() {
    for place in Place::both() {
        let (script, crew) = crew();
        drop(start(place.runtime()).await.unwrap());
        let halted = Launch::run(place.runtime(), "l", &crew, "Ada 2".to_owned(), weights())
            .await
            .unwrap_err();
        let refused = halted.cause.journal().unwrap();
        assert!(
            refused.is_other_inputs() && refused.to_string().contains("another `rocket`"),
            "{refused}"
        );
        let mut heavier = weights();
        heavier.insert("nose".to_owned(), 100);
        let halted = Launch::run(place.runtime(), "l", &crew, "Ada 1".to_owned(), heavier)
            .await
            .unwrap_err();
        assert!(
            halted.to_string().contains("begun with another `weights`"),
            "{halted}"
        );
        assert_eq!(script.notes(), [""; 0]);
        // A hash map has another order in each process, and in each map of one.
        finish(&place).await;
    }
}

workflow! {
    pub workflow Landing(rocket: String, weights: HashMap<String, u32>) {
        phase Flight {
            step fly(rocket) -> height: u32 { Ok(u32::try_from(rocket.len())?) }
        }
    }
}
impl landing::Flight for Crew {}

#[tokio::test]
async fn the_id_of_another_workflow_is_refused() {
    for place in Place::both() {
        let (script, crew) = crew();
        drop(start(place.runtime()).await.unwrap());
        let resumed = Landing::resume(place.runtime(), "l").await.unwrap_err();
        assert!(resumed.is_other_workflow(), "{resumed}");
        assert!(
            resumed
                .to_string()
                .contains("a run of workflow `Launch`, not of `Landing`"),
            "{resumed}"
        );
        let halted = Landing::run(place.runtime(), "l", &crew, "Ada 1".to_owned(), weights())
            .await
            .unwrap_err();
        assert!(halted.cause.journal().unwrap().is_other_workflow(), "{halted}");
        let halted = Landing::start(place.runtime(), "l", "Ada 1".to_owned(), weights())
            .await
            .unwrap_err();
        assert!(halted.is_journal(), "{halted}");
        assert_eq!(script.notes(), [""; 0]);
        drop(halted);
        // Looking did not take hold of it.
        finish(&place).await;
    }
}

#[tokio::test]
async fn a_detached_handle_shows_its_inputs_and_refuses_everything() {
    for place in Place::both() {
        let (script, crew) = crew();
        let holder = start(place.runtime()).await.unwrap();
        let halted = run(place.runtime(), &crew).await.unwrap_err();
        let Position::Start(detached) = halted.run else {
            panic!("{halted:?}");
        };
        assert_eq!(detached.artifacts().rocket(), "Ada 1");
        // The holder being gone does not make it good.
        drop(holder);
        let halted = detached.fuelling(&crew).await.unwrap_err();
        assert!(halted.cause.journal().unwrap().is_held(), "{halted}");
        let Position::Start(detached) = halted.run else {
            panic!("{halted:?}");
        };
        let halted = detached.fuelling(&crew).fill().await.unwrap_err();
        assert!(halted.cause.journal().unwrap().is_held(), "{halted}");
        assert_eq!(script.notes(), [""; 0], "nobody was called");
        finish(&place).await;
        drop(halted);
    }
}

/// Changes the file behind the runtime's back, then tells whether `verify` and `resume` see it.
async fn tampered(change: &str) -> (Option<String>, Option<String>) {
    let place = Place::file();
    let (script, crew) = crew();
    script.then("Decision.weather", Act::Fail("no barometer"));
    drop(run(place.runtime(), &crew).await.unwrap_err());
    place.runtime().verify("l").await.unwrap();
    let place = place.reopened();
    place.sql().execute_batch(change).unwrap();
    let place = place.reopened();
    let verified = place
        .runtime()
        .verify("l")
        .await
        .err()
        .map(|error| error.to_string());
    let resumed = Launch::resume(place.runtime(), "l")
        .await
        .err()
        .map(|error| error.to_string());
    (verified, resumed)
}

#[tokio::test]
async fn a_journal_that_was_tampered_with_is_found_out() {
    let edits = [
        // A failure becomes a pass.
        r#"UPDATE journal SET body = '{"done":{"step":"Decision.weather","round":0,"attempt":1}}' WHERE body LIKE '%weather%'"#,
        // An artifact is made another.
        r#"UPDATE journal SET body = replace(body, ':7', ':8') WHERE body LIKE '%Fuelling.fill%'"#,
        // Its time.
        "UPDATE journal SET at_ms = at_ms + 1 WHERE seq = 2",
        // Two lines change places.
        "UPDATE journal SET body = (SELECT body FROM journal j WHERE j.seq = 5 - journal.seq) WHERE seq IN (2, 3)",
    ];
    for edit in edits {
        let (verified, _) = tampered(edit).await;
        let verified = verified.unwrap_or_else(|| panic!("not found out: {edit}"));
        assert!(
            verified.contains("run `l`") && verified.contains("line"),
            "{verified}"
        );
    }
    let breaks = [
        "DELETE FROM journal WHERE seq = 3",
        "UPDATE journal SET body = 'scribble' WHERE seq = 3",
        "UPDATE journal SET run = 77 WHERE seq = 3",
        "UPDATE journal SET previous = row WHERE seq = 3",
    ];
    for change in breaks {
        let (verified, resumed) = tampered(change).await;
        assert!(verified.is_some(), "{change}");
        let resumed = resumed.unwrap_or_else(|| panic!("it was taken up: {change}"));
        assert!(
            resumed.contains("run `l`") && resumed.contains("line"),
            "{resumed}"
        );
    }
}

#[tokio::test]
async fn a_line_that_jumps_the_order_gives_no_later_state() {
    // Somebody who can forge the hashes too still cannot make the fold skip what is not done.
    let place = Place::file();
    drop(start(place.runtime()).await.unwrap());
    let place = place.reopened();
    place
        .sql()
        .execute_batch(
            r#"INSERT INTO journal (run, seq, previous, at_ms, hash, body)
                 SELECT run, 2, row, at_ms, hash, '{"done":{"step":"Flight.fly","round":0,"attempt":1,"artifact":1}}' FROM journal;
               UPDATE runs SET last_seq = 2, last_row = (SELECT max(row) FROM journal);"#,
        )
        .unwrap();
    let place = place.reopened();
    let verified = place.runtime().verify("l").await.unwrap_err();
    assert!(verified.to_string().contains("line 2"), "{verified}");
    match Launch::resume(place.runtime(), "l").await {
        Ok(Position::Start(_)) | Err(_) => {}
        Ok(other) => panic!("{other:?}"),
    }
}
