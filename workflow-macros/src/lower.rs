//! From what was written to what it means: the tree in, the model out, without a word about what is left out.

use std::collections::HashSet;
use std::rc::Rc;

use proc_macro2::Ident;

use crate::ast::{self, Value, Written};
use crate::check::{MOST, MOST_TAKEN, Refused, is_unusable, order};
use crate::model::{
    Artifact, By, Kind, Model, Origin, Phase, PhaseName, Retry, Rework, Role, State, Step, Take, Target,
    Work, Yield,
};
use crate::names;
use crate::scope::{Introduction, Maker, Place, Scope, members};

/// Builds the model of a checked tree.
pub(crate) fn lower(ast: &ast::Workflow, scope: &Scope<'_>, refused: &Refused) -> Model {
    let places = Places::of(ast, refused);
    let artifacts = Artifacts::of(scope, &places);
    let lowering = Lowering {
        ast,
        scope,
        refused,
        places,
        artifacts,
    };
    let phases = lowering.phases();
    let Lowering {
        artifacts: Artifacts { list, .. },
        ..
    } = lowering;
    let roles = ast.roles.iter().map(|role| Role {
        docs: role.attributes.docs.clone(),
        name: role.name.clone(),
    });
    Model {
        docs: ast.attributes.docs.clone(),
        visibility: ast.visibility.clone(),
        module: module_name(&ast.name),
        name: workflow_name(&ast.name),
        roles: roles.collect(),
        unknown: unknown(ast, scope),
        items: items(ast, &phases),
        artifact_names: list.iter().map(|artifact| artifact.name.to_string()).collect(),
        phases,
        artifacts: list,
    }
}

/// The name of the workflow, or of what is nearest to it among the names that it could have.
fn workflow_name(name: &Ident) -> Ident {
    let text = name.to_string();
    let text = text.strip_prefix("r#").unwrap_or(&text);
    let camel = match text.starts_with(char::is_lowercase) {
        true => names::camel_case(text),
        false => text.to_owned(),
    };
    let taken = names::RESERVED_ITEMS.contains(&camel.as_str());
    usable(camel, taken, name)
}

fn module_name(name: &Ident) -> Ident {
    let module = names::module(name);
    let taken = names::RESERVED_MODULES.contains(&module.as_str());
    usable(module, taken, name)
}

/// An identifier at the place of `name`, with an underscore after what is none or is taken.
fn usable(mut text: String, taken: bool, name: &Ident) -> Ident {
    if taken || text.is_empty() || names::is_keyword(&text) {
        text.push('_');
    }
    Ident::new(&text, name.span())
}

/// The taken names that stand for nothing, but could.
fn unknown(ast: &ast::Workflow, scope: &Scope<'_>) -> Vec<Ident> {
    let looked_at = ast.phases.iter().filter_map(|phase| phase.optional.as_ref());
    let looked_at = looked_at.flat_map(|optional| &optional.inputs);
    let taken = members(ast).flat_map(|member| &member.step.takes);
    let unknown = |name: &&Ident| scope.artifact(name).is_none() && !is_unusable(name);
    taken.chain(looked_at).filter(unknown).cloned().collect()
}

/// What the module holds that is called after something of the user's.
fn items(ast: &ast::Workflow, phases: &[Phase]) -> HashSet<String> {
    let mut items = HashSet::from([ast.name.to_string()]);
    for Phase { name, .. } in phases {
        items.extend([
            name.to_string(),
            names::phase(name).to_string(),
            names::outcome(name).to_string(),
        ]);
    }
    items
}

/// The positions that phases have in the model: None for one that is left out.
struct Places {
    phases: Vec<Option<PhaseName>>,
}

impl Places {
    fn of(ast: &ast::Workflow, refused: &Refused) -> Self {
        let mut next = 0u16;
        let mut place = |(at, phase): (usize, &ast::Phase)| {
            let name = phase
                .name
                .clone()
                .filter(|_| !refused.phases.contains(&at) && next < u16::MAX)?;
            let index = next;
            next += 1;
            Some(PhaseName { index, name })
        };
        Places {
            phases: ast.phases.iter().enumerate().map(&mut place).collect(),
        }
    }

    fn of_phase(&self, at: usize) -> Option<&PhaseName> {
        self.phases.get(at)?.as_ref()
    }

    /// The state before a phase: after the nearest one before it that is in the model.
    fn before(&self, at: usize) -> State {
        let before = self.phases.iter().take(at).rev().flatten().next();
        before.cloned().map_or(State::Start, State::After)
    }
}

/// The artifacts of the model, and where those of the scope are among them.
struct Artifacts {
    list: Vec<Rc<Artifact>>,
    by_introduction: Vec<Option<Rc<Artifact>>>,
}

impl Artifacts {
    fn of(scope: &Scope<'_>, places: &Places) -> Self {
        let mut artifacts = Artifacts {
            list: Vec::new(),
            by_introduction: Vec::new(),
        };
        for introduction in &scope.artifacts {
            let lowered = u16::try_from(artifacts.list.len())
                .ok()
                .filter(|index| usize::from(*index) < MOST)
                .and_then(|index| artifact(introduction, index, places));
            artifacts.list.extend(lowered.clone());
            artifacts.by_introduction.push(lowered);
        }
        artifacts
    }
}

fn artifact(introduction: &Introduction<'_>, index: u16, places: &Places) -> Option<Rc<Artifact>> {
    let Written::Type(ty) = introduction.ty else {
        return None;
    };
    let (docs, check, optional, origin) = match introduction.maker {
        Maker::Input(input) => (
            input.attributes.docs.clone(),
            input.attributes.check(),
            false,
            Origin::Input,
        ),
        Maker::Step(member) => {
            let phase = places.of_phase(member.at.phase).cloned();
            let optional = member.phase.optional.is_some();
            (
                ast::Docs::default(),
                None,
                optional,
                phase.map_or(Origin::Lost, Origin::Phase),
            )
        }
    };
    let lost = introduction.repeats.is_some();
    let name = match is_unusable(introduction.name) {
        true => unusable(introduction.name),
        false => introduction.name.clone(),
    };
    let origin = if lost { Origin::Lost } else { origin };
    Some(Rc::new(Artifact {
        index,
        name,
        docs,
        ty: (**ty).clone(),
        origin,
        optional,
        check,
    }))
}

/// A name instead of one that was refused.
fn unusable(name: &Ident) -> Ident {
    let text = name.to_string();
    let text = text.strip_prefix("r#").unwrap_or(&text);
    Ident::new(&format!("{text}_"), name.span())
}

struct Lowering<'a> {
    ast: &'a ast::Workflow,
    scope: &'a Scope<'a>,
    refused: &'a Refused,
    places: Places,
    artifacts: Artifacts,
}

impl Lowering<'_> {
    fn phases(&self) -> Vec<Phase> {
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
                let (gates, steps): (Vec<_>, Vec<_>) =
                    order(at, phase, self.scope).into_iter().partition(is_gate);
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

impl ast::Attributes {
    /// The first that gives something.
    fn find<T>(&self, mut give: impl FnMut(&Value) -> Option<T>) -> Option<T> {
        self.list.iter().find_map(|attribute| give(&attribute.value))
    }

    fn retry(&self) -> Option<Retry> {
        self.find(|value| {
            if let Value::Retry(retry) = value {
                Some(*retry)
            } else {
                None
            }
        })
    }

    fn timeout(&self) -> Option<u64> {
        self.find(|value| {
            if let Value::Timeout(millis) = value {
                Some(*millis)
            } else {
                None
            }
        })
    }

    fn estimate(&self) -> Option<(u64, u64)> {
        self.find(|value| {
            if let Value::Estimate(from, to) = value {
                Some((*from, *to))
            } else {
                None
            }
        })
    }

    fn undo(&self) -> Option<Ident> {
        self.find(|value| {
            if let Value::Undo(method) = value {
                Some(method.clone())
            } else {
                None
            }
        })
    }

    fn check(&self) -> Option<syn::ExprPath> {
        self.find(|value| {
            if let Value::Check(path) = value {
                Some((**path).clone())
            } else {
                None
            }
        })
    }

    fn was(&self) -> Option<Ident> {
        self.find(|value| {
            if let Value::Was(old) = value {
                Some(old.clone())
            } else {
                None
            }
        })
    }
}
