//! The seam between driving a run and keeping it: everything above knows these two traits only.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::RuntimeError;
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

    /// Begins a run and takes hold of it. Refused if the id is taken.
    fn begin<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a Arc<str>,
        begun: Event,
    ) -> Reply<'a, Box<dyn Hold>>;

    /// Takes hold of a run that was begun; `None` if there is none of that id.
    fn take_up<'a>(&'a self, layout: &'a Arc<Layout>, id: &'a Arc<str>) -> Reply<'a, Option<Found>>;

    /// Reads a run without taking hold of it.
    fn read<'a>(&'a self, layout: &'a Arc<Layout>, id: &'a str) -> Reply<'a, Option<Record>>;

    /// All runs, in the order in which they began.
    fn list(&self) -> Reply<'_, Vec<RunSummary>>;

    /// Checks that the journal of a run is as it was recorded.
    fn verify<'a>(&'a self, id: &'a str) -> Reply<'a, ()>;

    /// Ends the hold on a run, whoever has it; that handle is fenced off.
    fn break_hold<'a>(&'a self, id: &'a str) -> Reply<'a, ()>;

    /// Appends what was handed in, unless the run has moved on since `seen`; says whether it was appended. `standing` is
    /// how the run stands then.
    fn hand_in<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a str,
        seen: u64,
        event: Event,
        standing: Standing,
    ) -> Reply<'a, bool>;
}

/// The right to write one run's journal. It ends when this is dropped.
pub(crate) trait Hold: Send + Sync {
    /// Whether values become text on their way in, so that takers must get what is read back.
    fn writes(&self) -> bool;

    /// Appends an event; done when it is kept for good.
    fn record(&self, layout: &Layout, event: &Event, standing: Standing) -> Recording<'_>;

    /// What was appended after the line `seen`, by whomever.
    fn since<'a>(&'a self, layout: &'a Arc<Layout>, seen: u64) -> Reply<'a, (Vec<Event>, u64)>;
}

impl Standing {
    /// How a run stands at `state` after `event`, when that was the last.
    pub(crate) fn after(event: &Event, state: &State, layout: &Layout) -> Self {
        match event {
            Event::Failed { last: true, .. } | Event::Rejected { back: None, .. } => Standing::Halted,
            Event::Waiting { .. } => Standing::Waiting,
            _ if state.is_done(layout) => Standing::Done,
            Event::Done { by: Some(_), .. } if state.waits(layout) => Standing::Waiting,
            _ => Standing::Running,
        }
    }
}

/// A run as the journal has it.
pub(crate) struct Record {
    /// The plan it was begun under, in outline; `None` if it is the same plan as now.
    pub(crate) other_plan: Option<Outline>,
    pub(crate) events: Vec<Event>,
    /// The number of its last line.
    pub(crate) seen: u64,
}

/// A run that was taken hold of.
pub(crate) struct Found {
    pub(crate) hold: Box<dyn Hold>,
    pub(crate) record: Record,
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
