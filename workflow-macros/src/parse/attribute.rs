//! What stands above a member: doc comments and the attributes of the language.
//!
//! An attribute is read and judged by itself here; whether it may stand where it stands is for the checks.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;

use super::cursor::Cursor;
use super::value;
use crate::ast::{Attribute, Attributes, Value};
use crate::report::Errors;

/// Reads all that stand here.
pub(super) fn read_all(cx: &mut Errors, tokens: &mut Cursor) -> Attributes {
    let mut attributes = Attributes::default();
    while let Some(pound) = tokens.take_punct('#') {
        let inner = tokens.take_punct('!').is_some();
        let Some(group) = tokens.take_group(Delimiter::Bracket) else {
            cx.push(
                pound,
                "this `#` begins nothing; write an attribute as `#[name(..)]`",
            );
            continue;
        };
        if inner {
            refuse_inner(cx, pound, &group);
        } else if let Some(line) = doc_line(&group) {
            let hash = TokenTree::Punct(punct('#', pound));
            attributes.docs.attributes.extend(quote!(#hash #group));
            attributes.docs.add(&line);
        } else {
            attributes.list.extend(read(cx, &group));
        }
    }
    attributes
}

fn punct(char: char, span: Span) -> proc_macro2::Punct {
    let mut punct = proc_macro2::Punct::new(char, proc_macro2::Spacing::Alone);
    punct.set_span(span);
    punct
}

fn refuse_inner(cx: &mut Errors, pound: Span, group: &Group) {
    let message = match doc_line(group) {
        Some(_) => "`//!` describes what it stands in; write `///` above what it is about",
        None => "`#![..]` is about what it stands in; write `#[..]` above what it is about",
    };
    cx.push_range(pound, group.span(), message);
}

/// The text of `[doc = "text"]`.
fn doc_line(group: &Group) -> Option<String> {
    let mut tokens = Cursor::inside(group);
    tokens.take_word("doc")?;
    tokens.take_punct('=')?;
    let text = value::string(&tokens.next()?)?;
    tokens.at_end().then_some(text)
}

/// Reads what stands between the brackets.
fn read(cx: &mut Errors, group: &Group) -> Option<Attribute> {
    let mut tokens = Cursor::inside(group);
    let Some(name) = tokens.take_ident() else {
        let at = tokens.here();
        cx.push(at, "an attribute begins with its name; write it as `#[name(..)]`");
        return None;
    };
    if tokens.at_punct(':') {
        let mut path = name.to_string();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(_) => break,
                token => path.push_str(&token.to_string()),
            }
        }
        return Some(Attribute {
            name: path,
            span: name.span(),
            value: Value::Foreign,
        });
    }
    let value = match Form::of(&name) {
        None => Value::Foreign,
        Some(form) => arguments(cx, &name, form, &mut tokens)
            .and_then(|group| form.value(cx, &name, &group))
            .unwrap_or(Value::Broken),
    };
    Some(Attribute {
        name: name.to_string(),
        span: name.span(),
        value,
    })
}

/// The parentheses after the name, and nothing else.
fn arguments(cx: &mut Errors, name: &Ident, form: Form, tokens: &mut Cursor) -> Option<Group> {
    let Some(group) = tokens.take_group(Delimiter::Parenthesis) else {
        let at = tokens.here();
        cx.push(
            at,
            format!("`{name}` needs parentheses; write `#[{}]`", form.example()),
        );
        return None;
    };
    if !tokens.at_end() {
        let (at, found) = (tokens.here(), tokens.found());
        cx.push(
            at,
            format!("unexpected {found} after `{name}(..)`; write each attribute in its own `#[..]`"),
        );
        return None;
    }
    Some(group)
}

/// The attributes of the language.
#[derive(Clone, Copy)]
enum Form {
    By,
    Retry,
    Timeout,
    Undo,
    Rework,
    Check,
    Estimate,
    Was,
}

impl Form {
    fn of(name: &Ident) -> Option<Form> {
        Some(match name.to_string().as_str() {
            "by" => Form::By,
            "retry" => Form::Retry,
            "timeout" => Form::Timeout,
            "undo" => Form::Undo,
            "rework" => Form::Rework,
            "check" => Form::Check,
            "estimate" => Form::Estimate,
            "was" => Form::Was,
            _ => return None,
        })
    }

    /// How it is written.
    fn example(self) -> &'static str {
        match self {
            Form::By => "by(Role)",
            Form::Retry => "retry(attempts = 3, backoff = \"200ms..5s\")",
            Form::Timeout => "timeout(\"90s\")",
            Form::Undo => "undo(method)",
            Form::Rework => "rework(to = Phase, max = 3)",
            Form::Check => "check(path::to::function)",
            Form::Estimate => "estimate(\"1h..4h\")",
            Form::Was => "was(old_name)",
        }
    }

    fn value(self, cx: &mut Errors, name: &Ident, group: &Group) -> Option<Value> {
        let example = self.example();
        match self {
            Form::By => value::name(cx, name, group, example).map(Value::By),
            Form::Undo => value::name(cx, name, group, example).map(Value::Undo),
            Form::Was => value::name(cx, name, group, example).map(Value::Was),
            Form::Timeout => value::timeout(cx, name, group, example).map(Value::Timeout),
            Form::Estimate => {
                value::estimate(cx, name, group, example).map(|(from, to)| Value::Estimate(from, to))
            }
            Form::Check => value::path(cx, name, group, example).map(|path| Value::Check(Box::new(path))),
            Form::Retry => value::retry(cx, name, group, example).map(Value::Retry),
            Form::Rework => value::rework(cx, name, group, example),
        }
    }
}

impl crate::ast::Docs {
    fn add(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text
            .push_str(line.strip_prefix(' ').unwrap_or(line).trim_end());
    }
}

/// An attribute above nothing.
pub(super) fn refuse_dangling(cx: &mut Errors, attributes: &Attributes) {
    // One that is half typed has had its error.
    if attributes
        .list
        .iter()
        .any(|attribute| matches!(attribute.value, Value::Broken))
    {
        return;
    }
    let first = attributes.list.first().map(|attribute| attribute.span);
    let doc = || attributes.docs.attributes.clone();
    match first {
        Some(span) => cx.push(
            span,
            "this attribute stands above nothing; move it above what it is about",
        ),
        None if !attributes.docs.attributes.is_empty() => cx.push_over(
            last_attribute(doc()),
            "this doc comment stands above nothing; move it above what it is about",
        ),
        None => {}
    }
}

/// The `#` and the brackets of the last line.
fn last_attribute(docs: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = docs.into_iter().collect();
    let start = tokens.len().saturating_sub(2);
    tokens.into_iter().skip(start).collect()
}
