//! The users' types inside the generated module: their own tokens, unless those would mean something else there.
//!
//! Then the type is named where the workflow is written (see `bodies`), and the module asks for it through a marker.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::model::{Artifact, Model, Take};

/// The markers of types that cannot stand in the module as written.
pub(super) fn expand(model: &Model) -> TokenStream {
    let markers: Vec<_> = aliased(model).map(|artifact| &artifact.name).collect();
    if markers.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[doc(hidden)]
        pub(super) mod types {
            #(pub(in super::super) struct #markers(());)*
        }
    }
}

/// What the markers stand for, to be emitted where the workflow is written.
pub(super) fn written(model: &Model) -> TokenStream {
    let module = &model.module;
    let one = |artifact: &Artifact| {
        let Artifact { name, ty, .. } = artifact;
        quote! {
            impl ::workflow_runtime::__private::Written for #module::types::#name {
                type Type = #ty;
            }
        }
    };
    aliased(model).map(one).collect()
}

fn aliased(model: &Model) -> impl Iterator<Item = &Artifact> {
    let artifacts = model.artifacts.iter().map(|artifact| &**artifact);
    artifacts.filter(|artifact| artifact.has_accessor() && model.needs_alias(artifact))
}

/// The type of an artifact inside the module.
pub(super) fn inside(model: &Model, artifact: &Artifact) -> TokenStream {
    if artifact.has_accessor() && model.needs_alias(artifact) {
        let name = &artifact.name;
        let span = Span::call_site().located_at(artifact.ty.span());
        return quote_spanned!(span=> <types::#name as rt::Written>::Type);
    }
    artifact.ty.to_token_stream()
}

/// The type of an artifact where the workflow is written.
pub(super) fn outside(artifact: &Artifact) -> TokenStream {
    artifact.ty.to_token_stream()
}

/// A taken artifact as a parameter: `name: &Type`, or `Option<&Type>` of what only an optional phase makes.
pub(super) fn parameter(take: &Take, ty: &TokenStream) -> TokenStream {
    let name = &take.name;
    // Where the type is written, so that rustc points there when a method takes another.
    let span = take.artifact.ty.span();
    let ty = match take.optional {
        false => quote_spanned!(span=> &#ty),
        true => quote_spanned!(span=> ::core::option::Option<&#ty>),
    };
    quote!(#name: #ty)
}

/// A name for the parameter that an undo method gets beside the artifacts.
pub(super) fn made_name(model: &Model) -> proc_macro2::Ident {
    format_ident!("{}", model.free_name("made"))
}
