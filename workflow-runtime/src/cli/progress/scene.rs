//! What goes on at the moment, by what was observed: the phase that the run is in, and what is being done in it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::cli::mark::Mark;
use crate::cli::view::View;
use crate::layout::{Layout, index};
use crate::observe::RunEventKind;

/// What goes on.
pub(super) struct Scene {
    pub(super) layout: Arc<Layout>,
    /// How each step stands, numbered as in the layout: open, done or skipped.
    pub(super) steps: Vec<Mark>,
    /// What is being done, by the number of the step.
    pub(super) live: BTreeMap<u16, Live>,
    /// The phase that the run is in, and since when it is shown.
    pub(super) phase: Option<(u16, Instant)>,
    /// How the run ended in that phase, if it did not come to its end.
    pub(super) broke: Option<Mark>,
    /// Since when the run is taken back.
    pub(super) undoing: Option<Instant>,
    pub(super) undone: usize,
    /// It was told to stop.
    pub(super) stops: bool,
}

/// A step that is being done.
pub(super) struct Live {
    pub(super) attempt: u32,
    pub(super) doing: Doing,
    /// What it said last in this attempt.
    pub(super) said: Option<String>,
}

/// What is done about a step.
pub(super) enum Doing {
    Working {
        since: Instant,
    },
    /// The attempt is made again then.
    Again {
        at: Instant,
    },
    /// A person is asked.
    Asked {
        since: SystemTime,
    },
}

impl Scene {
    /// `view`: what was done already, if there is such a run.
    pub(super) fn new(layout: Arc<Layout>, view: Option<&View>) -> Self {
        let count = layout.step_count();
        let mut steps = vec![Mark::Open; count];
        for step in view.iter().flat_map(|view| &view.steps) {
            if let (Some(at), Mark::Done | Mark::Skipped) = (layout.find(&step.path), step.mark) {
                steps[usize::from(at)] = step.mark;
            }
        }
        Scene {
            layout,
            steps,
            live: BTreeMap::new(),
            phase: None,
            broke: None,
            undoing: None,
            undone: 0,
            stops: false,
        }
    }

    /// Takes in what happened. `asked_since`: when the step began to wait.
    pub(super) fn take_in(&mut self, kind: &RunEventKind<'_>, asked_since: SystemTime) {
        let now = Instant::now();
        match kind {
            RunEventKind::StepStarted { step, attempt } | RunEventKind::UndoStarted { step, attempt } => {
                let undoes = matches!(kind, RunEventKind::UndoStarted { .. });
                if let Some(at) = self.step(step, !undoes) {
                    self.live
                        .insert(at, Live::new(*attempt, Doing::Working { since: now }));
                }
            }
            RunEventKind::Said { step, message, .. } => {
                let live = self.layout.find(step).and_then(|at| self.live.get_mut(&at));
                if let Some(live) = live {
                    live.said = Some((*message).to_owned());
                }
            }
            RunEventKind::Waiting { step } => {
                if let Some(at) = self.step(step, true) {
                    let doing = Doing::Asked { since: asked_since };
                    self.live.insert(at, Live::new(1, doing));
                }
            }
            RunEventKind::StepDone { step, .. } | RunEventKind::Stands { gate: step, .. } => {
                if let Some(at) = self.step(step, true) {
                    self.done(at);
                }
            }
            RunEventKind::StepFailed { step, retry_in, .. } => self.failed(step, *retry_in, now),
            RunEventKind::UndoFailed { step, retry_in, .. } => self.failed(step, *retry_in, now),
            RunEventKind::Rejected { gate, back_to, .. } => self.rejected(gate, *back_to),
            RunEventKind::Waived { phase, .. } => self.over(phase, Mark::Skipped),
            RunEventKind::PhaseDone { phase } => self.over(phase, Mark::Done),
            RunEventKind::Cancelled => self.stops = true,
            RunEventKind::UndoBegan => {
                (self.phase, self.undoing) = (None, Some(now));
                self.live.clear();
            }
            RunEventKind::StepUndone { step, .. } => {
                self.undone += 1;
                if let Some(at) = self.layout.find(step) {
                    self.live.remove(&at);
                }
            }
            _ => {}
        }
    }

    /// How many steps of the phase are done, and how many there are.
    pub(super) fn progress(&self, phase: u16) -> (usize, usize) {
        let steps = self.members(phase);
        let done = steps.iter().filter(|mark| **mark == Mark::Done).count();
        (done, steps.len())
    }

    /// How the phase stands as a whole.
    pub(super) fn mark(&self, phase: u16) -> Mark {
        let steps = self.members(phase);
        let is_asked = |live: &Live| matches!(live.doing, Doing::Asked { .. });
        match self.broke {
            _ if steps.iter().all(|mark| *mark == Mark::Skipped) => Mark::Skipped,
            _ if steps.iter().all(|mark| *mark == Mark::Done) => Mark::Done,
            Some(mark) => mark,
            None if !self.live.is_empty() && self.live.values().all(is_asked) => Mark::Waiting,
            None if self.phase.is_some_and(|(current, _)| current == phase) => Mark::Running,
            None => Mark::Open,
        }
    }

    pub(super) fn is_over(&self, phase: &str) -> bool {
        let number = self.layout.phase_named(phase);
        number.is_some_and(|phase| matches!(self.mark(phase), Mark::Done | Mark::Skipped))
    }

    /// The phases that are over, as they stand before the run goes on.
    pub(super) fn over_before(&self) -> impl Iterator<Item = u16> {
        let phases = 0..self.layout.plan.phases.len();
        let is_over = |phase: &u16| matches!(self.mark(*phase), Mark::Done | Mark::Skipped);
        phases.map(index).take_while(is_over)
    }

    fn members(&self, phase: u16) -> &[Mark] {
        let members = self.layout.members(phase);
        &self.steps[usize::from(members.start)..usize::from(members.end)]
    }

    /// The step, and with it the phase that the run is in. Where it is its turn, all that it comes after is done: what
    /// people hand in is told where they do that, and not here.
    fn step(&mut self, path: &str, is_its_turn: bool) -> Option<u16> {
        let at = self.layout.find(path)?;
        if !is_its_turn {
            return Some(at);
        }
        let number = self.layout.phase_of(at);
        if self.phase.is_none_or(|(current, _)| current != number) {
            self.phase = Some((number, Instant::now()));
            self.live.clear();
        }
        let (first, phase) = (self.layout.members(number).start, self.layout.phase(number));
        if self.steps[usize::from(at)] != Mark::Open {
            // Somebody sent the run back: what people say is told where they say it, and not here.
            self.steps[usize::from(first)..].fill(Mark::Open);
        }
        let before: Vec<u16> = match phase.parallel {
            true => self.layout.awaits(at).to_vec(),
            false => {
                let order = phase.order.iter().map(|step| first + step);
                order.take_while(|step| *step != at).collect()
            }
        };
        before.into_iter().for_each(|step| self.done(step));
        Some(at)
    }

    fn done(&mut self, step: u16) {
        self.live.remove(&step);
        self.steps[usize::from(step)] = Mark::Done;
    }

    fn failed(&mut self, step: &str, retry_in: Option<Duration>, now: Instant) {
        let Some(at) = self.layout.find(step) else { return };
        match (retry_in, self.live.get_mut(&at)) {
            (Some(wait), Some(live)) => {
                let doing = Doing::Again { at: now + wait };
                *live = Live::new(live.attempt + 1, doing);
            }
            (Some(_), None) => {}
            (None, _) => {
                self.live.remove(&at);
                self.broke = Some(Mark::Failed);
            }
        }
    }

    fn rejected(&mut self, gate: &str, back_to: Option<&str>) {
        if let Some(at) = self.layout.find(gate) {
            self.live.remove(&at);
        }
        match back_to.and_then(|phase| self.layout.phase_named(phase)) {
            Some(back) => {
                let first = usize::from(self.layout.members(back).start);
                self.steps[first..].fill(Mark::Open);
                self.live.clear();
                self.phase = None;
            }
            None => self.broke = Some(Mark::Rejected),
        }
    }

    fn over(&mut self, phase: &str, mark: Mark) {
        if let Some(phase) = self.layout.phase_named(phase) {
            let members = self.layout.members(phase);
            self.steps[usize::from(members.start)..usize::from(members.end)].fill(mark);
            self.live.clear();
        }
        self.phase = None;
    }
}

impl Live {
    fn new(attempt: u32, doing: Doing) -> Self {
        Live {
            attempt,
            doing,
            said: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample::Release;

    #[test]
    fn a_phase_that_somebody_sent_the_run_back_to_is_shown_from_its_beginning() {
        let mut scene = Scene::new(Arc::new(Layout::of(Release::PLAN)), None);
        let mut tell = |kind: &RunEventKind<'_>| scene.take_in(kind, SystemTime::now());
        let started = |step| RunEventKind::StepStarted { step, attempt: 1 };
        tell(&started("Design.draw"));
        tell(&RunEventKind::PhaseDone { phase: "Design" });
        tell(&started("Build.code"));
        // At a manual gate of `Build`, by another process.
        tell(&started("Design.draw"));
        assert_eq!(scene.progress(1), (0, 2));
        assert_eq!(scene.mark(1), Mark::Running);
    }
}
