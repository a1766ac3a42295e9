//! Whoever carries an invocation out: [`Durable`] over its journal. A repeat makes a new one.

use std::collections::HashSet;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use workflow_runtime::__engine::{Doing, Durable, Outcome, Part, Stopped, Ticket};

use super::journal::{Command, Invocation, Notice, Task};
use super::{Conduct, Inner};

/// How long one that is slow takes to react.
const REACTS_IN: Duration = Duration::from_millis(400);

pub(super) struct Carrying {
    inner: Arc<Inner>,
    invocation: Arc<Invocation>,
    at: Mutex<At>,
}

/// How far it is.
#[derive(Default)]
struct At {
    /// How many commands it gave.
    commands: usize,
    /// The command of each ticket.
    tickets: Vec<usize>,
    used_up: HashSet<Ticket>,
    /// From which entry on it has not heard what it was told.
    heard: usize,
    /// What it heard that nothing waited for yet, in that order.
    over: Vec<(usize, Outcome)>,
    /// It was told to stop while work was under way that came to its end: what comes next is told.
    is_stopped: bool,
}

/// Unwinds whoever carries it out, as if its process had been killed.
pub(super) struct Crash;

/// The same, for good: it did not do what its journal has.
pub(super) struct Mismatch(pub(super) String);

impl Conduct {
    fn crashes(self) -> bool {
        matches!(
            self,
            Conduct::CrashesAfterEachEntry | Conduct::CrashesBeforeEachResult
        )
    }
}

impl Carrying {
    pub(super) fn new(inner: &Arc<Inner>, invocation: &Arc<Invocation>) -> Self {
        Carrying {
            inner: Arc::clone(inner),
            invocation: Arc::clone(invocation),
            at: Mutex::default(),
        }
    }

    fn at(&self) -> MutexGuard<'_, At> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives its next command; yields its number, and whether it is new.
    fn command(&self, command: Command) -> (usize, bool) {
        let number = self.at().commands;
        self.at().commands += 1;
        match self.invocation.command(number, command) {
            Ok(is_new) => (number, is_new),
            Err(mismatch) => resume_unwind(Box::new(Mismatch(mismatch))),
        }
    }

    fn crash_after(&self, entry: usize) {
        if self.inner.conduct.crashes() && self.invocation.crashes_first(entry, false) {
            resume_unwind(Box::new(Crash));
        }
    }

    fn crash_before_the_result_of(&self, command: usize) {
        let crashes = self.inner.conduct == Conduct::CrashesBeforeEachResult;
        if crashes && self.invocation.crashes_first(command, true) {
            resume_unwind(Box::new(Crash));
        }
    }

    /// What it is told next, if there is anything.
    fn hear(&self) -> Option<Notice> {
        let from = self.at().heard;
        let (at, notice) = self.invocation.notice(from)?;
        self.at().heard = at + 1;
        self.crash_after(at);
        Some(notice)
    }

    fn has_heard(&self, command: usize, outcome: Outcome) {
        self.at().over.push((command, outcome));
    }

    async fn dawdle(&self) {
        if self.inner.conduct == Conduct::Slow {
            tokio::time::sleep(REACTS_IN).await;
        }
    }

    fn is_stopped(&self) -> bool {
        std::mem::take(&mut self.at().is_stopped)
    }

    async fn do_once(&self, name: &str, work: Doing<'_, String>) -> Result<String, Stopped> {
        if self.is_stopped() {
            return Err(Stopped);
        }
        self.dawdle().await;
        let (command, is_new) = self.command(Command::Once(name.to_owned()));
        if is_new {
            self.crash_after(self.invocation.entries() - 1);
        }
        let mut work = Some(work);
        loop {
            match self.hear() {
                Some(Notice::Over(of, Outcome::Text(text))) if of == command => return Ok(text),
                Some(Notice::Over(of, outcome)) => self.has_heard(of, outcome),
                // Before the work was begun, or it was lost by a crash.
                Some(Notice::Stop) if work.is_some() && !self.invocation.knows_of(command) => {
                    self.stop_attempts();
                    return Err(Stopped);
                }
                Some(Notice::Stop) => {
                    self.stop_attempts();
                    self.at().is_stopped = true;
                }
                None => {
                    let work = work.take().expect("what was done was kept");
                    let text = work.await;
                    self.crash_before_the_result_of(command);
                    self.invocation.is_over(command, Outcome::Text(text));
                }
            }
        }
    }

    async fn first_of(&self, tickets: &[Ticket]) -> Result<(Ticket, Outcome), Stopped> {
        if self.is_stopped() {
            return Err(Stopped);
        }
        loop {
            if let Some(first) = self.first_heard(tickets) {
                self.dawdle().await;
                return Ok(first);
            }
            match self.hear() {
                Some(Notice::Over(of, outcome)) => self.has_heard(of, outcome),
                Some(Notice::Stop) => {
                    self.stop_attempts();
                    self.dawdle().await;
                    return Err(Stopped);
                }
                None => self.invocation.bell.notified().await,
            }
        }
    }

    fn first_heard(&self, tickets: &[Ticket]) -> Option<(Ticket, Outcome)> {
        let mut at = self.at();
        let is_misused = tickets
            .iter()
            .any(|ticket| at.used_up.contains(ticket) || *ticket >= at.tickets.len());
        if is_misused {
            drop(at);
            resume_unwind(Box::new(Mismatch(format!(
                "not all of {tickets:?} are open tickets"
            ))));
        }
        let of = |command: usize| tickets.iter().find(|ticket| at.tickets[**ticket] == command);
        let heard = at.over.iter().enumerate();
        let (index, ticket) = heard
            .filter_map(|(index, (command, _))| Some((index, *of(*command)?)))
            .next()?;
        let (_, outcome) = at.over.remove(index);
        at.used_up.insert(ticket);
        Some((ticket, outcome))
    }

    /// What others do for it stops with it; that was told them, if this is a repeat.
    fn stop_attempts(&self) {
        let (heard, commands) = {
            let at = self.at();
            (at.heard, at.commands)
        };
        if self.invocation.stops_first(heard) {
            for attempt in self.invocation.attempts_under_way(commands) {
                attempt.tell(Notice::Stop);
            }
        }
    }

    fn begin_part(&self, part: Part) -> Ticket {
        let command = match &part {
            Part::Attempt { name, task } => Command::Attempt {
                name: name.clone(),
                task: task.clone(),
            },
            Part::Timer(_) => Command::Timer,
            Part::Promise(key) => Command::Promise(key.clone()),
        };
        let (number, is_new) = self.command(command);
        let ticket = {
            let mut at = self.at();
            at.tickets.push(number);
            at.tickets.len() - 1
        };
        if is_new {
            let entry = self.invocation.entries() - 1;
            self.see_to(part, number);
            self.crash_after(entry);
        }
        ticket
    }

    fn see_to(&self, part: Part, command: usize) {
        let of = &self.invocation;
        match part {
            Part::Attempt { task, .. } => {
                let made = Task::Attempt {
                    task,
                    of: Arc::clone(of),
                    command,
                };
                let attempt = Invocation::new(&of.id, &of.fingerprint, made);
                of.wants_to_know_of(command, Arc::clone(&attempt));
                self.inner.world().invocations.push(Arc::clone(&attempt));
                self.inner.carry_out(&attempt);
            }
            Part::Timer(time) => {
                let of = Arc::clone(of);
                tokio::spawn(async move {
                    tokio::time::sleep(time).await;
                    of.is_over(command, Outcome::Rang);
                });
            }
            Part::Promise(key) => self.inner.await_promise(of, command, key),
        }
    }
}

impl Durable for Carrying {
    fn once<'a>(&'a self, name: &'a str, work: Doing<'a, String>) -> Doing<'a, Result<String, Stopped>> {
        Box::pin(self.do_once(name, work))
    }

    fn begin(&self, part: Part) -> Ticket {
        self.begin_part(part)
    }

    fn next<'a>(&'a self, tickets: &'a [Ticket]) -> Doing<'a, Result<(Ticket, Outcome), Stopped>> {
        Box::pin(self.first_of(tickets))
    }
}
