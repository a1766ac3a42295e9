//! In a parallel phase only the artifacts order the steps, so they must not wait for each other in a circle.

use proc_macro2::Ident;

use super::Subject;
use crate::ast::Phase;
use crate::report::Errors;
use crate::scope::{Maker, Scope};

pub(super) fn check(cx: &mut Errors, subject: &Subject<'_>) {
    for (at, phase) in subject.ast.phases.iter().enumerate() {
        if phase.parallel.is_some() {
            check_cycles(cx, at, phase, subject.scope);
        }
    }
}

fn check_cycles(cx: &mut Errors, at: usize, phase: &Phase, scope: &Scope<'_>) {
    for cycle in cycles(at, phase, scope) {
        let told: Vec<String> = cycle
            .iter()
            .map(|wait| format!("`{}` takes `{}` from `{}`", wait.taker, wait.takes, wait.maker))
            .collect();
        let Some(first) = cycle.first() else {
            continue;
        };
        let message = format!("these steps wait for each other: {}", told.join(", "));
        cx.push(
            first.takes.span(),
            format!("{message}; let one of them take what was made before"),
        );
    }
}

/// One step that waits for another.
struct Wait<'a> {
    taker: &'a Ident,
    takes: &'a Ident,
    maker: &'a Ident,
}

/// What the steps of a parallel phase wait for: per step the positions of its siblings.
fn waits<'a>(at: usize, phase: &'a Phase, scope: &Scope<'_>) -> Vec<Vec<(usize, &'a Ident)>> {
    let waits_for = |(step_at, name): (usize, &'a Ident)| match scope.artifact(name)?.maker {
        Maker::Step(maker) if maker.at.phase == at && maker.at.step != step_at => Some((maker.at.step, name)),
        _ => None,
    };
    let of_step = |(step_at, step): (usize, &'a crate::ast::Step)| {
        step.takes
            .iter()
            .filter_map(|name| waits_for((step_at, name)))
            .collect()
    };
    phase.steps.iter().enumerate().map(of_step).collect()
}

/// Positions of the steps of a parallel phase in the order of their artifacts, the first written of what is ready
/// first; whatever is in a cycle comes last.
pub(crate) fn order(at: usize, phase: &Phase, scope: &Scope<'_>) -> Vec<usize> {
    let waits = waits(at, phase, scope);
    let mut sorting = Sorting::new(&waits);
    sorting.run();
    let left = (0..phase.steps.len()).filter(|step| !sorting.is_done(*step));
    sorting.order.iter().copied().chain(left).collect()
}

/// Sorting by what is waited for, always taking the first written of what is ready.
struct Sorting {
    open: Vec<usize>,
    takers: Vec<Vec<usize>>,
    ready: std::collections::BinaryHeap<std::cmp::Reverse<usize>>,
    order: Vec<usize>,
    done: Vec<bool>,
}

impl Sorting {
    fn new(waits: &[Vec<(usize, &Ident)>]) -> Self {
        let mut takers = vec![Vec::new(); waits.len()];
        for (taker, waits) in waits.iter().enumerate() {
            for (maker, _) in waits {
                if let Some(takers) = takers.get_mut(*maker) {
                    takers.push(taker);
                }
            }
        }
        let open: Vec<usize> = waits.iter().map(Vec::len).collect();
        let ready = open
            .iter()
            .enumerate()
            .filter(|(_, open)| **open == 0)
            .map(|(at, _)| std::cmp::Reverse(at));
        Sorting {
            takers,
            ready: ready.collect(),
            order: Vec::new(),
            done: vec![false; waits.len()],
            open,
        }
    }

    fn run(&mut self) {
        while let Some(std::cmp::Reverse(step)) = self.ready.pop() {
            self.finish(step);
        }
    }

    fn finish(&mut self, step: usize) {
        match self.done.get_mut(step) {
            Some(done) if !*done => *done = true,
            _ => return,
        }
        self.order.push(step);
        for taker in self.takers.get(step).into_iter().flatten() {
            if let Some(open) = self.open.get_mut(*taker) {
                *open = open.saturating_sub(1);
                if *open == 0 {
                    self.ready.push(std::cmp::Reverse(*taker));
                }
            }
        }
    }

    fn is_done(&self, step: usize) -> bool {
        self.done.get(step).copied().unwrap_or(true)
    }
}

/// Each cycle once, beginning with the first written of its steps.
fn cycles<'a>(at: usize, phase: &'a Phase, scope: &Scope<'_>) -> Vec<Vec<Wait<'a>>> {
    let waits = waits(at, phase, scope);
    let mut sorting = Sorting::new(&waits);
    let mut cycles = Vec::new();
    sorting.run();
    for start in 0..waits.len() {
        if sorting.is_done(start) {
            continue;
        }
        // Whoever is left waits for somebody who is left, so walking on ends in a cycle.
        let mut path: Vec<(usize, usize, &'a Ident)> = Vec::new();
        let mut seen = std::collections::HashMap::new();
        let mut here = start;
        while !seen.contains_key(&here) {
            seen.insert(here, path.len());
            let next = waits
                .get(here)
                .and_then(|waits| waits.iter().find(|(maker, _)| !sorting.is_done(*maker)));
            let Some(&(maker, takes)) = next else {
                break;
            };
            path.push((here, maker, takes));
            here = maker;
        }
        let begin = seen.get(&here).copied().unwrap_or_default();
        let mut cycle: Vec<_> = path.split_off(begin.min(path.len()));
        let first = cycle
            .iter()
            .enumerate()
            .min_by_key(|(_, (taker, ..))| *taker)
            .map_or(0, |(at, _)| at);
        cycle.rotate_left(first);
        let name = |step: usize| phase.steps.get(step).map(|step| &step.name);
        let told = cycle.iter().filter_map(|(taker, maker, takes)| {
            Some(Wait {
                taker: name(*taker)?,
                takes,
                maker: name(*maker)?,
            })
        });
        cycles.push(told.collect());
        // As if its steps had run: what only waited behind it is not in a cycle.
        for (taker, ..) in &cycle {
            sorting.finish(*taker);
        }
        sorting.run();
    }
    cycles
}
