//! What follows the signature of a member, and how what cannot be read is passed over.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};

use super::cursor::Cursor;
use super::once::Once;
use crate::ast::{Kind, Lost, Work};

/// `;`, a body or a bound expression.
pub(super) fn read(
    once: &mut Once<'_>,
    lost: &mut Lost,
    tokens: &mut Cursor,
    kind: Kind,
    name: &Ident,
) -> Work {
    if let Some(body) = tokens.take_group(Delimiter::Brace) {
        if tokens.at_arrow() || tokens.at_punct('=') {
            let (at, found) = (tokens.here(), tokens.found());
            once.push(
                at,
                format!(
                    "unexpected {found} after a body, which comes last; move it before the body or remove it"
                ),
            );
            skip(lost, tokens);
        }
        tokens.take_punct(';');
        return Work::Body(body);
    }
    if tokens.at_punct('=') && tokens.followed_by('=') {
        once.push(
            tokens.here(),
            "unexpected `==`; write one `=` before what a step is bound to",
        );
        tokens.next();
    }
    if let Some(eq) = tokens.take_punct('=') {
        return bound(once, tokens, name, eq);
    }
    if tokens.take_punct(';').is_some() {
        return Work::None;
    }
    let last = tokens.last();
    if tokens.at_end() || tokens.at_member() {
        once.push(last, format!("{} `{name}` is not ended; add `;`", kind.word()));
        return Work::None;
    }
    let (at, found) = (tokens.here(), tokens.found());
    once.push(
        at,
        format!(
            "unexpected {found} in {} `{name}`; end it with `;`, a body or `= expression;`",
            kind.word()
        ),
    );
    skip(lost, tokens)
}

/// The tokens of an expression, up to its `;`.
fn bound(once: &mut Once<'_>, tokens: &mut Cursor, name: &Ident, eq: Span) -> Work {
    let mut expression: Vec<TokenTree> = Vec::new();
    // An attribute is the start of a member here as everywhere: none begins an expression that yields a step.
    while tokens.at_fragment() || !tokens.at_end() && !tokens.at_punct(';') && !tokens.at_member() {
        expression.extend(tokens.next_as_is());
    }
    let ended = tokens.take_punct(';').is_some();
    if expression.is_empty() {
        once.push(
            eq,
            format!("`{name}` is bound to nothing; write a step after `=`, as in `= lint::Clippy::new();`"),
        );
        return Work::None;
    }
    if !ended {
        once.push(
            tokens.last(),
            format!("what `{name}` is bound to is not ended; add `;`"),
        );
    }
    Work::Bound {
        eq,
        expression: expression.into_iter().collect::<TokenStream>(),
    }
}

/// Passes over what cannot be read, to the end of the member. A brace group on the way is its body.
pub(super) fn skip(lost: &mut Lost, tokens: &mut Cursor) -> Work {
    while !tokens.at_member() {
        if tokens.take_punct(';').is_some() {
            break;
        }
        match tokens.next() {
            None => break,
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                lost.pass_over(TokenTree::Group(group.clone()));
                tokens.take_punct(';');
                return Work::Body(group);
            }
            Some(token) => lost.pass_over(token),
        }
    }
    Work::None
}

impl Lost {
    /// Notes the names in a token that is passed over.
    pub(super) fn pass_over(&mut self, token: TokenTree) {
        let mut open = vec![TokenStream::from(token)];
        while let Some(stream) = open.pop() {
            for token in stream {
                match token {
                    TokenTree::Ident(ident) => {
                        self.names.insert(ident.to_string());
                    }
                    TokenTree::Group(group) => open.push(group.stream()),
                    _ => {}
                }
            }
        }
    }
}
