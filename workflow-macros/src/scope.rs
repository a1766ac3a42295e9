//! Which name stands for what, in the tree as it was written.

use std::collections::HashMap;

use proc_macro2::Ident;

use crate::ast;
use crate::nearest::nearest;

/// The names of a workflow, each with the first thing of that name.
pub(crate) struct Scope<'a> {
    pub(crate) artifacts: Vec<Introduction<'a>>,
    by_name: HashMap<String, usize>,
    by_maker: HashMap<Place, usize>,
    phases: HashMap<String, usize>,
    roles: HashMap<String, usize>,
}

/// Where an artifact is introduced.
pub(crate) struct Introduction<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) ty: &'a ast::Written,
    pub(crate) maker: Maker<'a>,
    /// The artifact that has the name already.
    pub(crate) repeats: Option<usize>,
}

/// What introduces an artifact.
#[derive(Clone, Copy)]
pub(crate) enum Maker<'a> {
    Input(&'a ast::Input),
    Step(Member<'a>),
}

/// A step or gate in its phase.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a> {
    pub(crate) at: Place,
    pub(crate) phase: &'a ast::Phase,
    pub(crate) step: &'a ast::Step,
}

/// Positions of a phase and of a step in it, as written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) phase: usize,
    pub(crate) step: usize,
}

/// All members of a workflow in written order.
pub(crate) fn members(ast: &ast::Workflow) -> impl Iterator<Item = Member<'_>> {
    ast.phases.iter().enumerate().flat_map(|(phase_at, phase)| {
        phase.steps.iter().enumerate().map(move |(step_at, step)| {
            let at = Place {
                phase: phase_at,
                step: step_at,
            };
            Member { at, phase, step }
        })
    })
}

impl<'a> Scope<'a> {
    pub(crate) fn of(ast: &'a ast::Workflow) -> Self {
        let mut scope = Scope {
            artifacts: Vec::new(),
            by_name: HashMap::new(),
            by_maker: HashMap::new(),
            phases: HashMap::new(),
            roles: HashMap::new(),
        };
        for (at, role) in ast.roles.iter().enumerate() {
            scope.roles.entry(role.name.to_string()).or_insert(at);
        }
        for (at, phase) in ast.phases.iter().enumerate() {
            if let Some(name) = &phase.name {
                scope.phases.entry(name.to_string()).or_insert(at);
            }
        }
        for input in &ast.inputs {
            scope.introduce(&input.name, &input.ty, Maker::Input(input));
        }
        let yields = |member: Member<'a>| member.step.yields.as_ref().map(|yields| (yields, member));
        let (anew, new): (Vec<_>, Vec<_>) = members(ast)
            .filter_map(yields)
            .partition(|(yields, _)| matches!(yields.ty, ast::Written::Absent));
        for (yields, member) in new {
            scope.introduce(&yields.name, &yields.ty, Maker::Step(member));
        }
        // Yielded anew what nobody yields first: its takers need not hear of that, too.
        for (yields, member) in anew {
            if scope.artifact(&yields.name).is_none() {
                scope.introduce(&yields.name, &yields.ty, Maker::Step(member));
            }
        }
        scope
    }

    fn introduce(&mut self, name: &'a Ident, ty: &'a ast::Written, maker: Maker<'a>) {
        let at = self.artifacts.len();
        let first = *self.by_name.entry(name.to_string()).or_insert(at);
        let repeats = (first != at).then_some(first);
        if let Maker::Step(member) = &maker {
            self.by_maker.insert(member.at, at);
        }
        self.artifacts.push(Introduction {
            name,
            ty,
            maker,
            repeats,
        });
    }

    /// The position of the artifact of that name.
    pub(crate) fn position(&self, name: &Ident) -> Option<usize> {
        self.by_name.get(&name.to_string()).copied()
    }

    /// The position of the artifact that this member introduces.
    pub(crate) fn introduced_by(&self, maker: Place) -> Option<usize> {
        self.by_maker.get(&maker).copied()
    }

    pub(crate) fn artifact(&self, name: &Ident) -> Option<&Introduction<'a>> {
        self.artifacts.get(self.position(name)?)
    }

    pub(crate) fn phase(&self, name: &Ident) -> Option<usize> {
        self.phases.get(&name.to_string()).copied()
    }

    pub(crate) fn role(&self, name: &Ident) -> Option<usize> {
        self.roles.get(&name.to_string()).copied()
    }

    /// The artifact that is probably meant by a name that is none, among those that exist when this member runs.
    pub(crate) fn near_artifact(&self, name: &Ident, taker: Place) -> Option<&Introduction<'a>> {
        let exists = |artifact: &&Introduction<'a>| match artifact.maker {
            _ if matches!(artifact.ty, ast::Written::Absent) => false,
            Maker::Input(_) => true,
            Maker::Step(maker) => {
                maker.at < taker
                    || maker.at.phase == taker.phase && maker.phase.parallel.is_some() && maker.at != taker
            }
        };
        let names: Vec<String> = self
            .artifacts
            .iter()
            .filter(exists)
            .map(|artifact| artifact.name.to_string())
            .collect();
        let near = nearest(&name.to_string(), names.iter().map(String::as_str))?;
        self.by_name.get(near).and_then(|at| self.artifacts.get(*at))
    }

    /// The artifact that a name stands for, or probably stands for.
    pub(crate) fn meant(&self, name: &Ident, taker: Place) -> Option<&Introduction<'a>> {
        match self.artifact(name) {
            // Known by its own untyped yield only.
            Some(artifact) if matches!(artifact.ty, ast::Written::Absent) => self.near_artifact(name, taker),
            Some(artifact) => Some(artifact),
            None => self.near_artifact(name, taker),
        }
    }
}

impl Introduction<'_> {
    /// ``step `a` in phase `B` ``, or ``the inputs``.
    pub(crate) fn maker(&self) -> String {
        match self.maker {
            Maker::Input(_) => "the inputs".to_owned(),
            Maker::Step(member) => match &member.phase.name {
                Some(phase) => format!(
                    "{} `{}` in phase `{phase}`",
                    member.step.kind.word(),
                    member.step.name
                ),
                None => format!("{} `{}`", member.step.kind.word(), member.step.name),
            },
        }
    }

    /// Whether it is made by a member of that phase.
    pub(crate) fn made_in(&self, phase: usize) -> bool {
        matches!(self.maker, Maker::Step(member) if member.at.phase == phase)
    }
}
