//! The compiler of `workflow!`; its documentation is in `workflow-runtime`.
//!
//! `parse` reads tokens into an `ast`, `scope` finds its names, `check` reports what is wrong, `lower` makes the `model`
//! of the rest, `expand` writes Rust. Each takes the error sink first, if it can find fault at all.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod compile;

mod parse;

mod ast;

mod nearest;

mod scope;

mod check;

mod lower;

mod model;

mod expand;

mod names;

mod report;

#[cfg(test)]
mod tests;

/// Declares a workflow; see `workflow_runtime::workflow!`.
#[proc_macro]
pub fn workflow(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    compile::workflow(tokens.into()).into()
}
