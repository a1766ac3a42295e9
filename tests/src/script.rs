//! A team's script: what its steps do when they are called, and which were called.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::Semaphore;
use workflow_runtime::{RunEvent, RunEventKind, StepContext, StepError, StepResult, Verdict, Waiver};

/// What a step does at its next call, instead of its work.
#[derive(Debug, Clone)]
pub enum Act {
    /// Nothing out of the ordinary.
    Work,
    /// It fails.
    Fail(&'static str),
    /// It fails, and trying again is no use.
    Terminal(&'static str),
    /// It panics.
    Panic(&'static str),
    /// It never ends; [`Script::stuck`] hears of it.
    Hang,
    /// It goes on when that door is [opened](Script::open).
    Behind(&'static str),
    /// As a gate, it rejects.
    Reject(&'static str),
    /// As an optional phase, it is waived.
    Waive(&'static str),
}

/// Notes each call, and says what the next one does. Clones are the same script.
#[derive(Debug, Clone, Default)]
pub struct Script {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    notes: Mutex<Vec<String>>,
    acts: Mutex<HashMap<String, VecDeque<Act>>>,
    doors: Mutex<HashMap<String, Arc<Semaphore>>>,
    stuck: Semaphore,
}

impl Default for Inner {
    fn default() -> Self {
        Inner {
            notes: Mutex::default(),
            acts: Mutex::default(),
            doors: Mutex::default(),
            stuck: Semaphore::new(0),
        }
    }
}

impl Script {
    /// The next call of the step at that path does this; further ones queue up.
    pub fn then(&self, path: &str, act: Act) -> &Self {
        lock(&self.inner.acts)
            .entry(path.to_owned())
            .or_default()
            .push_back(act);
        self
    }

    /// To be called first in each step.
    pub async fn step(&self, cx: &StepContext) -> StepResult<()> {
        match self.act(cx).await? {
            Act::Work => Ok(()),
            act => panic!("`{}` is a step and cannot do {act:?}", cx.step()),
        }
    }

    /// What a gate answers.
    pub async fn gate(&self, cx: &StepContext) -> StepResult<Verdict> {
        match self.act(cx).await? {
            Act::Reject(reason) => Ok(Verdict::reject(reason)),
            _ => Ok(Verdict::Pass),
        }
    }

    /// What an optional phase answers; its path is `Phase.waive`.
    pub async fn waive(&self, path: &str) -> StepResult<Option<Waiver>> {
        self.note(path);
        match self.perform(self.take(path)).await? {
            Act::Waive(reason) => Ok(Some(Waiver::because(reason))),
            _ => Ok(None),
        }
    }

    /// What an undo method does; its path is `undo Phase.step`, and `given` is noted behind that.
    pub async fn undo(&self, cx: &StepContext, given: impl std::fmt::Debug) -> StepResult<()> {
        let path = format!("undo {}", cx.step());
        self.note(format!("{} {given:?}", numbered(&path, cx)));
        self.perform(self.take(&path)).await.map(drop)
    }

    /// Lets through whatever is or comes behind that door.
    pub fn open(&self, door: &str) {
        self.door(door).close();
    }

    fn door(&self, door: &str) -> Arc<Semaphore> {
        let mut doors = lock(&self.inner.doors);
        let closed = || Arc::new(Semaphore::new(0));
        Arc::clone(doors.entry(door.to_owned()).or_insert_with(closed))
    }

    async fn act(&self, cx: &StepContext) -> StepResult<Act> {
        self.note(numbered(cx.step(), cx));
        self.perform(self.take(cx.step())).await
    }

    fn take(&self, path: &str) -> Act {
        let mut acts = lock(&self.inner.acts);
        acts.get_mut(path)
            .and_then(VecDeque::pop_front)
            .unwrap_or(Act::Work)
    }

    async fn perform(&self, act: Act) -> StepResult<Act> {
        match act {
            Act::Fail(reason) => Err(StepError::new(reason)),
            Act::Terminal(reason) => Err(StepError::terminal(reason)),
            Act::Panic(reason) => panic!("{reason}"),
            Act::Hang => {
                self.inner.stuck.add_permits(1);
                std::future::pending().await
            }
            Act::Behind(door) => {
                // It is opened by being closed, which lets everybody through for good.
                let _ = self.door(door).acquire().await;
                Ok(Act::Work)
            }
            act => Ok(act),
        }
    }

    /// Ends when a step hangs.
    pub async fn stuck(&self) {
        self.inner
            .stuck
            .acquire()
            .await
            .expect("it is never closed")
            .forget();
    }

    /// Writes something down.
    pub fn note(&self, note: impl Into<String>) {
        lock(&self.inner.notes).push(note.into());
    }

    /// What was written down since this was last asked: `Baking.bread`, with ` r1` and ` a2` for a later round or attempt.
    pub fn notes(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.inner.notes))
    }

    /// An observer that writes every event down here.
    pub fn observer(&self) -> impl Fn(&RunEvent<'_>) + Send + Sync + 'static {
        let script = self.clone();
        move |event| script.note(described(event))
    }
}

/// With the round and the attempt, unless they are the first.
fn numbered(path: &str, cx: &StepContext) -> String {
    let (round, attempt) = (cx.round(), cx.attempt());
    let mut note = path.to_owned();
    if round > 0 {
        note += &format!(" r{round}");
    }
    if attempt > 1 {
        note += &format!(" a{attempt}");
    }
    note
}

/// An event in short.
fn described(event: &RunEvent<'_>) -> String {
    let round = match event.round {
        0 => String::new(),
        round => format!(" r{round}"),
    };
    let what = match &event.kind {
        RunEventKind::Began => "began".to_owned(),
        RunEventKind::TakenUp { done } => format!("taken up after {done}"),
        RunEventKind::StepStarted { step, attempt } => format!("started {step} a{attempt}"),
        RunEventKind::StepDone { step, attempt, .. } => format!("done {step} a{attempt}"),
        RunEventKind::StepFailed {
            step,
            attempt,
            error,
            retry_in,
        } => {
            let retried = if retry_in.is_some() { ", again" } else { "" };
            format!("failed {step} a{attempt}: {error}{retried}")
        }
        RunEventKind::UndoStarted { step, attempt } => format!("undoing {step} a{attempt}"),
        RunEventKind::StepUndone { step, attempt } => format!("undone {step} a{attempt}"),
        RunEventKind::UndoFailed {
            step,
            attempt,
            error,
            retry_in,
        } => {
            let retried = if retry_in.is_some() { ", again" } else { "" };
            format!("undo failed {step} a{attempt}: {error}{retried}")
        }
        RunEventKind::Cancelled => "cancelled".to_owned(),
        RunEventKind::UndoBegan => "undo began".to_owned(),
        RunEventKind::Undone => "undone".to_owned(),
        RunEventKind::Rejected {
            gate,
            reason,
            back_to,
        } => {
            let back = back_to
                .map(|phase| format!(", back to {phase}"))
                .unwrap_or_default();
            format!("rejected {gate}: {reason}{back}")
        }
        RunEventKind::Waiting { step } => format!("waiting {step}"),
        RunEventKind::HandedIn { step, by } => format!("handed in {step} by {by}"),
        RunEventKind::Waived { phase, reason } => format!("waived {phase}: {reason}"),
        RunEventKind::PhaseDone { phase } => format!("phase {phase}"),
        RunEventKind::Finished => "finished".to_owned(),
        other => format!("{other:?}"),
    };
    format!("{what}{round}")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
