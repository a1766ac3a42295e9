//! The test kit: what a rehearsal plays, what it finds, and how it says so.

#![allow(missing_docs, reason = "tests")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use workflow_runtime::prelude::*;
use workflow_runtime::testing::Rehearsal;

workflow! {
    pub workflow Bread(flour: String) {
        role Baker;
        phase Mixing {
            #[retry(attempts = 3, backoff = "1m..1h")]
            #[timeout("10m")]
            step knead(flour) -> dough: String;
            #[by(Baker)]
            manual step taste(dough) -> salt: u32;
        }
        parallel phase Baking {
            #[undo(cool)]
            step heat(dough) -> oven: u32;
            #[undo(scrape)]
            step shape(dough) -> loaf: String;
            #[rework(to = Mixing, max = 2)]
            gate ready(oven, loaf);
        }
        phase Selling {
            #[by(Baker)]
            manual gate inspect(loaf, salt);
            step sell(loaf) -> price: u32;
        }
    }
}

/// Its dough may come out another each time.
#[derive(Default)]
struct Bakery {
    fickle: bool,
    doughs: AtomicU32,
}

impl bread::Mixing for Bakery {
    async fn knead(&self, _: &StepContext, flour: &String) -> StepResult<String> {
        let dough = self.doughs.fetch_add(1, Ordering::Relaxed);
        Ok(if self.fickle {
            format!("{flour} {dough}")
        } else {
            flour.clone()
        })
    }
}

impl bread::Baking for Bakery {
    async fn heat(&self, _: &StepContext, _: &String) -> StepResult<u32> {
        tokio::time::sleep(Duration::from_secs(1800)).await;
        Ok(220)
    }
    async fn shape(&self, _: &StepContext, dough: &String) -> StepResult<String> {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok(format!("a loaf of {dough}"))
    }
    async fn ready(&self, _: &StepContext, _: &u32, _: &String) -> StepResult<Verdict> {
        Ok(Verdict::Pass)
    }
    async fn cool(&self, _: &StepContext, _: &String, _: Option<&u32>) -> StepResult<()> {
        Ok(())
    }
    async fn scrape(&self, _: &StepContext, _: &String, _: Option<&String>) -> StepResult<()> {
        Ok(())
    }
}

impl bread::Selling for Bakery {
    async fn sell(&self, _: &StepContext, loaf: &String) -> StepResult<u32> {
        Ok(u32::try_from(loaf.len())?)
    }
}

/// A rehearsal by a bakery; a macro, because the type of what drives has no name.
macro_rules! rehearsal {
    ($bakery:expr) => {{
        let bakery = Arc::new($bakery);
        Rehearsal::new(move |runtime: &Runtime, id: &str| Bread::run(runtime, id, &bakery, "rye".to_owned()))
    }};
}

/// What the closure panics with.
fn panic_of(act: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(act)).expect_err("it panics");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .expect("it panics with text")
}

#[test]
fn the_script_is_played_and_the_rest_is_done_by_the_team_in_no_time() {
    let played = rehearsal!(Bakery::default())
        .fails("Mixing.knead", "a stone")
        .panics("Mixing.knead", "out of salt")
        .hands_in_artifact("Mixing.taste", "ada", 3)
        .makes("Baking.shape", "a bun")
        .hands_in("Selling.inspect", "ada", Verdict::Pass)
        .play();
    let done = played.done();
    assert_eq!((*done.artifacts().price(), *done.artifacts().salt()), (5, 3));
    played.assert_steps([
        "Mixing.knead",
        "Mixing.taste",
        "Baking.shape",
        "Baking.heat",
        "Baking.ready",
        "Selling.inspect",
        "Selling.sell",
    ]);
    assert_eq!(played.attempts("Mixing.knead"), 3);
    assert_eq!(played.artifact("loaf"), Some(&"a bun".into()));
    // Two waits between a minute and an hour, and the oven's half hour.
    let took = played.took();
    assert!(
        took >= Duration::from_secs(32 * 60) && took < Duration::from_secs(3 * 3600),
        "{took:?}"
    );
}

#[test]
fn a_rejection_sends_back_and_what_was_said_of_the_same_stands() {
    let played = rehearsal!(Bakery::default())
        .says("Baking.ready", Verdict::reject("pale"))
        .hands_in_artifact("Mixing.taste", "ada", 3)
        .hands_in_artifact("Mixing.taste", "ada", 3)
        .hands_in("Selling.inspect", "ada", Verdict::reject("burnt"))
        .play();
    let cause = played.halted();
    assert!(
        cause.is_rejected() && cause.to_string().contains("burnt"),
        "{cause}"
    );
    played.assert_order([
        "Baking.ready",
        "Mixing.knead",
        "Mixing.taste",
        "Baking.ready",
        "Selling.inspect",
    ]);
    assert_eq!(played.attempts("Mixing.knead"), 2);
}

#[test]
fn a_failed_run_is_taken_up_as_often_as_asked() {
    let failing = || {
        rehearsal!(Bakery::default())
            .fails_terminally("Mixing.knead", "no flour")
            .fails_terminally("Mixing.knead", "no water")
    };
    let played = failing().taken_up(1).play();
    assert!(played.halted().to_string().contains("no water"), "{played:?}");
    let played = failing().taken_up(2).play();
    assert!(played.halted().is_waiting(), "{played:?}");
    assert_eq!(played.attempts("Mixing.knead"), 3);
}

#[test]
fn a_time_limit_ends_what_takes_longer_by_the_virtual_clock() {
    let played = rehearsal!(Bakery::default())
        .takes("Mixing.knead", Duration::from_secs(601))
        .takes("Mixing.knead", Duration::from_secs(599))
        .play();
    assert!(played.halted().is_waiting(), "{played:?}");
    let failed = played
        .events()
        .iter()
        .filter(|event| event.contains("time limit"))
        .count();
    assert_eq!((played.attempts("Mixing.knead"), failed), (2, 1), "{played:?}");
}

#[test]
fn nobody_without_the_role_hands_in() {
    let error = panic_of(|| {
        let rehearsal = rehearsal!(Bakery::default())
            .with_roster("roles.Baker = ['ada']".parse().unwrap())
            .hands_in_artifact("Mixing.taste", "linus", 3);
        drop(rehearsal.play());
    });
    assert!(
        error.contains("it takes the role `Baker`, which is held by `ada`"),
        "{error}"
    );
}

#[test]
fn a_run_that_stands_every_crash_is_told_how_many() {
    let crashes = rehearsal!(Bakery::default())
        .fails("Mixing.knead", "a stone")
        .says("Baking.ready", Verdict::reject("pale"))
        .hands_in_artifact("Mixing.taste", "ada", 3)
        .hands_in_artifact("Mixing.taste", "ada", 4)
        .hands_in("Selling.inspect", "ada", Verdict::Pass)
        .survives_crashes();
    // Three attempts at kneading, two of each member of the phase after it, one of selling; all but the failed attempt
    // are recorded.
    assert_eq!(crashes, (3 + 2 * 3 + 1) + (2 + 2 * 3 + 1));
}

/// Drives a run to its end and then takes it back, whatever it comes upon.
async fn there_and_back(
    runtime: Runtime,
    id: String,
    team: Arc<Bakery>,
) -> Result<bread::Undone, Halted<bread::Undo>> {
    loop {
        let halted = match Bread::run(&runtime, &id, &team, "rye".to_owned()).await {
            Ok(done) => return done.undo(&team).await,
            Err(halted) => halted,
        };
        if halted.cause.journal().is_some_and(RuntimeError::is_undone) {
            let undo = bread::Undo::resume(&runtime, &id)
                .await
                .expect("it is being undone");
            return undo.undo(&team).await;
        }
        let waits = halted.cause.steps().concat();
        drop(halted);
        let ada = Actor::new("ada");
        let handed_in = match waits.as_str() {
            "Mixing.taste" => bread::hand_in::taste(&runtime, &id, ada, 3).await,
            _ => bread::hand_in::inspect(&runtime, &id, ada, Verdict::Pass).await,
        };
        handed_in.expect("it waits");
    }
}

#[test]
fn a_run_is_taken_back_and_a_failed_undo_halts() {
    let bakery = Arc::new(Bakery::default());
    let played = Rehearsal::new(|runtime, id| there_and_back(runtime.clone(), id.to_owned(), bakery.clone()))
        .undo_fails("Baking.shape", "it sticks")
        .play();
    assert!(
        played.halted().is_failed() && played.undone() == ["Baking.heat"],
        "{played:?}"
    );
}

#[test]
fn a_run_that_crashes_while_it_is_taken_back_is_taken_back() {
    let bakery = Arc::new(Bakery::default());
    let rehearsal =
        Rehearsal::new(|runtime, id| there_and_back(runtime.clone(), id.to_owned(), bakery.clone()));
    let played = rehearsal.play();
    assert_eq!(played.undone(), ["Baking.heat", "Baking.shape"], "last to first");
    assert_eq!(
        rehearsal.survives_crashes(),
        2 * (5 + 2),
        "of five steps and two that are undone"
    );
}

#[test]
fn a_run_that_comes_to_something_else_after_a_crash_is_found() {
    let error = panic_of(|| {
        let fickle = Bakery {
            fickle: true,
            ..Bakery::default()
        };
        rehearsal!(fickle).survives_crashes();
    });
    assert!(error.contains("the run has other artifacts"), "{error}");
    assert!(error.contains("after a crash at moment 1 of 2"), "{error}");
}

#[test]
fn what_is_scripted_in_vain_is_told() {
    let failure = rehearsal!(Bakery::default()).fails("Selling.sell", "no money");
    let hand_in = rehearsal!(Bakery::default()).hands_in("Selling.inspect", "ada", Verdict::Pass);
    for (error, told) in [
        (panic_of(|| drop(failure.play())), "`Selling.sell` (a failure)"),
        (panic_of(|| drop(hand_in.play())), "`Selling.inspect` (a hand-in)"),
    ] {
        assert!(
            error.contains("did not come to what is scripted") && error.contains(told),
            "{error}"
        );
        assert!(error.contains("waits for `Mixing.taste`"), "{error}");
    }
}

#[test]
fn an_order_that_was_not_kept_is_told_by_its_first_step() {
    let played = rehearsal!(Bakery::default())
        .hands_in_artifact("Mixing.taste", "ada", 3)
        .play();
    for (order, told) in [
        (
            vec!["Baking.heat", "Mixing.knead"],
            "`Mixing.knead` does not come after `Baking.heat`",
        ),
        (vec!["Selling.sell"], "`Selling.sell` never came to anything"),
    ] {
        let error = panic_of(|| played.assert_order(order));
        assert!(
            error.contains(told) && error.contains("Mixing.taste is handed in by ada"),
            "{error}"
        );
    }
    let error = panic_of(|| {
        played.done();
    });
    assert!(error.contains("waits for `Selling.inspect`"), "{error}");
}

#[test]
fn what_the_script_makes_must_be_of_the_type() {
    let played = rehearsal!(Bakery::default()).makes("Mixing.knead", 7).play();
    let cause = played.halted().to_string();
    assert!(cause.contains("makes something that is no `String`"), "{cause}");
}

#[test]
fn a_rehearsal_on_a_runtime_says_what_to_do() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let error = panic_of(|| runtime.block_on(async { drop(rehearsal!(Bakery::default()).play()) }));
    assert!(error.contains("call it from a plain `#[test]`"), "{error}");
}

#[test]
fn a_name_that_the_plan_does_not_have_is_told_with_what_was_meant() {
    let error = panic_of(|| {
        drop(
            rehearsal!(Bakery::default())
                .fails("Mixing.kneed", "a stone")
                .play(),
        )
    });
    assert!(
        error.contains("`Mixing.kneed` (a failure): the plan has no such step; did you mean `Mixing.knead`?"),
        "{error}"
    );
}

#[test]
fn a_step_says_nothing_and_a_gate_makes_nothing() {
    let says = rehearsal!(Bakery::default())
        .says("Mixing.knead", Verdict::Pass)
        .play();
    let told = says.halted().to_string();
    assert!(
        told.contains("`Mixing.knead` is a step, and says nothing"),
        "{told}"
    );
    let makes = rehearsal!(Bakery::default())
        .hands_in_artifact("Mixing.taste", "ada", 3)
        .makes("Baking.ready", 7)
        .play();
    let told = makes.halted().to_string();
    assert!(
        told.contains("`Baking.ready` is a gate, and makes nothing"),
        "{told}"
    );
}
