//! Attributes: known, in their place, once.

use super::{in_items, whole};

#[test]
fn attributes_stand_where_they_mean_something() {
    in_items(
        r#"
        phase A { #[rework(to = A, max = 1)] step a(); }
        ^ rework  `rework` cannot stand above a step; write it above a gate
        phase A { #[undo(b)] gate a(); }
        ^ undo  `undo` cannot stand above a gate; write it above a step
        phase A { #[check(ok)] gate a(); }
        ^ check  `check` cannot stand above a gate; write it above a step that yields something, or an input
        phase A { #[check(ok)] step a(); }
        ^ check  `check` is about what a step yields, and this one yields nothing; remove it, or write `-> name: Type`
        phase A { #[check(ok)] step a() -> x: X; #[check(ok)] step b(x) -> x; }
        phase A { #[check(ok)] manual step a() -> x: X; }
        phase A { #[retry(attempts = 2)] manual step a(); }
        ^ retry  `retry` is about attempts, and what is manual is not attempted; remove it, or `manual`
        phase A { #[timeout("1s")] manual gate a(); }
        ^ timeout  `timeout` is about attempts, and what is manual is not attempted; remove it, or `manual`
        phase A { #[undo(b)] manual step a(); }
        ^ undo  `undo` takes back what the team did, and a manual step is not done by it; remove it, or `manual`
        #[undo(b)] phase A { step a(); }
        ^ undo  `undo` cannot stand above a phase; write it above a step
        #[estimate("1h")] phase A { step a(); }
        ^ estimate  `estimate` cannot stand above a phase; write it above a step or a gate
        #[rework(to = A, max = 1)] phase A { step a(); }
        ^ rework  `rework` cannot stand above a phase; write it above a gate
        #[was(B)] role R; phase A { step a(); }
        ^ was  `was` cannot stand above a role; write it above a phase, a step or a gate
        #[check(ok)] phase A { step a(); }
        ^ check  `check` cannot stand above a phase; write it above a step that yields something, or an input
        #[retry(attempts = 2)] #[timeout("1s")] #[was(B)] phase A { #[estimate("1h")] manual step a(); }
        "#,
    );
}

#[test]
fn attributes_of_workflows_and_inputs() {
    whole(
        r#"
        #[was(Old)] workflow W { phase A { step a(); } }
        ^ was  `was` cannot stand above a workflow; write it above a phase, a step or a gate
        #[undo(b)] workflow W { phase A { step a(); } }
        ^ undo  `undo` cannot stand above a workflow; write it above a step
        #[estimate("1h")] workflow W { phase A { step a(); } }
        ^ estimate  `estimate` cannot stand above a workflow; write it above a step or a gate
        #[retry(attempts = 2)] #[timeout("1s")] workflow W { phase A { step a(); } }
        workflow W(#[check(ok)] x: X) { phase A { step a(x); } }
        workflow W(#[timeout("1s")] x: X) { phase A { step a(x); } }
        ^ timeout  `timeout` cannot stand above an input; write it above a step, a gate, a phase or the workflow
        workflow W(/** Doc. */ x: X) { phase A { step a(x); } }
        #[check(ok)] workflow W { phase A { step a(); } }
        ^ check  `check` cannot stand above a workflow; write it above a step that yields something, or an input
        #[derive(Debug)] workflow W { phase A { step a(); } }
        ^ derive  unknown attribute `derive`; a workflow may have `by`, `retry` and `timeout`
        "#,
    );
}

#[test]
fn attributes_are_known_and_stand_once() {
    in_items(
        r#"
        phase A { #[cfg(test)] step a(); }
        ^ cfg  `cfg` cannot be used here: a plan is the same in every build, as runs outlive them; make the phase optional, or declare two workflows
        #[cfg_attr(test, by(X))] phase A { step a(); }
        ^ cfg_attr  `cfg_attr` cannot be used here: a plan is the same in every build, as runs outlive them; make the phase optional, or declare two workflows
        phase A { #[retyr(attempts = 2)] step a(); }
        ^ retyr  unknown attribute `retyr`; did you mean `retry`?
        phase A { #[allow(unused)] step a(); }
        ^ allow  unknown attribute `allow`; a step may have `by`, `retry`, `timeout`, `undo`, `check`, `estimate` and `was`
        phase A { #[tokio::main] step a(); }
        ^ tokio  unknown attribute `tokio::main`; a step may have `by`, `retry`, `timeout`, `undo`, `check`, `estimate` and `was`
        phase A { #[doc(hidden)] step a(); }
        ^ doc  `doc` is not possible here in this form; write the text after `///`
        phase A { #[doc = include_str!("x")] step a(); }
        ^ doc  `doc` is not possible here in this form; write the text after `///`
        phase A { #[timeout("1s")] #[timeout("2s")] step a(); }
        ^ timeout  `timeout` stands here twice; remove one
        phase A { #[retry(attempts = 1)] #[timeout("2s")] #[retry(attempts = 2)] step a(); }
        ^ retry  `retry` stands here twice; remove one
        role R; phase A { #[by(R)] #[by(R)] step a(); }
        ^ by  `by` stands here twice; remove one
        #[foo] role R; phase A { step a(); }
        ^ foo  unknown attribute `foo`; a role has none but doc comments
        phase A { #[inline] gate a(); }
        ^ inline  unknown attribute `inline`; a gate may have `by`, `retry`, `timeout`, `rework`, `estimate` and `was`
        phase A { #![by(R)] step a(); }
        ^ #![by(R)]  `#![..]` is about what it stands in; write `#[..]` above what it is about
        phase A { //! About this.\n step a(); }
        ^ //! About this.  `//!` describes what it stands in; write `///` above what it is about
        phase A { # step a(); }
        ^ #  this `#` begins nothing; write an attribute as `#[name(..)]`
        phase A { #[3] step a(); }
        ^ 3  an attribute begins with its name; write it as `#[name(..)]`
        phase A { #[] step a(); }
        ^ [  an attribute begins with its name; write it as `#[name(..)]`
        phase A { step a(); #[by(R)] }
        ^ by  this attribute stands above nothing; move it above what it is about
        phase A { step a(); /// Late.\n }
        ^ /// Late.  this doc comment stands above nothing; move it above what it is about
        #[undoo(x)] phase A { step a(); }
        ^ undoo  unknown attribute `undoo`; did you mean `undo`?
        phase A { #[times(3)] step a(); }
        ^ times  unknown attribute `times`; a step may have `by`, `retry`, `timeout`, `undo`, `check`, `estimate` and `was`
        "#,
    );
}
