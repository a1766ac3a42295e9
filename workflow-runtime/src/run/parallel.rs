//! Drives a parallel phase: everything that is ready runs at once, in one task.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;

use crate::error::Reason;
use crate::journal::backend::Hold;
use crate::run::core::Live;
use crate::run::drive::{Ahead, Left};
use crate::run::perform::{Carried, Crew};
use crate::run::together::Together;
use crate::summary::Standing;

/// The members of a phase under way.
struct Members<'a> {
    crew: &'a dyn Crew,
    hold: &'a Arc<dyn Hold>,
    together: &'a Together,
    /// Those that were not begun.
    open: Vec<u16>,
    /// Those that something must be handed in for.
    waiting: Vec<u16>,
    in_flight: FuturesUnordered<Pin<Box<dyn Future<Output = Carried> + Send + 'a>>>,
    /// How often the bell had been rung when the journal was last looked at.
    heard: u64,
    /// Whether something was handed in for them meanwhile.
    handed_in: bool,
    /// How the phase ends, if it does not go on to its end.
    end: Option<Result<Left, Reason>>,
}

/// What is heard of them next.
enum News {
    Carried(Carried),
    /// Others did something to the run.
    Rung,
    /// Nothing is in flight.
    Quiet,
}

impl Live {
    /// After a failure or a rejection nothing new starts, and what is in flight finishes; while something is waited for,
    /// everything else goes on.
    pub(super) async fn drive_parallel(&mut self, crew: &dyn Crew, phase: u16) -> Result<Left, Reason> {
        let layout = self.layout.clone();
        let open: Vec<u16> = layout.members(phase).collect();
        let hold = self.shared_hold()?;
        let heard = self.bell.rings();
        let manual_left = |step: &u16| layout.step(*step).manual && !self.state.step_is_done(*step);
        if open.iter().any(manual_left)
            && let Some(sent_back) = self.catch_up(&*hold).await?
        {
            return Ok(sent_back);
        }
        // Only when all was read: a rejection by any of them may be handed in at any time.
        self.no_rejection(layout.members(phase))?;
        let together = self.together(phase);
        let mut members = Members {
            crew,
            hold: &hold,
            together: &together,
            open,
            waiting: Vec::new(),
            in_flight: FuturesUnordered::new(),
            heard,
            handed_in: false,
            end: None,
        };
        self.drive_members(&mut members).await;
        let Members {
            waiting,
            handed_in,
            end,
            ..
        } = members;
        match &end {
            None if handed_in && self.state.is_done(&layout) => self.is_listed(Standing::Done).await,
            Some(Err(Reason::Rejected(_))) if handed_in => self.is_listed(Standing::Halted).await,
            // What could not be recorded was counted as done by those that were recorded after it.
            Some(Err(Reason::Journal(_))) if layout.is_last(phase) => {
                self.is_listed(together.goes_on()).await;
            }
            _ => {}
        }
        match end {
            Some(end) => end,
            None if waiting.is_empty() => Ok(Left::Done),
            None => Err(Reason::Waiting {
                steps: waiting.iter().map(|step| layout.path(*step).to_owned()).collect(),
            }),
        }
    }

    async fn drive_members(&mut self, members: &mut Members<'_>) {
        loop {
            if members.end.is_none()
                && let Err(reason) = self.begin_ready(members).await
            {
                members.ends(Err(reason));
            }
            match members.news(self).await {
                News::Carried(carried) => {
                    let earlier = self.handed_in_before(&**members.hold, &carried).await;
                    match self.take_in(earlier, carried) {
                        Ok(Left::Done) => {}
                        end => members.ends(end),
                    }
                }
                News::Rung => drop(self.look_after(members).await),
                News::Quiet if members.end.is_some() || members.waiting.is_empty() => return,
                News::Quiet => {
                    if self.look_after(members).await {
                        continue;
                    }
                    // If it is to stop, hearing that takes no waiting.
                    if !self.runtime.waits() && !self.bell.is_stopped() {
                        return;
                    }
                    if let Err(reason) = self.hear(members.heard).await {
                        members.ends(Err(reason));
                    }
                }
            }
        }
    }

    async fn begin_ready(&mut self, members: &mut Members<'_>) -> Result<(), Reason> {
        let layout = self.layout.clone();
        let made = |live: &Live, step: u16| {
            let mut makers = layout.awaits(step).iter();
            makers.all(|maker| live.state.step_is_done(*maker))
        };
        while let Some(at) = members.open.iter().position(|step| made(self, *step)) {
            let step = members.open.remove(at);
            match self.ahead(step) {
                Ahead::Done | Ahead::Rejected(_) => {}
                Ahead::Open => {
                    let job = self.detached_job(members.crew, step, &**members.hold, members.together);
                    members.in_flight.push(Box::pin(job));
                }
                Ahead::Waiting => {
                    if !self.stands(&**members.hold, step, members.together).await? {
                        members.together.waits();
                        members.waiting.push(step);
                        self.wait_for(&**members.hold, step).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes in what was handed in for those that wait; says whether anything was.
    async fn look_after(&mut self, members: &mut Members<'_>) -> bool {
        // Before it is looked at, so that what comes meanwhile is heard after that.
        members.heard = self.bell.rings();
        let caught_up = self.catch_up(&**members.hold).await;
        let before = members.waiting.len();
        let done = |step: &u16| self.state.step_is_done(*step);
        let handed_in = members.waiting.iter().filter(|step| done(step)).count();
        members.waiting.retain(|step| !done(step));
        let (count, waits) = (crate::layout::index(handed_in), !members.waiting.is_empty());
        members.together.handed_in(count, waits);
        match caught_up {
            Ok(None) => {}
            Ok(Some(sent_back)) => members.ends(Ok(sent_back)),
            Err(reason) => members.ends(Err(reason)),
        }
        if let Err(reason) = self.no_rejection(members.waiting.iter().copied()) {
            members.ends(Err(reason));
        }
        members.handed_in |= members.waiting.len() < before || members.end.is_some();
        members.waiting.len() < before || members.end.is_some()
    }

    /// An error if a rejection stands at one of these.
    pub(super) fn no_rejection(&self, steps: impl IntoIterator<Item = u16>) -> Result<(), Reason> {
        let rejection = steps
            .into_iter()
            .find_map(|step| self.state.rejection(&self.layout, step));
        rejection.map_or(Ok(()), |rejection| Err(Reason::Rejected(rejection)))
    }
}

impl Members<'_> {
    /// The first reason counts; where the run was sent back, what failed beside that does not.
    fn ends(&mut self, end: Result<Left, Reason>) {
        match (&self.end, &end) {
            (Some(Ok(_)), _) | (Some(Err(_)), Err(_)) => {}
            _ => self.end = Some(end),
        }
    }

    async fn news(&mut self, live: &Live) -> News {
        if self.waiting.is_empty() || self.in_flight.is_empty() {
            let carried = self.in_flight.next().await;
            return carried.map_or(News::Quiet, News::Carried);
        }
        let rung = pin!(live.bell.rung_since(self.heard));
        match select(self.in_flight.next(), rung).await {
            Either::Left((carried, _)) => carried.map_or(News::Quiet, News::Carried),
            Either::Right(_) => News::Rung,
        }
    }
}
