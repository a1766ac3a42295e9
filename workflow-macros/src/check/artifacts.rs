//! Artifacts: introduced once, made before they are taken, yielded anew only where that has one meaning.

use std::collections::HashSet;

use proc_macro2::Ident;
use quote::ToTokens;

use super::Subject;
use crate::ast::{Kind, Optional, Phase, Step, Written, Yields};
use crate::names;
use crate::nearest::nearest;
use crate::report::Errors;
use crate::scope::{Introduction, Maker, Member, Place, members};

pub(super) fn check(cx: &mut Errors, subject: &Subject<'_>) {
    check_introduced_once(cx, subject);
    check_types_beside_workflow(cx, subject);
    for member in members(subject.ast).filter(|member| !member.step.broken) {
        check_takes(cx, subject, member);
        if let Some(yields) = &member.step.yields {
            check_yields_anew(cx, subject, member, yields);
        }
    }
    for (at, phase) in subject.ast.phases.iter().enumerate() {
        if let Some(optional) = phase.optional.as_ref().filter(|optional| !optional.broken) {
            check_optional_inputs(cx, subject, at, phase, optional);
        }
    }
}

fn check_introduced_once(cx: &mut Errors, subject: &Subject<'_>) {
    for artifact in &subject.scope.artifacts {
        let Some(first) = artifact
            .repeats
            .and_then(|first| subject.scope.artifacts.get(first))
        else {
            continue;
        };
        let name = artifact.name;
        let Maker::Step(member) = artifact.maker else {
            // A name that was typed twice lacks its type the first time.
            if !matches!(first.ty, Written::Broken) {
                cx.push(
                    name.span(),
                    format!("input `{name}` is declared twice; remove one"),
                );
            }
            continue;
        };
        if member.step.broken {
            continue;
        }
        let remedy = match member.step.takes.contains(name) {
            true => "leave out the type to yield it anew",
            false => "choose another name, or take it and leave out the type to yield it anew",
        };
        cx.push(
            name.span(),
            match first.maker {
                Maker::Input(_) => format!("artifact `{name}` is an input already; {remedy}"),
                Maker::Step(_) => format!("artifact `{name}` is made by {} already; {remedy}", first.maker()),
            },
        );
    }
}

/// The workflow stands beside the user's types, under a name of its own.
fn check_types_beside_workflow(cx: &mut Errors, subject: &Subject<'_>) {
    let name = &subject.ast.name;
    let same = |artifact: &&Introduction<'_>| match artifact.ty {
        Written::Type(ty) => {
            matches!(&**ty, syn::Type::Path(path) if path.qself.is_none() && path.path.is_ident(name))
        }
        _ => false,
    };
    if let Some(artifact) = subject.scope.artifacts.iter().find(same)
        && let Written::Type(ty) = artifact.ty
    {
        let message = format!(
            "`{name}` cannot be both the workflow and the type of `{}`",
            artifact.name
        );
        cx.push_over(
            ty.to_token_stream(),
            format!("{message}; choose another name for one"),
        );
    }
}

fn check_takes(cx: &mut Errors, subject: &Subject<'_>, member: Member<'_>) {
    let step = member.step;
    check_how_many(cx, &step.takes, step.kind.word());
    let mut seen = HashSet::new();
    for name in &step.takes {
        if !seen.insert(name.to_string()) {
            cx.push(
                name.span(),
                format!("`{name}` is taken twice by `{}`; remove one", step.name),
            );
        } else if let Some(message) = fault_of_take(subject, member, name) {
            cx.push(name.span(), message);
        }
    }
}

/// How many artifacts a method can take.
pub(crate) const MOST_TAKEN: usize = 12;

fn check_how_many(cx: &mut Errors, takes: &[Ident], what: &str) {
    if let Some(name) = takes.get(MOST_TAKEN) {
        cx.push(
            name.span(),
            format!("a {what} takes at most {MOST_TAKEN} artifacts; put some of them into one type"),
        );
    }
}

fn fault_of_take(subject: &Subject<'_>, member: Member<'_>, name: &Ident) -> Option<String> {
    let step = &member.step.name;
    let Some(artifact) = subject.scope.artifact(name) else {
        return unknown(subject, name, member.at);
    };
    let Maker::Step(maker) = artifact.maker else {
        return None;
    };
    if matches!(artifact.ty, Written::Absent) {
        // Its untyped maker is told; if that is this member itself, the name is simply unknown.
        return if maker.at == member.at {
            unknown(subject, name, member.at)
        } else {
            None
        };
    }
    if maker.at == member.at {
        return Some(format!(
            "`{step}` takes `{name}`, which it makes itself; take it in a later step"
        ));
    }
    let beside = maker.at.phase == member.at.phase && member.phase.parallel.is_some();
    if maker.at < member.at || beside {
        return None;
    }
    let remedy = match maker.at.phase == member.at.phase {
        true => format!("write `{step}` after `{}`", maker.step.name),
        false => format!("move `{step}` to that phase or a later one"),
    };
    Some(format!(
        "artifact `{name}` does not exist yet, as {} makes it later; {remedy}",
        artifact.maker()
    ))
}

fn unknown(subject: &Subject<'_>, name: &Ident, taker: Place) -> Option<String> {
    if subject.ast.lost.may_hold_artifact(name) {
        return None;
    }
    let remedy = match subject.scope.near_artifact(name, taker) {
        Some(near) => format!("did you mean `{}`?", near.name),
        None => "take an input of the workflow, or what an earlier step makes".to_owned(),
    };
    Some(format!("artifact `{name}` is unknown; {remedy}"))
}

/// `-> name` without a type.
fn check_yields_anew(cx: &mut Errors, subject: &Subject<'_>, member: Member<'_>, yields: &Yields) {
    let (step, name) = (member.step, &yields.name);
    if !matches!(yields.ty, Written::Absent) || step.kind == Kind::Gate {
        return;
    }
    if !step.takes.contains(name) {
        cx.push(name.span(), not_taken(subject, step, name));
    } else if let Some(sibling) = sibling_that_takes(member.phase, member.at.step, name) {
        let message = format!(
            "`{name}` cannot be yielded anew in a parallel phase in which `{}` takes it, too",
            sibling.name
        );
        cx.push(
            name.span(),
            format!("{message}; move `{}` to a phase of its own", step.name),
        );
    }
}

fn not_taken(subject: &Subject<'_>, step: &Step, name: &Ident) -> String {
    let takes: Vec<String> = step.takes.iter().map(Ident::to_string).collect();
    let known = subject
        .scope
        .artifact(name)
        .is_some_and(|artifact| !matches!(artifact.ty, Written::Absent));
    if known {
        return format!(
            "`{}` yields `{name}` anew without taking it; add it to what `{0}` takes",
            step.name
        );
    }
    match nearest(&name.to_string(), takes.iter().map(String::as_str)) {
        Some(near) => format!("artifact `{name}` is new and has no type; did you mean `{near}`?"),
        None => format!("artifact `{name}` is new and has no type; write `-> {name}: Type`"),
    }
}

fn sibling_that_takes<'a>(phase: &'a Phase, at: usize, name: &Ident) -> Option<&'a Step> {
    phase.parallel?;
    let takes = |(other, step): &(usize, &Step)| *other != at && step.takes.contains(name);
    let (other, sibling) = phase.steps.iter().enumerate().find(takes)?;
    // Of two that both yield it anew, the first written is told.
    let told = other < at && sibling.yields.as_ref().is_some_and(|yields| yields.name == *name);
    (!told).then_some(sibling)
}

/// `optional(names)`: what the decision looks at exists before the phase.
fn check_optional_inputs(
    cx: &mut Errors,
    subject: &Subject<'_>,
    at: usize,
    phase: &Phase,
    optional: &Optional,
) {
    check_how_many(cx, &optional.inputs, "decision");
    let mut seen = HashSet::new();
    let whose = phase
        .name
        .as_ref()
        .map_or_else(String::new, |name| format!(" of phase `{name}`"));
    for name in &optional.inputs {
        let before = Place { phase: at, step: 0 };
        let fault = match subject.scope.artifact(name) {
            _ if !seen.insert(name.to_string()) => Some(format!("`{name}` is looked at twice; remove one")),
            None => unknown_before(subject, name, before),
            Some(artifact) if artifact.made_in(at) => {
                let message = format!("`{name}` is made in the phase that may be waived");
                Some(format!(
                    "{message}; the decision{whose} looks at what was made before"
                ))
            }
            Some(artifact) => match artifact.maker {
                Maker::Step(maker) if maker.at.phase > at && !matches!(artifact.ty, Written::Absent) => {
                    let message = format!(
                        "artifact `{name}` does not exist yet, as {} makes it later",
                        artifact.maker()
                    );
                    Some(format!(
                        "{message}; the decision{whose} looks at what was made before"
                    ))
                }
                _ => None,
            },
        };
        if let Some(message) = fault {
            cx.push(name.span(), message);
        }
    }
}

/// Unknown, with only what exists before a phase as near misses.
fn unknown_before(subject: &Subject<'_>, name: &Ident, before: Place) -> Option<String> {
    let near = subject
        .scope
        .near_artifact(name, before)
        .is_some_and(|near| near.made_in(before.phase));
    match near {
        true => Some(format!(
            "artifact `{name}` is unknown; name an input of the workflow, or what an earlier step makes"
        ))
        .filter(|_| !subject.ast.lost.may_hold_artifact(name)),
        false => unknown(subject, name, before),
    }
}

/// The names that the expansion adds beside artifacts are made free; only `cx` and `self` are fixed.
pub(crate) fn is_unusable(name: &Ident) -> bool {
    name == names::CX || super::words::fault_of_word(name).is_some()
}
