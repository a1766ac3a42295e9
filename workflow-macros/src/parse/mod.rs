//! Tokens in, tree out: what cannot be read is reported and passed over.
//!
//! No name is looked up here, and no rule is checked that needs more than one member.

mod attribute;
mod cursor;
mod depth;
mod duration;
mod kw;
mod once;
mod phase;
mod signature;
mod step;
mod types;
mod value;
mod work;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use self::cursor::Cursor;
use self::once::Once;
use self::phase::Items;
use crate::ast::{Input, Lost, Workflow, Written};
use crate::names;
use crate::nearest::{did_you_mean, nearest};
use crate::report::Errors;

/// Reads a declaration; None if it has no name.
pub(crate) fn parse(cx: &mut Errors, tokens: TokenStream) -> Option<Workflow> {
    let mut tokens = Cursor::new(tokens, Span::call_site());
    let attributes = attribute::read_all(cx, &mut tokens);
    if tokens.at_end() {
        let at = tokens.here();
        cx.push(
            at,
            "nothing is declared here; write `workflow Name(input: Type) { phase First { .. } }`",
        );
        return None;
    }
    let visibility = visibility(&mut tokens);
    let mut once = Once::new(cx);
    keyword(&mut once, &mut tokens)?;
    let name = name(&mut once, &mut tokens)?;
    pass_over_until_inputs(&mut once, &mut tokens);
    let inputs = tokens.take_group(Delimiter::Parenthesis);
    let lost_inputs = once.broken() && inputs.is_none();
    let body = body(&mut once, &mut tokens, &name);
    let mut items = Items::default();
    items.lost.any_artifact = lost_inputs;
    let inputs = inputs
        .map(|group| read_inputs(cx, &mut items.lost, &group))
        .unwrap_or_default();
    match body {
        Some(body) => items.read(cx, &body),
        None => {
            items.lost = Lost::of_anything();
            items.broken = true;
        }
    }
    let Items {
        roles,
        phases,
        broken,
        lost,
        ..
    } = items;
    Some(Workflow {
        attributes,
        visibility,
        name,
        inputs,
        roles,
        phases,
        broken,
        lost,
    })
}

/// `pub`, `pub(..)` or nothing.
fn visibility(tokens: &mut Cursor) -> TokenStream {
    let mut visibility = TokenStream::new();
    if tokens.at_word("pub") {
        visibility.extend(tokens.next());
        visibility.extend(tokens.take_group(Delimiter::Parenthesis).map(TokenTree::Group));
    }
    visibility
}

/// `workflow`
fn keyword(once: &mut Once<'_>, tokens: &mut Cursor) -> Option<()> {
    if tokens.take_word(kw::WORKFLOW).is_some() {
        return Some(());
    }
    let (at, found) = (tokens.here(), tokens.found());
    let word = tokens.word_at(0).unwrap_or_default();
    if nearest(&word, [kw::WORKFLOW]).is_some() && tokens.word_at(1).is_some() {
        once.push(at, format!("unknown word {found}; did you mean `workflow`?"));
        tokens.next();
        return Some(());
    }
    let named = tokens.group_at(1, Delimiter::Brace) || tokens.group_at(1, Delimiter::Parenthesis);
    if named && !word.is_empty() && !names::is_keyword(&word) {
        once.push(at, format!("{found} lacks its keyword; write `workflow {word}`"));
        return Some(());
    }
    let remedy = did_you_mean(&word, [kw::WORKFLOW], || {
        "a declaration begins with `workflow Name`".to_owned()
    });
    once.push(at, format!("expected `workflow`, found {found}; {remedy}"));
    None
}

fn name(once: &mut Once<'_>, tokens: &mut Cursor) -> Option<Ident> {
    if tokens.at_word(kw::WORKFLOW) && tokens.word_at(1).is_some() {
        once.push(tokens.here(), "`workflow` stands twice; remove one");
        tokens.next();
    }
    let (last, at, found) = (tokens.last(), tokens.here(), tokens.found());
    let name = tokens.take_ident();
    if name.is_none() {
        match tokens.at_end()
            || tokens.group_at(0, Delimiter::Parenthesis)
            || tokens.group_at(0, Delimiter::Brace)
        {
            true => once.push(last, "this workflow has no name; write `workflow Name`"),
            false => once.push(
                at,
                format!("expected the name of the workflow, found {found}; write `workflow Name`"),
            ),
        }
    }
    name
}

/// What people write between the name and the inputs.
fn pass_over_until_inputs(once: &mut Once<'_>, tokens: &mut Cursor) {
    let (at, found) = (tokens.here(), tokens.found());
    if tokens.at_end() || tokens.group_at(0, Delimiter::Parenthesis) || tokens.group_at(0, Delimiter::Brace) {
        return;
    }
    match found.as_str() {
        "`<`" => once.push(at, "a workflow has no generic parameters; remove them"),
        "`;`" => return,
        _ => once.push(
            at,
            format!("unexpected {found}; write `workflow Name(input: Type) {{ .. }}`"),
        ),
    }
    while !tokens.at_end()
        && !tokens.group_at(0, Delimiter::Parenthesis)
        && !tokens.group_at(0, Delimiter::Brace)
    {
        tokens.next();
    }
}

/// The braces of the workflow, and nothing after them.
fn body(once: &mut Once<'_>, tokens: &mut Cursor, name: &Ident) -> Option<Group> {
    let (at, found) = (tokens.here(), tokens.found());
    if tokens.at_end() || tokens.at_punct(';') {
        once.push(
            name.span(),
            format!("workflow `{name}` has no phases; write them in `{{ .. }}` after it"),
        );
        return None;
    }
    if !tokens.group_at(0, Delimiter::Brace) {
        once.push(
            at,
            format!("unexpected {found}; write the phases of `{name}` in `{{ .. }}`"),
        );
        while !tokens.at_end() && !tokens.group_at(0, Delimiter::Brace) {
            tokens.next();
        }
    }
    let body = tokens.take_group(Delimiter::Brace)?;
    if !tokens.at_end() {
        let (at, found) = (tokens.here(), tokens.found());
        let remedy = match tokens.at_punct(';') {
            true => "remove it",
            false => "declare each workflow in a `workflow!` of its own",
        };
        once.push(at, format!("unexpected {found} after the workflow; {remedy}"));
    }
    Some(body)
}

/// `(name: Type, ..)`
fn read_inputs(cx: &mut Errors, lost: &mut Lost, group: &Group) -> Vec<Input> {
    let mut tokens = Cursor::inside(group);
    let mut inputs = Vec::new();
    while !tokens.at_end() {
        let attributes = attribute::read_all(cx, &mut tokens);
        if tokens.at_end() {
            attribute::refuse_dangling(cx, &attributes);
            break;
        }
        let mut once = Once::new(cx);
        if tokens.at_word("mut") && tokens.word_at(1).is_some() {
            once.push(tokens.here(), "an input is never changed; remove `mut`");
            tokens.next();
        }
        let (at, found) = (tokens.here(), tokens.found());
        if let Some(name) = tokens.take_ident() {
            let ty = input_type(&mut once, &mut tokens, &name);
            inputs.push(Input { attributes, name, ty });
        } else {
            once.push(
                at,
                format!("expected the name of an input, found {found}; write `name: Type`"),
            );
            lost.any_artifact = true;
        }
        // To the next input; what stands before it is part of the fault, or one by itself.
        while !tokens.at_end() && tokens.take_punct(',').is_none() {
            let (at, found) = (tokens.here(), tokens.found());
            if tokens.at_declared_name() {
                once.push(
                    at,
                    format!("expected `,` before {found}; separate inputs by commas"),
                );
                break;
            }
            once.push(
                at,
                format!("unexpected {found}; write inputs as `name: Type`, separated by commas"),
            );
            if let Some(token) = tokens.next() {
                lost.pass_over(token);
            }
        }
    }
    inputs
}

fn input_type(once: &mut Once<'_>, tokens: &mut Cursor, name: &Ident) -> Written {
    if tokens.take_punct(':').is_none() {
        once.push(
            name.span(),
            format!("input `{name}` has no type; write `{name}: Type`"),
        );
        return Written::Broken;
    }
    types::read(tokens).unwrap_or_else(|((start, end, message), ty)| {
        once.push_range(start, end, message);
        ty
    })
}
