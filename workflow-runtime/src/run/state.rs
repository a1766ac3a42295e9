//! Where a run stands: the fold of its journal. The same fold serves a run as it is driven and one that is resumed.

use std::sync::Arc;

use serde_json::value::RawValue;

use crate::artifact::Value;
use crate::change;
use crate::journal::event::{Event, HandedIn, Payload};
use crate::layout::{Layout, Outline, index};
use crate::run::content;
use crate::verdict::{Actor, Rejection, Verdict};

/// Where a run stands.
#[derive(Debug, Default)]
pub(crate) struct State {
    steps: Vec<Progress>,
    artifacts: Vec<Vec<Version>>,
    sent_back: Vec<u32>,
    phases_done: u16,
    /// How many members of the current phase are still to be done.
    left_in_phase: u16,
    pub(crate) round: u32,
    /// The optional phases that the plan did not have all the time; empty if it never changed.
    new_optional: Vec<u16>,
    /// What people said of a gate's artifacts, by the gate; it outlasts rework.
    approvals: Vec<(u16, Approval)>,
    undoing: bool,
    undone: bool,
    /// Whether it was told to stop since it was last said to wait.
    cancelled: bool,
}

/// That a gate was passed by hand.
#[derive(Debug, Clone)]
pub(crate) struct Approval {
    pub(crate) by: Actor,
    pub(crate) round: u32,
    /// The hash of what was shown.
    of: String,
}

/// How far one step is.
#[derive(Debug, Default, Clone)]
struct Progress {
    status: Status,
    /// Attempts in this round.
    attempts: u32,
    /// Failed attempts since the run last halted over this step.
    failed_in_a_row: u32,
}

#[derive(Debug, Default, Clone)]
enum Status {
    #[default]
    Open,
    Waiting,
    Done,
    Rejected(Arc<str>),
}

/// An artifact as one step made it.
#[derive(Debug)]
struct Version {
    /// The phase that made it; `None` for an input.
    phase: Option<u16>,
    payload: Payload,
}

impl State {
    pub(crate) fn new(layout: &Layout) -> Self {
        let mut state = State {
            steps: vec![Progress::default(); layout.step_count()],
            artifacts: std::iter::repeat_with(Vec::new)
                .take(layout.plan.artifacts.len())
                .collect(),
            sent_back: vec![0; layout.step_count()],
            ..State::default()
        };
        state.left_in_phase = index(layout.members(0).len());
        state
    }

    /// The run went under another plan, for a while. Optional phases that this one did not have were not missed then.
    pub(crate) fn went_under(&mut self, layout: &Layout, other: &Outline) {
        self.new_optional.extend(change::new_optional(other, layout));
    }

    /// Takes in what happened. Events of a round that is over change nothing.
    pub(crate) fn apply(&mut self, layout: &Layout, event: &Event) {
        if !self.new_optional.is_empty() {
            self.pass_new_optional(layout, event);
        }
        match event {
            Event::Begun { inputs } => {
                for (versions, payload) in self.artifacts.iter_mut().zip(inputs) {
                    versions.push(Version {
                        phase: None,
                        payload: payload.settled(),
                    });
                }
            }
            Event::Done {
                step,
                round,
                attempt,
                payload,
                by,
                ..
            } if *round == self.round => {
                if let Some(by) = by {
                    self.keep_approval(layout, *step, by);
                }
                self.done(layout, *step, *attempt, payload.as_ref());
            }
            Event::Stands { step, round, .. } if *round == self.round => self.done(layout, *step, 1, None),
            Event::Started { step, round, attempt } if *round == self.round => {
                self.steps[usize::from(*step)].attempts = *attempt;
            }
            Event::Failed {
                step,
                round,
                attempt,
                last,
                ..
            } if *round == self.round => {
                let progress = &mut self.steps[usize::from(*step)];
                progress.attempts = *attempt;
                progress.failed_in_a_row = if *last { 0 } else { progress.failed_in_a_row + 1 };
            }
            Event::Rejected {
                step,
                round,
                reason,
                back,
                ..
            } if *round == self.round => {
                self.approvals.retain(|(gate, _)| gate != step);
                match back {
                    Some(target) => self.send_back(layout, *step, *target),
                    None => self.steps[usize::from(*step)].status = Status::Rejected(Arc::clone(reason)),
                }
            }
            Event::Waiting { step, round } if *round == self.round => {
                self.cancelled = false;
                let progress = &mut self.steps[usize::from(*step)];
                if matches!(progress.status, Status::Open) {
                    progress.status = Status::Waiting;
                }
            }
            Event::Waived { phase, round, .. } if *round == self.round && *phase == self.phases_done => {
                self.phase_done(layout);
            }
            Event::Replanned { plan, .. } => self.went_under(layout, plan),
            Event::Cancelled => self.cancelled = true,
            Event::Undoing => self.undoing = true,
            Event::Undone => self.undone = true,
            // Of a round that is over, or for those who look at the run from outside.
            _ => {}
        }
    }

    fn keep_approval(&mut self, layout: &Layout, gate: u16, by: &HandedIn) {
        let Some(of) = by.of.clone().filter(|_| layout.step(gate).gate) else {
            return;
        };
        self.approvals.retain(|(other, _)| *other != gate);
        let approval = Approval {
            by: by.actor.clone(),
            round: self.round,
            of,
        };
        self.approvals.push((gate, approval));
    }

    /// Whether anything was said of a gate that may stand.
    pub(crate) fn was_approved(&self, gate: u16) -> bool {
        self.approvals.iter().any(|(other, _)| *other == gate)
    }

    /// What was said of a gate in an earlier round, if it was shown the same then as it would be now.
    pub(crate) fn approval(&self, layout: &Layout, gate: u16) -> Option<&Approval> {
        let (_, approval) = self.approvals.iter().find(|(other, _)| *other == gate)?;
        let now = self.content(layout, gate)?;
        (now == approval.of).then_some(approval)
    }

    /// The hash of what a step takes, as it is now; `None` if some of it cannot be written.
    pub(crate) fn content(&self, layout: &Layout, step: u16) -> Option<String> {
        let taken = layout.step(step).takes.iter().map(|take| {
            let artifact = usize::from(take.artifact);
            let newest = self.artifacts[artifact].last();
            let json = newest.map(|version| written(layout, artifact, &version.payload));
            json.transpose().ok()
        });
        let taken: Vec<_> = taken.collect::<Option<_>>()?;
        content::hash(taken.iter().map(Option::as_deref))
    }

    /// Something of a later phase happened, so an optional phase that the plan did not have then was not missed.
    fn pass_new_optional(&mut self, layout: &Layout, event: &Event) {
        let Some((phase, round)) = event.place(layout) else {
            return;
        };
        while round == self.round && self.phases_done < phase && self.new_optional.contains(&self.phases_done)
        {
            self.phase_done(layout);
        }
    }

    /// A step is done, of the round that the run is in.
    pub(crate) fn done(&mut self, layout: &Layout, step: u16, attempt: u32, payload: Option<&Payload>) {
        let progress = &mut self.steps[usize::from(step)];
        if matches!(progress.status, Status::Done) {
            return;
        }
        progress.status = Status::Done;
        progress.attempts = attempt;
        if let (Some(artifact), Some(payload)) = (layout.step(step).yields, payload) {
            let phase = Some(layout.phase_of(step));
            let versions = &mut self.artifacts[usize::from(artifact)];
            // Rework restores whole phases, so one version a phase is enough.
            if versions.last().is_some_and(|last| last.phase == phase) {
                versions.pop();
            }
            versions.push(Version {
                phase,
                payload: payload.settled(),
            });
        }
        if layout.phase_of(step) == self.phases_done {
            self.left_in_phase -= 1;
            if self.left_in_phase == 0 {
                self.phase_done(layout);
            }
        }
    }

    /// Leaves the phase, and those after it that are done already because an older plan had them in another order.
    fn phase_done(&mut self, layout: &Layout) {
        self.phases_done += 1;
        self.count_left(layout);
        while self.left_in_phase == 0 && !self.is_done(layout) {
            self.phases_done += 1;
            self.count_left(layout);
        }
    }

    fn count_left(&mut self, layout: &Layout) {
        self.left_in_phase = if self.is_done(layout) {
            0
        } else {
            index(
                layout
                    .members(self.phases_done)
                    .filter(|step| !self.step_is_done(*step))
                    .count(),
            )
        };
    }

    fn send_back(&mut self, layout: &Layout, gate: u16, target: u16) {
        self.sent_back[usize::from(gate)] += 1;
        self.round += 1;
        for phase in usize::from(target)..layout.plan.phases.len() {
            for step in layout.members(index(phase)) {
                self.steps[usize::from(step)] = Progress::default();
            }
        }
        for versions in &mut self.artifacts {
            versions.retain(|version| version.phase.is_none_or(|phase| phase < target));
        }
        self.phases_done = target;
        self.count_left(layout);
    }

    /// Reads every artifact that is still of use, so that a value that no longer decodes shows at once.
    pub(crate) fn decode(&mut self, layout: &Layout) -> Result<(), (usize, String)> {
        for (at, versions) in self.artifacts.iter_mut().enumerate() {
            for version in versions {
                if let Payload::Written(json) = &version.payload {
                    let value = (layout.plan.artifacts[at].codec.decode)(json)
                        .map_err(|error| (at, error.to_string()))?;
                    version.payload = Payload::Live(value);
                }
            }
        }
        Ok(())
    }

    /// How many phases are behind the run.
    pub(crate) fn phases_done(&self) -> u16 {
        self.phases_done
    }

    /// How many members of the current phase are still to be done.
    pub(crate) fn left_in_phase(&self) -> u16 {
        self.left_in_phase
    }

    pub(crate) fn is_done(&self, layout: &Layout) -> bool {
        usize::from(self.phases_done) == layout.plan.phases.len()
    }

    pub(crate) fn step_is_done(&self, step: u16) -> bool {
        matches!(self.steps[usize::from(step)].status, Status::Done)
    }

    /// Whether nothing is known of a step in this round.
    pub(crate) fn is_untouched(&self, step: u16) -> bool {
        let progress = &self.steps[usize::from(step)];
        progress.attempts == 0 && matches!(progress.status, Status::Open)
    }

    pub(crate) fn step_waits(&self, step: u16) -> bool {
        matches!(self.steps[usize::from(step)].status, Status::Waiting)
    }

    /// Whether any step of the phase that the run is in waits.
    pub(crate) fn waits(&self, layout: &Layout) -> bool {
        !self.is_done(layout) && layout.members(self.phases_done).any(|step| self.step_waits(step))
    }

    pub(crate) fn steps_done(&self) -> usize {
        self.steps
            .iter()
            .filter(|progress| matches!(progress.status, Status::Done))
            .count()
    }

    /// Whether anything was begun of a phase: a step done, tried or waiting.
    pub(crate) fn phase_has_begun(&self, layout: &Layout, phase: u16) -> bool {
        layout.members(phase).any(|step| {
            let progress = &self.steps[usize::from(step)];
            progress.attempts > 0 || !matches!(progress.status, Status::Open)
        })
    }

    /// The rejection that stands at a gate.
    pub(crate) fn rejection(&self, layout: &Layout, step: u16) -> Option<Rejection> {
        let Status::Rejected(reason) = &self.steps[usize::from(step)].status else {
            return None;
        };
        Some(Rejection {
            gate: layout.path(step).to_owned(),
            reason: reason.to_string(),
            round: self.round,
        })
    }

    /// Attempts of a step in this round, and how many of them failed since the run last halted over it.
    pub(crate) fn attempts(&self, step: u16) -> (u32, u32) {
        let progress = &self.steps[usize::from(step)];
        (progress.attempts, progress.failed_in_a_row)
    }

    /// Attempts that were recorded, although the step was stopped before it came to anything.
    pub(crate) fn count_attempts(&mut self, step: u16, (attempts, failed): (u32, u32)) {
        let progress = &mut self.steps[usize::from(step)];
        progress.attempts = attempts;
        progress.failed_in_a_row = failed;
    }

    /// What becomes of a gate's verdict: the event to record.
    pub(crate) fn judged(
        &self,
        layout: &Layout,
        step: u16,
        attempt: u32,
        verdict: Verdict,
        by: Option<Box<HandedIn>>,
    ) -> Event {
        let round = self.round;
        match verdict {
            Verdict::Pass => Event::Done {
                step,
                round,
                attempt,
                payload: None,
                by,
                took_ms: None,
                said: None,
            },
            Verdict::Reject(reason) => Event::Rejected {
                step,
                round,
                reason: reason.into(),
                back: self.back_from(layout, step),
                by,
                took_ms: None,
                said: None,
            },
        }
    }

    /// Where a rejection by that gate sends the run, if rework is left.
    pub(crate) fn back_from(&self, layout: &Layout, gate: u16) -> Option<u16> {
        let rework = layout.step(gate).rework?;
        (self.sent_back[usize::from(gate)] < rework.max).then_some(rework.to)
    }

    /// The newest version of an artifact, if there is one.
    pub(crate) fn newest(&self, artifact: u16) -> Option<&Value> {
        self.artifacts[usize::from(artifact)].last()?.payload.value()
    }

    /// Whether the run can only be taken back; and whether it was.
    pub(crate) fn undoing(&self) -> (bool, bool) {
        (self.undoing, self.undone)
    }

    /// Whether it was told to stop since it was last said to wait for anything.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled
    }

    /// The newest version of an artifact as it is kept.
    pub(crate) fn payload(&self, artifact: u16) -> Option<&Payload> {
        self.artifacts[usize::from(artifact)]
            .last()
            .map(|version| &version.payload)
    }

    /// The inputs as the journal has them.
    pub(crate) fn inputs<'a>(&'a self, layout: &'a Layout) -> impl Iterator<Item = Option<&'a Payload>> {
        self.artifacts
            .iter()
            .take(layout.plan.inputs)
            .map(|versions| versions.first().map(|version| &version.payload))
    }
}

/// An artifact as JSON, whichever form it is in.
pub(crate) fn written(layout: &Layout, artifact: usize, payload: &Payload) -> Result<Arc<RawValue>, String> {
    match payload {
        Payload::Written(json) => Ok(Arc::clone(json)),
        Payload::Both(both) => Ok(Arc::clone(&both.1)),
        Payload::Live(value) => (layout.plan.artifacts[artifact].codec.encode)(&**value).map(Arc::from),
    }
}
