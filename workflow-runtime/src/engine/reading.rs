//! A run on an engine, read: the lines that the embedded journal would have, and how it stands.

use std::collections::HashSet;
use std::sync::Arc;

use crate::engine::promises::Promise;
use crate::engine::told::Known;
use crate::engine::{Entry, EntryKind, Seen, Status, kept};
use crate::error::{Kind, RuntimeError};
use crate::journal::event::Event;
use crate::journal::wire;
use crate::layout::Layout;
use crate::run::state::State;
use crate::summary::{RunSummary, Standing};
use crate::wall_clock::time_of;

/// A run as it was read.
pub(super) struct Reading {
    pub(super) seen: Seen,
    /// Its own plan, without types.
    pub(super) layout: Arc<Layout>,
    plan: Known,
    pub(super) lines: Vec<ReadLine>,
    pub(super) state: State,
    pub(super) position: String,
    /// The key under which it waits to be told how to go on.
    pub(super) word: Option<String>,
    /// What a team could not say of a phase: the phase and the error, and whether that is terminal.
    pub(super) could_not_say: Option<(String, String, bool)>,
    /// The step that failed for good, or whose undo did, if that is why it halted.
    pub(super) failed: Option<Event>,
    halted: bool,
    cancelled: bool,
    /// It was told to go on, and has not yet.
    told_to_go_on: bool,
    /// What is under way, by name.
    open: Vec<String>,
    /// The keys that something was given under, in the round that they are for.
    given: HashSet<String>,
    /// The same, when that round was over.
    late: HashSet<String>,
}

/// Whether a run has halted, until somebody has it go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Halt {
    None,
    /// It was told to stop, and has not yet.
    Coming,
    /// It asks how to go on under that key.
    Asking(String),
}

/// One line of the journal.
pub(super) struct ReadLine {
    pub(super) at_ms: u64,
    pub(super) body: String,
}

impl Reading {
    pub(super) fn of(seen: Seen, plan: Known) -> Result<Self, RuntimeError> {
        let mut reading = Reading {
            state: State::new(&plan.layout),
            layout: Arc::clone(&plan.layout),
            plan,
            lines: Vec::with_capacity(seen.entries.len()),
            position: String::new(),
            word: None,
            could_not_say: None,
            failed: None,
            halted: false,
            cancelled: false,
            told_to_go_on: false,
            open: Vec::new(),
            given: HashSet::new(),
            late: HashSet::new(),
            seen,
        };
        for entry in std::mem::take(&mut reading.seen.entries) {
            reading.entry(entry).map_err(|error| {
                let id = &reading.seen.id;
                let error = format!(
                    "what the engine keeps of run `{id}` cannot be read: {error}; was it written by a newer version?"
                );
                RuntimeError::new(Kind::Damaged, error)
            })?;
        }
        Ok(reading)
    }

    /// How it stands.
    pub(super) fn standing(&self) -> Standing {
        match self.state.undoing() {
            (_, true) => Standing::Undone,
            (true, false) => Standing::Undoing,
            _ if self.state.is_done(&self.layout) => Standing::Done,
            _ if self.cancelled => Standing::Cancelled,
            _ if self.halted || matches!(self.seen.status, Status::Killed(_)) => Standing::Halted,
            _ if self.state.waits(&self.layout) => Standing::Waiting,
            _ => Standing::Running,
        }
    }

    /// Whether nothing happens to it by itself.
    pub(super) fn is_at_rest(&self) -> bool {
        let standing = self.standing();
        match self.seen.status {
            Status::Killed(_) => true,
            // The line comes a moment before the end.
            Status::Over => standing.is_over(),
            _ => self.word.is_some() || (standing == Standing::Waiting && !self.is_about_to_go_on()),
        }
    }

    /// Whether something is under way besides what it waits for, or begins as soon as its driver has taken in the rest.
    fn is_about_to_go_on(&self) -> bool {
        let (state, layout) = (&self.state, &self.layout);
        let phase = state.phases_done();
        let is_ready = |step: u16| {
            let mut makers = layout.awaits(step).iter();
            !state.step_is_done(step)
                && !state.step_waits(step)
                && makers.all(|maker| state.step_is_done(*maker))
        };
        self.told_to_go_on
            || !self.open.is_empty()
            || (layout.phase(phase).parallel && layout.members(phase).any(is_ready))
    }

    pub(super) fn halt(&self) -> Halt {
        match &self.word {
            Some(word) => Halt::Asking(word.clone()),
            None if self.is_stopping() => Halt::Coming,
            None => Halt::None,
        }
    }

    /// Whether it was told to stop, and will when what is under way is over.
    pub(super) fn is_stopping(&self) -> bool {
        let is_over = matches!(self.seen.status, Status::Over | Status::Killed(_));
        self.cancelled && self.word.is_none() && !is_over
    }

    /// Whether what was given under that key was taken.
    pub(super) fn is_taken(&self, key: &str) -> Option<bool> {
        match (self.given.contains(key), self.late.contains(key)) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }

    pub(super) fn summary(&self) -> RunSummary {
        let Seen {
            id,
            workflow,
            status,
            began_ms,
            changed_ms,
            ..
        } = &self.seen;
        RunSummary {
            id: id.clone(),
            workflow: workflow.clone(),
            standing: self.standing(),
            position: self.position.clone(),
            began_at: time_of(*began_ms),
            changed_at: time_of(*changed_ms),
            held_by: Some(status).filter(|_| !self.is_at_rest()).and_then(held_by),
            stuck: Some(status).filter(|_| !self.is_at_rest()).and_then(stuck),
        }
    }

    fn entry(&mut self, Entry { at_ms, kind }: Entry) -> Result<(), String> {
        match kind {
            EntryKind::Begun(line) => self.line(at_ms, line),
            EntryKind::Trying(name) => self.trying(at_ms, name),
            EntryKind::Kept { name, text } => self.kept(at_ms, name, text),
            EntryKind::Awaits(key) => self.awaits(at_ms, key),
            EntryKind::Given { key, text } => self.given(at_ms, key, text),
            EntryKind::Stopped => {
                self.cancelled = true;
                // Where it was halted it asks anew, and hears no more of what it is told now.
                self.word = None;
                let line = wire::cancelled().map_err(|error| error.to_string())?;
                self.line(at_ms, line)
            }
            EntryKind::TakingBack => {
                let line = kept::line(&self.layout, &Event::Undoing)?;
                self.line(at_ms, line)
            }
        }
    }

    fn line(&mut self, at_ms: u64, body: String) -> Result<(), String> {
        let event = kept::event(&self.layout, &body)?;
        let round = self.state.round;
        self.state.apply(&self.layout, &event);
        let position = event.position(&self.layout);
        if !position.is_empty() {
            position.clone_into(&mut self.position);
        }
        self.lines.push(ReadLine { at_ms, body });
        match event {
            // The first reason counts.
            Event::Failed {
                last: true,
                round: of,
                ..
            } if of == round && !self.halted => {
                (self.halted, self.failed) = (true, Some(event));
            }
            Event::UndoFailed { last: true, .. } => (self.halted, self.failed) = (true, Some(event)),
            Event::Rejected {
                back: None,
                round: of,
                ..
            } if of == round => self.halted = true,
            // Where it was sent back, what failed beside that does not count.
            Event::Rejected {
                back: Some(_),
                round: of,
                ..
            } if of == round => {
                (self.halted, self.failed) = (false, None);
            }
            _ => {}
        }
        Ok(())
    }

    /// Of what can be undone it is told when it begins.
    fn trying(&mut self, at_ms: u64, name: String) -> Result<(), String> {
        self.told_to_go_on = false;
        if !self.open.contains(&name) {
            self.open.push(name.clone());
        }
        let step = self.layout.find(&name);
        let Some(step) = step.filter(|step| self.plan.is_undoable(*step)) else {
            return Ok(());
        };
        let started = Event::Started {
            step,
            round: self.state.round,
            attempt: self.state.attempts(step).0 + 1,
        };
        let line = kept::line(&self.layout, &started)?;
        self.line(at_ms, line)
    }

    fn kept(&mut self, at_ms: u64, name: String, text: String) -> Result<(), String> {
        match kept::asked(&text) {
            Some(asked) => {
                self.open.retain(|open| *open != name);
                if let kept::Asked::CouldNotSay { error, terminal } = asked {
                    self.halted = true;
                    self.could_not_say = Some((name, error, terminal));
                }
                Ok(())
            }
            None => {
                self.line(at_ms, text.clone())?;
                let event = kept::event(&self.layout, &text)?;
                // One that failed is tried again.
                let is_open = matches!(
                    event,
                    Event::Failed { last: false, .. } | Event::UndoFailed { last: false, .. }
                );
                if !is_open {
                    self.open.retain(|open| *open != name);
                }
                Ok(())
            }
        }
    }

    fn awaits(&mut self, at_ms: u64, key: String) -> Result<(), String> {
        self.told_to_go_on = false;
        match Promise::of_key(&key) {
            Some(Promise::Word { standing, .. }) => {
                self.word = Some(key);
                // One that goes on may halt again with nothing new to be told, as where a rejection stands.
                self.halted |= standing == Standing::Halted;
                // What was under way when it was stopped came to nothing.
                self.open.clear();
                Ok(())
            }
            Some(Promise::HandIn { path, round }) => {
                let step = self.layout.find(&path);
                // One that was told to stop since it came here is listed as waiting again.
                let is_told = |step| self.state.step_waits(step) && !self.state.is_cancelled();
                let is_new = step.is_some_and(|step| !is_told(step) && !self.state.step_is_done(step));
                match step.filter(|_| is_new) {
                    Some(step) => {
                        let line = kept::line(&self.layout, &Event::Waiting { step, round })?;
                        self.line(at_ms, line)
                    }
                    None => Ok(()),
                }
            }
            None => Err(format!("it waits for `{key}`")),
        }
    }

    fn given(&mut self, at_ms: u64, key: String, text: String) -> Result<(), String> {
        match Promise::of_key(&key) {
            Some(Promise::Word { .. }) if self.word.as_ref() != Some(&key) => Ok(()),
            Some(Promise::Word { .. }) => {
                self.word = None;
                self.told_to_go_on = true;
                (self.halted, self.cancelled) = (false, false);
                (self.failed, self.could_not_say) = (None, None);
                match text == kept::GO_ON {
                    true => Ok(()),
                    false => self.line(at_ms, text),
                }
            }
            // One that halted meanwhile waits for it twice.
            Some(Promise::HandIn { .. }) if self.given.contains(&key) || self.late.contains(&key) => Ok(()),
            // Nobody takes it in.
            Some(Promise::HandIn { round, .. }) if round != self.state.round => {
                self.late.insert(key);
                Ok(())
            }
            Some(Promise::HandIn { .. }) => {
                self.given.insert(key);
                self.line(at_ms, text)
            }
            None => Err(format!("it was given `{key}`")),
        }
    }
}

/// Who drives a run that is not at rest.
pub(super) fn held_by(status: &Status) -> Option<String> {
    match status {
        Status::Busy(who) => Some(who.clone()),
        Status::Stuck { .. } | Status::Idle | Status::Over | Status::Killed(_) => None,
    }
}

/// Why nobody does.
pub(super) fn stuck(status: &Status) -> Option<String> {
    match status {
        Status::Stuck { why, .. } => Some(why.clone()),
        Status::Busy(_) | Status::Idle | Status::Over | Status::Killed(_) => None,
    }
}
