//! Drives a phase, or one step of it, from where the run stands.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::call::{Taken, WAIVE};
use crate::error::{Reason, RuntimeError};
use crate::journal::backend::Hold;
use crate::journal::event::Event;
use crate::observe::RunEventKind;
use crate::plan::Take;
use crate::run::core::Live;
use crate::run::perform::{Carried, Crew, Job, Together};
use crate::step::StepContext;
use crate::summary::Standing;
use crate::verdict::{Rejection, Waiver};

/// Where a phase or step left the run.
pub(crate) enum Left {
    /// It is done.
    Done,
    /// A gate sent the run back to this phase.
    Back(u16, Rejection),
}

/// What is known of a step before anything is called.
enum Ahead {
    Done,
    Rejected(Rejection),
    Waiting,
    Open,
}

impl Live {
    /// Drives the phase to its end.
    pub(crate) async fn drive_phase(&mut self, crew: &dyn Crew, phase: u16) -> Result<Left, Reason> {
        let layout = self.layout.clone();
        if layout.phase(phase).parallel {
            return self.drive_parallel(crew, phase).await;
        }
        for step in layout.members(phase) {
            if let Left::Back(target, rejection) = self.drive_step(crew, step).await? {
                return Ok(Left::Back(target, rejection));
            }
        }
        Ok(Left::Done)
    }

    /// Drives one step; one that is done already stays done.
    pub(crate) async fn drive_step(&mut self, crew: &dyn Crew, step: u16) -> Result<Left, Reason> {
        if self.layout.step(step).manual
            && let Some(sent_back) = Box::pin(self.catch_up(step)).await?
        {
            return Ok(sent_back);
        }
        match self.ahead(step) {
            Ahead::Done => Ok(Left::Done),
            Ahead::Rejected(rejection) => Err(Reason::Rejected(rejection)),
            Ahead::Waiting => {
                self.wait_for(step).await?;
                Err(Reason::Waiting {
                    steps: vec![self.layout.path(step).to_owned()],
                })
            }
            Ahead::Open => {
                let together = self.together(self.layout.phase_of(step));
                let hold = self.hold()?;
                let carried = {
                    let job = self.job(crew, step, hold, &together);
                    job.carry_out().await
                };
                // What nearly every step comes to, without the detours of the rest.
                if let Carried::Out(event @ Event::Done { .. }) = &carried {
                    self.apply(event);
                    return Ok(Left::Done);
                }
                let earlier = Box::pin(self.handed_in_before(hold, &carried)).await;
                self.take_in(earlier, carried)
            }
        }
    }

    /// Everything that is ready runs at once, in one task. After a failure or a rejection nothing new starts, and what
    /// is in flight finishes; while something is waited for, everything else goes on.
    async fn drive_parallel(&mut self, crew: &dyn Crew, phase: u16) -> Result<Left, Reason> {
        let layout = self.layout.clone();
        let mut halt: Option<Reason> = None;
        let mut waiting = Vec::new();
        let mut open: Vec<u16> = layout.members(phase).collect();
        for step in &open {
            if let Some(sent_back) = self.catch_up(*step).await? {
                return Ok(sent_back);
            }
        }
        // Only when all was read: a rejection by any of them may be handed in at any time.
        if let Some(rejection) = open.iter().find_map(|step| self.state.rejection(&layout, *step)) {
            return Err(Reason::Rejected(rejection));
        }
        let hold = self.take_hold()?;
        let together = self.together(phase);
        let mut in_flight = FuturesUnordered::new();
        let mut sent_back = None;
        loop {
            if halt.is_none() && sent_back.is_none() {
                open.retain(|step| {
                    let made = |made_by: &u16| self.state.step_is_done(*made_by);
                    if !layout.awaits(*step).iter().all(made) {
                        return true;
                    }
                    match self.ahead(*step) {
                        Ahead::Done | Ahead::Rejected(_) => {}
                        Ahead::Waiting => waiting.push(*step),
                        Ahead::Open => in_flight.push(self.detached_job(crew, *step, &*hold, &together)),
                    }
                    false
                });
            }
            let Some(carried) = in_flight.next().await else {
                break;
            };
            let earlier = self.handed_in_before(&*hold, &carried).await;
            match self.take_in(earlier, carried) {
                Ok(Left::Done) => {}
                Ok(back) => sent_back = sent_back.or(Some(back)),
                Err(reason) => halt = halt.or(Some(reason)),
            }
        }
        drop(in_flight);
        let is_lent = self.hold.as_ref().is_err_and(RuntimeError::is_held);
        if is_lent {
            self.hold = Ok(hold);
        }
        if let Some(back) = sent_back {
            return Ok(back);
        }
        if halt.is_none() {
            for step in &waiting {
                if let Some(sent_back) = self.catch_up(*step).await? {
                    return Ok(sent_back);
                }
            }
            let waits = |step: &u16| matches!(self.ahead(*step), Ahead::Waiting);
            if !waiting.iter().all(waits) {
                // It was handed in while the others were driven, so there may be more to do.
                return Box::pin(self.drive_parallel(crew, phase)).await;
            }
        }
        for step in &waiting {
            self.wait_for(*step).await?;
        }
        if let Some(reason) = halt {
            return Err(reason);
        }
        if waiting.is_empty() {
            return Ok(Left::Done);
        }
        let steps = waiting.iter().map(|step| layout.path(*step).to_owned()).collect();
        Err(Reason::Waiting { steps })
    }

    /// Asks whether the optional phase is waived, unless it was begun; records a waiver.
    pub(crate) async fn ask_to_waive(&mut self, crew: &dyn Crew, phase: u16) -> Result<bool, Reason> {
        if self.state.phase_has_begun(&self.layout, phase) {
            return Ok(false);
        }
        self.hold()?;
        let cx = StepContext {
            of: self.of.clone(),
            step: self.layout.members(phase).start,
            attempt: 1,
            round: self.state.round,
        };
        let work = crew.work(WAIVE, cx, self.taken(self.layout.phase(phase).waive_takes));
        match Job::asked(work).await {
            Ok(None) => Ok(false),
            Ok(Some(waiver)) => self.waive(phase, waiver).await.map(|()| true),
            Err(error) => Err(Reason::Failed {
                step: format!("{}.waive", self.layout.phase(phase).name),
                attempt: 1,
                terminal: error.is_terminal(),
                error: error.text().into(),
            }),
        }
    }

    /// Records a waiver.
    pub(crate) async fn waive(&mut self, phase: u16, waiver: Waiver) -> Result<(), Reason> {
        let reason = waiver.reason().to_owned();
        let standing = if self.layout.is_last(phase) {
            Standing::Done
        } else {
            Standing::Running
        };
        let event = Event::Waived {
            phase,
            round: self.state.round,
            waiver,
        };
        self.record(&event, standing).await?;
        self.tell(RunEventKind::Waived {
            phase: self.layout.phase(phase).name,
            reason: &reason,
        });
        self.apply(&event);
        Ok(())
    }

    fn ahead(&self, step: u16) -> Ahead {
        if self.state.step_is_done(step) {
            return Ahead::Done;
        }
        if let Some(rejection) = self.state.rejection(&self.layout, step) {
            return Ahead::Rejected(rejection);
        }
        if self.layout.step(step).manual {
            Ahead::Waiting
        } else {
            Ahead::Open
        }
    }

    async fn wait_for(&mut self, step: u16) -> Result<(), Reason> {
        if !self.state.step_waits(step) {
            let event = Event::Waiting {
                step,
                round: self.state.round,
            };
            self.record(&event, Standing::Waiting).await?;
            self.apply(&event);
        }
        let path = self.layout.clone();
        self.tell(RunEventKind::Waiting {
            step: path.path(step),
        });
        Ok(())
    }

    fn together(&self, phase: u16) -> Together {
        Together::new(self.layout.is_last(phase).then(|| self.state.left_in_phase()))
    }

    fn job<'a>(
        &'a self,
        crew: &'a dyn Crew,
        step: u16,
        hold: &'a dyn Hold,
        together: &'a Together,
    ) -> Job<'a> {
        let plan = self.layout.step(step);
        Job {
            runtime: &self.runtime,
            layout: &self.layout,
            of: &self.of,
            hold,
            crew,
            step,
            round: self.state.round,
            attempts: self.state.attempts(step),
            taken: self.taken(plan.takes),
            back: self.state.back_from(&self.layout, step),
            together,
        }
    }

    /// A job for one of several steps at once: it shares nothing with the run but the journal.
    fn detached_job<'a>(
        &self,
        crew: &'a dyn Crew,
        step: u16,
        hold: &'a dyn Hold,
        together: &'a Together,
    ) -> impl Future<Output = Carried> + use<'a> {
        let (runtime, of) = (self.runtime.clone(), self.of.clone());
        let Job {
            round,
            attempts,
            taken,
            back,
            ..
        } = self.job(crew, step, hold, together);
        async move {
            let job = Job {
                runtime: &runtime,
                layout: &of.layout,
                of: &of,
                hold,
                crew,
                step,
                round,
                attempts,
                taken,
                back,
                together,
            };
            job.carry_out().await
        }
    }

    fn taken(&self, takes: &[Take]) -> Taken {
        if takes.is_empty() {
            return Taken::new();
        }
        takes
            .iter()
            .map(|take| self.state.newest(take.artifact).cloned())
            .collect()
    }
}
