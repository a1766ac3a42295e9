//! The seam between driving a run and keeping it: everything above knows these two traits only.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::bell::Bell;
use crate::engine::{Halt, OnEngine};
use crate::error::RuntimeError;
use crate::history::Record;
use crate::journal::event::Event;
use crate::layout::{Layout, Outline};
use crate::run::state::State;
use crate::summary::{RunSummary, Standing};

/// A reply that takes a while.
pub(crate) type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, RuntimeError>> + Send + 'a>>;

/// Keeps the journals of many runs.
pub(crate) trait Backend: Send + Sync + 'static {
    /// Whether values become text on their way in, so that takers must get what is read back.
    fn writes(&self) -> bool;

    /// The engine that drives the runs by itself, if one does.
    fn engine(&self) -> Option<&OnEngine> {
        None
    }

    /// Begins a run and takes hold of it. Refused if the id is taken.
    fn begin<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a Arc<str>,
        begun: Event,
    ) -> Reply<'a, Box<dyn Hold>>;

    /// Takes hold of a run that was begun, and shows it to the reader; `None` if there is none of that id.
    fn take_up<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a Arc<str>,
        reader: &'a mut dyn Reader,
    ) -> Reply<'a, Option<Found>>;

    /// Shows a run to the reader without taking hold of it; yields the number of its last line, and how it stood by that.
    fn read<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a str,
        reader: &'a mut dyn Reader,
    ) -> Reply<'a, Option<(u64, Standing)>>;

    /// The plan that a run goes under: the last that it was taken up with.
    fn plan_of<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Outline>>;

    /// Everything that was recorded of a run, with its plan as for [`Backend::plan_of`].
    fn history<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Recordings>>;

    /// All runs, in the order in which they began.
    fn list(&self) -> Reply<'_, Vec<RunSummary>>;

    /// Checks that the journal of a run is as it was recorded.
    fn verify<'a>(&'a self, id: &'a str) -> Reply<'a, ()>;

    /// Ends the hold on a run, whoever has it; that handle is fenced off.
    fn break_hold<'a>(&'a self, id: &'a str) -> Reply<'a, ()>;

    /// Appends that whoever drives the run is to stop, wherever it is by then, unless it is over. Yields how it stood;
    /// `None` if there is no such run.
    fn cancel<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Standing>>;

    /// Appends what is handed in, unless the run has moved on since `seen`; says whether it was appended.
    /// `standing` is how the run stands then. Whoever drives the run hears of it.
    fn hand_in<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a str,
        seen: u64,
        event: Event,
        standing: Standing,
    ) -> Reply<'a, bool>;
}

/// A run as it is listed, its plan, and what was recorded of it.
pub(crate) type Recordings = (RunSummary, Outline, Vec<Record>);

/// The right to write one run's journal. It ends when this is dropped.
pub(crate) trait Hold: Send + Sync {
    /// Whether values become text on their way in, so that takers must get what is read back.
    fn writes(&self) -> bool;

    /// Rung when others append to the run or end the hold, or it is to stop.
    fn bell(&self) -> &Arc<Bell>;

    /// Appends an event; done when it is kept for good.
    fn record(&self, layout: &Layout, event: Event, standing: Standing) -> Recording<'_>;

    /// Says how the run stands, without a line: what was recorded last did not know what others had done just before.
    fn stands(&self, standing: Standing) -> Reply<'_, ()>;

    /// What was appended after the line `seen`, by whomever; refused if the hold was ended.
    fn since<'a>(&'a self, layout: &'a Arc<Layout>, seen: u64) -> Reply<'a, (Vec<Event>, u64)>;

    /// Whether a run on an engine had halted when it was taken up: what it halts for later is news.
    fn found(&self) -> &Halt {
        &Halt::None
    }
}

/// Takes in a run as its journal is read, line by line: only what it keeps stays in memory.
pub(crate) trait Reader: Send {
    /// The plan that the run was begun under, in outline, if that is not the plan as it is now. Comes first.
    fn other_plan(&mut self, before: Outline);

    /// The next event.
    fn event(&mut self, event: Event);

    /// The next line names something that the plan as it is now does not have.
    fn gone(&mut self, gone: Gone);
}

/// What a line names and the plan does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gone {
    /// A step, by its path.
    Step(String),
    Phase(String),
    /// The other way round: an input that the run was begun without.
    NewInput(String),
}

impl Standing {
    /// How a run stands once whoever drives it is to stop, by how it stood; `None` if it is too late for that.
    pub(crate) fn stopped(self) -> Option<Self> {
        match self {
            Standing::Done | Standing::Undone => None,
            Standing::Undoing => Some(Standing::Undoing),
            _ => Some(Standing::Cancelled),
        }
    }

    /// How a run stands at `state`, once `event` was handed in, by how it stood.
    pub(crate) fn handed_in(self, event: &Event, state: &State, layout: &Layout) -> Self {
        match event {
            Event::Rejected { back: None, .. } => Standing::Halted,
            Event::Rejected { .. } => Standing::Running,
            _ if state.is_done(layout) => Standing::Done,
            // What it halted over is there still.
            _ if self == Standing::Halted => Standing::Halted,
            _ if state.waits(layout) => Standing::Waiting,
            _ => Standing::Running,
        }
    }
}

/// A run that was taken hold of.
pub(crate) struct Found {
    pub(crate) hold: Box<dyn Hold>,
    /// The number of its last line.
    pub(crate) seen: u64,
    /// How it stood by that line.
    pub(crate) stood: Standing,
}

/// An append under way. In memory it is over before it is asked for.
pub(crate) enum Recording<'a> {
    Kept(Result<(), RuntimeError>),
    Writing(Reply<'a, ()>),
}

impl Future for Recording<'_> {
    type Output = Result<(), RuntimeError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Recording::Kept(result) => Poll::Ready(std::mem::replace(result, Ok(()))),
            Recording::Writing(reply) => reply.as_mut().poll(cx),
        }
    }
}
