//! The rules, one function each.
use crate::{ast, report::Errors, scope::Scope};
pub(crate) fn check(_cx: &mut Errors, _ast: &ast::Workflow, _scope: &Scope) {}
