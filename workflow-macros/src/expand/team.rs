//! The phases as traits: what a team implements.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{beside, docs, types};
use crate::model::{Model, Phase, Step, Work};
use crate::names;

/// A trait per phase, and `Steps` over all of them.
pub(super) fn expand(model: &Model) -> TokenStream {
    let traits = model.phases.iter().map(|phase| phase_trait(model, phase));
    let names: Vec<_> = model.phases.iter().map(|phase| &phase.name).collect();
    let steps_docs = docs::line(&format!(
        " All phases of `{}`; every type that implements them has it.",
        model.name
    ));
    let steps = quote_spanned! {model.name.span()=>
        #steps_docs
        pub trait Steps: #(#names +)* ::workflow_runtime::Team {}
        impl<T: #(#names +)* ::workflow_runtime::Team> Steps for T {}
    };
    let name = &model.name;
    let tables = names.iter().map(|phase| names::method(phase));
    let carried_out_by = quote_spanned! {name.span()=>
        impl<T: Steps> ::workflow_runtime::CarriedOutBy<T> for #name<Start> {
            fn tables() -> (&'static [rt::Methods<T>], rt::Undos<T>) {
                (const { &[#(methods::#tables::<T>),*] }, undos::of__all_phases())
            }
        }
    };
    quote! {
        #(#traits)*

        #steps

        #carried_out_by

        // The bodies of a phase's steps are functions of this type, so that each has the name of its step.
        #[doc(hidden)]
        pub struct Bodies<Phase>(::core::marker::PhantomData<Phase>);
    }
}

fn phase_trait(model: &Model, phase: &Phase) -> TokenStream {
    let Phase { name, .. } = phase;
    let trait_docs = docs::team(model, phase);
    if phase.methods().next().is_none() {
        // People do all of it, so there is nothing to implement.
        return quote! {
            #trait_docs
            pub trait #name {}
            impl<T: ?::core::marker::Sized> #name for T {}
        };
    }
    let methods = phase.methods().map(|step| method(model, phase, step));
    let undos = phase.methods().filter_map(|step| undo(model, phase, step));
    let waive = phase.optional.then(|| waive(model, phase));
    let message = format!(
        "`{{Self}}` cannot do phase `{name}`; implement `{}::{name}` for it",
        model.module
    );
    let label = format!("this team lacks phase `{name}`");
    // Beside the name: for an unknown type in it, rustc would propose type parameters for the phase.
    let name = proc_macro2::Ident::new(&name.to_string(), beside(name));
    quote_spanned! {name.span()=>
        #trait_docs
        #[diagnostic::on_unimplemented(message = #message, label = #label)]
        pub trait #name: ::workflow_runtime::Team {
            #(#methods)*
            #(#undos)*
            #waive
        }
    }
}

fn method(model: &Model, phase: &Phase, step: &Step) -> TokenStream {
    let Step { name, takes, .. } = step;
    let method_docs = docs::step(phase, step);
    let cx = cx(step);
    let parameters = parameters(model, step);
    let makes = makes(model, step);
    let body = match step.work {
        Work::Method => quote_spanned!(name.span()=> ;),
        Work::Body(_) | Work::Bound(_) => {
            let phase = &phase.name;
            let taken = takes.iter().map(|take| &take.name);
            quote!({ Bodies::<next::#phase>::#name(#cx, #(#taken),*) })
        }
    };
    quote_spanned! {name.span()=>
        #method_docs
        fn #name(&self, #cx: &::workflow_runtime::StepContext, #(#parameters),*)
            -> impl ::core::future::Future<Output = ::workflow_runtime::StepResult<#makes>> + ::core::marker::Send
        #body
    }
}

/// `cx`, so that it is what a body calls `cx`.
pub(super) fn cx(step: &Step) -> proc_macro2::Ident {
    // As the body has it, should both come from different macros.
    let span = match &step.work {
        Work::Body(body) => step.name.span().resolved_at(body.span()),
        _ => step.name.span(),
    };
    proc_macro2::Ident::new(names::CX, span)
}

fn parameters(model: &Model, step: &Step) -> Vec<TokenStream> {
    let parameter = |take| types::parameter(take, &types::inside(model, &take.artifact));
    step.takes.iter().map(parameter).collect()
}

fn makes(model: &Model, step: &Step) -> TokenStream {
    match step.made() {
        Some(artifact) => types::inside(model, artifact),
        None if step.is_gate() => quote!(::workflow_runtime::Verdict),
        None => quote!(()),
    }
}

fn undo(model: &Model, phase: &Phase, step: &Step) -> Option<TokenStream> {
    let undo = step.undo.as_ref()?;
    let undo_docs = docs::line(&format!(
        " Takes back what step `{}` of phase `{}` did; what it made is `None` when it failed or was in flight.",
        step.name, phase.name
    ));
    let cx = cx(step);
    let parameters = parameters(model, step);
    let made = types::made_name(model);
    let makes = makes(model, step);
    Some(quote_spanned! {undo.span()=>
        #undo_docs
        fn #undo(&self, #cx: &::workflow_runtime::StepContext, #(#parameters,)* #made: ::core::option::Option<&#makes>)
            -> impl ::core::future::Future<Output = ::workflow_runtime::StepResult<()>> + ::core::marker::Send;
    })
}

fn waive(model: &Model, phase: &Phase) -> TokenStream {
    let waive_docs = docs::line(&format!(
        " Whether phase `{}` is waived: asked before its first step when the runtime drives; `None` does the phase.",
        phase.name
    ));
    let parameters = phase
        .waive_takes
        .iter()
        .map(|take| types::parameter(take, &types::inside(model, &take.artifact)));
    let taken = phase.waive_takes.iter().map(|take| &take.name);
    quote_spanned! {phase.name.span()=>
        #waive_docs
        fn waive(&self, cx: &::workflow_runtime::StepContext, #(#parameters),*)
            -> impl ::core::future::Future<
                Output = ::workflow_runtime::StepResult<::core::option::Option<::workflow_runtime::Waiver>>,
            > + ::core::marker::Send
        {
            let _ = (cx, #(#taken),*);
            rt::not_waived()
        }
    }
}
