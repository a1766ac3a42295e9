//! What can be the type of an artifact.

use super::in_members;

#[test]
fn types_are_owned_and_sized() {
    in_members(
        r"
        step a() -> x: ::std::string::String; step b(x) -> y: ::a::B {} step c(y);
        step a() -> x: &X;
        ^ &  an artifact is owned, so its type holds no reference; write `X` without `&`
        step a() -> x: &'static str;
        ^ &  an artifact is owned, so its type holds no reference; write `String` without `&`
        step a() -> x: &mut Vec<X>;
        ^ &  an artifact is owned, so its type holds no reference; write `Vec<X>` without `&`
        step a() -> x: impl Trait;
        ^ impl  the journal must know the type of an artifact; write it instead of `impl`
        step a() -> x: str;
        ^ str  `str` has no known size; write `String`
        step a() -> x: [X];
        ^ [X]  `[X]` has no known size; write `Vec<X>`
        step a() -> x: dyn Trait;
        ^ dyn Trait  `dyn Trait` has no known size and cannot be journaled; write the type itself
        step a() -> x: dyn A + B;
        ^ dyn A + B  `dyn A + B` has no known size and cannot be journaled; write the type itself
        step a() -> x: Option<&X>;
        ^ &  an artifact is owned, so its type holds no reference; write `X` without `&`
        step a() -> x: (A, &B);
        ^ &  an artifact is owned, so its type holds no reference; write `B` without `&`
        step a() -> x: Vec<&'static str>;
        ^ &  an artifact is owned, so its type holds no reference; write `String` without `&`
        step a() -> x: Cow<'static, str>;
        step a() -> x: Cow<'_, str>;
        ^ '_  an artifact is owned, so its type has no lifetime `'_`; write `'static`
        step a() -> x: Foo<'a>;
        ^ 'a  an artifact is owned, so its type has no lifetime `'a`; write `'static`
        step a() -> x: _;
        ^ _  the type of an artifact is not inferred; write it instead of `_`
        step a() -> x: Vec<_>;
        ^ _  the type of an artifact is not inferred; write it instead of `_`
        step a() -> x: !;
        ^ !  a step always comes back; write what it yields, or leave out `-> ..`
        step a() -> x: *const X;
        ^ *  a pointer cannot be journaled; write the type that it points to
        step a() -> x: fn(&A) -> B;
        ^ fn(&A) -> B  a function cannot be journaled; write the type of what it would compute
        step a() -> x: PhantomData<fn(&A) -> B>;
        step a() -> x: Box<dyn for<'a> Fn(&'a A)>;
        step a() -> x: Vec<impl Trait>;
        ^ impl  the journal must know the type of an artifact; write it instead of `impl`
        step a() -> x: Self;
        ^ Self  `Self` is no type where a workflow is declared; write the name of the type
        step a() -> x: Vec<Self>;
        ^ Self  `Self` is no type where a workflow is declared; write the name of the type
        step a() -> x: Self::Y;
        ^ Self  `Self` is no type where a workflow is declared; write the name of the type
        step a() -> x: self::Y;
        step a() -> x: super::Y;
        step a() -> x: crate::Y;
        step a() -> x: m!(A);
        step a() -> x: m![A];
        step a() -> x: m! { A };
        ^ !  a type macro with braces would be read as the step's body; write `(..)` instead of `{ .. }`
        step a() -> x: m! { A } { Ok(()) }
        ^ !  a type macro with braces would be read as the step's body; write `(..)` instead of `{ .. }`
        step a() -> x: Vec<m! { A }>;
        ^ !  a type macro with braces would be read as the step's body; write `(..)` instead of `{ .. }`
        step a() -> x: Matrix<{ 2 * N }, 3>;
        step a() -> x: Matrix<2, { N }> { Ok(()) }
        step a() -> x: Foo<-1>;
        step a() -> x: [[u8; 3]; { N }];
        step a() -> x: ();
        step a() -> x: (A);
        step a() -> x: <A as B>::C;
        step a() -> x: Box<dyn Fn(A) -> B>;
        step a() -> x: Foo<Item = X>;
        step a() -> x: Box<str>;
        step a() -> x: Box<[X]>;
        step a() -> x: (&X);
        ^ &  an artifact is owned, so its type holds no reference; write `X` without `&`
        step a() -> x: A::;
        ^ A::  `A::` is not a type; write one, as in `Vec<String>`
        step a() -> x: for<'a> fn(&'a X);
        ^ for<'a> fn(&'a X)  a function cannot be journaled; write the type of what it would compute
        step a() -> x: 'static;
        ^ 'static  `'static` is not a type; write one, as in `Vec<String>`
        ",
    );
}
