//! Taking a run back when that fails, is interrupted, or is not what was asked for.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use loan::{Position, Undo, hand_in};
use tests::place::Place;
use tests::script::{Act, Script};
use tests::soon::soon;
use tokio::time::Instant;
use workflow_runtime::Standing;
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Loan(amount: u32) {
        phase Asking {
            #[undo(withdraw)]
            step ask(amount) -> asked: u32;
        }
        phase Signing {
            #[undo(tear)]
            #[retry(attempts = 3, backoff = "10s")]
            #[timeout("5s")]
            step sign(asked) -> signed: u32;
        }
        phase Paying {
            #[undo(repay)]
            step pay(signed) -> paid: u32;
            manual gate confirm(paid);
        }
    }
}

struct Bank(Script);

impl loan::Asking for Bank {
    async fn ask(&self, cx: &StepContext, amount: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(*amount)
    }
    async fn withdraw(&self, cx: &StepContext, amount: &u32, asked: Option<&u32>) -> StepResult<()> {
        self.0.undo(cx, (amount, asked)).await
    }
}

impl loan::Signing for Bank {
    async fn sign(&self, cx: &StepContext, asked: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(asked + 1)
    }
    async fn tear(&self, cx: &StepContext, asked: &u32, signed: Option<&u32>) -> StepResult<()> {
        self.0.undo(cx, (asked, signed)).await
    }
}

impl loan::Paying for Bank {
    async fn pay(&self, cx: &StepContext, signed: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(signed + 1)
    }
    async fn repay(&self, cx: &StepContext, signed: &u32, paid: Option<&u32>) -> StepResult<()> {
        self.0.undo(cx, (signed, paid)).await
    }
}

fn bank() -> (Script, Arc<Bank>) {
    let script = Script::default();
    (script.clone(), Arc::new(Bank(script)))
}

/// All is done but what is waited for.
async fn paid(runtime: &Runtime, bank: &Arc<Bank>) -> Position {
    let halted = soon(Loan::run(runtime, "l", bank, 1)).await.unwrap_err();
    assert!(halted.is_waiting(), "{halted}");
    bank.0.notes();
    halted.run
}

/// The same, and undoing `sign` failed.
async fn half_undone(runtime: &Runtime, bank: &Arc<Bank>) -> workflow_runtime::Halted<Undo> {
    let run = paid(runtime, bank).await;
    bank.0.then("undo Signing.sign", Act::Terminal("in the safe"));
    let halted = soon(run.undo(bank)).await.unwrap_err();
    bank.0.notes();
    halted
}

async fn standing(runtime: &Runtime) -> Standing {
    runtime.runs().await.unwrap()[0].standing
}

#[tokio::test(start_paused = true)]
async fn undoing_is_tried_again_after_a_wait_and_limited_in_time_as_the_step_is() {
    for place in Place::both() {
        let (script, bank) = bank();
        let run = paid(place.runtime(), &bank).await;
        script
            .then("undo Signing.sign", Act::Hang)
            .then("undo Signing.sign", Act::Fail("jammed"));
        let began = Instant::now();
        let _undone = soon(run.undo(&bank)).await.unwrap();
        assert!(
            began.elapsed() >= Duration::from_secs(25),
            "five until the limit and twice ten in between: {:?}",
            began.elapsed()
        );
        let expected = [
            "undo Paying.pay (2, Some(3))",
            "undo Signing.sign (1, Some(2))",
            "undo Signing.sign a2 (1, Some(2))",
            "undo Signing.sign a3 (1, Some(2))",
            "undo Asking.ask (1, Some(1))",
        ];
        assert_eq!(script.notes(), expected);
        if place.is_file() {
            let failed = &place.lines("l")[10]["undo_failed"];
            let error = "took longer than its time limit of 5s";
            let line = serde_json::json!({
                "step": "Signing.sign", "round": 0, "attempt": 1, "error": error, "terminal": false, "halts": false,
            });
            assert_eq!(*failed, line);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_undo_halts_with_what_is_left_and_its_value_goes_on_with_that() {
    let cases = [
        (Act::Fail("jammed"), "failed on attempt 3: jammed", 4),
        (Act::Panic("jammed"), "failed on attempt 3: panicked: jammed", 4),
        (
            Act::Terminal("jammed"),
            "failed terminally on attempt 1: jammed",
            2,
        ),
    ];
    for (act, told, next) in cases {
        for place in Place::both() {
            let (script, bank) = bank();
            let run = paid(place.runtime(), &bank).await;
            for _ in 1..next {
                script.then("undo Signing.sign", act.clone());
            }
            let halted = soon(run.undo(&bank)).await.unwrap_err();
            assert!(halted.is_failed() && !halted.is_cancelled() && !halted.is_journal());
            assert_eq!(halted.cause.steps(), ["Signing.sign", "Asking.ask"], "{told}");
            assert_eq!(
                halted.to_string(),
                format!(
                    "run `l` of `Loan`: undoing `Signing.sign` {told}; \
                     `Signing.sign` and `Asking.ask` left to be undone, call `undo` again to go on"
                )
            );
            assert_eq!(format!("{:?}", halted.run), r#"Loan("l", being undone)"#);
            let run = &place.runtime().runs().await.unwrap()[0];
            assert_eq!(
                (run.standing, run.position.as_str()),
                (Standing::Undoing, "Signing.sign")
            );
            script.notes();
            let undone = soon(halted.run.undo(&bank)).await.unwrap();
            let expected = [
                format!("undo Signing.sign a{next} (1, Some(2))"),
                "undo Asking.ask (1, Some(1))".to_owned(),
            ];
            assert_eq!(script.notes(), expected);
            assert_eq!(undone.id(), "l");
            assert_eq!(standing(place.runtime()).await, Standing::Undone);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_at_undoing_count_over_restarts_and_begin_anew_when_it_is_called_again() {
    for place in Place::both() {
        let (script, bank) = bank();
        let run = paid(place.runtime(), &bank).await;
        for act in [Act::Fail("one"), Act::Fail("two")] {
            script.then("undo Signing.sign", act);
        }
        // Dropped while it waits to be tried for the third time.
        let waits = Script::default();
        let heard = waits.clone();
        drop(run);
        let watched = place.runtime().clone().with_observer(heard.observer());
        let run = soon(Loan::resume(&watched, "l")).await.unwrap();
        let two_failed = async {
            let mut failed = 0;
            while failed < 2 {
                failed += waits
                    .notes()
                    .iter()
                    .filter(|note| note.contains("undo failed"))
                    .count();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::select! {
            biased;
            undone = run.undo(&bank) => panic!("{undone:?}"),
            () = two_failed => {}
        }
        drop(watched);
        let place = place.reopened();
        script.notes();
        script
            .then("undo Signing.sign", Act::Fail("three"))
            .then("undo Signing.sign", Act::Fail("four"));
        let left = soon(Undo::resume(place.runtime(), "l")).await.unwrap();
        assert_eq!(
            (left.id(), format!("{left:?}").as_str()),
            ("l", r#"Loan("l", being undone)"#)
        );
        let halted = soon(left.undo(&bank)).await.unwrap_err();
        let text = halted.to_string();
        // On file the line of the second failure may not have been written yet.
        assert!(
            text.contains("attempt 3: three") || text.contains("attempt 3: four"),
            "{text}"
        );
        drop(halted);
        script.notes();
        let place = place.reopened();
        script.then("undo Signing.sign", Act::Fail("five"));
        let left = soon(Undo::resume(place.runtime(), "l")).await.unwrap();
        drop(soon(left.undo(&bank)).await);
        let notes = script.notes();
        assert!(
            notes[0].starts_with("undo Signing.sign a4"),
            "three more are allowed: {notes:?}"
        );
        assert!(notes[1].starts_with("undo Signing.sign a5"), "{notes:?}");
    }
}

#[tokio::test]
async fn taking_back_goes_on_where_it_was_interrupted_and_undoes_nothing_twice_that_was_undone() {
    let undos = ["Paying.pay", "Signing.sign", "Asking.ask"];
    for (at, stop) in undos.into_iter().enumerate() {
        for place in Place::both() {
            let (script, bank) = bank();
            let run = paid(place.runtime(), &bank).await;
            script.then(&format!("undo {stop}"), Act::Hang);
            tokio::select! {
                biased;
                undone = run.undo(&bank) => panic!("{undone:?}"),
                () = script.stuck() => {}
            }
            assert_eq!(script.notes().len(), at + 1);
            let place = place.reopened();
            assert_eq!(standing(place.runtime()).await, Standing::Undoing);
            let refused = soon(Loan::resume(place.runtime(), "l")).await.unwrap_err();
            assert!(refused.is_undone(), "{refused}");
            let left = soon(Undo::resume(place.runtime(), "l")).await.unwrap();
            let _undone = soon(left.undo(&bank)).await.unwrap();
            let notes = script.notes();
            let steps: Vec<_> = notes.iter().filter_map(|note| note.split(' ').nth(1)).collect();
            assert_eq!(steps, undos[at..], "{stop}");
            if place.is_file() {
                let journal = place.journal("l");
                let undone: Vec<_> = journal.iter().filter(|line| line.contains("undo")).collect();
                let expected = [
                    "undo_begun",
                    "step_undone",
                    "step_undone",
                    "step_undone",
                    "undone",
                ];
                let kinds: Vec<_> = undone.iter().filter_map(|line| line.split(' ').next()).collect();
                assert_eq!(kinds, expected, "{stop}");
                place.runtime().verify("l").await.unwrap();
            }
        }
    }
}

fn ada() -> Actor {
    Actor::new("ada")
}

#[tokio::test]
async fn a_run_that_is_being_undone_can_go_no_other_way() {
    for place in Place::both() {
        let (script, bank) = bank();
        drop(half_undone(place.runtime(), &bank).await);
        let place = place.reopened();
        let runtime = place.runtime();
        let lines = |place: &Place| {
            if place.is_file() {
                place.lines("l")
            } else {
                Vec::new()
            }
        };
        let before = lines(&place);
        for refused in [
            soon(Loan::resume(runtime, "l")).await.unwrap_err(),
            soon(Loan::run(runtime, "l", &bank, 1))
                .await
                .unwrap_err()
                .cause
                .journal()
                .unwrap()
                .clone(),
            hand_in::confirm(runtime, "l", ada(), Verdict::Pass)
                .await
                .unwrap_err(),
            hand_in::confirm(runtime, "l", ada(), Verdict::reject("no"))
                .await
                .unwrap_err(),
            runtime
                .hand_in("l", "Paying.confirm", ada(), Verdict::Pass)
                .await
                .unwrap_err(),
        ] {
            assert!(refused.is_undone() && !refused.is_held(), "{refused:?}");
            let text = refused.to_string();
            assert!(
                text.contains("run `l`") && text.contains("being undone"),
                "{text}"
            );
        }
        let text = soon(Loan::resume(runtime, "l")).await.unwrap_err().to_string();
        assert_eq!(
            text,
            "run `l` is being undone; take it up with `Undo::resume` to go on"
        );
        let taken = soon(Loan::start(runtime, "l", 1)).await.unwrap_err();
        assert!(taken.cause.journal().unwrap().is_taken(), "{taken}");
        assert_eq!(lines(&place), before, "nothing was touched");
        assert_eq!(standing(runtime).await, Standing::Undoing);
        assert_eq!(script.notes(), [""; 0]);
        // It may be told to stop, which changes nothing of that.
        runtime.cancel("l").await.unwrap();
        assert_eq!(standing(runtime).await, Standing::Undoing);
        let left = soon(Undo::resume(runtime, "l")).await.unwrap();
        let _undone = soon(left.undo(&bank)).await.unwrap();
    }
}

#[tokio::test]
async fn a_run_that_was_undone_stays_so() {
    for place in Place::both() {
        let (script, bank) = bank();
        let run = paid(place.runtime(), &bank).await;
        drop(soon(run.undo(&bank)).await.unwrap());
        script.notes();
        let place = place.reopened();
        let runtime = place.runtime();
        let lines = |place: &Place| {
            if place.is_file() {
                place.lines("l")
            } else {
                Vec::new()
            }
        };
        let before = lines(&place);
        for refused in [
            soon(Loan::resume(runtime, "l")).await.unwrap_err(),
            soon(Loan::run(runtime, "l", &bank, 1))
                .await
                .unwrap_err()
                .cause
                .journal()
                .unwrap()
                .clone(),
            soon(Undo::resume(runtime, "l")).await.unwrap_err(),
            hand_in::confirm(runtime, "l", ada(), Verdict::Pass)
                .await
                .unwrap_err(),
            runtime
                .hand_in("l", "Paying.confirm", ada(), Verdict::Pass)
                .await
                .unwrap_err(),
        ] {
            assert!(refused.is_undone(), "{refused:?}");
            let text = refused.to_string();
            assert!(text.contains("run `l`") && text.contains("was undone"), "{text}");
        }
        let over = runtime.cancel("l").await.unwrap_err();
        assert!(
            over.is_over() && over.to_string().contains("was undone"),
            "{over:?}"
        );
        let taken = soon(Loan::start(runtime, "l", 1)).await.unwrap_err();
        assert!(taken.cause.journal().unwrap().is_taken(), "{taken}");
        assert_eq!(lines(&place), before, "nothing was touched");
        assert_eq!(standing(runtime).await, Standing::Undone);
        assert!(standing(runtime).await.is_over());
        assert_eq!(script.notes(), [""; 0]);
    }
}

workflow! {
    pub workflow Gift() {
        phase Giving { step give() -> given: u32 { Ok(1) } }
    }
}
impl gift::Giving for Bank {}

#[tokio::test]
async fn only_a_run_that_is_being_undone_is_taken_up_to_be_undone() {
    for place in Place::both() {
        let (_, bank) = bank();
        let runtime = place.runtime();
        let unknown = soon(Undo::resume(runtime, "l")).await.unwrap_err();
        assert!(unknown.is_not_found(), "{unknown:?}");
        drop(paid(runtime, &bank).await);
        let not = soon(Undo::resume(runtime, "l")).await.unwrap_err();
        assert!(not.is_refused() && !not.is_undone(), "{not:?}");
        assert_eq!(
            not.to_string(),
            "run `l` is not being undone; take it up with `resume`, and call `undo` on it"
        );
        let other = soon(gift::Undo::resume(runtime, "l")).await.unwrap_err();
        assert!(other.is_other_workflow(), "{other:?}");
        // It let go of the run.
        let run = soon(Loan::resume(runtime, "l")).await.unwrap();
        bank.0.then("undo Paying.pay", Act::Fail("no money"));
        let halted = soon(run.undo(&bank)).await.unwrap_err();
        let held = soon(Undo::resume(runtime, "l")).await.unwrap_err();
        assert!(held.is_held(), "{held:?}");

        // A driver whose hold was broken undoes nothing any more that counts.
        runtime.break_hold("l").await.unwrap();
        let left = soon(Undo::resume(runtime, "l")).await.unwrap();
        let fenced = soon(halted.run.undo(&bank)).await.unwrap_err();
        assert!(
            fenced.cause.journal().is_some_and(RuntimeError::is_fenced),
            "{fenced}"
        );
        let fenced = soon(fenced.run.undo(&bank)).await.unwrap_err();
        assert!(
            fenced.cause.journal().is_some_and(RuntimeError::is_fenced),
            "{fenced}"
        );
        let _undone = soon(left.undo(&bank)).await.unwrap();
    }
}

#[tokio::test]
async fn a_run_that_was_refused_undoes_nothing() {
    for place in Place::both() {
        let (script, bank) = bank();
        drop(paid(place.runtime(), &bank).await);
        let other = soon(Loan::run(place.runtime(), "l", &bank, 2)).await.unwrap_err();
        let halted = soon(other.run.undo(&bank)).await.unwrap_err();
        assert!(halted.cause.journal().unwrap().is_other_inputs(), "{halted}");
        assert_eq!(script.notes(), [""; 0]);
        assert_eq!(standing(place.runtime()).await, Standing::Waiting);
    }
}

/// Two builds of a program, of which the second plans one step more.
mod older {
    use super::*;
    workflow! {
        pub workflow Removal() {
            phase Loading { #[undo(unload)] step load() -> load: u32 { Ok(1) } }
        }
    }
    impl removal::Loading for Bank {
        async fn unload(&self, cx: &StepContext, load: Option<&u32>) -> StepResult<()> {
            self.0.undo(cx, load).await
        }
    }
}

mod newer {
    use super::*;
    workflow! {
        pub workflow Removal() {
            phase Loading { #[undo(unload)] step load() -> load: u32 { Ok(1) } }
            phase Driving { step drive(load) -> km: u32 { Ok(*load) } }
        }
    }
    impl removal::Loading for Bank {
        async fn unload(&self, cx: &StepContext, load: Option<&u32>) -> StepResult<()> {
            self.0.undo(cx, load).await
        }
    }
    impl removal::Driving for Bank {}
}

#[tokio::test]
async fn a_newer_plan_goes_on_undoing_and_leaves_what_was_undone_alone() {
    let place = Place::file();
    let (script, bank) = bank();
    let runtime = place.runtime();
    script.then("undo Loading.load", Act::Terminal("too heavy"));
    let done = soon(older::Removal::run(runtime, "m", &bank)).await.unwrap();
    drop(soon(done.undo(&bank)).await.unwrap_err());

    let before = place.lines("m");
    let refused = soon(newer::Removal::resume(runtime, "m")).await.unwrap_err();
    assert!(refused.is_undone(), "{refused:?}");
    assert_eq!(place.lines("m"), before, "what is refused touches nothing");

    let left = soon(newer::removal::Undo::resume(runtime, "m")).await.unwrap();
    assert_eq!(standing(runtime).await, Standing::Undoing);
    drop(soon(left.undo(&bank)).await.unwrap());
    let expected = ["undo Loading.load Some(1)", "undo Loading.load a2 Some(1)"];
    assert_eq!(script.notes(), expected);

    let before = place.lines("m");
    let undone = soon(older::Removal::resume(runtime, "m")).await.unwrap_err();
    assert!(undone.is_undone(), "{undone:?}");
    assert_eq!(place.lines("m"), before, "what is refused touches nothing");
    assert_eq!(standing(runtime).await, Standing::Undone);
}

mod before {
    use super::*;
    workflow! {
        pub workflow Camp() {
            phase Evening {
                #[undo(put_out)]
                step light() -> fire: u32;
                manual gate warm(fire);
            }
        }
    }
    pub(super) struct Campers;
    impl camp::Evening for Campers {
        async fn light(&self, _: &StepContext) -> StepResult<u32> {
            Ok(1)
        }
        async fn put_out(&self, _: &StepContext, _: Option<&u32>) -> StepResult<()> {
            Ok(())
        }
    }
}

mod without_undo {
    use super::*;
    workflow! {
        pub workflow Camp() {
            phase Evening {
                step light() -> fire: u32 { Ok(1) }
                manual gate warm(fire);
            }
        }
    }
    pub(super) struct Campers;
    impl camp::Evening for Campers {}
}

#[tokio::test]
async fn a_build_that_has_lost_an_undo_method_does_not_claim_to_undo() {
    let place = Place::file();
    let halted = before::Camp::run(place.runtime(), "c", &Arc::new(before::Campers)).await;
    drop(halted.unwrap_err());
    let position = without_undo::Camp::resume(place.runtime(), "c").await.unwrap();
    let lines = place.lines("c");
    let halted = position.undo(&Arc::new(without_undo::Campers)).await.unwrap_err();
    assert!(
        halted.cause.journal().is_some_and(RuntimeError::is_plan_changed),
        "{halted}"
    );
    assert!(
        halted
            .to_string()
            .contains("`Evening.light` was done with an undo method"),
        "{halted}"
    );
    assert_eq!(place.lines("c"), lines, "it is not being undone");
    drop(halted);
    // The build that did it can.
    let position = before::Camp::resume(place.runtime(), "c").await.unwrap();
    drop(position.undo(&Arc::new(before::Campers)).await.unwrap());
}
