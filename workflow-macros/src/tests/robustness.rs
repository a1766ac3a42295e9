//! Whatever is fed to the compiler: it does not panic, it points into the input, and it leaves nothing out in silence.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::prelude::*;

use super::compiled;
use crate::compile::workflow;
use crate::model::Model;
use crate::report::Errors;
use crate::scope::members;

const PLAN: &str = include_str!("plan.txt");

/// Compiles and expands what can be lexed, and checks what must hold for any input.
fn holds(input: &str) {
    if let Ok(tokens) = input.parse::<TokenStream>() {
        model_holds(input, &tokens);
        // Neither may the expansion panic, whatever is left.
        workflow(tokens);
    }
}

fn model_holds(input: &str, tokens: &TokenStream) {
    let (model, errors) = compiled(input);
    for error in errors.iter() {
        let (start, end) = (error.start.byte_range().start, error.end.byte_range().end);
        assert!(
            start < end || tokens.is_empty(),
            "no token is underlined by `{}` in:\n{input}",
            error.message
        );
        assert!(end <= input.len(), "`{}` points behind:\n{input}", error.message);
        assert!(error.message.contains("; "), "no remedy in `{}`", error.message);
        assert!(
            error
                .message
                .starts_with(|first: char| first == '`' || first.is_lowercase()),
            "{}",
            error.message
        );
        assert!(!error.message.ends_with('.'), "{}", error.message);
    }
    if let Some(model) = &model {
        is_consistent(model);
        is_complete(tokens, model, &errors);
    }
}

fn is_consistent(model: &Model) {
    assert!(
        model
            .steps()
            .map(|(_, step)| usize::from(step.index))
            .eq(0..model.steps().count())
    );
    assert!(
        model
            .phases
            .iter()
            .map(|phase| usize::from(phase.index))
            .eq(0..model.phases.len())
    );
    assert!(
        model
            .artifacts
            .iter()
            .map(|artifact| usize::from(artifact.index))
            .eq(0..model.artifacts.len())
    );
    for phase in &model.phases {
        let mut order: Vec<_> = phase
            .order
            .iter()
            .map(|&position| usize::from(position))
            .collect();
        order.sort_unstable();
        assert!(order.into_iter().eq(0..phase.steps.len()));
    }
}

/// A declaration without a mistake is in the model entire.
fn is_complete(tokens: &TokenStream, model: &Model, errors: &Errors) {
    if !errors.is_empty() {
        return;
    }
    let ast = crate::parse::parse(&mut Errors::default(), tokens.clone()).expect("it was read before");
    let takes =
        |ast: &crate::ast::Workflow| members(ast).map(|member| member.step.takes.len()).sum::<usize>();
    let yields =
        |ast: &crate::ast::Workflow| members(ast).filter(|member| member.step.yields.is_some()).count();
    assert_eq!(model.phases.len(), ast.phases.len());
    assert_eq!(model.steps().count(), members(&ast).count());
    assert_eq!(
        model.steps().map(|(_, step)| step.takes.len()).sum::<usize>(),
        takes(&ast)
    );
    assert_eq!(
        model.steps().filter(|(_, step)| step.yields.is_some()).count(),
        yields(&ast)
    );
    assert!(!model.phases.is_empty() && model.phases.iter().all(|phase| !phase.steps.is_empty()));
    assert!(model.artifacts.iter().all(|artifact| artifact.has_accessor()));
}

/// Words and signs that mean something in a declaration, and some that do not.
const WORDS: &[&str] = &[
    "workflow",
    "pub",
    "role",
    "phase",
    "parallel",
    "optional",
    "manual",
    "step",
    "gate",
    "A",
    "B",
    "Design",
    "Start",
    "a",
    "b",
    "x",
    "y",
    "brief",
    "Brief",
    "self",
    "type",
    "fn",
    "_",
    "r#type",
    "impl",
    "dyn",
    "str",
    "cx",
    "->",
    ":",
    "::",
    ";",
    ";",
    ",",
    "=",
    "=>",
    "#",
    "!",
    "&",
    "<",
    ">",
    "-",
    ".",
    "|",
    "'a",
    "3",
    "\"1s\"",
    "\"1s..2s\"",
    "#[by(A)]",
    "#[retry(attempts = 3)]",
    "#[timeout(\"1s\")]",
    "#[undo(x)]",
    "#[rework(to = A, max = 1)]",
    "#[check(a::b)]",
    "#[was(b)]",
    "#[cfg(x)]",
    "#[]",
    "#![x]",
    "/// Docs.\n",
    "//! Docs.\n",
    "step a",
    "gate g(x);",
    "step s(x) -> y: Y;",
    "phase P { step p(); }",
];

fn soup() -> impl Strategy<Value = String> {
    let word = prop::sample::select(WORDS).prop_map(str::to_owned);
    word.prop_recursive(4, 60, 12, |inner| {
        let delimiters = prop::sample::select(&[("{", "}"), ("{", "}"), ("(", ")"), ("[", "]")][..]);
        (delimiters, prop::collection::vec(inner, 0..12))
            .prop_map(|((open, close), inner)| format!("{open} {} {close}", inner.join(" ")))
    })
}

fn soups() -> impl Strategy<Value = String> {
    prop::collection::vec(soup(), 0..24).prop_map(|soups| soups.join(" "))
}

#[derive(Clone, Copy, Debug)]
enum Mutation {
    Drop,
    Duplicate,
    Swap,
    Open,
}

/// Does this to the `at`th token, counted through all groups.
fn mutated(tokens: TokenStream, at: &mut usize, mutation: Mutation) -> TokenStream {
    let mut result: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let here = *at == 0;
        *at = at.wrapping_sub(1);
        match (token, mutation) {
            (_, Mutation::Drop) if here => {}
            (token, Mutation::Duplicate) if here => result.extend([token.clone(), token]),
            (token, Mutation::Swap) if here => {
                result.extend(tokens.next());
                result.push(token);
            }
            // A group without its delimiters.
            (TokenTree::Group(group), Mutation::Open) if here => result.extend(group.stream()),
            (TokenTree::Group(group), mutation) if !here => {
                let inner = mutated(group.stream(), at, mutation);
                result.push(TokenTree::Group(Group::new(group.delimiter(), inner)));
            }
            (token, _) => result.push(token),
        }
    }
    result.into_iter().collect()
}

fn count(tokens: TokenStream) -> usize {
    let inner = |token| {
        if let TokenTree::Group(group) = token {
            count(group.stream())
        } else {
            0
        }
    };
    tokens.into_iter().map(|token| 1 + inner(token)).sum()
}

fn mutations() -> impl Strategy<Value = Vec<(usize, Mutation)>> {
    let mutation = prop::sample::select(
        &[
            Mutation::Drop,
            Mutation::Duplicate,
            Mutation::Swap,
            Mutation::Open,
        ][..],
    );
    prop::collection::vec((0..400usize, mutation), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn token_soup(input in soups()) {
        holds(&input);
    }

    #[test]
    fn token_soup_in_a_workflow(input in soups()) {
        holds(&format!("workflow Ship(brief: Brief) {{ {input} }}"));
    }

    #[test]
    fn token_soup_in_a_phase(input in soups()) {
        holds(&format!("workflow Ship(brief: Brief) {{ phase A {{ {input} }} phase B {{ step b(x); }} }}"));
    }

    #[test]
    fn a_plan_that_was_mistyped(mutations in mutations()) {
        let mut tokens: TokenStream = PLAN.parse().expect("the plan is lexed");
        for (at, mutation) in mutations {
            tokens = mutated(tokens, &mut { at }, mutation);
        }
        holds(&tokens.to_string());
    }

    #[test]
    fn a_plan_that_is_half_typed(end in 0..PLAN.len()) {
        // What the editor shows while one types: everything up to here, with the brackets closed.
        let typed = PLAN.get(..end).unwrap_or(PLAN);
        let mut closing = Vec::new();
        for char in typed.chars() {
            match char {
                '{' => closing.push('}'),
                '(' => closing.push(')'),
                '[' => closing.push(']'),
                '}' | ')' | ']' => drop(closing.pop()),
                _ => {}
            }
        }
        holds(&format!("{typed} {}", closing.iter().rev().collect::<String>()));
        holds(&format!("{typed}\n {}", closing.iter().rev().collect::<String>()));
    }
}

#[test]
fn every_single_token_dropped_doubled_or_swapped() {
    let plan: TokenStream = PLAN.parse().expect("the plan is lexed");
    for at in 0..count(plan.clone()) {
        holds(&mutated(plan.clone(), &mut { at }, Mutation::Drop).to_string());
        for mutation in [Mutation::Duplicate, Mutation::Swap, Mutation::Open] {
            let input = mutated(plan.clone(), &mut { at }, mutation).to_string();
            let tokens = input.parse().expect("what was printed is lexed");
            model_holds(&input, &tokens);
        }
    }
}

#[test]
fn deep_expressions_in_types() {
    for depth in [5, 15, 30, 100] {
        for each in [
            "!",
            "-",
            "|x| ",
            "x.y(",
            "if x { y } else ",
            "&mut ",
            "return ",
            "x as ",
        ] {
            let code = format!(
                "{}z{}",
                each.repeat(depth),
                ")".repeat(depth * each.matches('(').count())
            );
            holds(&format!(
                "workflow W {{ phase A {{ step a() -> x: M<{{ {code} }}>; step b() -> y: [u8; {code}]; }} }}"
            ));
            holds(&format!(
                "workflow W {{ phase A {{ #[check(a::<{{ {code} }}>)] step a() -> x: X; }} }}"
            ));
        }
    }
}

#[test]
fn deep_input() {
    let deep =
        |open: &str, close: &str, depth: usize| format!("{}X{}", open.repeat(depth), close.repeat(depth));
    for depth in [9, 30, 90, 3_000] {
        for (open, close) in [
            ("Vec<", ">"),
            ("(", ")"),
            ("[", "]"),
            ("&", ""),
            ("*const ", ""),
            ("fn() -> ", ""),
            ("<A as B<", ">>::C"),
        ] {
            holds(&format!(
                "workflow W {{ phase A {{ step a() -> x: {}; }} }}",
                deep(open, close, depth)
            ));
        }
        for (open, close) in [("(", ")"), ("{", "}"), ("[", "]")] {
            let deep = deep(open, close, depth);
            holds(&deep);
            holds(&format!("workflow W {{ {deep} }}"));
            holds(&format!("workflow W {{ phase A {{ {deep} }} }}"));
            holds(&format!(
                "workflow W {{ phase A {{ step a({deep}); step b() {{ {deep} }} step c() = {deep}; }} }}"
            ));
            for attribute in ["doc = ", "by", "timeout", "check", "retry(attempts = ", "x"] {
                let close = if attribute.contains('(') { ")" } else { "" };
                holds(&format!(
                    "workflow W {{ phase A {{ #[{attribute} ({deep}){close}] step a() -> x: X; }} }}"
                ));
            }
        }
        holds(&format!(
            "workflow W {{ phase A {{ #[check({})] step a() -> x: X; }} }}",
            deep("a::<", ">", depth)
        ));
        holds(&format!(
            "workflow W {{ {} }}",
            "phase A {".repeat(depth) + &"}".repeat(depth)
        ));
    }
}

#[test]
fn long_input() {
    let many = |count: usize, each: &dyn Fn(usize) -> String| (0..count).map(each).collect::<String>();
    let chain = many(1_000, &|n| format!("step s{}(a{n}) -> a{}: A;", n + 1, n + 1));
    holds(&format!("workflow W(a0: A) {{ phase A {{ {chain} }} }}"));
    holds(&format!("workflow W(a0: A) {{ parallel phase A {{ {chain} }} }}"));
    let backwards = many(1_000, &|n| format!("step s{n}(a{}) -> a{n}: A;", n + 1));
    holds(&format!("workflow W {{ parallel phase A {{ {backwards} }} }}"));
    // What the phases become grows with their square.
    let phases = many(200, &|n| format!("phase P{n} {{ step a(); }}"));
    holds(&format!("workflow W {{ {phases} }}"));
    let inputs = many(1_000, &|n| format!("a{n}: A,"));
    holds(&format!("workflow W({inputs}) {{ phase A {{ step a(); }} }}"));
    let takes = many(3_000, &|n| format!("a{n},"));
    holds(&format!("workflow W {{ phase A {{ step a({takes}); }} }}"));
    let arguments = "A,".repeat(3_000);
    holds(&format!(
        "workflow W {{ phase A {{ step a() -> x: T<{arguments}>; }} }}"
    ));
    holds(&format!(
        "workflow W {{ phase {} {{ step a(); }} }}",
        "A".repeat(10_000)
    ));
    holds(&format!(
        "workflow W {{ phase A {{ {} }} }}",
        "step ".repeat(3_000)
    ));
    holds(&format!("workflow W {{ {} }}", "phase ".repeat(3_000)));
    holds(&"# ".repeat(3_000));
}

#[test]
fn more_steps_than_can_be_counted() {
    let steps: String = (0..65_536).map(|n| format!("step s{n}();")).collect();
    let input = format!("workflow Ship {{ phase A {{ {steps} }} }}");
    let (model, errors) = compiled(&input);
    let found = super::reported(&input, &errors);
    let message = "a workflow has at most 65535 steps; split it from `s65535` on";
    assert_eq!(found, [("s65535".to_owned(), message.to_owned())]);
    assert_eq!(model.expect("it has a name").steps().count(), 65_535);
}

#[test]
fn groups_without_delimiters() {
    let none = |inner: TokenStream| TokenStream::from(TokenTree::Group(Group::new(Delimiter::None, inner)));
    let mut tokens = TokenStream::new();
    for _ in 0..2_000 {
        tokens = none(tokens);
    }
    let (model, errors) =
        crate::compile::compile(quote::quote!(#tokens workflow Ship { phase A { #tokens } #tokens }));
    assert!(model.is_some());
    assert_eq!(errors.count(), 1);
}
