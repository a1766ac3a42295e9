//! What only an engine can come to: services that are away, and operators.

use std::collections::HashSet;
use std::sync::Arc;

use tests::engine::{Conduct, Engine};
use tests::soon::soon;
use workflow_runtime::__engine::Staffed;
use workflow_runtime::Standing;
use workflow_runtime::prelude::*;

use crate::deeds::Act;
use crate::plans::{Crew, Cruise};

async fn cruise(engine: &Engine, crew: &Arc<Crew>) -> Result<Cruise<crate::plans::cruise::Done>, String> {
    let run = Cruise::run(&engine.runtime(), "a", crew, "Delft".to_owned()).await;
    run.map_err(|halted| halted.to_string())
}

fn staffed(crew: &Arc<Crew>) -> Staffed {
    Staffed::new::<Cruise, _>(Crew::clone(crew))
}

fn on_engine(test: impl AsyncFnOnce(Engine, Arc<Crew>)) {
    on_engine_that(Conduct::Steady, test);
}

fn on_engine_that(conduct: Conduct, test: impl AsyncFnOnce(Engine, Arc<Crew>)) {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let engine = Engine::new(conduct);
    tokio.block_on(soon(test(engine.clone(), Arc::default())));
    assert_eq!(engine.faults(), Vec::<String>::new());
}

#[test]
fn a_plan_that_nobody_serves_cannot_be_begun() {
    on_engine(async |engine, crew| {
        let error = cruise(&engine, &crew).await.unwrap_err();
        assert!(error.contains("nobody serves this plan of `Cruise`"), "{error}");
        assert!(engine.runtime().runs().await.unwrap().is_empty());
    });
}

#[test]
fn a_run_goes_on_when_its_service_is_back_and_nothing_is_done_twice() {
    on_engine(async |engine, crew| {
        crew.0.at("Sailing.chart", Act::Behind("chart"));
        let away_and_back = async {
            let served = engine.serve(staffed(&crew));
            crew.0.until("Sailing.watch").await;
            crew.0.until("Sailing.chart").await;
            drop(served);
            crew.0.open("chart");
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            let run = engine.runtime().history("a").await.unwrap().run;
            assert_eq!(run.standing, Standing::Running);
            assert!(run.held_by.is_none() && run.stuck.unwrap().contains("nobody serves its plan"));
            crew.0.note("back");
            engine.serve(staffed(&crew))
        };
        let began = async {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            cruise(&engine, &crew).await
        };
        let (_served, done) = tokio::join!(away_and_back, began);
        assert_eq!(*done.unwrap().artifacts().log(), 150_016);
        let notes = crew.0.raw();
        let times = |call: &str| notes.iter().filter(|note| *note == call).count();
        // Only what was in flight.
        assert_eq!(
            (times("Sailing.watch"), times("Sailing.chart")),
            (1, 2),
            "{notes:?}"
        );
        assert_eq!(times("Fitting.hull"), 1, "{notes:?}");
    });
}

#[test]
fn who_follows_a_run_that_nobody_carries_out_hears_of_that() {
    on_engine(async |engine, crew| {
        let served = engine.serve(staffed(&crew));
        crew.0.at("Painting.paint", Act::Hang);
        let gone = async {
            crew.0.until("Painting.paint").await;
            drop(served);
        };
        let (followed, ()) = tokio::join!(cruise(&engine, &crew), gone);
        let error = followed.unwrap_err();
        assert!(
            error.contains("does not go on") && error.contains("nothing is lost"),
            "{error}"
        );
    });
}

#[test]
fn a_run_that_an_operator_ended_is_over_and_says_so() {
    on_engine(async |engine, crew| {
        let _served = engine.serve(staffed(&crew));
        crew.0.at("Painting.paint", Act::Hang);
        let killing = async {
            crew.0.until("Painting.paint").await;
            engine.kill("a", "killed");
        };
        let (followed, ()) = tokio::join!(cruise(&engine, &crew), killing);
        let error = followed.unwrap_err();
        assert!(
            error.contains("was ended by an operator of the engine: killed"),
            "{error}"
        );
        let error = cruise(&engine, &crew).await.unwrap_err();
        assert!(error.contains("was ended by an operator"), "{error}");
        let runtime = engine.runtime();
        assert_eq!(runtime.runs().await.unwrap()[0].standing, Standing::Halted);
        assert_eq!(runtime.history("a").await.unwrap().run.standing, Standing::Halted);
        let cancelled = runtime.cancel("a").await.unwrap_err();
        assert!(
            cancelled.to_string().contains("was ended by an operator"),
            "{cancelled}"
        );
        let run = Cruise::resume(&runtime, "a").await.unwrap();
        let undone = run.undo(&crew).await.unwrap_err();
        assert!(
            undone.to_string().contains("was ended by an operator"),
            "{undone}"
        );
    });
}

#[test]
fn an_attempt_that_an_operator_ended_is_a_failure() {
    on_engine(async |engine, crew| {
        let _served = engine.serve(staffed(&crew));
        for (attempt, call) in [(1, "Sailing.chart"), (2, "Sailing.chart a2")] {
            crew.0.at(call, Act::Hang);
            let losing = async {
                crew.0.until(call).await;
                crew.0.until("Sailing.watch").await;
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                engine.lose_attempts("a", "killed");
            };
            let (halted, ()) = tokio::join!(cruise(&engine, &crew), losing);
            let error = halted.unwrap_err();
            let expected = format!(
                "step `Sailing.chart` failed terminally on attempt {attempt}: the engine ended the attempt: killed"
            );
            assert!(error.contains(&expected), "{error}");
        }
        let done = cruise(&engine, &crew).await.unwrap();
        assert_eq!(*done.artifacts().log(), 150_016);
    });
}

#[test]
fn members_that_are_stopped_before_they_begin_did_not_fail() {
    on_engine_that(Conduct::Slow, async |engine, crew| {
        let _served = engine.serve(staffed(&crew));
        let stopping = async {
            crew.0.until("Painting.paint").await;
            engine.runtime().cancel("a").await.unwrap();
        };
        let (halted, ()) = tokio::join!(cruise(&engine, &crew), stopping);
        let error = halted.unwrap_err();
        assert!(error.contains("was told to stop"), "{error}");
        let notes = crew.0.raw();
        assert!(!notes.iter().any(|note| note.starts_with("Sailing")), "{notes:?}");
        let history = engine.runtime().history("a").await.unwrap();
        let failed = |record: &workflow_runtime::Record| {
            matches!(record.kind, workflow_runtime::RecordKind::StepFailed { .. })
        };
        assert!(!history.records.iter().any(failed), "{:?}", history.records);
        let done = cruise(&engine, &crew).await.unwrap();
        assert_eq!(*done.artifacts().log(), 150_016);
    });
}

workflow! {
    /// What has no order of its own.
    pub workflow Pack() {
        phase Packing {
            step pack() -> bag: HashSet<u32>;
        }
        parallel phase Counting {
            step count(bag) -> count: usize;
            step sum(bag) -> sum: u32;
        }
    }
}

impl pack::Packing for Crew {
    async fn pack(&self, _: &StepContext) -> StepResult<HashSet<u32>> {
        Ok((0..50).collect())
    }
}

impl pack::Counting for Crew {
    async fn count(&self, _: &StepContext, bag: &HashSet<u32>) -> StepResult<usize> {
        Ok(bag.len())
    }
    async fn sum(&self, _: &StepContext, bag: &HashSet<u32>) -> StepResult<u32> {
        Ok(bag.iter().sum())
    }
}

#[test]
fn what_is_given_out_is_the_same_in_each_repeat_though_its_type_has_no_order() {
    on_engine_that(Conduct::CrashesAfterEachEntry, async |engine, crew| {
        let _served = engine.serve(Staffed::new::<Pack, _>(Crew::clone(&crew)));
        let done = Pack::run(&engine.runtime(), "a", &crew).await.unwrap();
        assert_eq!((*done.artifacts().count(), *done.artifacts().sum()), (50, 1225));
    });
}

workflow! {
    /// What is hard to undo.
    pub workflow Tie() {
        phase Tying {
            #[retry(attempts = 8, backoff = "1s..1000s")]
            #[undo(untie)]
            step knot();
        }
    }
}

impl tie::Tying for Crew {
    async fn knot(&self, cx: &StepContext) -> StepResult<()> {
        self.0.step(cx).await
    }
    async fn untie(&self, cx: &StepContext, _: Option<&()>) -> StepResult<()> {
        self.0.undo(cx, ()).await
    }
}

#[test]
fn an_undo_that_fails_is_tried_again_less_and_less_often() {
    on_engine(async |engine, crew| {
        let _served = engine.serve(Staffed::new::<Tie, _>(Crew::clone(&crew)));
        for attempt in ["", " a2", " a3", " a4", " a5", " a6", " a7"] {
            crew.0
                .at(&format!("undo Tying.knot{attempt}"), Act::Fail("tight"));
        }
        let done = Tie::run(&engine.runtime(), "a", &crew).await.unwrap();
        let began = tokio::time::Instant::now();
        drop(done.undo(&crew).await.unwrap());
        // Seven times the first wait if that did not grow.
        let took = began.elapsed();
        assert!(took > std::time::Duration::from_secs(15), "{took:?}");
    });
}
