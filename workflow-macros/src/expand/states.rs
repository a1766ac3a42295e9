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
    let private = private();
    quote! {
        #states

        #[doc = " The state of a run that is done: the last of the phases is behind it."]
        pub type Done = #done;

        #next
        #private
        #(#starts)*
        #past
    }
}

fn states(model: &Model) -> TokenStream {
    let after = model.phases.iter().map(|phase| {
        let name = &phase.name;
        let state_docs = docs::line(&format!(" Phase `{name}` was the last to be completed."));
        quote_spanned!(name.span()=> #state_docs #[derive(Debug)] pub struct #name(());)
    });
    let next = model.phases.iter().map(|phase| &phase.name).map(|name| quote!(next::#name));
    let next = next.chain([quote!(private::Nothing)]);
    let impls = model.states().zip(next).map(|(state, next)| {
        let state = path(&state);
        quote! {
            impl private::Sealed for #state {}
            impl State for #state {
                type Next = #next;
            }
        }
    });
    quote! {
        #[doc = " The state of a run that has just begun."]
        #[derive(Debug)]
        pub struct Start(());

        #[doc = " The states of a run by the phase that it last completed."]
        pub mod after {
            #(#after)*
        }

        #[doc = " A state of a run; sealed."]
        pub trait State: private::Sealed + 'static {
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
    let steps = model.steps().map(|(_, step)| &step.name).filter(|name| seen.insert(name.to_string()));
    let names = phases.chain(steps);
    quote! {
        #[doc = " What comes next: a phase after a state, a step within a phase."]
        pub mod next {
            #(
                #[derive(Debug)]
                pub struct #names(());
            )*
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
fn private() -> TokenStream {
    quote! {
        mod private {
            pub trait Sealed {}
            pub trait Leads<Next> {}
            impl<S: super::State> Leads<S::Next> for S {}
            pub struct Nothing;
            pub struct Seal;
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
        State::After(before) => format!("phase `{name}` cannot start here: it comes after `{}`", before.name),
    };
    let order = order(model);
    let trait_docs = docs::line(&format!(" Holds where phase `{name}` is the next; sealed."));
    quote! {
        #trait_docs
        #[diagnostic::on_unimplemented(
            message = #message,
            label = "this run is at `{Self}`, where the next phase is `{Next}`",
            note = #order
        )]
        pub trait #can_start<Next>: private::Leads<next::#name> {}
        #[diagnostic::do_not_recommend]
        impl<S: State<Next = next::#name>> #can_start<next::#name> for S {}
    }
}

fn order(model: &Model) -> String {
    format!("`{}` runs its phases in this order: {}", model.name, model.phase_order())
}

/// `past::X` holds in every state at or after `after::X`, and implies `past::W` of every earlier phase.
fn past(model: &Model) -> TokenStream {
    let names: Vec<&Ident> = model.phases.iter().map(|phase| &phase.name).collect();
    let order = order(model);
    let traits = names.iter().enumerate().map(|(at, name)| {
        let message = format!("phase `{name}` is not done yet at `{{Self}}`");
        let label = format!("this needs a run that has completed phase `{name}`");
        let trait_docs = docs::line(&format!(" Holds in every state from `after::{name}` on; sealed."));
        let earlier = at.checked_sub(1).and_then(|before| names.get(before)).map_or_else(|| quote!(State), |name| quote!(#name));
        quote_spanned! {name.span()=>
            #trait_docs
            #[diagnostic::on_unimplemented(message = #message, label = #label, note = #order)]
            pub trait #name: #earlier {
                #[doc(hidden)]
                const SEAL: Seal;
            }
        }
    });
    let impls = names.iter().enumerate().flat_map(|(at, name)| {
        names.iter().skip(at).map(move |state| {
            quote! {
                #[diagnostic::do_not_recommend]
                impl #name for super::after::#state {
                    const SEAL: Seal = Seal;
                }
            }
        })
    });
    quote! {
        #[doc = " What is behind a run: a trait per phase that holds in every state from its end on."]
        pub mod past {
            use super::State;
            use super::private::Seal;
            #(#traits)*
            #(#impls)*
        }
    }
}
