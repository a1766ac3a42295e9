//! The short way: steps in memory that ask for nothing but their method and are over at once, as most are. They go without
//! the futures, spans and times that others need; whatever else comes of one is left to the long way.

use std::future::{poll_fn, ready};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::call::{Product, Work};
use crate::error::Reason;
use crate::journal::backend::Hold;
use crate::journal::event::{Event, Payload};
use crate::run::core::Live;
use crate::run::perform::Crew;
use crate::step::{StepContext, StepError};
use crate::summary::Standing;
use crate::verdict::Verdict;

/// How far the steps came.
pub(super) enum Quick {
    /// All of them are done.
    Done,
    /// This one has to go the long way; its first attempt may have been begun.
    Long(u16, Option<Work>),
}

impl Live {
    /// Does the steps one after the other, as far as the short way goes.
    pub(super) async fn quickly(&mut self, crew: &dyn Crew, steps: Range<u16>) -> Result<Quick, Reason> {
        poll_fn(|context| Poll::Ready(self.all_quickly(crew, steps.clone(), context))).await
    }

    fn all_quickly(
        &mut self,
        crew: &dyn Crew,
        steps: Range<u16>,
        context: &mut Context<'_>,
    ) -> Result<Quick, Reason> {
        let hold = self.shared_hold()?;
        let nobody_listens = !self.runtime.is_observed() && !tracing::enabled!(tracing::Level::INFO);
        for step in steps {
            let is_plain = self.layout.is_plain(step) && self.state.is_untouched(step);
            if hold.writes() || !nobody_listens || !is_plain || self.bell.is_stopped() {
                return Ok(Quick::Long(step, None));
            }
            if let Some(begun) = self.one_quickly(&*hold, crew, step, context)? {
                return Ok(Quick::Long(step, Some(begun)));
            }
        }
        Ok(Quick::Done)
    }

    /// Yields what was begun, if it is not over or came to something else than a product.
    fn one_quickly(
        &mut self,
        hold: &dyn Hold,
        crew: &dyn Crew,
        step: u16,
        context: &mut Context<'_>,
    ) -> Result<Option<Work>, Reason> {
        let (phase, round) = (self.layout.phase_of(step), self.state.round);
        let cx = StepContext {
            of: Arc::clone(&self.of),
            step,
            attempt: 1,
            round,
            undoes: false,
        };
        drop(self.of.said_by(step));
        let taken = self.taken(self.layout.step(step).takes);
        let member = step - self.layout.members(phase).start;
        let mut work = crew.work(member, cx, taken);
        let payload = match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(Poll::Ready(Ok(Product::Nothing | Product::Judged(Verdict::Pass)))) => None,
            Ok(Poll::Ready(Ok(Product::Made(value)))) => Some(Payload::Live(value)),
            Ok(Poll::Ready(other)) => return Ok(Some(Box::pin(ready(other)))),
            Ok(Poll::Pending) => return Ok(Some(work)),
            Err(panic) => return Ok(Some(Box::pin(ready(Err(StepError::panicked(&*panic)))))),
        };
        let event = Event::Done {
            step,
            round,
            attempt: 1,
            payload: payload.clone(),
            by: None,
            took_ms: None,
            said: self.of.said_by(step),
        };
        let is_last = self.layout.is_last(phase) && self.state.left_in_phase() == 1;
        let standing = match is_last {
            true => Standing::Done,
            false => Standing::Running,
        };
        let recorded = pin!(hold.record(&self.layout, event, standing)).poll(context);
        let Poll::Ready(recorded) = recorded else {
            unreachable!("what is not written is kept at once");
        };
        recorded.map_err(|error| self.lost(error))?;
        // Nobody listens, so there is nobody to tell that the phase is done.
        self.state.done(&self.layout, step, 1, payload.as_ref());
        Ok(None)
    }
}
