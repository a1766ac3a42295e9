//! Tree in, model out; silent.
use crate::{ast, model::Model, names, scope::Scope};
pub(crate) fn lower(ast: &ast::Workflow, _: &Scope) -> Model {
    Model {
        docs: ast.attributes.docs.clone(),
        visibility: ast.visibility.clone(),
        name: ast.name.clone(),
        module: names::module(&ast.name),
        roles: vec![],
        phases: vec![],
        artifacts: vec![],
    }
}
