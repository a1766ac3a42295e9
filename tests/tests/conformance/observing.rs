//! What observers hear.

use std::sync::{Arc, Mutex, PoisonError};

use workflow_runtime::__engine::Staffed;
use workflow_runtime::{RunEvent, RunEventKind};

use crate::deeds::Act;
use crate::plans::{Crew, Hop};
use crate::scene::Scene;

type Heard = Arc<Mutex<Vec<String>>>;

fn observer(heard: &Heard) -> impl Fn(&RunEvent<'_>) + Send + Sync + 'static {
    let heard = Arc::clone(heard);
    move |event| {
        let told = match &event.kind {
            RunEventKind::Began => "began".to_owned(),
            RunEventKind::StepStarted { step, attempt } => format!("started {step} a{attempt}"),
            RunEventKind::StepDone { step, attempt, .. } => format!("done {step} a{attempt}"),
            RunEventKind::StepFailed {
                step,
                attempt,
                retry_in,
                ..
            } => {
                format!("failed {step} a{attempt} {}", retry_in.is_some())
            }
            RunEventKind::TakenUp { done } => format!("taken up {done}"),
            RunEventKind::PhaseDone { phase } => format!("phase {phase}"),
            RunEventKind::Finished => "finished".to_owned(),
            other => format!("{other:?}"),
        };
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }
}

fn taken(heard: &Heard) -> Vec<String> {
    std::mem::take(&mut heard.lock().unwrap_or_else(PoisonError::into_inner))
}

pub(crate) async fn who_follows_a_run_hears_of_it(scene: &Scene) {
    let (follows, serves) = (Heard::default(), Heard::default());
    let crew = Arc::new(Crew::default());
    crew.0.at("Hopping.hop", Act::Terminal("lame"));
    let staffed = Staffed::new::<Hop, _>(Crew::clone(&crew)).with_observer(observer(&serves));
    let _served = scene.serve_staffed(staffed).await;
    let runtime = scene.runtime.clone().with_observer(observer(&follows));
    let run = || Hop::run(&runtime, "a", &crew, "here".to_owned());
    drop(run().await.unwrap_err());
    let first = taken(&follows);
    drop(run().await.unwrap());
    let second = taken(&follows);
    let tried = ["began", "started Hopping.hop a1", "failed Hopping.hop a1 false"];
    let went_on = [
        "taken up 0",
        "started Hopping.hop a2",
        "done Hopping.hop a2",
        "phase Hopping",
        "finished",
    ];
    if scene.differs() {
        assert_eq!(first, ["began", "failed Hopping.hop a1 false"]);
        assert_eq!(second, ["taken up 0", "done Hopping.hop a2", "finished"]);
        let mut heard = taken(&serves);
        // What is done again is heard again.
        heard.dedup();
        if !scene.repeats() {
            assert_eq!(heard, [&tried[1..], &went_on[1..3]].concat());
        }
    } else {
        assert_eq!(first, tried);
        assert_eq!(second, went_on);
        assert!(taken(&serves).is_empty());
    }
}
