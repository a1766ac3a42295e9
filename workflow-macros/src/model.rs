//! What the declaration means: names are resolved, defaults applied, orders computed.
//!
//! [`lower`](crate::lower) builds it from the tree and the scope and leaves out what is broken, silently: the checks
//! report. Expansion only asks it questions; none of them searches by name.
//!
//! When there are errors, a model may have no phase, and a phase no step. Indices are always dense.

use std::collections::HashSet;
use std::rc::Rc;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;

pub(crate) use crate::ast::{Docs, Kind, Retry};
use crate::names;

/// A workflow.
pub(crate) struct Model {
    pub(crate) docs: Docs,
    /// `pub`, `pub(crate)`, .., or nothing.
    pub(crate) visibility: TokenStream,
    pub(crate) name: Ident,
    /// The module, at the span of the name.
    pub(crate) module: Ident,
    pub(crate) roles: Vec<Role>,
    pub(crate) phases: Vec<Phase>,
    /// All artifacts, the inputs first; `artifacts[n].index == n`.
    pub(crate) artifacts: Vec<Rc<Artifact>>,
    /// Taken names that are no artifact's, as written and reported: an editor may be asked to complete them.
    pub(crate) unknown: Vec<Ident>,
    /// For [`Model::has_item`]: what the module holds that is called after something of the user's.
    pub(crate) items: HashSet<String>,
    /// For [`Model::free_name`].
    pub(crate) artifact_names: HashSet<String>,
}

/// A declared role.
pub(crate) struct Role {
    pub(crate) docs: Docs,
    pub(crate) name: Ident,
}

/// An input of the workflow or the product of a step.
pub(crate) struct Artifact {
    pub(crate) index: u16,
    /// As written where it is introduced.
    pub(crate) name: Ident,
    pub(crate) docs: Docs,
    /// The user's tokens.
    pub(crate) ty: syn::Type,
    pub(crate) origin: Origin,
    /// Whether only an optional phase makes it, so that it is an `Option` everywhere outside that phase. Yielding it
    /// anew in a later phase does not change that.
    pub(crate) optional: bool,
    /// The check of an input; that of a product is in [`Step::check`], as each maker has its own.
    pub(crate) check: Option<syn::ExprPath>,
}

/// Where an artifact comes from.
#[derive(Clone)]
pub(crate) enum Origin {
    Input,
    /// The phase that introduces it: its accessor is bounded by `past::phase`.
    Phase(PhaseName),
    /// Its maker is left out of the model, or its name is already that of another artifact: something was reported.
    /// It gives its takers their type; it has no accessor and no place in an impl of its own.
    Lost,
}

/// A phase, by name and position.
#[derive(Clone)]
pub(crate) struct PhaseName {
    pub(crate) index: u16,
    /// As written where it is declared.
    pub(crate) name: Ident,
}

/// Where a run can be between two phases.
#[derive(Clone)]
pub(crate) enum State {
    Start,
    After(PhaseName),
}

/// A phase.
pub(crate) struct Phase {
    pub(crate) docs: Docs,
    pub(crate) name: Ident,
    pub(crate) index: u16,
    /// The state from which it starts.
    pub(crate) before: State,
    pub(crate) parallel: bool,
    pub(crate) optional: bool,
    /// What the decision to waive it looks at.
    pub(crate) waive_takes: Vec<Take>,
    /// As written; their `index` counts through the whole workflow.
    pub(crate) steps: Vec<Step>,
    /// The order in which the steps are driven one by one, as positions in `steps`: as written, or in a parallel phase
    /// the steps in the order of their artifacts and then the gates as written.
    pub(crate) order: Vec<u16>,
    pub(crate) was: Option<Ident>,
}

/// A step or a gate.
pub(crate) struct Step {
    pub(crate) docs: Docs,
    pub(crate) name: Ident,
    /// Counts through the whole workflow.
    pub(crate) index: u16,
    pub(crate) kind: Kind,
    pub(crate) manual: bool,
    pub(crate) takes: Vec<Take>,
    pub(crate) yields: Option<Yield>,
    pub(crate) work: Work,
    /// Its own or that of its phase or workflow.
    pub(crate) by: Option<By>,
    /// Its own or that of its phase or workflow; None for a manual one.
    pub(crate) retry: Option<Retry>,
    /// Milliseconds per attempt; its own or that of its phase or workflow; None for a manual one.
    pub(crate) timeout: Option<u64>,
    /// Milliseconds, from and to.
    pub(crate) estimate: Option<(u64, u64)>,
    pub(crate) undo: Option<Ident>,
    pub(crate) rework: Option<Rework>,
    /// What its artifact must pass.
    pub(crate) check: Option<syn::ExprPath>,
    pub(crate) was: Option<Ident>,
}

/// An artifact taken.
pub(crate) struct Take {
    pub(crate) artifact: Rc<Artifact>,
    /// The name of the artifact where the taker wrote it, which is where the editor completes.
    pub(crate) name: Ident,
    /// Whether it arrives as `Option<&T>` here.
    pub(crate) optional: bool,
}

/// An artifact yielded.
pub(crate) enum Yield {
    New(Rc<Artifact>),
    /// A newer version of one that the step takes.
    Anew(Rc<Artifact>),
}

/// Who does a step.
pub(crate) enum Work {
    /// The team, by a method without a default; of a manual step nobody.
    Method,
    /// The user's own brace group.
    Body(Group),
    /// The expression after `=`.
    Bound(TokenStream),
}

/// The role of a step.
#[derive(Clone, Copy)]
pub(crate) struct By {
    /// Its position in [`Model::roles`].
    pub(crate) role: u16,
}

/// Where a rejection sends the run.
pub(crate) struct Rework {
    pub(crate) to: Target,
    /// How often, over the whole run.
    pub(crate) max: u32,
}

/// A phase to go back to.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) phase: PhaseName,
    /// The state in which the run then is.
    pub(crate) before: State,
}

impl Model {
    /// The artifacts that the workflow is started with.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Rc<Artifact>> {
        self.artifacts
            .iter()
            .filter(|artifact| matches!(artifact.origin, Origin::Input))
    }

    /// All steps with their phases; the position in this list is [`Step::index`].
    pub(crate) fn steps(&self) -> impl Iterator<Item = (&Phase, &Step)> {
        self.phases
            .iter()
            .flat_map(|phase| phase.steps.iter().map(move |step| (phase, step)))
    }

    /// All states in which a run can be between phases, `Start` first.
    pub(crate) fn states(&self) -> impl Iterator<Item = State> {
        std::iter::once(State::Start).chain(self.phases.iter().map(Phase::after))
    }

    /// The state of a run that is done.
    pub(crate) fn done(&self) -> State {
        self.phases.last().map_or(State::Start, Phase::after)
    }

    /// The names of the phases in order, as in ``Requirements, ApiDesign``; an optional one is marked.
    pub(crate) fn phase_order(&self) -> String {
        let name = |phase: &Phase| match phase.optional {
            true => format!("{} (optional)", phase.name),
            false => phase.name.to_string(),
        };
        self.phases.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// Whether the generated module has an item or a generic parameter of this name, so that a user's path which
    /// begins with it would mean something else inside.
    pub(crate) fn has_item(&self, name: &str) -> bool {
        names::RESERVED_ITEMS.contains(&name)
            || names::MODULES.contains(&name)
            || names::GENERICS.contains(&name)
            || self.items.contains(name)
    }

    /// Whether the type cannot stand in the generated module as it is written: it mentions a name that means something
    /// else there, `self` or `super`, or it holds a block or a macro.
    pub(crate) fn needs_alias(&self, artifact: &Artifact) -> bool {
        let mut open = vec![artifact.ty.to_token_stream()];
        while let Some(tokens) = open.pop() {
            for token in tokens {
                match token {
                    TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace => {
                        return true;
                    }
                    TokenTree::Group(group) => open.push(group.stream()),
                    TokenTree::Punct(punct) if punct.as_char() == '!' => return true,
                    TokenTree::Ident(ident) if ident == "self" || ident == "super" => return true,
                    TokenTree::Ident(ident) if self.has_item(&ident.to_string()) => return true,
                    _ => {}
                }
            }
        }
        false
    }

    /// `wanted`, or that with underscores after it where an artifact is called the same: for the parameters that the
    /// expansion adds beside artifacts.
    pub(crate) fn free_name(&self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while self.artifact_names.contains(&name) {
            name.push('_');
        }
        name
    }
}

impl Phase {
    /// Its name with its position.
    pub(crate) fn place(&self) -> PhaseName {
        PhaseName {
            index: self.index,
            name: self.name.clone(),
        }
    }

    /// The state in which it ends, waived or done.
    pub(crate) fn after(&self) -> State {
        State::After(self.place())
    }

    /// The steps in the order in which they are driven one by one.
    pub(crate) fn by_step(&self) -> impl Iterator<Item = &Step> {
        self.order
            .iter()
            .filter_map(|&position| self.steps.get(usize::from(position)))
    }

    /// The steps that the team has a method for.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| !step.manual)
    }

    /// The phases to which its gates can send the run back, each once, in the order of the gates.
    pub(crate) fn rework_targets(&self) -> Vec<&Target> {
        let mut targets: Vec<&Target> = Vec::new();
        for rework in self.steps.iter().filter_map(|step| step.rework.as_ref()) {
            if targets
                .iter()
                .all(|target| target.phase.index != rework.to.phase.index)
            {
                targets.push(&rework.to);
            }
        }
        targets
    }
}

impl Step {
    pub(crate) fn is_gate(&self) -> bool {
        self.kind == Kind::Gate
    }

    /// The artifact it yields, new or anew.
    pub(crate) fn made(&self) -> Option<&Rc<Artifact>> {
        self.yields.as_ref().map(|yields| match yields {
            Yield::New(artifact) | Yield::Anew(artifact) => artifact,
        })
    }
}

impl Artifact {
    /// Whether `run.artifacts()` has an accessor for it.
    pub(crate) fn has_accessor(&self) -> bool {
        !matches!(self.origin, Origin::Lost)
    }

    /// Its type as text, for the plan and for docs.
    pub(crate) fn type_text(&self) -> String {
        names::spell(self.ty.to_token_stream())
    }
}
