// The fixed part of the generated programs: what steps do and write down.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::task::Poll;

use workflow_runtime::{Cause, RunEvent, RunEventKind};

static NOTES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn note(note: String) {
    NOTES.lock().unwrap().push(note);
}

/// What a step does when it is called.
#[derive(Clone, Copy, PartialEq)]
enum Act {
    Work,
    Fail,
    FailTerminally,
    Panic,
    Hang,
}

/// What the next calls of steps do, by path; further ones work.
static ACTS: Mutex<BTreeMap<String, VecDeque<Act>>> = Mutex::new(BTreeMap::new());

fn next_act(step: &str) -> Act {
    let mut acts = ACTS.lock().unwrap();
    acts.get_mut(step).and_then(VecDeque::pop_front).unwrap_or(Act::Work)
}

/// Where the process is to end: it lets go of all that it drives.
static ENDS: Mutex<Option<&str>> = Mutex::new(None);

async fn hang() {
    std::future::poll_fn(|cx| {
        *ENDS.lock().unwrap() = Some("in a step");
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// How a run is driven.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
    Run,
    Phase,
    Step,
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
    let act = next_act(step);
    note(format!("> {step}@{round}{} {}", attempt(cx.attempt()), given.join(", ")));
    // Those that run at once end in another order than they began.
    let turns = step.bytes().map(u32::from).sum::<u32>() * 7 + round;
    for _ in 0..1 + turns % 4 {
        tokio::task::yield_now().await;
    }
    if act == Act::Hang {
        hang().await;
    }
    note(format!("< {step}@{round}"));
    match act {
        Act::Work => Ok(made),
        Act::FailTerminally => Err(StepError::terminal("as planned")),
        // A panic without the noise.
        Act::Panic => std::panic::resume_unwind(Box::new("as planned")),
        Act::Fail | Act::Hang => Err(StepError::new("as planned")),
    }
}

fn attempt(attempt: u32) -> String {
    match attempt {
        1 => String::new(),
        later => format!(" a{later}"),
    }
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

fn tell(title: &str) {
    println!("# {title}");
    for note in NOTES.lock().unwrap().drain(..) {
        println!("{note}");
    }
}
