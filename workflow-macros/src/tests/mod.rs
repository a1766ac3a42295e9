//! The front end on tokens that come from no compiler: what it reports, where, and the model it makes.

use proc_macro2::TokenStream;

use crate::compile::compile;
use crate::model::Model;
use crate::report::Errors;


/// Compiles a declaration.
fn compiled(input: &str) -> (Option<Model>, Errors) {
    let tokens: TokenStream = input.parse().expect("the input is lexed");
    compile(tokens)
}

/// The underlined text and the message of each error, in the order in which they stand in the input.
fn reported(input: &str, errors: &Errors) -> Vec<(String, String)> {
    let mut found: Vec<_> = errors
        .iter()
        .map(|error| {
            let (start, end) = (error.start.byte_range().start, error.end.byte_range().end);
            (start, input.get(start..end).unwrap_or("?").to_owned(), error.message.clone())
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, text, message)| (text, message)).collect()
}

/// Checks that exactly these errors are reported: the text underlined, and the message.
fn check(input: &str, expected: &[(&str, &str)]) {
    let (_, errors) = compiled(input);
    let found = reported(input, &errors);
    let found: Vec<_> = found.iter().map(|(text, message)| (text.as_str(), message.as_str())).collect();
    assert_eq!(found, expected, "for this declaration:\n{input}");
}
