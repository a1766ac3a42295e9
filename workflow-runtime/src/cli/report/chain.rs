//! The critical path: the longest chain of steps by time. Phases come one after another, and so do the steps of a phase;
//! in a parallel phase a step comes after those that make what it takes.

use std::time::{Duration, SystemTime};

use crate::cli::view::{PhaseView, StepView, View};

/// The longest chain.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// In order, numbered through all phases.
    pub(super) steps: Vec<usize>,
    /// How long the team worked on them.
    pub(super) work: Duration,
    /// How long people were waited for.
    pub(super) waited: Duration,
}

impl Chain {
    pub(super) fn longest(view: &View, now: SystemTime) -> Self {
        let mut chain = Chain::default();
        for phase in &view.phases {
            let members = match phase.plan.parallel {
                true => through_parallel(view, phase, now),
                false => phase.steps.clone().collect(),
            };
            let counts = |at: &usize| weight(&view.steps[*at], now) > Duration::ZERO;
            chain.steps.extend(members.into_iter().filter(counts));
        }
        chain.work = chain.steps.iter().map(|at| view.steps[*at].worked()).sum();
        chain.waited = chain.steps.iter().map(|at| waited(&view.steps[*at], now)).sum();
        chain
    }

    pub(super) fn has(&self, step: usize) -> bool {
        self.steps.binary_search(&step).is_ok()
    }
}

/// How long people were waited for at a step; waiting that goes on counts up to now.
pub(super) fn waited(step: &StepView, now: SystemTime) -> Duration {
    let length = |from: SystemTime, to: SystemTime| to.duration_since(from).unwrap_or_default();
    let waits = step.waits.iter();
    waits
        .filter_map(|wait| Some(length(wait.from?, wait.to.unwrap_or(now))))
        .sum()
}

fn weight(step: &StepView, now: SystemTime) -> Duration {
    step.worked() + waited(step, now)
}

/// The heaviest way through a parallel phase, along what its steps take.
fn through_parallel(view: &View, phase: &PhaseView, now: SystemTime) -> Vec<usize> {
    let first = phase.steps.start;
    let mut ways: Vec<Option<Way>> = vec![None; phase.steps.len()];
    let mut open: Vec<usize> = phase.steps.clone().collect();
    while !open.is_empty() {
        let before = open.len();
        open.retain(|at| {
            let awaited = view.layout.awaits(crate::layout::index(*at)).iter();
            let awaited: Option<Vec<_>> = awaited
                .map(|maker| {
                    let maker = usize::from(*maker);
                    Some((maker, ways.get(maker - first)?.as_ref()?.time))
                })
                .collect();
            let Some(awaited) = awaited else { return true };
            // Of equal ones the first, so that the picture is the same each time.
            let heaviest = awaited.into_iter().rev().max_by_key(|(_, time)| *time);
            ways[*at - first] = Some(Way {
                time: weight(&view.steps[*at], now) + heaviest.map_or(Duration::ZERO, |(_, time)| time),
                after: heaviest.map(|(maker, _)| maker),
            });
            false
        });
        // The macro refuses circles; a journal's plan from elsewhere must not hang the page.
        if open.len() == before {
            break;
        }
    }
    let ends = ways.iter().enumerate().rev();
    let end = ends
        .filter_map(|(at, way)| Some((at + first, way.as_ref()?.time)))
        .max_by_key(|(_, time)| *time);
    let after = |at: &usize| ways[*at - first].as_ref().and_then(|way| way.after);
    let mut steps: Vec<_> = std::iter::successors(end.map(|(at, _)| at), after).collect();
    // As declared: a maker may stand after its taker.
    steps.sort_unstable();
    steps
}

/// The heaviest way to the end of a step.
#[derive(Clone)]
struct Way {
    time: Duration,
    after: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample::eventful;

    #[test]
    fn the_longest_chain_follows_what_steps_take() {
        let diary = eventful();
        let now = diary.now() + Duration::from_secs(3_600);
        let view = diary.view();
        let chain = Chain::longest(&view, now);
        let paths: Vec<_> = chain
            .steps
            .iter()
            .map(|at| view.steps[*at].path.as_str())
            .collect();
        assert_eq!(
            paths,
            [
                "Requirements.gather",
                "Design.draw",
                "Design.review",
                "Build.code",
                "Build.package",
                "Build.quality",
                "Launch.date",
            ]
        );
        assert_eq!(chain.work.as_secs(), 120 + 2_100 + 13_200 + 600 + 120);
        assert_eq!(chain.waited.as_secs(), 3 * 86_400 + 7_200 + 3_600);
    }

    #[test]
    fn a_run_in_memory_has_a_chain_by_its_work() {
        let view = eventful().timeless();
        let chain = Chain::longest(&view, SystemTime::now());
        assert_eq!((chain.steps.len(), chain.waited), (5, Duration::ZERO));
    }
}
