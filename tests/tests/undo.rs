//! Taking a run back: what is undone, in which order, and with what.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use tests::place::Place;
use tests::script::{Act, Script};
use tests::soon::soon;
use trip::Position;
use workflow_runtime::prelude::*;
use workflow_runtime::{RunEvent, RunEventKind, Standing};

workflow! {
    pub workflow Trip(seats: u32) {
        phase Booking {
            #[undo(unbook)]
            step book(seats) -> ticket: String;
            step insure(ticket) -> policy: u32;
            #[undo(unpay)]
            step pay(ticket);
        }
        optional(ticket) phase Extras {
            #[undo(unhire)]
            step hire(ticket) -> car: String;
        }
        parallel phase Packing {
            #[undo(unpack)]
            step pack(policy) -> bags: u32;
            #[undo(unprint)]
            step print(ticket, car) -> papers: String;
        }
        phase Leaving {
            #[undo(relabel)]
            step label(ticket, bags) -> ticket;
            #[rework(to = Packing, max = 2)]
            gate ready(ticket, papers);
        }
        phase Abroad {
            step travel(ticket) -> km: u32;
            #[undo(apologize)]
            step write(km) -> card: String;
        }
    }
}

struct Travellers(Script);

impl trip::Booking for Travellers {
    async fn book(&self, cx: &StepContext, seats: &u32) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{seats} seats"))
    }
    async fn unbook(&self, cx: &StepContext, seats: &u32, ticket: Option<&String>) -> StepResult<()> {
        self.0.undo(cx, (seats, ticket)).await
    }
    async fn insure(&self, cx: &StepContext, _: &String) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(7)
    }
    async fn pay(&self, cx: &StepContext, _: &String) -> StepResult<()> {
        self.0.step(cx).await
    }
    async fn unpay(&self, cx: &StepContext, ticket: &String, paid: Option<&()>) -> StepResult<()> {
        self.0.undo(cx, (ticket, paid)).await
    }
}

impl trip::Extras for Travellers {
    async fn hire(&self, cx: &StepContext, _: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok("a car".to_owned())
    }
    async fn waive(&self, _: &StepContext, _: &String) -> StepResult<Option<Waiver>> {
        self.0.waive("Extras.waive").await
    }
    async fn unhire(&self, cx: &StepContext, ticket: &String, car: Option<&String>) -> StepResult<()> {
        self.0.undo(cx, (ticket, car)).await
    }
}

impl trip::Packing for Travellers {
    async fn pack(&self, cx: &StepContext, policy: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(policy + cx.round())
    }
    async fn unpack(&self, cx: &StepContext, policy: &u32, bags: Option<&u32>) -> StepResult<()> {
        self.0.undo(cx, (policy, bags)).await
    }
    async fn print(&self, cx: &StepContext, ticket: &String, car: Option<&String>) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{ticket}, {}", car.map_or("no car", String::as_str)))
    }
    async fn unprint(
        &self,
        cx: &StepContext,
        ticket: &String,
        car: Option<&String>,
        papers: Option<&String>,
    ) -> StepResult<()> {
        self.0.undo(cx, (ticket, car, papers)).await
    }
}

impl trip::Leaving for Travellers {
    async fn label(&self, cx: &StepContext, ticket: &String, bags: &u32) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{ticket} and {bags} bags"))
    }
    async fn relabel(
        &self,
        cx: &StepContext,
        ticket: &String,
        bags: &u32,
        labelled: Option<&String>,
    ) -> StepResult<()> {
        self.0.undo(cx, (ticket, bags, labelled)).await
    }
    async fn ready(&self, cx: &StepContext, _: &String, _: &String) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

impl trip::Abroad for Travellers {
    async fn travel(&self, cx: &StepContext, _: &String) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(900)
    }
    async fn write(&self, cx: &StepContext, _: &u32) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok("greetings".to_owned())
    }
    async fn apologize(&self, cx: &StepContext, km: &u32, card: Option<&String>) -> StepResult<()> {
        self.0.undo(cx, (km, card)).await
    }
}

fn team() -> (Script, Arc<Travellers>) {
    let script = Script::default();
    (script.clone(), Arc::new(Travellers(script)))
}

async fn go(runtime: &Runtime, team: &Arc<Travellers>) -> Result<Trip<trip::Done>, trip::Halted> {
    soon(Trip::run(runtime, "t", team, 2)).await
}

async fn standing(runtime: &Runtime) -> Standing {
    runtime.runs().await.unwrap()[0].standing
}

/// `print` ends only once the journal has what `pack` came to, so that the order of the two is known.
fn one_after_the_other(place: &Place, script: &Script, first: &'static str, then: &'static str) -> Runtime {
    script.then(then, Act::Behind("first"));
    let script = script.clone();
    place
        .runtime()
        .clone()
        .with_observer(move |event: &RunEvent<'_>| {
            if let RunEventKind::StepDone { step, .. } | RunEventKind::StepFailed { step, .. } = event.kind
                && step == first
            {
                script.open("first");
            }
        })
}

#[tokio::test]
async fn a_failed_step_is_undone_first_and_made_nothing_then_the_rest_last_to_first() {
    for place in Place::both() {
        let (script, team) = team();
        script.then("Abroad.write", Act::Fail("no stamp"));
        let runtime = one_after_the_other(&place, &script, "Packing.pack", "Packing.print");
        let halted = go(&runtime, &team).await.unwrap_err();
        assert!(halted.is_failed(), "{halted}");
        script.notes();
        let undone = soon(halted.run.undo(&team)).await.unwrap();
        let expected = [
            "undo Abroad.write (900, None)",
            r#"undo Leaving.label ("2 seats", 7, Some("2 seats and 7 bags"))"#,
            r#"undo Packing.print ("2 seats", Some("a car"), Some("2 seats, a car"))"#,
            "undo Packing.pack (7, Some(7))",
            r#"undo Extras.hire ("2 seats", Some("a car"))"#,
            r#"undo Booking.pay ("2 seats", Some(()))"#,
            r#"undo Booking.book (2, Some("2 seats"))"#,
        ];
        assert_eq!(script.notes(), expected);
        assert_eq!((undone.id(), standing(&runtime).await), ("t", Standing::Undone));
        assert_eq!(format!("{undone:?}"), r#"Trip("t", undone)"#);
    }
}

#[tokio::test]
async fn what_failed_is_undone_first_also_when_another_step_ended_after_it() {
    for place in Place::both() {
        let (script, team) = team();
        script.then("Packing.pack", Act::Fail("no bag"));
        let runtime = one_after_the_other(&place, &script, "Packing.pack", "Packing.print");
        let halted = go(&runtime, &team).await.unwrap_err();
        script.notes();
        let _undone = soon(halted.run.undo(&team)).await.unwrap();
        let undone = script.notes();
        assert_eq!(undone[0], "undo Packing.pack (7, None)");
        assert!(undone[1].starts_with("undo Packing.print"), "{undone:?}");
    }
}

#[tokio::test]
async fn parallel_steps_are_undone_in_the_reverse_of_the_order_in_which_they_ended() {
    for [first, then] in [["pack", "print"], ["print", "pack"]] {
        for place in Place::both() {
            let path = |step: &str| -> &'static str {
                if step == "pack" {
                    "Packing.pack"
                } else {
                    "Packing.print"
                }
            };
            let (script, team) = team();
            let runtime = one_after_the_other(&place, &script, path(first), path(then));
            let done = go(&runtime, &team).await.unwrap();
            script.notes();
            let _undone = soon(done.undo(&team)).await.unwrap();
            let undone = script.notes();
            let at = |step: &str| undone.iter().position(|note| note.contains(path(step)));
            assert!(at(then) < at(first), "{first} first: {undone:?}");
        }
    }
}

#[tokio::test]
async fn every_execution_of_a_rework_is_undone_with_what_it_took_and_made_and_none_before_that() {
    for place in Place::both() {
        let (script, team) = team();
        script
            .then("Leaving.ready", Act::Reject("a sock is missing"))
            .then("Extras.waive", Act::Waive("we walk"));
        let runtime = one_after_the_other(&place, &script, "Packing.pack", "Packing.print");
        let halted = {
            script.then("Leaving.ready", Act::Terminal("closed"));
            go(&runtime, &team).await.unwrap_err()
        };
        let before = script.notes();
        assert!(
            before.contains(&"Packing.pack r1".to_owned())
                && !before.iter().any(|note| note.contains("undo")),
            "nothing is taken back unless it is asked for: {before:?}"
        );
        let Position::AfterPacking(run) = halted.run else {
            panic!("`ready` failed");
        };
        let _undone = soon(run.undo(&team)).await.unwrap();
        let mut undone = script.notes();
        // In the second round nothing orders these two.
        undone[1..3].sort();
        let expected = [
            r#"undo Leaving.label r1 ("2 seats", 8, Some("2 seats and 8 bags"))"#,
            "undo Packing.pack r1 (7, Some(8))",
            r#"undo Packing.print r1 ("2 seats", None, Some("2 seats, no car"))"#,
            r#"undo Leaving.label ("2 seats", 7, Some("2 seats and 7 bags"))"#,
            r#"undo Packing.print ("2 seats", None, Some("2 seats, no car"))"#,
            "undo Packing.pack (7, Some(7))",
            r#"undo Booking.pay ("2 seats", Some(()))"#,
            r#"undo Booking.book (2, Some("2 seats"))"#,
        ];
        assert_eq!(undone, expected);
    }
}

#[tokio::test]
async fn a_run_is_taken_back_from_wherever_it_stands() {
    // After so many phases, by what is undone.
    for (phases, expected) in [(0, 0), (1, 2), (2, 3), (3, 5), (4, 6), (5, 7)] {
        for place in Place::both() {
            let (script, team) = team();
            let mut position = Position::Start(soon(Trip::start(place.runtime(), "t", 2)).await.unwrap());
            for _ in 0..phases {
                position = soon(async {
                    match position {
                        Position::Start(run) => Position::AfterBooking(run.booking(&team).await.unwrap()),
                        Position::AfterBooking(run) => {
                            Position::AfterExtras(run.extras(&team).await.unwrap())
                        }
                        Position::AfterExtras(run) => {
                            Position::AfterPacking(run.packing(&team).await.unwrap())
                        }
                        Position::AfterPacking(run) => match run.leaving(&team).await.unwrap() {
                            trip::LeavingOutcome::Passed(run) => Position::AfterLeaving(run),
                            other => panic!("{other:?}"),
                        },
                        Position::AfterLeaving(run) => Position::Done(run.abroad(&team).await.unwrap()),
                        Position::Done(_) => panic!("five phases are all"),
                    }
                })
                .await;
            }
            script.notes();
            // The typed run and the position do the same.
            let undone = soon(match position {
                Position::Start(run) => run.undo(&team),
                Position::AfterExtras(run) => run.undo(&team),
                Position::Done(run) => run.undo(&team),
                position => position.undo(&team),
            });
            drop(undone.await.unwrap());
            let notes = script.notes();
            assert_eq!(notes.len(), expected, "after {phases} phases: {notes:?}");
            assert_eq!(standing(place.runtime()).await, Standing::Undone);
        }
    }
}

#[tokio::test]
async fn what_was_interrupted_is_undone_first_and_made_nothing() {
    for step in [
        "Booking.book",
        "Booking.pay",
        "Packing.pack",
        "Packing.print",
        "Leaving.label",
    ] {
        for place in Place::both() {
            let (script, team) = team();
            script.then(step, Act::Hang);
            tokio::select! {
                biased;
                done = go(place.runtime(), &team) => panic!("{step}: {done:?}"),
                () = script.stuck() => {}
            }
            let place = place.reopened();
            let run = soon(Trip::resume(place.runtime(), "t")).await.unwrap();
            script.notes();
            let _undone = soon(run.undo(&team)).await.unwrap();
            let undone = script.notes();
            // In a parallel phase another may have been in flight beside it.
            let interrupted = undone.iter().take_while(|note| note.ends_with("None)")).count();
            let at = undone
                .iter()
                .position(|note| note.starts_with(&format!("undo {step} (")));
            assert!(at.is_some_and(|at| at < interrupted), "{step}: {undone:?}");
            let made_nothing = undone.iter().filter(|note| note.ends_with("None)")).count();
            assert_eq!(made_nothing, interrupted, "{step}: {undone:?}");
        }
    }
}

#[tokio::test]
async fn a_step_that_was_tried_again_is_undone_once_and_with_what_it_made_in_the_end() {
    for place in Place::both() {
        let (script, team) = team();
        script.then("Booking.pay", Act::Fail("no money"));
        drop(go(place.runtime(), &team).await.unwrap_err());
        let done = go(place.runtime(), &team).await.unwrap();
        script.notes();
        let _undone = soon(done.undo(&team)).await.unwrap();
        let undone = script.notes();
        let paid = undone.iter().filter(|note| note.contains("Booking.pay"));
        assert_eq!(
            paid.collect::<Vec<_>>(),
            [r#"undo Booking.pay ("2 seats", Some(()))"#]
        );
        assert_eq!(undone.len(), 7, "{undone:?}");
    }
}

#[tokio::test]
async fn only_a_step_that_can_be_undone_has_a_line_for_its_start_and_all_that_is_undone_has_one() {
    let place = Place::file();
    let (script, team) = team();
    script.then("Extras.waive", Act::Waive("we walk"));
    script.then("Packing.pack", Act::Terminal("no bag"));
    let runtime = one_after_the_other(&place, &script, "Packing.pack", "Packing.print");
    let halted = go(&runtime, &team).await.unwrap_err();
    let _undone = soon(halted.run.undo(&team)).await.unwrap();
    let mut journal = place.journal("t");
    // Which of two that run at once is started first is left open.
    journal[7..9].sort();
    let expected = [
        "begun",
        "started Booking.book",
        "done Booking.book",
        "done Booking.insure",
        "started Booking.pay",
        "done Booking.pay",
        "waived Extras",
        "started Packing.pack",
        "started Packing.print",
        "failed Packing.pack",
        "done Packing.print",
        "undo_begun",
        "step_undone Packing.pack",
        "step_undone Packing.print",
        "step_undone Booking.pay",
        "step_undone Booking.book",
        "undone",
    ];
    assert_eq!(journal, expected);
    let lines = place.lines("t");
    let undone = serde_json::json!({ "step_undone": { "step": "Packing.pack", "round": 0, "attempt": 1 } });
    assert_eq!(lines[12], undone);
    assert_eq!(lines[16], serde_json::json!({ "undone": {} }));
    runtime.verify("t").await.unwrap();
}

#[tokio::test]
async fn observers_hear_of_all_that_is_undone_in_order() {
    for place in Place::both() {
        let (script, team) = team();
        let run = soon(Trip::start(place.runtime(), "t", 2)).await.unwrap();
        drop(soon(run.booking(&team)).await.unwrap());
        let heard = Script::default();
        let observed = place.runtime().clone().with_observer(heard.observer());
        script.then("undo Booking.book", Act::Fail("no line"));
        let run = soon(Trip::resume(&observed, "t")).await.unwrap();
        let halted = soon(run.undo(&team)).await.unwrap_err();
        let _undone = soon(halted.run.undo(&team)).await.unwrap();
        let expected = [
            "taken up after 3",
            "undo began",
            "undoing Booking.pay a1",
            "undone Booking.pay a1",
            "undoing Booking.book a1",
            "undo failed Booking.book a1: no line",
            "undoing Booking.book a2",
            "undone Booking.book a2",
            "undone",
        ];
        assert_eq!(heard.notes(), expected);
    }
}

workflow! {
    /// The last phases have nothing to undo, and a team for undoing need not know them.
    pub workflow Parcel(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8) {
        phase Wrapping {
            /// As many as a library step can take.
            #[undo(unwrap_all)]
            step wrap(a, b, c, d, e, f, g, h, i, j, k, l) -> parcel: String { Ok(cx.idempotency_key()) }
        }
        phase Sending {
            step send(parcel) -> sent: u32;
        }
        parallel phase Signing {
            manual gate sign(sent);
        }
    }
}

struct Clerk;
struct Returns(Script);

impl parcel::Wrapping for Clerk {
    #[rustfmt::skip]
    async fn unwrap_all(
        &self, _: &StepContext, _: &u8, _: &u8, _: &u8, _: &u8, _: &u8, _: &u8, _: &u8, _: &u8, _: &u8,
        _: &u8, _: &u8, _: &u8, _: Option<&String>,
    ) -> StepResult<()> {
        Err(StepError::terminal("nobody told me how"))
    }
}
impl parcel::Sending for Clerk {
    async fn send(&self, _: &StepContext, _: &String) -> StepResult<u32> {
        Ok(1)
    }
}
impl parcel::Wrapping for Returns {
    #[rustfmt::skip]
    async fn unwrap_all(
        &self, cx: &StepContext, a: &u8, _: &u8, _: &u8, _: &u8, _: &u8, _: &u8, _: &u8, _: &u8, _: &u8,
        _: &u8, _: &u8, l: &u8, parcel: Option<&String>,
    ) -> StepResult<()> {
        assert_eq!(cx.run_id(), "p");
        self.0.note(cx.idempotency_key());
        self.0.undo(cx, (a, l, parcel)).await
    }
}

#[tokio::test]
async fn undo_asks_for_the_phases_with_undo_methods_only_and_its_key_is_its_own_on_every_attempt() {
    for place in Place::both() {
        let run = Parcel::run(
            place.runtime(),
            "p",
            &Arc::new(Clerk),
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            11,
            12,
        );
        let halted = soon(run).await.unwrap_err();
        assert!(halted.is_waiting(), "{halted}");
        let halted = soon(halted.run.undo(&Arc::new(Clerk))).await.unwrap_err();
        assert!(halted.is_failed(), "{halted}");
        let script = Script::default();
        script.then("undo Wrapping.wrap", Act::Fail("torn"));
        let returns = Arc::new(Returns(script.clone()));
        let halted = soon(halted.run.undo(&returns)).await.unwrap_err();
        drop(halted);
        let place = place.reopened();
        let left = soon(parcel::Undo::resume(place.runtime(), "p")).await.unwrap();
        let _undone = soon(left.undo(&returns)).await.unwrap();
        let expected = [
            "Parcel/p/Wrapping.wrap/0/undo",
            r#"undo Wrapping.wrap a2 (1, 12, Some("Parcel/p/Wrapping.wrap/0"))"#,
            "Parcel/p/Wrapping.wrap/0/undo",
            r#"undo Wrapping.wrap a3 (1, 12, Some("Parcel/p/Wrapping.wrap/0"))"#,
        ];
        assert_eq!(script.notes(), expected);
    }
}

workflow! {
    pub workflow Meal() {
        parallel phase Cooking {
            #[undo(clean)]
            step fry() -> fried: u32;
            #[rework(to = Cooking, max = 1)]
            gate smell();
        }
        phase Serving {
            #[undo(clear)]
            step serve(fried) -> served: u32;
        }
    }
}

struct Cooks(Script);

impl meal::Cooking for Cooks {
    async fn fry(&self, cx: &StepContext) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(cx.round())
    }
    async fn clean(&self, cx: &StepContext, fried: Option<&u32>) -> StepResult<()> {
        self.0.undo(cx, fried).await
    }
    async fn smell(&self, cx: &StepContext) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

impl meal::Serving for Cooks {
    async fn serve(&self, cx: &StepContext, fried: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(*fried)
    }
    async fn clear(&self, cx: &StepContext, fried: &u32, served: Option<&u32>) -> StepResult<()> {
        self.0.undo(cx, (fried, served)).await
    }
}

#[tokio::test]
async fn what_failed_in_a_round_that_is_over_is_undone_after_what_was_done_since() {
    for place in Place::both() {
        let script = Script::default();
        script.then("Cooking.fry", Act::Fail("burnt"));
        script.then("Cooking.smell", Act::Reject("smoke"));
        let cooks = Arc::new(Cooks(script.clone()));
        let done = soon(Meal::run(place.runtime(), "m", &cooks)).await.unwrap();
        script.notes();
        let _undone = soon(done.undo(&cooks)).await.unwrap();
        let expected = [
            "undo Serving.serve r1 (1, Some(1))",
            "undo Cooking.fry r1 Some(1)",
            "undo Cooking.fry None",
        ];
        assert_eq!(script.notes(), expected);
    }
}
