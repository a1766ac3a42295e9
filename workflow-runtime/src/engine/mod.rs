//! The seam to an engine that drives runs by itself, such as Restate: what its adapter crate implements, and is given.
//! Not public API: it changes without notice, and the adapter crates are pinned to it.
//!
//! Two sides meet here. A service carries a run out with what [`Durable`] keeps for it (`drive`, `parallel`, `undo`);
//! everybody else looks at runs from outside through [`Remote`] (`remote`, `follow`). Both sides write the lines of the
//! embedded journal, so a run reads the same wherever it is kept; `promises` names what a run waits for.

mod attempt;
mod drive;
mod follow;
mod kept;
mod parallel;
mod promises;
mod reading;
mod remote;
mod staffed;
mod told;
mod undo;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

pub(crate) use self::reading::Halt;
pub(crate) use self::remote::OnEngine;
pub use self::remote::runtime_on;
pub use self::staffed::{Ended, Staffed};
use crate::error::{Kind, RuntimeError};

/// A future of the seam.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What an engine keeps for one run while a service carries it out.
///
/// After each interruption the engine has the run carried out again from its beginning: whatever was kept is yielded
/// again, in the order in which it came the first time, and nothing of it is done twice.
pub trait Durable: Send + Sync {
    /// Does the work and keeps the text that it comes to; a repeat yields that text and leaves the work undone.
    fn once<'a>(&'a self, name: &'a str, work: Doing<'a, String>) -> Doing<'a, Result<String, Stopped>>;

    /// Begins a part that is finished elsewhere. Repeats begin the same parts in the same order.
    fn begin(&self, part: Part) -> Ticket;

    /// The first of these parts that is over. Once it was yielded, its ticket is used up.
    fn next<'a>(&'a self, tickets: &'a [Ticket]) -> Doing<'a, Result<(Ticket, Outcome), Stopped>>;
}

/// Which of the parts that were begun: they are numbered in that order, from 0.
pub type Ticket = usize;

/// Something that is finished elsewhere.
#[derive(Debug, Clone)]
pub enum Part {
    /// One attempt at a step, by any service of the plan: `task` goes to [`Staffed::attempt`].
    Attempt {
        /// The path of the step.
        name: String,
        /// What that service needs to know.
        task: String,
    },
    /// Time that passes.
    Timer(Duration),
    /// Something that somebody gives the run under this key: see [`Remote::give`].
    Promise(String),
}

/// What came of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The text that was made or given.
    Text(String),
    /// The time is over.
    Rang,
    /// The engine ended the part without a result, and says why.
    Lost(String),
}

/// The run was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Runs on an engine, from outside.
pub trait Remote: Send + Sync + 'static {
    /// The engine and where it is, for messages: "the Restate server at `http://127.0.0.1:9070`".
    fn place(&self) -> String;

    /// Begins a run, unless there is one of that id; yields whether it did. `begun` is the run's first line, and goes to
    /// [`Staffed::drive`].
    fn begin<'a>(
        &'a self,
        plan: PlanName<'a>,
        id: &'a str,
        begun: String,
    ) -> Doing<'a, Result<bool, RuntimeError>>;

    /// Everything that is kept of a run.
    fn look<'a>(&'a self, id: &'a str) -> Doing<'a, Result<Option<Seen>, RuntimeError>>;

    /// All runs, in the order in which they began.
    fn list(&self) -> Doing<'_, Result<Vec<Listed>, RuntimeError>>;

    /// Gives a run something under that key; yields whether it was the first to be given.
    fn give<'a>(&'a self, run: &'a Seen, key: &'a str, text: String)
    -> Doing<'a, Result<bool, RuntimeError>>;

    /// Tells a run to stop.
    fn stop<'a>(&'a self, run: &'a Seen) -> Doing<'a, Result<(), RuntimeError>>;

    /// Has a run that is done taken back; `lines` are all that it has, and go to [`Staffed::take_back`].
    fn take_back<'a>(&'a self, run: &'a Seen, lines: Vec<String>) -> Doing<'a, Result<(), RuntimeError>>;
}

/// Which plan: a changed one has another fingerprint.
#[derive(Debug, Clone, Copy)]
pub struct PlanName<'a> {
    /// The name of the workflow.
    pub workflow: &'a str,
    /// SHA-256 of the plan's outline, in hexadecimal.
    pub fingerprint: &'a str,
}

/// A run as the engine has it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The run's id.
    pub id: String,
    /// The name of its workflow.
    pub workflow: String,
    /// Its plan, as [`Staffed::outline`] tells it.
    pub plan: Arc<str>,
    /// What the engine calls it: the adapter's own.
    pub handle: String,
    /// What was kept, in that order.
    pub entries: Vec<Entry>,
    /// Who has it now.
    pub status: Status,
    /// When it began, in milliseconds since 1970.
    pub began_ms: u64,
    /// When it last changed.
    pub changed_ms: u64,
}

/// One thing that the engine kept of a run.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What.
    pub kind: EntryKind,
}

/// What was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// The run's first line.
    Begun(String),
    /// An attempt at something was begun, under this name.
    Trying(String),
    /// What [`Durable::once`] or an attempt came to.
    Kept {
        /// The name that it was done under.
        name: String,
        /// The text.
        text: String,
    },
    /// The run waits for something under this key.
    Awaits(String),
    /// That was given.
    Given {
        /// The key.
        key: String,
        /// What.
        text: String,
    },
    /// The run was told to stop.
    Stopped,
    /// From here on it is about taking the run back after it was done.
    TakingBack,
}

/// Who has a run now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// A service carries it out, or is about to: who.
    Busy(String),
    /// Nobody: the engine waits for what the run awaits.
    Idle,
    /// The engine cannot have it carried out now, and says why. It tries again by itself, unless it is `paused`.
    Stuck {
        /// Who should carry it out, and what is wrong.
        why: String,
        /// Whether somebody must tell the engine to go on.
        paused: bool,
    },
    /// It is over.
    Over,
    /// An operator of the engine ended it.
    Killed(String),
}

/// A run as it is listed.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The run's id.
    pub id: String,
    /// The name of its workflow.
    pub workflow: String,
    /// Its plan, as in [`Seen`].
    pub plan: Arc<str>,
    /// What it waits for: the key of the newest promise that nothing was given for.
    pub awaits: Option<String>,
    /// The name of what was begun last.
    pub last: String,
    /// Whether it was taken back, if it is over.
    pub undone: bool,
    /// Who has it now.
    pub status: Status,
    /// When it began, in milliseconds since 1970.
    pub began_ms: u64,
    /// When it last changed.
    pub changed_ms: u64,
}

/// A kind of engine that programs can be told to use: `--engine NAME --url URL`.
pub trait EngineKind: Send + Sync {
    /// The name of `--engine`.
    fn name(&self) -> &'static str;

    /// Where it is, if that is not said.
    fn default_url(&self) -> &'static str;

    /// Makes a connection; whether anything answers is found out when it is used.
    fn connect(&self, url: &str) -> Result<Arc<dyn Remote>, RuntimeError>;

    /// Serves a plan until the program is told to end.
    fn serve(&self, staffed: Staffed, at: Serving) -> Doing<'static, Result<(), RuntimeError>>;
}

/// Where a program serves its plan.
#[derive(Clone)]
pub struct Serving {
    /// Where the engine is.
    pub url: String,
    /// Where the service listens, as in `127.0.0.1:9080`.
    pub listen: String,
    /// Where the engine reaches the service, if that is another address.
    pub advertise: Option<String>,
    /// Told once the service listens and is registered: in a sentence.
    pub ready: Arc<dyn Fn(&str) + Send + Sync>,
}

static ENGINE: OnceLock<&'static dyn EngineKind> = OnceLock::new();

/// Makes programs offer an engine. The first counts.
pub fn install(engine: &'static dyn EngineKind) {
    let _ = ENGINE.set(engine);
}

/// The engine that programs offer.
#[cfg(feature = "cli")]
pub(crate) fn installed() -> Option<&'static dyn EngineKind> {
    ENGINE.get().copied()
}

/// The engine could not be reached, or not do what was asked; the text says what to do.
pub fn unavailable(message: impl Into<String>) -> RuntimeError {
    RuntimeError::new(Kind::Store, message)
}

/// What answers is not what was asked for: no engine, another version, a plan that nobody serves.
pub fn misplaced(message: impl Into<String>) -> RuntimeError {
    RuntimeError::new(Kind::Place, message)
}

/// The engine refuses it, and nothing was changed.
pub fn refused(message: impl Into<String>) -> RuntimeError {
    RuntimeError::new(Kind::Refused, message)
}

/// A run of that id belongs to another workflow.
pub fn other_workflow(id: &str, found: &str, wanted: &str) -> RuntimeError {
    crate::journal::memory::other_workflow(id, found, wanted)
}
