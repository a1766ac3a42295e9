//! `main`: the plan as a command-line program.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::docs;
use crate::model::Model;

/// `main` and `main_without_team`, where `workflow-runtime` has its feature `cli`.
pub(super) fn expand(model: &Model) -> TokenStream {
    let name = &model.name;
    let into_team = into_team(model);
    quote_spanned! {name.span()=>
        ::workflow_runtime::__private::program! {
            impl #name<Start> {
                #[doc = " This plan as a command-line program: runs it, shows how its runs stand, takes in what people hand in,"]
                #[doc = " draws pictures. `team` makes who does the work, or an error that says why that cannot be; it is called"]
                #[doc = " only by the verbs that need a team, within a tokio runtime."]
                #[must_use = "it is the status to end with: `fn main() -> ExitCode` returns it"]
                pub fn main<T: ::workflow_runtime::Team, R: IntoTeam<T>>(
                    team: impl ::core::ops::FnOnce() -> R + 'static,
                ) -> ::std::process::ExitCode {
                    let (phases, undos) = R::tables();
                    rt::cli::main(&PLAN, phases, undos, move || IntoTeam::into_team(team()))
                }

                #[doc = " The same for those who drive no run: it shows how runs stand and takes in what people hand in."]
                #[must_use = "it is the status to end with: `fn main() -> ExitCode` returns it"]
                pub fn main_without_team() -> ::std::process::ExitCode {
                    rt::cli::main_without_team(&PLAN)
                }
            }
        }

        #into_team
    }
}

/// A team, or a `Result` of one.
fn into_team(model: &Model) -> TokenStream {
    let Model { name, phases, .. } = model;
    let trait_docs = docs::line(&format!(
        " What makes a team of `{name}`: one, or a `Result` of one."
    ));
    let message = format!("`{{Self}}` is no team of `{name}`, nor a `Result` of one");
    // Nobody implements a phase that people do all of.
    let done_by_teams = phases.iter().filter(|phase| phase.methods().next().is_some());
    let all: Vec<_> = done_by_teams
        .map(|phase| format!("`{}::{}`", model.module, phase.name))
        .collect();
    let note = match all.is_empty() {
        true => "people do all of it, so any type is a team that is `Send + Sync + 'static`".to_owned(),
        false => format!("a team implements {}", all.join(", ")),
    };
    quote_spanned! {name.span()=>
        #[doc(hidden)]
        #trait_docs
        #[diagnostic::on_unimplemented(message = #message, label = "the program needs a team", note = #note)]
        pub trait IntoTeam<T: ::workflow_runtime::Team> {
            #[doc(hidden)]
            fn into_team(self) -> ::core::result::Result<T, ::std::string::String>;
            #[doc(hidden)]
            fn tables() -> (&'static [rt::Methods<T>], rt::Undos<T>);
        }
        impl<T: Steps> IntoTeam<T> for T {
            fn into_team(self) -> ::core::result::Result<T, ::std::string::String> {
                ::core::result::Result::Ok(self)
            }
            fn tables() -> (&'static [rt::Methods<T>], rt::Undos<T>) {
                <#name as ::workflow_runtime::CarriedOutBy<T>>::tables()
            }
        }
        impl<T: Steps, E: ::core::fmt::Display> IntoTeam<T>
            for ::core::result::Result<T, E>
        {
            fn into_team(self) -> ::core::result::Result<T, ::std::string::String> {
                self.map_err(|error| ::std::string::ToString::to_string(&error))
            }
            fn tables() -> (&'static [rt::Methods<T>], rt::Undos<T>) {
                <#name as ::workflow_runtime::CarriedOutBy<T>>::tables()
            }
        }
    }
}
