//! What a picture joins by arrows: who made the version of an artifact that somebody takes, and what comes after what.

use std::collections::HashSet;

use crate::plan::{PhasePlan, Plan, StepPlan, Take};

/// Steps are numbered through all phases as declared, here and in all of `graph`.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) steps: Vec<Member>,
    pub(super) arrows: Vec<Arrow>,
}

/// A step with where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) phase: usize,
    pub(super) plan: &'static StepPlan,
}

/// An artifact on its way from who made it to who takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) from: Maker,
    pub(super) to: Taker,
    pub(super) artifact: usize,
    /// Whether it may come from elsewhere, or not at all: the maker, or one that makes it anew after that, may be waived.
    pub(super) perhaps: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Maker {
    Input(usize),
    Step(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Taker {
    Step(usize),
    /// The decision whether to waive that phase.
    Waiver(usize),
}

/// Who may have made the newest version of each artifact: more than one where a phase that yields it anew may be waived.
type Newest = Vec<Vec<Maker>>;

impl Flow {
    pub(super) fn of(plan: &'static Plan) -> Self {
        let mut flow = Flow {
            steps: Vec::new(),
            arrows: Vec::new(),
        };
        let mut newest: Newest = vec![Vec::new(); plan.artifacts.len()];
        for (input, makers) in newest.iter_mut().enumerate().take(plan.inputs) {
            makers.push(Maker::Input(input));
        }
        for (at, phase) in plan.phases.iter().enumerate() {
            let first = flow.steps.len();
            let members = phase.steps.iter().map(|plan| Member { phase: at, plan });
            flow.steps.extend(members);
            flow.draw(plan, phase.waive_takes, Taker::Waiver(at), &newest);
            let before = phase.optional.then(|| newest.clone());
            if phase.parallel {
                // A member that yields anew does so for later phases; its siblings see what was there before.
                let mut seen = newest.clone();
                for (step, member) in (first..).zip(phase.steps) {
                    if !takes_what_it_yields(member) {
                        note(&mut seen, step, member);
                    }
                }
                for (step, member) in (first..).zip(phase.steps) {
                    flow.draw(plan, member.takes, Taker::Step(step), &seen);
                    note(&mut newest, step, member);
                }
            } else {
                for (step, member) in (first..).zip(phase.steps) {
                    flow.draw(plan, member.takes, Taker::Step(step), &newest);
                    note(&mut newest, step, member);
                }
            }
            if let Some(before) = before {
                keep_what_a_waiver_leaves(&mut newest, before);
            }
        }
        flow
    }

    fn draw(&mut self, plan: &Plan, takes: &[Take], to: Taker, newest: &Newest) {
        for take in takes {
            let artifact = usize::from(take.artifact);
            let makers = newest.get(artifact).map_or(&[][..], Vec::as_slice);
            for &from in makers {
                let perhaps = makers.len() > 1 || self.may_be_waived(plan, from, to);
                self.arrows.push(Arrow {
                    from,
                    to,
                    artifact,
                    perhaps,
                });
            }
        }
    }

    /// Whether the maker may be waived where the taker is not.
    fn may_be_waived(&self, plan: &Plan, from: Maker, to: Taker) -> bool {
        let phase_of = |step: usize| self.steps.get(step).map(|member| member.phase);
        match (from, to) {
            (Maker::Input(_), _) => false,
            (Maker::Step(maker), Taker::Step(taker)) if phase_of(maker) == phase_of(taker) => false,
            (Maker::Step(maker), _) => phase_of(maker)
                .and_then(|phase| plan.phases.get(phase))
                .is_some_and(|phase| phase.optional),
        }
    }

    /// Whether anybody takes what a step yields.
    pub(super) fn taken(&self) -> HashSet<Maker> {
        self.arrows.iter().map(|arrow| arrow.from).collect()
    }

    /// The first step of a phase, as numbered here.
    pub(super) fn first(&self, phase: usize) -> Option<usize> {
        self.steps.iter().position(|member| member.phase == phase)
    }

    /// The steps that follow each other without an artifact that says so.
    pub(super) fn bare_order(&self, plan: &Plan) -> Vec<(usize, usize)> {
        let joined: HashSet<(usize, usize)> = self
            .arrows
            .iter()
            .filter_map(|arrow| match (arrow.from, arrow.to) {
                (Maker::Step(from), Taker::Step(to)) => Some((from, to)),
                _ => None,
            })
            .collect();
        let follows = |pair: &[Member]| matches!(pair, [one, next] if one.phase == next.phase);
        let is_parallel = |member: &Member| plan.phases.get(member.phase).is_some_and(|phase| phase.parallel);
        self.steps
            .windows(2)
            .enumerate()
            .filter(|(_, pair)| follows(pair) && !pair.iter().any(is_parallel))
            .map(|(at, _)| (at, at + 1))
            .filter(|pair| !joined.contains(pair))
            .collect()
    }
}

/// The members of a phase in the order in which they are driven, as positions in it.
pub(super) fn driven(phase: &PhasePlan) -> Vec<usize> {
    let written = 0..phase.steps.len();
    let mut order: Vec<usize> = phase.order.iter().map(|&at| usize::from(at)).collect();
    order.retain(|at| written.contains(at));
    // A plan that only a journal tells of has no such order.
    match order.len() == written.len() {
        true => order,
        false => written.collect(),
    }
}

fn takes_what_it_yields(step: &StepPlan) -> bool {
    step.takes.iter().any(|take| Some(take.artifact) == step.yields)
}

fn note(newest: &mut Newest, step: usize, member: &StepPlan) {
    let made = member
        .yields
        .and_then(|artifact| newest.get_mut(usize::from(artifact)));
    if let Some(makers) = made {
        *makers = vec![Maker::Step(step)];
    }
}

/// What a phase yielded anew that may be waived is as it was before if it is.
fn keep_what_a_waiver_leaves(newest: &mut Newest, before: Newest) {
    for (makers, mut before) in newest.iter_mut().zip(before) {
        if *makers != before {
            before.append(makers);
            *makers = before;
        }
    }
}
