//! The rules of the language, one function each.
//!
//! They read the tree and the scope and report; what they refuse is also noted, so that the model leaves it out and
//! the expansion has nothing twice.

mod artifacts;
mod attributes;
mod bodies;
mod cycles;
mod gates;
mod phases;
mod renames;
mod roles;
mod size;
mod steps;
mod words;

pub(crate) use self::artifacts::{MOST_TAKEN, is_unusable};
pub(crate) use self::cycles::order;
pub(crate) use self::size::MOST;

use std::collections::HashSet;

use crate::ast;
use crate::report::Errors;
use crate::scope::{Place, Scope};

/// What is not to be in the model.
#[derive(Default)]
pub(crate) struct Refused {
    pub(crate) phases: HashSet<usize>,
    pub(crate) steps: HashSet<Place>,
    /// Steps whose `#[undo]` is left out.
    pub(crate) undos: HashSet<Place>,
}

/// Everything the rules look at.
pub(crate) struct Subject<'a> {
    pub(crate) ast: &'a ast::Workflow,
    pub(crate) scope: &'a Scope<'a>,
}

/// Checks every rule.
pub(crate) fn check(cx: &mut Errors, ast: &ast::Workflow, scope: &Scope<'_>) -> Refused {
    let mut refused = Refused::default();
    let subject = &Subject { ast, scope };
    size::check(cx, subject);
    words::check(cx, subject);
    roles::check(cx, subject);
    phases::check(cx, subject, &mut refused);
    steps::check(cx, subject, &mut refused);
    artifacts::check(cx, subject);
    cycles::check(cx, subject);
    attributes::check(cx, subject);
    gates::check(cx, subject);
    renames::check(cx, subject);
    bodies::check(cx, subject);
    refused
}
