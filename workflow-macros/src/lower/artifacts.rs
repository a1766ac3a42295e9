//! Where phases and artifacts of the tree are in the model.

use std::rc::Rc;

use proc_macro2::Ident;

use crate::ast::{self, Written};
use crate::check::{MOST, Refused, is_unusable};
use crate::model::{Artifact, Origin, PhaseName, State};
use crate::scope::{Introduction, Maker, Scope};

/// The positions that phases have in the model: None for one that is left out.
pub(super) struct Places {
    phases: Vec<Option<PhaseName>>,
}

impl Places {
    pub(super) fn of(ast: &ast::Workflow, refused: &Refused) -> Self {
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

    pub(super) fn of_phase(&self, at: usize) -> Option<&PhaseName> {
        self.phases.get(at)?.as_ref()
    }

    /// The state before a phase: after the nearest one before it that is in the model.
    pub(super) fn before(&self, at: usize) -> State {
        let before = self.phases.iter().take(at).rev().flatten().next();
        before.cloned().map_or(State::Start, State::After)
    }
}

/// The artifacts of the model, and where those of the scope are among them.
pub(super) struct Artifacts {
    pub(super) list: Vec<Rc<Artifact>>,
    pub(super) by_introduction: Vec<Option<Rc<Artifact>>>,
}

impl Artifacts {
    pub(super) fn of(scope: &Scope<'_>, places: &Places, refused: &Refused) -> Self {
        let mut artifacts = Artifacts {
            list: Vec::new(),
            by_introduction: Vec::new(),
        };
        for introduction in &scope.artifacts {
            let lowered = u16::try_from(artifacts.list.len())
                .ok()
                .filter(|index| usize::from(*index) < MOST)
                .and_then(|index| artifact(introduction, index, places, refused));
            artifacts.list.extend(lowered.clone());
            artifacts.by_introduction.push(lowered);
        }
        artifacts
    }
}

fn artifact(
    introduction: &Introduction<'_>,
    index: u16,
    places: &Places,
    refused: &Refused,
) -> Option<Rc<Artifact>> {
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
            let phase = places
                .of_phase(member.at.phase)
                .filter(|_| !refused.steps.contains(&member.at))
                .cloned();
            let optional = member.phase.optional.is_some();
            (
                ast::Docs::default(),
                None,
                optional,
                phase.map_or(Origin::Lost, Origin::Phase),
            )
        }
    };
    let name = match is_unusable(introduction.name) {
        true => instead_of(introduction.name),
        false => introduction.name.clone(),
    };
    let origin = if introduction.repeats.is_some() {
        Origin::Lost
    } else {
        origin
    };
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
fn instead_of(name: &Ident) -> Ident {
    let text = name.to_string();
    let text = text.strip_prefix("r#").unwrap_or(&text);
    Ident::new(&format!("{text}_"), name.span())
}
