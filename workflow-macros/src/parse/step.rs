//! The members of a phase: steps and gates.

use proc_macro2::{Delimiter, Group, Ident, Span};

use super::cursor::Cursor;
use super::once::Once;
use super::work::skip;
use super::{attribute, kw, signature, work};
use crate::ast::{Attributes, Kind, Lost, Step};
use crate::names;
use crate::nearest::{did_you_mean, nearest};
use crate::report::Errors;

/// Reads the members between the braces of a phase. Also says whether something could not be read.
pub(super) fn read_all(cx: &mut Errors, lost: &mut Lost, body: &Group) -> (Vec<Step>, bool) {
    let mut tokens = Cursor::inside(body);
    let mut steps = Vec::new();
    let mut broken = false;
    while !tokens.at_end() {
        let before = cx.count();
        let attributes = attribute::read_all(cx, &mut tokens);
        if tokens.at_end() {
            attribute::refuse_dangling(cx, &attributes);
        } else if let Some(step) = read(cx, lost, &mut tokens, attributes) {
            steps.push(step);
        }
        broken |= cx.count() > before;
    }
    (steps, broken)
}

/// Reads one member. None if it has no name, or if there is none at all; at least one token is taken.
pub(super) fn read(
    cx: &mut Errors,
    lost: &mut Lost,
    tokens: &mut Cursor,
    attributes: Attributes,
) -> Option<Step> {
    let mut once = Once::new(cx);
    let Some(Keyword { manual, kind }) = keyword(&mut once, lost, tokens) else {
        skip(lost, tokens);
        return None;
    };
    let Some(name) = name(&mut once, tokens, kind) else {
        lost.any_artifact = true;
        skip(lost, tokens);
        return None;
    };
    let takes = signature::takes(&mut once, tokens, kind, &name);
    let yields = signature::yields(&mut once, lost, tokens, kind, &name);
    let work = work::read(&mut once, lost, tokens, kind, &name);
    let broken = once.broken();
    Some(Step {
        attributes,
        manual,
        kind,
        name,
        takes,
        yields,
        work,
        broken,
    })
}

struct Keyword {
    manual: Option<Span>,
    kind: Kind,
}

/// `manual? (step | gate)`, and what is written instead.
fn keyword(once: &mut Once<'_>, lost: &mut Lost, tokens: &mut Cursor) -> Option<Keyword> {
    let mut manual = None;
    while let Some(word) = tokens.word_at(0) {
        let at = tokens.here();
        match word.as_str() {
            kw::STEP | kw::GATE => {
                tokens.next();
                let kind = if word == kw::STEP { Kind::Step } else { Kind::Gate };
                return Some(Keyword { manual, kind });
            }
            kw::MANUAL => {
                tokens.next();
                if manual.replace(at).is_some() {
                    once.push(at, "`manual` stands twice; remove one");
                }
            }
            kw::PARALLEL | kw::OPTIONAL if !tokens.group_at(1, Delimiter::Brace) && word_follows(tokens) => {
                tokens.next();
                tokens.take_group(Delimiter::Parenthesis);
                once.push(
                    at,
                    format!("`{word}` is about a whole phase; write it before `phase`, or remove it"),
                );
            }
            kw::PHASE | kw::ROLE => {
                let message = match word.as_str() {
                    kw::ROLE => "a role is declared for the whole workflow; move it before the phases",
                    _ => "a phase cannot stand in a phase; close the one around it first",
                };
                once.push(at, message);
                tokens.next();
                return None;
            }
            "pub" | "async" | "unsafe" | "const" | "extern"
                if word_follows(tokens) || tokens.group_at(1, Delimiter::Parenthesis) =>
            {
                tokens.next();
                tokens.take_group(Delimiter::Parenthesis);
                once.push(at, format!("a step has no `{word}` of its own; remove it"));
            }
            _ => return instead_of_keyword(once, lost, tokens, manual, &word),
        }
    }
    let (at, found) = (tokens.here(), tokens.found());
    match manual {
        Some(manual) => {
            lost.any_artifact = true;
            once.push(
                manual,
                "`manual` stands before nothing; write `step` or `gate` after it",
            );
        }
        None => once.push(at, format!("expected `step` or `gate`, found {found}; remove it")),
    }
    None
}

/// Whether the next token but one is a word.
fn word_follows(tokens: &mut Cursor) -> bool {
    tokens.word_at(1).is_some() || tokens.group_at(1, Delimiter::Parenthesis) && tokens.word_at(2).is_some()
}

/// A word that is none of ours where `step` or `gate` should stand.
fn instead_of_keyword(
    once: &mut Once<'_>,
    lost: &mut Lost,
    tokens: &mut Cursor,
    manual: Option<Span>,
    word: &str,
) -> Option<Keyword> {
    let at = tokens.here();
    // `define_resources(brief)`: only the keyword is missing.
    if tokens.group_at(1, Delimiter::Parenthesis) && !names::is_keyword(word) {
        once.push(
            at,
            format!("`{word}` lacks its keyword; write `step {word}(..)`, or `gate {word}(..)` if it judges"),
        );
        return Some(Keyword {
            manual,
            kind: Kind::Step,
        });
    }
    if tokens.word_at(1).is_some() {
        tokens.next();
        let meant = nearest(word, kw::IN_PHASE.iter().copied());
        let remedy = match (meant, word) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, "fn") => "write `step name(takes) -> made: Type;`".to_owned(),
            (None, _) => "a member of a phase begins with `step`, `gate` or `manual`".to_owned(),
        };
        once.push(at, format!("unknown word `{word}`; {remedy}"));
        return match meant {
            Some(kw::MANUAL) => keyword(once, lost, tokens).map(|keyword| Keyword {
                manual: Some(at),
                ..keyword
            }),
            Some(kw::GATE) => Some(Keyword {
                manual,
                kind: Kind::Gate,
            }),
            _ if tokens.group_at(1, Delimiter::Parenthesis) => Some(Keyword {
                manual,
                kind: Kind::Step,
            }),
            _ => None,
        };
    }
    let remedy = did_you_mean(word, kw::IN_PHASE.iter().copied(), || {
        "write `step name(takes) -> made: Type;`".to_owned()
    });
    once.push(at, format!("expected `step` or `gate`, found `{word}`; {remedy}"));
    tokens.next();
    lost.any_artifact = true;
    None
}

fn name(once: &mut Once<'_>, tokens: &mut Cursor, kind: Kind) -> Option<Ident> {
    let word = kind.word();
    // `step manual sign_off(..)`
    if tokens.at_word(kw::MANUAL) && tokens.word_at(1).is_some() && tokens.group_at(2, Delimiter::Parenthesis)
    {
        let at = tokens.here();
        once.push(
            at,
            format!("`manual` stands before `{word}`; write `manual {word}`"),
        );
        tokens.next();
    } else if tokens.at_member() {
        once.push(
            tokens.last(),
            format!("this {word} has no name; write `{word} name(takes)`"),
        );
        return None;
    }
    if let Some(name) = tokens.take_ident() {
        return Some(name);
    }
    if tokens.at_end() {
        once.push(
            tokens.last(),
            format!("this {word} has no name; write `{word} name(takes)`"),
        );
    } else {
        let (at, found) = (tokens.here(), tokens.found());
        once.push(
            at,
            format!("expected the name of the {word}, found {found}; write `{word} name(takes)`"),
        );
    }
    None
}
