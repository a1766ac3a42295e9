//! The table of a phase: from a step's number to one attempt at it. The coroutines themselves are in the runtime.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use crate::model::{Model, Phase, Step, Take};
use crate::names;

/// A function per phase.
pub(super) fn expand(model: &Model) -> TokenStream {
    let tables = model.phases.iter().map(table);
    quote! {
        mod methods {
            use super::rt;
            #(#tables)*
        }
    }
}

fn table(phase: &Phase) -> TokenStream {
    let Phase { name, .. } = phase;
    let function = names::method(name);
    let first = phase.steps.first().map_or(0, |first| first.index);
    let arms = phase.methods().map(|step| arm(step, step.index - first));
    let has_methods = phase.methods().next().is_some();
    let waive = (phase.optional && has_methods).then(|| {
        let takes = takes(&phase.waive_takes);
        quote!(rt::WAIVE => call.waive::<#takes, _>(T::waive),)
    });
    let team = if has_methods {
        quote!(super::#name)
    } else {
        quote!(::workflow_runtime::Team)
    };
    quote! {
        pub(super) fn #function<T: #team>(step: u16, call: rt::Call<'_, T>) -> rt::Work {
            match step {
                #(#arms)*
                #waive
                _ => call.unknown(),
            }
        }
    }
}

fn arm(step: &Step, number: u16) -> TokenStream {
    let name = &step.name;
    let takes = takes(&step.takes);
    let call = match step.made() {
        Some(_) => quote_spanned!(name.span()=> perform::<#takes, _, _>),
        None if step.is_gate() => quote_spanned!(name.span()=> judge::<#takes, _>),
        None => quote_spanned!(name.span()=> act::<#takes, _>),
    };
    // Variables are hygienic, and the name may come from elsewhere than the invocation.
    let of_call = Ident::new("call", Span::call_site());
    quote_spanned!(name.span()=> #number => #of_call.#call(T::#name),)
}

/// The same for its undo method, which is given what the step made besides.
pub(super) fn undo_arm(step: &Step, number: u16) -> Option<TokenStream> {
    let undo = step.undo.as_ref()?;
    let arrives = arrives(&step.takes);
    let of_call = Ident::new("call", Span::call_site());
    Some(quote_spanned! {undo.span()=>
        #number => #of_call.act::<(#(#arrives,)* rt::Perhaps<_>,), _>(T::#undo),
    })
}

fn takes(takes: &[Take]) -> TokenStream {
    let arrives = arrives(takes);
    quote!((#(#arrives,)*)).to_token_stream()
}

fn arrives(takes: &[Take]) -> impl Iterator<Item = TokenStream> {
    takes.iter().map(|take| match take.optional {
        false => quote!(rt::Needed<_>),
        true => quote!(rt::Perhaps<_>),
    })
}
