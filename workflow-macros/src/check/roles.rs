//! Roles are declared once, and only declared ones are named.

use std::collections::HashSet;

use super::Subject;
use crate::ast::{Attributes, Value};
use crate::nearest::did_you_mean;
use crate::report::Errors;
use crate::scope::members;

pub(super) fn check(cx: &mut Errors, subject: &Subject<'_>) {
    check_roles_once(cx, subject);
    check_by(cx, subject, &subject.ast.attributes);
    for phase in &subject.ast.phases {
        check_by(cx, subject, &phase.attributes);
    }
    for member in members(subject.ast) {
        check_by(cx, subject, &member.step.attributes);
    }
}

fn check_roles_once(cx: &mut Errors, subject: &Subject<'_>) {
    let mut seen = HashSet::new();
    for role in &subject.ast.roles {
        if !seen.insert(role.name.to_string()) {
            cx.push(
                role.name.span(),
                format!("role `{}` is declared twice; remove one", role.name),
            );
        }
    }
}

fn check_by(cx: &mut Errors, subject: &Subject<'_>, attributes: &Attributes) {
    for attribute in &attributes.list {
        let Value::By(role) = &attribute.value else {
            continue;
        };
        if subject.scope.role(role).is_some() || subject.ast.lost.may_hold_role(role) {
            continue;
        }
        let roles: Vec<String> = subject
            .ast
            .roles
            .iter()
            .map(|role| role.name.to_string())
            .collect();
        let remedy = did_you_mean(&role.to_string(), roles.iter().map(String::as_str), || {
            format!("declare it before the phases with `role {role};`")
        });
        cx.push(role.span(), format!("role `{role}` is not declared; {remedy}"));
    }
}
