//! Bodies have no team: what needs one is implemented by the team.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::Subject;
use crate::ast::Work;
use crate::report::Errors;
use crate::scope::members;

pub(super) fn check(cx: &mut Errors, subject: &Subject<'_>) {
    for step in members(subject.ast)
        .map(|member| member.step)
        .filter(|step| !step.broken && step.manual.is_none())
    {
        if let Work::Body(body) = &step.work {
            check_self(cx, &step.name, body);
        }
    }
}

/// `self` in a body, unless it may be that of a function written in there.
fn check_self(cx: &mut Errors, step: &Ident, body: &Group) {
    let mut first: Option<Ident> = None;
    let mut open: Vec<TokenStream> = vec![body.stream()];
    while let Some(stream) = open.pop() {
        let mut inner = Vec::new();
        let mut tokens = stream.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(word) if word == "fn" || word == "macro_rules" => return,
                TokenTree::Ident(word) if word == "self" && first.is_none() => {
                    // `self::path`
                    let path =
                        matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
                    first = (!path).then_some(word);
                }
                TokenTree::Ident(word) if word == "use" => skip_use(&mut tokens),
                TokenTree::Group(group) => inner.push(group.stream()),
                _ => {}
            }
        }
        // What is written first is looked at first.
        open.extend(inner.into_iter().rev());
    }
    if let Some(word) = first {
        let message = "`self` is not there in the body of a step";
        cx.push(
            word.span(),
            format!("{message}; end `{step}` with `;` instead and let the team implement it"),
        );
    }
}

/// `use path::{self, other};`
fn skip_use(tokens: &mut std::iter::Peekable<proc_macro2::token_stream::IntoIter>) {
    for token in tokens.by_ref() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => return,
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => return,
            _ => {}
        }
    }
}
