//! The engine from outside.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use workflow_runtime::__engine::{
    Doing, Ended, Entry, EntryKind, Listed, Outcome, PlanName, Remote, Seen, Staffed, Status, misplaced,
    other_workflow,
};
use workflow_runtime::RuntimeError;

use super::journal::{Command, Invocation, Item, Notice, Task};
use super::{Engine, Inner, Over, Run};

impl Remote for Engine {
    fn place(&self) -> String {
        "the engine in this process".to_owned()
    }

    fn begin<'a>(
        &'a self,
        plan: PlanName<'a>,
        id: &'a str,
        begun: String,
    ) -> Doing<'a, Result<bool, RuntimeError>> {
        Box::pin(async move { self.inner.begin(plan, id, begun) })
    }

    fn look<'a>(&'a self, id: &'a str) -> Doing<'a, Result<Option<Seen>, RuntimeError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(self.inner.look(id))
        })
    }

    fn list(&self) -> Doing<'_, Result<Vec<Listed>, RuntimeError>> {
        Box::pin(async move { Ok(self.inner.list()) })
    }

    fn give<'a>(
        &'a self,
        run: &'a Seen,
        key: &'a str,
        text: String,
    ) -> Doing<'a, Result<bool, RuntimeError>> {
        Box::pin(async move {
            // Others may be faster, as over a network.
            tokio::task::yield_now().await;
            Ok(self.inner.give(&run.id, key, text))
        })
    }

    fn stop<'a>(&'a self, run: &'a Seen) -> Doing<'a, Result<(), RuntimeError>> {
        Box::pin(async move {
            self.inner.stop(&run.id);
            Ok(())
        })
    }

    fn take_back<'a>(&'a self, run: &'a Seen, lines: Vec<String>) -> Doing<'a, Result<(), RuntimeError>> {
        Box::pin(async move {
            self.inner.take_back(&run.id, lines);
            Ok(())
        })
    }
}

impl Inner {
    fn begin(self: &Arc<Self>, plan: PlanName<'_>, id: &str, begun: String) -> Result<bool, RuntimeError> {
        let main = Invocation::new(id, plan.fingerprint, Task::Run { begun });
        {
            let mut world = self.world();
            if let Some(run) = world.runs.iter().find(|run| run.id == id) {
                return match run.workflow == plan.workflow {
                    true => Ok(false),
                    false => Err(other_workflow(id, &run.workflow, plan.workflow)),
                };
            }
            let serves = |staffed: &&Staffed| staffed.fingerprint() == plan.fingerprint;
            let Some(staffed) = world.services.iter().find(serves) else {
                return Err(misplaced(format!(
                    "nobody serves this plan of `{}` to the engine in this process; serve it first",
                    plan.workflow
                )));
            };
            let outline = staffed.outline().to_owned();
            world.invocations.push(Arc::clone(&main));
            world.runs.push(Run {
                id: id.to_owned(),
                workflow: plan.workflow.to_owned(),
                fingerprint: plan.fingerprint.to_owned(),
                plan: outline,
                main: Arc::clone(&main),
                take_back: None,
                promises: HashMap::new(),
                waiting: Vec::new(),
                killed: None,
            });
        }
        self.carry_out(&main);
        Ok(true)
    }

    fn look(&self, id: &str) -> Option<Seen> {
        let world = self.world();
        let run = world.runs.iter().find(|run| run.id == id)?;
        let is_served = world
            .services
            .iter()
            .any(|staffed| staffed.fingerprint() == run.fingerprint);
        let entries = run.entries();
        Some(Seen {
            id: run.id.clone(),
            workflow: run.workflow.clone(),
            plan: run.plan.as_str().into(),
            handle: String::new(),
            status: run.status(is_served),
            began_ms: ms(run.main.began),
            changed_ms: entries.last().map_or(0, |entry| entry.at_ms),
            entries,
        })
    }

    fn list(&self) -> Vec<Listed> {
        let ids: Vec<_> = self.world().runs.iter().map(|run| run.id.clone()).collect();
        let listed = |id: &String| {
            let seen = self.look(id)?;
            let world = self.world();
            let run = world.runs.iter().find(|run| run.id == *id)?;
            let mut begun = seen.entries.iter().rev();
            let last = begun.find_map(|entry| match &entry.kind {
                EntryKind::Trying(name) => Some(name.clone()),
                _ => None,
            });
            let mut awaited = seen.entries.iter().rev().filter_map(|entry| match &entry.kind {
                EntryKind::Awaits(key) => Some(key),
                _ => None,
            });
            Some(Listed {
                awaits: awaited.find(|key| !run.promises.contains_key(*key)).cloned(),
                last: last.unwrap_or_default(),
                undone: matches!(run.newest().end(), Some(Over::Run(Ended::Undone))),
                id: seen.id,
                workflow: seen.workflow,
                plan: seen.plan,
                status: seen.status,
                began_ms: seen.began_ms,
                changed_ms: seen.changed_ms,
            })
        };
        ids.iter().filter_map(listed).collect()
    }

    fn give(&self, id: &str, key: &str, text: String) -> bool {
        let mut world = self.world();
        let Some(run) = world.runs.iter_mut().find(|run| run.id == id) else {
            return false;
        };
        if run.promises.contains_key(key) {
            return false;
        }
        run.promises.insert(key.to_owned(), text.clone());
        for (awaited, by, command) in &run.waiting {
            if awaited == key {
                by.is_over(*command, Outcome::Text(text.clone()));
            }
        }
        run.waiting.retain(|(awaited, ..)| awaited != key);
        true
    }

    pub(super) fn await_promise(&self, of: &Arc<Invocation>, command: usize, key: String) {
        let mut world = self.world();
        let run = world.runs.iter_mut().find(|run| run.id == of.id);
        let run = run.expect("what is carried out is of a run");
        match run.promises.get(&key) {
            Some(text) => of.is_over(command, Outcome::Text(text.clone())),
            None => run.waiting.push((key, Arc::clone(of), command)),
        }
    }

    fn stop(&self, id: &str) {
        let world = self.world();
        let run = world.runs.iter().find(|run| run.id == id && run.killed.is_none());
        let newest = run.map(Run::newest);
        if let Some(newest) = newest.filter(|newest| newest.is_open()) {
            newest.tell(Notice::Stop);
        }
    }

    fn take_back(self: &Arc<Self>, id: &str, lines: Vec<String>) {
        let invocation = {
            let mut world = self.world();
            let run = world.runs.iter_mut().find(|run| run.id == id);
            let Some(run) = run.filter(|run| run.take_back.is_none()) else {
                return;
            };
            let invocation = Invocation::new(id, &run.fingerprint, Task::TakeBack { lines });
            run.take_back = Some(Arc::clone(&invocation));
            world.invocations.push(Arc::clone(&invocation));
            invocation
        };
        self.carry_out(&invocation);
    }
}

impl Run {
    /// What is, or was, carried out of it last.
    fn newest(&self) -> &Arc<Invocation> {
        self.take_back.as_ref().unwrap_or(&self.main)
    }

    fn status(&self, is_served: bool) -> Status {
        if let Some(why) = &self.killed {
            return Status::Killed(why.clone());
        }
        if !self.newest().is_open() {
            return Status::Over;
        }
        match self.newest().stuck() {
            Some(why) => Status::Stuck { why, paused: true },
            None if !is_served => Status::Stuck {
                why: "nobody serves its plan".to_owned(),
                paused: false,
            },
            None => Status::Busy("this process".to_owned()),
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for invocation in [Some(&self.main), self.take_back.as_ref()].into_iter().flatten() {
            let first = match &invocation.task {
                Task::Run { begun } => EntryKind::Begun(begun.clone()),
                _ => EntryKind::TakingBack,
            };
            entries.push(Entry {
                at_ms: ms(invocation.began),
                kind: first,
            });
            entries.extend(entries_of(invocation));
        }
        entries
    }
}

fn entries_of(invocation: &Invocation) -> Vec<Entry> {
    let items = invocation.items();
    let commands: Vec<_> = items
        .iter()
        .filter_map(|(_, item)| match item {
            Item::Command(command) => Some(command),
            Item::Notice(_) => None,
        })
        .collect();
    let entry = |(at, item): &(SystemTime, Item)| {
        let kind = match item {
            Item::Command(Command::Once(name) | Command::Attempt { name, .. }) => {
                EntryKind::Trying(name.clone())
            }
            Item::Command(Command::Promise(key)) => EntryKind::Awaits(key.clone()),
            Item::Command(Command::Timer) => return None,
            Item::Notice(Notice::Stop) => EntryKind::Stopped,
            Item::Notice(Notice::Over(command, Outcome::Text(text))) => {
                let text = text.clone();
                match commands.get(*command)? {
                    Command::Once(name) | Command::Attempt { name, .. } => EntryKind::Kept {
                        name: name.clone(),
                        text,
                    },
                    Command::Promise(key) => EntryKind::Given {
                        key: key.clone(),
                        text,
                    },
                    Command::Timer => return None,
                }
            }
            Item::Notice(Notice::Over(..)) => return None,
        };
        Some(Entry { at_ms: ms(*at), kind })
    };
    items.iter().filter_map(entry).collect()
}

fn ms(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
