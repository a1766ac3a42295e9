//! What the members of a phase look like.

use super::in_members;

#[test]
fn members_are_spelt_out() {
    in_members(
        r"
        setp a();
        ^ setp  unknown word `setp`; did you mean `step`?
        gat a();
        ^ gat  unknown word `gat`; did you mean `gate`?
        manul step a();
        ^ manul  unknown word `manul`; did you mean `manual`?
        manual stp a();
        ^ stp  unknown word `stp`; did you mean `step`?
        a();
        ^ a  `a` lacks its keyword; write `step a(..)`, or `gate a(..)` if it judges
        a(brief) -> b: B;
        ^ a  `a` lacks its keyword; write `step a(..)`, or `gate a(..)` if it judges
        manual a();
        ^ a  `a` lacks its keyword; write `step a(..)`, or `gate a(..)` if it judges
        manual
        ^ manual  `manual` stands before nothing; write `step` or `gate` after it
        manual manual step a();
        ^ manual  `manual` stands twice; remove one
        step manual a();
        ^ manual  `manual` stands before `step`; write `manual step`
        step manual gate a();
        ^ step  this step has no name; write `step name(takes)`
        fn a();
        ^ fn  unknown word `fn`; write `step name(takes) -> made: Type;`
        fn a() {}
        ^ fn  unknown word `fn`; write `step name(takes) -> made: Type;`
        async step a();
        ^ async  a step has no `async` of its own; remove it
        async fn a(&self) -> B {}
        ^ async  a step has no `async` of its own; remove it
        pub step a();
        ^ pub  a step has no `pub` of its own; remove it
        pub(crate) step a();
        ^ pub  a step has no `pub` of its own; remove it
        parallel step a();
        ^ parallel  `parallel` is about a whole phase; write it before `phase`, or remove it
        optional step a();
        ^ optional  `optional` is about a whole phase; write it before `phase`, or remove it
        optional(brief) step a();
        ^ optional  `optional` is about a whole phase; write it before `phase`, or remove it
        phase B { step b(); }
        ^ phase  a phase cannot stand in a phase; close the one around it first
        phase B { step b() -> x: X; } step c(x);
        ^ phase  a phase cannot stand in a phase; close the one around it first
        role X;
        ^ role  a role is declared for the whole workflow; move it before the phases
        parallel;
        ^ parallel  expected `step` or `gate`, found `parallel`; write `step name(takes) -> made: Type;`
        something;
        ^ something  expected `step` or `gate`, found `something`; write `step name(takes) -> made: Type;`
        something else;
        ^ something  unknown word `something`; a member of a phase begins with `step`, `gate` or `manual`
        a: b;
        ^ a  expected `step` or `gate`, found `a`; write `step name(takes) -> made: Type;`
        let x = 3; step a();
        ^ let  unknown word `let`; a member of a phase begins with `step`, `gate` or `manual`
        3
        ^ 3  expected `step` or `gate`, found `3`; remove it
        ;
        ^ ;  expected `step` or `gate`, found `;`; remove it
        step a();;
        ^ ;  expected `step` or `gate`, found `;`; remove it
        { }
        ^ {  expected `step` or `gate`, found `{`; remove it
        (brief)
        ^ (  expected `step` or `gate`, found `(`; remove it
        -> x
        ^ -  expected `step` or `gate`, found `->`; remove it
        step a() {};
        step a() {} ;
        unknown thing(x) -> y: Y; step b(y);
        ^ unknown  unknown word `unknown`; a member of a phase begins with `step`, `gate` or `manual`
        ",
    );
}

#[test]
fn a_member_has_a_name_and_takes() {
    in_members(
        r#"
        step
        ^ step  this step has no name; write `step name(takes)`
        step;
        ^ ;  expected the name of the step, found `;`; write `step name(takes)`
        step ();
        ^ (  expected the name of the step, found `(`; write `step name(takes)`
        step () -> x: X; step b(x);
        ^ (  expected the name of the step, found `(`; write `step name(takes)`
        gate
        ^ gate  this gate has no name; write `gate name(takes)`
        step step a();
        ^ step  this step has no name; write `step name(takes)`
        step a; step b();
        ^ a  `a` does not say what it takes; write `a(..)`, or `a()` for nothing
        step a -> b: B;
        ^ a  `a` does not say what it takes; write `a(..)`, or `a()` for nothing
        step a[brief];
        ^ a  `a` does not say what it takes; write `a(..)`, or `a()` for nothing
        step a<T>(brief);
        ^ <  a step has no generic parameters; remove them
        step a(brief: Brief);
        ^ :  the type of an artifact is written where it is made; remove it here
        step a(brief: HashMap<A, B>, other);
        ^ :  the type of an artifact is written where it is made; remove it here
        step a(&brief);
        ^ &  an artifact is taken by its name alone; remove `&`
        step a(&mut brief);
        ^ &  an artifact is taken by its name alone; remove `&`
        step a(mut brief);
        ^ mut  an artifact is taken by its name alone; remove `mut`
        step a(brief brief);
        ^ brief  expected `,` before `brief`; separate what is taken by commas
        step a(brief; x);
        ^ ;  unexpected `;`; artifacts are taken by name, separated by commas
        step a(brief.x);
        ^ .  unexpected `.`; artifacts are taken by name, separated by commas
        step a(3);
        ^ 3  expected the name of an artifact, found `3`; remove it
        step a(, );
        ^ ,  expected the name of an artifact, found `,`; remove it
        step a(brief,);
        step a(brief,,);
        ^ ,  expected the name of an artifact, found `,`; remove it
        step a((brief));
        ^ (  expected the name of an artifact, found `(`; remove it
        step 3();
        ^ 3  expected the name of the step, found `3`; write `step name(takes)`
        step "a"();
        ^ "a"  expected the name of the step, found `"a"`; write `step name(takes)`
        step a(brief)(brief);
        ^ (  unexpected `(` in step `a`; end it with `;`, a body or `= expression;`
        step\nstep b();
        ^ step  this step has no name; write `step name(takes)`
        step\ngate b();
        ^ step  this step has no name; write `step name(takes)`
        step a\nstep b();
        ^ a  `a` does not say what it takes; write `a(..)`, or `a()` for nothing
        step a(\n); step b();
        step step();
        gate gate();
        step manual();
        "#,
    );
}

#[test]
fn what_a_member_yields_is_named() {
    in_members(
        r#"
        step a() -> ;
        ^ ->  `a` yields nothing yet; write `-> name: Type`, or remove `->`
        step a() -> \nstep b();
        ^ ->  `a` yields nothing yet; write `-> name: Type`, or remove `->`
        step a() -> x: \nstep b();
        ^ :  the type is missing; write it after the `:`
        step a() -> x: ;
        ^ :  the type is missing; write it after the `:`
        step a() -> x:
        ^ :  the type is missing; write it after the `:`
        step a() -> X;
        ^ X  what `a` yields has no name; write `-> name: Type`
        step a() -> Vec<X>;
        ^ Vec  what `a` yields has no name; write `-> name: Type`
        step a() -> (A, B);
        ^ (  what `a` yields has no name; write `-> name: Type`
        step a() -> &X;
        ^ &  what `a` yields has no name; write `-> name: Type`
        step a() -> std::string::String;
        ^ std  what `a` yields has no name; write `-> name: Type`
        step a() -> vec![x];
        ^ vec  what `a` yields has no name; write `-> name: Type`
        step a() -> x: A, y: B;
        ^ ,  `a` yields at most one artifact; put them into one type
        step a() -> x: X, ;
        ^ ,  `a` yields at most one artifact; put them into one type
        gate a() -> x: X;
        ^ ->  a gate yields its verdict and no artifact; write `step`, or remove `->` and what follows
        gate a() -> Verdict;
        ^ ->  a gate yields its verdict and no artifact; write `step`, or remove `->` and what follows
        gate a() -> ;
        ^ ->  a gate yields its verdict and no artifact; write `step`, or remove `->` and what follows
        step a(): X;
        ^ :  what `a` yields stands after an arrow; write `-> name: Type`
        step a() => x: X;
        ^ =>  unexpected `=>`; write `->` before what a step yields
        step a() - x: X;
        ^ -  unexpected `-` in step `a`; end it with `;`, a body or `= expression;`
        step a() -> x X;
        ^ X  unexpected `X` in step `a`; end it with `;`, a body or `= expression;`
        step a() -> { Ok(()) }
        ^ ->  `a` yields nothing yet; write `-> name: Type`, or remove `->`
        step a() -> x: { Ok(()) }
        ^ :  the type is missing; write it after the `:`
        step a() -> 3;
        ^ 3  what `a` yields has no name; write `-> name: Type`
        step a() -> x: Vec<\nstep b();
        ^ Vec<  `Vec<` is not a type; write one, as in `Vec<String>`
        step a() -> x: Vec<; step b(x);
        ^ Vec<  `Vec<` is not a type; write one, as in `Vec<String>`
        step a() -> x: Vec<X>; step b(x);
        manual step a() -> \nmanual gate b();
        ^ ->  `a` yields nothing yet; write `-> name: Type`, or remove `->`
        step a() -> x: A -> y: B;
        ^ A ->  `A ->` is not a type; write one, as in `Vec<String>`
        step a() -> x: 3;
        ^ 3  `3` is not a type; write one, as in `Vec<String>`
        step a() -> x: Foo Bar;
        ^ Foo Bar  `Foo Bar` is not a type; write one, as in `Vec<String>`
        step a() -> x: ;  step b(x);
        ^ :  the type is missing; write it after the `:`
        step a() -> ; step b(anything);
        ^ ->  `a` yields nothing yet; write `-> name: Type`, or remove `->`
        "#,
    );
}

#[test]
fn a_member_is_ended() {
    in_members(
        r#"
        step a()
        ^ )  step `a` is not ended; add `;`
        step a() step b();
        ^ )  step `a` is not ended; add `;`
        step a() -> x: X step b(x);
        ^ X  step `a` is not ended; add `;`
        step a() -> x: X\n#[by(Y)] step b(x);
        ^ X  step `a` is not ended; add `;`
        ^ Y  role `Y` is not declared; declare it before the phases with `role Y;`
        step a() -> x: X\n/// Docs.\nstep b(x);
        ^ X  step `a` is not ended; add `;`
        gate a()
        ^ )  gate `a` is not ended; add `;`
        manual gate a()
        ^ )  gate `a` is not ended; add `;`
        step a(),
        ^ ,  unexpected `,` in step `a`; end it with `;`, a body or `= expression;`
        step a(), step b();
        ^ ,  unexpected `,` in step `a`; end it with `;`, a body or `= expression;`
        step a() + b;
        ^ +  unexpected `+` in step `a`; end it with `;`, a body or `= expression;`
        step a() where X: Y;
        ^ where  unexpected `where` in step `a`; end it with `;`, a body or `= expression;`
        step a() = ;
        ^ =  `a` is bound to nothing; write a step after `=`, as in `= lint::Clippy::new();`
        step a() =
        ^ =  `a` is bound to nothing; write a step after `=`, as in `= lint::Clippy::new();`
        step a() = b
        ^ b  what `a` is bound to is not ended; add `;`
        step a() = b::C::new()\nstep b();
        ^ )  what `a` is bound to is not ended; add `;`
        step a() -> x: X = b
        ^ b  what `a` is bound to is not ended; add `;`
        step a() -> x: X = y => z;
        step a() == b;
        ^ =  unexpected `==`; write one `=` before what a step is bound to
        step a() = |x| { x; };
        step a() = { b };
        step a() {} step b();
        step a() { } -> x: X;
        ^ -  unexpected `->` after a body, which comes last; move it before the body or remove it
        step a()!;
        ^ !  unexpected `!` in step `a`; end it with `;`, a body or `= expression;`
        step a() ? ;
        ^ ?  unexpected `?` in step `a`; end it with `;`, a body or `= expression;`
        step a() = step b(); step c();
        ^ =  `a` is bound to nothing; write a step after `=`, as in `= lint::Clippy::new();`
        "#,
    );
}

#[test]
fn a_body_comes_last() {
    in_members(
        r"
        step a() { } = b;
        ^ =  unexpected `=` after a body, which comes last; move it before the body or remove it
        step a() { } step b();
        step a() => x: X; step b(x);
        ^ =>  unexpected `=>`; write `->` before what a step yields
        ",
    );
}

#[test]
fn raw_identifiers_in_types_and_bodies_pass() {
    in_members(
        r"
        step a() -> x: r#type::Thing { r#fn() }
        ",
    );
}
