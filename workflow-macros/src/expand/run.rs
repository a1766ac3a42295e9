//! The run: how it begins, enters phases, and shows its artifacts.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::{docs, states, types};
use crate::model::{Artifact, Model, Origin, Phase};
use crate::names;

/// The workflow's type with everything it can do between phases.
pub(super) fn expand(model: &Model) -> TokenStream {
    let name = &model.name;
    let handle = handle(model);
    let beginnings = beginnings(model);
    let enters = model.phases.iter().map(|phase| enter(model, phase));
    let accessors = model
        .artifacts
        .iter()
        .filter_map(|artifact| accessor(model, artifact));
    quote_spanned! {name.span()=>
        #handle
        #beginnings
        impl<S: State> #name<S> {
            #(#enters)*
        }
        impl<S> Artifacts<S> {
            #(#accessors)*
        }
    }
}

fn handle(model: &Model) -> TokenStream {
    let Model { name, .. } = model;
    let run_docs = docs::run(model);
    let text = name.to_string();
    quote_spanned! {name.span()=>
        #run_docs
        #[must_use = "a run does nothing by itself: enter its next phase, or drop it to let go of it"]
        pub struct #name<S = Start> {
            artifacts: Artifacts<S>,
        }

        impl<S: State> ::workflow_runtime::Workflow for #name<S> {
            const PLAN: &'static ::workflow_runtime::Plan = &PLAN;
        }

        #[doc = " The artifacts of a run at state `S`: an accessor each, where it exists for certain."]
        pub struct Artifacts<S> {
            core: rt::Core,
            state: ::core::marker::PhantomData<fn() -> S>,
        }

        #[doc = " A run of this workflow that stopped before its end, with the reason."]
        pub type Halted = ::workflow_runtime::Halted<Position>;

        impl<S> #name<S> {
            fn at(core: rt::Core) -> Self {
                #name { artifacts: Artifacts { core, state: ::core::marker::PhantomData } }
            }

            fn left(entered: rt::Entered) -> Self {
                Self::at(entered.leave())
            }

            #[doc = " The id of the run."]
            pub fn id(&self) -> &str {
                self.artifacts.core.id()
            }

            #[doc = " The artifacts that exist in this state."]
            pub fn artifacts(&self) -> &Artifacts<S> {
                &self.artifacts
            }
        }

        impl<S: 'static> sealed::Ending for #name<S> {
            fn passed(core: rt::Core) -> Self {
                Self::at(core)
            }
            fn back(core: rt::Core, _: u16, _: ::workflow_runtime::Rejection) -> Self {
                core.no_rework()
            }
        }

        impl<S> ::core::fmt::Debug for #name<S> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                self.artifacts.core.describe(f)
            }
        }

        impl<S> ::core::fmt::Debug for Artifacts<S> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(#text)?;
                f.write_str("::artifacts")
            }
        }
    }
}

fn beginnings(model: &Model) -> TokenStream {
    let Model { name, phases, .. } = model;
    let parameters: Vec<_> = model
        .inputs()
        .map(|input| {
            let (name, ty) = (&input.name, types::inside(model, input));
            quote!(#name: #ty)
        })
        .collect();
    let given = model.inputs().map(|input| {
        let Artifact { name, index, .. } = &**input;
        quote!(rt::input(&PLAN, #index, #name))
    });
    let given = quote!(::std::vec![#(#given),*]);
    let runtime = quote::format_ident!("{}", model.free_name("runtime"));
    let id = quote::format_ident!("{}", model.free_name("id"));
    let team = quote::format_ident!("{}", model.free_name("team"));
    let traits = phases.iter().map(|phase| &phase.name);
    let tables = phases.iter().map(|phase| names::method(&phase.name));
    quote_spanned! {name.span()=>
        impl #name<Start> {
            #[doc = " The plan: the static description of the workflow."]
            pub const PLAN: &'static ::workflow_runtime::Plan = &PLAN;

            #[doc = " Begins a run. Refused if the id is taken."]
            pub fn start(#runtime: &::workflow_runtime::Runtime, #id: &str, #(#parameters),*)
                -> rt::Driving<::core::result::Result<#name<Start>, Halted>>
            {
                rt::start(#runtime, &PLAN, #id, #given, Self::at, Position::of)
            }

            #[doc = " Takes a run up where it stands."]
            pub fn resume(runtime: &::workflow_runtime::Runtime, id: &str)
                -> rt::Driving<::core::result::Result<Position, ::workflow_runtime::RuntimeError>>
            {
                rt::resume(runtime, &PLAN, id, Position::of)
            }

            #[doc = " Begins a run, or takes it up where it stopped, and drives it to its end."]
            pub fn run<T: #(#traits +)* ::workflow_runtime::Team>(
                #runtime: &::workflow_runtime::Runtime,
                #id: &str,
                #team: &::std::sync::Arc<T>,
                #(#parameters),*
            ) -> rt::Driving<::core::result::Result<#name<Done>, Halted>> {
                rt::drive(
                    #runtime,
                    &PLAN,
                    #id,
                    #given,
                    #team,
                    const { &[#(methods::#tables::<T>),*] },
                    #name::at,
                    Position::of,
                )
            }
        }
    }
}

fn enter(model: &Model, phase: &Phase) -> TokenStream {
    let Phase { name, index, .. } = phase;
    let method = names::method(name);
    let can_start = names::can_start(name);
    let entered = names::phase(name);
    let method_docs = docs::enter(phase);
    let skip = phase.optional.then(|| skip(model, phase));
    let team = if phase.methods().next().is_none() {
        quote_spanned!(name.span()=> ::workflow_runtime::Team)
    } else {
        name.to_token_stream()
    };
    quote_spanned! {name.span()=>
        #method_docs
        pub fn #method<T: #team>(self, team: &::std::sync::Arc<T>) -> #entered
        where
            S: #can_start<S::Next>,
        {
            Phase::entered(self.artifacts.core.enter(team, methods::#method::<T>, #index))
        }
        #skip
    }
}

fn skip(model: &Model, phase: &Phase) -> TokenStream {
    let Phase { name, index, .. } = phase;
    let run = &model.name;
    let skip = names::skip(name);
    let can_start = names::can_start(name);
    let skip_docs = docs::line(&format!(
        " Waives the optional phase `{name}`. Refused once a step of it has run."
    ));
    let after = states::path(&phase.after());
    quote_spanned! {name.span()=>
        #skip_docs
        pub fn #skip(self, waiver: ::workflow_runtime::Waiver)
            -> rt::Driving<::core::result::Result<#run<#after>, Halted>>
        where
            S: #can_start<S::Next>,
        {
            self.artifacts.core.skip(#index, waiver, #run::at, Position::of)
        }
    }
}

fn accessor(model: &Model, artifact: &Artifact) -> Option<TokenStream> {
    let Artifact { name, index, .. } = artifact;
    let bound = match &artifact.origin {
        Origin::Input => TokenStream::new(),
        Origin::Phase(phase) => {
            // At the artifact, so that rustc points there for the bound.
            let phase = Ident::new(&phase.name.to_string(), name.span());
            quote_spanned!(name.span()=> where S: past::#phase)
        }
        Origin::Lost => return None,
    };
    let ty = types::inside(model, artifact);
    let own = &artifact.docs.attributes;
    let from = match &artifact.origin {
        Origin::Phase(phase) => format!(" Artifact `{name}`, made in phase `{}`.", phase.name),
        _ => format!(" Input `{name}`."),
    };
    let accessor_docs = docs::line(&from);
    let (returns, get) = match artifact.optional {
        false => (quote!(&#ty), quote!(needed)),
        true => (quote!(::core::option::Option<&#ty>), quote!(perhaps)),
    };
    Some(quote_spanned! {name.span()=>
        #own
        #accessor_docs
        pub fn #name(&self) -> #returns
        #bound
        {
            self.core.#get(#index)
        }
    })
}
