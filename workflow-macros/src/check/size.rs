//! Positions are written as `u16`.

use super::Subject;
use crate::report::Errors;
use crate::scope::members;

/// How many phases, steps or artifacts there can be.
pub(crate) const MOST: usize = u16::MAX as usize;

pub(super) fn check(cx: &mut Errors, subject: &Subject<'_>) {
    if let Some(member) = members(subject.ast).nth(MOST) {
        let name = &member.step.name;
        cx.push(
            name.span(),
            format!("a workflow has at most {MOST} steps; split it from `{name}` on"),
        );
    }
    if let Some(artifact) = subject.scope.artifacts.get(MOST) {
        let message = format!("a workflow has at most {MOST} artifacts; put some of them into one type");
        cx.push(artifact.name.span(), message);
    }
}
