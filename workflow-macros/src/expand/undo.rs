//! Taking a run back: what it takes, and the table of the undo methods of a phase.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::methods;
use crate::model::{Model, Phase, State};
use crate::names;

/// `undo` on a run, wherever it stands, and the types of a run that is taken back.
pub(super) fn expand(model: &Model) -> TokenStream {
    let run = &model.name;
    let types = types(model);
    let positions = model.states().map(|state| position(model, &state));
    let tables = model.phases.iter().filter(|phase| has_undo(phase)).map(table);
    let all = all(model);
    let of_run = undo(model, &quote_spanned!(run.span()=> self.artifacts.core));
    let of_position = undo(model, &quote_spanned!(run.span()=> self.into_core()));
    quote_spanned! {run.span()=>
        #types

        impl<S: State> #run<S> {
            #of_run
        }

        impl Position {
            #of_position

            fn into_core(self) -> rt::Core {
                match self {
                    #(Position::#positions(run) => run.artifacts.core,)*
                }
            }
        }

        mod undos {
            use super::rt;
            #all
            #(#tables)*
        }
    }
}

fn types(model: &Model) -> TokenStream {
    let run = &model.name;
    let name = run.to_string();
    let go_on = undo(model, &quote_spanned!(run.span()=> self.core));
    quote_spanned! {run.span()=>
        #[doc = " A run that is being taken back: all it can do is go on with that."]
        #[must_use = "a run is taken back by calling `undo` until it is undone"]
        pub struct Undo {
            core: rt::Core,
        }

        #[doc = " A run that was taken back."]
        pub struct Undone {
            core: rt::Core,
        }

        impl Undo {
            #[doc = " Takes up a run that was being taken back when its driver was stopped."]
            pub fn resume(runtime: &::workflow_runtime::Runtime, id: &str)
                -> rt::Driving<::core::result::Result<Undo, ::workflow_runtime::RuntimeError>>
            {
                rt::resume_undo(runtime, &PLAN, id, |core| Undo { core })
            }

            #[doc = " The id of the run."]
            pub fn id(&self) -> &str {
                self.core.id()
            }

            #go_on
        }

        impl Undone {
            #[doc = " The id of the run."]
            pub fn id(&self) -> &str {
                self.core.id()
            }
        }

        impl ::core::fmt::Debug for Undo {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                self.core.describe_undo(#name, "being undone", f)
            }
        }

        impl ::core::fmt::Debug for Undone {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                self.core.describe_undo(#name, "undone", f)
            }
        }
    }
}

/// The method, on whatever holds the run.
fn undo(model: &Model, core: &TokenStream) -> TokenStream {
    let teams = teams(model);
    quote_spanned! {model.name.span()=>
        #[doc = " Takes back what was done: calls the undo methods of the steps that have one, last to first, whatever failed"]
        #[doc = " or was interrupted first, each recorded. From the first moment on the run can go no other way."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = ""]
        #[doc = " An undo method that fails, after its retries, halts with what is left; call `undo` again to go on."]
        pub fn undo<T: #teams>(self, team: &::std::sync::Arc<T>)
            -> rt::Driving<::core::result::Result<Undone, ::workflow_runtime::Halted<Undo>>>
        {
            #core.undo(team, undos::of__all_phases(), |core| Undone { core }, |core| Undo { core })
        }
    }
}

/// The tables of all phases that have one. No phase is called like that, with two underscores.
fn all(model: &Model) -> TokenStream {
    let teams = model
        .phases
        .iter()
        .filter(|phase| has_undo(phase))
        .map(|phase| &phase.name);
    let tables = model.phases.iter().filter(|phase| has_undo(phase)).map(|phase| {
        let (index, table) = (phase.index, names::method(&phase.name));
        quote!((#index, #table::<T>))
    });
    quote! {
        pub(super) fn of__all_phases<T: #(super::#teams +)* ::workflow_runtime::Team>() -> rt::Undos<T> {
            const { &[#(#tables),*] }
        }
    }
}

/// What takes a run back must be able to do the phases that have something to undo.
fn teams(model: &Model) -> TokenStream {
    let teams = model
        .phases
        .iter()
        .filter(|phase| has_undo(phase))
        .map(|phase| &phase.name);
    quote!(#(#teams +)* ::workflow_runtime::Team)
}

fn table(phase: &Phase) -> TokenStream {
    let Phase { name, .. } = phase;
    let function = names::method(name);
    let first = phase.steps.first().map_or(0, |first| first.index);
    let arms = phase
        .methods()
        .filter_map(|step| methods::undo_arm(step, step.index - first));
    quote! {
        pub(super) fn #function<T: super::#name>(step: u16, call: rt::Call<'_, T>) -> rt::Work {
            match step {
                #(#arms)*
                _ => call.unknown(),
            }
        }
    }
}

fn has_undo(phase: &Phase) -> bool {
    phase.methods().any(|step| step.undo.is_some())
}

fn position(model: &Model, state: &State) -> TokenStream {
    match state {
        State::Start => quote!(Start),
        State::After(phase) if usize::from(phase.index) + 1 == model.phases.len() => quote!(Done),
        State::After(phase) => {
            let after = names::after(&phase.name);
            quote!(#after)
        }
    }
}
