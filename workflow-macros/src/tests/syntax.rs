//! What a declaration looks like down to its phases.

use super::{in_items, whole};

#[test]
fn a_declaration_begins_with_workflow() {
    whole(
        r#"
        workflo Ship { phase A { step a(); } }
        ^ workflo  unknown word `workflo`; did you mean `workflow`?
        Ship { phase A { step a(); } }
        ^ Ship  `Ship` lacks its keyword; write `workflow Ship`
        Ship(brief: Brief) { phase A { step a(); } }
        ^ Ship  `Ship` lacks its keyword; write `workflow Ship`
        struct Ship;
        ^ struct  expected `workflow`, found `struct`; a declaration begins with `workflow Name`
        pub Ship { phase A { step a(); } }
        ^ Ship  `Ship` lacks its keyword; write `workflow Ship`
        workflow
        ^ workflow  this workflow has no name; write `workflow Name`
        workflow { phase A { step a(); } }
        ^ workflow  this workflow has no name; write `workflow Name`
        workflow (brief: Brief) { }
        ^ workflow  this workflow has no name; write `workflow Name`
        workflow 3 { }
        ^ 3  expected the name of the workflow, found `3`; write `workflow Name`
        pub(crate) workflow
        ^ workflow  this workflow has no name; write `workflow Name`
        pub
        ^ pub  expected `workflow`, found nothing; a declaration begins with `workflow Name`
        { }
        ^ {  expected `workflow`, found `{`; a declaration begins with `workflow Name`
        workflow Ship<T> { phase A { step a(); } }
        ^ <  a workflow has no generic parameters; remove them
        workflow Ship = { phase A { step a(); } }
        ^ =  unexpected `=`; write `workflow Name(input: Type) { .. }`
        workflow Ship
        ^ Ship  workflow `Ship` has no phases; write them in `{ .. }` after it
        workflow Ship;
        ^ Ship  workflow `Ship` has no phases; write them in `{ .. }` after it
        workflow Ship(brief: Brief)
        ^ Ship  workflow `Ship` has no phases; write them in `{ .. }` after it
        workflow Ship -> Done { phase A { step a(); } }
        ^ -  unexpected `->`; write `workflow Name(input: Type) { .. }`
        workflow Ship(brief: Brief) -> Done { phase A { step a(); } }
        ^ -  unexpected `->`; write the phases of `Ship` in `{ .. }`
        workflow Ship { phase A { step a(); } } workflow Shop { phase A { step a(); } }
        ^ workflow  unexpected `workflow` after the workflow; declare each workflow in a `workflow!` of its own
        workflow Ship { phase A { step a(); } };
        ^ ;  unexpected `;` after the workflow; remove it
        #![allow(x)] workflow Ship { phase A { step a(); } }
        ^ #![allow(x)]  `#![..]` is about what it stands in; write `#[..]` above what it is about
        //! Ships.\nworkflow Ship { phase A { step a(); } }
        ^ //! Ships.  `//!` describes what it stands in; write `///` above what it is about
        # workflow Ship { phase A { step a(); } }
        ^ #  this `#` begins nothing; write an attribute as `#[name(..)]`
        #[] workflow Ship { phase A { step a(); } }
        ^ [  an attribute begins with its name; write it as `#[name(..)]`
        "#,
    );
}

#[test]
fn inputs_have_a_name_and_a_type() {
    whole(
        r#"
        workflow Ship(brief) { phase A { step a(); } }
        ^ brief  input `brief` has no type; write `brief: Type`
        workflow Ship(brief: ) { phase A { step a(); } }
        ^ :  the type is missing; write it after the `:`
        workflow Ship(: Brief) { phase A { step a(); } }
        ^ :  expected the name of an input, found `:`; write `name: Type`
        workflow Ship(brief: Brief other: Other) { phase A { step a(); } }
        ^ other  expected `,` before `other`; separate inputs by commas
        workflow Ship(mut brief: Brief) { phase A { step a(); } }
        ^ mut  an input is never changed; remove `mut`
        workflow Ship(&brief: Brief) { phase A { step a(); } }
        ^ &  expected the name of an input, found `&`; write `name: Type`
        workflow Ship(brief: Brief, ) { phase A { step a(brief); } }
        workflow Ship(brief: Brief = x) { phase A { step a(brief); } }
        ^ =  unexpected `=`; write inputs as `name: Type`, separated by commas
        workflow Ship(self) { phase A { step a(); } }
        ^ self  input `self` has no type; write `self: Type`
        workflow Ship(brief: Brief; other: Other) { phase A { step a(brief); } }
        ^ ;  unexpected `;`; write inputs as `name: Type`, separated by commas
        workflow Ship(brief: Brief, /// Nothing.\n) { phase A { step a(brief); } }
        ^ /// Nothing.  this doc comment stands above nothing; move it above what it is about
        workflow Ship(brief Brief) { phase A { step a(brief); } }
        ^ brief  input `brief` has no type; write `brief: Type`
        workflow Ship(map: HashMap<String, Vec<u8>>, n: [u8; 4], f: <A as B>::C) { phase A { step a(map, n, f); } }
        "#,
    );
}

#[test]
fn phases_are_spelt_out() {
    in_items(
        r#"
        phse A { step a(); }
        ^ phse  unknown word `phse`; did you mean `phase`?
        A { step a(); }
        ^ A  `A` lacks its keyword; write `phase A`
        paralel phase A { step a(); }
        ^ paralel  unknown word `paralel`; did you mean `parallel`?
        optionl(brief) phase A { step a(); }
        ^ optionl  unknown word `optionl`; did you mean `optional`?
        phase { step a(); }
        ^ phase  this phase has no name; write `phase Name { .. }`
        phase A
        ^ A  phase `A` has no steps; write `phase A { .. }`
        phase A;
        ^ A  phase `A` has no steps; write `phase A { .. }`
        phase A phase B { step b(); }
        ^ A  phase `A` has no steps; write `phase A { .. }`
        phase A(brief) { step a(brief); }
        ^ (  a phase takes nothing, its steps do; remove the parentheses
        phase A: B { step a(); }
        ^ :  unexpected `:` after `phase A`; write `phase A { .. }`
        phase A -> x { step a(); }
        ^ -  unexpected `->` after `phase A`; write `phase A { .. }`
        { step a(); }
        ^ {  these braces have no phase; write `phase Name` before them
        parallel { step a(); }
        ^ parallel  `parallel` stands before no phase; write `parallel phase Name { .. }`, or remove it
        parallel parallel phase A { step a(); }
        ^ parallel  `parallel` stands twice; remove one
        optional optional phase A { step a(); }
        ^ optional  `optional` stands twice; remove one
        parallel
        ^ parallel  `parallel` stands before no phase; write `parallel phase Name { .. }`, or remove it
        optional(brief)
        ^ optional  `optional` stands before no phase; write `optional phase Name { .. }`, or remove it
        manual phase A { step a(); }
        ^ manual  `manual` is about a step or a gate; write it before one, or remove it
        pub phase A { step a(); }
        ^ pub  a phase has no `pub` of its own; remove it
        pub(crate) phase A { step a(); }
        ^ pub  a phase has no `pub` of its own; remove it
        async phase A { step a(); }
        ^ async  a phase has no `async` of its own; remove it
        sequential phase A { step a(); }
        ^ sequential  unknown word `sequential`; a workflow consists of `role Name;` and `phase Name { .. }`
        phase A { step a(); };
        ^ ;  this `;` ends nothing; remove it
        phase A { step a(); } ; phase B { step b(); }
        ^ ;  this `;` ends nothing; remove it
        step a();
        ^ step  `step` stands outside of a phase; put it between the braces of `phase Name { .. }`
        phase A { step a(); } gate b();
        ^ gate  `gate` stands outside of a phase; put it between the braces of `phase Name { .. }`
        phase A step a(); step b();
        ^ A  phase `A` has no steps; write `phase A { .. }`
        parallel role X;
        ^ parallel  `parallel` stands before no phase; write `parallel phase Name { .. }`, or remove it
        phase
        ^ phase  this phase has no name; write `phase Name { .. }`
        phase phase A { step a(); }
        ^ phase  this phase has no name; write `phase Name { .. }`
        struct A { step a(); }
        ^ struct  unknown word `struct`; a workflow consists of `role Name;` and `phase Name { .. }`
        phase A { step a(); } 3
        ^ 3  unexpected `3`; a workflow consists of `role Name;` and `phase Name { .. }`
        phase A { step a(); } #[by(X)]
        ^ by  this attribute stands above nothing; move it above what it is about
        phase A { step a(); } /// Late.\n
        ^ /// Late.  this doc comment stands above nothing; move it above what it is about
        phase A { step a(); } # phase B { step b(); }
        ^ #  this `#` begins nothing; write an attribute as `#[name(..)]`
        optional(brief: Brief) phase A { step a(); }
        ^ :  the type of an artifact is written where it is made; remove it here
        optional brief phase A { step a(); }
        ^ brief  unknown word `brief`; a workflow consists of `role Name;` and `phase Name { .. }`
        optional[brief] phase A { step a(); }
        ^ optional  `optional` stands before no phase; write `optional phase Name { .. }`, or remove it
        mod A { step a(); }
        ^ mod  unknown word `mod`; a workflow consists of `role Name;` and `phase Name { .. }`
        optional parallel phase A { step a(); }
        parallel optional(brief) phase A { step a(); }
        phase A B { step a(); }
        ^ B  unexpected `B` after `phase A`; write `phase A { .. }`
        phase A [x] { step a(); }
        ^ [  unexpected `[` after `phase A`; write `phase A { .. }`
        phases A { step a(); }
        ^ phases  unknown word `phases`; did you mean `phase`?
        "#,
    );
}

#[test]
fn roles_stand_before_phases() {
    in_items(
        r"
        role Owner phase A { step a(); }
        ^ Owner  this role is not ended; add `;`
        role; phase A { step a(); }
        ^ role  this role has no name; write `role Name;`
        role phase A { step a(); }
        ^ role  this role has no name; write `role Name;`
        role Owner, Other; phase A { step a(); }
        ^ ,  unexpected `,` after a role; write each as `role Name;`
        phase A { step a(); } role Owner;
        ^ role  roles are declared before the phases; move it up
        role Owner { } phase A { step a(); }
        ^ {  unexpected `{` after a role; write each as `role Name;`
        role Owner
        ^ Owner  this role is not ended; add `;`
        role 3; phase A { step a(); }
        ^ role  this role has no name; write `role Name;`
        rol Owner; phase A { step a(); }
        ^ rol  unknown word `rol`; did you mean `role`?
        #[by(Owner)] role Owner; phase A { step a(); }
        ^ by  `by` cannot stand above a role; write it above a step, a gate, a phase or the workflow
        ",
    );
}

#[test]
fn a_missing_semicolon_or_brace_is_one_mistake() {
    in_items(
        r"
        phase A step a();
        ^ A  phase `A` has no steps; write `phase A { .. }`
        phase A { step a(); } role B phase C { step c(); }
        ^ role  roles are declared before the phases; move it up
        ",
    );
}

#[test]
fn inputs_that_cannot_be_read_are_not_unknown() {
    whole(
        r"
        workflow Ship(a: ::A, b: ::B::C) { phase P { step s(a, b); } }
        workflow Ship(a: A b: ::B) { phase P { step s(a, b); } }
        ^ b  expected `,` before `b`; separate inputs by commas
        workflow Ship(a: A b: B) { phase P { step s(a, b); } }
        ^ b  expected `,` before `b`; separate inputs by commas
        workflow Ship(a: A; b: B) { phase P { step s(a, b); } }
        ^ ;  unexpected `;`; write inputs as `name: Type`, separated by commas
        workflow Ship(&a: A, b: B) { phase P { step s(a, b); } }
        ^ &  expected the name of an input, found `&`; write `name: Type`
        workflow Ship(a) { phase P { step s(a); } }
        ^ a  input `a` has no type; write `a: Type`
        workflow Ship(a: &'a A, b: str, c: [B]) { phase P { step s(a, b, c) -> a; } }
        ^ &  an artifact is owned, so its type holds no reference; write `A` without `&`
        ^ str  `str` has no known size; write `String`
        ^ [B]  `[B]` has no known size; write `Vec<B>`
        ",
    );
}
