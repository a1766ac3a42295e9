//! Handing in what a manual step or gate waits for, by whoever can open the journal: by the generated `hand_in`
//! functions, which are typed, or by the names of the run and the step.

use std::sync::Arc;

use serde_json::value::RawValue;

use crate::artifact::Value;
use crate::change;
use crate::error::{Kind, RuntimeError};
use crate::journal::event::{Event, HandedIn, Payload};
use crate::layout::{Layout, Outline, index};
use crate::nearest::did_you_mean;
use crate::observe::RunEventKind;
use crate::plan::{Plan, StepPlan};
use crate::run::core::Driving;
use crate::run::perform::through_text;
use crate::run::recorder::{Recorded, Recorder};
use crate::run::state::State;
use crate::runtime::Runtime;
use crate::verdict::{Actor, Verdict};

/// Hands in the artifact of a manual step; `()` for a step that yields none. Not public API.
pub fn artifact<A: 'static>(
    runtime: &Runtime,
    plan: &'static Plan,
    id: &str,
    path: &'static str,
    actor: Actor,
    value: A,
) -> Driving<Result<(), RuntimeError>> {
    let handing = Handing::new(runtime, runtime.layout(plan), id, path, actor);
    let layout = &handing.layout;
    let yields = layout.find(path).and_then(|step| layout.step(step).yields);
    let product = yields.map(|artifact| {
        let codec = layout.plan.artifacts[usize::from(artifact)].codec;
        (artifact, codec.erase(value))
    });
    Box::pin(async move {
        let step = handing.step()?;
        let product = product.map(|(artifact, value)| handing.through_text(artifact, value));
        handing.made(step, product.transpose()?).await
    })
}

/// Hands in the verdict of a manual gate. Not public API.
pub fn verdict(
    runtime: &Runtime,
    plan: &'static Plan,
    id: &str,
    path: &'static str,
    actor: Actor,
    verdict: Verdict,
) -> Driving<Result<(), RuntimeError>> {
    let handing = Handing::new(runtime, runtime.layout(plan), id, path, actor);
    Box::pin(async move {
        let step = handing.step()?;
        handing.judged(step, verdict).await
    })
}

/// The same for a run and a gate by name.
pub(crate) async fn verdict_by_name(
    runtime: &Runtime,
    id: &str,
    path: &str,
    actor: Actor,
    verdict: Verdict,
) -> Result<(), RuntimeError> {
    let (handing, step) = Handing::by_name(runtime, id, path, actor).await?;
    let plan = handing.layout.step(step);
    if !plan.gate {
        return Err(handing.refused("it is a step, which takes an artifact: use `hand_in_artifact`"));
    }
    handing.judged(step, verdict).await
}

/// And for a manual step; the JSON is read as the type of its artifact.
pub(crate) async fn artifact_by_name(
    runtime: &Runtime,
    id: &str,
    path: &str,
    actor: Actor,
    json: Result<Box<RawValue>, serde_json::Error>,
) -> Result<(), RuntimeError> {
    let (handing, step) = Handing::by_name(runtime, id, path, actor).await?;
    let plan = handing.layout.step(step);
    if plan.gate {
        return Err(handing.refused("it is a gate, which takes a verdict: use `hand_in`"));
    }
    let json = json.map_err(|error| handing.refused(&format!("it cannot be journaled: {error}")))?;
    let Some(yields) = plan.yields else {
        let is_null = json.get().trim() == "null";
        return match is_null {
            true => handing.made(step, None).await,
            false => Err(handing.refused("the step yields no artifact; hand in `()`")),
        };
    };
    let artifact = &handing.layout.plan.artifacts[usize::from(yields)];
    if !handing.layout.is_typed {
        let workflow = handing.layout.plan.name;
        return Err(handing.refused(&format!(
            "this program does not know the type `{}`; tell the runtime of the plan: \
             `runtime.knows::<{workflow}>()`",
            artifact.ty
        )));
    }
    let value = (artifact.codec.decode)(&json)
        .map_err(|error| handing.refused(&format!("it is no `{}`: {error}", artifact.ty)))?;
    // As the type itself writes it, whatever else was in the JSON.
    let payload = handing.through_text(yields, value)?;
    handing.made(step, Some(payload)).await
}

/// For those who do not begin runs.
pub(crate) fn no_such_run(id: &str) -> RuntimeError {
    let error = format!("there is no run `{id}`; `Runtime::runs` lists those that there are");
    RuntimeError::new(Kind::Unknown, error)
}

struct Handing<'p> {
    runtime: Runtime,
    layout: Arc<Layout>,
    id: Arc<str>,
    path: &'p str,
    actor: Actor,
}

impl<'p> Handing<'p> {
    fn new(runtime: &Runtime, layout: Arc<Layout>, id: &str, path: &'p str, actor: Actor) -> Self {
        Handing {
            runtime: runtime.clone(),
            layout,
            id: id.into(),
            path,
            actor,
        }
    }

    /// With its step, if the actor may hand something in for it: nobody is asked for more to be told that it was no use.
    async fn by_name(
        runtime: &Runtime,
        id: &str,
        path: &'p str,
        actor: Actor,
    ) -> Result<(Self, u16), RuntimeError> {
        let layout = runtime.layout_of(id).await?;
        let handing = Handing::new(runtime, layout, id, path, actor);
        let step = handing.step()?;
        handing.may(handing.layout.step(step))?;
        Ok((handing, step))
    }

    /// The step, if something can be handed in for it.
    fn step(&self) -> Result<u16, RuntimeError> {
        if self.actor.name().trim().is_empty() {
            return Err(self.refused("it does not say who hands it in; name the actor"));
        }
        let step = self.layout.find(self.path).ok_or_else(|| self.no_such_step())?;
        let plan = self.layout.step(step);
        if !plan.manual {
            return Err(self.refused("it is not manual, the team does it"));
        }
        Ok(step)
    }

    fn no_such_step(&self) -> RuntimeError {
        let layout = &self.layout;
        let steps = || 0..index(layout.step_count());
        let is_named = |step: &u16| layout.step(*step).name == self.path;
        let mut named = steps().filter(is_named);
        // Who forgets the phase leaves out more than what is near.
        let meant = match (named.next(), named.next()) {
            (Some(step), None) => format!("; did you mean `{}`?", layout.path(step)),
            _ => did_you_mean(self.path, steps().map(|step| layout.path(step))),
        };
        if !meant.is_empty() {
            return self.refused(&format!("the plan has no such step{meant}"));
        }
        let by_hand = steps().filter(|step| layout.step(*step).manual);
        let by_hand: Vec<_> = by_hand.map(|step| format!("`{}`", layout.path(step))).collect();
        self.refused(&match by_hand.is_empty() {
            true => "the plan has no such step, nor any by hand".to_owned(),
            false => format!("the plan has no such step; by hand it has {}", by_hand.join(", ")),
        })
    }

    fn may(&self, plan: &StepPlan) -> Result<(), RuntimeError> {
        let (Some(roster), Some(role)) = (self.runtime.roster(), plan.by) else {
            return Ok(());
        };
        if roster.has(role, &self.actor) {
            return Ok(());
        }
        let holders: Vec<_> = roster
            .holders(role)
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        Err(self.refused(&match holders.is_empty() {
            true => format!("it takes the role `{role}`, which nobody holds; add them to the roster"),
            false => format!(
                "it takes the role `{role}`, which is held by {}",
                holders.join(" and ")
            ),
        }))
    }

    /// An artifact as takers will get it.
    fn through_text(&self, artifact: u16, value: Value) -> Result<Payload, RuntimeError> {
        let writes = self.runtime.backend().writes();
        through_text(&self.layout, artifact, value, writes)
            .map_err(|error| self.refused(&format!("it cannot be journaled: {error}")))
    }

    async fn made(&self, step: u16, payload: Option<Payload>) -> Result<(), RuntimeError> {
        let check = self.layout.step(step).check;
        if let Some(reason) = payload.as_ref().and_then(|payload| payload.rejected_by(check)) {
            return Err(self.refused(&format!("its check rejects it: {reason}")));
        }
        let by = Some(Box::new(self.by(step, None)));
        self.append(step, |state| Event::Done {
            step,
            round: state.round,
            attempt: 1,
            payload: payload.clone(),
            by: by.clone(),
            took_ms: None,
            said: None,
        })
        .await
    }

    async fn judged(&self, step: u16, verdict: Verdict) -> Result<(), RuntimeError> {
        self.append(step, |state| {
            let by = self.by(step, state.content(&self.layout, step));
            state.judged(&self.layout, step, 1, verdict.clone(), Some(Box::new(by)))
        })
        .await
    }

    fn by(&self, step: u16, of: Option<String>) -> HandedIn {
        HandedIn {
            actor: self.actor.clone(),
            role: self.layout.step(step).by.map(str::to_owned),
            of,
            note: self.actor.note().map(str::to_owned),
        }
    }

    fn refused(&self, why: &str) -> RuntimeError {
        let Handing { id, path, actor, .. } = self;
        RuntimeError::new(
            Kind::Refused,
            format!("run `{id}`: what `{actor}` handed in for `{path}` is refused; {why}"),
        )
    }

    /// Appends the event if the step waits. The run may move on in between: then it is looked at again.
    async fn append(&self, step: u16, event: impl Fn(&State) -> Event) -> Result<(), RuntimeError> {
        let Handing { layout, id, .. } = self;
        let backend = self.runtime.backend();
        loop {
            let mut recorder = Recorder::new(layout);
            let read = backend.read(layout, id, &mut recorder).await?;
            let (seen, stood) = read.ok_or_else(|| no_such_run(id))?;
            let Recorded { mut state, other, .. } = recorder.finish(id)?;
            self.may(layout.step(step))?;
            if !state.step_waits(step) || state.undoing().0 {
                return Err(self.not_waiting(step, &state));
            }
            if let Some((other, _)) = other {
                self.is_the_same(&other, step)?;
            }
            let (event, round) = (event(&state), state.round);
            state.apply(layout, &event);
            let standing = stood.handed_in(&event, &state, layout);
            let appended = backend.hand_in(layout, id, seen, event.clone(), standing);
            if appended.await? {
                tracing::info!(run = &**id, step = self.path, actor = %self.actor, "handed in");
                self.tell(step, round, &event);
                return Ok(());
            }
        }
    }

    fn tell(&self, step: u16, round: u32, event: &Event) {
        let step = self.layout.path(step);
        let tell = |kind| self.runtime.tell(&self.layout, &self.id, round, kind);
        let by = self.actor.name();
        tell(RunEventKind::HandedIn { step, by });
        if let Event::Rejected { reason, back, .. } = event {
            let back_to = back.map(|phase| self.layout.phase(phase).name);
            tell(RunEventKind::Rejected {
                gate: step,
                reason,
                back_to,
            });
        }
    }

    /// Whether the plan that the run goes under has the step as this one does: whoever drives the run reads the line by
    /// that, and whoever puts it under this plan later finds the step done.
    fn is_the_same(&self, other: &Outline, step: u16) -> Result<(), RuntimeError> {
        let differences = change::of_step(other, &self.layout, step);
        if differences.is_empty() {
            return Ok(());
        }
        let workflow = &other.workflow;
        let why = format!(
            "the run goes under another plan of `{workflow}`:\n  - {}\n\
             drive the run with this build first, or hand in with the build that drives it",
            differences.join("\n  - ")
        );
        let error = RuntimeError::new(Kind::PlanChanged, self.refused(&why).to_string());
        Err(error.with_differences(differences))
    }

    fn not_waiting(&self, step: u16, state: &State) -> RuntimeError {
        let Handing { id, path, .. } = self;
        let mut kind = Kind::NotWaiting;
        let why = if state.undoing() != (false, false) {
            kind = Kind::Undone;
            let how = if state.undoing().1 { "was" } else { "is being" };
            format!("the run {how} undone")
        } else if state.step_is_done(step) {
            "it was handed in already".to_owned()
        } else if let Some(rejection) = state.rejection(&self.layout, step) {
            format!("it was rejected already: {}", rejection.reason())
        } else if self.layout.phase_of(step) < state.phases_done() {
            let phase = self.layout.phase(self.layout.phase_of(step)).name;
            format!("the run left the phase `{phase}` out")
        } else {
            "the run has not come to it yet; drive the run until it halts there".to_owned()
        };
        RuntimeError::new(kind, format!("run `{id}`: `{path}` is not waiting; {why}"))
    }
}
