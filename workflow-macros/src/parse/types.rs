//! The type of an artifact: where its tokens end, and whether it can be one.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::Visit;

use super::cursor::Cursor;
use super::depth;
use crate::ast::Written;
use crate::names;

/// What is wrong with a type: from where, to where, and why.
pub(super) type Fault = (Span, Span, String);

/// Reads a type up to what ends it: `;`, `,`, `=`, a body, or the start of another member.
///
/// # Errors
///
/// What is wrong, with a type to go on with if one is clearly meant.
pub(super) fn read(tokens: &mut Cursor) -> Result<Written, (Fault, Written)> {
    let before = tokens.last();
    let collected = match collect(tokens) {
        Ok(collected) => collected,
        Err(fault) => return Err((fault, Written::Broken)),
    };
    if collected.is_empty() {
        let fault = (
            before,
            before,
            "the type is missing; write it after the `:`".to_owned(),
        );
        return Err((fault, Written::Broken));
    }
    let (start, end) = ends(&collected);
    let stream: TokenStream = collected.into_iter().collect();
    if depth::is_too_deep(&stream) {
        let message =
            "this type is too long or too deep; declare an alias with `type` and write that".to_owned();
        return Err(((start, end, message), Written::Broken));
    }
    match syn::parse2::<syn::Type>(stream.clone()) {
        Ok(ty) => judge(ty),
        Err(_) => {
            let message = format!(
                "`{}` is not a type; write one, as in `Vec<String>`",
                names::spell(stream)
            );
            Err(((start, end, message), Written::Broken))
        }
    }
}

/// The tokens of a type.
fn collect(tokens: &mut Cursor) -> Result<Vec<TokenTree>, Fault> {
    let mut collected = Vec::new();
    let mut angles = 0usize;
    // `a: A b: B` lacks a comma, and `b: B` is not part of the type.
    while !tokens.at_member() && (collected.is_empty() || angles > 0 || !tokens.at_declared_name()) {
        let arrow = tokens.at_arrow();
        match tokens.peek() {
            Some(TokenTree::Punct(punct)) => match punct.as_char() {
                ';' => break,
                ',' | '=' if angles == 0 => break,
                '<' => angles += 1,
                '>' => angles = angles.saturating_sub(1),
                '-' if arrow => collected.extend(tokens.next()),
                '!' if tokens.group_at(1, Delimiter::Brace) => return Err(macro_with_braces(tokens)),
                _ => {}
            },
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                // `Matrix<{ 2 * N }>`: a block is an argument only where one may begin.
                let argument =
                    matches!(collected.last(), Some(TokenTree::Punct(p)) if matches!(p.as_char(), '<' | ','));
                if angles == 0 || !argument {
                    break;
                }
            }
            Some(_) => {}
            None => break,
        }
        collected.extend(tokens.next());
    }
    Ok(collected)
}

fn macro_with_braces(tokens: &mut Cursor) -> Fault {
    let at = tokens.here();
    tokens.next();
    tokens.next();
    let message =
        "a type macro with braces would be read as the step's body; write `(..)` instead of `{ .. }`";
    (at, at, message.to_owned())
}

fn ends(tokens: &[TokenTree]) -> (Span, Span) {
    let span = |token: Option<&TokenTree>| token.map_or_else(Span::call_site, TokenTree::span);
    (span(tokens.first()), span(tokens.last()))
}

/// Whether the type can be that of an artifact.
fn judge(ty: syn::Type) -> Result<Written, (Fault, Written)> {
    match fault_of(&ty) {
        None => Ok(Written::Type(Box::new(ty))),
        Some(fault) => Err((fault, meant(ty))),
    }
}

fn fault_of(ty: &syn::Type) -> Option<Fault> {
    let mut owned = Owned { fault: None };
    owned.visit_whole(ty);
    owned.visit_type(ty);
    owned.fault
}

/// The owned type that was meant by a borrowed or unsized one.
fn meant(ty: syn::Type) -> Written {
    let ty = match ty {
        syn::Type::Reference(reference) => *reference.elem,
        ty => ty,
    };
    let ty = match ty {
        ty if is_str(&ty) => {
            let path = quote::quote_spanned!(ty.span()=> ::std::string::String);
            match syn::parse2(path) {
                Ok(string) => string,
                Err(_) => return Written::Broken,
            }
        }
        ty => ty,
    };
    match fault_of(&ty) {
        None => Written::Type(Box::new(ty)),
        Some(_) => Written::Broken,
    }
}

fn is_str(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.qself.is_none() && path.path.is_ident("str"))
}

/// Looks for the first thing in a type that an owned value of known size cannot have.
struct Owned {
    fault: Option<Fault>,
}

impl Owned {
    fn found(&mut self, start: Span, end: Span, message: impl Into<String>) {
        if self.fault.is_none() {
            self.fault = Some((start, end, message.into()));
        }
    }

    /// What can stand inside another type, but not be an artifact by itself.
    fn visit_whole(&mut self, ty: &syn::Type) {
        let (start, end) = ends(
            &quote::ToTokens::to_token_stream(ty)
                .into_iter()
                .collect::<Vec<_>>(),
        );
        match ty {
            syn::Type::Slice(slice) => {
                let elem = names::spell(quote::ToTokens::to_token_stream(&*slice.elem));
                self.found(
                    start,
                    end,
                    format!("`[{elem}]` has no known size; write `Vec<{elem}>`"),
                );
            }
            syn::Type::TraitObject(object) => {
                let object = names::spell(quote::ToTokens::to_token_stream(object));
                let message =
                    format!("`{object}` has no known size and cannot be journaled; write the type itself");
                self.found(start, end, message);
            }
            syn::Type::FnPtr(_) => {
                self.found(
                    start,
                    end,
                    "a function cannot be journaled; write the type of what it would compute",
                );
            }
            ty if is_str(ty) => self.found(start, end, "`str` has no known size; write `String`"),
            _ => {}
        }
    }
}

impl<'ast> Visit<'ast> for Owned {
    fn visit_type(&mut self, ty: &'ast syn::Type) {
        match ty {
            syn::Type::Reference(reference) => {
                let elem = match is_str(&reference.elem) {
                    true => "String".to_owned(),
                    false => names::spell(quote::ToTokens::to_token_stream(&*reference.elem)),
                };
                let at = reference.and_token.span;
                let message = format!(
                    "an artifact is owned, so its type holds no reference; write `{elem}` without `&`"
                );
                self.found(at, at, message);
            }
            syn::Type::Ptr(pointer) => {
                let at = pointer.star_token.span;
                self.found(
                    at,
                    at,
                    "a pointer cannot be journaled; write the type that it points to",
                );
            }
            // `PhantomData<fn(&T)>` is fine, and brings its own lifetimes.
            syn::Type::FnPtr(_) => {}
            syn::Type::ImplTrait(opaque) => {
                let at = opaque.impl_token.span;
                self.found(
                    at,
                    at,
                    "the journal must know the type of an artifact; write it instead of `impl`",
                );
            }
            syn::Type::Infer(infer) => {
                let at = infer.underscore_token.span;
                self.found(
                    at,
                    at,
                    "the type of an artifact is not inferred; write it instead of `_`",
                );
            }
            syn::Type::Never(never) => {
                let at = never.bang_token.span;
                self.found(
                    at,
                    at,
                    "a step always comes back; write what it yields, or leave out `-> ..`",
                );
            }
            syn::Type::Paren(paren) => self.visit_type(&paren.elem),
            syn::Type::Group(group) => self.visit_type(&group.elem),
            ty => syn::visit::visit_type(self, ty),
        }
    }

    fn visit_lifetime(&mut self, lifetime: &'ast syn::Lifetime) {
        if lifetime.ident != "static" {
            let at = lifetime.span();
            self.found(
                at,
                at,
                format!("an artifact is owned, so its type has no lifetime `{lifetime}`; write `'static`"),
            );
        }
    }

    fn visit_ident(&mut self, ident: &'ast syn::Ident) {
        if ident == "Self" {
            let at = ident.span();
            self.found(
                at,
                at,
                "`Self` is no type where a workflow is declared; write the name of the type",
            );
        }
    }

    // `Fn(&T)` and `for<'a>` bring their own lifetimes; a block is code.
    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast syn::ParenthesizedGenericArguments) {}
    fn visit_trait_bound(&mut self, bound: &'ast syn::TraitBound) {
        if bound.lifetimes.is_none() {
            syn::visit::visit_trait_bound(self, bound);
        }
    }
    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
    fn visit_macro(&mut self, _: &'ast syn::Macro) {}
}
