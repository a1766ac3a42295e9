//! All stages in a row, on tokens that need not come from rustc.

use proc_macro2::TokenStream;

use crate::model::Model;
use crate::report::Errors;
use crate::{check, expand, lower, parse, scope};

/// What `workflow!` becomes: the items, and after them the errors.
pub(crate) fn workflow(tokens: TokenStream) -> TokenStream {
    let (model, errors) = compile(tokens);
    let mut items = model.as_ref().map(expand::expand).unwrap_or_default();
    // After the skeleton: in front of it, an error stops the editor's completion in everything that follows.
    items.extend(errors.into_items());
    items
}

/// The model of a declaration and everything that is wrong with it; no model if not even its name can be read.
pub(crate) fn compile(tokens: TokenStream) -> (Option<Model>, Errors) {
    let mut cx = Errors::default();
    let Some(ast) = parse::parse(&mut cx, tokens) else {
        return (None, cx);
    };
    let scope = scope::Scope::of(&ast);
    let refused = check::check(&mut cx, &ast, &scope);
    (Some(lower::lower(&ast, &scope, &refused)), cx)
}
