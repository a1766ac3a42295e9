//! Attributes: only those of the language, where they mean something, each once.

use std::collections::HashSet;

use super::Subject;
use crate::ast::{Attribute, Attributes, Kind, Step};
use crate::nearest::{listed, nearest};
use crate::report::Errors;

/// Where an attribute can stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Workflow,
    Input,
    Role,
    Phase,
    Step {
        manual: bool,
        yields: bool,
    },
    Gate {
        manual: bool,
    },
    /// A member that could not be read whole.
    Unclear,
}

const ALL: &[&str] = &[
    "by", "retry", "timeout", "undo", "rework", "check", "estimate", "was",
];

pub(super) fn check(cx: &mut Errors, subject: &Subject<'_>) {
    let ast = subject.ast;
    check_attributes(cx, &ast.attributes, Place::Workflow);
    for input in &ast.inputs {
        check_attributes(cx, &input.attributes, Place::Input);
    }
    for role in &ast.roles {
        check_attributes(cx, &role.attributes, Place::Role);
    }
    for phase in &ast.phases {
        check_attributes(cx, &phase.attributes, Place::Phase);
        for step in &phase.steps {
            match step.broken {
                // Its keyword may be what is wrong.
                true => check_attributes(cx, &step.attributes, Place::Unclear),
                false => check_attributes(cx, &step.attributes, Place::of(step)),
            }
        }
    }
}

fn check_attributes(cx: &mut Errors, attributes: &Attributes, place: Place) {
    let mut seen = HashSet::new();
    for attribute in &attributes.list {
        if let Some(message) = fault_of_place(attribute, place) {
            cx.push(attribute.span, message);
        } else if !seen.insert(&attribute.name) {
            cx.push(
                attribute.span,
                format!("`{}` stands here twice; remove one", attribute.name),
            );
        }
    }
}

fn fault_of_place(attribute: &Attribute, place: Place) -> Option<String> {
    let name = attribute.name.as_str();
    if !ALL.contains(&name) {
        return Some(foreign(name, place));
    }
    if place.allowed().contains(&name) {
        return place.pointless(name);
    }
    let here = place.word();
    let remedy = match name {
        "rework" => "write it above a gate".to_owned(),
        "undo" => "write it above a step".to_owned(),
        "check" => "write it above a step that yields something, or an input".to_owned(),
        "estimate" => "write it above a step or a gate".to_owned(),
        "was" => "write it above a phase, a step or a gate".to_owned(),
        _ => "write it above a step, a gate, a phase or the workflow".to_owned(),
    };
    Some(format!("`{name}` cannot stand above {here}; {remedy}"))
}

fn foreign(name: &str, place: Place) -> String {
    match name {
        "cfg" | "cfg_attr" => {
            let message = format!(
                "`{name}` cannot be used here: a plan is the same in every build, as runs outlive them"
            );
            return format!("{message}; make the phase optional, or declare two workflows");
        }
        "doc" => return "`doc` is not possible here in this form; write the text after `///`".to_owned(),
        _ => {}
    }
    if let Some(near) = nearest(name, ALL.iter().copied()) {
        return format!("unknown attribute `{name}`; did you mean `{near}`?");
    }
    match place.allowed() {
        [] => format!(
            "unknown attribute `{name}`; {} has none but doc comments",
            place.word()
        ),
        allowed => format!(
            "unknown attribute `{name}`; {} may have {}",
            place.word(),
            listed(allowed.iter().copied(), "and")
        ),
    }
}

impl Place {
    fn of(step: &Step) -> Place {
        let manual = step.manual.is_some();
        match step.kind {
            Kind::Gate => Place::Gate { manual },
            Kind::Step => Place::Step {
                manual,
                yields: step.yields.is_some(),
            },
        }
    }

    fn word(self) -> &'static str {
        match self {
            Place::Workflow => "a workflow",
            Place::Input => "an input",
            Place::Role => "a role",
            Place::Phase => "a phase",
            Place::Step { .. } => "a step",
            Place::Gate { .. } => "a gate",
            Place::Unclear => "a step or a gate",
        }
    }

    fn allowed(self) -> &'static [&'static str] {
        match self {
            Place::Workflow => &["by", "retry", "timeout"],
            Place::Input => &["check"],
            Place::Role => &[],
            Place::Phase => &["by", "retry", "timeout", "was"],
            Place::Step { .. } => &["by", "retry", "timeout", "undo", "check", "estimate", "was"],
            Place::Unclear => ALL,
            Place::Gate { .. } => &["by", "retry", "timeout", "rework", "estimate", "was"],
        }
    }

    /// Why one that may stand here in general says nothing about this member.
    fn pointless(self, name: &str) -> Option<String> {
        match (self, name) {
            (Place::Step { manual: true, .. } | Place::Gate { manual: true }, "retry" | "timeout") => Some(format!(
                "`{name}` is about attempts, and what is manual is not attempted; remove it, or `manual`"
            )),
            (Place::Step { manual: true, .. }, "undo") => {
                Some("`undo` takes back what the team did, and a manual step is not done by it; remove it, or `manual`".to_owned())
            }
            (Place::Step { yields: false, .. }, "check") => {
                Some("`check` is about what a step yields, and this one yields nothing; remove it, or write `-> name: Type`".to_owned())
            }
            _ => None,
        }
    }
}
