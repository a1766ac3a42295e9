//! Where a rejection sends the run: to an earlier phase, or to that of the gate.

use super::Subject;
use crate::ast::Value;
use crate::nearest::nearest;
use crate::report::Errors;
use crate::scope::{Member, members};

pub(super) fn check(cx: &mut Errors, subject: &Subject<'_>) {
    for member in members(subject.ast) {
        check_rework_targets(cx, subject, member);
    }
}

fn check_rework_targets(cx: &mut Errors, subject: &Subject<'_>, member: Member<'_>) {
    for attribute in &member.step.attributes.list {
        let Value::Rework { to, .. } = &attribute.value else {
            continue;
        };
        match subject.scope.phase(to) {
            Some(target) if target <= member.at.phase => {}
            Some(_) => {
                let message = format!("phase `{to}` comes later, and a rejection sends the run back");
                cx.push(
                    to.span(),
                    format!("{message}; name an earlier phase, or that of the gate"),
                );
            }
            None if subject.ast.lost.may_hold_phase(to) => {}
            None => {
                // Only what may be named is suggested.
                let phases = subject.ast.phases.iter().take(member.at.phase + 1);
                let names: Vec<String> = phases
                    .filter_map(|phase| phase.name.as_ref())
                    .map(ToString::to_string)
                    .collect();
                let remedy = match nearest(&to.to_string(), names.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name an earlier phase, or that of the gate".to_owned(),
                };
                cx.push(to.span(), format!("phase `{to}` is unknown; {remedy}"));
            }
        }
    }
}
