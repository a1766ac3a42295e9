//! A place in a list of tokens, with as much looking ahead as one likes.

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};

use super::kw;
use crate::names;

pub(super) struct Cursor {
    tokens: Vec<TokenTree>,
    position: usize,
    /// The end of the token taken last; what the tokens stand in, before any is taken.
    last: Span,
}

impl Cursor {
    /// `outside` is what an error points at when there is no token at all.
    pub(super) fn new(tokens: TokenStream, outside: Span) -> Self {
        Cursor {
            tokens: tokens.into_iter().collect(),
            position: 0,
            last: outside,
        }
    }

    /// What stands between the delimiters of a group.
    pub(super) fn inside(group: &Group) -> Self {
        Cursor::new(group.stream(), group.span_open())
    }

    pub(super) fn peek(&mut self) -> Option<&TokenTree> {
        self.peek_nth(0)
    }

    pub(super) fn peek_nth(&mut self, nth: usize) -> Option<&TokenTree> {
        // A `macro_rules` fragment comes wrapped in a group without delimiters: look through it.
        for at in self.position..=self.position + nth {
            while let Some(TokenTree::Group(group)) = self.tokens.get(at) {
                if group.delimiter() != Delimiter::None {
                    break;
                }
                let inner = group.stream();
                self.tokens.splice(at..=at, inner);
            }
        }
        self.tokens.get(self.position + nth)
    }

    pub(super) fn next(&mut self) -> Option<TokenTree> {
        self.peek();
        self.next_as_is()
    }

    /// The next token without looking through a group that has no delimiters, so that an expression keeps its
    /// precedence.
    pub(super) fn next_as_is(&mut self) -> Option<TokenTree> {
        let token = self.tokens.get(self.position).cloned()?;
        self.position += 1;
        self.last = end_of(&token);
        Some(token)
    }

    /// Whether a `macro_rules` fragment is next.
    pub(super) fn at_fragment(&self) -> bool {
        matches!(self.tokens.get(self.position), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None)
    }

    /// Whether this sign follows right after the next token, which leaves a fragment there as it is.
    pub(super) fn followed_by(&self, char: char) -> bool {
        matches!(self.tokens.get(self.position + 1), Some(TokenTree::Punct(punct)) if punct.as_char() == char)
    }

    pub(super) fn at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// The span of the next token, or of the last one at the end.
    pub(super) fn here(&mut self) -> Span {
        let last = self.last;
        self.peek().map_or(last, start_of)
    }

    /// The span of the token taken last, of a group its closing delimiter.
    pub(super) fn last(&self) -> Span {
        self.last
    }

    /// What the next token is, in backticks.
    pub(super) fn found(&mut self) -> String {
        if self.at_arrow() {
            return "`->`".to_owned();
        }
        self.peek().map_or_else(|| "nothing".to_owned(), describe)
    }

    pub(super) fn word_at(&mut self, nth: usize) -> Option<String> {
        match self.peek_nth(nth) {
            Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
            _ => None,
        }
    }

    pub(super) fn at_word(&mut self, word: &str) -> bool {
        matches!(self.peek(), Some(TokenTree::Ident(ident)) if ident == word)
    }

    pub(super) fn at_punct(&mut self, char: char) -> bool {
        self.punct_at(0, char)
    }

    pub(super) fn punct_at(&mut self, nth: usize, char: char) -> bool {
        matches!(self.peek_nth(nth), Some(TokenTree::Punct(punct)) if punct.as_char() == char)
    }

    pub(super) fn group_at(&mut self, nth: usize, delimiter: Delimiter) -> bool {
        matches!(self.peek_nth(nth), Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
    }

    pub(super) fn at_arrow(&mut self) -> bool {
        self.punct_at(0, '-') && self.punct_at(1, '>')
    }

    /// Takes the word if it is next.
    pub(super) fn take_word(&mut self, word: &str) -> Option<Span> {
        if self.at_word(word) {
            self.next().map(|token| token.span())
        } else {
            None
        }
    }

    pub(super) fn take_punct(&mut self, char: char) -> Option<Span> {
        if self.at_punct(char) {
            self.next().map(|token| token.span())
        } else {
            None
        }
    }

    pub(super) fn take_group(&mut self, delimiter: Delimiter) -> Option<Group> {
        if !self.group_at(0, delimiter) {
            return None;
        }
        match self.next() {
            Some(TokenTree::Group(group)) => Some(group),
            _ => None,
        }
    }

    /// Takes the next token if it is an identifier, a keyword of Rust included.
    pub(super) fn take_ident(&mut self) -> Option<Ident> {
        self.word_at(0)?;
        match self.next() {
            Some(TokenTree::Ident(ident)) => Some(ident),
            _ => None,
        }
    }

    /// Whether an identifier that is no keyword of Rust stands there.
    fn name_at(&mut self, nth: usize) -> bool {
        self.word_at(nth).is_some_and(|word| !names::is_keyword(&word))
    }

    /// Whether `name:` stands here, as of an input, and no path.
    pub(super) fn at_declared_name(&mut self) -> bool {
        self.name_at(0) && self.punct_at(1, ':') && !self.path_sign_at(1)
    }

    /// Whether `::` stands there. In `name: ::path`, the first colon is no part of it.
    pub(super) fn path_sign_at(&mut self, nth: usize) -> bool {
        let joint =
            |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint);
        self.punct_at(nth, ':') && self.punct_at(nth + 1, ':') && self.peek_nth(nth).is_some_and(joint)
    }

    fn at_attribute(&mut self) -> bool {
        self.at_punct('#') && self.group_at(1, Delimiter::Bracket)
    }

    /// Whether a member of a phase starts here. To be asked before a name or a type is read, or what is half typed
    /// swallows the next member.
    pub(super) fn at_member(&mut self) -> bool {
        self.at_attribute() || (kw::IN_PHASE.iter().any(|word| self.at_word(word)) && self.name_at(1))
    }

    /// Whether an item of a workflow starts here.
    pub(super) fn at_item(&mut self) -> bool {
        if self.at_attribute() {
            return true;
        }
        let Some(word) = self.word_at(0) else {
            return false;
        };
        match word.as_str() {
            kw::OPTIONAL => self.name_at(1) || self.group_at(1, Delimiter::Parenthesis),
            word => kw::IN_WORKFLOW.contains(&word) && self.name_at(1),
        }
    }
}

/// A token as an error names it.
pub(super) fn describe(token: &TokenTree) -> String {
    match token {
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Parenthesis => "`(`".to_owned(),
            Delimiter::Brace => "`{`".to_owned(),
            Delimiter::Bracket => "`[`".to_owned(),
            Delimiter::None => "nothing".to_owned(),
        },
        token => format!("`{token}`"),
    }
}

/// Where a token ends: of a group its closing delimiter only.
fn end_of(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) if group.delimiter() != Delimiter::None => group.span_close(),
        token => token.span(),
    }
}

/// Where a token starts: of a group its opening delimiter only.
pub(super) fn start_of(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) if group.delimiter() != Delimiter::None => group.span_open(),
        token => token.span(),
    }
}
