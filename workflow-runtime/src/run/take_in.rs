//! Takes into a run what happened to it: what its steps came to, and what others handed in meanwhile.

use crate::error::{Reason, RuntimeError};
use crate::journal::backend::Hold;
use crate::journal::event::Event;
use crate::run::core::Live;
use crate::run::drive::Left;
use crate::run::perform::{Carried, Unrecorded};
use crate::summary::Standing;

impl Live {
    /// Takes in what was handed in by others since the journal was last read.
    pub(super) async fn catch_up(&mut self, hold: &dyn Hold) -> Result<Option<Left>, Reason> {
        let since = hold.since(&self.layout, self.seen).await;
        let (events, seen) = since.map_err(|error| self.lost(error))?;
        let sent_back = self.take_in_handed(events)?;
        // Only then: what could not be taken in is looked at again.
        self.seen = seen;
        Ok(sent_back)
    }

    /// What others handed in before the gate rejected, if that is how the step ended: then the journal has both, and the
    /// first to send the run back counts.
    pub(super) async fn handed_in_before(
        &self,
        hold: &dyn Hold,
        carried: &Carried,
    ) -> Result<Vec<Event>, RuntimeError> {
        let Carried::Out(Event::Rejected { step, round, .. }) = carried else {
            return Ok(Vec::new());
        };
        let is_this = |event: &Event| matches!(event, Event::Rejected { step: s, round: r, by: None, .. } if s == step && r == round);
        let waits = |member| self.state.step_waits(member);
        if !self.layout.members(self.layout.phase_of(*step)).any(waits) {
            return Ok(Vec::new());
        }
        let (mut events, _) = hold.since(&self.layout, self.seen).await?;
        if let Some(at) = events.iter().position(is_this) {
            events.truncate(at);
        }
        Ok(events)
    }

    pub(super) fn take_in_handed(&mut self, events: Vec<Event>) -> Result<Option<Left>, Reason> {
        let mut sent_back = None;
        for mut event in events {
            if !event.is_from_outside() {
                continue;
            }
            self.read_back(&mut event)?;
            if let back @ Left::Back(..) = self.apply(&event) {
                sent_back = Some(back);
            }
        }
        Ok(sent_back)
    }

    pub(super) async fn record(
        &mut self,
        hold: &dyn Hold,
        event: &Event,
        standing: Standing,
    ) -> Result<(), Reason> {
        let recorded = hold.record(&self.layout, event.clone(), standing).await;
        recorded.map_err(|error| self.lost(error))
    }

    /// Has the run listed as it stands: others may have done something just before what this handle recorded last, which
    /// did not know that yet. Should it fail, the journal is right even so.
    pub(super) async fn is_listed(&self, standing: Standing) {
        if let Ok(hold) = &self.hold
            && let Err(error) = hold.stands(standing).await
        {
            tracing::warn!(run = &*self.id, %error, "it is not listed as it stands");
        }
    }

    /// Takes in what one step came to, after what was handed in before that.
    pub(super) fn take_in(
        &mut self,
        earlier: Result<Vec<Event>, RuntimeError>,
        carried: Carried,
    ) -> Result<Left, Reason> {
        let earlier = earlier.map_err(Reason::Journal);
        let sent_back = match earlier.and_then(|earlier| self.take_in_handed(earlier)) {
            Ok(sent_back) => sent_back,
            // The journal has a rejection that this handle could not take in: it must not ask that gate again.
            Err(Reason::Journal(error)) => return Err(self.lost_for_good(error)),
            Err(reason) => return Err(reason),
        };
        let left = self.take_in_carried(carried)?;
        Ok(sent_back.unwrap_or(left))
    }

    pub(super) fn take_in_carried(&mut self, carried: Carried) -> Result<Left, Reason> {
        match carried {
            Carried::Out(event) => match self.apply(&event) {
                Left::Done => match &event {
                    Event::Rejected { step, .. } => {
                        let standing = self.state.rejection(&self.layout, *step);
                        standing.map_or(Ok(Left::Done), |rejection| Err(Reason::Rejected(rejection)))
                    }
                    _ => Ok(Left::Done),
                },
                back @ Left::Back(..) => Ok(back),
            },
            Carried::Failed {
                event,
                attempt,
                error,
                terminal,
            } => {
                self.apply(&event);
                let Event::Failed { step, .. } = event else {
                    return Ok(Left::Done);
                };
                let step = self.layout.path(step).to_owned();
                Err(Reason::Failed {
                    step,
                    attempt,
                    error,
                    terminal,
                })
            }
            Carried::Nothing { step, attempts, why } => {
                self.state.count_attempts(step, attempts);
                Err(match why {
                    Unrecorded::Stopped => Reason::Cancelled,
                    Unrecorded::Failed(error) => self.lost(error),
                })
            }
        }
    }

    /// A fenced run is lost to this handle for good.
    pub(super) fn lost(&mut self, error: RuntimeError) -> Reason {
        if error.is_fenced() {
            return self.lost_for_good(error);
        }
        Reason::Journal(error)
    }

    pub(super) fn lost_for_good(&mut self, error: RuntimeError) -> Reason {
        self.hold = Err(error.clone());
        Reason::Journal(error)
    }
}
