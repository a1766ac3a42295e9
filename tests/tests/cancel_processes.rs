//! Telling runs to stop over processes, and by Ctrl-C.

#![cfg(unix)]
#![allow(missing_docs, reason = "tests")]

use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shift::Position;
use tests::child::{Child, errand, say};
use tests::place::Place;
use tests::script::{Act, Script};
use tests::soon::soon;
use workflow_runtime::prelude::*;
use workflow_runtime::{RunEvent, RunEventKind, Standing};

workflow! {
    pub workflow Shift(hours: u32) {
        phase Morning {
            #[undo(shut)]
            step open(hours) -> door: u32;
            step serve(door) -> served: u32;
        }
        phase Evening {
            manual gate count(served);
            step close(served) -> closed: u32;
        }
    }
}

struct Shop(Script);

impl shift::Morning for Shop {
    async fn open(&self, cx: &StepContext, hours: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(*hours)
    }
    async fn shut(&self, cx: &StepContext, hours: &u32, door: Option<&u32>) -> StepResult<()> {
        self.0.undo(cx, (hours, door)).await
    }
    async fn serve(&self, cx: &StepContext, door: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(*door)
    }
}

impl shift::Evening for Shop {
    async fn close(&self, cx: &StepContext, served: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(*served)
    }
}

fn shop() -> (Script, Arc<Shop>) {
    let script = Script::default();
    (script.clone(), Arc::new(Shop(script)))
}

async fn go(runtime: &Runtime, id: &str, shop: &Arc<Shop>) -> Result<Shift<shift::Done>, shift::Halted> {
    Shift::run(runtime, id, shop, 8).await
}

fn told<T: std::fmt::Debug, P: std::fmt::Debug>(ended: Result<T, workflow_runtime::Halted<P>>) {
    match ended {
        Ok(done) => say(&format!("done {done:?}")),
        Err(halted) if halted.is_cancelled() => say(&format!("cancelled {:?}", halted.run)),
        Err(halted) => say(&format!("halted: {halted}")),
    }
}

/// The other process of the tests below: does nothing unless one of them starts it.
#[tokio::test]
async fn as_a_child_process() {
    let Some((what, path)) = errand() else { return };
    let runtime = Runtime::open(path).expect("the parent made the file");
    let (script, shop) = shop();
    let stuck = script.clone();
    tokio::spawn(async move {
        loop {
            stuck.stuck().await;
            say("stuck");
        }
    });
    let listening = || runtime.clone().cancel_on_ctrl_c().expect("it can listen");
    match &*what {
        "cancel" => match runtime.cancel("s").await {
            Ok(()) => say("cancelled"),
            Err(error) => say(&format!("refused: {error}")),
        },
        "drive" => {
            script.then("Morning.serve", Act::Hang);
            told(go(&runtime, "s", &shop).await);
        }
        "drive and listen" => {
            script.then("Morning.serve", Act::Hang);
            told(go(&listening(), "s", &shop).await);
        }
        "drive, listen twice, and idle" => {
            script.then("Morning.serve", Act::Hang);
            let _idle = listening();
            let again = listening().cancel_on_ctrl_c().expect("it can listen");
            told(go(&again, "s", &shop).await);
        }
        "drive two" => {
            script
                .then("Morning.serve", Act::Hang)
                .then("Morning.serve", Act::Hang);
            let runtime = listening();
            let (one, other) = tokio::join!(go(&runtime, "s", &shop), go(&runtime, "t", &shop));
            told(one);
            told(other);
        }
        "wait" => {
            let runtime = listening().wait_for_hand_ins();
            let runtime = runtime.with_observer(|event: &RunEvent<'_>| {
                if let RunEventKind::Waiting { step } = event.kind {
                    say(&format!("waits for {step}"));
                }
            });
            told(go(&runtime, "s", &shop).await);
        }
        "undo" => {
            let halted = go(&listening(), "s", &shop).await.expect_err("it waits");
            script.then("undo Morning.open", Act::Hang);
            told(halted.run.undo(&shop).await);
        }
        "block" => {
            let runtime = listening();
            let run = Shift::start(&runtime, "s", 8).await.expect("it is the first");
            let run = run.morning(&shop).open().await.expect("it is open");
            say("blocks");
            std::thread::sleep(Duration::from_secs(100));
            drop(run);
        }
        "idle" => {
            let _runtime = listening();
            say("idle");
            std::future::pending().await
        }
        "idle, done" => {
            let runtime = listening().wait_for_hand_ins();
            let done = go(&runtime, "s", &shop).await.expect("it is handed in");
            say("idle");
            std::future::pending::<()>().await;
            drop(done);
        }
        "idle, closed" => {
            drop(listening());
            drop(runtime);
            say("idle");
            std::future::pending().await
        }
        other => panic!("{other}"),
    }
}

async fn standing(place: &Place) -> Vec<Standing> {
    let runs = place.runtime().runs().await.unwrap();
    runs.iter().map(|run| run.standing).collect()
}

/// Drives the run to its end; what was done before is not done again.
async fn to_the_end(place: &Place, id: &str, expected: &[&str]) {
    let (script, shop) = shop();
    if let Err(halted) = soon(go(place.runtime(), id, &shop)).await {
        assert!(halted.is_waiting(), "{halted}");
        drop(halted);
        let count = shift::hand_in::count(place.runtime(), id, Actor::new("ada"), Verdict::Pass);
        count.await.unwrap();
        drop(soon(go(place.runtime(), id, &shop)).await.unwrap());
    }
    assert_eq!(script.notes(), expected);
}

/// Until the journal has it; the driver may not be able to say so.
async fn journaled(place: &Place, line: &str) {
    let there = async {
        while !place.journal("s").iter().any(|is| is == line) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    soon(there).await;
}

#[tokio::test]
async fn another_process_stops_a_run_of_this_one() {
    let place = Place::file();
    let (script, shop) = shop();
    script.then("Morning.serve", Act::Hang);
    let cancelling = async {
        soon(script.stuck()).await;
        let said = tokio::task::spawn_blocking({
            let other = Child::sent("cancel", &place);
            move || other.says()
        });
        assert_eq!(said.await.unwrap(), "cancelled");
    };
    let (halted, ()) = tokio::join!(soon(go(place.runtime(), "s", &shop)), cancelling);
    let halted = halted.unwrap_err();
    assert!(halted.is_cancelled(), "{halted}");
    drop(halted);
    assert_eq!(standing(&place).await, [Standing::Cancelled]);
    to_the_end(&place, "s", &["Morning.serve", "Evening.close"]).await;
    // Over by now.
    let other = Child::sent("cancel", &place);
    assert_eq!(
        other.says(),
        "refused: run `s` cannot be cancelled; all its phases are done"
    );
}

#[tokio::test]
async fn a_run_of_another_process_is_stopped_and_taken_up_here() {
    for how in ["drive", "drive and listen"] {
        let place = Place::file();
        let mut other = Child::sent(how, &place);
        assert_eq!(other.says(), "stuck");
        let held = Shift::resume(place.runtime(), "s").await.unwrap_err();
        assert!(held.is_held(), "{held}");
        place.runtime().cancel("s").await.unwrap();
        assert_eq!(other.says(), r#"cancelled Start(Shift("s", at the start))"#);
        assert!(other.ended().success());
        to_the_end(&place, "s", &["Morning.serve", "Evening.close"]).await;
    }
}

#[tokio::test]
async fn a_run_of_a_process_that_was_killed_is_marked() {
    let place = Place::file();
    let other = Child::sent("drive", &place);
    assert_eq!(other.says(), "stuck");
    other.kill();
    place.runtime().cancel("s").await.unwrap();
    assert_eq!(standing(&place).await, [Standing::Cancelled]);
    to_the_end(&place, "s", &["Morning.serve", "Evening.close"]).await;
}

#[tokio::test]
async fn ctrl_c_stops_the_run_which_goes_on_in_another_process() {
    let place = Place::file();
    let mut other = Child::sent("drive and listen", &place);
    assert_eq!(other.says(), "stuck");
    other.interrupt();
    assert_eq!(other.says(), r#"cancelled Start(Shift("s", at the start))"#);
    assert!(other.ended().success(), "it ends by itself");
    let journal = place.journal("s");
    let expected = ["begun", "started Morning.open", "done Morning.open", "cancelled"];
    assert_eq!(journal, expected);
    assert_eq!(standing(&place).await, [Standing::Cancelled]);
    let mut next = Child::sent("drive and listen", &place);
    assert_eq!(next.says(), "stuck", "it is taken up");
    next.interrupt();
    assert!(next.says().starts_with("cancelled"));
    assert!(next.ended().success());
    to_the_end(&place, "s", &["Morning.serve", "Evening.close"]).await;
}

#[tokio::test]
async fn ctrl_c_stops_a_run_also_when_several_runtimes_were_told_to_listen() {
    let place = Place::file();
    let mut other = Child::sent("drive, listen twice, and idle", &place);
    assert_eq!(other.says(), "stuck");
    other.interrupt();
    assert_eq!(other.says(), r#"cancelled Start(Shift("s", at the start))"#);
    assert!(other.ended().success(), "it ends by itself");
    to_the_end(&place, "s", &["Morning.serve", "Evening.close"]).await;
}

#[tokio::test]
async fn ctrl_c_stops_all_runs_that_are_driven() {
    let place = Place::file();
    let mut other = Child::sent("drive two", &place);
    assert_eq!(
        (other.says(), other.says()),
        ("stuck".to_owned(), "stuck".to_owned())
    );
    other.interrupt();
    for id in ["s", "t"] {
        let said = other.says();
        assert_eq!(said, format!("cancelled Start(Shift({id:?}, at the start))"));
    }
    assert!(other.ended().success());
    assert_eq!(standing(&place).await, [Standing::Cancelled; 2]);
    to_the_end(&place, "t", &["Morning.serve", "Evening.close"]).await;
}

#[tokio::test]
async fn ctrl_c_stops_a_run_that_waits_whatever_else_the_runtime_was_told_after_that() {
    let place = Place::file();
    let mut other = Child::sent("wait", &place);
    assert_eq!(other.says(), "waits for Evening.count");
    other.interrupt();
    assert_eq!(
        other.says(),
        r#"cancelled AfterMorning(Shift("s", after Morning))"#
    );
    assert!(other.ended().success());
    assert_eq!(standing(&place).await, [Standing::Cancelled]);
    to_the_end(&place, "s", &["Evening.close"]).await;
}

#[tokio::test]
async fn ctrl_c_stops_undoing_which_goes_on_later() {
    let place = Place::file();
    let mut other = Child::sent("undo", &place);
    assert_eq!(other.says(), "stuck");
    other.interrupt();
    assert_eq!(other.says(), r#"cancelled Shift("s", being undone)"#);
    assert!(other.ended().success());
    assert_eq!(standing(&place).await, [Standing::Undoing]);
    let (script, shop) = shop();
    let left = soon(shift::Undo::resume(place.runtime(), "s")).await.unwrap();
    drop(soon(left.undo(&shop)).await.unwrap());
    assert_eq!(script.notes(), ["undo Morning.open (8, Some(8))"]);
}

#[tokio::test]
async fn a_second_ctrl_c_ends_a_program_that_is_blocked_and_the_run_goes_on() {
    let place = Place::file();
    let mut other = Child::sent("block", &place);
    assert_eq!(other.says(), "blocks");
    other.interrupt();
    journaled(&place, "cancelled").await;
    other.interrupt();
    assert_eq!(other.ended().code(), Some(130));
    let Position::Start(run) = Shift::resume(place.runtime(), "s").await.unwrap() else {
        panic!("half of `Morning` is done");
    };
    drop(run);
    to_the_end(&place, "s", &["Morning.serve", "Evening.close"]).await;
}

#[tokio::test]
async fn a_second_ctrl_c_ends_a_program_also_when_the_first_cannot_be_journaled() {
    let place = Place::file();
    let mut other = Child::sent("drive and listen", &place);
    assert_eq!(other.says(), "stuck");
    // Somebody has the file locked, and takes a while.
    let sql = place.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    other.interrupt();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = Instant::now();
    other.interrupt();
    assert_eq!(other.ended().code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    sql.execute_batch("ROLLBACK").unwrap();
    to_the_end(&place, "s", &["Morning.serve", "Evening.close"]).await;
}

#[tokio::test]
async fn ctrl_c_ends_a_program_that_drives_no_run() {
    for how in ["idle", "idle, closed", "idle, done"] {
        let place = Place::file();
        let mut other = Child::sent(how, &place);
        if how == "idle, done" {
            let count = async || {
                let ada = Actor::new("ada");
                shift::hand_in::count(place.runtime(), "s", ada, Verdict::Pass).await
            };
            let handing_in = async {
                while count().await.is_err() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            soon(handing_in).await;
        }
        assert_eq!(other.says(), "idle");
        other.interrupt();
        assert_eq!(other.ended().code(), Some(130), "{how}");
    }
}

#[tokio::test]
async fn a_program_that_does_not_listen_is_ended_by_ctrl_c_as_any_other() {
    let place = Place::file();
    let mut other = Child::sent("drive", &place);
    assert_eq!(other.says(), "stuck");
    other.interrupt();
    assert_eq!(other.ended().signal(), Some(2));
    to_the_end(&place, "s", &["Morning.serve", "Evening.close"]).await;
}
