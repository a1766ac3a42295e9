//! How deep tokens are nested: `syn` reads types and expressions by recursion, and a stack ends somewhere.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// How many brackets, angles and prefixes may stand around a type.
const DEEPEST: usize = 20;

/// How many tokens a type or a path may have.
const LONGEST: usize = 300;

/// How many tokens of a type may belong to expressions, where almost every token can nest.
const LONGEST_EXPRESSION: usize = 30;

/// Whether reading these tokens might exhaust the stack.
pub(super) fn is_too_deep(tokens: &TokenStream) -> bool {
    let mut tally = Tally::default();
    tally.open.push((tokens.clone(), 0, false));
    while let Some((stream, depth, expression)) = tally.open.pop() {
        tally.add(stream, depth, expression);
        if tally.deepest > DEEPEST || tally.tokens > LONGEST || tally.expressions > LONGEST_EXPRESSION {
            return true;
        }
    }
    false
}

#[derive(Default)]
struct Tally {
    /// What is still to be looked at, how deep it is, and whether it belongs to an expression.
    open: Vec<(TokenStream, usize, bool)>,
    deepest: usize,
    tokens: usize,
    expressions: usize,
}

impl Tally {
    fn add(&mut self, stream: TokenStream, depth: usize, mut expression: bool) {
        let (mut angles, mut prefixes, mut arrow) = (0usize, 0usize, false);
        for token in stream {
            self.tokens += 1;
            self.expressions += usize::from(expression);
            let after_minus = std::mem::take(&mut arrow);
            match token {
                TokenTree::Group(group) => {
                    let code = expression || group.delimiter() == Delimiter::Brace;
                    self.open
                        .push((group.stream(), depth + angles + prefixes + 1, code));
                }
                TokenTree::Punct(punct) => match punct.as_char() {
                    '<' => angles += 1,
                    '>' if !after_minus => angles = angles.saturating_sub(1),
                    // `[T; length]`
                    ';' => expression = true,
                    ',' => prefixes = 0,
                    '-' => (arrow, prefixes) = (true, prefixes + 1),
                    '&' | '*' | '!' => prefixes += 1,
                    _ => {}
                },
                _ => {}
            }
            self.deepest = self.deepest.max(depth + angles + prefixes);
            if self.tokens > LONGEST {
                return;
            }
        }
    }
}
