//! The front end on tokens that come from no compiler: what it reports, where, and the model it makes.
//!
//! The cases stand in tables: a declaration, or what stands inside of one, on a line, and below it a line per error in
//! the order of the text, `^ what is underlined  the message`, two spaces in between.

mod artifacts;
mod attributes;
mod members;
mod models;
mod names;
mod recovery;
mod reference;
mod robustness;
mod rules;
mod snapshots;
mod syntax;
mod types;
mod values;

use proc_macro2::TokenStream;

use crate::compile::compile;
use crate::model::Model;
use crate::report::Errors;

/// Checks whole declarations.
fn whole(table: &str) {
    check_table(table, |declaration| declaration.to_owned());
}

/// Checks what stands between the braces of a workflow.
fn in_items(table: &str) {
    check_table(table, |items| {
        format!("workflow Ship(brief: Brief) {{ {items} }}")
    });
}

/// Checks what stands between the braces of a phase.
fn in_members(table: &str) {
    check_table(table, |members| {
        format!("workflow Ship(brief: Brief) {{ phase First {{ {members} }} }}")
    });
}

fn check_table(table: &str, declaration: impl Fn(&str) -> String) {
    let mut lines = table
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .peekable();
    let mut cases = 0;
    while let Some(case) = lines.next() {
        let mut expected = Vec::new();
        while let Some(error) = lines.next_if(|line| line.starts_with("^ ")) {
            expected.push(
                error[2..]
                    .split_once("  ")
                    .expect("two spaces between text and message"),
            );
        }
        // `\n` ends a line of the declaration, as after a comment.
        check(&declaration(&case.replace("\\n", "\n")), &expected);
        cases += 1;
    }
    assert!(cases > 0, "no case in the table");
}

/// Checks that exactly these errors are reported: the text underlined and the message.
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

#[test]
fn an_empty_declaration_is_one_mistake() {
    check(
        "",
        &[(
            "",
            "nothing is declared here; write `workflow Name(input: Type) { phase First { .. } }`",
        )],
    );
}
