//! The handle behind every generated run type: one pointer to where the run stands. Not public API.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tracing::Instrument;

use crate::artifact::Value;
use crate::bell::Bell;
use crate::call::{Call, Taken, Work};
use crate::error::{Cause, Halted, Kind, Reason, RuntimeError};
use crate::journal::backend::Hold;
use crate::journal::event::{Event, Payload};
use crate::layout::Layout;
use crate::observe::RunEventKind;
use crate::run::drive::Left;
use crate::run::perform::Crew;
use crate::run::state::State;
use crate::runtime::Runtime;
use crate::step::{RunOf, StepContext};
use crate::summary::Standing;
use crate::verdict::{Rejection, Waiver};

/// A generated future: boxed once a call, never once a step.
pub type Driving<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The methods of a team for one phase: a step's number to one attempt at it.
pub type Methods<T> = fn(u16, Call<'_, T>) -> Work;

/// A run as every generated type holds it.
pub struct Core(pub(crate) Box<Live>);

/// Everything about a run under way.
pub(crate) struct Live {
    pub(crate) runtime: Runtime,
    /// What the contexts of its steps share; `layout` and `id` are the same.
    pub(crate) of: Arc<RunOf>,
    pub(crate) layout: Arc<Layout>,
    pub(crate) id: Arc<str>,
    /// The right to write its journal, or why this handle has none.
    pub(crate) hold: Result<Arc<dyn Hold>, RuntimeError>,
    pub(crate) state: State,
    /// The last line of the journal that was looked at for hand-ins.
    pub(crate) seen: u64,
    /// Rung when others do something to the run.
    pub(crate) bell: Arc<Bell>,
}

impl Live {
    pub(crate) fn hold(&self) -> Result<&dyn Hold, Reason> {
        self.hold
            .as_deref()
            .map_err(|error| Reason::Journal(error.clone()))
    }

    /// The same, to be kept while the run changes.
    pub(crate) fn shared_hold(&self) -> Result<Arc<dyn Hold>, Reason> {
        self.hold.clone().map_err(Reason::Journal)
    }

    pub(crate) fn apply(&mut self, event: &Event) -> Left {
        let left = match event {
            Event::Rejected {
                step,
                round,
                reason,
                back: Some(target),
                ..
            } if *round == self.state.round => {
                let gate = self.layout.path(*step).to_owned();
                Left::Back(
                    *target,
                    Rejection {
                        gate,
                        reason: reason.to_string(),
                        round: *round,
                    },
                )
            }
            _ => Left::Done,
        };
        let before = self.state.phases_done();
        self.state.apply(&self.layout, event);
        if self.state.phases_done() > before {
            self.tell_phase_done(before, matches!(event, Event::Waived { .. }));
        }
        left
    }

    pub(crate) fn tell_phase_done(&self, phase: u16, waived: bool) {
        let name = self.layout.phase(phase).name;
        tracing::info!(phase = name, waived, "phase done");
        if !waived {
            self.tell(RunEventKind::PhaseDone { phase: name });
        }
        if self.state.is_done(&self.layout) {
            self.tell(RunEventKind::Finished);
        }
    }

    /// Decodes what was handed in, as takers will get it.
    pub(crate) fn read_back(&self, event: &mut Event) -> Result<(), Reason> {
        let Event::Done {
            step,
            payload: Some(payload),
            ..
        } = event
        else {
            return Ok(());
        };
        let (Payload::Written(json), Some(artifact)) = (&*payload, self.layout.step(*step).yields) else {
            return Ok(());
        };
        let artifact = &self.layout.plan.artifacts[usize::from(artifact)];
        let value = (artifact.codec.decode)(json)
            .map_err(|error| Reason::Journal(undecodable(&self.id, artifact.name, artifact.ty, &error)))?;
        *payload = Payload::Live(value);
        Ok(())
    }

    pub(crate) fn tell(&self, kind: RunEventKind<'_>) {
        self.runtime.tell(&self.layout, &self.id, self.state.round, kind);
    }

    fn cause(&self, reason: Reason) -> Cause {
        Cause::new(self.layout.plan.name, Arc::clone(&self.id), reason)
    }

    pub(crate) fn span(&self) -> tracing::Span {
        tracing::info_span!("run", workflow = self.layout.plan.name, id = &*self.id)
    }

    fn phase_span(&self, phase: u16) -> tracing::Span {
        tracing::info_span!("phase", name = self.layout.phase(phase).name)
    }
}

pub(crate) fn undecodable(id: &str, artifact: &str, ty: &str, error: &dyn fmt::Display) -> RuntimeError {
    RuntimeError::new(
        Kind::Artifact,
        format!(
            "run `{id}`: artifact `{artifact}` cannot be read as `{ty}`: {error}; \
             make the type read its older form (`#[serde(default)]`, `#[serde(alias)]`), or begin a new run"
        ),
    )
}

impl Core {
    /// How many phases are behind the run.
    pub fn phases_done(&self) -> u16 {
        self.0.state.phases_done()
    }

    /// The id of the run.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// An artifact that is there by the order of the plan.
    pub fn needed<A: 'static>(&self, artifact: u16) -> &A {
        self.perhaps(artifact)
            .expect("the state of the run proves that the artifact was made")
    }

    /// An artifact that only an optional phase makes.
    pub fn perhaps<A: 'static>(&self, artifact: u16) -> Option<&A> {
        self.0
            .state
            .newest(artifact)
            .and_then(|value: &Value| value.downcast_ref())
    }

    /// Enters a phase with a team.
    pub fn enter<T: Send + Sync + 'static>(self, team: &Arc<T>, methods: Methods<T>, phase: u16) -> Entered {
        Entered {
            core: self,
            crew: Box::new(Team {
                team: Arc::clone(team),
                methods,
            }),
            phase,
        }
    }

    /// Waives an optional phase, unless a step of it has run.
    pub fn skip<N: 'static, P: 'static>(
        mut self,
        phase: u16,
        waiver: Waiver,
        next: fn(Core) -> N,
        position: fn(Core) -> P,
    ) -> Driving<Result<N, Halted<P>>> {
        let span = self.0.span();
        let skipping = async move {
            let live = &mut *self.0;
            let skipped = if live.bell.is_stopped() {
                Err(Reason::Cancelled)
            } else if live.state.phase_has_begun(&live.layout, phase) {
                let name = live.layout.phase(phase).name;
                let error = format!(
                    "run `{}`: phase `{name}` cannot be skipped, it was begun already; drive it to its end",
                    live.id
                );
                Err(Reason::Journal(RuntimeError::new(Kind::Refused, error)))
            } else {
                live.waive(phase, waiver).await
            };
            match skipped {
                Ok(()) => Ok(next(self)),
                Err(reason) => Err(self.halted(reason, position)),
            }
        };
        Box::pin(skipping.instrument(span))
    }

    /// The same as [`Core::halted`], after something was driven.
    pub(crate) async fn halts<P>(self, reason: Reason, position: fn(Core) -> P) -> Halted<P> {
        if matches!(reason, Reason::Cancelled) {
            self.0.is_listed(Standing::Cancelled).await;
        }
        self.halted(reason, position)
    }

    pub(crate) fn halted<P>(self, reason: Reason, position: fn(Core) -> P) -> Halted<P> {
        if matches!(reason, Reason::Cancelled | Reason::UndoCancelled) {
            self.0.bell.has_stopped();
        }
        let cause = self.0.cause(reason);
        tracing::info!(%cause, "halted");
        Halted {
            run: position(self),
            cause,
        }
    }

    /// What stands where a phase without rework would be sent back: the plan says that it never is.
    pub fn no_rework(self) -> ! {
        unreachable!("{self:?} was sent back by a phase that declares no rework")
    }

    /// For `Debug` of a run that is taken back.
    pub fn describe_undo(&self, workflow: &str, how: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{workflow}({:?}, {how})", self.id())
    }

    /// For `Debug`: the workflow, the id and where the run stands.
    pub fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let live = &*self.0;
        let done = usize::from(live.state.phases_done());
        let at = match done.checked_sub(1) {
            None => "at the start".to_owned(),
            Some(last) => format!("after {}", live.layout.plan.phases[last].name),
        };
        write!(f, "{}({:?}, {at})", live.layout.plan.name, &*live.id)
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(f)
    }
}

/// A team of known type, behind [`Crew`].
pub(crate) struct Team<T> {
    pub(crate) team: Arc<T>,
    pub(crate) methods: Methods<T>,
}

impl<T: Send + Sync + 'static> Crew for Team<T> {
    fn work(&self, member: u16, cx: StepContext, taken: Taken) -> Work {
        (self.methods)(
            member,
            Call {
                team: &self.team,
                cx,
                taken,
            },
        )
    }
}

/// A phase that was entered: the run and who does the phase.
pub struct Entered {
    core: Core,
    crew: Box<dyn Crew>,
    phase: u16,
}

impl Entered {
    /// The run, once the phase is done.
    pub fn leave(self) -> Core {
        self.core
    }

    /// Drives the phase to its end.
    pub fn finish<N: 'static, P: 'static>(
        self,
        passed: fn(Core) -> N,
        back: fn(Core, u16, Rejection) -> N,
        position: fn(Core) -> P,
    ) -> Driving<Result<N, Halted<P>>> {
        let span = self.span();
        let driving = async move {
            let Entered {
                mut core,
                crew,
                phase,
            } = self;
            match core.0.drive_phase(&*crew, phase).await {
                Ok(Left::Done) => Ok(passed(core)),
                Ok(Left::Back(target, rejection)) => Ok(back(core, target, rejection)),
                Err(reason) => Err(core.halts(reason, position).await),
            }
        };
        Box::pin(driving.instrument(span))
    }

    /// Drives one step, by its number within the phase.
    pub fn step<N: 'static, P: 'static>(
        self,
        member: u16,
        next: fn(Entered) -> N,
        back: fn(Core, u16, Rejection) -> N,
        position: fn(Core) -> P,
    ) -> Driving<Result<N, Halted<P>>> {
        let span = self.span();
        let driving = async move {
            let Entered {
                mut core,
                crew,
                phase,
            } = self;
            let step = core.0.layout.members(phase).start + member;
            match core.0.drive_step(&*crew, step).await {
                Ok(Left::Done) => Ok(next(Entered { core, crew, phase })),
                // The method of a step without rework yields no outcome.
                Ok(Left::Back(to, rejection)) if core.0.layout.step(step).rework.is_none() => {
                    let to = core.0.layout.phase(to).name;
                    Err(core.halted(Reason::SentBack { rejection, to }, position))
                }
                Ok(Left::Back(target, rejection)) => Ok(back(core, target, rejection)),
                Err(reason) => Err(core.halts(reason, position).await),
            }
        };
        Box::pin(driving.instrument(span))
    }

    fn span(&self) -> tracing::Span {
        let run = self.core.0.span();
        let _in_run = run.enter();
        self.core.0.phase_span(self.phase)
    }
}

impl fmt::Debug for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {:?}",
            self.core.0.layout.phase(self.phase).name,
            self.core
        )
    }
}
