//! From what was written to what it means: the tree in, the model out, without a word about what is left out.

mod artifacts;
mod defaults;
mod phases;

use std::collections::HashSet;

use proc_macro2::Ident;

use self::artifacts::{Artifacts, Places};
use self::phases::Lowering;
use crate::ast;
use crate::check::{Refused, is_unusable};
use crate::model::{Model, Phase, Role};
use crate::names;
use crate::scope::{Scope, members};

/// Builds the model of a checked tree.
pub(crate) fn lower(ast: &ast::Workflow, scope: &Scope<'_>, refused: &Refused) -> Model {
    let places = Places::of(ast, refused);
    let artifacts = Artifacts::of(scope, &places, refused);
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
            names::can_start(name).to_string(),
        ]);
    }
    items
}
