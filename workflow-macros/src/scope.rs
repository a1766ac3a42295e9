//! Which name stands for what.
use crate::ast;
pub(crate) struct Scope;
impl Scope {
    pub(crate) fn of(_: &ast::Workflow) -> Scope {
        Scope
    }
}
