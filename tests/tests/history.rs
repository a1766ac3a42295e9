//! What was recorded of a run, read from outside: by whoever, while anybody drives it.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tests::place::Place;
use tests::script::{Act, Script};
use workflow_runtime::prelude::*;
use workflow_runtime::{History, Record, RecordKind, Signature};

workflow! {
    pub workflow Garden(size: u32) {
        role Gardener;
        phase Sowing {
            #[retry(attempts = 2)]
            step dig(size) -> beds: u32;
            #[by(Gardener)]
            manual gate look(beds);
        }
        optional phase Fencing {
            step fence(beds) -> fence: u32;
        }
        phase Eating {
            manual step pick(beds) -> basket: Vec<String>;
            #[rework(to = Eating, max = 1)]
            gate taste(basket);
        }
    }
}

struct Gardeners(Script);

impl garden::Sowing for Gardeners {
    async fn dig(&self, cx: &StepContext, size: &u32) -> StepResult<u32> {
        cx.say(format_args!("{size} beds, attempt {}", cx.attempt()));
        self.0.step(cx).await?;
        Ok(*size)
    }
}

impl garden::Fencing for Gardeners {
    async fn fence(&self, cx: &StepContext, _: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(1)
    }
}

impl garden::Eating for Gardeners {
    async fn taste(&self, cx: &StepContext, _: &Vec<String>) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

async fn driven(runtime: &Runtime, script: &Script) -> Result<garden::Garden<garden::Done>, garden::Halted> {
    Garden::run(runtime, "herbs", &Arc::new(Gardeners(script.clone())), 3).await
}

/// A run to its end, with something of everything.
async fn grown(runtime: &Runtime) -> History {
    let script = Script::default();
    script.then("Sowing.dig", Act::Fail("a root"));
    script.then("Eating.taste", Act::Reject("bitter"));
    driven(runtime, &script).await.expect_err("somebody must look");
    let ada = Actor::new("ada").noting("straight lines");
    garden::hand_in::look(runtime, "herbs", ada, Verdict::Pass)
        .await
        .expect("it waits");
    let run = match Garden::resume(runtime, "herbs").await.expect("nobody holds it") {
        garden::Position::AfterSowing(run) => run,
        other => panic!("it is at {other:?}"),
    };
    let waiver = Waiver::because("no deer").by(Actor::new("linus"));
    drop(run.skip_fencing(waiver).await.expect("it is next"));
    for basket in ["dandelion", "basil"] {
        driven(runtime, &script).await.expect_err("somebody must pick");
        let basket = vec![basket.to_owned()];
        garden::hand_in::pick(runtime, "herbs", Actor::new("bo"), basket)
            .await
            .expect("it waits");
    }
    drop(driven(runtime, &script).await.expect("it tastes"));
    runtime.history("herbs").await.expect("it is there")
}

/// A record in a line.
fn told(record: &Record) -> String {
    let signed = |by: &Option<Signature>| match by {
        None => String::new(),
        Some(by) => format!(" by {} as {:?}, noting {:?}", by.by, by.role, by.note),
    };
    match &record.kind {
        RecordKind::Began { inputs } => format!("began with {inputs:?}"),
        RecordKind::StepDone {
            step,
            round,
            attempt,
            artifact,
            by,
            said,
            ..
        } => format!(
            "{step} {round}/{attempt} made {artifact:?}{} said {said:?}",
            signed(by)
        ),
        RecordKind::StepFailed {
            step,
            error,
            halts,
            said,
            ..
        } => format!("{step} failed: {error}, halts {halts}, said {said:?}"),
        RecordKind::Rejected {
            gate,
            reason,
            back_to,
            ..
        } => format!("{gate} rejected: {reason}, back to {back_to:?}"),
        RecordKind::Waiting { step, round } => format!("{step} {round} waits"),
        RecordKind::Waived {
            phase, reason, by, ..
        } => format!("{phase} waived: {reason}, by {by:?}"),
        other => format!("{other:?}"),
    }
}

const GROWN: [&str; 11] = [
    r#"began with [("size", "3")]"#,
    r#"Sowing.dig failed: a root, halts false, said ["3 beds, attempt 1"]"#,
    r#"Sowing.dig 0/2 made Some("3") said ["3 beds, attempt 2"]"#,
    "Sowing.look 0 waits",
    r#"Sowing.look 0/1 made None by ada as Some("Gardener"), noting Some("straight lines") said []"#,
    r#"Fencing waived: no deer, by Some("linus")"#,
    "Eating.pick 0 waits",
    r#"Eating.pick 0/1 made Some("[\"dandelion\"]") by bo as None, noting None said []"#,
    r#"Eating.taste rejected: bitter, back to Some("Eating")"#,
    "Eating.pick 1 waits",
    r#"Eating.pick 1/1 made Some("[\"basil\"]") by bo as None, noting None said []"#,
];

#[tokio::test]
async fn everything_is_told_in_order() {
    for place in Place::both() {
        let history = grown(place.runtime()).await;
        let told: Vec<_> = history.records.iter().map(told).collect();
        assert_eq!(told[..GROWN.len()], GROWN);
        assert_eq!(told[GROWN.len()..], ["Eating.taste 1/1 made None said []"]);
        let numbers: Vec<_> = history.records.iter().map(|record| record.number).collect();
        assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
        assert!(history.run.standing.is_over());
        assert_eq!(history.run.id, "herbs");
    }
}

#[tokio::test]
async fn a_file_tells_when_and_how_long_and_memory_does_not() {
    let place = Place::file();
    let before = SystemTime::now() - Duration::from_millis(1);
    let history = grown(place.runtime()).await;
    let times: Vec<_> = history
        .records
        .iter()
        .map(|record| record.at.expect("a file keeps times"))
        .collect();
    assert!(times.is_sorted());
    assert!(times[0] >= before && times[11] <= SystemTime::now());
    let took = |record: &Record| {
        matches!(
            record.kind,
            RecordKind::StepDone {
                by: None,
                took: Some(_),
                ..
            }
        )
    };
    assert_eq!(history.records.iter().filter(|record| took(record)).count(), 2);

    let history = grown(&Runtime::in_memory()).await;
    assert!(history.records.iter().all(|record| record.at.is_none()));
}

#[tokio::test]
async fn the_plan_is_the_programs_own_if_it_has_that_one() {
    let place = Place::file();
    let history = grown(place.runtime()).await;
    assert!(std::ptr::eq(history.plan, Garden::PLAN));

    // Another program knows what decides the order, and no more.
    let place = place.reopened();
    let plan = place.runtime().history("herbs").await.expect("it is there").plan;
    let (phase, look) = plan.step("Sowing.look").expect("it was recorded");
    assert_eq!(
        (phase.name, look.by, look.gate, look.manual),
        ("Sowing", Some("Gardener"), true, true)
    );
    assert_eq!(plan.artifacts.len(), Garden::PLAN.artifacts.len());
}

#[tokio::test]
async fn a_run_is_read_while_another_drives_it() {
    let place = Place::file();
    let script = Script::default();
    script.then("Sowing.dig", Act::Behind("gate"));
    let runtime = place.runtime().clone();
    let driving = tokio::spawn({
        let (runtime, script) = (runtime.clone(), script.clone());
        async move { driven(&runtime, &script).await.is_err() }
    });
    let reader = Runtime::open(place.path()).expect("the file is there");
    while reader.history("herbs").await.is_err() {
        tokio::task::yield_now().await;
    }
    let history = reader.history("herbs").await.expect("it began");
    assert_eq!(history.records.len(), 1);
    assert!(history.run.held_by.is_some());
    script.open("gate");
    assert!(driving.await.expect("it ends"));
    assert_eq!(
        reader.history("herbs").await.expect("it is there").records.len(),
        3
    );
}

#[tokio::test]
async fn a_run_that_is_not_there_is_said_so() {
    let error = Runtime::in_memory()
        .history("herbs")
        .await
        .expect_err("it is not there");
    assert!(error.is_not_found());
}

workflow! {
    workflow Chatter(lines: u32) {
        phase Talking {
            #[retry(attempts = 2)]
            step talk(lines) {
                for line in 1..=*lines {
                    cx.say(format_args!("{line} {}", "x".repeat(2_000)));
                }
                match cx.attempt() {
                    1 => Err(StepError::new("out of breath")),
                    _ => Ok(()),
                }
            }
            step listen() { Ok(()) }
        }
    }
}

struct Anybody;
impl chatter::Talking for Anybody {}

/// What each attempt said, as it was kept.
async fn said(lines: u32) -> Vec<Vec<String>> {
    let runtime = Runtime::in_memory();
    drop(
        Chatter::run(&runtime, "tea", &Arc::new(Anybody), lines)
            .await
            .expect("it ends"),
    );
    let records = runtime.history("tea").await.expect("it is there").records;
    let said = records.into_iter().filter_map(|record| match record.kind {
        RecordKind::StepDone { said, .. } | RecordKind::StepFailed { said, .. } => Some(said),
        _ => None,
    });
    said.collect()
}

#[tokio::test]
async fn what_a_step_says_is_kept_with_its_attempt() {
    let kept = said(2).await;
    let counts: Vec<_> = kept.iter().map(Vec::len).collect();
    assert_eq!(counts, [2, 2, 0]);
    assert!(kept[0][1].starts_with("2 xxx"));
    assert_eq!(kept[0][1].len(), 1_000);
}

#[tokio::test]
async fn of_many_words_the_first_and_the_last_are_kept() {
    let kept = said(1_000).await;
    assert_eq!(kept[0].len(), 100);
    let first: Vec<_> = kept[0]
        .iter()
        .map(|line| line.split(' ').next().unwrap_or_default())
        .collect();
    assert_eq!((first[0], first[98], first[99]), ("1", "99", "1000"));
}
