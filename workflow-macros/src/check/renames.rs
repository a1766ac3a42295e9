//! `#[was(old)]`: the old name is gone, and one thing only took its place.

use std::collections::{HashMap, HashSet};

use proc_macro2::Ident;

use super::Subject;
use crate::ast::{Attributes, Value};
use crate::report::Errors;

pub(super) fn check(cx: &mut Errors, subject: &Subject<'_>) {
    let phases = subject.ast.phases.iter();
    let phases = phases.filter_map(|phase| Some((phase.name.as_ref()?, &phase.attributes)));
    check_old_names(cx, "phase", phases.collect());
    for phase in &subject.ast.phases {
        let steps = phase.steps.iter().map(|step| (&step.name, &step.attributes));
        check_old_names(cx, "step", steps.collect());
    }
}

fn check_old_names(cx: &mut Errors, what: &str, all: Vec<(&Ident, &Attributes)>) {
    let present: HashSet<String> = all.iter().map(|(name, _)| name.to_string()).collect();
    let mut taken: HashMap<String, &Ident> = HashMap::new();
    for (name, attributes) in all {
        for attribute in &attributes.list {
            let Value::Was(old) = &attribute.value else {
                continue;
            };
            let text = old.to_string();
            if old == name {
                cx.push(old.span(), format!("`{old}` is its name still; remove `was`"));
            } else if present.contains(&text) {
                let message = format!("{what} `{old}` is still there, so it was not renamed");
                cx.push(old.span(), format!("{message}; name one that is gone"));
            } else if let Some(other) = taken.insert(text, name) {
                cx.push(
                    old.span(),
                    format!("`{other}` was `{old}` already; remove one of the two"),
                );
            }
        }
    }
}
