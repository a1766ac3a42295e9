//! Where a rehearsed run meets its script: before a step is called, and after what came of it is recorded.

use std::collections::HashMap;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::Notify;

use crate::call::{Product, Work};
use crate::layout::Layout;
use crate::step::StepError;
use crate::verdict::Verdict;

/// What an execution of a step does instead of its work, or before it.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Take(Duration),
    Fail(String),
    FailTerminally(String),
    Panic(String),
    Say(Verdict),
    Make(Box<RawValue>),
}

/// The script of a run, and the moment at which it crashes.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    /// By the path of the step; of an undo method with `undo ` before it.
    acts: Mutex<Vec<(String, Act)>>,
    /// How many moments have been at which it could crash.
    boundaries: AtomicUsize,
    crash_at: Option<usize>,
    crash: Notify,
    /// How often each step was begun in each round.
    executions: Mutex<HashMap<(String, u32), u32>>,
}

/// The key of an undo method in a script.
pub(super) fn undo_of(step: &str) -> String {
    format!("undo {step}")
}

impl Stage {
    pub(super) fn new(acts: Vec<(String, Act)>, crash_at: Option<usize>) -> Self {
        Stage {
            acts: Mutex::new(acts),
            crash_at,
            ..Stage::default()
        }
    }

    /// Ends when the run crashes.
    pub(super) async fn crashed(&self) {
        self.crash.notified().await;
    }

    /// How many moments there were at which it could crash.
    pub(super) fn boundaries(&self) -> usize {
        self.boundaries.load(Ordering::Relaxed)
    }

    /// What was not called for: for which step, and what.
    pub(super) fn left(&self) -> Vec<(String, &'static str)> {
        let acts = lock(&self.acts);
        let left = acts.iter().map(|(path, act)| {
            let what = match act {
                Act::Take(_) => "a time",
                Act::Fail(_) | Act::FailTerminally(_) => "a failure",
                Act::Panic(_) => "a panic",
                Act::Say(_) => "a verdict",
                Act::Make(_) => "an artifact",
            };
            (path.clone(), what)
        });
        left.collect()
    }

    /// How often each step was begun, by round.
    pub(super) fn executions(&self) -> HashMap<(String, u32), u32> {
        lock(&self.executions).clone()
    }

    /// One attempt at a step, or at undoing it.
    pub(crate) fn work(
        self: &Arc<Self>,
        layout: &Arc<Layout>,
        step: u16,
        round: u32,
        undoes: bool,
        work: Work,
    ) -> Work {
        let (stage, layout) = (Arc::clone(self), Arc::clone(layout));
        let path = match undoes {
            true => undo_of(layout.path(step)),
            false => layout.path(step).to_owned(),
        };
        Box::pin(async move {
            stage.boundary().await;
            *lock(&stage.executions).entry((path.clone(), round)).or_default() += 1;
            loop {
                match stage.take(&path) {
                    None => return work.await,
                    Some(Act::Take(time)) => tokio::time::sleep(time).await,
                    Some(Act::Fail(error)) => return Err(StepError::new(error)),
                    Some(Act::FailTerminally(error)) => return Err(StepError::terminal(error)),
                    Some(Act::Panic(text)) => panic!("{text}"),
                    Some(Act::Say(_)) if !layout.step(step).gate => {
                        let fault = format!("`{path}` is a step, and says nothing; script what it `makes`");
                        return Err(StepError::terminal(fault));
                    }
                    Some(Act::Make(_)) if layout.step(step).gate => {
                        let fault = format!("`{path}` is a gate, and makes nothing; script what it `says`");
                        return Err(StepError::terminal(fault));
                    }
                    Some(Act::Say(verdict)) => return Ok(Product::Judged(verdict)),
                    Some(Act::Make(json)) => return made(&layout, step, &json),
                }
            }
        })
    }

    /// A moment at which the run may crash: then it never goes on.
    pub(crate) async fn boundary(&self) {
        let before = self.boundaries.fetch_add(1, Ordering::Relaxed);
        if Some(before) == self.crash_at {
            self.crash.notify_one();
            pending::<()>().await;
        }
    }

    fn take(&self, path: &str) -> Option<Act> {
        let mut acts = lock(&self.acts);
        let at = acts.iter().position(|(of, _)| of == path)?;
        Some(acts.remove(at).1)
    }
}

fn made(layout: &Layout, step: u16, json: &RawValue) -> Result<Product, StepError> {
    let Some(artifact) = layout.step(step).yields else {
        return Ok(Product::Nothing);
    };
    let artifact = &layout.plan.artifacts[usize::from(artifact)];
    let value = (artifact.codec.decode)(json).map_err(|error| {
        StepError::terminal(format!(
            "the script makes something that is no `{}`: {error}",
            artifact.ty
        ))
    })?;
    Ok(Product::Made(value))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
