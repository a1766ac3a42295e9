//! The journal of `Runtime::in_memory()`: the same semantics without a file. Values are kept as they are.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Kind, RuntimeError};
use crate::journal::backend::{Backend, Found, Hold, Record, Recording, Reply, Standing};
use crate::journal::event::Event;
use crate::layout::Layout;

/// The journals of many runs, in memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    runs: Mutex<HashMap<Arc<str>, Arc<Kept>>>,
}

#[derive(Debug)]
struct Kept {
    id: Arc<str>,
    layout: Arc<Layout>,
    events: Mutex<Vec<Event>>,
    held: AtomicBool,
}

struct MemoryHold {
    run: Arc<Kept>,
}

impl Memory {
    fn find(&self, id: &str) -> Option<Arc<Kept>> {
        lock(&self.runs).get(id).cloned()
    }
}

impl Backend for Memory {
    fn writes(&self) -> bool {
        false
    }

    fn begin<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a Arc<str>,
        begun: Event,
    ) -> Reply<'a, Box<dyn Hold>> {
        let mut runs = lock(&self.runs);
        if runs.contains_key(id) {
            return Box::pin(std::future::ready(Err(taken(id))));
        }
        let run = Arc::new(Kept {
            id: Arc::clone(id),
            layout: Arc::clone(layout),
            events: Mutex::new(first(begun, layout)),
            held: AtomicBool::new(true),
        });
        runs.insert(Arc::clone(id), Arc::clone(&run));
        let hold: Box<dyn Hold> = Box::new(MemoryHold { run });
        Box::pin(std::future::ready(Ok(hold)))
    }

    fn take_up<'a>(&'a self, layout: &'a Arc<Layout>, id: &'a Arc<str>) -> Reply<'a, Option<Found>> {
        let found = match self.find(id) {
            None => Ok(None),
            Some(run) => run.record(layout).and_then(|record| {
                if run.held.swap(true, Ordering::AcqRel) {
                    return Err(held(id, "another handle in this process"));
                }
                Ok(Some(Found {
                    hold: Box::new(MemoryHold { run }),
                    record,
                }))
            }),
        };
        Box::pin(std::future::ready(found))
    }

    fn read<'a>(&'a self, layout: &'a Arc<Layout>, id: &'a str) -> Reply<'a, Option<Record>> {
        let record = self.find(id).map(|run| run.record(layout)).transpose();
        Box::pin(std::future::ready(record))
    }

    fn hand_in<'a>(&'a self, _: &'a Arc<Layout>, id: &'a str, seen: u64, event: Event) -> Reply<'a, bool> {
        let appended = self.find(id).is_some_and(|run| {
            let mut events = lock(&run.events);
            let unmoved = events.len() as u64 == seen;
            if unmoved {
                events.push(event);
            }
            unmoved
        });
        Box::pin(std::future::ready(Ok(appended)))
    }
}

impl Kept {
    fn record(&self, layout: &Arc<Layout>) -> Result<Record, RuntimeError> {
        if !std::ptr::eq(self.layout.plan, layout.plan) {
            return Err(other_workflow(&self.id, self.layout.plan.name, layout.plan.name));
        }
        let events = lock(&self.events).clone();
        let seen = events.len() as u64;
        Ok(Record {
            other_plan: None,
            events,
            seen,
        })
    }
}

impl Hold for MemoryHold {
    fn writes(&self) -> bool {
        false
    }

    fn record(&self, _: &Layout, event: &Event, _: Standing) -> Recording<'_> {
        lock(&self.run.events).push(event.clone());
        Recording::Kept(Ok(()))
    }

    fn since<'a>(&'a self, _: &'a Arc<Layout>, seen: u64) -> Reply<'a, (Vec<Event>, u64)> {
        let events = lock(&self.run.events);
        let from = usize::try_from(seen).unwrap_or(usize::MAX).min(events.len());
        let later = (events[from..].to_vec(), events.len() as u64);
        Box::pin(std::future::ready(Ok(later)))
    }
}

impl Drop for MemoryHold {
    fn drop(&mut self) {
        self.run.held.store(false, Ordering::Release);
    }
}

/// The first event, with room for one a step.
fn first(begun: Event, layout: &Layout) -> Vec<Event> {
    let mut events = Vec::with_capacity(layout.step_count() + 1);
    events.push(begun);
    events
}

/// A panic while it was locked leaves every list whole: each is changed by one push.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn taken(id: &str) -> RuntimeError {
    RuntimeError::new(
        Kind::Exists,
        format!("run `{id}` was begun already; take it up with `run` or `resume`, or choose another id"),
    )
}

pub(crate) fn held(id: &str, by: &str) -> RuntimeError {
    RuntimeError::new(
        Kind::Held,
        format!("run `{id}` is held by {by}; wait until that handle is dropped or its process ends"),
    )
}

pub(crate) fn other_workflow(id: &str, found: &str, wanted: &str) -> RuntimeError {
    RuntimeError::new(
        Kind::OtherWorkflow,
        format!("run `{id}` is a run of workflow `{found}`, not of `{wanted}`; choose another id"),
    )
}
