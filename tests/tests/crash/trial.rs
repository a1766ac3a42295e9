//! One file, driven by one child after another; this process hands in what they wait for, and looks at the file after each.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;
use tests::dice::Dice;
use tests::place;
use workflow_runtime::{RunEvent, Runtime};

use crate::child::Errand;
use crate::effects::{self, Effect, Effects, Lines, What};
use crate::plan;
use crate::undoing;
use crate::witness::{Deeds, Journals, Witness};

/// For anything that one child does; a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// How children are driven in a trial.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fleet {
    /// All at once.
    pub(crate) runs: &'static [&'static str],
    /// How long each half of a step takes.
    pub(crate) pause: Duration,
}

/// Each run with all that it has made.
pub(crate) type Made = BTreeSet<(String, String)>;

/// When a child is killed.
#[derive(Debug)]
pub(crate) enum Kill {
    Never,
    /// It aborts by itself when it has written one of these.
    At(BTreeSet<Effect>),
    /// So long after it was started.
    After(Duration),
    /// So long after it has written so many lines.
    AfterLines(usize, Duration),
}

/// What became of a child.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) killed: bool,
    pub(crate) effects: Vec<Effect>,
}

impl Ended {
    /// Whether it was doing something when it was killed; `None` if it was not killed.
    pub(crate) fn hit(&self) -> Option<bool> {
        self.killed.then_some(!self.effects.is_empty())
    }
}

/// The file and what is known of it.
pub(crate) struct Trial {
    folder: TempDir,
    fleet: Fleet,
    children: usize,
    witness: Witness,
    /// What was handed in, by what was waited for.
    handed_in: BTreeSet<Effect>,
    /// What drivers had when their runs were at their end.
    made: Made,
    /// The file as this process has it open: not always, so that children also find and leave a file that nobody else has.
    open: Option<Runtime>,
    keeps_open: bool,
    waits: tokio::runtime::Runtime,
    /// For a human, should anything be wrong.
    story: String,
}

impl Trial {
    pub(crate) fn new(fleet: Fleet) -> Self {
        let waits = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Trial {
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
            fleet,
            children: 0,
            witness: Witness::default(),
            handed_in: BTreeSet::new(),
            made: Made::new(),
            open: None,
            keeps_open: false,
            waits: waits.expect("something to wait with"),
            story: String::new(),
        }
    }

    /// Starts a child, waits for its end, and looks at what it left.
    pub(crate) fn child(&mut self, kill: &Kill, dice: &mut Dice) -> Ended {
        self.children += 1;
        self.keeps_open = dice.percent(30);
        self.close();
        let killed = match kill {
            Kill::At(any) if any.len() > 1 => format!("at any of {} boundaries", any.len()),
            kill => format!("{kill:?}"),
        };
        let _ = writeln!(self.story, "\nchild {}, killed {killed}", self.children);
        let errand = Errand {
            journal: self.path("plan.db"),
            effects: self.path(&format!("effects-{}", self.children)),
            runs: self.fleet.runs.iter().map(|run| (*run).to_owned()).collect(),
            pause: self.fleet.pause,
            failed: self.witness.failures(),
            fatal: match kill {
                Kill::At(fatal) => fatal.clone(),
                _ => BTreeSet::new(),
            },
        };
        let ended = self.wait_for(&errand, kill);
        for effect in &ended.effects {
            let Effect {
                run,
                what,
                place,
                round,
                attempt,
                value,
            } = effect;
            let _ = writeln!(self.story, "  {run} {what:?} {place} r{round} a{attempt} {value}");
            if *what == What::Made {
                self.made.insert((run.clone(), value.clone()));
            }
        }
        self.look(&ended);
        // Else it is handed in when the next child comes to it.
        if dice.percent(50) {
            self.hand_in(&ended.effects);
        }
        ended
    }

    fn wait_for(&mut self, errand: &Errand, kill: &Kill) -> Ended {
        let complaints = self.path("complaints");
        let mut child = errand.start(&complaints);
        let mut lines = Lines::of(&errand.effects);
        let (started, mut killed) = (Instant::now(), false);
        let status = loop {
            if let Some(status) = child.ended() {
                break status;
            }
            if lines.read_on() {
                self.hand_in(&lines.effects);
            }
            if !killed && kill.is_due(started.elapsed(), lines.effects.len()) {
                child.kill();
                killed = true;
            }
            if started.elapsed() > PATIENCE {
                self.fail("the child neither ended nor died");
            }
            thread::sleep(Duration::from_micros(300));
        };
        lines.read_on();
        let effects = lines.effects;
        let aborted = effects.iter().any(|effect| errand.fatal.contains(effect));
        if !status.success() && !killed && !aborted {
            let complaints = std::fs::read_to_string(complaints).unwrap_or_default();
            let story = effects.iter().map(|effect| format!("  {effect:?}\n"));
            self.story.extend(story);
            self.fail(&format!("the child failed, {status}:\n{complaints}"));
        }
        Ended {
            // It may have been quicker than its kill.
            killed: !status.success(),
            effects,
        }
    }

    /// Hands in what is waited for, each thing once.
    fn hand_in(&mut self, effects: &[Effect]) {
        let waits = |effect: &&Effect| effect.what == What::Waiting && !self.handed_in.contains(effect);
        let waits: BTreeSet<Effect> = effects.iter().filter(waits).cloned().collect();
        for waits in waits {
            let runtime = self.open();
            let told = match self.block_on(plan::hand_in(&runtime, &waits)) {
                Ok(true) => "handed in",
                Ok(false) => "too late to hand in",
                Err(error) => self.fail(&format!("{waits:?} cannot be handed in: {error}")),
            };
            let _ = writeln!(self.story, "  {told} for {} {}", waits.run, waits.place);
            self.handed_in.insert(waits);
            drop(runtime);
            self.close();
        }
    }

    /// What must hold after each child, however it ended.
    fn look(&mut self, ended: &Ended) {
        let runtime = self.open();
        let runs = match self.block_on(runtime.runs()) {
            Ok(runs) => runs,
            Err(error) => self.fail(&format!("the runs cannot be listed: {error}")),
        };
        let sql = Connection::open(self.path("plan.db")).expect("the file is a database");
        let mut journals = Journals::new();
        for run in runs {
            if let Err(error) = self.block_on(runtime.verify(&run.id)) {
                self.fail(&format!("the journal is not whole: {error}"));
            }
            let lines = place::lines(&sql, &run.id);
            if let Err(fault) = undoing::is_listed_so(&lines, run.standing) {
                self.fail(&format!("run `{}` {fault}", run.id));
            }
            journals.insert(run.id, lines);
        }
        let handed_in = effects::read(&self.path("effects-here"));
        let deeds = Deeds {
            effects: &ended.effects,
            handed_in: &handed_in,
            came_to_the_end: !ended.killed,
        };
        if let Err(fault) = self.witness.look(journals, &deeds) {
            self.fail(&fault);
        }
        // Closed before the runtime is, so that it is the runtime that puts the file in order.
        drop(sql);
        drop(runtime);
        self.close();
    }

    /// What each run has made unless it was taken back, and what its journal says; they must be at their end.
    pub(crate) fn outcome(&mut self) -> (Made, Journals) {
        let runtime = self.open();
        let mut made = Made::new();
        for run in self.fleet.runs {
            match self.block_on(plan::made_by(&runtime, run)) {
                Ok(of_run) => made.extend(of_run.map(|of_run| ((*run).to_owned(), of_run))),
                Err(fault) => self.fail(&fault),
            };
        }
        if self.made != made {
            self.fail(&format!(
                "drivers had\n{:#?}\nand the journal has\n{made:#?}",
                self.made
            ));
        }
        (made, self.witness.journals().clone())
    }

    /// Holds the end of all runs against that of an undisturbed trial.
    pub(crate) fn must_agree_with(&mut self, (made, journals): &(Made, Journals)) {
        let (made_here, _) = self.outcome();
        if made_here != *made {
            self.fail(&format!("made {made_here:#?}, and undisturbed {made:#?}"));
        }
        if let Err(fault) = self.witness.agrees_with(journals) {
            self.fail(&fault);
        }
    }

    fn open(&mut self) -> Runtime {
        if let Some(runtime) = &self.open {
            return runtime.clone();
        }
        let runtime = match Runtime::open(self.path("plan.db")) {
            Ok(runtime) => runtime,
            Err(error) => self.fail(&format!("the file does not open: {error}")),
        };
        let effects = Arc::new(Effects::at(&self.path("effects-here"), BTreeSet::new()));
        let runtime = runtime.with_observer(move |event: &RunEvent<'_>| effects.hear(event));
        self.open.insert(runtime).clone()
    }

    fn close(&mut self) {
        if !self.keeps_open {
            self.open = None;
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let in_time = async { tokio::time::timeout(PATIENCE, future).await };
        match self.waits.block_on(in_time) {
            Ok(value) => value,
            Err(_) => self.fail("the file does not answer"),
        }
    }

    fn fail(&self, fault: &str) -> ! {
        panic!("{fault}\n{}\n{:#?}", self.story, self.witness.journals())
    }
}

impl Kill {
    fn is_due(&self, elapsed: Duration, lines: usize) -> bool {
        match self {
            Kill::Never | Kill::At(_) => false,
            Kill::After(time) => elapsed >= *time,
            Kill::AfterLines(least, time) => {
                let is_due = lines >= *least;
                if is_due {
                    thread::sleep(*time);
                }
                is_due
            }
        }
    }
}
