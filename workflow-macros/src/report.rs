//! The error sink: every stage pushes what it finds wrong and goes on.
//!
//! A message has the house form: the fault with the user's words in backticks, then `;` and the remedy, in lower case
//! and without a full stop. The span is the smallest token that is wrong, never the whole macro.

use std::collections::HashSet;
use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};

/// All mistakes of one declaration.
#[derive(Default)]
pub(crate) struct Errors {
    list: Vec<Error>,
    seen: HashSet<String>,
}

/// One mistake and the tokens, first to last, that it underlines.
pub(crate) struct Error {
    pub(crate) start: Span,
    pub(crate) end: Span,
    pub(crate) message: String,
}

impl Errors {
    /// Reports a mistake at one token.
    pub(crate) fn push(&mut self, at: Span, message: impl Display) {
        self.push_range(at, at, message);
    }

    /// Reports a mistake at several tokens in a row.
    pub(crate) fn push_over(&mut self, tokens: impl ToTokens, message: impl Display) {
        let mut spans = tokens.into_token_stream().into_iter().map(|token| token.span());
        let start = spans.next().unwrap_or_else(Span::call_site);
        let end = spans.last().unwrap_or(start);
        self.push_range(start, end, message);
    }

    /// Reports a mistake from one token to another.
    pub(crate) fn push_range(&mut self, start: Span, end: Span, message: impl Display) {
        let message = message.to_string();
        // The same words at the same place are the same mistake, found twice.
        if self.seen.insert(format!("{start:?} {end:?} {message}")) {
            self.list.push(Error { start, end, message });
        }
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are; compare two counts to learn whether something in between went wrong.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Error> {
        self.list.iter()
    }

    /// The errors as items, one `compile_error!` each, in the order of the text.
    pub(crate) fn into_items(mut self) -> TokenStream {
        self.list.sort_by_key(|error| {
            let start = error.start.start();
            (start.line, start.column)
        });
        self.list.into_iter().map(Error::into_item).collect()
    }
}

impl Error {
    /// `::core::compile_error! { "message" }`, underlined from `start` to `end`: rustc underlines from the first token
    /// of an invocation to its last.
    fn into_item(self) -> TokenStream {
        let Error { start, end, message } = self;
        let path = quote_spanned!(start=> ::core::compile_error!);
        let text = quote_spanned!(end=> { #message });
        quote::quote!(#path #text)
    }
}
