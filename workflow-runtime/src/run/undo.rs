//! Takes a run back: what was done is undone last to first, each recorded, so that this too survives a crash.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use tracing::Instrument;

use crate::artifact::Value;
use crate::call::Taken;
use crate::error::{Halted, Kind, Reason, RuntimeError};
use crate::journal::backend::{Gone, Hold, Reader};
use crate::journal::event::{Event, Payload};
use crate::layout::{Layout, Outline};
use crate::observe::RunEventKind;
use crate::run::core::{Core, Driving, Live, Methods, Team, undecodable};
use crate::run::perform::{Crew, Missed, next_try, within};
use crate::run::state::State;
use crate::step::{StepContext, StepError};
use crate::summary::Standing;

/// The undo methods of a team, by the phases that have any.
pub type Undos<T> = &'static [(u16, Methods<T>)];

impl Core {
    /// Takes back what was done; from the first moment on the run can go no other way.
    pub fn undo<T: Send + Sync + 'static, N: 'static, P: 'static>(
        mut self,
        team: &Arc<T>,
        undos: Undos<T>,
        undone: fn(Core) -> N,
        undo: fn(Core) -> P,
    ) -> Driving<Result<N, Halted<P>>> {
        let team = Arc::clone(team);
        let span = self.0.span();
        let undoing = async move {
            match self.0.take_back(&team, undos).await {
                Ok(()) => Ok(undone(self)),
                Err(reason) => Err(self.halted(reason, undo)),
            }
        };
        Box::pin(undoing.instrument(span))
    }
}

impl Live {
    async fn take_back<T: Send + Sync + 'static>(
        &mut self,
        team: &Arc<T>,
        undos: Undos<T>,
    ) -> Result<(), Reason> {
        let runtime = self.runtime.clone();
        if let Some(engine) = runtime.backend().engine() {
            return self.follow_back(engine).await;
        }
        let hold = self.shared_hold()?;
        let layout = self.layout.clone();
        let mut history = History::new(&layout);
        let read = self.runtime.backend().read(&layout, &self.id, &mut history);
        read.await.map_err(Reason::Journal)?;
        history.is_known(&self.id).map_err(Reason::Journal)?;
        let mut left = history.left();
        if !self.state.undoing().0 {
            self.note(&*hold, &Event::Undoing, Standing::Undoing).await?;
            self.tell(RunEventKind::UndoBegan);
        }
        while let Some(done) = left.pop() {
            let phase = layout.phase_of(done.step);
            if let Some((_, methods)) = undos.iter().find(|(of, _)| *of == phase) {
                let crew = Team {
                    team: Arc::clone(team),
                    methods: *methods,
                };
                self.undo_one(&crew, &*hold, &done, &left).await?;
            }
        }
        self.note(&*hold, &Event::Undone, Standing::Undone).await?;
        self.tell(RunEventKind::Undone);
        Ok(())
    }

    async fn note(&mut self, hold: &dyn Hold, event: &Event, standing: Standing) -> Result<(), Reason> {
        self.record(hold, event, standing).await?;
        self.state.apply(&self.layout.clone(), event);
        Ok(())
    }

    async fn undo_one(
        &mut self,
        crew: &dyn Crew,
        hold: &dyn Hold,
        done: &Done,
        left: &[Done],
    ) -> Result<(), Reason> {
        let layout = self.layout.clone();
        let (step, round) = (done.step, done.round);
        let (plan, path) = (layout.step(step), layout.path(step));
        let given = done.given(&layout).map_err(|(artifact, error)| {
            let artifact = &layout.plan.artifacts[usize::from(artifact)];
            Reason::Journal(undecodable(&self.id, artifact.name, artifact.ty, &error))
        })?;
        let (mut attempt, mut failed) = done.attempts;
        loop {
            if self.bell.is_stopped() {
                return Err(Reason::UndoCancelled);
            }
            attempt += 1;
            self.tell_of(round, RunEventKind::UndoStarted { step: path, attempt });
            let error = match self.try_to_undo(crew, done, given.clone(), attempt).await {
                Ok(()) => {
                    let event = Event::StepUndone { step, round, attempt };
                    self.note(hold, &event, Standing::Undoing).await?;
                    self.tell_of(round, RunEventKind::StepUndone { step: path, attempt });
                    #[cfg(feature = "testing")]
                    if let Some(stage) = self.runtime.stage() {
                        stage.boundary().await;
                    }
                    return Ok(());
                }
                Err(Missed::Stopped) => return Err(Reason::UndoCancelled),
                Err(Missed::Failed(error)) => error,
            };
            failed += 1;
            let (retry_in, text) = next_try(plan.retry, failed, &error);
            let event = Event::UndoFailed {
                step,
                round,
                attempt,
                error: Arc::clone(&text),
                terminal: error.is_terminal(),
                last: retry_in.is_none(),
            };
            self.note(hold, &event, Standing::Undoing).await?;
            tracing::warn!(step = path, attempt, error = &*text, ?retry_in, "undo failed");
            let told = RunEventKind::UndoFailed {
                step: path,
                attempt,
                error: &text,
                retry_in,
            };
            self.tell_of(round, told);
            let Some(wait) = retry_in else {
                let left = std::iter::once(step).chain(left.iter().rev().map(|done| done.step));
                return Err(Reason::UndoFailed {
                    step: path.to_owned(),
                    attempt,
                    error: text,
                    terminal: error.is_terminal(),
                    left: left.map(|step| layout.path(step).to_owned()).collect(),
                });
            };
            let waited = self.bell.unless_stopped(Box::pin(tokio::time::sleep(wait))).await;
            waited.ok_or(Reason::UndoCancelled)?;
        }
    }

    async fn try_to_undo(
        &self,
        crew: &dyn Crew,
        done: &Done,
        given: Taken,
        attempt: u32,
    ) -> Result<(), Missed> {
        let cx = StepContext {
            of: Arc::clone(&self.of),
            step: done.step,
            attempt,
            round: done.round,
            undoes: true,
        };
        let span = tracing::info_span!("undo", path = self.layout.path(done.step), attempt);
        let work = async {
            let member = done.step - self.layout.members(self.layout.phase_of(done.step)).start;
            let work = crew.work(member, cx, given);
            #[cfg(feature = "testing")]
            let work = match self.runtime.stage() {
                Some(stage) => stage.work(&self.layout, done.step, done.round, true, work),
                None => work,
            };
            let work = self.bell.unless_stopped(work);
            within(self.layout.step(done.step).timeout, work).await.map(drop)
        };
        let caught = AssertUnwindSafe(work.instrument(span)).catch_unwind().await;
        caught.unwrap_or_else(|panic| Err(StepError::panicked(&*panic).into()))
    }

    fn tell_of(&self, round: u32, kind: RunEventKind<'_>) {
        self.runtime.tell(&self.layout, &self.id, round, kind);
    }
}

/// A step that did something, or may have, in one round.
pub(crate) struct Done {
    pub(crate) step: u16,
    pub(crate) round: u32,
    taken: Vec<Option<Payload>>,
    /// What it made, once it was done.
    made: Option<Option<Payload>>,
    is_undone: bool,
    /// Attempts to undo it, and how many failed since that last halted.
    pub(crate) attempts: (u32, u32),
    /// Its last line.
    line: usize,
}

impl Done {
    /// What the undo method is given: what the step took, and what it made. The error names the artifact that cannot be
    /// read.
    pub(crate) fn given(&self, layout: &Layout) -> Result<Taken, (u16, String)> {
        let plan = layout.step(self.step);
        let value = |artifact: u16, payload: &Payload| -> Result<Value, (u16, String)> {
            if let Some(value) = payload.value() {
                return Ok(Arc::clone(value));
            }
            let codec = layout.plan.artifacts[usize::from(artifact)].codec;
            let json = payload.written().ok_or_else(|| "it is not there".to_owned());
            json.and_then(|json| (codec.decode)(json).map_err(|error| error.to_string()))
                .map_err(|error| (artifact, error))
        };
        let taken = plan.takes.iter().zip(&self.taken);
        let mut given = taken
            .map(|(take, payload)| {
                payload
                    .as_ref()
                    .map(|payload| value(take.artifact, payload))
                    .transpose()
            })
            .collect::<Result<Taken, _>>()?;
        given.push(match (&self.made, plan.yields) {
            (None, _) => None,
            (Some(Some(payload)), Some(artifact)) => Some(value(artifact, payload)?),
            (Some(_), _) => Some(Arc::new(())),
        });
        Ok(given)
    }
}

/// What was done to a run that can be undone, in every round.
pub(crate) struct History<'l> {
    layout: &'l Layout,
    state: State,
    done: Vec<Done>,
    /// What was done with an undo method that the plan as it is now does not have.
    lost: Vec<(u16, u32)>,
    /// Where each step in each round stands in `done`.
    known: HashMap<(u16, u32), usize>,
    lines: usize,
}

impl<'l> History<'l> {
    pub(crate) fn new(layout: &'l Layout) -> Self {
        History {
            layout,
            state: State::new(layout),
            done: Vec::new(),
            lost: Vec::new(),
            known: HashMap::new(),
            lines: 0,
        }
    }

    /// Whether this build can undo all that was done to be undone.
    pub(crate) fn is_known(&self, id: &str) -> Result<(), RuntimeError> {
        let Some((step, _)) = self.lost.first() else {
            return Ok(());
        };
        let path = self.layout.path(*step);
        let error = format!(
            "run `{id}` cannot be undone by this build: `{path}` was done with an undo method, and the plan has none for \
             it now; undo the run with the build that drove it, or write the `#[undo]` again"
        );
        Err(RuntimeError::new(Kind::PlanChanged, error))
    }

    /// What is left to be undone, to be popped: what failed or was interrupted is the first, then last to first. What
    /// failed in a round that is over is no more than one thing that happened then.
    pub(crate) fn left(self) -> Vec<Done> {
        let mut left = self.done;
        left.retain(|done| !done.is_undone);
        let round = self.state.round;
        left.sort_by_key(|done| (done.made.is_none() && done.round == round, done.line));
        left
    }

    /// The step in that round; a new one took what there is now.
    fn of(&mut self, step: u16, round: u32) -> Option<&mut Done> {
        self.layout.step(step).undo?;
        let at = match self.known.get(&(step, round)) {
            Some(at) => *at,
            None => {
                self.known.insert((step, round), self.done.len());
                let takes = self.layout.step(step).takes.iter();
                let taken = takes
                    .map(|take| self.state.payload(take.artifact).cloned())
                    .collect();
                self.done.push(Done {
                    step,
                    round,
                    taken,
                    made: None,
                    is_undone: false,
                    attempts: (0, 0),
                    line: 0,
                });
                self.done.len() - 1
            }
        };
        self.done.get_mut(at)
    }
}

impl Reader for History<'_> {
    fn other_plan(&mut self, before: Outline) {
        self.state.went_under(self.layout, &before);
    }

    fn event(&mut self, event: Event) {
        self.lines += 1;
        match &event {
            // Only what can be undone is recorded when it starts.
            Event::Started { step, round, .. } if self.layout.step(*step).undo.is_none() => {
                self.lost.push((*step, *round));
            }
            Event::StepUndone { step, round, .. } => self.lost.retain(|lost| *lost != (*step, *round)),
            _ => {}
        }
        match &event {
            Event::Started { step, round, .. } | Event::Failed { step, round, .. } => {
                let line = self.lines;
                if let Some(done) = self.of(*step, *round) {
                    done.line = line;
                }
            }
            Event::Done {
                step, round, payload, ..
            } => {
                let line = self.lines;
                if let Some(done) = self.of(*step, *round) {
                    (done.line, done.made) = (line, Some(payload.clone()));
                }
            }
            Event::StepUndone { step, round, .. } => {
                if let Some(done) = self.of(*step, *round) {
                    done.is_undone = true;
                }
            }
            Event::UndoFailed {
                step,
                round,
                attempt,
                last,
                ..
            } => {
                if let Some(done) = self.of(*step, *round) {
                    done.attempts = (*attempt, if *last { 0 } else { done.attempts.1 + 1 });
                }
            }
            _ => {}
        }
        self.state.apply(self.layout, &event);
    }

    fn gone(&mut self, _: Gone) {
        // The plan as it is cannot undo what it does not have.
    }
}
