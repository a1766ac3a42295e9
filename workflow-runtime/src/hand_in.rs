//! Handing in what a manual step or gate waits for, by whoever can open the journal. Not public API: the generated
//! `hand_in` functions are.

use std::sync::Arc;

use crate::error::{Kind, RuntimeError};
use crate::journal::event::Event;
use crate::layout::Layout;
use crate::observe::RunEventKind;
use crate::plan::Plan;
use crate::run::core::Driving;
use crate::run::perform::through_text;
use crate::run::state::State;
use crate::runtime::Runtime;
use crate::summary::Standing;
use crate::verdict::{Actor, Verdict};

/// Hands in the artifact of a manual step; `()` for a step that yields none.
pub fn artifact<A: 'static>(
    runtime: &Runtime,
    plan: &'static Plan,
    id: &str,
    path: &'static str,
    actor: Actor,
    value: A,
) -> Driving<Result<(), RuntimeError>> {
    let handing = Handing::new(runtime, plan, id, path, actor);
    let layout = &handing.layout;
    let yields = layout.find(path).and_then(|step| layout.step(step).yields);
    let product = yields.map(|artifact| {
        let codec = layout.plan.artifacts[usize::from(artifact)].codec;
        (artifact, codec.erase(value))
    });
    Box::pin(async move {
        let step = handing.step()?;
        let mut payload = None;
        if let Some((artifact, value)) = product {
            let writes = handing.runtime.backend().writes();
            let ready = through_text(&handing.layout, artifact, value, writes);
            payload =
                Some(ready.map_err(|error| handing.refused(&format!("it cannot be journaled: {error}")))?);
        }
        let check = handing.layout.step(step).check;
        if let Some(reason) = payload.as_ref().and_then(|payload| payload.rejected_by(check)) {
            return Err(handing.refused(&format!("its check rejects it: {reason}")));
        }
        let by = Some(handing.actor.clone());
        let event = |state: &State| Event::Done {
            step,
            round: state.round,
            attempt: 1,
            payload: payload.clone(),
            by: by.clone(),
        };
        handing.append(step, event).await
    })
}

/// Hands in the verdict of a manual gate.
pub fn verdict(
    runtime: &Runtime,
    plan: &'static Plan,
    id: &str,
    path: &'static str,
    actor: Actor,
    verdict: Verdict,
) -> Driving<Result<(), RuntimeError>> {
    let handing = Handing::new(runtime, plan, id, path, actor);
    Box::pin(async move {
        let step = handing.step()?;
        let event = |state: &State| {
            state.judged(
                &handing.layout,
                step,
                1,
                verdict.clone(),
                Some(handing.actor.clone()),
            )
        };
        handing.append(step, event).await
    })
}

struct Handing {
    runtime: Runtime,
    layout: Arc<Layout>,
    id: Arc<str>,
    path: &'static str,
    actor: Actor,
}

impl Handing {
    fn new(runtime: &Runtime, plan: &'static Plan, id: &str, path: &'static str, actor: Actor) -> Self {
        Handing {
            runtime: runtime.clone(),
            layout: runtime.layout(plan),
            id: id.into(),
            path,
            actor,
        }
    }

    fn step(&self) -> Result<u16, RuntimeError> {
        if self.actor.name().trim().is_empty() {
            return Err(self.refused("it does not say who hands it in; name the actor"));
        }
        self.layout
            .find(self.path)
            .ok_or_else(|| self.refused("the plan has no such step"))
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
        loop {
            let read = self.runtime.backend().read(&self.layout, &self.id).await?;
            let Some(record) = read else {
                let error = format!("there is no run `{}`; begin it with `start` or `run`", self.id);
                return Err(RuntimeError::new(Kind::Unknown, error));
            };
            let seen = record.seen;
            let mut state = State::recorded(&self.id, &self.layout, &record)?;
            if !state.step_waits(step) {
                return Err(self.not_waiting(step, &state));
            }
            let (event, round) = (event(&state), state.round);
            state.apply(&self.layout, &event);
            let standing = Standing::after(&event, &state, &self.layout);
            let backend = self.runtime.backend();
            if backend
                .hand_in(&self.layout, &self.id, seen, event.clone(), standing)
                .await?
            {
                tracing::info!(run = &*self.id, step = self.path, actor = %self.actor, "handed in");
                self.tell(round, &event);
                return Ok(());
            }
        }
    }

    fn tell(&self, round: u32, event: &Event) {
        let tell = |kind| self.runtime.tell(&self.layout, &self.id, round, kind);
        let by = self.actor.name();
        tell(RunEventKind::HandedIn { step: self.path, by });
        if let Event::Rejected { reason, back, .. } = event {
            let back_to = back.map(|phase| self.layout.phase(phase).name);
            tell(RunEventKind::Rejected {
                gate: self.path,
                reason,
                back_to,
            });
        }
    }

    fn not_waiting(&self, step: u16, state: &State) -> RuntimeError {
        let Handing { id, path, .. } = self;
        let why = if state.step_is_done(step) {
            "it was handed in already".to_owned()
        } else if let Some(rejection) = state.rejection(&self.layout, step) {
            format!("it was rejected already: {}", rejection.reason())
        } else {
            "the run has not come to it yet; drive the run until it halts there".to_owned()
        };
        RuntimeError::new(
            Kind::NotWaiting,
            format!("run `{id}`: `{path}` is not waiting; {why}"),
        )
    }
}
