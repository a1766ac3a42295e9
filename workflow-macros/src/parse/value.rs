//! The arguments of attributes.

use proc_macro2::{Group, Ident, Span, TokenTree};

use super::cursor::{Cursor, start_of};
use super::{depth, duration};
use crate::ast::{Retry, Value};
use crate::nearest::{did_you_mean, listed};
use crate::report::Errors;

/// `(name)`
pub(super) fn name(cx: &mut Errors, attribute: &Ident, group: &Group, example: &str) -> Option<Ident> {
    let token = only(cx, attribute, group, example)?;
    match token {
        TokenTree::Ident(ident) => Some(ident),
        token => {
            cx.push(
                start_of(&token),
                format!("`{attribute}` takes a name; write `#[{example}]`"),
            );
            None
        }
    }
}

/// `("90s")`
pub(super) fn timeout(cx: &mut Errors, attribute: &Ident, group: &Group, example: &str) -> Option<u64> {
    let token = only(cx, attribute, group, example)?;
    let (text, at) = text(cx, attribute, token, example)?;
    reported(cx, at, duration::positive(&text))
}

/// `("1h..4h")`
pub(super) fn estimate(
    cx: &mut Errors,
    attribute: &Ident,
    group: &Group,
    example: &str,
) -> Option<(u64, u64)> {
    let token = only(cx, attribute, group, example)?;
    let (text, at) = text(cx, attribute, token, example)?;
    reported(cx, at, duration::range(&text))
}

/// `(path::to::function)`
pub(super) fn path(
    cx: &mut Errors,
    attribute: &Ident,
    group: &Group,
    example: &str,
) -> Option<syn::ExprPath> {
    let stream = group.stream();
    if stream.is_empty() {
        cx.push(
            attribute.span(),
            format!("`{attribute}` names nothing; write `#[{example}]`"),
        );
        return None;
    }
    // Reading it might exhaust the stack.
    let path = match depth::is_too_deep(&stream) {
        true => None,
        false => syn::parse2::<syn::ExprPath>(stream.clone()).ok(),
    };
    if path.is_none() {
        cx.push_over(
            stream,
            format!("`{attribute}` takes the path of a function; write `#[{example}]`"),
        );
    }
    path
}

/// `(attempts = 3, backoff = "200ms..5s")`
pub(super) fn retry(cx: &mut Errors, attribute: &Ident, group: &Group, example: &str) -> Option<Retry> {
    let fields = fields(cx, attribute, group, &["attempts", "backoff"], example)?;
    let mut retry = Retry {
        attempts: 0,
        first: 0,
        longest: 0,
    };
    for Field { key, value } in fields {
        if key == "attempts" {
            let remedy = "at least 1, which is no retry";
            retry.attempts = number(cx, &key, value, remedy)?;
        } else {
            let (text, at) = text(cx, &key, value, example)?;
            (retry.first, retry.longest) = reported(cx, at, duration::range(&text))?;
        }
    }
    if retry.attempts == 0 {
        cx.push(
            attribute.span(),
            "`retry` does not say how often; add `attempts = 3`",
        );
        return None;
    }
    Some(retry)
}

/// `(to = Phase, max = 3)`
pub(super) fn rework(cx: &mut Errors, attribute: &Ident, group: &Group, example: &str) -> Option<Value> {
    let fields = fields(cx, attribute, group, &["to", "max"], example)?;
    let (mut target, mut limit) = (None, None);
    for Field { key, value } in fields {
        if key == "max" {
            limit = Some(number(
                cx,
                &key,
                value,
                "at least 1, or leave out `rework` to halt at once",
            )?);
        } else if let TokenTree::Ident(phase) = value {
            target = Some(phase);
        } else {
            cx.push(
                start_of(&value),
                "`to` takes the name of a phase, without quotes; write `to = Phase`",
            );
            return None;
        }
    }
    match (target, limit) {
        (Some(to), Some(max)) => Some(Value::Rework { to, max }),
        (None, _) => {
            cx.push(
                attribute.span(),
                "`rework` does not say where to; add `to = Phase`",
            );
            None
        }
        (_, None) => {
            cx.push(
                attribute.span(),
                "`rework` does not say how often at most; add `max = 3`",
            );
            None
        }
    }
}

/// The only token between the parentheses.
fn only(cx: &mut Errors, attribute: &Ident, group: &Group, example: &str) -> Option<TokenTree> {
    let mut tokens = Cursor::inside(group);
    let Some(token) = tokens.next() else {
        cx.push(
            attribute.span(),
            format!("`{attribute}` says nothing; write `#[{example}]`"),
        );
        return None;
    };
    tokens.take_punct(',');
    if !tokens.at_end() {
        let (at, found) = (tokens.here(), tokens.found());
        cx.push(at, format!("unexpected {found}; write `#[{example}]`"));
        return None;
    }
    Some(token)
}

/// A string without quotes, and where it stands.
fn text(cx: &mut Errors, of: &Ident, token: TokenTree, example: &str) -> Option<(String, Span)> {
    let at = start_of(&token);
    let text = string(&token);
    if text.is_none() {
        cx.push(
            at,
            format!("`{of}` takes a duration in quotes; write `#[{example}]`"),
        );
    }
    text.map(|text| (text, at))
}

/// What stands between quotes.
pub(super) fn string(token: &TokenTree) -> Option<String> {
    match literal(token)? {
        syn::Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

fn literal(token: &TokenTree) -> Option<syn::Lit> {
    match token {
        TokenTree::Literal(literal) => Some(syn::Lit::new(literal.clone())),
        _ => None,
    }
}

/// A whole number that is not zero.
fn number(cx: &mut Errors, of: &Ident, token: TokenTree, remedy: &str) -> Option<u32> {
    let at = start_of(&token);
    let literal = match literal(&token) {
        Some(syn::Lit::Int(literal)) if literal.suffix().is_empty() => Some(literal),
        _ => None,
    };
    match literal.as_ref().map(syn::LitInt::base10_parse::<u32>) {
        Some(Ok(number)) if number > 0 => return Some(number),
        Some(Err(_)) => cx.push(
            at,
            format!("`{of}` is at most {}; write a smaller number", u32::MAX),
        ),
        _ => cx.push(at, format!("`{of}` takes a whole number; write {remedy}")),
    }
    None
}

/// `key = value`
struct Field {
    key: Ident,
    value: TokenTree,
}

/// `key = value, ..` with keys that are known, each once.
fn fields(cx: &mut Errors, of: &Ident, group: &Group, known: &[&str], example: &str) -> Option<Vec<Field>> {
    let mut tokens = Cursor::inside(group);
    let mut fields: Vec<Field> = Vec::new();
    while !tokens.at_end() {
        let at = tokens.here();
        let Some(key) = tokens.take_ident() else {
            cx.push(at, format!("unexpected {}; write `#[{example}]`", tokens.found()));
            return None;
        };
        if !known.iter().any(|known| key == known) {
            let remedy = did_you_mean(&key.to_string(), known.iter().copied(), || {
                format!("it takes {}", listed(known.iter().copied(), "and"))
            });
            cx.push(key.span(), format!("`{of}` has no argument `{key}`; {remedy}"));
            return None;
        }
        if fields.iter().any(|field| field.key == key) {
            cx.push(key.span(), format!("`{key}` is given twice; remove one"));
            return None;
        }
        if tokens.take_punct('=').is_none() || tokens.at_end() || tokens.at_punct(',') {
            cx.push(
                tokens.last(),
                format!("`{key}` has no value; write `#[{example}]`"),
            );
            return None;
        }
        // A group is never a value; its delimiter is pointed at by whoever reads it.
        fields.extend(tokens.next().map(|value| Field { key, value }));
        if !tokens.at_end() && tokens.take_punct(',').is_none() {
            let (at, found) = (tokens.here(), tokens.found());
            cx.push(at, format!("unexpected {found}; write `#[{example}]`"));
            return None;
        }
    }
    Some(fields)
}

fn reported<T>(cx: &mut Errors, at: Span, result: Result<T, String>) -> Option<T> {
    result.map_err(|message| cx.push(at, message)).ok()
}
