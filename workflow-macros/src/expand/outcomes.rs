//! What a phase that can send the run back comes to.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{at, docs, states};
use crate::model::{Model, Phase};
use crate::names;

/// An outcome per phase with rework.
pub(super) fn expand(model: &Model) -> TokenStream {
    let with_rework = model
        .phases
        .iter()
        .filter(|phase| !phase.rework_targets().is_empty());
    with_rework.map(|phase| outcome(model, phase)).collect()
}

fn outcome(model: &Model, phase: &Phase) -> TokenStream {
    let run = &model.name;
    let outcome = names::outcome(&phase.name);
    let after = states::path(&phase.after());
    let targets = phase.rework_targets();
    let variants: Vec<_> = targets
        .iter()
        .map(|target| names::back_to(&target.phase.name))
        .collect();
    let states: Vec<_> = targets
        .iter()
        .map(|target| states::path(&target.before))
        .collect();
    let numbers = targets.iter().map(|target| target.phase.index);
    let back_docs = targets.iter().map(|target| {
        docs::line(&format!(
            " A gate sent the run back: phase `{}` comes next again.",
            target.phase.name
        ))
    });
    let outcome_docs = docs::line(&format!(
        " What phase `{}` came to, or one of its gates.",
        phase.name
    ));
    let must_use = format!(
        "phase `{}` may have sent the run back; match on the outcome",
        phase.name
    );
    let passed = at(phase.name.span(), quote!(#run<#after>));
    quote_spanned! {phase.name.span()=>
        #outcome_docs
        #[must_use = #must_use]
        #[derive(Debug)]
        pub enum #outcome<P = #passed> {
            #[doc = " It passed."]
            Passed(P),
            #(
                #back_docs
                #variants(#run<#states>, ::workflow_runtime::Rejection),
            )*
        }

        impl<P> #outcome<P> {
            fn back(core: rt::Core, target: u16, rejection: ::workflow_runtime::Rejection) -> Self {
                match target {
                    #(#numbers => #outcome::#variants(#run::at(core), rejection),)*
                    _ => core.no_rework(),
                }
            }
        }

        impl sealed::Ending for #outcome {
            fn passed(core: rt::Core) -> Self {
                #outcome::Passed(#run::at(core))
            }
            fn back(core: rt::Core, target: u16, rejection: ::workflow_runtime::Rejection) -> Self {
                #outcome::back(core, target, rejection)
            }
        }
    }
}
