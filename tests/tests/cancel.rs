//! Telling a run to stop: where it stops, from where it is told, and how it goes on.

#![allow(missing_docs, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tests::place::Place;
use tests::script::{Act, Script};
use tests::soon::soon;
use vigil::{Position, Undo};
use workflow_runtime::prelude::*;
use workflow_runtime::{RunEvent, RunEventKind, Standing};

workflow! {
    pub workflow Vigil(hours: u32) {
        phase Dusk {
            #[undo(darken)]
            step light(hours) -> lamp: u32;
            #[retry(attempts = 3, backoff = "1h")]
            #[timeout("5h")]
            step climb(lamp) -> height: u32;
        }
        optional(height) phase Fog {
            step horn(height) -> blown: u32;
        }
        parallel phase Night {
            step listen(height) -> heard: u32;
            step look(height) -> seen: u32;
            manual gate moon(height);
        }
        phase Dawn {
            manual gate relieved(seen);
            step sleep(heard) -> slept: u32;
        }
    }
}

struct Keeper {
    script: Script,
    /// What `light` tells to stop.
    stops: Mutex<Option<(Runtime, String)>>,
}

impl vigil::Dusk for Keeper {
    async fn light(&self, cx: &StepContext, hours: &u32) -> StepResult<u32> {
        let stops = self.stops.lock().unwrap().take();
        if let Some((runtime, id)) = stops {
            runtime.cancel(&id).await?;
        }
        self.script.step(cx).await?;
        Ok(*hours)
    }
    async fn darken(&self, cx: &StepContext, hours: &u32, lamp: Option<&u32>) -> StepResult<()> {
        self.script.undo(cx, (hours, lamp)).await
    }
    async fn climb(&self, cx: &StepContext, lamp: &u32) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(*lamp)
    }
}

impl vigil::Fog for Keeper {
    async fn waive(&self, _: &StepContext, _: &u32) -> StepResult<Option<Waiver>> {
        self.script.waive("Fog.waive").await
    }
    async fn horn(&self, cx: &StepContext, height: &u32) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(*height)
    }
}

impl vigil::Night for Keeper {
    async fn listen(&self, cx: &StepContext, height: &u32) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(*height)
    }
    async fn look(&self, cx: &StepContext, height: &u32) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(*height)
    }
}

impl vigil::Dawn for Keeper {
    async fn sleep(&self, cx: &StepContext, heard: &u32) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(*heard)
    }
}

fn keeper() -> (Script, Arc<Keeper>) {
    let script = Script::default();
    let stops = Mutex::default();
    (script.clone(), Arc::new(Keeper { script, stops }))
}

async fn go(runtime: &Runtime, keeper: &Arc<Keeper>) -> Result<Vigil<vigil::Done>, vigil::Halted> {
    let driven = async {
        loop {
            let ended = Vigil::run(runtime, "v", keeper, 9).await;
            // A handle that was dropped lets go of the run a moment later.
            let held = |halted: &vigil::Halted| halted.cause.journal().is_some_and(RuntimeError::is_held);
            if !ended.as_ref().is_err_and(held) {
                return ended;
            }
            tokio::task::yield_now().await;
        }
    };
    soon(Box::pin(driven)).await
}

/// Hands in whatever is waited for until the run is done.
async fn to_the_end(runtime: &Runtime, keeper: &Arc<Keeper>) -> Vigil<vigil::Done> {
    for _ in 0..4 {
        let halted = match go(runtime, keeper).await {
            Ok(done) => return done,
            Err(halted) => halted,
        };
        assert!(halted.is_waiting(), "{halted}");
        for gate in halted.cause.steps() {
            let ada = Actor::new("ada");
            runtime.hand_in("v", gate, ada, Verdict::Pass).await.unwrap();
        }
    }
    panic!("it waits for ever");
}

async fn standing(runtime: &Runtime) -> Standing {
    runtime.runs().await.unwrap()[0].standing
}

/// The journal, where there is one to be read.
fn cancels(place: &Place) -> Option<usize> {
    let is_cancelled = |line: &&String| *line == "cancelled";
    place
        .is_file()
        .then(|| place.journal("v").iter().filter(is_cancelled).count())
}

/// Ends when an observer heard of that.
struct Heard(Script, Mutex<Vec<String>>);

impl Heard {
    fn on(runtime: &Runtime) -> (Self, Runtime) {
        let script = Script::default();
        let observed = runtime.clone().with_observer(script.observer());
        (Heard(script, Mutex::default()), observed)
    }

    async fn of(&self, what: &str) {
        while !self.1.lock().unwrap().iter().any(|note| note.contains(what)) {
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.1.lock().unwrap().extend(self.0.notes());
        }
    }
}

#[tokio::test]
async fn a_run_that_is_told_to_stop_stops_wherever_it_awaits_and_goes_on_from_there() {
    // What is done until it is stopped, what the observer hears just before, and what was done then.
    type Case = (
        &'static [(&'static str, Act)],
        &'static str,
        &'static [&'static str],
    );
    let cases: [Case; 6] = [
        (&[("Dusk.light", Act::Hang)], "started Dusk.light", &[]),
        (
            &[("Dusk.climb", Act::Hang)],
            "started Dusk.climb",
            &["Dusk.light"],
        ),
        (
            &[("Dusk.climb", Act::Fail("slipped"))],
            "failed Dusk.climb a1: slipped, again",
            &["Dusk.light"],
        ),
        (
            &[("Fog.waive", Act::Hang)],
            "phase Dusk",
            &["Dusk.light", "Dusk.climb"],
        ),
        (
            &[("Night.listen", Act::Hang), ("Night.look", Act::Hang)],
            "started Night.look",
            &["Dusk.light", "Dusk.climb", "Fog.horn"],
        ),
        (
            &[],
            "done Night.look",
            &[
                "Dusk.light",
                "Dusk.climb",
                "Fog.horn",
                "Night.listen",
                "Night.look",
            ],
        ),
    ];
    for (acts, heard_of, done) in cases {
        for place in Place::both() {
            let (script, keeper) = keeper();
            for (step, act) in acts {
                script.then(step, act.clone());
            }
            let (heard, runtime) = Heard::on(place.runtime());
            let runtime = runtime.wait_for_hand_ins();
            let cancelling = async {
                soon(heard.of(heard_of)).await;
                if acts.iter().any(|(_, act)| matches!(act, Act::Hang)) {
                    soon(script.stuck()).await;
                }
                runtime.cancel("v").await.unwrap();
            };
            let (halted, ()) = tokio::join!(go(&runtime, &keeper), cancelling);
            let halted = halted.unwrap_err();
            assert!(halted.is_cancelled(), "{heard_of}: {halted}");
            assert!(!halted.is_failed() && !halted.is_waiting() && !halted.is_journal());
            assert_eq!(halted.cause.steps(), [""; 0]);
            let told = "run `v` of `Vigil` was told to stop; drive it again to go on";
            assert_eq!(halted.to_string(), told);
            drop((halted, runtime));
            assert_eq!(cancels(&place).unwrap_or(1), 1, "{heard_of}");
            assert_eq!(standing(place.runtime()).await, Standing::Cancelled, "{heard_of}");
            script.notes();

            let place = place.reopened();
            drop(to_the_end(place.runtime(), &keeper).await);
            let again = script.notes();
            let steps = |note: &&String| !note.contains("waive");
            let count = again.iter().filter(steps).count();
            assert_eq!(count, 6 - done.len(), "{heard_of}: {again:?}");
            let repeated = done
                .iter()
                .find(|step| again.iter().any(|note| note.starts_with(**step)));
            assert_eq!(repeated, None, "{heard_of}: {again:?}");
        }
    }
}

#[tokio::test]
async fn a_run_that_waits_for_one_step_is_stopped_and_waits_again_when_it_is_driven() {
    for place in Place::both() {
        let (_, keeper) = keeper();
        let patient = place.runtime().clone().wait_for_hand_ins();
        let halted = go(place.runtime(), &keeper).await.unwrap_err();
        drop(halted);
        let moon = vigil::hand_in::moon(place.runtime(), "v", Actor::new("ada"), Verdict::Pass);
        moon.await.unwrap();
        let (heard, runtime) = Heard::on(&patient);
        let cancelling = async {
            soon(heard.of("waiting Dawn.relieved")).await;
            runtime.cancel("v").await.unwrap();
        };
        let (halted, ()) = tokio::join!(go(&runtime, &keeper), cancelling);
        let halted = halted.unwrap_err();
        assert!(halted.is_cancelled(), "{halted}");
        let Position::AfterNight(run) = halted.run else {
            panic!("`relieved` is waited for");
        };
        assert_eq!(standing(place.runtime()).await, Standing::Cancelled);
        drop(run);
        // It may be handed in meanwhile or later; whoever looks at the list sees that it waits.
        let halted = go(place.runtime(), &keeper).await.unwrap_err();
        assert!(halted.is_waiting(), "{halted}");
        assert_eq!(standing(place.runtime()).await, Standing::Waiting);
        drop(halted);
        let relieved = vigil::hand_in::relieved(place.runtime(), "v", Actor::new("ada"), Verdict::Pass);
        relieved.await.unwrap();
        drop(go(place.runtime(), &keeper).await.unwrap());
    }
}

#[tokio::test]
async fn a_step_that_stops_its_own_run_is_done_if_it_awaits_nothing_more_and_dropped_if_it_does() {
    for hangs in [false, true] {
        for place in Place::both() {
            let (script, keeper) = keeper();
            if hangs {
                script.then("Dusk.light", Act::Hang);
            }
            *keeper.stops.lock().unwrap() = Some((place.runtime().clone(), "v".to_owned()));
            let halted = go(place.runtime(), &keeper).await.unwrap_err();
            assert!(halted.is_cancelled(), "{halted}");
            assert_eq!(script.notes(), ["Dusk.light"]);
            drop(halted);
            assert_eq!(standing(place.runtime()).await, Standing::Cancelled);
            drop(to_the_end(place.runtime(), &keeper).await);
            assert_eq!(
                script.notes()[0] == "Dusk.light a2",
                hangs,
                "its start was recorded"
            );
        }
    }
}

#[tokio::test]
async fn a_step_may_stop_another_run_and_only_that_one_stops() {
    for place in Place::both() {
        let (script, keeper) = keeper();
        let other = tokio::spawn({
            let (runtime, keeper) = (place.runtime().clone(), Arc::clone(&keeper));
            script.then("Dusk.light", Act::Hang);
            async move { soon(Vigil::run(&runtime, "other", &keeper, 1)).await }
        });
        soon(script.stuck()).await;
        *keeper.stops.lock().unwrap() = Some((place.runtime().clone(), "other".to_owned()));
        let halted = go(place.runtime(), &keeper).await.unwrap_err();
        assert!(halted.is_waiting(), "{halted}");
        let other = other.await.unwrap().unwrap_err();
        assert!(
            other.is_cancelled() && other.to_string().contains("`other`"),
            "{other}"
        );
    }
}

#[tokio::test]
async fn another_runtime_on_the_same_file_stops_a_run_within_a_tenth_of_a_second_or_so() {
    let place = Place::file();
    let (script, keeper) = keeper();
    let elsewhere = Runtime::open(place.path()).unwrap();
    for act in ["Dusk.light", "Dusk.climb"] {
        script.then(act, Act::Hang);
        let cancelling = async {
            soon(script.stuck()).await;
            elsewhere.cancel("v").await.unwrap();
            Instant::now()
        };
        let (halted, told) = tokio::join!(go(place.runtime(), &keeper), cancelling);
        let took = told.elapsed();
        assert!(halted.unwrap_err().is_cancelled(), "{act}");
        // The machine may be busy.
        assert!(took < Duration::from_secs(2), "{act}: {took:?}");
    }
    assert_eq!(cancels(&place), Some(2));
    drop(to_the_end(place.runtime(), &keeper).await);
}

#[tokio::test]
async fn a_stop_between_two_phases_is_heard_by_the_next_call_and_by_no_other() {
    for elsewhere in [false, true] {
        for place in Place::both() {
            let (script, keeper) = keeper();
            let other = match place.is_file() && elsewhere {
                true => Runtime::open(place.path()).unwrap(),
                false => place.runtime().clone(),
            };
            let run = soon(Vigil::start(place.runtime(), "v", 9)).await.unwrap();
            let run = soon(run.dusk(&keeper)).await.unwrap();
            // Twice is as good as once.
            other.cancel("v").await.unwrap();
            other.cancel("v").await.unwrap();
            if elsewhere {
                // Until this process hears of it.
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            assert_eq!(standing(place.runtime()).await, Standing::Cancelled);
            script.notes();
            let halted = soon(run.fog(&keeper)).await.unwrap_err();
            assert!(halted.is_cancelled(), "{halted}");
            assert_eq!(script.notes(), [""; 0], "nothing is begun");
            let Position::AfterDusk(run) = halted.run else {
                panic!("`Dusk` is done");
            };
            let run = soon(run.fog(&keeper)).await.unwrap();

            // The same for a phase of which nothing but a hand-in is left, and for a waiver.
            let Position::AfterFog(run) = soon(run.night(&keeper)).await.unwrap_err().run else {
                panic!("`moon` is waited for");
            };
            place.runtime().cancel("v").await.unwrap();
            let halted = soon(run.night(&keeper)).await.unwrap_err();
            assert!(halted.is_cancelled(), "{halted}");
            let Position::AfterFog(run) = halted.run else {
                panic!("`moon` is waited for");
            };
            let halted = soon(run.night(&keeper)).await.unwrap_err();
            assert!(halted.is_waiting(), "{halted}");
            assert_eq!(cancels(&place).unwrap_or(3), 3);
        }
    }
}

#[tokio::test]
async fn a_waiver_by_hand_heeds_a_stop_too() {
    for place in Place::both() {
        let (_, keeper) = keeper();
        let run = soon(Vigil::start(place.runtime(), "v", 9)).await.unwrap();
        let run = soon(run.dusk(&keeper)).await.unwrap();
        place.runtime().cancel("v").await.unwrap();
        let halted = soon(run.skip_fog(Waiver::because("clear"))).await.unwrap_err();
        assert!(halted.is_cancelled(), "{halted}");
        let Position::AfterDusk(run) = halted.run else {
            panic!("`Fog` was not waived");
        };
        drop(soon(run.skip_fog(Waiver::because("clear"))).await.unwrap());
    }
}

#[tokio::test]
async fn a_run_that_nobody_drives_is_marked_and_goes_on_when_it_is_driven() {
    for place in Place::both() {
        let (script, keeper) = keeper();
        script.then("Dusk.climb", Act::Terminal("slipped"));
        drop(go(place.runtime(), &keeper).await.unwrap_err());
        let place = place.reopened();
        let runtime = place.runtime();
        let (heard, observed) = Heard::on(runtime);
        runtime.cancel("v").await.unwrap();
        observed.cancel("v").await.unwrap();
        soon(heard.of("cancelled")).await;
        assert_eq!(standing(runtime).await, Standing::Cancelled);
        assert_eq!(cancels(&place).unwrap_or(2), 2);
        script.notes();
        drop(to_the_end(runtime, &keeper).await);
        assert_eq!(script.notes()[0], "Dusk.climb a2");
    }
}

#[tokio::test]
async fn a_run_that_is_unknown_or_over_is_not_cancelled() {
    for place in Place::both() {
        let (_, keeper) = keeper();
        let runtime = place.runtime();
        let unknown = runtime.cancel("v").await.unwrap_err();
        assert!(unknown.is_not_found() && !unknown.is_over(), "{unknown:?}");
        let done = to_the_end(runtime, &keeper).await;
        for _ in 0..2 {
            let over = runtime.cancel("v").await.unwrap_err();
            assert!(over.is_over(), "{over:?}");
            assert_eq!(
                over.to_string(),
                "run `v` cannot be cancelled; all its phases are done"
            );
        }
        assert_eq!(standing(runtime).await, Standing::Done);
        assert_eq!(cancels(&place).unwrap_or(0), 0);
        // The handle heard nothing of it.
        drop(soon(done.undo(&keeper)).await.unwrap());
        assert!(runtime.cancel("v").await.unwrap_err().is_over());
    }
}

#[tokio::test]
async fn a_stop_uses_up_no_retry_and_attempts_count_on_as_they_are_recorded() {
    for reopens in [false, true] {
        for place in Place::both() {
            let (script, keeper) = keeper();
            // `light` has a line for each start, so a stopped attempt counts; `climb` has none.
            for step in ["Dusk.light", "Dusk.climb"] {
                script.then(step, Act::Hang);
            }
            let stopped = |runtime: Runtime, run: Vigil<vigil::Start>| {
                let (script, keeper) = (script.clone(), Arc::clone(&keeper));
                async move {
                    let cancelling = async {
                        soon(script.stuck()).await;
                        runtime.cancel("v").await.unwrap();
                    };
                    let driving = soon(run.dusk(&keeper));
                    let (halted, ()) = tokio::join!(driving, cancelling);
                    let halted = halted.unwrap_err();
                    assert!(halted.is_cancelled(), "{halted}");
                    if reopens {
                        drop(halted);
                        return soon(Vigil::resume(&runtime, "v")).await.unwrap();
                    }
                    halted.run
                }
            };
            let start = |position: Position| match position {
                Position::Start(run) => run,
                other => panic!("{other:?}"),
            };
            let run = soon(Vigil::start(place.runtime(), "v", 9)).await.unwrap();
            let run = start(stopped(place.runtime().clone(), run).await);
            let run = start(stopped(place.runtime().clone(), run).await);
            assert_eq!(script.notes(), ["Dusk.light", "Dusk.light a2", "Dusk.climb"]);

            // One attempt fails, then it is stopped in the wait: two are left.
            script.then("Dusk.climb", Act::Fail("one"));
            let (heard, observed) = Heard::on(place.runtime());
            drop(run);
            let run = start(soon(Vigil::resume(&observed, "v")).await.unwrap());
            let cancelling = async {
                soon(heard.of("failed Dusk.climb a1")).await;
                observed.cancel("v").await.unwrap();
            };
            let (halted, ()) = tokio::join!(soon(run.dusk(&keeper)), cancelling);
            let halted = halted.unwrap_err();
            assert!(halted.is_cancelled(), "{halted}");
            let run = match reopens {
                false => start(halted.run),
                true => {
                    drop(halted);
                    start(soon(Vigil::resume(place.runtime(), "v")).await.unwrap())
                }
            };
            script.notes();
            for act in [Act::Fail("two"), Act::Fail("three"), Act::Fail("four")] {
                script.then("Dusk.climb", act);
            }
            tokio::time::pause();
            let halted = soon(run.dusk(&keeper)).await.unwrap_err();
            tokio::time::resume();
            assert!(
                halted.to_string().contains("failed on attempt 3: three"),
                "{halted}"
            );
            assert_eq!(script.notes(), ["Dusk.climb a2", "Dusk.climb a3"]);
        }
    }
}

#[tokio::test]
async fn taking_a_run_back_is_stopped_and_goes_on_like_driving_it() {
    for place in Place::both() {
        let (script, keeper) = keeper();
        let runtime = place.runtime();
        let done = to_the_end(runtime, &keeper).await;
        script.notes();
        script.then("undo Dusk.light", Act::Hang);
        let cancelling = async {
            soon(script.stuck()).await;
            runtime.cancel("v").await.unwrap();
        };
        let (halted, ()) = tokio::join!(soon(done.undo(&keeper)), cancelling);
        let halted = halted.unwrap_err();
        assert!(halted.is_cancelled() && !halted.is_failed(), "{halted}");
        assert_eq!(
            standing(runtime).await,
            Standing::Undoing,
            "it can go no other way"
        );
        // Before anything is called, too; then the same value goes on.
        runtime.cancel("v").await.unwrap();
        let halted = soon(halted.run.undo(&keeper)).await.unwrap_err();
        assert!(halted.is_cancelled(), "{halted}");
        assert_eq!(script.notes(), ["undo Dusk.light (9, Some(9))"]);
        drop(halted);
        let left = soon(Undo::resume(runtime, "v")).await.unwrap();
        drop(soon(left.undo(&keeper)).await.unwrap());
        assert_eq!(script.notes(), ["undo Dusk.light (9, Some(9))"]);
        assert_eq!(standing(runtime).await, Standing::Undone);
    }
}

#[tokio::test]
async fn observers_hear_of_a_stop_in_the_round_that_the_run_is_in() {
    workflow! {
        pub workflow Round() {
            phase Only {
                step go() { Ok(()) }
                #[rework(to = Only, max = 1)]
                gate again() { Ok(Verdict::pass_if(cx.round() > 0, "once more")) }
                manual gate end();
            }
        }
    }
    impl round::Only for Keeper {}
    for place in Place::both() {
        let (_, keeper) = keeper();
        drop(soon(Round::run(place.runtime(), "r", &keeper)).await.unwrap_err());
        let rounds = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&rounds);
        let observed = place
            .runtime()
            .clone()
            .with_observer(move |event: &RunEvent<'_>| {
                if matches!(event.kind, RunEventKind::Cancelled) {
                    heard.lock().unwrap().push(event.round);
                }
            });
        observed.cancel("r").await.unwrap();
        assert_eq!(*rounds.lock().unwrap(), [1]);
    }
}

/// Two builds of a program, of which the second could not take the run up.
mod older {
    use super::*;
    workflow! {
        pub workflow Tide() {
            phase Ebb { step ebb() -> water: u32; }
            phase Flood { step flood(water) { Ok(()) } }
        }
    }
    impl tide::Ebb for Keeper {
        async fn ebb(&self, cx: &StepContext) -> StepResult<u32> {
            self.script.step(cx).await?;
            Ok(1)
        }
    }
    impl tide::Flood for Keeper {}
}

mod newer {
    use super::*;
    workflow! {
        pub workflow Tide() {
            phase Ebb { step ebb() -> water: String { Ok(String::new()) } }
            phase Flood { step flood(water) { Ok(()) } }
        }
    }
    impl tide::Ebb for Keeper {}
    impl tide::Flood for Keeper {}
}

#[tokio::test]
async fn a_run_is_stopped_also_by_a_build_that_could_not_take_it_up_or_does_not_know_its_plan() {
    let place = Place::file();
    let (script, keeper) = keeper();
    script.then("Ebb.ebb", Act::Work);
    let run = soon(older::Tide::start(place.runtime(), "v")).await.unwrap();
    drop(soon(run.ebb(&keeper)).await.unwrap());
    let place = place.reopened();
    let runtime = Runtime::open(place.path()).unwrap().knows::<newer::Tide>();
    let changed = soon(newer::Tide::resume(&runtime, "v")).await.unwrap_err();
    assert!(changed.is_plan_changed(), "{changed}");
    runtime.cancel("v").await.unwrap();
    Runtime::open(place.path()).unwrap().cancel("v").await.unwrap();
    assert_eq!(standing(place.runtime()).await, Standing::Cancelled);
    assert_eq!(cancels(&place), Some(2));
}
