//! Phases and their steps.

use std::rc::Rc;

use proc_macro2::Ident;

use super::artifacts::{Artifacts, Places};
use crate::ast::{self, Value};
use crate::check::{MOST, MOST_TAKEN, Refused, order};
use crate::model::{Artifact, By, Kind, Origin, Phase, PhaseName, Rework, Step, Take, Target, Work, Yield};
use crate::scope::{Place, Scope};

pub(super) struct Lowering<'a> {
    pub(super) ast: &'a ast::Workflow,
    pub(super) scope: &'a Scope<'a>,
    pub(super) refused: &'a Refused,
    pub(super) places: Places,
    pub(super) artifacts: Artifacts,
}

impl Lowering<'_> {
    pub(super) fn phases(&self) -> Vec<Phase> {
        let mut next = 0u16;
        let phases = self.ast.phases.iter().enumerate();
        phases
            .filter_map(|(at, phase)| self.phase(at, phase, &mut next))
            .collect()
    }

    fn phase(&self, at: usize, phase: &ast::Phase, next: &mut u16) -> Option<Phase> {
        let PhaseName { index, name } = self.places.of_phase(at)?.clone();
        let defaults = [&phase.attributes, &self.ast.attributes];
        let mut steps = Vec::new();
        let mut positions = vec![None; phase.steps.len()];
        for ((step_at, step), position) in phase.steps.iter().enumerate().zip(&mut positions) {
            let place = Place {
                phase: at,
                step: step_at,
            };
            if self.refused.steps.contains(&place) || usize::from(*next) >= MOST {
                continue;
            }
            *position = u16::try_from(steps.len()).ok();
            steps.push(self.step(place, step, defaults, *next));
            *next += 1;
        }
        Some(Phase {
            docs: phase.attributes.docs.clone(),
            name,
            index,
            before: self.places.before(at),
            parallel: phase.parallel.is_some(),
            optional: phase.optional.is_some(),
            waive_takes: phase
                .optional
                .as_ref()
                .map(|optional| self.waive_takes(at, optional))
                .unwrap_or_default(),
            order: self.order(at, phase, &positions),
            steps,
            was: phase.attributes.was(),
        })
    }

    /// The order by step, as positions in the model.
    fn order(&self, at: usize, phase: &ast::Phase, positions: &[Option<u16>]) -> Vec<u16> {
        let written: Vec<usize> = match phase.parallel {
            None => (0..phase.steps.len()).collect(),
            Some(_) => {
                let is_gate =
                    |step: &usize| phase.steps.get(*step).is_some_and(|step| step.kind == Kind::Gate);
                let (mut gates, steps): (Vec<_>, Vec<_>) =
                    order(at, phase, self.scope).into_iter().partition(is_gate);
                // Nothing waits for a gate, and by then all that they take exists.
                gates.sort_unstable();
                steps.into_iter().chain(gates).collect()
            }
        };
        written
            .into_iter()
            .filter_map(|step| positions.get(step).copied().flatten())
            .collect()
    }

    fn step(&self, at: Place, step: &ast::Step, defaults: [&ast::Attributes; 2], index: u16) -> Step {
        let own = &step.attributes;
        let manual = step.manual.is_some();
        let levels = || std::iter::once(own).chain(defaults);
        let by = levels().find_map(|attributes| attributes.find(|value| self.by(value)));
        let retry = levels().find_map(ast::Attributes::retry).filter(|_| !manual);
        let timeout = levels().find_map(ast::Attributes::timeout).filter(|_| !manual);
        let may_undo = step.kind == Kind::Step && !manual && !self.refused.undos.contains(&at);
        let takes: Vec<Take> = self.takes(at, &step.takes);
        let yields = if step.kind == Kind::Gate {
            None
        } else {
            self.yields(at, step, &takes)
        };
        Step {
            docs: own.docs.clone(),
            name: step.name.clone(),
            index,
            kind: step.kind,
            manual,
            by,
            retry,
            timeout,
            estimate: own.estimate(),
            undo: own.undo().filter(|_| may_undo),
            rework: own
                .find(|value| self.rework(at.phase, value))
                .filter(|_| step.kind == Kind::Gate),
            check: own.check().filter(|_| yields.is_some()),
            was: own.was(),
            work: if manual { Work::Method } else { work(&step.work) },
            takes,
            yields,
        }
    }

    fn by(&self, value: &Value) -> Option<By> {
        let Value::By(name) = value else {
            return None;
        };
        let role = u16::try_from(self.scope.role(name)?).ok()?;
        Some(By { role })
    }

    fn rework(&self, phase: usize, value: &Value) -> Option<Rework> {
        let Value::Rework { to, max } = value else {
            return None;
        };
        let target = self.scope.phase(to).filter(|target| *target <= phase)?;
        let name = self.places.of_phase(target)?.clone();
        Some(Rework {
            to: Target {
                phase: name,
                before: self.places.before(target),
            },
            max: *max,
        })
    }

    fn takes(&self, at: Place, names: &[Ident]) -> Vec<Take> {
        let mut taken: Vec<Take> = Vec::new();
        for name in names.iter().take(MOST_TAKEN) {
            let Some(artifact) = self.meant(name, at) else {
                continue;
            };
            if taken.iter().any(|take| take.artifact.index == artifact.index) {
                continue;
            }
            let name = Ident::new(&artifact.name.to_string(), name.span());
            let optional = artifact.optional && !self.is_made_in(&artifact, at.phase);
            taken.push(Take {
                artifact,
                name,
                optional,
            });
        }
        taken
    }

    fn waive_takes(&self, phase: usize, optional: &ast::Optional) -> Vec<Take> {
        // Not even what the phase itself makes first exists when the decision is made.
        self.takes(Place { phase, step: 0 }, &optional.inputs)
            .into_iter()
            .filter(|take| !self.is_made_in(&take.artifact, phase))
            .collect()
    }

    fn is_made_in(&self, artifact: &Artifact, phase: usize) -> bool {
        match (&artifact.origin, self.places.of_phase(phase)) {
            (Origin::Phase(made), Some(here)) => made.index == here.index,
            _ => false,
        }
    }

    fn meant(&self, name: &Ident, at: Place) -> Option<Rc<Artifact>> {
        let introduction = self.scope.meant(name, at)?;
        let position = self.scope.position(introduction.name)?;
        self.artifacts.by_introduction.get(position)?.clone()
    }

    fn yields(&self, at: Place, step: &ast::Step, takes: &[Take]) -> Option<Yield> {
        let yields = step.yields.as_ref()?;
        let meant = self.meant(&yields.name, at);
        let taken = meant.filter(|meant| takes.iter().any(|take| take.artifact.index == meant.index));
        // With its own type: new, or a repetition that is not taken and gets a type of its own.
        let own = self
            .scope
            .introduced_by(at)
            .and_then(|own| self.artifacts.by_introduction.get(own)?.clone());
        match (own, taken) {
            (Some(own), Some(taken)) if own.index != taken.index => Some(Yield::Anew(taken)),
            (Some(own), _) => Some(Yield::New(own)),
            (None, Some(taken)) => Some(Yield::Anew(taken)),
            // Yielded anew without being taken: at least its type is known.
            (None, None) => self.meant(&yields.name, at).map(Yield::Anew),
        }
    }
}

fn work(work: &ast::Work) -> Work {
    match work {
        ast::Work::None => Work::Method,
        ast::Work::Body(body) => Work::Body(body.clone()),
        ast::Work::Bound { expression, .. } => Work::Bound(expression.clone()),
    }
}
