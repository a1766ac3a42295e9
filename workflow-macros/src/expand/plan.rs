//! The plan as a static.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{bodies, types};
use crate::model::{Artifact, Model, Origin, Phase, Retry, Step, Take};

/// `PLAN`.
pub(super) fn expand(model: &Model) -> TokenStream {
    let (name, doc) = (model.name.to_string(), &model.docs.text);
    let module = model.module.to_string();
    let roles = model.roles.iter().map(|role| {
        let (name, doc) = (role.name.to_string(), &role.docs.text);
        quote!(rt::plan::role(#name, #doc))
    });
    let phases = model.phases.iter().map(|phase| phase_plan(model, phase));
    let artifacts = model
        .artifacts
        .iter()
        .map(|artifact| artifact_plan(model, artifact));
    let inputs = model.inputs().count();
    quote! {
        static PLAN: ::workflow_runtime::Plan = rt::plan::plan(
            #name,
            #module,
            #doc,
            &[#(#roles),*],
            &[#(#phases),*],
            &[#(#artifacts),*],
            #inputs,
        );
    }
}

fn artifact_plan(model: &Model, artifact: &Artifact) -> TokenStream {
    let name = artifact.name.to_string();
    let text = artifact.type_text();
    let ty = types::inside(model, artifact);
    // Underlines the user's type, once a place, if it cannot be journaled.
    let span = Span::call_site().located_at(artifact.ty.span());
    let codec = match artifact.origin {
        Origin::Lost => quote!(<() as ::workflow_runtime::Artifact>::CODEC),
        _ => quote_spanned!(span=> <#ty as ::workflow_runtime::Artifact>::CODEC),
    };
    let check = artifact.check.as_ref().map(|_| {
        let check = bodies::input_check(artifact);
        quote!(.check(Bodies::<Start>::#check))
    });
    quote!(rt::plan::artifact(#name, #text, #codec)#check)
}

fn phase_plan(model: &Model, phase: &Phase) -> TokenStream {
    let (name, doc) = (phase.name.to_string(), &phase.docs.text);
    let steps = phase.steps.iter().map(|step| step_plan(model, phase, step));
    let order = &phase.order;
    let parallel = phase.parallel.then(|| quote!(.parallel()));
    let optional = phase.optional.then(|| {
        let takes = takes(&phase.waive_takes);
        quote!(.optional(#takes))
    });
    let was = phase.was.as_ref().map(|was| {
        let was = was.to_string();
        quote!(.was(#was))
    });
    quote!(rt::plan::phase(#name, #doc, &[#(#steps),*], &[#(#order),*])#parallel #optional #was)
}

fn takes(takes: &[Take]) -> TokenStream {
    let takes = takes.iter().map(|take| {
        let (artifact, optional) = (take.artifact.index, take.optional);
        quote!(rt::plan::take(#artifact, #optional))
    });
    quote!(&[#(#takes),*])
}

fn step_plan(model: &Model, phase: &Phase, step: &Step) -> TokenStream {
    let (name, doc) = (step.name.to_string(), &step.docs.text);
    let takes = takes(&step.takes);
    let mut plan = quote!(rt::plan::step(#name, #doc, #takes));
    let mut with = |part: Option<TokenStream>| plan.extend(part);
    with(step.is_gate().then(|| quote!(.gate())));
    with(step.manual.then(|| quote!(.manual())));
    with(step.made().map(|artifact| {
        let artifact = artifact.index;
        quote!(.yields(#artifact))
    }));
    with(step.by.as_ref().and_then(|by| {
        let role = model.roles.get(usize::from(by.role))?.name.to_string();
        Some(quote!(.by(#role)))
    }));
    with(step.retry.as_ref().map(retry));
    with(step.timeout.map(|limit| quote!(.timeout(#limit))));
    with(step.estimate.map(|(from, to)| quote!(.estimate(#from, #to))));
    with(step.undo.as_ref().map(|undo| {
        let undo = undo.to_string();
        quote!(.undo(#undo))
    }));
    with(step.rework.as_ref().map(|rework| {
        let (to, max) = (rework.to.phase.index, rework.max);
        quote!(.rework(#to, #max))
    }));
    with(step.was.as_ref().map(|was| {
        let was = was.to_string();
        quote!(.was(#was))
    }));
    with(step.check.as_ref().and_then(|_| step.made()).map(|_| {
        let check = bodies::product_check(phase, step);
        quote!(.check(Bodies::<Start>::#check))
    }));
    plan
}

fn retry(retry: &Retry) -> TokenStream {
    let Retry {
        attempts,
        first,
        longest,
    } = retry;
    quote!(.retry(#attempts, #first, #longest))
}
