//! The items of a workflow: roles and phases.

use proc_macro2::{Delimiter, Group, Ident, Span};

use super::cursor::Cursor;
use super::once::Once;
use super::{attribute, kw, signature, step};
use crate::ast::{Attributes, Lost, Optional, Phase, Role};
use crate::names;
use crate::nearest::nearest;
use crate::report::Errors;

/// What stands between the braces of a workflow.
#[derive(Default)]
pub(super) struct Items {
    pub(super) roles: Vec<Role>,
    pub(super) phases: Vec<Phase>,
    pub(super) lost: Lost,
    /// Whether something was reported.
    pub(super) broken: bool,
    /// The braces of a phase are missing, so its steps stand outside; that was reported.
    unopened: bool,
}

impl Items {
    pub(super) fn read(&mut self, cx: &mut Errors, body: &Group) {
        let mut tokens = Cursor::inside(body);
        let before = cx.count();
        while !tokens.at_end() {
            let attributes = attribute::read_all(cx, &mut tokens);
            if tokens.at_end() {
                attribute::refuse_dangling(cx, &attributes);
            } else if tokens.at_word(kw::ROLE) && !tokens.group_at(1, Delimiter::Brace) {
                self.read_role(cx, &mut tokens, attributes);
            } else if is_step(&mut tokens) {
                self.read_stray_step(cx, &mut tokens, attributes);
            } else {
                self.read_phase(cx, &mut tokens, attributes);
            }
        }
        self.broken = cx.count() > before;
    }

    /// `role Name;`
    fn read_role(&mut self, cx: &mut Errors, tokens: &mut Cursor, attributes: Attributes) {
        let mut once = Once::new(cx);
        let at = tokens.here();
        tokens.next();
        if !self.phases.is_empty() {
            once.push(at, "roles are declared before the phases; move it up");
        }
        if tokens.at_item() || tokens.word_at(0).is_none() {
            self.lost.any_role = true;
            once.push(at, "this role has no name; write `role Name;`");
        } else if let Some(name) = tokens.take_ident() {
            self.roles.push(Role { attributes, name });
        }
        if tokens.take_punct(';').is_some() {
            return;
        }
        let found = tokens.found();
        let (last, here) = (tokens.last(), tokens.here());
        if tokens.at_end() || tokens.at_item() || is_step(tokens) {
            once.push(last, "this role is not ended; add `;`");
            return;
        }
        once.push(
            here,
            format!("unexpected {found} after a role; write each as `role Name;`"),
        );
        while !tokens.at_end() && !tokens.at_item() && !tokens.group_at(0, Delimiter::Brace) {
            if tokens.take_punct(';').is_some() {
                return;
            }
            if let Some(token) = tokens.next() {
                self.lost.pass_over(token);
            }
        }
        if let Some(group) = tokens.take_group(Delimiter::Brace) {
            self.lost.pass_over(group.into());
        }
    }

    /// A step where phases stand.
    fn read_stray_step(&mut self, cx: &mut Errors, tokens: &mut Cursor, attributes: Attributes) {
        let at = tokens.here();
        let word = tokens.found();
        // What else is wrong with it can be said once it stands where it belongs.
        let step = step::read(&mut Errors::default(), &mut self.lost, tokens, attributes);
        if let Some(made) = step.and_then(|step| step.yields) {
            self.lost.names.insert(made.name.to_string());
        }
        if !self.unopened {
            cx.push(
                at,
                format!(
                    "{word} stands outside of a phase; put it between the braces of `phase Name {{ .. }}`"
                ),
            );
        }
    }

    /// `parallel optional(..) phase Name { .. }`
    fn read_phase(&mut self, cx: &mut Errors, tokens: &mut Cursor, attributes: Attributes) {
        let mut once = Once::new(cx);
        let Header {
            parallel,
            optional,
            name,
        } = header(&mut once, &mut self.lost, tokens);
        let body = body(&mut once, &mut self.lost, tokens, name.as_ref());
        let mut broken = once.broken();
        self.lost.any_phase |= name.is_none();
        self.lost.any_artifact |= body.is_none();
        self.unopened = body.is_none();
        let mut steps = Vec::new();
        if let Some(body) = body {
            let read = step::read_all(cx, &mut self.lost, &body);
            steps = read.0;
            broken |= read.1;
        }
        if name.is_some() || !steps.is_empty() {
            self.phases.push(Phase {
                attributes,
                parallel,
                optional,
                name,
                steps,
                broken,
            });
        }
    }
}

/// Whether a step was written here. `gate { .. }` is rather a phase.
fn is_step(tokens: &mut Cursor) -> bool {
    kw::IN_PHASE.iter().any(|word| tokens.at_word(word))
        && tokens.word_at(1).is_some()
        && !tokens.group_at(2, Delimiter::Brace)
        && tokens.word_at(1).as_deref() != Some(kw::PHASE)
}

struct Header {
    parallel: Option<Span>,
    optional: Option<Optional>,
    name: Option<Ident>,
}

/// Everything before the braces.
fn header(once: &mut Once<'_>, lost: &mut Lost, tokens: &mut Cursor) -> Header {
    let mut header = Header {
        parallel: None,
        optional: None,
        name: None,
    };
    while let Some(word) = tokens.word_at(0).filter(|word| word != kw::ROLE) {
        let at = tokens.here();
        let ours = kw::IN_WORKFLOW.contains(&word.as_str());
        // The last word before the braces is the name of a phase.
        if !ours && tokens.group_at(1, Delimiter::Brace) {
            header.name = name_without_keyword(once, tokens, &word);
            return header;
        }
        tokens.next();
        let meant = if ours {
            Some(word.as_str())
        } else {
            foreign(once, lost, tokens, &word)
        };
        match meant {
            Some(kw::PHASE) => {
                header.name = name(once, tokens);
                return header;
            }
            Some(kw::PARALLEL) => modifier(once, at, &word, header.parallel.replace(at).is_some()),
            Some(kw::OPTIONAL) => {
                modifier(once, at, &word, header.optional.is_some());
                header.optional = Some(optional(once, tokens, at));
            }
            Some(_) => return header,
            None => {}
        }
    }
    unexpected(once, tokens, &header);
    header
}

/// `Name { .. }`
fn name_without_keyword(once: &mut Once<'_>, tokens: &mut Cursor, word: &str) -> Option<Ident> {
    let at = tokens.here();
    let name = tokens.take_ident();
    if names::is_keyword(word) {
        once.push(at, format!("unexpected `{word}`; write `phase Name {{ .. }}`"));
        return None;
    }
    once.push(at, format!("`{word}` lacks its keyword; write `phase {word}`"));
    name
}

/// A word before a phase that is none of ours, just taken; the one that was meant.
fn foreign(once: &mut Once<'_>, lost: &mut Lost, tokens: &mut Cursor, word: &str) -> Option<&'static str> {
    let at = tokens.last();
    match word {
        "pub" | "async" | "unsafe" | "const" => {
            tokens.take_group(Delimiter::Parenthesis);
            once.push(at, format!("a phase has no `{word}` of its own; remove it"));
            None
        }
        kw::MANUAL => {
            once.push(
                at,
                "`manual` is about a step or a gate; write it before one, or remove it",
            );
            None
        }
        _ => {
            let near = nearest(word, kw::IN_WORKFLOW.iter().copied());
            let remedy = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "a workflow consists of `role Name;` and `phase Name { .. }`".to_owned(),
            };
            once.push(at, format!("unknown word `{word}`; {remedy}"));
            lost.names.insert(word.to_owned());
            near
        }
    }
}

/// What may follow `optional`.
fn optional(once: &mut Once<'_>, tokens: &mut Cursor, span: Span) -> Optional {
    let group = tokens.take_group(Delimiter::Parenthesis);
    let inputs = group
        .map(|group| signature::artifact_names(once, &group))
        .unwrap_or_default();
    Optional {
        span,
        inputs,
        broken: once.broken(),
    }
}

fn modifier(once: &mut Once<'_>, at: Span, word: &str, again: bool) {
    if again {
        once.push(at, format!("`{word}` stands twice; remove one"));
    }
}

/// No word where `phase` should stand.
fn unexpected(once: &mut Once<'_>, tokens: &mut Cursor, header: &Header) {
    let stray = header.parallel.map(|at| (at, kw::PARALLEL));
    let stray = header
        .optional
        .as_ref()
        .map(|optional| (optional.span, kw::OPTIONAL))
        .or(stray);
    let (at, found) = (tokens.here(), tokens.found());
    match stray {
        Some((at, word)) => once.push(
            at,
            format!("`{word}` stands before no phase; write `{word} phase Name {{ .. }}`, or remove it"),
        ),
        None if tokens.group_at(0, Delimiter::Brace) => {
            once.push(at, "these braces have no phase; write `phase Name` before them");
        }
        None if tokens.at_punct(';') => once.push(at, "this `;` ends nothing; remove it"),
        None => once.push(
            at,
            format!("unexpected {found}; a workflow consists of `role Name;` and `phase Name {{ .. }}`"),
        ),
    }
}

fn name(once: &mut Once<'_>, tokens: &mut Cursor) -> Option<Ident> {
    let last = tokens.last();
    if tokens.at_item() || tokens.word_at(0).is_none() {
        once.push(last, "this phase has no name; write `phase Name { .. }`");
        return None;
    }
    tokens.take_ident()
}

/// The braces, after anything that should not stand before them.
fn body(once: &mut Once<'_>, lost: &mut Lost, tokens: &mut Cursor, name: Option<&Ident>) -> Option<Group> {
    let stops = |tokens: &mut Cursor| tokens.at_end() || tokens.at_item() || is_step(tokens);
    if !tokens.group_at(0, Delimiter::Brace)
        && let Some(name) = name
    {
        let (at, found) = (tokens.here(), tokens.found());
        if stops(tokens) || tokens.at_punct(';') {
            once.push(
                name.span(),
                format!("phase `{name}` has no steps; write `phase {name} {{ .. }}`"),
            );
        } else if tokens.group_at(0, Delimiter::Parenthesis) {
            once.push(at, "a phase takes nothing, its steps do; remove the parentheses");
        } else {
            once.push(
                at,
                format!("unexpected {found} after `phase {name}`; write `phase {name} {{ .. }}`"),
            );
        }
    }
    loop {
        if let Some(body) = tokens.take_group(Delimiter::Brace) {
            return Some(body);
        }
        if tokens.take_punct(';').is_some() || stops(tokens) {
            return None;
        }
        if let Some(token) = tokens.next() {
            lost.pass_over(token);
        }
    }
}
