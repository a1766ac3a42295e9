//! Where a run can be, what comes next, and what is past: types without values, and traits that nobody else can
//! implement.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::docs;
use crate::model::{Model, Phase, State};
use crate::names;

/// The states and the traits over them.
pub(super) fn expand(model: &Model) -> TokenStream {
    let next = next(model);
    let done = path(&model.done());
    let states = states(model);
    let starts = model.phases.iter().map(|phase| can_start(model, phase));
    let past = past(model);
    let sealed = sealed(model);
    quote! {
        #states

        #[doc = " The state of a run that is done: the last of the phases is behind it."]
        pub type Done = #done;

        #next
        #sealed
        #(#starts)*
        #past
    }
}

fn states(model: &Model) -> TokenStream {
    let after = model.phases.iter().map(|phase| {
        let name = &phase.name;
        let state_docs = docs::line(&format!(" Phase `{name}` was the last to be completed."));
        quote_spanned!(name.span()=> #state_docs pub enum #name {})
    });
    let next = model
        .phases
        .iter()
        .map(|phase| &phase.name)
        .map(|name| quote_spanned!(name.span()=> next::#name));
    let next = next.chain([quote!(next::Nothing_TheRunIsDone)]);
    let impls = model.states().zip(next).map(|(state, next)| {
        let state = path(&state);
        quote_spanned! {model.name.span()=>
            impl sealed::IsState for #state {}
            impl State for #state {
                type Next = #next;
            }
        }
    });
    quote_spanned! {model.name.span()=>
        #[doc = " The state of a run that has just begun."]
        pub enum Start {}

        #[doc = " The states of a run by the phase that it last completed."]
        pub mod after {
            #(#after)*
        }

        #[doc = " A state of a run; sealed."]
        pub trait State: sealed::IsState + 'static {
            #[doc(hidden)]
            type Next;
        }

        #(#impls)*
    }
}

/// What can come next, by name: rustc prints these where something is out of order.
fn next(model: &Model) -> TokenStream {
    let phases = model.phases.iter().map(|phase| &phase.name);
    let mut seen = HashSet::new();
    let steps = model
        .steps()
        .map(|(_, step)| &step.name)
        .filter(|name| seen.insert(name.to_string()));
    let names = phases.chain(steps);
    let types = names.map(|name| quote_spanned!(name.span()=> pub enum #name {}));
    quote! {
        #[doc = " What comes next: a phase after a state, a step within a phase."]
        #[allow(missing_docs, reason = "each says all by its name")]
        pub mod next {
            #(#types)*
            // No phase and no step can be called so; rustc says it of a run that is done.
            #[doc(hidden)]
            pub enum Nothing_TheRunIsDone {}
        }
    }
}

/// A state as a path within the module.
pub(super) fn path(state: &State) -> TokenStream {
    match state {
        State::Start => quote!(Start),
        State::After(phase) => {
            let name = &phase.name;
            quote!(after::#name)
        }
    }
}

/// What no other module can name, so that nobody can implement the traits over states.
fn sealed(model: &Model) -> TokenStream {
    let past = sealed_past(model);
    let no_state = format!(
        "`{{Self}}` cannot be a state of `{}`: the workflow has its own",
        model.name
    );
    let no_order = format!("the order of `{}` cannot be changed from outside", model.name);
    let no_step = format!(
        "the order of the steps of `{}` cannot be changed from outside",
        model.name
    );
    quote_spanned! {model.name.span()=>
        mod sealed {
            #[diagnostic::on_unimplemented(message = #no_state, label = "a run comes to a state by doing the phases")]
            pub trait IsState {}
            #[diagnostic::on_unimplemented(message = #no_order, label = "change the declaration instead")]
            pub trait Leads<Next> {}
            #[diagnostic::do_not_recommend]
            impl<S: super::State> Leads<S::Next> for S {}
            #[diagnostic::on_unimplemented(message = #no_step, label = "change the declaration instead")]
            pub trait StandsBefore<Step> {}
            #[diagnostic::do_not_recommend]
            impl<Step> StandsBefore<Step> for Step {}
            #past
            pub trait Ending: ::core::marker::Sized + 'static {
                fn passed(core: super::rt::Core) -> Self;
                fn back(core: super::rt::Core, target: u16, rejection: ::workflow_runtime::Rejection) -> Self;
            }
        }
    }
}

/// The trait that says in our words why a phase cannot start. It has the next phase as an argument, so that rustc
/// prints it.
fn can_start(model: &Model, phase: &Phase) -> TokenStream {
    let name = &phase.name;
    let can_start = names::can_start(name);
    let message = match &phase.before {
        State::Start => format!("phase `{name}` cannot start here: it is the first phase"),
        State::After(before) => format!(
            "phase `{name}` cannot start here: it comes after `{}`",
            before.name
        ),
    };
    let order = order(model);
    let trait_docs = docs::line(&format!(" Holds where phase `{name}` is the next; sealed."));
    quote_spanned! {name.span()=>
        #trait_docs
        #[diagnostic::on_unimplemented(
            message = #message,
            label = "this run is at `{Self}`, where the next phase is `{Next}`",
            note = #order
        )]
        pub trait #can_start<Next>: sealed::Leads<next::#name> {}
        #[diagnostic::do_not_recommend]
        impl<S: State<Next = next::#name>> #can_start<next::#name> for S {}
    }
}

fn order(model: &Model) -> String {
    format!(
        "`{}` runs its phases in this order: {}",
        model.name,
        model.phase_order()
    )
}

/// `past::X` holds in every state at or after `after::X`, and implies `past::W` of every earlier phase.
///
/// Each follows from the next one, so there are a few impls a phase, not one per pair of phases; they are on private
/// twins, so that nobody can add to them.
fn past(model: &Model) -> TokenStream {
    let names: Vec<&Ident> = model.phases.iter().map(|phase| &phase.name).collect();
    let order = order(model);
    let traits = names.iter().map(|name| {
        let message = format!("phase `{name}` is not done yet at `{{Self}}`");
        let label = format!("this needs a run that has completed phase `{name}`");
        let trait_docs = docs::line(&format!(" Holds in every state from `after::{name}` on; sealed."));
        quote_spanned! {name.span()=>
            #trait_docs
            #[diagnostic::on_unimplemented(message = #message, label = #label, note = #order)]
            pub trait #name: super::sealed::past::#name {}
            #[diagnostic::do_not_recommend]
            impl<S: super::sealed::past::#name> #name for S {}
        }
    });
    quote! {
        #[doc = " What is behind a run: a trait per phase that holds in every state from its end on."]
        pub mod past {
            #(#traits)*
        }
    }
}

/// So many phases make a block. Following the phases one by one, rustc would run into its recursion limit in a plan of
/// 128 phases; so it follows them to the end of their block, and from there the blocks.
const BLOCK: usize = 32;

/// The private twins of `past`.
fn sealed_past(model: &Model) -> TokenStream {
    let names: Vec<&Ident> = model.phases.iter().map(|phase| &phase.name).collect();
    let blocks: Vec<&[&Ident]> = names.chunks(BLOCK).collect();
    let items = blocks.iter().enumerate().map(|(at, phases)| {
        let block = names::block(at);
        let later = blocks.get(at + 1).map(|_| names::block(at + 1));
        let from_later_block = later
            .iter()
            .map(|later| quote!(#[diagnostic::do_not_recommend] impl<S: #later> #block for S {}));
        let next = phases.iter().skip(1).map(|phase| quote!(#phase)).map(Some);
        let next = next.chain([later.as_ref().map(|later| quote!(#later))]);
        let from_next = phases.iter().zip(next).filter_map(|(phase, next)| {
            let next = next?;
            Some(quote!(#[diagnostic::do_not_recommend] impl<S: #next> #phase for S {}))
        });
        let twins = phases.iter().map(|phase| {
            let message = format!("`{{Self}}` cannot be made a state past phase `{phase}` from outside");
            quote_spanned! {phase.span()=>
                #[diagnostic::on_unimplemented(message = #message, label = "a run comes there by doing the phases")]
                pub trait #phase: super::super::State {}
                #[diagnostic::do_not_recommend]
                impl #phase for super::super::after::#phase {}
                #[diagnostic::do_not_recommend]
                impl #block for super::super::after::#phase {}
            }
        });
        quote! {
            pub trait #block: super::super::State {}
            #(#twins)*
            #(#from_later_block)*
            #(#from_next)*
        }
    });
    quote! {
        pub mod past {
            #(#items)*
        }
    }
}
