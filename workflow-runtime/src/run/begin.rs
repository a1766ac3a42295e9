//! Begins runs and takes them up: what must hold before a handle exists. Not public API.

use std::sync::Arc;

use tracing::Instrument;

use crate::artifact::Value;
use crate::error::{Halted, Kind, Reason, RuntimeError};
use crate::journal::backend::{Found, Hold};
use crate::journal::event::{Event, Payload};
use crate::layout::Layout;
use crate::observe::RunEventKind;
use crate::plan::{ArtifactPlan, Plan};
use crate::run::core::{Core, Driving, Live, Methods, Team, undecodable};
use crate::run::drive::Left;
use crate::run::recorder::Recorder;
use crate::run::saying::Saying;
use crate::run::state::{State, written};
use crate::runtime::Runtime;
use crate::step::RunOf;
use crate::summary::Standing;
#[cfg(feature = "cli")]
use crate::verdict::Waiver;

/// An input of a run, without its type.
#[derive(Debug)]
pub struct Input(pub(crate) Value);

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

/// Takes up a run that is being taken back.
pub fn resume_undo<P: 'static>(
    runtime: &Runtime,
    plan: &'static Plan,
    id: &str,
    undo: fn(Core) -> P,
) -> Driving<Result<P, RuntimeError>> {
    let opening = Opening::new(runtime, plan, id, Vec::new());
    Box::pin(async move {
        match opening.take_up_to_undo().await? {
            Some(core) => Ok(undo(core)),
            None => Err(unknown(&opening.id)),
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
            None => Err(unknown(&opening.id)),
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
            Err(reason) => Err(core.halts(reason, position).await),
        }
    })
}

/// Takes a run up, whatever it was begun with, and drives it to its end.
#[cfg(feature = "cli")]
pub(crate) fn drive_on<T: Send + Sync + 'static>(
    runtime: &Runtime,
    plan: &'static Plan,
    id: &str,
    team: &Arc<T>,
    phases: &'static [Methods<T>],
) -> Driving<Result<(), Halted<()>>> {
    let opening = Opening::new(runtime, plan, id, Vec::new());
    let team = Arc::clone(team);
    Box::pin(async move {
        let taken_up = opening.take_up().await;
        let mut core = match taken_up.and_then(|core| core.ok_or_else(|| unknown(&opening.id))) {
            Ok(core) => core,
            Err(error) => return Err(opening.refused(error, drop)),
        };
        let span = core.0.span();
        match drive_all(&mut core.0, &team, phases).instrument(span).await {
            Ok(()) => Ok(()),
            Err(reason) => Err(core.halts(reason, drop).await),
        }
    })
}

/// Waives the phase of that number, if it is the next.
#[cfg(feature = "cli")]
pub(crate) async fn skip(
    runtime: &Runtime,
    plan: &'static Plan,
    id: &str,
    phase: u16,
    waiver: Waiver,
) -> Result<(), Halted<()>> {
    let opening = Opening::new(runtime, plan, id, Vec::new());
    let taken_up = opening.take_up().await;
    let core = match taken_up.and_then(|core| core.ok_or_else(|| unknown(&opening.id))) {
        Ok(core) => core,
        Err(error) => return Err(opening.refused(error, drop)),
    };
    // The run may have gone on since somebody looked, and whoever waives what is not next must not end it.
    if core.phases_done() != phase {
        let name = opening.layout.phase(phase).name;
        let error = format!("run `{id}`: phase `{name}` cannot be skipped, it is not next");
        let reason = Reason::Journal(RuntimeError::new(Kind::Refused, error));
        return Err(core.halted(reason, drop));
    }
    core.skip(phase, waiver, drop, drop).await
}

async fn drive_all<T: Send + Sync + 'static>(
    live: &mut Live,
    team: &Arc<T>,
    phases: &'static [Methods<T>],
) -> Result<(), Reason> {
    if live.runtime.backend().engine().is_some() {
        return live.follow_on().await;
    }
    while !live.state.is_done(&live.layout) {
        let phase = live.state.phases_done();
        if live.bell.is_stopped() {
            return Err(Reason::Cancelled);
        }
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

/// Whether the run could be taken up by this build; nothing is touched.
pub(crate) async fn could_take_up(
    runtime: &Runtime,
    layout: &Arc<Layout>,
    id: &str,
) -> Result<(), RuntimeError> {
    let mut recorder = Recorder::new(layout);
    let read = runtime.backend().read(layout, id, &mut recorder).await?;
    read.ok_or_else(|| unknown(id))?;
    decoded(id, layout, &mut recorder.finish(id)?.state)
}

/// The artifacts of a run as its journal has them, by name.
#[cfg(feature = "testing")]
pub(crate) async fn artifacts(
    runtime: &Runtime,
    id: &str,
) -> Result<Vec<(String, Option<serde_json::Value>)>, RuntimeError> {
    let layout = runtime.layout_of(id).await?;
    let mut recorder = Recorder::new(&layout);
    runtime.backend().read(&layout, id, &mut recorder).await?;
    let state = recorder.finish(id)?.state;
    let named = layout.plan.artifacts.iter().enumerate().map(|(at, artifact)| {
        let payload = state.payload(crate::layout::index(at));
        let json = payload.and_then(|payload| written(&layout, at, payload).ok());
        let value = json.and_then(|json| serde_json::from_str(json.get()).ok());
        (artifact.name.to_owned(), value)
    });
    Ok(named.collect())
}

pub(crate) fn decoded(id: &str, layout: &Layout, state: &mut State) -> Result<(), RuntimeError> {
    state.decode(layout).map_err(|(at, error)| {
        let artifact = &layout.plan.artifacts[at];
        undecodable(id, artifact.name, artifact.ty, &error)
    })
}

pub(crate) fn unknown(id: &str) -> RuntimeError {
    let error = format!("there is no run `{id}`; begin it with `start` or `run`");
    RuntimeError::new(Kind::Unknown, error)
}

/// What a run was before it was taken up.
struct Before {
    stood: Standing,
    /// The step that was handed in, if that happened last.
    handed_in_last: Option<u16>,
    /// What is different in the plan that it went under; `None` if that is the same.
    differences: Option<Vec<String>>,
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
        let mut state = State::new(&self.layout);
        state.apply(&self.layout, &begun);
        let begun = self.runtime.backend().begin(&self.layout, &self.id, begun);
        let live = self.live(begun.await?, state, 1);
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
        let Some((mut live, before)) = self.take_hold().await? else {
            return Ok(None);
        };
        if live.state.undoing() != (false, false) {
            return Err(self.undone(live.state.undoing().1));
        }
        decoded(&self.id, &self.layout, &mut live.state)?;
        self.same_inputs(&live)?;
        let handed_in_last = before.handed_in_last;
        self.replan(&live, before).await?;
        live.tell(RunEventKind::TakenUp {
            done: live.state.steps_done(),
        });
        // Nobody drove the run when this was handed in, so nobody has told yet what it ended.
        if let Some(step) = handed_in_last
            && live.layout.phase_of(step) < live.state.phases_done()
        {
            live.tell_phase_done(live.layout.phase_of(step), false);
        }
        Ok(Some(Core(Box::new(live))))
    }

    /// A run that is being taken back.
    async fn take_up_to_undo(&self) -> Result<Option<Core>, RuntimeError> {
        let Some((live, before)) = self.take_hold().await? else {
            return Ok(None);
        };
        match live.state.undoing() {
            (_, true) => Err(self.undone(true)),
            (true, false) => {
                self.replan(&live, before).await?;
                Ok(Some(Core(Box::new(live))))
            }
            (false, false) => {
                let error = format!(
                    "run `{}` is not being undone; take it up with `resume`, and call `undo` on it",
                    self.id
                );
                Err(RuntimeError::new(Kind::Refused, error))
            }
        }
    }

    /// Takes hold of a run, as its journal has it, with what it was before that.
    async fn take_hold(&self) -> Result<Option<(Live, Before)>, RuntimeError> {
        let mut recorder = Recorder::new(&self.layout);
        let backend = self.runtime.backend();
        let found = backend.take_up(&self.layout, &self.id, &mut recorder).await?;
        let Some(Found { hold, seen, stood }) = found else {
            return Ok(None);
        };
        let recorded = recorder.finish(&self.id)?;
        let before = Before {
            stood,
            handed_in_last: recorded.handed_in_last,
            differences: recorded.other.map(|(_, differences)| differences),
        };
        Ok(Some((self.live(hold, recorded.state, seen), before)))
    }

    /// Records that the run goes under this plan now, if it went under another. It stands as before, unless the plan has
    /// more to be done or less.
    async fn replan(&self, live: &Live, before: Before) -> Result<(), RuntimeError> {
        let (Some(differences), Ok(hold)) = (before.differences, &live.hold) else {
            return Ok(());
        };
        if self.runtime.backend().engine().is_some() {
            return Err(self.carried_out_under_another(differences));
        }
        let plan = Arc::new(self.layout.outline.clone());
        let replanned = Event::Replanned { plan, differences };
        let standing = match before.stood {
            Standing::Undoing => Standing::Undoing,
            _ if live.state.is_done(&self.layout) => Standing::Done,
            Standing::Done => Standing::Running,
            stood => stood,
        };
        hold.record(&self.layout, replanned, standing).await
    }

    /// The services of an engine carry a run out under the plan that it was begun with.
    fn carried_out_under_another(&self, differences: Vec<String>) -> RuntimeError {
        let error = format!(
            "run `{}` is carried out under another plan of `{}`:\n  - {}\n\
             drive it with the build that began it, whose services carry it out, or begin a run of another id",
            self.id,
            self.layout.plan.name,
            differences.join("\n  - ")
        );
        RuntimeError::new(Kind::PlanChanged, error).with_differences(differences)
    }

    fn live(&self, hold: Box<dyn Hold>, state: State, seen: u64) -> Live {
        self.runtime.drives(&self.id, hold.bell());
        Live {
            runtime: self.runtime.clone(),
            of: self.of(),
            layout: Arc::clone(&self.layout),
            id: Arc::clone(&self.id),
            bell: Arc::clone(hold.bell()),
            hold: Ok(Arc::from(hold)),
            state,
            seen,
        }
    }

    fn undone(&self, is_over: bool) -> RuntimeError {
        let id = &self.id;
        RuntimeError::new(
            Kind::Undone,
            if is_over {
                format!("run `{id}` was undone; begin a run of another id")
            } else {
                format!("run `{id}` is being undone; take it up with `Undo::resume` to go on")
            },
        )
    }

    fn of(&self) -> Arc<RunOf> {
        let runtime = self.runtime.downgrade();
        Arc::new(RunOf {
            id: Arc::clone(&self.id),
            layout: Arc::clone(&self.layout),
            runtime: Box::new(move || runtime.upgrade()),
            saying: Saying::default(),
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
            bell: Arc::default(),
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
