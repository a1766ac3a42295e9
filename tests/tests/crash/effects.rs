//! What happens in a process, written down at once: a line for each thing that a step does, and for each that an observer
//! is told. A process that is killed loses no line, so the next one to read them knows how far it came.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use workflow_runtime::{RunEvent, RunEventKind, StepContext};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Effect {
    pub(crate) run: String,
    pub(crate) what: What,
    /// The path of a step, the name of a phase, or what else belongs to one; empty for a run as a whole.
    pub(crate) place: String,
    pub(crate) round: u32,
    /// 0 for what has no attempts.
    pub(crate) attempt: u32,
    /// What work was given, or what a run has made in all; JSON, and empty where it is about neither.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) value: String,
}

/// A piece of work, whichever attempt: its run, place and round.
pub(crate) type Work = (String, String, u32);

impl Effect {
    pub(crate) fn work(&self) -> Work {
        (self.run.clone(), self.place.clone(), self.round)
    }

    /// Of a run as a whole.
    pub(crate) fn of_run(run: &str, what: What) -> Self {
        Effect {
            run: run.to_owned(),
            what,
            place: String::new(),
            round: 0,
            attempt: 0,
            value: String::new(),
        }
    }
}

/// What a line is about: the first three are written by the work itself, the last by who drove the run to its end, and
/// the others by the observer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum What {
    Start,
    Half,
    Did,
    Begun,
    TakenUp,
    StepStarted,
    StepDone,
    StepFailed,
    Rejected,
    Waiting,
    HandedIn,
    Stands,
    Waived,
    PhaseDone,
    Finished,
    UndoBegan,
    UndoStarted,
    StepUndone,
    UndoFailed,
    Undone,
    Made,
}

/// Where lines are written.
#[derive(Debug)]
pub(crate) struct Effects {
    file: File,
    /// The process aborts when one of these was written.
    fatal: BTreeSet<Effect>,
}

impl Effects {
    /// At the end of a file.
    pub(crate) fn at(path: &Path, fatal: BTreeSet<Effect>) -> Self {
        let file = File::options().append(true).create(true).open(path);
        Effects {
            file: file.expect("effects can be written"),
            fatal,
        }
    }

    /// Something about the work that a context is for, or about what belongs to it, such as `Planning.unchart`.
    pub(crate) fn doing(&self, what: What, place: &str, cx: &StepContext, value: String) {
        self.note(&Effect {
            run: cx.run_id().to_owned(),
            what,
            place: place.to_owned(),
            round: cx.round(),
            attempt: cx.attempt(),
            value,
        });
    }

    /// What a run has made in all, as its driver has it.
    pub(crate) fn made(&self, run: &str, all: String) {
        self.note(&Effect {
            value: all,
            ..Effect::of_run(run, What::Made)
        });
    }

    /// What an observer is told.
    pub(crate) fn hear(&self, event: &RunEvent<'_>) {
        use RunEventKind as Kind;
        let (what, place, attempt) = match event.kind {
            Kind::Began => (What::Begun, "", 0),
            Kind::TakenUp { .. } => (What::TakenUp, "", 0),
            Kind::StepStarted { step, attempt } => (What::StepStarted, step, attempt),
            Kind::StepDone { step, attempt, .. } => (What::StepDone, step, attempt),
            Kind::StepFailed { step, attempt, .. } => (What::StepFailed, step, attempt),
            Kind::Rejected { gate, .. } => (What::Rejected, gate, 0),
            Kind::Waiting { step } => (What::Waiting, step, 0),
            Kind::HandedIn { step, .. } => (What::HandedIn, step, 0),
            Kind::Stands { gate, .. } => (What::Stands, gate, 0),
            Kind::Waived { phase, .. } => (What::Waived, phase, 0),
            Kind::PhaseDone { phase } => (What::PhaseDone, phase, 0),
            Kind::Finished => (What::Finished, "", 0),
            Kind::UndoBegan => (What::UndoBegan, "", 0),
            Kind::UndoStarted { step, attempt } => (What::UndoStarted, step, attempt),
            Kind::StepUndone { step, attempt } => (What::StepUndone, step, attempt),
            Kind::UndoFailed { step, attempt, .. } => (What::UndoFailed, step, attempt),
            Kind::Undone => (What::Undone, "", 0),
            ref other => panic!("no line for {other:?}"),
        };
        // Where it is taken up depends on when it was killed, and a kill at that line should not.
        let round = if what == What::TakenUp { 0 } else { event.round };
        self.note(&Effect {
            run: event.run.to_owned(),
            what,
            place: place.to_owned(),
            round,
            attempt,
            value: String::new(),
        });
    }

    fn note(&self, effect: &Effect) {
        let line = serde_json::to_string(effect).expect("a line is JSON") + "\n";
        // In one call, so that lines of several threads do not mix.
        (&self.file)
            .write_all(line.as_bytes())
            .expect("effects can be written");
        if self.fatal.contains(effect) {
            std::process::abort();
        }
    }
}

/// The lines of a file so far; the last one may have been cut off.
pub(crate) fn read(path: &Path) -> Vec<Effect> {
    let mut lines = Lines::of(path);
    lines.read_on();
    lines.effects
}

/// A file that is still written.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    /// So many bytes of it are read.
    read: usize,
    pub(crate) effects: Vec<Effect>,
}

impl Lines {
    pub(crate) fn of(path: &Path) -> Self {
        Lines {
            path: path.to_owned(),
            read: 0,
            effects: Vec::new(),
        }
    }

    /// Reads what came since; says whether that was anything.
    pub(crate) fn read_on(&mut self) -> bool {
        let text = fs::read(&self.path).unwrap_or_default();
        let news = text.get(self.read..).unwrap_or_default();
        let before = self.read;
        for line in news.split_inclusive(|byte| *byte == b'\n') {
            if line.ends_with(b"\n") {
                self.read += line.len();
                let effect = serde_json::from_slice(line).expect("a line is an effect");
                self.effects.push(effect);
            }
        }
        self.read > before
    }
}
