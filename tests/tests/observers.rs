//! Those who watch: every event in order, and the spans that tracing gets.

#![allow(missing_docs, reason = "tests")]

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tests::place::Place;
use tests::script::{Act, Script};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Garden(size: u32) {
        phase Sowing {
            #[retry(attempts = 2, backoff = "1ms")]
            step dig(size) -> beds: u32;
            step sow(beds) -> rows: u32;
        }
        optional(rows) phase Fencing {
            step fence(rows) -> fence: u32;
        }
        parallel phase Growing {
            step water(rows) -> litres: u32;
            manual step sun(rows);
            #[rework(to = Sowing, max = 1)]
            gate green(litres);
        }
        phase Eating {
            step cook(rows) -> meal: String;
        }
    }
}

struct Gardeners(Script);

impl garden::Sowing for Gardeners {
    async fn dig(&self, cx: &StepContext, size: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(*size)
    }
    async fn sow(&self, cx: &StepContext, beds: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(beds * 4)
    }
}

impl garden::Fencing for Gardeners {
    async fn waive(&self, _: &StepContext, _: &u32) -> StepResult<Option<Waiver>> {
        Ok(Some(Waiver::because("no rabbits")))
    }
    async fn fence(&self, cx: &StepContext, rows: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(*rows)
    }
}

impl garden::Growing for Gardeners {
    async fn water(&self, cx: &StepContext, rows: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(rows * 10)
    }
    async fn green(&self, cx: &StepContext, _: &u32) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

impl garden::Eating for Gardeners {
    async fn cook(&self, cx: &StepContext, _: &u32) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok("soup".to_owned())
    }
}

/// A run that fails once, is sent back once, waits, is stopped and taken up.
async fn eventful(place: Place, watch: &Script) {
    let script = Script::default();
    script.then("Sowing.dig", Act::Fail("a stone"));
    script.then("Growing.green", Act::Reject("snails"));
    let team = Arc::new(Gardeners(script));
    let runtime = place.runtime().clone().with_observer(watch.observer());
    let halted = Garden::run(&runtime, "g", &team, 2).await.unwrap_err();
    assert!(halted.is_waiting(), "{halted}");
    drop(halted);
    garden::hand_in::sun(&runtime, "g", Actor::new("the sun"), ())
        .await
        .unwrap();
    let done = Garden::run(&runtime, "g", &team, 2).await.unwrap();
    assert_eq!(done.artifacts().meal(), "soup");
}

const EVENTS: &[&str] = &[
    "began",
    "started Sowing.dig a1",
    "failed Sowing.dig a1: a stone, again",
    "started Sowing.dig a2",
    "done Sowing.dig a2",
    "started Sowing.sow a1",
    "done Sowing.sow a1",
    "phase Sowing",
    "waived Fencing: no rabbits",
    "waiting Growing.sun",
    "started Growing.water a1",
    "done Growing.water a1",
    "started Growing.green a1",
    "rejected Growing.green: snails, back to Sowing",
    "started Sowing.dig a1 r1",
    "done Sowing.dig a1 r1",
    "started Sowing.sow a1 r1",
    "done Sowing.sow a1 r1",
    "phase Sowing r1",
    "waived Fencing: no rabbits r1",
    "waiting Growing.sun r1",
    "started Growing.water a1 r1",
    "done Growing.water a1 r1",
    "started Growing.green a1 r1",
    "done Growing.green a1 r1",
    "handed in Growing.sun by the sun r1",
    "taken up after 5 r1",
    "phase Growing r1",
    "started Eating.cook a1 r1",
    "done Eating.cook a1 r1",
    "phase Eating r1",
    "finished r1",
];

#[tokio::test(start_paused = true)]
async fn an_observer_is_told_every_event_in_order() {
    for place in Place::both() {
        let watch = Script::default();
        let is_file = place.is_file();
        eventful(place, &watch).await;
        let events = watch.notes();
        assert_eq!(events, EVENTS, "on a file: {is_file}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_of_several_observers_is_told() {
    let place = Place::memory();
    let (first, second) = (Script::default(), Script::default());
    let runtime = place
        .runtime()
        .clone()
        .with_observer(first.observer())
        .with_observer(second.observer());
    let team = Arc::new(Gardeners(Script::default()));
    drop(Garden::run(&runtime, "g", &team, 2).await);
    let told = first.notes();
    assert!(told.len() > 10, "{told:?}");
    assert_eq!(told, second.notes());
    drop(Garden::run(place.runtime(), "h", &team, 2).await);
    assert_eq!(first.notes(), [""; 0], "a runtime without it does not tell it");
}

workflow! {
    pub workflow Speech(topic: String) {
        phase Writing {
            manual step draft(topic) -> text: String;
            #[rework(to = Writing, max = 1)]
            manual gate dare(text);
        }
    }
}

/// Drives the run on, by the handle that there is or by a new one.
async fn write(runtime: &Runtime, kept: &mut Option<Speech<speech::Start>>) {
    let team = Arc::new(());
    let Some(run) = kept.take() else {
        drop(Speech::run(runtime, "s", &team, "frogs".to_owned()).await);
        return;
    };
    *kept = match run.writing(&team).await {
        Ok(speech::WritingOutcome::Passed(_)) => None,
        Ok(speech::WritingOutcome::BackToWriting(run, _)) => {
            match run.writing(&team).await.unwrap_err().run {
                speech::Position::Start(run) => Some(run),
                speech::Position::Done(_) => panic!("it waits"),
            }
        }
        Err(halted) => match halted.run {
            speech::Position::Start(run) => Some(run),
            speech::Position::Done(_) => panic!("it waits"),
        },
    };
}

#[tokio::test]
async fn what_is_handed_in_and_what_it_leads_to_is_told_once() {
    for keep in [false, true] {
        for place in Place::both() {
            let watch = Script::default();
            let runtime = place.runtime().clone().with_observer(watch.observer());
            let ada = || Actor::new("ada");
            let mut run = Some(Speech::start(&runtime, "s", "frogs".to_owned()).await.unwrap());
            run = run.filter(|_| keep);
            for verdict in [Verdict::reject("dull"), Verdict::Pass] {
                write(&runtime, &mut run).await;
                speech::hand_in::draft(&runtime, "s", ada(), "frogs are green".to_owned())
                    .await
                    .unwrap();
                write(&runtime, &mut run).await;
                speech::hand_in::dare(&runtime, "s", ada(), verdict)
                    .await
                    .unwrap();
            }
            write(&runtime, &mut run).await;
            let mut events = watch.notes();
            events.retain(|event| !event.starts_with("taken up") && !event.starts_with("waiting"));
            let expected = [
                "began",
                "handed in Writing.draft by ada",
                "handed in Writing.dare by ada",
                "rejected Writing.dare: dull, back to Writing",
                "handed in Writing.draft by ada r1",
                "handed in Writing.dare by ada r1",
                "phase Writing r1",
                "finished r1",
            ];
            assert_eq!(events, expected, "kept: {keep}, on a file: {}", place.is_file());
        }
    }
}

/// Writes down each span as it begins, with what it is in.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    by_id: HashMap<u64, String>,
    entered: Vec<u64>,
    spans: Vec<String>,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!(" {}={value:?}", field.name());
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0 += &format!(" {}={value}", field.name());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut fields = Fields(span.metadata().name().to_owned());
        span.record(&mut fields);
        let mut seen = self.0.lock().unwrap();
        let inside = seen
            .entered
            .last()
            .and_then(|outer| seen.by_id.get(outer))
            .cloned();
        let path = inside.map(|outer| format!("{outer} > ")).unwrap_or_default() + &fields.0;
        seen.spans.push(path.clone());
        seen.by_id.insert(id, path);
        Id::from_u64(id)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, id: &Id) {
        self.0.lock().unwrap().entered.push(id.into_u64());
    }
    fn exit(&self, id: &Id) {
        let mut seen = self.0.lock().unwrap();
        if let Some(at) = seen.entered.iter().rposition(|entered| *entered == id.into_u64()) {
            seen.entered.remove(at);
        }
    }
}

#[tokio::test]
async fn a_step_is_a_span_in_its_phase_in_its_run() {
    for way in ["all", "by phase", "by step"] {
        let spans = Spans::default();
        let guard = tracing::subscriber::set_default(spans.clone());
        let runtime = Runtime::in_memory();
        let team = Arc::new(Gardeners(Script::default()));
        match way {
            "all" => drop(Garden::run(&runtime, "g", &team, 2).await),
            "by phase" => {
                let run = Garden::start(&runtime, "g", 2).await.unwrap();
                drop(run.sowing(&team).await.unwrap());
            }
            _ => {
                let run = Garden::start(&runtime, "g", 2).await.unwrap();
                drop(run.sowing(&team).dig().await.unwrap().sow().await.unwrap());
            }
        }
        drop(guard);
        let spans = &spans.0.lock().unwrap().spans;
        for step in ["Sowing.dig", "Sowing.sow"] {
            let expected =
                format!("run workflow=Garden id=g > phase name=Sowing > step path={step} attempt=1 round=0");
            assert!(spans.contains(&expected), "{way}: {spans:#?}");
        }
        if way == "all" {
            let growing =
                "run workflow=Garden id=g > phase name=Growing > step path=Growing.water attempt=1 round=0";
            assert!(
                spans.contains(&growing.to_owned()),
                "in a parallel phase too: {spans:#?}"
            );
        }
    }
}
