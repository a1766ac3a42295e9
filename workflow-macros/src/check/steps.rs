//! Steps: their methods have names of their own, and a manual one has nothing that would run.

use std::collections::HashMap;

use proc_macro2::Ident;

use super::words::fault_of_word;
use super::{Refused, Subject};
use crate::ast::{Phase, Step, Value, Work};
use crate::names;
use crate::report::Errors;
use crate::scope::{Member, Place, members};

pub(super) fn check(cx: &mut Errors, subject: &Subject<'_>, refused: &mut Refused) {
    for (at, phase) in subject.ast.phases.iter().enumerate() {
        check_step_names(cx, at, phase, refused);
        check_undo_names(cx, at, phase, refused);
    }
    check_manual_names(cx, subject, refused);
    for member in members(subject.ast).filter(|member| !member.step.broken) {
        check_manual_work(cx, member.step);
    }
}

/// The methods of a phase have different names, and none that is already there.
fn check_step_names(cx: &mut Errors, at: usize, phase: &Phase, refused: &mut Refused) {
    let mut seen: HashMap<String, &Step> = HashMap::new();
    for (step_at, step) in phase.steps.iter().enumerate() {
        let name = &step.name;
        let place = Place {
            phase: at,
            step: step_at,
        };
        if fault_of_word(name).is_some() {
            refused.steps.insert(place);
            continue;
        }
        let fault = match seen.get(&name.to_string()) {
            Some(first) => Some(format!(
                "{} `{name}` is already there as a {} of {}; choose another name",
                step.kind.word(),
                first.kind.word(),
                of_phase(phase)
            )),
            None => reserved(phase, name),
        };
        seen.entry(name.to_string()).or_insert(step);
        if let Some(message) = fault {
            refused.steps.insert(place);
            if !step.broken {
                cx.push(name.span(), message);
            }
        }
    }
}

fn of_phase(phase: &Phase) -> String {
    phase
        .name
        .as_ref()
        .map_or_else(|| "this phase".to_owned(), |name| format!("phase `{name}`"))
}

fn reserved(phase: &Phase, name: &Ident) -> Option<String> {
    if phase.optional.is_some() && name == names::WAIVE {
        let message = "`waive` is the method that decides whether an optional phase is done";
        return Some(format!("{message}; choose another name"));
    }
    names::RESERVED_STEPS
        .iter()
        .any(|reserved| name == reserved)
        .then(|| format!("`{name}` is a method that every entered phase has; choose another name"))
}

/// An undo method stands beside the steps.
fn check_undo_names(cx: &mut Errors, at: usize, phase: &Phase, refused: &mut Refused) {
    let steps: HashMap<String, &Step> = phase
        .steps
        .iter()
        .map(|step| (step.name.to_string(), step))
        .collect();
    let mut undoes: HashMap<String, &Ident> = HashMap::new();
    for (step_at, step) in phase.steps.iter().enumerate() {
        for attribute in &step.attributes.list {
            let Value::Undo(method) = &attribute.value else {
                continue;
            };
            let text = method.to_string();
            let fault = if let Some(fault) = fault_of_word(method) {
                Some(format!("{fault}; choose another name for the method"))
            } else if let Some(other) = steps.get(&text) {
                let message = format!(
                    "`{method}` is a {} of {}, not a method that undoes one",
                    other.kind.word(),
                    of_phase(phase)
                );
                Some(format!("{message}; choose another name"))
            } else if text.contains(char::is_uppercase) || text.contains("__") {
                let better = names::snake_case(&text);
                Some(format!(
                    "the name of a method is written in snake_case; write `{better}`"
                ))
            } else if let Some(other) = undoes.get(&text) {
                Some(format!(
                    "`{method}` undoes `{other}` already; give each step a method of its own"
                ))
            } else {
                reserved(phase, method)
            };
            undoes.entry(text).or_insert(&step.name);
            if let Some(message) = fault {
                refused.undos.insert(Place {
                    phase: at,
                    step: step_at,
                });
                cx.push(method.span(), message);
            }
        }
    }
}

/// What is handed in is a function per manual step, all in one module.
fn check_manual_names(cx: &mut Errors, subject: &Subject<'_>, refused: &mut Refused) {
    let mut seen: HashMap<String, Member<'_>> = HashMap::new();
    for member in members(subject.ast).filter(|member| member.step.manual.is_some()) {
        let name = &member.step.name;
        let Some(first) = seen.get(&name.to_string()) else {
            seen.insert(name.to_string(), member);
            continue;
        };
        // Twice in one phase has been said already.
        if first.at.phase != member.at.phase && !member.step.broken {
            let message = format!("`hand_in::{name}` is already there for {}", of_phase(first.phase));
            cx.push(
                name.span(),
                format!("{message}; manual steps and gates need names of their own in a workflow"),
            );
        }
        refused.steps.insert(member.at);
    }
}

/// Nothing runs for a manual step.
fn check_manual_work(cx: &mut Errors, step: &Step) {
    if step.manual.is_none() {
        return;
    }
    let (word, name) = (step.kind.word(), &step.name);
    let whose = format!("{word} `{name}` is manual, so a person or another program does it");
    match &step.work {
        Work::None => {}
        Work::Body(body) => cx.push(body.span_open(), format!("{whose}; remove the body, or `manual`")),
        Work::Bound { eq, .. } => cx.push(*eq, format!("{whose}; remove what it is bound to, or `manual`")),
    }
}
