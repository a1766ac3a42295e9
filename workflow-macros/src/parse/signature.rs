//! What a member takes and yields.

use proc_macro2::{Delimiter, Group, Ident, Span};

use super::cursor::Cursor;
use super::once::Once;
use super::types;
use crate::ast::{Kind, Lost, Written, Yields};

/// `(taken, ..)`
pub(super) fn takes(once: &mut Once<'_>, tokens: &mut Cursor, kind: Kind, name: &Ident) -> Vec<Ident> {
    if tokens.at_punct('<') {
        let at = tokens.here();
        once.push(
            at,
            format!("a {} has no generic parameters; remove them", kind.word()),
        );
        while !tokens.at_end()
            && !tokens.at_punct(';')
            && !tokens.at_member()
            && !tokens.group_at(0, Delimiter::Parenthesis)
        {
            tokens.next();
        }
    }
    let Some(group) = tokens.take_group(Delimiter::Parenthesis) else {
        once.push(
            name.span(),
            format!("`{name}` does not say what it takes; write `{name}(..)`, or `{name}()` for nothing"),
        );
        return Vec::new();
    };
    artifact_names(once, &group)
}

/// The names of artifacts between parentheses.
pub(super) fn artifact_names(once: &mut Once<'_>, group: &Group) -> Vec<Ident> {
    let mut tokens = Cursor::inside(group);
    let mut names = Vec::new();
    while !tokens.at_end() {
        let (at, found) = (tokens.here(), tokens.found());
        if let Some(name) = tokens.take_ident() {
            if matches!(name.to_string().as_str(), "mut" | "ref") && tokens.word_at(0).is_some() {
                once.push(
                    at,
                    format!("an artifact is taken by its name alone; remove {found}"),
                );
                continue;
            }
            names.push(name);
            after_name(once, &mut tokens);
        } else {
            let message = match tokens.at_punct('&') {
                true => "an artifact is taken by its name alone; remove `&`".to_owned(),
                false => format!("expected the name of an artifact, found {found}; remove it"),
            };
            once.push(at, message);
            tokens.next();
        }
    }
    names
}

/// A comma or the end.
fn after_name(once: &mut Once<'_>, tokens: &mut Cursor) {
    if tokens.at_end() || tokens.take_punct(',').is_some() {
        return;
    }
    let (at, found) = (tokens.here(), tokens.found());
    if tokens.at_punct(':') {
        once.push(
            at,
            "the type of an artifact is written where it is made; remove it here",
        );
        // The type may hold commas of its own, which are none of ours.
        let mut angles = 0usize;
        while !(tokens.at_end() || angles == 0 && tokens.at_punct(',')) {
            angles = match (tokens.at_punct('<'), tokens.at_punct('>')) {
                (true, _) => angles + 1,
                (_, true) => angles.saturating_sub(1),
                _ => angles,
            };
            tokens.next();
        }
        tokens.take_punct(',');
    } else if tokens.word_at(0).is_some() {
        once.push(
            at,
            format!("expected `,` before {found}; separate what is taken by commas"),
        );
    } else {
        once.push(
            at,
            format!("unexpected {found}; artifacts are taken by name, separated by commas"),
        );
        tokens.next();
        tokens.take_punct(',');
    }
}

/// `-> made: Type`
pub(super) fn yields(
    once: &mut Once<'_>,
    lost: &mut Lost,
    tokens: &mut Cursor,
    kind: Kind,
    step: &Ident,
) -> Option<Yields> {
    if tokens.at_punct(':') {
        let message = format!("what `{step}` yields stands after an arrow; write `-> name: Type`");
        once.push(tokens.here(), message);
        lost.any_artifact = true;
        return None;
    }
    let arrow = arrow(once, tokens, kind)?;
    if tokens.at_member() || tokens.word_at(0).is_none() || starts_type(tokens) {
        refuse_unnamed(once, tokens, arrow, step);
        lost.any_artifact = true;
        return None;
    }
    let name = tokens.take_ident()?;
    let ty = match tokens.take_punct(':') {
        None => Written::Absent,
        Some(_) => types::read(tokens).unwrap_or_else(|((start, end, message), ty)| {
            once.push_range(start, end, message);
            ty
        }),
    };
    if tokens.at_punct(',') {
        let message = format!("`{step}` yields at most one artifact; put them into one type");
        once.push(tokens.here(), message);
    }
    Some(Yields { name, ty })
}

/// Takes the arrow, if there is one.
fn arrow(once: &mut Once<'_>, tokens: &mut Cursor, kind: Kind) -> Option<(Span, Span)> {
    let fat = tokens.at_punct('=') && tokens.followed_by('>');
    if !tokens.at_arrow() && !fat {
        return None;
    }
    let start = tokens.here();
    tokens.next();
    let end = tokens.here();
    tokens.next();
    if fat {
        once.push_range(
            start,
            end,
            "unexpected `=>`; write `->` before what a step yields",
        );
    }
    if kind == Kind::Gate {
        let message = "a gate yields its verdict and no artifact";
        once.push_range(
            start,
            end,
            format!("{message}; write `step`, or remove `->` and what follows"),
        );
    }
    Some((start, end))
}

/// An arrow and then no name.
fn refuse_unnamed(once: &mut Once<'_>, tokens: &mut Cursor, arrow: (Span, Span), step: &Ident) {
    let ends = tokens.at_end() || tokens.at_member() || tokens.at_punct(';');
    if ends || tokens.group_at(0, Delimiter::Brace) {
        let message = format!("`{step}` yields nothing yet; write `-> name: Type`, or remove `->`");
        once.push_range(arrow.0, arrow.1, message);
        return;
    }
    let message = format!("what `{step}` yields has no name; write `-> name: Type`");
    once.push(tokens.here(), message);
    // The type itself must not be taken for what follows it.
    let _ = types::read(tokens);
}

/// Whether what stands after an arrow is a type without a name before it.
fn starts_type(tokens: &mut Cursor) -> bool {
    let upper = tokens
        .word_at(0)
        .is_some_and(|word| word.starts_with(char::is_uppercase));
    let path = tokens.punct_at(1, '<') || tokens.path_sign_at(1) || tokens.punct_at(1, '!');
    path || upper && !tokens.punct_at(1, ':')
}
