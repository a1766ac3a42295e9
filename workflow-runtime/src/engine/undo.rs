//! Takes a run back on an engine: what was done is undone last to first, each kept.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;

use crate::bell::Bell;
use crate::call::Taken;
use crate::engine::attempt::wait_after;
use crate::engine::drive::{Break, Run};
use crate::engine::{Durable, Ended, Staffed, kept};
use crate::journal::backend::Reader;
use crate::journal::event::Event;
use crate::layout::Layout;
use crate::observe::RunEventKind;
use crate::run::perform::{Crew, Missed, next_try, within};
use crate::run::undo::{Done, History};
use crate::step::{RunOf, StepContext, StepError};

/// Takes back a run that was carried out to its end.
pub(super) async fn take_back(
    staffed: &Staffed,
    durable: &dyn Durable,
    id: &str,
    lines: &[String],
) -> Result<Ended, String> {
    let mut run = Run::new(staffed, durable, id);
    for line in lines {
        run.take_in(line)?;
    }
    run.apply(Event::Undoing)?;
    run.take_back_to_the_end().await
}

/// One attempt at undoing what a step did.
struct Attempt {
    step: u16,
    round: u32,
    /// From 1.
    attempt: u32,
    /// How many failed in a row before it.
    failed: u32,
    given: Taken,
}

impl Run<'_> {
    /// Takes back what is left to be.
    pub(super) async fn take_back(&mut self) -> Result<(), Break> {
        let mut history = History::new(self.layout);
        self.events.iter().for_each(|event| history.event(event.clone()));
        history
            .is_known(&self.of.id)
            .map_err(|error| Break::Unreadable(error.to_string()))?;
        let mut left = history.left();
        while let Some(done) = left.pop() {
            if let Some(crew) = self.staffed.crews.undo_of(self.layout.phase_of(done.step)) {
                self.undo(&*crew, &done).await?;
            }
        }
        let line = self.keep(kept::UNDONE, &Event::Undone).await?;
        self.take_in(&line)?;
        Ok(())
    }

    async fn undo(&mut self, crew: &dyn Crew, done: &Done) -> Result<(), Break> {
        let (layout, staffed) = (self.layout, self.staffed);
        let given = done
            .given(layout)
            .map_err(|(artifact, error)| kept::undecodable(layout, artifact, &error))?;
        let (mut attempt, mut failed) = done.attempts;
        let name = kept::undoing(layout.path(done.step));
        loop {
            attempt += 1;
            let made = Attempt {
                step: done.step,
                round: done.round,
                attempt,
                failed,
                given: given.clone(),
            };
            let of = Arc::clone(&self.of);
            let work = Box::pin(async move { line_of(staffed, &of, crew, made).await });
            let line = self.durable.once(&name, work).await;
            let line = line.or_else(|stopped| self.is_stopped(stopped))?;
            match self.take_in(&line)? {
                Event::UndoFailed { last: false, .. } => {
                    failed += 1;
                    let wait = wait_after(&self.of, &name, done.step, attempt, failed);
                    self.wait(wait).await?;
                }
                Event::UndoFailed { .. } => return Err(Break::Halted),
                _ => return Ok(()),
            }
        }
    }
}

/// Makes the attempt, and yields the line of what came of it.
async fn line_of(staffed: &Staffed, of: &Arc<RunOf>, crew: &dyn Crew, made: Attempt) -> String {
    let layout = &staffed.layout;
    let Attempt {
        step,
        round,
        attempt,
        failed,
        ..
    } = made;
    let tell = |kind: RunEventKind<'_>| staffed.runtime.tell(layout, &of.id, round, kind);
    let path = layout.path(step);
    tell(RunEventKind::UndoStarted { step: path, attempt });
    let event = match attempted(layout, of, crew, made).await {
        Ok(()) => {
            tell(RunEventKind::StepUndone { step: path, attempt });
            Event::StepUndone { step, round, attempt }
        }
        Err(error) => {
            let (retry_in, text) = next_try(layout.step(step).retry, failed + 1, &error);
            tracing::warn!(step = path, attempt, error = &*text, "undo failed");
            tell(RunEventKind::UndoFailed {
                step: path,
                attempt,
                error: &text,
                retry_in,
            });
            Event::UndoFailed {
                step,
                round,
                attempt,
                error: text,
                terminal: error.is_terminal(),
                last: retry_in.is_none(),
            }
        }
    };
    // A line of an undo has nothing in it that could not be written.
    kept::line(layout, &event).unwrap_or_default()
}

async fn attempted(
    layout: &Layout,
    of: &Arc<RunOf>,
    crew: &dyn Crew,
    made: Attempt,
) -> Result<(), StepError> {
    let member = made.step - layout.members(layout.phase_of(made.step)).start;
    let cx = StepContext {
        of: Arc::clone(of),
        step: made.step,
        attempt: made.attempt,
        round: made.round,
        undoes: true,
    };
    let bell = Bell::default();
    let limit = layout.step(made.step).timeout;
    let work = async { within(limit, bell.unless_stopped(crew.work(member, cx, made.given))).await };
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(Missed::Failed(error))) => Err(error),
        Ok(Err(Missed::Stopped)) => Err(StepError::new("it was stopped")),
        Err(panic) => Err(StepError::panicked(&*panic)),
    }
}
