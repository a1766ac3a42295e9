//! Runs that were stopped: at each step, by errors, panics, time limits, and by the end of their process.

#![allow(missing_docs, reason = "tests")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use journey::Position;
use serde::{Deserialize, Serialize};
use tests::place::Place;
use tests::script::{Act, Script};
use tokio::time::Instant;
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Journey(from: u32) {
        phase Packing {
            step list(from) -> list: Vec<u32>;
            step pack(list) -> bags: u32;
        }
        parallel phase Driving {
            step fuel(bags) -> fuel: u32;
            step drive(bags) -> km: u32;
            gate safe(fuel, km);
        }
        optional(km) phase Resting {
            step rest(km) -> hours: u32;
        }
        phase Arriving {
            step unpack(bags, hours) -> note: String;
            gate home(note);
        }
    }
}

const STEPS: [&str; 8] = [
    "Packing.list",
    "Packing.pack",
    "Driving.fuel",
    "Driving.drive",
    "Driving.safe",
    "Resting.rest",
    "Arriving.unpack",
    "Arriving.home",
];

struct Family(Script);

impl journey::Packing for Family {
    async fn list(&self, cx: &StepContext, from: &u32) -> StepResult<Vec<u32>> {
        self.0.step(cx).await?;
        Ok(vec![*from, 2])
    }
    async fn pack(&self, cx: &StepContext, list: &Vec<u32>) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(list.iter().sum())
    }
}

impl journey::Driving for Family {
    async fn fuel(&self, cx: &StepContext, bags: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(bags * 10)
    }
    async fn drive(&self, cx: &StepContext, bags: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(bags * 100)
    }
    async fn safe(&self, cx: &StepContext, _: &u32, _: &u32) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

impl journey::Resting for Family {
    async fn rest(&self, cx: &StepContext, _: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(8)
    }
}

impl journey::Arriving for Family {
    async fn unpack(&self, cx: &StepContext, bags: &u32, hours: Option<&u32>) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{bags} bags after {hours:?}"))
    }
    async fn home(&self, cx: &StepContext, _: &String) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

async fn go(runtime: &Runtime, script: &Script) -> Result<Journey<journey::Done>, journey::Halted> {
    Journey::run(runtime, "j", &Arc::new(Family(script.clone())), 1).await
}

/// The steps among the notes, without what observers wrote.
fn called(notes: &[String]) -> Vec<&str> {
    notes
        .iter()
        .map(String::as_str)
        .filter(|note| STEPS.contains(&note.split(' ').next().unwrap_or("")))
        .collect()
}

fn done_of(notes: &[String]) -> Vec<&str> {
    let done = |note: &&str| note.starts_with("done ");
    notes
        .iter()
        .map(String::as_str)
        .filter(done)
        .map(|note| note.split(' ').nth(1).unwrap_or(""))
        .collect()
}

#[tokio::test]
async fn a_run_dropped_in_any_step_goes_on_there_and_repeats_nothing_that_was_done() {
    for stop in STEPS {
        for place in Place::both() {
            let script = Script::default();
            script.then(stop, Act::Hang);
            let observed = place.runtime().clone().with_observer(script.observer());
            tokio::select! {
                biased;
                done = go(&observed, &script) => panic!("{stop}: {done:?}"),
                () = script.stuck() => {}
            }
            drop(observed);
            let before = script.notes();
            let done_before: Vec<_> = done_of(&before).into_iter().map(str::to_owned).collect();
            let place = place.reopened();
            // What the journal got counts, also when nobody was left to hear that it did.
            let written = |line: &String| line.strip_prefix("done ").map(str::to_owned);
            let done_before: Vec<_> = match place.is_file() {
                false => done_before,
                true => place.journal("j").iter().filter_map(written).collect(),
            };
            let done = go(place.runtime(), &script)
                .await
                .unwrap_or_else(|halted| panic!("{stop}: {halted}"));
            assert_eq!(done.artifacts().note(), "3 bags after Some(8)", "{stop}");
            let after = script.notes();
            let after = called(&after);
            assert!(
                after.contains(&stop),
                "{stop} was in flight, so it is run again: {after:?}"
            );
            for step in STEPS {
                let again = after.iter().filter(|call| **call == step).count();
                let expected = usize::from(!done_before.iter().any(|done| done == step));
                assert_eq!(
                    again, expected,
                    "{stop}: {step} of {done_before:?} then {after:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_run_dropped_at_any_moment_is_whole() {
    let place = Place::file();
    let team = |script: &Script| Arc::new(Family(script.clone()));
    for polls in 0..40u32 {
        let id = format!("j{polls}");
        let script = Script::default();
        let drive = Journey::run(place.runtime(), &id, &team(&script), 1);
        tokio::select! {
            biased;
            () = async { for _ in 0..polls * polls { tokio::task::yield_now().await } } => {}
            done = drive => drop(done.unwrap()),
        }
        // Wherever it was, also while it waited for the disk.
        let script = Script::default();
        let done = loop {
            match Journey::run(place.runtime(), &id, &team(&script), 1).await {
                Ok(done) => break done,
                Err(halted) => assert!(
                    halted.cause.journal().is_some_and(RuntimeError::is_held),
                    "{halted}"
                ),
            }
        };
        assert_eq!(done.artifacts().note(), "3 bags after Some(8)");
        let journal = place.journal(&id);
        assert_eq!(journal.len(), 9, "{polls}: {journal:?}");
        place.runtime().verify(&id).await.unwrap();
    }
}

#[tokio::test]
async fn a_run_resumes_after_each_step() {
    // One run, stopped by a terminal failure of every step in turn, each time taken up by a new process.
    for mut place in Place::both() {
        let script = Script::default();
        for step in STEPS {
            script.then(step, Act::Terminal("stopped"));
        }
        let mut halts = 0;
        let done = loop {
            match go(place.runtime(), &script).await {
                Ok(done) => break done,
                Err(halted) => {
                    assert!(
                        halted.is_failed() && halted.to_string().contains("terminally"),
                        "{halted}"
                    );
                    halts += 1;
                    drop(halted);
                    place = place.reopened();
                }
            }
        };
        assert!(
            (7..=8).contains(&halts),
            "`fuel` and `drive` may fail together: {halts}"
        );
        assert_eq!(done.artifacts().note(), "3 bags after Some(8)");
        let notes = script.notes();
        assert_eq!(
            called(&notes).len(),
            16,
            "each step twice, once failing: {notes:?}"
        );
        if place.is_file() {
            drop(done);
            let journal = place.journal("j");
            let done: Vec<_> = journal.iter().filter(|line| line.starts_with("done ")).collect();
            assert_eq!(done.len(), 8, "{journal:?}");
        }
    }
}

#[tokio::test]
async fn resume_tells_where_the_run_stands() {
    for place in Place::both() {
        let script = Script::default();
        let team = Arc::new(Family(script.clone()));
        let runtime = place.runtime();
        let run = Journey::start(runtime, "j", 1).await.unwrap();
        drop(run);
        let Position::Start(run) = Journey::resume(runtime, "j").await.unwrap() else {
            panic!("nothing is done");
        };
        let packing = run.packing(&team).list().await.unwrap();
        drop(packing);
        let Position::Start(run) = Journey::resume(runtime, "j").await.unwrap() else {
            panic!("half a phase is not done");
        };
        let run = run.packing(&team).await.unwrap();
        assert_eq!(script.notes(), ["Packing.list", "Packing.pack"]);
        drop(run);
        let Position::AfterPacking(run) = Journey::resume(runtime, "j").await.unwrap() else {
            panic!("`Packing` is done");
        };
        assert_eq!(*run.artifacts().bags(), 3);
        let run = run.driving(&team).await.unwrap();
        drop(run);
        let Position::AfterDriving(run) = Journey::resume(runtime, "j").await.unwrap() else {
            panic!("`Driving` is done");
        };
        let run = run.skip_resting(Waiver::because("not tired")).await.unwrap();
        drop(run);
        let Position::AfterResting(run) = Journey::resume(runtime, "j").await.unwrap() else {
            panic!("`Resting` is waived");
        };
        let _done = run.arriving(&team).await.unwrap();
        drop(_done);
        let Position::Done(done) = Journey::resume(runtime, "j").await.unwrap() else {
            panic!("all is done");
        };
        assert_eq!(done.artifacts().note(), "3 bags after None");
        assert_eq!(format!("{done:?}"), r#"Journey("j", after Arriving)"#);
    }
}

#[tokio::test]
async fn a_run_that_is_done_is_not_done_again() {
    for place in Place::both() {
        let script = Script::default();
        drop(go(place.runtime(), &script).await.unwrap());
        script.notes();
        let place = place.reopened();
        assert_eq!(
            go(place.runtime(), &script).await.unwrap().artifacts().note(),
            "3 bags after Some(8)"
        );
        assert_eq!(script.notes(), [""; 0]);
    }
}

#[tokio::test]
async fn a_panic_is_a_failed_step_and_the_run_goes_on() {
    for place in Place::both() {
        for stop in STEPS {
            let script = Script::default();
            script.then(stop, Act::Panic("out of petrol"));
            let place = if place.is_file() {
                Place::file()
            } else {
                Place::memory()
            };
            let halted = go(place.runtime(), &script).await.unwrap_err();
            assert!(halted.is_failed(), "{halted}");
            assert_eq!(halted.cause.steps(), [stop]);
            let text = halted.to_string();
            assert!(
                text.contains("panicked: out of petrol")
                    && text.contains("`j`")
                    && text.contains("attempt 1"),
                "{text}"
            );
            drop(halted);
            let done = go(place.runtime(), &script).await.unwrap();
            assert_eq!(done.artifacts().note(), "3 bags after Some(8)");
        }
    }
}

#[tokio::test]
async fn a_step_is_on_disk_before_the_next_one_starts() {
    let place = Place::file();
    let path = place.path();
    let observed = place
        .runtime()
        .clone()
        .with_observer(move |event: &workflow_runtime::RunEvent<'_>| {
            let step = match event.kind {
                workflow_runtime::RunEventKind::StepDone { step, .. } => step,
                _ => return,
            };
            // Another connection sees what is committed only.
            let sql = rusqlite::Connection::open(&path).expect("it is there");
            let like = format!("%\"done\"%\"{step}\"%");
            let lines: i64 = sql
                .query_row("SELECT count(*) FROM journal WHERE body LIKE ?1", [like], |row| {
                    row.get(0)
                })
                .expect("it can be read");
            assert_eq!(lines, 1, "{step} is told before it is written");
        });
    let _done = go(&observed, &Script::default()).await.unwrap();
}

#[tokio::test]
async fn ids_that_cannot_be_are_refused() {
    for place in Place::both() {
        let runtime = place.runtime();
        for empty in ["", "  "] {
            let halted = Journey::start(runtime, empty, 1).await.unwrap_err();
            assert!(
                halted.is_journal() && halted.to_string().contains("id of a run is empty"),
                "{halted}"
            );
            let team = Arc::new(Family(Script::default()));
            let halted = Journey::run(runtime, empty, &team, 1).await.unwrap_err();
            assert!(halted.to_string().contains("id of a run is empty"), "{halted}");
        }
        let unknown = Journey::resume(runtime, "nobody").await.unwrap_err();
        assert!(
            unknown.is_not_found() && unknown.to_string().contains("no run `nobody`"),
            "{unknown}"
        );
        drop(Journey::start(runtime, "j", 1).await.unwrap());
        let twice = Journey::start(runtime, "j", 1).await.unwrap_err();
        assert!(twice.cause.journal().unwrap().is_taken(), "{twice}");
        assert!(twice.to_string().contains("`j`"), "{twice}");
        // Odd ones are fine, and none is taken for another.
        for odd in ["j/1", "j 1", "ü", "'; DROP TABLE runs; --", "j\n"] {
            drop(Journey::start(runtime, odd, 1).await.unwrap());
            let Position::Start(run) = Journey::resume(runtime, odd).await.unwrap() else {
                panic!("{odd:?}");
            };
            assert_eq!(run.id(), odd);
        }
        assert_eq!(runtime.runs().await.unwrap().len(), 6);
    }
}

// Attempts, waits and time limits; the clock is tokio's, paused.

fn below_ten(value: &u32) -> Verdict {
    Verdict::pass_if(*value < 10, format!("{value} is not below ten"))
}

workflow! {
    pub workflow Call(#[check(below_ten)] number: u32) {
        phase Dialling {
            #[retry(attempts = 3, backoff = "1s..10s")]
            #[timeout("5s")]
            step dial(number) -> line: u32;
            #[retry(attempts = 2, backoff = "1m")]
            #[check(below_ten)]
            step talk(line) -> said: u32;
            #[retry(attempts = 2, backoff = "1s")]
            gate understood(said);
        }
    }
}

struct Caller {
    script: Script,
    says: std::sync::Mutex<Vec<u32>>,
}

impl call::Dialling for Caller {
    async fn dial(&self, cx: &StepContext, number: &u32) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(*number)
    }
    async fn talk(&self, cx: &StepContext, line: &u32) -> StepResult<u32> {
        self.script.step(cx).await?;
        Ok(self.says.lock().unwrap().pop().unwrap_or(*line))
    }
    async fn understood(&self, cx: &StepContext, _: &u32) -> StepResult<Verdict> {
        self.script.gate(cx).await
    }
}

fn caller(says: &[u32]) -> (Script, Arc<Caller>) {
    let script = Script::default();
    let says = std::sync::Mutex::new(says.to_vec());
    (script.clone(), Arc::new(Caller { script, says }))
}

#[tokio::test(start_paused = true)]
async fn a_failed_step_is_tried_again_after_a_growing_wait() {
    for place in Place::both() {
        let (script, team) = caller(&[]);
        script
            .then("Dialling.dial", Act::Fail("busy"))
            .then("Dialling.dial", Act::Panic("dropped it"));
        script.then("Dialling.understood", Act::Fail("noise"));
        let began = Instant::now();
        let done = Call::run(place.runtime(), "c", &team, 7).await.unwrap();
        let took = began.elapsed();
        assert_eq!(*done.artifacts().said(), 7);
        assert_eq!(
            script.notes(),
            [
                "Dialling.dial",
                "Dialling.dial a2",
                "Dialling.dial a3",
                "Dialling.talk",
                "Dialling.understood",
                "Dialling.understood a2"
            ]
        );
        // 1s, then 1s to 2s; then 1s before the gate is asked again.
        assert!(took >= Duration::from_secs(3), "{took:?}");
        assert!(took <= Duration::from_millis(4_100), "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn waits_between_attempts_grow_and_differ() {
    let mut waits = Vec::new();
    for at in 0..20 {
        let (script, team) = caller(&[]);
        script
            .then("Dialling.dial", Act::Fail("busy"))
            .then("Dialling.dial", Act::Fail("busy"));
        let began = Instant::now();
        let place = Place::memory();
        let _done = Call::run(place.runtime(), &at.to_string(), &team, 7)
            .await
            .unwrap();
        waits.push(began.elapsed().saturating_sub(Duration::from_secs(1)));
    }
    // The second wait is anywhere between one second and two.
    let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
    assert!(
        *least >= Duration::from_secs(1) && *most <= Duration::from_millis(2_010),
        "{waits:?}"
    );
    assert!(
        *most - *least > Duration::from_millis(50),
        "twenty clients do not knock at once: {waits:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn attempts_count_over_restarts_and_begin_anew_when_the_run_is_driven_again() {
    for place in Place::both() {
        let (script, team) = caller(&[]);
        for act in [
            Act::Fail("one"),
            Act::Hang,
            Act::Fail("two"),
            Act::Fail("three"),
            Act::Fail("four"),
        ] {
            script.then("Dialling.dial", act);
        }
        tokio::select! {
            biased;
            done = Call::run(place.runtime(), "c", &team, 7) => panic!("{done:?}"),
            () = script.stuck() => {}
        }
        assert_eq!(script.notes(), ["Dialling.dial", "Dialling.dial a2"]);
        let place = place.reopened();
        let halted = Call::run(place.runtime(), "c", &team, 7).await.unwrap_err();
        assert!(
            halted.is_failed() && halted.to_string().contains("attempt 3: three"),
            "{halted}"
        );
        assert_eq!(
            script.notes(),
            ["Dialling.dial a2", "Dialling.dial a3"],
            "one of the three was used up before"
        );
        drop(halted);
        let place = place.reopened();
        let _done = Call::run(place.runtime(), "c", &team, 7).await.unwrap();
        assert_eq!(script.notes()[..2], ["Dialling.dial a4", "Dialling.dial a5"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_terminal_failure_is_not_tried_again() {
    for place in Place::both() {
        let (script, team) = caller(&[]);
        script.then("Dialling.dial", Act::Terminal("no such number"));
        let began = Instant::now();
        let halted = Call::run(place.runtime(), "c", &team, 7).await.unwrap_err();
        assert!(
            halted
                .to_string()
                .contains("terminally on attempt 1: no such number"),
            "{halted}"
        );
        assert_eq!(script.notes(), ["Dialling.dial"]);
        assert!(began.elapsed() < Duration::from_secs(1));
        // The same handle goes on.
        let call::Position::Start(run) = halted.run else {
            panic!("nothing is done");
        };
        let _done = run.dialling(&team).await.unwrap();
        assert_eq!(script.notes()[0], "Dialling.dial a2");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_fails_and_is_tried_again() {
    for place in Place::both() {
        let (script, team) = caller(&[]);
        script.then("Dialling.dial", Act::Hang);
        let began = Instant::now();
        let _done = Call::run(place.runtime(), "c", &team, 7).await.unwrap();
        assert!(
            began.elapsed() >= Duration::from_secs(6),
            "five until the limit, one in between"
        );
        assert_eq!(script.notes()[..2], ["Dialling.dial", "Dialling.dial a2"]);
        if place.is_file() {
            let error = &place.lines("c")[1]["failed"]["error"];
            assert_eq!(error, "took longer than its time limit of 5s");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_product_that_fails_its_check_is_a_failed_attempt() {
    for place in Place::both() {
        let (script, team) = caller(&[5, 30]);
        let done = Call::run(place.runtime(), "c", &team, 7).await.unwrap();
        assert_eq!(*done.artifacts().said(), 5);
        assert_eq!(script.notes()[1..3], ["Dialling.talk", "Dialling.talk a2"]);

        let (_, team) = caller(&[40, 50]);
        let halted = Call::run(place.runtime(), "d", &team, 7).await.unwrap_err();
        let text = halted.to_string();
        assert!(
            text.contains("artifact `said` was rejected by its check: 40 is not below ten"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn an_input_that_fails_its_check_begins_nothing() {
    for place in Place::both() {
        let (_, team) = caller(&[]);
        for halted in [
            Call::start(place.runtime(), "c", 12).await.unwrap_err(),
            Call::run(place.runtime(), "c", &team, 12).await.unwrap_err(),
        ] {
            let text = halted.to_string();
            assert!(
                text.contains("input `number` was rejected by its check: 12 is not below ten"),
                "{text}"
            );
        }
        assert!(
            Call::resume(place.runtime(), "c")
                .await
                .unwrap_err()
                .is_not_found()
        );
    }
}

// What the journal decodes.

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Card {
    name: String,
    #[serde(skip)]
    secret: String,
}

/// Writes a number and reads a text.
#[derive(Debug, Clone, Serialize)]
struct OneWay(u32);

impl<'de> Deserialize<'de> for OneWay {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map(OneWay)
            .map_err(serde::de::Error::custom)
    }
}

fn is_open(card: &Card) -> Verdict {
    Verdict::pass_if(card.secret.is_empty(), "it has a secret")
}

workflow! {
    pub workflow Cards(first: Card) {
        phase Playing {
            step play(first) -> played: Card;
            step look(played) -> seen: String { Ok(format!("{}:{}", played.name, played.secret)) }
        }
    }
}

workflow! {
    pub workflow Ways(#[check(is_open)] open: Card, input: OneWay) {
        phase Going {
            step out(open) -> way: OneWay { Ok(OneWay(7)) }
        }
    }
}

workflow! {
    pub workflow Keys() {
        phase Making {
            step map() -> map: std::collections::BTreeMap<(u8, u8), u8> { Ok([((1, 2), 3)].into()) }
        }
    }
}

struct Players;
impl cards::Playing for Players {
    async fn play(&self, _: &StepContext, first: &Card) -> StepResult<Card> {
        Ok(Card {
            name: first.name.clone(),
            secret: format!("hidden {}", first.secret),
        })
    }
}
impl ways::Going for Players {}
impl keys::Making for Players {}

fn card() -> Card {
    Card {
        name: "ace".into(),
        secret: "x".into(),
    }
}

#[tokio::test]
async fn what_takers_get_is_what_the_journal_decodes_on_the_first_run_too() {
    let place = Place::file();
    let run = Cards::start(place.runtime(), "c", card()).await.unwrap();
    assert_eq!(run.artifacts().first().secret, "", "an input too");
    let done = run.playing(&Arc::new(Players)).await.unwrap();
    assert_eq!(done.artifacts().seen(), "ace:");
    assert_eq!(done.artifacts().played().secret, "");

    let done = Cards::run(Place::memory().runtime(), "c", &Arc::new(Players), card())
        .await
        .unwrap();
    assert_eq!(
        done.artifacts().seen(),
        "ace:hidden x",
        "in memory values are passed on as they are"
    );
}

#[tokio::test]
async fn an_input_that_cannot_be_read_back_begins_nothing() {
    let place = Place::file();
    let open = Card {
        name: "ace".into(),
        secret: String::new(),
    };
    let halted = Ways::start(place.runtime(), "w", open, OneWay(1))
        .await
        .unwrap_err();
    let error = halted.cause.journal().unwrap();
    assert!(error.is_artifact(), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("`input`") && text.contains("`OneWay`") && text.contains("expected a string"),
        "{text}"
    );
    assert!(
        Ways::resume(place.runtime(), "w")
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert!(place.runtime().runs().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_check_sees_what_takers_will_get() {
    let place = Place::file();
    // The secret is lost in the journal, so that the card that counts is an open one.
    let halted = Ways::start(place.runtime(), "w", card(), OneWay(1))
        .await
        .unwrap_err();
    assert!(!halted.to_string().contains("rejected by its check"), "{halted}");
    let halted = Ways::start(Place::memory().runtime(), "w", card(), OneWay(1))
        .await
        .unwrap_err();
    assert!(halted.to_string().contains("it has a secret"), "{halted}");
}

#[tokio::test]
async fn a_product_that_cannot_be_written_fails_its_step_for_good() {
    let place = Place::file();
    let halted = Keys::run(place.runtime(), "k", &Arc::new(Players))
        .await
        .unwrap_err();
    assert!(halted.is_failed(), "{halted}");
    let text = halted.to_string();
    assert!(
        text.contains("terminally")
            && text.contains("cannot be journaled")
            && text.contains("key must be a string"),
        "{text}"
    );
}

/// Two builds of a program, of which the second has another idea of a type.
mod older {
    use super::*;
    #[derive(Serialize, Deserialize)]
    pub(crate) struct Report {
        pub(crate) pages: u32,
    }
    workflow! {
        pub workflow Study() {
            phase Reading { step read() -> report: Report { Ok(Report { pages: 3 }) } }
            phase Telling { step tell(report) -> told: u32 { Ok(report.pages) } }
        }
    }
    impl study::Reading for Players {}
    impl study::Telling for Players {}
}

mod newer {
    use super::*;
    #[derive(Debug, Serialize, Deserialize)]
    pub(crate) struct Report {
        pub(crate) pages: u32,
        pub(crate) title: String,
    }
    workflow! {
        pub workflow Study() {
            phase Reading { step read() -> report: Report { Ok(Report { pages: 3, title: String::new() }) } }
            phase Telling { step tell(report) -> told: u32 { Ok(report.pages) } }
        }
    }
    impl study::Reading for Players {}
    impl study::Telling for Players {}
}

#[tokio::test]
async fn an_artifact_that_no_longer_decodes_is_told_with_its_type_and_nothing_is_touched() {
    let place = Place::file();
    let team = Arc::new(Players);
    let run = older::Study::start(place.runtime(), "s").await.unwrap();
    drop(run.reading(&team).await.unwrap());
    let before = place.journal("s");
    for _ in 0..2 {
        let error = newer::Study::resume(place.runtime(), "s").await.unwrap_err();
        assert!(error.is_artifact(), "{error}");
        let text = error.to_string();
        assert!(
            text.contains("artifact `report` cannot be read as `Report`: missing field `title`"),
            "{text}"
        );
        assert!(text.contains("#[serde(default)]"), "{text}");
    }
    assert_eq!(place.journal("s"), before);
    let done = older::Study::run(place.runtime(), "s", &team).await.unwrap();
    assert_eq!(*done.artifacts().told(), 3);
}

// The end of a process.

const CHILD: &str = "WORKFLOW_TEST_CHILD";

/// The other process of the tests below: does nothing unless one of them starts it.
#[tokio::test]
async fn as_a_child_process() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let (what, path) = told.split_once(':').expect("what to do, and where");
    let runtime = Runtime::open(path).expect("the parent made the file");
    let script = Script::default();
    let say = |text: &str| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nCHILD {text}")
            .and_then(|()| out.flush())
            .expect("the parent listens");
    };
    match what {
        "hang" => {
            script.then("Driving.safe", Act::Hang);
            tokio::select! {
                biased;
                done = go(&runtime, &script) => panic!("{done:?}"),
                () = async { script.stuck().await; say("stuck"); std::future::pending().await } => {}
            }
        }
        "go" => {
            let observed = runtime.with_observer(move |event: &workflow_runtime::RunEvent<'_>| {
                if let workflow_runtime::RunEventKind::StepStarted { step, .. } = event.kind {
                    say(&format!("started {step}"));
                }
            });
            let done = go(&observed, &script).await.expect("nothing fails");
            say(&format!("finished {}", done.artifacts().note()));
        }
        "forget" => {
            let run = Journey::start(&runtime, "j", 1).await.expect("it is the first");
            std::mem::forget(run);
            say("forgot");
        }
        _ => match Journey::resume(&runtime, "j").await {
            Ok(position) => say(&format!("took up {position:?}")),
            Err(error) => say(&format!("refused: {error}")),
        },
    }
}

fn child(what: &str, place: &Place) -> std::process::Child {
    Command::new(std::env::current_exe().expect("a test has a file"))
        .args(["as_a_child_process", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, format!("{what}:{}", place.path().display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it can be started")
}

fn says(child: &mut std::process::Child) -> String {
    let out = child.stdout.as_mut().expect("it is piped");
    let mut lines = BufReader::new(out).lines().map(|line| line.expect("it is text"));
    let said = lines.find_map(|line| line.strip_prefix("CHILD ").map(str::to_owned));
    said.expect("the child says something")
}

#[tokio::test]
async fn a_run_goes_on_after_kill_9() {
    let place = Place::file();
    let mut other = child("hang", &place);
    assert_eq!(says(&mut other), "stuck");
    let held = Journey::resume(place.runtime(), "j").await.unwrap_err();
    assert!(held.is_held(), "{held}");
    assert!(
        held.to_string().contains(&other.id().to_string()),
        "it names the process: {held}"
    );
    let journal = place.journal("j");

    other.kill().expect("it can be killed");
    other.wait().expect("it is gone");
    let script = Script::default();
    let done = go(place.runtime(), &script).await.unwrap();
    assert_eq!(done.artifacts().note(), "3 bags after Some(8)");
    assert_eq!(
        script.notes(),
        ["Driving.safe", "Resting.rest", "Arriving.unpack", "Arriving.home"]
    );
    assert_eq!(
        place.journal("j")[..journal.len()],
        journal,
        "what was written stays"
    );
}

#[tokio::test]
async fn a_run_reaches_its_end_however_often_it_is_killed() {
    let place = Place::file();
    let mut kills = 0;
    let note = 'children: loop {
        let mut other = child("go", &place);
        let out = BufReader::new(other.stdout.take().expect("it is piped"));
        let mut started = 0;
        for line in out.lines().map(|line| line.expect("it is text")) {
            if let Some(note) = line.strip_prefix("CHILD finished ") {
                other.wait().expect("it ends");
                break 'children note.to_owned();
            }
            // At its third step, so that each gets further; where exactly it then is, is left to chance.
            started += u32::from(line.starts_with("CHILD started"));
            if started == 3 {
                other.kill().expect("it can be killed");
                break;
            }
        }
        other.wait().expect("it is gone");
        kills += 1;
        assert!(kills <= 8, "it does not get on");
        place
            .runtime()
            .verify("j")
            .await
            .expect("the journal is whole after each kill");
    };
    assert_eq!(note, "3 bags after Some(8)");
    assert!(kills >= 1, "{kills}");
    let journal = place.journal("j");
    assert_eq!(journal.len(), 9, "each step once: {journal:?}");
    let done = |step: &str| {
        journal
            .iter()
            .position(|line| line == &format!("done {step}"))
            .expect(step)
    };
    let order = STEPS.map(done);
    let parallel = [order[2].min(order[3]), order[2].max(order[3])];
    let as_planned = [
        order[0],
        order[1],
        parallel[0],
        parallel[1],
        order[4],
        order[5],
        order[6],
        order[7],
    ];
    assert!(as_planned.is_sorted(), "{journal:?}");
}

#[tokio::test]
async fn a_forgotten_handle_holds_its_run_until_its_process_ends() {
    let place = Place::file();
    let run = Journey::start(place.runtime(), "j", 1).await.unwrap();
    std::mem::forget(run);
    let held = Journey::resume(place.runtime(), "j").await.unwrap_err();
    assert!(held.is_held(), "{held}");
    let mut other = child("resume", &place);
    let said = says(&mut other);
    assert!(
        said.starts_with("refused: ") && said.contains(&std::process::id().to_string()),
        "{said}"
    );
    other.wait().expect("it ends");

    // A process that forgets its handle and ends leaves the run to the next.
    let place = Place::file();
    let mut other = child("forget", &place);
    assert_eq!(says(&mut other), "forgot");
    other.wait().expect("it ends");
    assert!(matches!(
        Journey::resume(place.runtime(), "j").await,
        Ok(Position::Start(_))
    ));
}

#[tokio::test]
async fn a_forgotten_handle_in_memory_holds_its_run() {
    let place = Place::memory();
    std::mem::forget(Journey::start(place.runtime(), "j", 1).await.unwrap());
    let held = Journey::resume(place.runtime(), "j").await.unwrap_err();
    assert!(
        held.is_held() && held.to_string().contains("another handle"),
        "{held}"
    );
}
