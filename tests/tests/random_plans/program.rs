// The fixed part of the generated program: what steps write down, and the runs of every plan.

use std::path::Path;
use std::sync::Mutex;

use workflow_runtime::{Cause, RunEvent, RunEventKind};

static NOTES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn note(note: String) {
    NOTES.lock().unwrap().push(note);
}

/// Anything that a step takes, as text.
trait Given {
    fn given(&self) -> String;
}

impl Given for String {
    fn given(&self) -> String {
        self.clone()
    }
}

impl Given for Option<&String> {
    fn given(&self) -> String {
        self.map_or("-".to_owned(), String::clone)
    }
}

async fn make(cx: &StepContext, given: &[String]) -> StepResult<String> {
    let (step, round) = (cx.step(), cx.round());
    let made = spell(step, round, given);
    note(format!("> {step}@{round} {}", given.join(", ")));
    // Those that run at once end in another order than they began.
    let turns = step.bytes().map(u32::from).sum::<u32>() * 7 + round;
    for _ in 0..1 + turns % 4 {
        tokio::task::yield_now().await;
    }
    note(format!("< {step}@{round}"));
    Ok(made)
}

async fn judge(cx: &StepContext, given: &[String], rejects_in: &[u32]) -> StepResult<Verdict> {
    make(cx, given).await?;
    Ok(Verdict::pass_if(!rejects_in.contains(&cx.round()), "as planned"))
}

fn decide(cx: &StepContext, phase: &str, given: &[String], waived_in: &[u32]) -> Option<Waiver> {
    let round = cx.round();
    note(format!("? {phase}@{round} {}", given.join(", ")));
    waived_in.contains(&round).then(|| Waiver::because("as planned"))
}

fn waived(waived_in: &[u32], round: u32) -> bool {
    waived_in.contains(&round)
}

/// How a run is driven.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
    Run,
    Phase,
    Step,
}

/// Where it is kept, and whether it is let go and taken up again after each phase.
struct Place<'a> {
    file: Option<&'a Path>,
    runtime: Option<Runtime>,
    way: Way,
    resumes: bool,
    round: u32,
    visits: usize,
}

impl Place<'_> {
    fn open(&mut self) {
        // The file is closed before it is opened again.
        if self.file.is_some() || self.runtime.is_none() {
            self.runtime = None;
            let runtime = self.file.map_or_else(Runtime::in_memory, |file| Runtime::open(file).unwrap());
            self.runtime = Some(runtime.with_observer(observe));
        }
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }

    /// A rejection that sent the run back.
    fn back(&mut self, rejection: Rejection) {
        assert_eq!(rejection.round(), self.round, "{rejection}");
        self.round += 1;
    }
}

fn observe(event: &RunEvent<'_>) {
    match event.kind {
        RunEventKind::Waived { phase, .. } => note(format!("~ {phase}@{}", event.round)),
        RunEventKind::Rejected { gate, back_to, .. } => {
            note(format!("! {gate}@{} to {}", event.round, back_to.unwrap_or("nowhere")));
        }
        _ => {}
    }
}

fn halted(cause: &Cause) {
    let rejection = cause.rejection().unwrap_or_else(|| panic!("{cause}"));
    note(format!("halted {}@{}", rejection.gate(), rejection.round()));
}

fn tell(title: &str) {
    println!("# {title}");
    for note in NOTES.lock().unwrap().drain(..) {
        println!("{note}");
    }
}
