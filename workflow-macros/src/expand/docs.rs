//! What rustdoc says of generated items: the user's own words first, then which part of the plan it is.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Model, Phase, Step, Take};

/// One generated line.
pub(super) fn line(text: &str) -> TokenStream {
    quote!(#[doc = #text])
}

/// The workflow's docs on its module.
pub(super) fn module(model: &Model) -> TokenStream {
    let own = &model.docs.attributes;
    let rest = format!(" The workflow `{}`: {}.", model.name, model.phase_order());
    after_own(own, &rest)
}

/// The workflow's docs on its type.
pub(super) fn run(model: &Model) -> TokenStream {
    let own = &model.docs.attributes;
    let rest = format!(
        " A run of the workflow `{}` at state `S`, the phase that it last completed: {}.",
        model.name,
        model.phase_order()
    );
    after_own(own, &rest)
}

/// The phase's docs on its trait.
pub(super) fn team(model: &Model, phase: &Phase) -> TokenStream {
    let rest = format!(
        " Phase `{}` of workflow `{}`: a type that implements it can do the phase.",
        phase.name, model.name
    );
    after_own(&phase.docs.attributes, &rest)
}

/// The phase's docs on the method that enters it.
pub(super) fn enter(phase: &Phase) -> TokenStream {
    let steps: Vec<_> = phase.by_step().map(|step| format!("`{}`", step.name)).collect();
    let rest = format!(
        " Enters phase `{}`: await it to do the whole phase, or drive it step by step ({}).",
        phase.name,
        steps.join(", ")
    );
    after_own(&phase.docs.attributes, &rest)
}

/// The step's docs wherever it is a method or function.
pub(super) fn step(phase: &Phase, step: &Step) -> TokenStream {
    let manual = if step.manual { "Manual " } else { "" };
    let kind = match (step.is_gate(), step.manual) {
        (true, false) => "Gate",
        (true, true) => "gate",
        (false, false) => "Step",
        (false, true) => "step",
    };
    let takes = match step.takes.as_slice() {
        [] => "takes nothing".to_owned(),
        takes => format!("takes {}", artifacts(takes)),
    };
    let makes = match step.made() {
        Some(artifact) => format!("makes `{}: {}`", artifact.name, artifact.type_text()),
        None if step.is_gate() => "gives a verdict".to_owned(),
        None => "makes nothing".to_owned(),
    };
    let rest = format!(
        " {manual}{kind} `{}` of phase `{}`: {takes}, {makes}.",
        step.name, phase.name
    );
    after_own(&step.docs.attributes, &rest)
}

/// `` `a`, `b` ``
pub(super) fn artifacts(takes: &[Take]) -> String {
    let names: Vec<_> = takes
        .iter()
        .map(|take| format!("`{}`", take.artifact.name))
        .collect();
    names.join(", ")
}

fn after_own(own: &TokenStream, rest: &str) -> TokenStream {
    let rest = line(rest);
    if own.is_empty() {
        return rest;
    }
    quote!(#own #[doc = ""] #rest)
}
