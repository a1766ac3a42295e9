//! A phase that was entered: awaited, or driven step by step.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{at, docs, states};
use crate::model::{Model, Phase, Step};
use crate::names;

/// The type of an entered phase, with an alias and the step methods per phase.
pub(super) fn expand(model: &Model) -> TokenStream {
    let phases = model.phases.iter().map(|phase| phase_items(model, phase));
    quote_spanned! {model.name.span()=>
        #[doc = " A phase that was entered: await it to do the rest of it, or drive it step by step."]
        #[must_use = "a phase does nothing until it is awaited or driven by step"]
        pub struct Phase<P, At> {
            entered: rt::Entered,
            at: ::core::marker::PhantomData<fn() -> (P, At)>,
        }

        impl<P, At> Phase<P, At> {
            fn entered(entered: rt::Entered) -> Self {
                Phase { entered, at: ::core::marker::PhantomData }
            }
        }

        impl<P: sealed::Ending, At> ::core::future::IntoFuture for Phase<P, At> {
            type Output = ::core::result::Result<P, Halted>;
            type IntoFuture = rt::Driving<Self::Output>;
            fn into_future(self) -> Self::IntoFuture {
                self.entered.finish(P::passed, P::back, Position::of)
            }
        }

        impl<P, At> ::core::fmt::Debug for Phase<P, At> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&self.entered, f)
            }
        }

        #[doc = " Holds where a step is the next of its phase; sealed by its one impl."]
        #[diagnostic::on_unimplemented(
            message = "step `{Wanted}` cannot run here: the next step is `{Self}`",
            label = "this phase stands before `{Self}`",
            note = "driven by step, the steps of a phase run in the order in which they are declared"
        )]
        pub trait CanRun<Wanted>: sealed::StandsBefore<Wanted> {}
        #[diagnostic::do_not_recommend]
        impl<At> CanRun<At> for At {}

        #(#phases)*
    }
}

/// What awaiting a phase yields: the run after it, or an outcome if it can send back.
pub(super) fn ending(model: &Model, phase: &Phase) -> TokenStream {
    if phase.rework_targets().is_empty() {
        let (run, after) = (&model.name, states::path(&phase.after()));
        at(phase.name.span(), quote!(#run<#after>))
    } else {
        let outcome = names::outcome(&phase.name);
        quote!(#outcome)
    }
}

fn phase_items(model: &Model, phase: &Phase) -> TokenStream {
    let ending = ending(model, phase);
    let alias = names::phase(&phase.name);
    let first = phase.by_step().next().map_or_else(|| quote!(()), before);
    let alias_docs = docs::line(&format!(
        " Phase `{}`, entered; at its first step unless said otherwise.",
        phase.name
    ));
    let following = phase.by_step().skip(1).map(Some).chain([None]);
    let methods = phase
        .by_step()
        .zip(following)
        .map(|(step, next)| method(model, phase, step, next));
    quote_spanned! {phase.name.span()=>
        #alias_docs
        pub type #alias<At = #first> = Phase<#ending, At>;
        impl<At> Phase<#ending, At> {
            #(#methods)*
        }
    }
}

fn before(step: &Step) -> TokenStream {
    let name = &step.name;
    quote!(next::#name)
}

fn method(model: &Model, phase: &Phase, step: &Step, next: Option<&Step>) -> TokenStream {
    let name = &step.name;
    let number = step.index - phase.steps.first().map_or(0, |first| first.index);
    let here = before(step);
    let method_docs = docs::step(phase, step);
    let (yields, proceed) = match next {
        Some(next) => {
            let (alias, next) = (names::phase(&phase.name), before(next));
            (quote!(#alias<#next>), quote!(Phase::entered))
        }
        None => {
            let (run, after) = (&model.name, states::path(&phase.after()));
            (quote!(#run<#after>), quote!(#run::left))
        }
    };
    let (yields, next, back) = match step.rework {
        None => (yields, proceed, quote!(|core, _, _| core.no_rework())),
        Some(_) => {
            let outcome = names::outcome(&phase.name);
            let passed = quote!(|entered| #outcome::Passed(#proceed(entered)));
            (quote!(#outcome<#yields>), passed, quote!(#outcome::back))
        }
    };
    quote_spanned! {name.span()=>
        #method_docs
        pub fn #name(self) -> rt::Driving<::core::result::Result<#yields, Halted>>
        where
            At: CanRun<#here>,
        {
            self.entered.step(#number, #next, #back, Position::of)
        }
    }
}
