//! An engine in this process: as strict as Restate about what a repeat may do, and told to crash where that hurts.
//!
//! It keeps a journal per invocation: one carries the run out, one each attempt at a step of a parallel phase, one takes
//! back a run that was done. Carried out again, an invocation begins from the top and must do what its journal has.

mod carrying;
mod journal;
mod remote;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use workflow_runtime::__engine::{Ended, Outcome, Staffed, runtime_on};
use workflow_runtime::Runtime;

use self::carrying::{Carrying, Crash, Mismatch};
use self::journal::{Invocation, Task};

/// How whoever carries an invocation out does that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conduct {
    /// At once, and to its end.
    Steady,
    /// It takes longer to react than those who follow a run take to look.
    Slow,
    /// It is dropped after each entry of its journal, when that is written or heard of first, and begins again.
    CrashesAfterEachEntry,
    /// And after each piece of work before its result is kept: so that each piece is done twice.
    CrashesBeforeEachResult,
}

/// The engine. Clones are the same.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    world: Mutex<World>,
    conduct: Conduct,
}

#[derive(Default)]
struct World {
    services: Vec<Staffed>,
    runs: Vec<Run>,
    /// All that is to be carried out, in the order in which it was begun.
    invocations: Vec<Arc<Invocation>>,
    /// What was against the rules.
    faults: Vec<String>,
}

struct Run {
    id: String,
    workflow: String,
    fingerprint: String,
    plan: String,
    main: Arc<Invocation>,
    take_back: Option<Arc<Invocation>>,
    promises: HashMap<String, String>,
    /// Who waits for a promise: its key, and the command of the invocation.
    waiting: Vec<(String, Arc<Invocation>, usize)>,
    killed: Option<String>,
}

/// A plan is served until this is dropped: like the end of the process that serves it.
pub struct Served {
    inner: Arc<Inner>,
    fingerprint: String,
}

impl Engine {
    /// An engine without runs.
    pub fn new(conduct: Conduct) -> Self {
        Engine {
            inner: Arc::new(Inner {
                world: Mutex::default(),
                conduct,
            }),
        }
    }

    /// Its runs.
    pub fn runtime(&self) -> Runtime {
        runtime_on(Arc::new(self.clone()))
    }

    /// Serves a plan; must be called on a tokio runtime.
    pub fn serve(&self, staffed: Staffed) -> Served {
        let fingerprint = staffed.fingerprint().to_owned();
        let open: Vec<_> = {
            let mut world = self.inner.world();
            world.services.push(staffed);
            let of_it = |task: &&Arc<Invocation>| task.fingerprint == fingerprint && task.is_open();
            world.invocations.iter().filter(of_it).map(Arc::clone).collect()
        };
        open.iter()
            .for_each(|invocation| self.inner.carry_out(invocation));
        let inner = Arc::clone(&self.inner);
        Served { inner, fingerprint }
    }

    /// Ends a run, as an operator of an engine can.
    pub fn kill(&self, id: &str, why: &str) {
        let mut world = self.inner.world();
        let run = world.runs.iter_mut().find(|run| run.id == id);
        let run = run.expect("there is a run of that id");
        run.killed = Some(why.to_owned());
        run.main.abort();
    }

    /// Ends all attempts of a run that are under way, as an operator can.
    pub fn lose_attempts(&self, id: &str, why: &str) {
        let open: Vec<_> = {
            let world = self.inner.world();
            let of_it = |attempt: &&Arc<Invocation>| attempt.id == id && attempt.is_open();
            world.invocations.iter().filter(of_it).map(Arc::clone).collect()
        };
        for attempt in open {
            if matches!(attempt.task, Task::Attempt { .. }) {
                attempt.abort();
                let lost = Outcome::Lost(why.to_owned());
                self.inner.is_over(&attempt, Over::Attempt(lost));
            }
        }
    }

    /// What was done against the rules of the engine.
    pub fn faults(&self) -> Vec<String> {
        self.inner.world().faults.clone()
    }
}

impl Inner {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has it carried out, if a service of its plan is there.
    fn carry_out(self: &Arc<Self>, invocation: &Arc<Invocation>) {
        let staffed = {
            let world = self.world();
            let serves = |staffed: &&Staffed| staffed.fingerprint() == invocation.fingerprint;
            world.services.iter().find(serves).cloned()
        };
        if let Some(staffed) = staffed {
            let (inner, carried) = (Arc::clone(self), Arc::clone(invocation));
            let task = tokio::spawn(async move { inner.carry_on(&staffed, &carried).await });
            invocation.is_carried_out_by(task.abort_handle());
        }
    }

    async fn carry_on(self: &Arc<Self>, staffed: &Staffed, invocation: &Arc<Invocation>) {
        loop {
            let carrying = Carrying::new(self, invocation);
            let work = AssertUnwindSafe(invocation.carry_out(staffed, &carrying));
            let end = match work.catch_unwind().await {
                Ok(end) => end,
                Err(panic) if panic.is::<Crash>() => {
                    tokio::task::yield_now().await;
                    continue;
                }
                Err(panic) => Err(match panic.downcast::<Mismatch>() {
                    Ok(mismatch) => mismatch.0,
                    Err(_) => "the driver panicked".to_owned(),
                }),
            };
            match end {
                Ok(end) => self.is_over(invocation, end),
                Err(why) => {
                    let fault = format!("{}: {why}", invocation.id);
                    self.world().faults.push(fault);
                    invocation.sticks(why);
                }
            }
            return;
        }
    }

    fn is_over(&self, invocation: &Arc<Invocation>, end: Over) {
        if let (Task::Attempt { of, command, .. }, Over::Attempt(outcome)) = (&invocation.task, &end) {
            of.is_over(*command, outcome.clone());
        }
        invocation.ends(end);
    }
}

/// How an invocation ended.
#[derive(Debug, Clone)]
enum Over {
    Run(Ended),
    Attempt(Outcome),
}

impl Drop for Served {
    fn drop(&mut self) {
        let mut world = self.inner.world();
        let fingerprint = &self.fingerprint;
        let mut served = world.services.iter();
        if let Some(at) = served.position(|staffed| staffed.fingerprint() == fingerprint) {
            world.services.remove(at);
        }
        let of_it = world
            .invocations
            .iter()
            .filter(|task| task.fingerprint == *fingerprint);
        of_it.for_each(|invocation| invocation.abort());
    }
}
