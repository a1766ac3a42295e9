//! Phases: there are some, they have steps, and what they become has a name of its own.

use std::collections::HashMap;

use proc_macro2::Ident;

use super::words::fault_of_word;
use super::{Refused, Subject};
use crate::ast;
use crate::names;
use crate::nearest::listed;
use crate::report::Errors;

pub(super) fn check(cx: &mut Errors, subject: &Subject<'_>, refused: &mut Refused) {
    check_some_phases(cx, subject);
    check_steps_in_phases(cx, subject);
    check_phase_names(cx, subject, refused);
}

fn check_some_phases(cx: &mut Errors, subject: &Subject<'_>) {
    let ast = subject.ast;
    if ast.phases.is_empty() && !ast.broken {
        cx.push(
            ast.name.span(),
            format!("workflow `{}` has no phases; add `phase Name {{ .. }}`", ast.name),
        );
    }
}

fn check_steps_in_phases(cx: &mut Errors, subject: &Subject<'_>) {
    for phase in &subject.ast.phases {
        let Some(name) = &phase.name else {
            continue;
        };
        if phase.steps.is_empty() && !phase.broken {
            cx.push(
                name.span(),
                format!("phase `{name}` has no steps; add `step name(takes) -> made: Type;`"),
            );
        }
    }
}

/// A phase becomes a trait, a module, methods and types: none of them may be there already.
fn check_phase_names(cx: &mut Errors, subject: &Subject<'_>, refused: &mut Refused) {
    let taken = Taken::of(subject.ast);
    for (at, phase) in subject.ast.phases.iter().enumerate() {
        let Some(name) = &phase.name else {
            refused.phases.insert(at);
            continue;
        };
        if fault_of_word(name).is_some() || names::MODULES.iter().any(|module| name == module) {
            // Reported with the other words, and in lower case.
            refused.phases.insert(at);
        } else if let Some(message) = taken.fault_of(at, name, phase, subject.ast) {
            cx.push(name.span(), message);
            refused.phases.insert(at);
        }
    }
}

/// The first phase by what it becomes.
struct Taken<'a> {
    by_method: HashMap<String, (usize, &'a Ident)>,
    skips: HashMap<String, &'a Ident>,
    items: HashMap<String, &'a Ident>,
}

impl<'a> Taken<'a> {
    fn of(ast: &'a ast::Workflow) -> Self {
        let mut taken = Taken {
            by_method: HashMap::new(),
            skips: HashMap::new(),
            items: HashMap::new(),
        };
        for (at, phase) in ast.phases.iter().enumerate() {
            let Some(name) = phase.name.as_ref().filter(|name| fault_of_word(name).is_none()) else {
                continue;
            };
            taken
                .by_method
                .entry(names::method_text(name))
                .or_insert((at, name));
            for item in [names::phase(name), names::outcome(name), names::can_start(name)] {
                taken.items.entry(item.to_string()).or_insert(name);
            }
            if phase.optional.is_some() {
                taken.skips.entry(names::skip(name).to_string()).or_insert(name);
            }
        }
        taken
    }

    fn fault_of(&self, at: usize, name: &Ident, phase: &ast::Phase, ast: &ast::Workflow) -> Option<String> {
        let text = name.to_string();
        let method = names::method_text(name);
        if names::RESERVED_ITEMS.contains(&text.as_str()) {
            let all = listed(names::RESERVED_ITEMS.iter().copied(), "and");
            return Some(format!(
                "`{name}` is an item of every workflow; choose another name than {all}"
            ));
        }
        if *name == ast.name {
            return Some(format!(
                "`{name}` is the workflow itself; choose another name for the phase"
            ));
        }
        if let Some(other) = self.items.get(&text).filter(|other| **other != name) {
            return Some(format!(
                "`{name}` is an item that phase `{other}` becomes; choose another name"
            ));
        }
        if names::is_keyword(&method) {
            return Some(format!(
                "phase `{name}` becomes the method `{method}`, a Rust keyword; choose another name"
            ));
        }
        if names::RESERVED_METHODS.contains(&method.as_str()) {
            let all = listed(names::RESERVED_METHODS.iter().copied(), "and");
            let message = format!("phase `{name}` becomes the method `{method}`, which every run has");
            return Some(format!("{message}; choose a name that becomes none of {all}"));
        }
        if let Some(other) = self.skips.get(&method).filter(|_| !phase.broken) {
            let message =
                format!("phase `{name}` becomes the method `{method}`, which waives the optional `{other}`");
            return Some(format!("{message}; choose another name"));
        }
        match self.by_method.get(&method) {
            Some((first, _)) if *first == at => None,
            Some((_, other)) if *other == name => Some(format!(
                "phase `{name}` is declared twice; choose another name, or put the steps of both into one"
            )),
            Some((_, other)) => Some(format!(
                "phases `{other}` and `{name}` both become the method `{method}`; choose another name"
            )),
            None => None,
        }
    }
}
