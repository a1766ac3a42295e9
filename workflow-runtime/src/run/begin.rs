//! Begins runs and takes them up: what must hold before a handle exists. Not public API.

use std::sync::Arc;

use tracing::Instrument;

use crate::artifact::Value;
use crate::error::{Halted, Kind, Reason, RuntimeError};
use crate::journal::backend::{Found, Hold, Record};
use crate::journal::event::{Event, Payload};
use crate::layout::Layout;
use crate::observe::RunEventKind;
use crate::plan::{ArtifactPlan, Plan};
use crate::run::core::{Core, Driving, Live, Methods, Team, undecodable};
use crate::run::drive::Left;
use crate::run::state::{State, written};
use crate::runtime::Runtime;
use crate::step::RunOf;

/// An input of a run, without its type.
#[derive(Debug)]
pub struct Input(Value);

/// An input as given to `start` or `run`, by its place in the plan.
pub fn input<A: 'static>(plan: &'static Plan, artifact: u16, value: A) -> Input {
    Input(plan.artifacts[usize::from(artifact)].codec.erase(value))
}

/// Begins a run.
pub fn start<N: 'static, P: 'static>(
    runtime: &Runtime,
    plan: &'static Plan,
    id: &str,
    inputs: Vec<Input>,
    at: fn(Core) -> N,
    position: fn(Core) -> P,
) -> Driving<Result<N, Halted<P>>> {
    let opening = Opening::new(runtime, plan, id, inputs);
    Box::pin(async move {
        match opening.begin().await {
            Ok(core) => Ok(at(core)),
            Err(error) => Err(opening.refused(error, position)),
        }
    })
}

/// Takes a run up where it stands.
pub fn resume<P: 'static>(
    runtime: &Runtime,
    plan: &'static Plan,
    id: &str,
    position: fn(Core) -> P,
) -> Driving<Result<P, RuntimeError>> {
    let opening = Opening::new(runtime, plan, id, Vec::new());
    Box::pin(async move {
        match opening.take_up().await? {
            Some(core) => Ok(position(core)),
            None => {
                let error = format!("there is no run `{}`; begin it with `start` or `run`", opening.id);
                Err(RuntimeError::new(Kind::Unknown, error))
            }
        }
    })
}

/// Begins a run or takes it up, and drives it to its end.
#[allow(clippy::too_many_arguments, reason = "called by generated code only")]
pub fn drive<T: Send + Sync + 'static, N: 'static, P: 'static>(
    runtime: &Runtime,
    plan: &'static Plan,
    id: &str,
    inputs: Vec<Input>,
    team: &Arc<T>,
    phases: &'static [Methods<T>],
    done: fn(Core) -> N,
    position: fn(Core) -> P,
) -> Driving<Result<N, Halted<P>>> {
    let opening = Opening::new(runtime, plan, id, inputs);
    let team = Arc::clone(team);
    Box::pin(async move {
        let mut core = match opening.take_up_or_begin().await {
            Ok(core) => core,
            Err(error) => return Err(opening.refused(error, position)),
        };
        let span = core.0.span();
        match drive_all(&mut core.0, &team, phases).instrument(span).await {
            Ok(()) => Ok(done(core)),
            Err(reason) => Err(core.halted(reason, position)),
        }
    })
}

async fn drive_all<T: Send + Sync + 'static>(
    live: &mut Live,
    team: &Arc<T>,
    phases: &'static [Methods<T>],
) -> Result<(), Reason> {
    while !live.state.is_done(&live.layout) {
        let phase = live.state.phases_done();
        let crew = Team {
            team: Arc::clone(team),
            methods: phases[usize::from(phase)],
        };
        if live.layout.phase(phase).optional && live.ask_to_waive(&crew, phase).await? {
            continue;
        }
        let span = tracing::info_span!("phase", name = live.layout.phase(phase).name);
        if let Left::Back(_, rejection) = live.drive_phase(&crew, phase).instrument(span).await? {
            tracing::info!(%rejection, "sent back");
        }
    }
    Ok(())
}

/// A run about to be begun or taken up.
struct Opening {
    runtime: Runtime,
    layout: Arc<Layout>,
    id: Arc<str>,
    inputs: Vec<Value>,
}

impl Opening {
    fn new(runtime: &Runtime, plan: &'static Plan, id: &str, inputs: Vec<Input>) -> Self {
        Opening {
            runtime: runtime.clone(),
            layout: runtime.layout(plan),
            id: id.into(),
            inputs: inputs.into_iter().map(|input| input.0).collect(),
        }
    }

    async fn take_up_or_begin(&self) -> Result<Core, RuntimeError> {
        if let Some(core) = self.take_up().await? {
            return Ok(core);
        }
        match self.begin().await {
            // Somebody else began it in between.
            Err(error) if error.is_taken() => self.take_up().await?.ok_or(error),
            begun => begun,
        }
    }

    async fn begin(&self) -> Result<Core, RuntimeError> {
        if self.id.trim().is_empty() {
            return Err(RuntimeError::new(
                Kind::Refused,
                "the id of a run is empty; give it a name to find it by",
            ));
        }
        let mut inputs = Vec::with_capacity(self.inputs.len());
        for (artifact, value) in self.layout.plan.artifacts.iter().zip(&self.inputs) {
            let payload = self.input(artifact, value)?;
            inputs.push(payload);
        }
        let begun = Event::Begun { inputs };
        let hold = self
            .runtime
            .backend()
            .begin(&self.layout, &self.id, begun.clone())
            .await?;
        let record = Record {
            other_plan: None,
            events: vec![begun],
            seen: 1,
        };
        let live = self.live(hold, &record)?;
        live.tell(RunEventKind::Began);
        Ok(Core(Box::new(live)))
    }

    /// An input as takers will get it, if it passes its check.
    fn input(&self, artifact: &ArtifactPlan, value: &Value) -> Result<Payload, RuntimeError> {
        let payload = self.read_back(artifact, value)?;
        if let Some(reason) = payload.rejected_by(artifact.check) {
            let error = format!(
                "run `{}`: input `{}` was rejected by its check: {reason}",
                self.id, artifact.name
            );
            return Err(RuntimeError::new(Kind::Refused, error));
        }
        Ok(payload)
    }

    /// An input as takers will get it.
    fn read_back(&self, artifact: &ArtifactPlan, value: &Value) -> Result<Payload, RuntimeError> {
        if !self.runtime.backend().writes() {
            return Ok(Payload::Live(Arc::clone(value)));
        }
        let text = (artifact.codec.encode)(&**value).map_err(|error| {
            let error = format!("input `{}` cannot be journaled: {error}", artifact.name);
            RuntimeError::new(Kind::Artifact, error)
        })?;
        // One that cannot be read back would leave a run that nobody can take up.
        let read_back = (artifact.codec.decode)(&text)
            .map_err(|error| undecodable(&self.id, artifact.name, artifact.ty, &error))?;
        Ok(Payload::Both(Box::new((read_back, Arc::from(text)))))
    }

    async fn take_up(&self) -> Result<Option<Core>, RuntimeError> {
        let Some(found) = self.runtime.backend().take_up(&self.layout, &self.id).await? else {
            return Ok(None);
        };
        let Found { hold, record } = found;
        let live = self.live(hold, &record)?;
        self.same_inputs(&live)?;
        live.tell(RunEventKind::TakenUp {
            done: live.state.steps_done(),
        });
        // Nobody drove the run when this was handed in, so nobody has told yet what it ended.
        if let Some(Event::Done {
            step, by: Some(_), ..
        }) = record.events.last()
            && live.layout.phase_of(*step) < live.state.phases_done()
        {
            live.tell_phase_done(live.layout.phase_of(*step), false);
        }
        Ok(Some(Core(Box::new(live))))
    }

    fn live(&self, hold: Box<dyn Hold>, record: &Record) -> Result<Live, RuntimeError> {
        let mut state = State::recorded(&self.id, &self.layout, record)?;
        state.decode(&self.layout).map_err(|(at, error)| {
            let artifact = &self.layout.plan.artifacts[at];
            undecodable(&self.id, artifact.name, artifact.ty, &error)
        })?;
        Ok(Live {
            runtime: self.runtime.clone(),
            of: self.of(),
            layout: Arc::clone(&self.layout),
            id: Arc::clone(&self.id),
            hold: Ok(hold),
            state,
            seen: record.seen,
        })
    }

    fn of(&self) -> Arc<RunOf> {
        Arc::new(RunOf {
            id: Arc::clone(&self.id),
            layout: Arc::clone(&self.layout),
        })
    }

    /// Whether the run was begun with what was given; `resume` gives nothing.
    fn same_inputs(&self, live: &Live) -> Result<(), RuntimeError> {
        let layout = &self.layout;
        for (at, (begun_with, given)) in live.state.inputs(layout).zip(&self.inputs).enumerate() {
            let name = layout.plan.artifacts[at].name;
            let text = |payload: &Payload| {
                written(layout, at, payload).map_err(|error| {
                    RuntimeError::new(
                        Kind::Artifact,
                        format!("input `{name}` cannot be journaled: {error}"),
                    )
                })
            };
            let before = begun_with.map(&text).transpose()?;
            // What the run has was read back from the journal, which need not be what was written.
            let now = text(&self.read_back(&layout.plan.artifacts[at], given)?.settled())?;
            if before.is_none_or(|before| !same_json(before.get(), now.get())) {
                let error = format!(
                    "run `{}` was begun with another `{name}`; give the same, or begin a run of another id",
                    self.id
                );
                return Err(RuntimeError::new(Kind::OtherInputs, error));
            }
        }
        Ok(())
    }

    /// The handle that was asked for, detached: it shows the inputs and refuses everything for the same reason.
    fn refused<P>(&self, error: RuntimeError, position: fn(Core) -> P) -> Halted<P> {
        let inputs = self
            .inputs
            .iter()
            .map(|value| Payload::Live(Arc::clone(value)))
            .collect();
        let mut state = State::new(&self.layout);
        state.apply(&self.layout, &Event::Begun { inputs });
        let live = Live {
            runtime: self.runtime.clone(),
            of: self.of(),
            layout: Arc::clone(&self.layout),
            id: Arc::clone(&self.id),
            hold: Err(error.clone()),
            state,
            seen: 0,
        };
        Core(Box::new(live)).halted(Reason::Journal(error), position)
    }
}

/// The same value, whatever the order of a map's keys.
fn same_json(before: &str, now: &str) -> bool {
    before == now || {
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        matches!((parse(before), parse(now)), (Some(before), Some(now)) if before == now)
    }
}
