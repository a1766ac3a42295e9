//! Where a run can stand when it is taken up.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{docs, states};
use crate::model::{Model, State};
use crate::names;

/// The enum that `resume` yields.
pub(super) fn expand(model: &Model) -> TokenStream {
    let run = &model.name;
    let all: Vec<State> = model.states().collect();
    let between = all.split_last().map_or(&[][..], |(_, between)| between);
    let variants: Vec<_> = between.iter().map(variant).collect();
    let states: Vec<_> = between.iter().map(states::path).collect();
    let variant_docs = between.iter().map(|state| {
        docs::line(&match state {
            State::Start => " No phase is done yet.".to_owned(),
            State::After(phase) => format!(" Phase `{}` was the last to be completed.", phase.name),
        })
    });
    let numbers = 0u16..;
    let numbers = numbers.take(between.len());
    quote_spanned! {model.name.span()=>
        #[doc = " Where a run stands: the phase that it last completed, as a run of that state."]
        #[must_use = "a run does nothing by itself: match on where it stands and drive it on"]
        #[derive(Debug)]
        pub enum Position {
            #(
                #variant_docs
                #variants(#run<#states>),
            )*
            #[doc = " All phases are done."]
            Done(#run<Done>),
        }

        impl Position {
            fn of(core: rt::Core) -> Self {
                match core.phases_done() {
                    #(#numbers => Position::#variants(#run::at(core)),)*
                    _ => Position::Done(#run::at(core)),
                }
            }
        }
    }
}

fn variant(state: &State) -> TokenStream {
    match state {
        State::Start => quote!(Start),
        State::After(phase) => {
            let after = names::after(&phase.name);
            quote!(#after)
        }
    }
}
