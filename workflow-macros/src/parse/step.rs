//! The members of a phase: steps and gates.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use super::cursor::Cursor;
use super::once::Once;
use super::{attribute, kw, types};
use crate::ast::{Attributes, Kind, Lost, Step, Work, Written, Yields};
use crate::names;
use crate::nearest::{did_you_mean, nearest};
use crate::report::Errors;

/// Reads the members between the braces of a phase. Also says whether something could not be read.
pub(super) fn read_all(cx: &mut Errors, lost: &mut Lost, body: &Group) -> (Vec<Step>, bool) {
    let mut tokens = Cursor::inside(body);
    let mut steps = Vec::new();
    let mut broken = false;
    while !tokens.at_end() {
        let before = cx.count();
        let attributes = attribute::read_all(cx, &mut tokens);
        if tokens.at_end() {
            attribute::refuse_dangling(cx, &attributes);
        } else if let Some(step) = read(cx, lost, &mut tokens, attributes) {
            steps.push(step);
        }
        broken |= cx.count() > before;
    }
    (steps, broken)
}

/// Reads one member. None if it has no name, or if there is none at all; at least one token is taken.
pub(super) fn read(
    cx: &mut Errors,
    lost: &mut Lost,
    tokens: &mut Cursor,
    attributes: Attributes,
) -> Option<Step> {
    let mut once = Once::new(cx);
    let Some(Keyword { manual, kind }) = keyword(&mut once, lost, tokens) else {
        skip(lost, tokens);
        return None;
    };
    let Some(name) = name(&mut once, tokens, kind) else {
        lost.anything = true;
        skip(lost, tokens);
        return None;
    };
    let takes = takes(&mut once, tokens, kind, &name);
    let yields = yields(&mut once, lost, tokens, kind, &name);
    let work = work(&mut once, lost, tokens, kind, &name);
    let broken = once.broken();
    Some(Step {
        attributes,
        manual,
        kind,
        name,
        takes,
        yields,
        work,
        broken,
    })
}

struct Keyword {
    manual: Option<Span>,
    kind: Kind,
}

/// `manual? (step | gate)`, and what is written instead.
fn keyword(once: &mut Once<'_>, lost: &mut Lost, tokens: &mut Cursor) -> Option<Keyword> {
    let mut manual = None;
    while let Some(word) = tokens.word_at(0) {
        let at = tokens.here();
        match word.as_str() {
            kw::STEP | kw::GATE => {
                tokens.next();
                let kind = if word == kw::STEP { Kind::Step } else { Kind::Gate };
                return Some(Keyword { manual, kind });
            }
            kw::MANUAL => {
                tokens.next();
                if manual.replace(at).is_some() {
                    once.push(at, "`manual` stands twice; remove one");
                }
            }
            kw::PARALLEL | kw::OPTIONAL if !tokens.group_at(1, Delimiter::Brace) && word_follows(tokens) => {
                tokens.next();
                tokens.take_group(Delimiter::Parenthesis);
                once.push(
                    at,
                    format!("`{word}` is about a whole phase; write it before `phase`, or remove it"),
                );
            }
            kw::PHASE | kw::ROLE => {
                let message = match word.as_str() {
                    kw::ROLE => "a role is declared for the whole workflow; move it before the phases",
                    _ => "a phase cannot stand in a phase; close the one around it first",
                };
                once.push(at, message);
                tokens.next();
                return None;
            }
            "pub" | "async" | "unsafe" | "const" | "extern"
                if word_follows(tokens) || tokens.group_at(1, Delimiter::Parenthesis) =>
            {
                tokens.next();
                tokens.take_group(Delimiter::Parenthesis);
                once.push(at, format!("a step has no `{word}` of its own; remove it"));
            }
            _ => return instead_of_keyword(once, lost, tokens, manual, &word),
        }
    }
    let (at, found) = (tokens.here(), tokens.found());
    match manual {
        Some(manual) => {
            lost.anything = true;
            once.push(
                manual,
                "`manual` stands before nothing; write `step` or `gate` after it",
            );
        }
        None => once.push(at, format!("expected `step` or `gate`, found {found}; remove it")),
    }
    None
}

/// Whether the next token but one is a word.
fn word_follows(tokens: &mut Cursor) -> bool {
    tokens.word_at(1).is_some() || tokens.group_at(1, Delimiter::Parenthesis) && tokens.word_at(2).is_some()
}

/// A word that is none of ours where `step` or `gate` should stand.
fn instead_of_keyword(
    once: &mut Once<'_>,
    lost: &mut Lost,
    tokens: &mut Cursor,
    manual: Option<Span>,
    word: &str,
) -> Option<Keyword> {
    let at = tokens.here();
    // `define_resources(brief)`: only the keyword is missing.
    if tokens.group_at(1, Delimiter::Parenthesis) && !names::is_keyword(word) {
        once.push(
            at,
            format!("`{word}` lacks its keyword; write `step {word}(..)`, or `gate {word}(..)` if it judges"),
        );
        return Some(Keyword {
            manual,
            kind: Kind::Step,
        });
    }
    if tokens.word_at(1).is_some() {
        tokens.next();
        let meant = nearest(word, kw::IN_PHASE.iter().copied());
        let remedy = match (meant, word) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, "fn") => "write `step name(takes) -> made: Type;`".to_owned(),
            (None, _) => "a member of a phase begins with `step`, `gate` or `manual`".to_owned(),
        };
        once.push(at, format!("unknown word `{word}`; {remedy}"));
        return match meant {
            Some(kw::MANUAL) => keyword(once, lost, tokens).map(|keyword| Keyword {
                manual: Some(at),
                ..keyword
            }),
            Some(kw::GATE) => Some(Keyword {
                manual,
                kind: Kind::Gate,
            }),
            _ if tokens.group_at(1, Delimiter::Parenthesis) => Some(Keyword {
                manual,
                kind: Kind::Step,
            }),
            _ => None,
        };
    }
    let remedy = did_you_mean(word, kw::IN_PHASE.iter().copied(), || {
        "write `step name(takes) -> made: Type;`".to_owned()
    });
    once.push(at, format!("expected `step` or `gate`, found `{word}`; {remedy}"));
    tokens.next();
    lost.anything = true;
    None
}

fn name(once: &mut Once<'_>, tokens: &mut Cursor, kind: Kind) -> Option<Ident> {
    let word = kind.word();
    // `step manual sign_off(..)`
    if tokens.at_word(kw::MANUAL) && tokens.word_at(1).is_some() && tokens.group_at(2, Delimiter::Parenthesis)
    {
        let at = tokens.here();
        once.push(
            at,
            format!("`manual` stands before `{word}`; write `manual {word}`"),
        );
        tokens.next();
    } else if tokens.at_member() {
        once.push(
            tokens.last(),
            format!("this {word} has no name; write `{word} name(takes)`"),
        );
        return None;
    }
    if let Some(name) = tokens.take_ident() {
        return Some(name);
    }
    if tokens.at_end() {
        once.push(
            tokens.last(),
            format!("this {word} has no name; write `{word} name(takes)`"),
        );
    } else {
        let (at, found) = (tokens.here(), tokens.found());
        once.push(
            at,
            format!("expected the name of the {word}, found {found}; write `{word} name(takes)`"),
        );
    }
    None
}

/// `(taken, ..)`
fn takes(once: &mut Once<'_>, tokens: &mut Cursor, kind: Kind, name: &Ident) -> Vec<Ident> {
    if tokens.at_punct('<') {
        let at = tokens.here();
        once.push(
            at,
            format!("a {} has no generic parameters; remove them", kind.word()),
        );
        while !tokens.at_end()
            && !tokens.at_punct(';')
            && !tokens.at_member()
            && !tokens.group_at(0, Delimiter::Parenthesis)
        {
            tokens.next();
        }
    }
    let Some(group) = tokens.take_group(Delimiter::Parenthesis) else {
        once.push(
            name.span(),
            format!("`{name}` does not say what it takes; write `{name}(..)`, or `{name}()` for nothing"),
        );
        return Vec::new();
    };
    artifact_names(once, &group)
}

/// The names of artifacts between parentheses.
pub(super) fn artifact_names(once: &mut Once<'_>, group: &Group) -> Vec<Ident> {
    let mut tokens = Cursor::inside(group);
    let mut names = Vec::new();
    while !tokens.at_end() {
        let (at, found) = (tokens.here(), tokens.found());
        if let Some(name) = tokens.take_ident() {
            if matches!(name.to_string().as_str(), "mut" | "ref") && tokens.word_at(0).is_some() {
                once.push(
                    at,
                    format!("an artifact is taken by its name alone; remove {found}"),
                );
                continue;
            }
            names.push(name);
            after_name(once, &mut tokens);
        } else {
            let message = match tokens.at_punct('&') {
                true => "an artifact is taken by its name alone; remove `&`".to_owned(),
                false => format!("expected the name of an artifact, found {found}; remove it"),
            };
            once.push(at, message);
            tokens.next();
        }
    }
    names
}

/// A comma or the end.
fn after_name(once: &mut Once<'_>, tokens: &mut Cursor) {
    if tokens.at_end() || tokens.take_punct(',').is_some() {
        return;
    }
    let (at, found) = (tokens.here(), tokens.found());
    if tokens.at_punct(':') {
        once.push(
            at,
            "the type of an artifact is written where it is made; remove it here",
        );
        // The type may hold commas of its own, which are none of ours.
        let mut angles = 0usize;
        while !tokens.at_end() && !(angles == 0 && tokens.at_punct(',')) {
            angles = match (tokens.at_punct('<'), tokens.at_punct('>')) {
                (true, _) => angles + 1,
                (_, true) => angles.saturating_sub(1),
                _ => angles,
            };
            tokens.next();
        }
        tokens.take_punct(',');
    } else if tokens.word_at(0).is_some() {
        once.push(
            at,
            format!("expected `,` before {found}; separate what is taken by commas"),
        );
    } else {
        once.push(
            at,
            format!("unexpected {found}; artifacts are taken by name, separated by commas"),
        );
        tokens.next();
        tokens.take_punct(',');
    }
}

/// `-> made: Type`
fn yields(
    once: &mut Once<'_>,
    lost: &mut Lost,
    tokens: &mut Cursor,
    kind: Kind,
    step: &Ident,
) -> Option<Yields> {
    if tokens.at_punct(':') {
        once.push(
            tokens.here(),
            format!("what `{step}` yields stands after an arrow; write `-> name: Type`"),
        );
        lost.anything = true;
        return None;
    }
    let fat = tokens.at_punct('=') && tokens.followed_by('>');
    if !tokens.at_arrow() && !fat {
        return None;
    }
    let start = tokens.here();
    tokens.next();
    let arrow = (start, tokens.here());
    tokens.next();
    if fat {
        once.push_range(
            arrow.0,
            arrow.1,
            "unexpected `=>`; write `->` before what a step yields",
        );
    }
    if kind == Kind::Gate {
        once.push_range(
            arrow.0,
            arrow.1,
            "a gate yields its verdict and no artifact; write `step`, or remove `->` and what follows",
        );
    }
    let at = tokens.here();
    let unnamed = tokens.at_member() || tokens.word_at(0).is_none() || starts_type(tokens);
    if unnamed {
        match tokens.at_end()
            || tokens.at_member()
            || tokens.at_punct(';')
            || tokens.group_at(0, Delimiter::Brace)
        {
            true => once.push_range(
                arrow.0,
                arrow.1,
                format!("`{step}` yields nothing yet; write `-> name: Type`, or remove `->`"),
            ),
            false => once.push(
                at,
                format!("what `{step}` yields has no name; write `-> name: Type`"),
            ),
        }
        lost.anything = true;
        // The type itself must not be taken for what follows it.
        let _ = types::read(tokens);
        return None;
    }
    let name = tokens.take_ident()?;
    let ty = match tokens.take_punct(':') {
        None => Written::Absent,
        Some(_) => types::read(tokens).unwrap_or_else(|((start, end, message), ty)| {
            once.push_range(start, end, message);
            ty
        }),
    };
    if tokens.at_punct(',') {
        once.push(
            tokens.here(),
            format!("`{step}` yields at most one artifact; put them into one type"),
        );
    }
    Some(Yields { name, ty })
}

/// Whether what stands after an arrow is a type without a name before it.
fn starts_type(tokens: &mut Cursor) -> bool {
    let upper = tokens
        .word_at(0)
        .is_some_and(|word| word.starts_with(char::is_uppercase));
    let path = tokens.punct_at(1, '<')
        || tokens.punct_at(1, ':') && tokens.punct_at(2, ':')
        || tokens.punct_at(1, '!');
    path || upper && !tokens.punct_at(1, ':')
}

/// `;`, a body or a bound expression.
fn work(once: &mut Once<'_>, lost: &mut Lost, tokens: &mut Cursor, kind: Kind, name: &Ident) -> Work {
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
fn skip(lost: &mut Lost, tokens: &mut Cursor) -> Work {
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
