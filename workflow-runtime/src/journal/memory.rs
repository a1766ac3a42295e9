//! The journal of `Runtime::in_memory()`: the same semantics without a file. Values are kept as they are.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::bell::Bell;
use crate::change;
use crate::error::{Kind, RuntimeError};
use crate::history::Record;
use crate::journal::backend::{Backend, Found, Hold, Reader, Recording, Recordings, Reply};
use crate::journal::event::Event;
use crate::journal::wire;
use crate::layout::{Layout, Outline};
use crate::summary::{RunSummary, Standing};

/// The journals of many runs, in memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    runs: Mutex<Runs>,
    writes: bool,
}

impl Memory {
    /// One that gives takers what is read back from text, as a file does.
    #[cfg(feature = "testing")]
    pub(crate) fn that_writes() -> Self {
        Memory {
            writes: true,
            ..Memory::default()
        }
    }
}

#[derive(Debug, Default)]
struct Runs {
    by_id: HashMap<Arc<str>, Arc<Kept>>,
    /// In the order in which they began.
    order: Vec<Arc<str>>,
}

#[derive(Debug)]
struct Kept {
    id: Arc<str>,
    layout: Arc<Layout>,
    journal: Mutex<Journal>,
    began_at: SystemTime,
}

#[derive(Debug)]
struct Journal {
    events: Vec<Event>,
    standing: Standing,
    holder: Option<Holder>,
    changed_at: SystemTime,
}

struct MemoryHold {
    run: Arc<Kept>,
    holder: Holder,
    writes: bool,
}

/// Who has a hold on a run.
#[derive(Debug, Clone)]
struct Holder {
    number: u64,
    bell: Arc<Bell>,
}

impl Holder {
    fn new() -> Self {
        static HOLDS: AtomicU64 = AtomicU64::new(0);
        Holder {
            number: HOLDS.fetch_add(1, Ordering::Relaxed),
            bell: Arc::default(),
        }
    }
}

impl Backend for Memory {
    fn writes(&self) -> bool {
        self.writes
    }

    fn begin<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a Arc<str>,
        begun: Event,
    ) -> Reply<'a, Box<dyn Hold>> {
        let mut runs = lock(&self.runs);
        if runs.by_id.contains_key(id) {
            return reply(Err(taken(id)));
        }
        let (holder, now) = (Holder::new(), SystemTime::now());
        let journal = Journal {
            events: first(begun, layout),
            standing: Standing::Running,
            holder: Some(holder.clone()),
            changed_at: now,
        };
        let run = Arc::new(Kept {
            id: Arc::clone(id),
            layout: Arc::clone(layout),
            journal: Mutex::new(journal),
            began_at: now,
        });
        runs.by_id.insert(Arc::clone(id), Arc::clone(&run));
        runs.order.push(Arc::clone(id));
        let writes = self.writes;
        reply(Ok(Box::new(MemoryHold { run, holder, writes })))
    }

    fn take_up<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a Arc<str>,
        reader: &'a mut dyn Reader,
    ) -> Reply<'a, Option<Found>> {
        let found = self.find(id).map(|run| self.take_hold(run, layout, reader));
        reply(found.transpose())
    }

    fn read<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a str,
        reader: &'a mut dyn Reader,
    ) -> Reply<'a, Option<(u64, Standing)>> {
        let read = self.find(id).map(|run| {
            let journal = lock(&run.journal);
            Ok((run.show(&journal, layout, reader)?, journal.standing))
        });
        reply(read.transpose())
    }

    fn plan_of<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Outline>> {
        reply(Ok(self.find(id).map(|run| run.layout.outline.clone())))
    }

    fn history<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Recordings>> {
        let history = self.find(id).map(|run| {
            let journal = lock(&run.journal);
            let summary = run.summary(&journal);
            let record = |(number, event)| {
                let kind = wire::record_of(&run.layout, event)?;
                Ok::<_, RuntimeError>(Record {
                    number,
                    at: None,
                    kind,
                })
            };
            let records = (1..).zip(&journal.events).map(record).collect::<Result<_, _>>()?;
            Ok((summary, run.layout.outline.clone(), records))
        });
        reply(history.transpose())
    }

    fn list(&self) -> Reply<'_, Vec<RunSummary>> {
        let runs = lock(&self.runs);
        let summaries = runs
            .order
            .iter()
            .filter_map(|id| runs.by_id.get(id))
            .map(|run| run.summary(&lock(&run.journal)));
        reply(Ok(summaries.collect()))
    }

    fn verify<'a>(&'a self, id: &'a str) -> Reply<'a, ()> {
        reply(self.find(id).map(drop).ok_or_else(|| unknown(id)))
    }

    fn break_hold<'a>(&'a self, id: &'a str) -> Reply<'a, ()> {
        let broken = self.find(id).map(|run| {
            if let Some(holder) = lock(&run.journal).holder.take() {
                holder.bell.ring();
            }
        });
        reply(broken.ok_or_else(|| unknown(id)))
    }

    fn cancel<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Standing>> {
        let stood = self.find(id).map(|run| {
            let mut journal = lock(&run.journal);
            let stood = journal.standing;
            if let Some(standing) = stood.stopped() {
                journal.events.push(Event::Cancelled);
                journal.standing = standing;
                journal.changed_at = SystemTime::now();
                if let Some(holder) = &journal.holder {
                    holder.bell.stop();
                }
            }
            stood
        });
        reply(Ok(stood))
    }

    fn hand_in<'a>(
        &'a self,
        _: &'a Arc<Layout>,
        id: &'a str,
        seen: u64,
        event: Event,
        standing: Standing,
    ) -> Reply<'a, bool> {
        let appended = self.find(id).is_some_and(|run| {
            let mut journal = lock(&run.journal);
            let unmoved = journal.events.len() as u64 == seen;
            if unmoved {
                journal.events.push(event);
                journal.standing = standing;
                journal.changed_at = SystemTime::now();
                if let Some(holder) = &journal.holder {
                    holder.bell.ring();
                }
            }
            unmoved
        });
        reply(Ok(appended))
    }
}

impl Memory {
    fn find(&self, id: &str) -> Option<Arc<Kept>> {
        lock(&self.runs).by_id.get(id).cloned()
    }

    fn take_hold(
        &self,
        run: Arc<Kept>,
        layout: &Arc<Layout>,
        reader: &mut dyn Reader,
    ) -> Result<Found, RuntimeError> {
        let mut journal = lock(&run.journal);
        let seen = run.show(&journal, layout, reader)?;
        if journal.holder.is_some() {
            return Err(held(&run.id, "another handle in this process"));
        }
        let holder = Holder::new();
        journal.holder = Some(holder.clone());
        let stood = journal.standing;
        drop(journal);
        Ok(Found {
            hold: Box::new(MemoryHold {
                run,
                holder,
                writes: self.writes,
            }),
            seen,
            stood,
        })
    }
}

impl Kept {
    fn show(
        &self,
        journal: &Journal,
        layout: &Arc<Layout>,
        reader: &mut dyn Reader,
    ) -> Result<u64, RuntimeError> {
        if !std::ptr::eq(self.layout.plan, layout.plan) {
            return Err(self.other_plan(layout.plan.name));
        }
        for event in &journal.events {
            reader.event(event.clone());
        }
        Ok(journal.events.len() as u64)
    }

    fn other_plan(&self, wanted: &str) -> RuntimeError {
        let begun = self.layout.plan.name;
        if begun != wanted {
            return other_workflow(&self.id, begun, wanted);
        }
        let difference = "it is declared in another place, and a run in memory keeps its plan";
        change::refused(&self.id, &self.layout, vec![difference.to_owned()])
    }

    fn summary(&self, journal: &Journal) -> RunSummary {
        let mut positions = journal.events.iter().map(|event| event.position(&self.layout));
        RunSummary {
            id: self.id.to_string(),
            workflow: self.layout.plan.name.to_owned(),
            standing: journal.standing,
            position: positions
                .rfind(|position| !position.is_empty())
                .unwrap_or_default()
                .to_owned(),
            began_at: self.began_at,
            changed_at: journal.changed_at,
            stuck: None,
            held_by: journal
                .holder
                .as_ref()
                .map(|_| "a handle in this process".to_owned()),
        }
    }
}

impl MemoryHold {
    fn has(&self, journal: &Journal) -> bool {
        let holder = journal.holder.as_ref();
        holder.is_some_and(|holder| holder.number == self.holder.number)
    }
}

impl Hold for MemoryHold {
    fn writes(&self) -> bool {
        self.writes
    }

    fn bell(&self) -> &Arc<Bell> {
        &self.holder.bell
    }

    fn record(&self, _: &Layout, event: Event, standing: Standing) -> Recording<'_> {
        let mut journal = lock(&self.run.journal);
        if !self.has(&journal) {
            return Recording::Kept(Err(fenced(&self.run.id)));
        }
        journal.events.push(event);
        journal.standing = standing;
        Recording::Kept(Ok(()))
    }

    fn stands(&self, standing: Standing) -> Reply<'_, ()> {
        let mut journal = lock(&self.run.journal);
        if self.has(&journal) {
            journal.standing = standing;
        }
        reply(Ok(()))
    }

    fn since<'a>(&'a self, _: &'a Arc<Layout>, seen: u64) -> Reply<'a, (Vec<Event>, u64)> {
        let journal = lock(&self.run.journal);
        if !self.has(&journal) {
            return reply(Err(fenced(&self.run.id)));
        }
        let from = usize::try_from(seen)
            .unwrap_or(usize::MAX)
            .min(journal.events.len());
        reply(Ok((journal.events[from..].to_vec(), journal.events.len() as u64)))
    }
}

impl Drop for MemoryHold {
    fn drop(&mut self) {
        let mut journal = lock(&self.run.journal);
        if self.has(&journal) {
            journal.holder = None;
            journal.changed_at = SystemTime::now();
        }
    }
}

fn reply<'a, T: Send + 'a>(result: Result<T, RuntimeError>) -> Reply<'a, T> {
    Box::pin(std::future::ready(result))
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

fn unknown(id: &str) -> RuntimeError {
    RuntimeError::new(
        Kind::Unknown,
        format!("there is no run `{id}`; look at the list of runs"),
    )
}

fn fenced(id: &str) -> RuntimeError {
    RuntimeError::new(
        Kind::Fenced,
        format!("run `{id}` is not held any more; resume it to go on from where it stands now"),
    )
}

fn held(id: &str, by: &str) -> RuntimeError {
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
