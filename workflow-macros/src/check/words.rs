//! What may be a name at all, and how it is written.

use proc_macro2::Ident;

use super::Subject;
use crate::ast::Written;
use crate::names;
use crate::report::Errors;
use crate::scope::members;

pub(super) fn check(cx: &mut Errors, subject: &Subject<'_>) {
    check_workflow_name(cx, subject);
    for role in &subject.ast.roles {
        check_upper(cx, &role.name, "role");
    }
    for phase in subject.ast.phases.iter().filter_map(|phase| phase.name.as_ref()) {
        check_upper(cx, phase, "phase");
    }
    for input in subject
        .ast
        .inputs
        .iter()
        .filter(|input| !matches!(input.ty, Written::Broken))
    {
        check_artifact_name(cx, &input.name);
    }
    for step in members(subject.ast)
        .map(|member| member.step)
        .filter(|step| !step.broken)
    {
        check_lower(cx, &step.name, step.kind.word());
    }
    // A broken member still introduces what it yields, but it has had its error.
    for yields in members(subject.ast)
        .filter(|member| !member.step.broken)
        .filter_map(|m| m.step.yields.as_ref())
    {
        if !matches!(yields.ty, Written::Absent) {
            check_artifact_name(cx, &yields.name);
        }
    }
}

/// The module of the workflow must not be a keyword, nor hide a crate that everybody names.
fn check_workflow_name(cx: &mut Errors, subject: &Subject<'_>) {
    let name = &subject.ast.name;
    if !check_upper(cx, name, "workflow") {
        return;
    }
    let module = names::module(name);
    if names::is_keyword(&module) {
        cx.push(
            name.span(),
            format!("workflow `{name}` becomes module `{module}`, a Rust keyword; choose another name"),
        );
    } else if names::RESERVED_MODULES.contains(&module.as_str()) {
        cx.push(name.span(), format!("workflow `{name}` becomes module `{module}` and would hide the crate `{module}`; choose another name"));
    } else if names::RESERVED_ITEMS.contains(&name.to_string().as_str()) {
        cx.push(
            name.span(),
            format!("`{name}` is an item of the module that the workflow becomes; choose another name"),
        );
    }
}

fn check_artifact_name(cx: &mut Errors, name: &Ident) {
    if name == names::CX {
        cx.push(
            name.span(),
            "`cx` is the context of every step; choose another name for the artifact",
        );
        return;
    }
    check_lower(cx, name, "artifact");
}

/// Whether it can be a name in Rust; what cannot is reported.
fn check_word(cx: &mut Errors, name: &Ident, what: &str) -> bool {
    match fault_of_word(name) {
        Some(fault) => cx.push(
            name.span(),
            format!("{fault}; choose another name for the {what}"),
        ),
        None => return true,
    }
    false
}

/// Why a word cannot be a name.
pub(crate) fn fault_of_word(name: &Ident) -> Option<String> {
    let text = name.to_string();
    if text == "_" {
        return Some("`_` is no name".to_owned());
    }
    if text.starts_with("r#") {
        return Some(format!(
            "`{text}` is a raw identifier, and names are shown to people as they are"
        ));
    }
    names::is_keyword(&text).then(|| format!("`{text}` is a Rust keyword"))
}

/// `ApiDesign`
fn check_upper(cx: &mut Errors, name: &Ident, what: &str) -> bool {
    if !check_word(cx, name, what) {
        return false;
    }
    let text = name.to_string();
    if text.starts_with(|first: char| first.is_lowercase()) || text.contains('_') {
        let better = names::camel_case(&text);
        let remedy = match better.is_empty() {
            true => "choose another name".to_owned(),
            false => format!("write `{better}`"),
        };
        cx.push(
            name.span(),
            format!("the name of a {what} is written in UpperCamelCase; {remedy}"),
        );
        return false;
    }
    true
}

/// `api_design`
fn check_lower(cx: &mut Errors, name: &Ident, what: &str) {
    if !check_word(cx, name, what) {
        return;
    }
    let text = name.to_string();
    if text.contains(char::is_uppercase) || text.contains("__") {
        let an = if what.starts_with('a') { "an" } else { "a" };
        let better = names::snake_case(&text)
            .split('_')
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("_");
        let remedy = match better.is_empty() || names::is_keyword(&better) {
            true => "choose another name".to_owned(),
            false => format!("write `{better}`"),
        };
        cx.push(
            name.span(),
            format!("the name of {an} {what} is written in snake_case; {remedy}"),
        );
    }
}
