//! Every identifier that the expansion makes up, and the names that are therefore taken.
//!
//! A generated identifier carries the span of the user's name it is made from.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use quote::format_ident;

/// Items of the generated module beside those that are called after a phase; refused as names of phases.
pub(crate) const RESERVED_ITEMS: &[&str] = &[
    "Start",
    "Done",
    "Run",
    "Undo",
    "Undone",
    "Steps",
    "Position",
    "Artifacts",
    "Halted",
    "Phase",
    "State",
    "Bodies",
    "CanRun",
    "IntoTeam",
    // Generic parameters of what enters a phase, which is bounded by it.
    "S",
    "T",
];

/// Modules of the generated module.
pub(crate) const MODULES: &[&str] = &[
    "after", "past", "hand_in", "next", "methods", "undos", "types", "private", "sealed", "rt",
];

/// Generic parameters of the generated items.
pub(crate) const GENERICS: &[&str] = &["S", "T", "P", "At", "Next", "Wanted"];

/// Methods and functions of a run, refused as phases once written in snake_case.
pub(crate) const RESERVED_METHODS: &[&str] = &[
    "start",
    "run",
    "resume",
    "undo",
    "artifacts",
    "id",
    "cancel",
    "into_future",
    "at",
    "left",
    "main",
    "main_without_team",
];

/// Methods of an entered phase, refused as steps.
pub(crate) const RESERVED_STEPS: &[&str] = &["into_future", "entered"];

/// Modules that a workflow must not be called like.
pub(crate) const RESERVED_MODULES: &[&str] = &["std", "core", "alloc", "workflow_runtime"];

/// The method that waives an optional phase.
pub(crate) const WAIVE: &str = "waive";

/// The context of a step.
pub(crate) const CX: &str = "cx";

/// The module of a workflow, as text.
pub(crate) fn module(workflow: &Ident) -> String {
    let name = workflow.to_string();
    snake_case(name.strip_prefix("r#").unwrap_or(&name))
}

/// The method of a run that enters a phase, and the module that holds what belongs to its steps.
pub(crate) fn method(phase: &Ident) -> Ident {
    Ident::new(&snake_case(&phase.to_string()), phase.span())
}

/// The same as text, also where it is no identifier.
pub(crate) fn method_text(phase: &Ident) -> String {
    snake_case(&phase.to_string())
}

/// The method of a run that waives a phase.
pub(crate) fn skip(phase: &Ident) -> Ident {
    format_ident!("skip_{}", snake_case(&phase.to_string()), span = phase.span())
}

/// A phase that was entered.
pub(crate) fn phase(phase: &Ident) -> Ident {
    format_ident!("{phase}Phase", span = phase.span())
}

/// What a phase that can send back yields.
pub(crate) fn outcome(phase: &Ident) -> Ident {
    format_ident!("{phase}Outcome", span = phase.span())
}

/// The variant of an outcome that was sent back.
pub(crate) fn back_to(phase: &Ident) -> Ident {
    format_ident!("BackTo{phase}", span = phase.span())
}

/// The variant of a position.
pub(crate) fn after(phase: &Ident) -> Ident {
    format_ident!("After{phase}", span = phase.span())
}

/// The trait of the states from which a phase may start.
pub(crate) fn can_start(phase: &Ident) -> Ident {
    format_ident!("CanStart{phase}", span = phase.span())
}

/// A trait over the states of one block of phases.
pub(crate) fn block(at: usize) -> Ident {
    // Lower case, so that no phase is called the same.
    format_ident!("block_{at}")
}

/// A name that holds both a phase and one of its steps, for functions that stand side by side for all phases.
pub(crate) fn joined(phase: &Ident, step: &Ident) -> Ident {
    // Two underscores cannot stand in the name of a step, so no two pairs give the same.
    format_ident!("{}__{}", snake_case(&phase.to_string()), step, span = step.span())
}

/// `ApiDesign` and `APIDesign` as `api_design`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut before: Option<char> = None;
    let mut chars = name.chars().peekable();
    while let Some(char) = chars.next() {
        let starts_word = char.is_uppercase()
            && before.is_some_and(|before| {
                before != '_'
                    && (!before.is_uppercase() || chars.peek().is_some_and(|next| next.is_lowercase()))
            });
        if starts_word {
            snake.push('_');
        }
        snake.extend(char.to_lowercase());
        before = Some(char);
    }
    snake
}

/// `api_design` as `ApiDesign`.
pub(crate) fn camel_case(name: &str) -> String {
    name.split('_')
        .filter(|word| !word.is_empty())
        .map(capitalized)
        .collect()
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// Whether Rust keeps the word for itself, in any edition.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "Self",
    "static", "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield", "_",
];

/// Tokens as a person would write them: `Vec<(String, u8)>`.
pub(crate) fn spell(tokens: TokenStream) -> String {
    let mut text = String::new();
    spell_into(&mut text, tokens, 0);
    text.trim_end().to_owned()
}

fn spell_into(text: &mut String, tokens: TokenStream, depth: usize) {
    // Types deeper than this are refused; the rest of a broken one need not be spelt.
    if depth > 100 {
        return;
    }
    let mut word_before = false;
    let mut minus_before = false;
    for token in tokens {
        let minus = std::mem::take(&mut minus_before);
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                spell_into(text, group.stream(), depth + 1);
                text.push_str(close);
                word_before = true;
            }
            TokenTree::Punct(punct) => {
                let char = punct.as_char();
                match char {
                    '-' if !word_before => text.push('-'),
                    '-' | '+' | '=' | '|' => text.extend([' ', char]),
                    _ => text.push(char),
                }
                minus_before = char == '-' && punct.spacing() == Spacing::Joint;
                if matches!(char, ',' | ';' | '+' | '=' | '|') || (char == '>' && minus) {
                    text.push(' ');
                }
                word_before = char == '>' && !minus;
                // `: ` in a bound, `::` in a path.
                if char == ':' && punct.spacing() == Spacing::Alone && !text.ends_with("::") {
                    text.push(' ');
                }
            }
            word => {
                if word_before && !text.ends_with([' ', '\'']) {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
                word_before = true;
            }
        }
    }
}
