//! What is kept of one invocation: the commands that it gave, and what it was told, in that order.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::Notify;
use tokio::task::AbortHandle;
use workflow_runtime::__engine::{Durable, Outcome, Staffed, Stopped};

use super::Over;

/// What is to be carried out.
pub(super) enum Task {
    Run {
        begun: String,
    },
    Attempt {
        task: String,
        /// Who wants to know, by which command.
        of: Arc<Invocation>,
        command: usize,
    },
    TakeBack {
        lines: Vec<String>,
    },
}

/// One thing that is carried out.
pub(super) struct Invocation {
    /// The id of the run.
    pub(super) id: String,
    pub(super) fingerprint: String,
    pub(super) task: Task,
    pub(super) began: SystemTime,
    /// Rung whenever something is told.
    pub(super) bell: Notify,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    items: Vec<(SystemTime, Item)>,
    end: Option<Over>,
    stuck: Option<String>,
    carried_out_by: Option<AbortHandle>,
    /// The attempts that it wants to know of, by their commands.
    attempts: HashMap<usize, Arc<Invocation>>,
    crashed: HashSet<(usize, bool)>,
    stopped: HashSet<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Command(Command),
    Notice(Notice),
}

/// What an invocation asks for; they are numbered, and a repeat gives the same ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Once(String),
    Attempt { name: String, task: String },
    Timer,
    Promise(String),
}

/// What it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Notice {
    Over(usize, Outcome),
    Stop,
}

impl Invocation {
    pub(super) fn new(id: &str, fingerprint: &str, task: Task) -> Arc<Self> {
        Arc::new(Invocation {
            id: id.to_owned(),
            fingerprint: fingerprint.to_owned(),
            task,
            began: SystemTime::now(),
            bell: Notify::new(),
            kept: Mutex::default(),
        })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn carry_out(&self, staffed: &Staffed, durable: &dyn Durable) -> Result<Over, String> {
        match &self.task {
            Task::Run { begun } => staffed.drive(durable, &self.id, begun).await.map(Over::Run),
            Task::TakeBack { lines } => staffed.take_back(durable, &self.id, lines).await.map(Over::Run),
            Task::Attempt { task, .. } => {
                let outcome = staffed.attempt(durable, &self.id, task).await;
                let lost = |Stopped| Outcome::Lost("cancelled".to_owned());
                Ok(Over::Attempt(outcome.map_or_else(lost, Outcome::Text)))
            }
        }
    }

    /// The command of that number: a repeat must give the one that is kept. Says whether it is new.
    pub(super) fn command(&self, number: usize, command: Command) -> Result<bool, String> {
        let mut kept = self.kept();
        let before = kept.commands().nth(number).cloned();
        match before {
            Some(before) if before == command => Ok(false),
            Some(before) => Err(format!(
                "journal mismatch: command {number} was {before:?}, and is {command:?} now"
            )),
            None => {
                kept.push(Item::Command(command));
                Ok(true)
            }
        }
    }

    /// What it was told first from that entry on, and where that is.
    pub(super) fn notice(&self, from: usize) -> Option<(usize, Notice)> {
        let kept = self.kept();
        let items = kept.items.iter().enumerate().skip(from);
        let mut notices = items.filter_map(|(at, (_, item))| match item {
            Item::Notice(notice) => Some((at, notice.clone())),
            Item::Command(_) => None,
        });
        notices.next()
    }

    /// Tells it that what it asked for by that command is over.
    pub(super) fn is_over(&self, command: usize, outcome: Outcome) {
        self.tell(Notice::Over(command, outcome));
    }

    pub(super) fn tell(&self, notice: Notice) {
        self.kept().push(Item::Notice(notice));
        self.bell.notify_one();
    }

    /// Whether it was told that this is over, wherever in its journal.
    pub(super) fn knows_of(&self, command: usize) -> bool {
        let kept = self.kept();
        let mut items = kept.items.iter();
        items.any(|(_, item)| matches!(item, Item::Notice(Notice::Over(of, _)) if *of == command))
    }

    pub(super) fn entries(&self) -> usize {
        self.kept().items.len()
    }

    /// Everything that was kept, with when.
    pub(super) fn items(&self) -> Vec<(SystemTime, Item)> {
        self.kept().items.clone()
    }

    pub(super) fn wants_to_know_of(&self, command: usize, attempt: Arc<Invocation>) {
        self.kept().attempts.insert(command, attempt);
    }

    /// The attempts of its first commands that are still under way.
    pub(super) fn attempts_under_way(&self, commands: usize) -> Vec<Arc<Invocation>> {
        let kept = self.kept();
        let attempts = kept.attempts.iter();
        let under_way = attempts.filter(|(command, attempt)| **command < commands && attempt.is_open());
        under_way.map(|(_, attempt)| Arc::clone(attempt)).collect()
    }

    /// Whether it hears for the first time that it is to stop, by that entry.
    pub(super) fn stops_first(&self, at: usize) -> bool {
        self.kept().stopped.insert(at)
    }

    /// Whether it crashes here for the first time.
    pub(super) fn crashes_first(&self, at: usize, before_the_result: bool) -> bool {
        self.kept().crashed.insert((at, before_the_result))
    }

    pub(super) fn is_open(&self) -> bool {
        self.kept().end.is_none()
    }

    pub(super) fn end(&self) -> Option<Over> {
        self.kept().end.clone()
    }

    pub(super) fn ends(&self, end: Over) {
        self.kept().end = Some(end);
    }

    pub(super) fn stuck(&self) -> Option<String> {
        self.kept().stuck.clone()
    }

    pub(super) fn sticks(&self, why: String) {
        self.kept().stuck = Some(why);
    }

    pub(super) fn is_carried_out_by(&self, task: AbortHandle) {
        self.kept().carried_out_by = Some(task);
    }

    /// Drops whoever carries it out.
    pub(super) fn abort(&self) {
        if let Some(task) = self.kept().carried_out_by.take() {
            task.abort();
        }
    }
}

impl Kept {
    fn push(&mut self, item: Item) {
        self.items.push((SystemTime::now(), item));
    }

    fn commands(&self) -> impl Iterator<Item = &Command> {
        self.items.iter().filter_map(|(_, item)| match item {
            Item::Command(command) => Some(command),
            Item::Notice(_) => None,
        })
    }
}
