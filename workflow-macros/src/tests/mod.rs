//! The front end on tokens that come from no compiler: what it reports, where, and the model it makes.

mod artifacts;
mod attributes;
mod members;
mod models;
mod names;
mod recovery;
mod robustness;
mod rules;
mod syntax;
mod types;
mod values;

use proc_macro2::TokenStream;

use crate::compile::compile;
use crate::model::Model;
use crate::report::Errors;

/// Declarations, and for each the errors: the text underlined and the message, in the order of the text.
type Cases<'a> = &'a [(&'a str, &'a [(&'a str, &'a str)])];

/// Checks whole declarations.
fn whole(cases: Cases<'_>) {
    for (input, expected) in cases {
        check(input, expected);
    }
}

/// Checks what stands between the braces of a workflow.
fn in_items(cases: Cases<'_>) {
    for (items, expected) in cases {
        check(&format!("workflow Ship(brief: Brief) {{ {items} }}"), expected);
    }
}

/// Checks what stands between the braces of a phase.
fn in_members(cases: Cases<'_>) {
    for (members, expected) in cases {
        check(
            &format!("workflow Ship(brief: Brief) {{ phase First {{ {members} }} }}"),
            expected,
        );
    }
}

/// Checks that exactly these errors are reported.
#[track_caller]
fn check(input: &str, expected: &[(&str, &str)]) {
    let (_, errors) = compiled(input);
    let found = reported(input, &errors);
    let found: Vec<_> = found
        .iter()
        .map(|(text, message)| (text.as_str(), message.as_str()))
        .collect();
    assert_eq!(found, expected, "for this declaration:\n{input}");
}

/// Compiles a declaration.
fn compiled(input: &str) -> (Option<Model>, Errors) {
    let tokens: TokenStream = input.parse().expect("the input is lexed");
    compile(tokens)
}

/// The underlined text and the message of each error, in the order of the text.
fn reported(input: &str, errors: &Errors) -> Vec<(String, String)> {
    let mut found: Vec<_> = errors
        .iter()
        .map(|error| {
            let (start, end) = (error.start.byte_range().start, error.end.byte_range().end);
            (
                start,
                input.get(start..end).unwrap_or("outside of the input").to_owned(),
                error.message.clone(),
            )
        })
        .collect();
    found.sort();
    found
        .into_iter()
        .map(|(_, text, message)| (text, message))
        .collect()
}
