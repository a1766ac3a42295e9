//! What a team did, and what becomes of it: by step, round and attempt, so that a repeat comes to the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use workflow_runtime::{StepContext, StepError, StepResult, Verdict, Waiver};

use crate::scene::Scene;

/// What a step does instead of its work.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Fail(&'static str),
    Terminal(&'static str),
    Panic(&'static str),
    Reject(&'static str),
    Waive(&'static str),
    /// It never ends.
    Hang,
    /// It goes on once the door is opened.
    Behind(&'static str),
    /// And does that then.
    Then(&'static str, &'static Act),
}

/// Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deeds {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    notes: Mutex<Vec<String>>,
    acts: Mutex<HashMap<String, Act>>,
    doors: Mutex<HashMap<&'static str, Arc<Semaphore>>>,
}

impl Deeds {
    /// At that call, `Phase.step r1 a2` for a later round or attempt, this is done.
    pub(crate) fn at(&self, call: &str, act: Act) -> &Self {
        lock(&self.inner.acts).insert(call.to_owned(), act);
        self
    }

    pub(crate) fn open(&self, door: &'static str) {
        self.door(door).close();
    }

    fn door(&self, door: &'static str) -> Arc<Semaphore> {
        let mut doors = lock(&self.inner.doors);
        let closed = || Arc::new(Semaphore::new(0));
        Arc::clone(doors.entry(door).or_insert_with(closed))
    }

    pub(crate) fn note(&self, note: &str) {
        lock(&self.inner.notes).push(note.to_owned());
    }

    pub(crate) async fn step(&self, cx: &StepContext) -> StepResult<()> {
        self.act(&called(cx.step(), cx)).await.map(drop)
    }

    pub(crate) async fn gate(&self, cx: &StepContext) -> StepResult<Verdict> {
        Ok(match self.act(&called(cx.step(), cx)).await? {
            Some(Act::Reject(why)) => Verdict::reject(why),
            _ => Verdict::Pass,
        })
    }

    pub(crate) async fn waive(&self, cx: &StepContext, phase: &str) -> StepResult<Option<Waiver>> {
        let asked = called(&format!("{phase}.waive"), cx);
        Ok(match self.act(&asked).await? {
            Some(Act::Waive(why)) => Some(Waiver::because(why)),
            _ => None,
        })
    }

    /// `given` is noted behind the call.
    pub(crate) async fn undo(&self, cx: &StepContext, given: impl std::fmt::Debug) -> StepResult<()> {
        let call = called(&format!("undo {}", cx.step()), cx);
        self.note(&format!("{call} {given:?}"));
        self.perform(&call).await.map(drop)
    }

    async fn act(&self, call: &str) -> StepResult<Option<Act>> {
        self.note(call);
        self.perform(call).await
    }

    async fn perform(&self, call: &str) -> StepResult<Option<Act>> {
        let mut act = lock(&self.inner.acts).get(call).copied();
        if let Some(Act::Then(door, then)) = act {
            let _ = self.door(door).acquire().await;
            act = Some(*then);
        }
        match act {
            Some(Act::Fail(why)) => Err(StepError::new(why)),
            Some(Act::Terminal(why)) => Err(StepError::terminal(why)),
            // Without the message of the hook.
            Some(Act::Panic(why)) => std::panic::resume_unwind(Box::new(why)),
            Some(Act::Hang) => std::future::pending().await,
            Some(Act::Behind(door)) => {
                // It is opened by being closed, which lets everybody through for good.
                let _ = self.door(door).acquire().await;
                Ok(None)
            }
            act => Ok(act),
        }
    }

    /// Ends when that was called.
    pub(crate) async fn until(&self, call: &str) {
        while !lock(&self.inner.notes).iter().any(|note| note == call) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Checks what was done since this was last asked, in that order. Where work is repeated, each may be there twice.
    #[track_caller]
    pub(crate) fn were(&self, scene: &Scene, expected: &[&str]) {
        assert_eq!(self.taken(scene), expected);
    }

    /// The same, in any order.
    #[track_caller]
    pub(crate) fn were_in_any_order(&self, scene: &Scene, expected: &[&str]) {
        let (mut done, mut expected) = (self.taken(scene), expected.to_vec());
        done.sort_unstable();
        expected.sort_unstable();
        assert_eq!(done, expected);
    }

    /// All that was done, as it was.
    pub(crate) fn raw(&self) -> Vec<String> {
        lock(&self.inner.notes).clone()
    }

    /// What was done since this was last asked.
    pub(crate) fn taken_in_short(&self, scene: &Scene) -> Vec<String> {
        self.taken(scene)
    }

    #[track_caller]
    fn taken(&self, scene: &Scene) -> Vec<String> {
        let notes = std::mem::take(&mut *lock(&self.inner.notes));
        if !scene.repeats() {
            return notes;
        }
        let mut seen: Vec<(String, u32)> = Vec::new();
        for note in notes {
            match seen.iter_mut().find(|(before, _)| *before == note) {
                Some((_, times)) => *times += 1,
                None => seen.push((note, 1)),
            }
        }
        let too_often: Vec<_> = seen.iter().filter(|(_, times)| *times > 2).collect();
        assert!(
            too_often.is_empty(),
            "more than what was in flight: {too_often:?}"
        );
        seen.into_iter().map(|(note, _)| note).collect()
    }
}

fn called(path: &str, cx: &StepContext) -> String {
    let round = match cx.round() {
        0 => String::new(),
        round => format!(" r{round}"),
    };
    let attempt = match cx.attempt() {
        1 => String::new(),
        attempt => format!(" a{attempt}"),
    };
    format!("{path}{round}{attempt}")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
