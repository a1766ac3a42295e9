//! A typed function per manual step and gate.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{docs, types};
use crate::model::{Model, Phase, Step};

/// The module of these functions.
pub(super) fn expand(model: &Model) -> TokenStream {
    let manual = model.steps().filter(|(_, step)| step.manual);
    let functions: Vec<_> = manual.map(|(phase, step)| function(model, phase, step)).collect();
    quote! {
        #[doc = " Hands in what manual steps and gates wait for."]
        pub mod hand_in {
            use super::*;
            #(#functions)*
        }
    }
}

fn function(model: &Model, phase: &Phase, step: &Step) -> TokenStream {
    let name = &step.name;
    let path = format!("{}.{}", phase.name, name);
    let function_docs = docs::step(phase, step);
    let refused = docs::line(" Refused with the reason when the run does not wait for it.");
    let (given, ty, function) = if step.is_gate() {
        (
            "verdict",
            quote!(::workflow_runtime::Verdict),
            quote!(hand_in_verdict),
        )
    } else {
        let ty = step
            .made()
            .map_or_else(|| quote!(()), |artifact| types::inside(model, artifact));
        ("artifact", ty, quote!(hand_in_artifact))
    };
    let given = proc_macro2::Ident::new(given, name.span());
    quote_spanned! {name.span()=>
        #function_docs
        #[doc = ""]
        #refused
        pub fn #name(
            runtime: &::workflow_runtime::Runtime,
            id: &str,
            actor: ::workflow_runtime::Actor,
            #given: #ty,
        ) -> rt::Driving<::core::result::Result<(), ::workflow_runtime::RuntimeError>> {
            rt::#function(runtime, &PLAN, id, #path, actor, #given)
        }
    }
}
