//! Drives a phase, or one step of it, from where the run stands.

use crate::call::{Taken, WAIVE, Work};
use crate::error::Reason;
use crate::journal::backend::Hold;
use crate::journal::event::Event;
use crate::observe::RunEventKind;
use crate::plan::Take;
use crate::run::core::Live;
use crate::run::perform::{Carried, Crew, Job, Missed, Task};
use crate::run::quick::Quick;
use crate::run::recorder::Recorder;
use crate::run::state::Approval;
use crate::run::together::Together;
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
pub(super) enum Ahead {
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
        let mut steps = layout.members(phase);
        while let Quick::Long(step, begun) = self.quickly(crew, steps.clone()).await? {
            if let Left::Back(target, rejection) = self.drive_long(crew, step, begun).await? {
                return Ok(Left::Back(target, rejection));
            }
            steps.start = step + 1;
        }
        Ok(Left::Done)
    }

    /// Drives one step; one that is done already stays done.
    pub(crate) async fn drive_step(&mut self, crew: &dyn Crew, step: u16) -> Result<Left, Reason> {
        match self.quickly(crew, step..step + 1).await? {
            Quick::Done => Ok(Left::Done),
            Quick::Long(step, begun) => self.drive_long(crew, step, begun).await,
        }
    }

    async fn drive_long(&mut self, crew: &dyn Crew, step: u16, begun: Option<Work>) -> Result<Left, Reason> {
        if begun.is_none() && self.layout.step(step).manual {
            return Box::pin(self.drive_manual(step)).await;
        }
        match self.ahead(step) {
            Ahead::Done => Ok(Left::Done),
            Ahead::Rejected(rejection) => Err(Reason::Rejected(rejection)),
            Ahead::Waiting | Ahead::Open => {
                self.no_rejection_beside(step)?;
                self.drive_open(crew, step, begun).await
            }
        }
    }

    /// Drives a step that is open, whether its first attempt was begun or not.
    async fn drive_open(&mut self, crew: &dyn Crew, step: u16, begun: Option<Work>) -> Result<Left, Reason> {
        let together = self.together(self.layout.phase_of(step));
        let hold = self.hold()?;
        let carried = {
            let job = self.job(crew, step, hold, &together);
            job.carry_out(begun).await
        };
        if let Carried::Out(event @ Event::Done { .. }) = &carried {
            self.apply(event);
            return Ok(Left::Done);
        }
        let earlier = Box::pin(self.handed_in_before(hold, &carried)).await;
        self.take_in(earlier, carried)
    }

    /// Halts until it is handed in, or waits for that if the runtime is told to.
    async fn drive_manual(&mut self, step: u16) -> Result<Left, Reason> {
        let hold = self.shared_hold()?;
        let mut told = false;
        loop {
            let rings = self.bell.rings();
            if !self.state.step_is_done(step)
                && let Some(sent_back) = self.catch_up(&*hold).await?
            {
                return Ok(sent_back);
            }
            if self.bell.is_stopped() {
                return Err(Reason::Cancelled);
            }
            match self.ahead(step) {
                Ahead::Done => return Ok(Left::Done),
                Ahead::Rejected(rejection) => return Err(Reason::Rejected(rejection)),
                Ahead::Waiting | Ahead::Open => self.no_rejection_beside(step)?,
            }
            let together = self.together(self.layout.phase_of(step));
            if self.stands(&*hold, step, &together).await? {
                return Ok(Left::Done);
            }
            if !told {
                self.wait_for(&*hold, step).await?;
                told = true;
            }
            if !self.runtime.waits() {
                let steps = vec![self.layout.path(step).to_owned()];
                return Err(Reason::Waiting { steps });
            }
            self.hear(rings).await?;
        }
    }

    /// Asks whether the optional phase is waived, unless it was begun; records a waiver.
    pub(crate) async fn ask_to_waive(&mut self, crew: &dyn Crew, phase: u16) -> Result<bool, Reason> {
        // A phase that people do all of has no methods, so there is nobody to ask.
        let nobody_to_ask = self.layout.phase(phase).steps.iter().all(|step| step.manual);
        if nobody_to_ask || self.state.phase_has_begun(&self.layout, phase) {
            return Ok(false);
        }
        self.hold()?;
        let cx = StepContext {
            of: self.of.clone(),
            step: self.layout.members(phase).start,
            attempt: 1,
            round: self.state.round,
            undoes: false,
        };
        let work = crew.work(WAIVE, cx, self.taken(self.layout.phase(phase).waive_takes));
        match Job::asked(self.bell.unless_stopped(work)).await {
            Ok(None) => Ok(false),
            Ok(Some(waiver)) => self.waive(phase, waiver).await.map(|()| true),
            Err(Missed::Stopped) => Err(Reason::Cancelled),
            Err(Missed::Failed(error)) => Err(Reason::Failed {
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
        let hold = self.shared_hold()?;
        self.record(&*hold, &event, standing).await?;
        self.tell(RunEventKind::Waived {
            phase: self.layout.phase(phase).name,
            reason: &reason,
        });
        self.apply(&event);
        Ok(())
    }

    /// An error if another member of its parallel phase rejected for good: that stands for all of them.
    fn no_rejection_beside(&self, step: u16) -> Result<(), Reason> {
        let phase = self.layout.phase_of(step);
        if !self.layout.phase(phase).parallel {
            return Ok(());
        }
        self.no_rejection(self.layout.members(phase))
    }

    pub(super) fn ahead(&self, step: u16) -> Ahead {
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

    pub(super) async fn wait_for(&mut self, hold: &dyn Hold, step: u16) -> Result<(), Reason> {
        // A run that was told to stop since it came here is listed as waiting again.
        if !self.state.step_waits(step) || self.state.is_cancelled() {
            let event = Event::Waiting {
                step,
                round: self.state.round,
            };
            self.record(hold, &event, Standing::Waiting).await?;
            self.apply(&event);
        }
        let path = self.layout.clone();
        self.tell(RunEventKind::Waiting {
            step: path.path(step),
        });
        Ok(())
    }

    /// Passes a gate by what somebody said of it in an earlier round, if it would be shown the same now.
    pub(super) async fn stands(
        &mut self,
        hold: &dyn Hold,
        step: u16,
        together: &Together,
    ) -> Result<bool, Reason> {
        let Some(approval) = self.approval(step).await? else {
            return Ok(false);
        };
        let event = Event::Stands {
            step,
            round: self.state.round,
            given_in: approval.round,
            by: approval.by.clone(),
        };
        self.record(hold, &event, together.done()).await?;
        let layout = self.layout.clone();
        self.tell(RunEventKind::Stands {
            gate: layout.path(step),
            by: approval.by.name(),
            given_in: approval.round,
        });
        self.apply(&event);
        Ok(true)
    }

    /// What was said of a gate in an earlier round, if it would be shown the same now: by the text that the journal has,
    /// as who said it was shown it. What is read and written again need not have the same text, a set has any order.
    async fn approval(&self, step: u16) -> Result<Option<Approval>, Reason> {
        if !self.state.was_approved(step) {
            return Ok(None);
        }
        let mut recorder = Recorder::new(&self.layout);
        let read = self.runtime.backend().read(&self.layout, &self.id, &mut recorder);
        read.await.map_err(Reason::Journal)?;
        let state = recorder.finish(&self.id).map_err(Reason::Journal)?.state;
        // Others may have sent the run back meanwhile, which is still to be heard of.
        let is_now = state.round == self.state.round;
        Ok(state.approval(&self.layout, step).filter(|_| is_now).cloned())
    }

    /// Waits until others do something to the run.
    pub(super) async fn hear(&self, rings: u64) -> Result<(), Reason> {
        if !self.bell.is_stopped() {
            self.bell.rung_since(rings).await;
        }
        if self.bell.is_stopped() {
            return Err(Reason::Cancelled);
        }
        Ok(())
    }

    pub(super) fn together(&self, phase: u16) -> Together {
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
        let task = Task {
            runtime: &self.runtime,
            layout: &self.layout,
            of: &self.of,
            bell: &self.bell,
            crew,
            step,
            round: self.state.round,
            taken: self.taken(plan.takes),
            writes: hold.writes(),
        };
        Job {
            task,
            hold,
            attempts: self.state.attempts(step),
            back: self.state.back_from(&self.layout, step),
            together,
        }
    }

    /// A job for one of several steps at once: it shares nothing with the run but the journal.
    pub(super) fn detached_job<'a>(
        &self,
        crew: &'a dyn Crew,
        step: u16,
        hold: &'a dyn Hold,
        together: &'a Together,
    ) -> impl Future<Output = Carried> + use<'a> {
        let (runtime, of, bell) = (self.runtime.clone(), self.of.clone(), self.bell.clone());
        let Job {
            task: Task {
                round, taken, writes, ..
            },
            attempts,
            back,
            ..
        } = self.job(crew, step, hold, together);
        async move {
            let task = Task {
                runtime: &runtime,
                layout: &of.layout,
                of: &of,
                bell: &bell,
                crew,
                step,
                round,
                taken,
                writes,
            };
            let job = Job {
                task,
                hold,
                attempts,
                back,
                together,
            };
            job.carry_out(None).await
        }
    }

    pub(super) fn taken(&self, takes: &[Take]) -> Taken {
        if takes.is_empty() {
            return Taken::new();
        }
        takes
            .iter()
            .map(|take| self.state.newest(take.artifact).cloned())
            .collect()
    }
}
