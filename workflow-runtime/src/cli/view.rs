//! Where everything of a run stands, from what was recorded of it: what all verbs and pictures look at.
//!
//! The runtime's own fold (`run::state`) decides; this one tells, with times, attempts and names.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::cli::attempt::attempt;
pub(crate) use crate::cli::attempt::{Attempt, Outcome};
use crate::cli::mark::{Mark, Marks};
use crate::error::RuntimeError;
use crate::history::{History, Record, RecordKind};
use crate::layout::Layout;
use crate::plan::{PhasePlan, StepPlan};
use crate::summary::Standing;

/// A run, looked at.
pub(crate) struct View {
    pub(crate) history: History,
    pub(crate) layout: Arc<Layout>,
    /// Which pass through the plan it is in.
    pub(crate) round: u32,
    pub(crate) phases: Vec<PhaseView>,
    /// Numbered through all phases, as declared.
    pub(crate) steps: Vec<StepView>,
    pub(crate) fits: Fits,
    /// How many phases something was recorded after, in this round: the run is past them.
    reached: usize,
}

/// How the plan of this program goes with the one that a run goes under.
#[derive(Debug)]
pub(crate) enum Fits {
    /// It is the same.
    Same,
    /// It was edited since, and the run can go on under it.
    Edited,
    /// It was edited since, and the run cannot.
    No(RuntimeError),
}

/// A phase of a run.
pub(crate) struct PhaseView {
    pub(crate) plan: &'static PhasePlan,
    pub(crate) steps: Range<usize>,
    pub(crate) mark: Mark,
    /// Why it was waived, if it was.
    pub(crate) waived: Option<Waived>,
}

/// That an optional phase was waived.
#[derive(Debug, Clone)]
pub(crate) struct Waived {
    pub(crate) reason: String,
    pub(crate) by: Option<String>,
    pub(crate) at: Option<SystemTime>,
}

/// A step or gate of a run.
pub(crate) struct StepView {
    pub(crate) path: String,
    pub(crate) plan: &'static StepPlan,
    pub(crate) phase: usize,
    pub(crate) mark: Mark,
    /// What was tried, in every round.
    pub(crate) attempts: Vec<Attempt>,
    /// When a person was asked, and when they answered.
    pub(crate) waits: Vec<Wait>,
    /// Attempts to take it back.
    pub(crate) undos: Vec<Attempt>,
}

/// A time in which a person was waited for.
#[derive(Debug, Clone)]
pub(crate) struct Wait {
    pub(crate) round: u32,
    pub(crate) from: Option<SystemTime>,
    /// `None` while it goes on.
    pub(crate) to: Option<SystemTime>,
}

impl View {
    pub(crate) fn of(mut history: History) -> Self {
        let layout = Arc::new(Layout::of(history.plan));
        let steps = (0..layout.step_count()).map(|at| {
            let at = crate::layout::index(at);
            StepView {
                path: layout.path(at).to_owned(),
                plan: layout.step(at),
                phase: layout.phase_of(at).into(),
                mark: Mark::Open,
                attempts: Vec::new(),
                waits: Vec::new(),
                undos: Vec::new(),
            }
        });
        let phases = history.plan.phases.iter().enumerate().map(|(at, plan)| {
            let members = layout.members(crate::layout::index(at));
            PhaseView {
                plan,
                steps: members.start.into()..members.end.into(),
                mark: Mark::Open,
                waived: None,
            }
        });
        let (steps, phases) = (steps.collect(), phases.collect());
        let records = std::mem::take(&mut history.records);
        let mut view = View {
            history,
            layout,
            round: 0,
            phases,
            steps,
            fits: Fits::Same,
            reached: 0,
        };
        records.iter().for_each(|record| view.take_in(record));
        view.history.records = records;
        view.pass_over();
        view.ask_nobody_any_more();
        view.mark_what_is_next();
        view.mark_phases();
        view
    }

    pub(crate) fn id(&self) -> &str {
        &self.history.run.id
    }

    pub(crate) fn marks(&self) -> Marks {
        Marks {
            phases: self.phases.iter().map(|phase| phase.mark).collect(),
            steps: self.steps.iter().map(|step| step.mark).collect(),
        }
    }

    /// The phase that the run is in; `None` at its end.
    pub(crate) fn current_phase(&self) -> Option<&PhaseView> {
        let is_over = |phase: &&PhaseView| {
            phase.waived.is_some()
                || self.steps[phase.steps.clone()]
                    .iter()
                    .all(|step| matches!(step.mark, Mark::Done | Mark::Skipped | Mark::Undone))
        };
        self.phases.iter().find(|phase| !is_over(phase))
    }

    /// Whether nothing was tried of a phase in this round.
    pub(crate) fn is_untouched(&self, phase: &PhaseView) -> bool {
        self.steps[phase.steps.clone()].iter().all(|step| {
            let is_open = matches!(step.mark, Mark::Open | Mark::Ready);
            is_open && !step.attempts.iter().any(|attempt| attempt.round == self.round)
        })
    }

    /// How many steps are done, and how many there are without those that were skipped.
    pub(crate) fn progress(&self) -> (usize, usize) {
        let done = self.steps.iter().filter(|step| step.mark == Mark::Done).count();
        let skipped = self
            .steps
            .iter()
            .filter(|step| step.mark == Mark::Skipped)
            .count();
        (done, self.steps.len() - skipped)
    }

    /// The steps that a person is asked for.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &StepView> {
        self.steps.iter().filter(|step| step.mark == Mark::Waiting)
    }

    /// Whether it was taken back, or is on the way.
    pub(crate) fn is_taken_back(&self) -> bool {
        matches!(self.history.run.standing, Standing::Undoing | Standing::Undone)
    }

    /// Whether somebody drives it.
    pub(crate) fn is_held(&self) -> bool {
        self.history.run.held_by.is_some()
    }

    /// Whether the plan has all that the records name.
    pub(crate) fn knows_all_names(&self) -> bool {
        self.history.records.iter().all(|record| match &record.kind {
            RecordKind::StepStarted { step, .. }
            | RecordKind::StepDone { step, .. }
            | RecordKind::StepFailed { step, .. }
            | RecordKind::Rejected { gate: step, .. }
            | RecordKind::Waiting { step, .. }
            | RecordKind::Stands { gate: step, .. }
            | RecordKind::StepUndone { step, .. }
            | RecordKind::UndoFailed { step, .. } => self.layout.find(step).is_some(),
            RecordKind::Waived { phase, .. } => self.layout.phase_named(phase).is_some(),
            _ => true,
        })
    }

    /// The step of that path, as the record has it.
    fn step(&mut self, path: &str) -> Option<&mut StepView> {
        let at = self.layout.find(path)?;
        self.steps.get_mut(usize::from(at))
    }

    fn take_in(&mut self, record: &Record) {
        match &record.kind {
            RecordKind::StepDone { step, .. } | RecordKind::StepFailed { step, .. } => {
                self.tried(step, record);
            }
            RecordKind::Stands { gate, .. } => self.tried(gate, record),
            RecordKind::Rejected { gate, .. } => self.rejected(gate, record),
            RecordKind::StepStarted { step, round, .. } => self.reach(step, *round),
            RecordKind::Waiting { step, round } => self.asked(step, *round, record.at),
            RecordKind::Waived {
                phase,
                round,
                reason,
                by,
            } if *round == self.round => {
                if let Some(at) = self.layout.phase_named(phase) {
                    self.phases[usize::from(at)].waived = Some(Waived {
                        reason: reason.clone(),
                        by: by.clone(),
                        at: record.at,
                    });
                    let members = self.phases[usize::from(at)].steps.clone();
                    self.steps[members]
                        .iter_mut()
                        .for_each(|step| step.mark = Mark::Skipped);
                }
            }
            // What is taken back waits for nobody.
            RecordKind::UndoBegan => {
                for step in &mut self.steps {
                    step.answered(record.at);
                }
            }
            RecordKind::StepUndone { step, .. } => {
                let attempt = attempt(record);
                if let (Some(step), Some(attempt)) = (self.step(step), attempt) {
                    step.undos.push(attempt);
                    if step.mark != Mark::Open {
                        step.mark = Mark::Undone;
                    }
                }
            }
            RecordKind::UndoFailed { step, .. } => {
                let attempt = attempt(record);
                if let (Some(step), Some(attempt)) = (self.step(step), attempt) {
                    step.undos.push(attempt);
                }
            }
            _ => {}
        }
    }

    /// Something of that step was recorded, so the phases before it are behind the run.
    fn reach(&mut self, path: &str, round: u32) {
        if let Some(at) = self.layout.find(path).filter(|_| round == self.round) {
            self.reached = self.reached.max(self.layout.phase_of(at).into());
        }
    }

    /// A person is asked. A run that was stopped meanwhile asks again, and waits since it asked first.
    fn asked(&mut self, path: &str, round: u32, at: Option<SystemTime>) {
        let now = self.round;
        self.reach(path, round);
        let Some(step) = self.step(path).filter(|step| step.mark != Mark::Waiting) else {
            return;
        };
        step.waits.push(Wait {
            round,
            from: at,
            to: None,
        });
        if round == now && matches!(step.mark, Mark::Open | Mark::Failed) {
            step.mark = Mark::Waiting;
        }
    }

    /// An attempt ended, well or not.
    fn tried(&mut self, path: &str, record: &Record) {
        let (now, at) = (self.round, record.at);
        let Some(attempt) = attempt(record) else { return };
        self.reach(path, attempt.round);
        let Some(step) = self.step(path) else { return };
        if attempt.round == now && step.mark != Mark::Done {
            step.mark = match &attempt.outcome {
                Outcome::Done { .. } | Outcome::Stands { .. } => Mark::Done,
                Outcome::Failed { halts: true, .. } => Mark::Failed,
                Outcome::Failed { halts: false, .. } => Mark::Open,
                Outcome::Rejected { .. } => Mark::Rejected,
            };
        }
        step.answered(at);
        step.attempts.push(attempt);
    }

    fn rejected(&mut self, path: &str, record: &Record) {
        let RecordKind::Rejected { round, back_to, .. } = &record.kind else {
            return;
        };
        let counts = *round == self.round;
        self.tried(path, record);
        let target = back_to.as_ref().and_then(|phase| self.layout.phase_named(phase));
        if let Some(target) = target.filter(|_| counts) {
            self.round += 1;
            self.reached = target.into();
            for phase in &mut self.phases[usize::from(target)..] {
                phase.waived = None;
                for step in &mut self.steps[phase.steps.clone()] {
                    step.mark = Mark::Open;
                    step.answered(record.at);
                }
            }
        }
    }

    /// An optional phase that the plan did not have when the run went by is passed.
    fn pass_over(&mut self) {
        for phase in &mut self.phases[..self.reached] {
            let steps = &mut self.steps[phase.steps.clone()];
            if phase.plan.optional && steps.iter().all(|step| step.mark == Mark::Open) {
                steps.iter_mut().for_each(|step| step.mark = Mark::Skipped);
            }
        }
    }

    /// What is taken back waits for nobody.
    fn ask_nobody_any_more(&mut self) {
        if self.is_taken_back() {
            let waiting = self.steps.iter_mut().filter(|step| step.mark == Mark::Waiting);
            waiting.for_each(|step| step.mark = Mark::Open);
        }
    }

    /// What whoever drives the run is at, or would begin with.
    fn mark_what_is_next(&mut self) {
        if matches!(
            self.history.run.standing,
            Standing::Done | Standing::Undoing | Standing::Undone
        ) {
            return;
        }
        let next = if self.is_held() {
            Mark::Running
        } else {
            Mark::Ready
        };
        let Some(phase) = self.current_phase() else {
            return;
        };
        let (members, parallel) = (phase.steps.clone(), phase.plan.parallel);
        let is_rejected = self.steps[members.clone()]
            .iter()
            .any(|step| step.mark == Mark::Rejected);
        if is_rejected {
            return;
        }
        for at in members {
            let step = &self.steps[at];
            let is_open = match step.mark {
                Mark::Open => true,
                Mark::Failed => next == Mark::Running,
                _ => false,
            };
            let awaited = self.layout.awaits(crate::layout::index(at));
            let is_ready = awaited
                .iter()
                .all(|maker| self.steps[usize::from(*maker)].mark == Mark::Done);
            if is_open && is_ready {
                self.steps[at].mark = next;
            }
            if !parallel && self.steps[at].mark != Mark::Done {
                return;
            }
        }
    }

    fn mark_phases(&mut self) {
        for phase in &mut self.phases {
            let steps = &self.steps[phase.steps.clone()];
            let any = |mark: Mark| steps.iter().any(|step| step.mark == mark);
            let all = |mark: Mark| steps.iter().all(|step| step.mark == mark);
            phase.mark = if phase.waived.is_some() || all(Mark::Skipped) {
                Mark::Skipped
            } else if any(Mark::Undone) {
                Mark::Undone
            } else if all(Mark::Done) {
                Mark::Done
            } else {
                let by_weight = [
                    Mark::Failed,
                    Mark::Rejected,
                    Mark::Waiting,
                    Mark::Running,
                    Mark::Ready,
                ];
                let first = by_weight.into_iter().find(|mark| any(*mark));
                first.unwrap_or(Mark::Open)
            };
        }
    }
}

impl StepView {
    /// Why it could not be taken back, if that was tried last and failed.
    pub(crate) fn not_undone(&self) -> Option<&str> {
        match &self.undos.last()?.outcome {
            Outcome::Failed { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Nobody is waited for any more.
    fn answered(&mut self, at: Option<SystemTime>) {
        for wait in self.waits.iter_mut().filter(|wait| wait.to.is_none()) {
            wait.to = at;
        }
    }

    /// The newest attempt.
    pub(crate) fn last(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// What it made last, as JSON, and in which round.
    pub(crate) fn artifact(&self) -> Option<(&str, u32)> {
        self.attempts
            .iter()
            .rev()
            .find_map(|attempt| match &attempt.outcome {
                Outcome::Done {
                    artifact: Some(json), ..
                } => Some((json.as_str(), attempt.round)),
                _ => None,
            })
    }

    /// How long the team worked on it, in all rounds and attempts.
    pub(crate) fn worked(&self) -> Duration {
        self.attempts.iter().filter_map(|attempt| attempt.took).sum()
    }
}

#[cfg(test)]
mod tests;
