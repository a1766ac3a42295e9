//! The compiler of `workflow!`; its documentation is in `workflow-runtime`.
//!
//! `parse` reads tokens into an `ast`, `scope` finds its names, `lower` makes the `model` of it, `check` reports what
//! is wrong, `expand` writes Rust.

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

mod scope;

mod model;

mod lower;

mod check;

mod expand;

mod names;

mod report;

/// Declares a workflow; see `workflow_runtime::workflow!`.
#[proc_macro]
pub fn workflow(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    compile::workflow(tokens.into()).into()
}
