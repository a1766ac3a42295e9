//! One mistake is one error, and all mistakes are reported in one pass.

use super::{check, whole};

#[test]
fn one_mistake_is_one_error() {
    whole(
        r"
        workflow W { phase A { step a() -> ; step b() -> y: Y; } phase B { step c(x, y); } }
        ^ ->  `a` yields nothing yet; write `-> name: Type`, or remove `->`
        workflow W { phse A { step a() -> x: X; } phase B { step b(x); #[rework(to = A, max = 1)] gate g(x); } }
        ^ phse  unknown word `phse`; did you mean `phase`?
        workflow W { A { step a() -> x: X; } phase B { step b(x); #[rework(to = A, max = 1)] gate g(x); } }
        ^ A  `A` lacks its keyword; write `phase A`
        workflow W { phase { step a() -> x: X; } phase B { step b(x); #[rework(to = A, max = 1)] gate g(x); } }
        ^ phase  this phase has no name; write `phase Name { .. }`
        workflow W { phase A { stp a() -> x: X; setp b(x) -> y: Y; } phase B { step c(x, y); } }
        ^ stp  unknown word `stp`; did you mean `step`?
        ^ setp  unknown word `setp`; did you mean `step`?
        workflow W { phase A { blah blah -> x: X; } phase B { step c(x); step d(z); } }
        ^ blah  unknown word `blah`; a member of a phase begins with `step`, `gate` or `manual`
        ^ z  artifact `z` is unknown; take an input of the workflow, or what an earlier step makes
        workflow W { phase A { step a() -> x: &X; step b(x) -> y: str; step c(x, y); } }
        ^ &  an artifact is owned, so its type holds no reference; write `X` without `&`
        ^ str  `str` has no known size; write `String`
        workflow W { phase A { step type() -> x: X; step b(x); } }
        ^ type  `type` is a Rust keyword; choose another name for the step
        workflow W { phase Start { step a() -> x: X; } phase B { step b(x); } }
        ^ Start  `Start` is an item of every workflow; choose another name than `Start`, `Done`, `Run`, `Undo`, `Undone`, `Steps`, `Position`, `Artifacts`, `Halted`, `Phase`, `State`, `Bodies`, `CanRun`, `IntoTeam`, `S` and `T`
        workflow W { rol Owner; phase A { #[by(Owner)] step a(); } }
        ^ rol  unknown word `rol`; did you mean `role`?
        workflow W { phase A { step a() -> x: X; step a(x) -> y: Y; step c(y, x); } }
        ^ a  step `a` is already there as a step of phase `A`; choose another name
        workflow W(brief: ) { phase A { step a(brief) -> x: X; step b(x); } }
        ^ :  the type is missing; write it after the `:`
        workflow W(brief) { phase A { step a(brief) -> brief; } }
        ^ brief  input `brief` has no type; write `brief: Type`
        workflow W { phase A { step a() -> x: X { let y =;} step b(x); } }
        workflow W { phase A { step } phase B { step b(); } }
        ^ step  this step has no name; write `step name(takes)`
        workflow W { phase A { ste } phase B { step b(); } }
        ^ ste  expected `step` or `gate`, found `ste`; did you mean `step`?
        workflow W { phase A { step a() -> x: X; st } phase B { step b(x); } }
        ^ st  expected `step` or `gate`, found `st`; write `step name(takes) -> made: Type;`
        workflow W { phase A { step a() -> x: X; # } phase B { step b(x); } }
        ^ #  this `#` begins nothing; write an attribute as `#[name(..)]`
        workflow W { phase A { step a() -> x: X; #[by] } phase B { step b(x); } }
        ^ by  `by` needs parentheses; write `#[by(Role)]`
        workflow W { phase A { step a() -> x: X; step b(x.) } phase B { step c(x); } }
        ^ .  unexpected `.`; artifacts are taken by name, separated by commas
        workflow W { phase A { step a() -> x: X; } ph }
        ^ ph  unknown word `ph`; a workflow consists of `role Name;` and `phase Name { .. }`
        workflow W { phase A { step a() -> x: X; } phase }
        ^ phase  this phase has no name; write `phase Name { .. }`
        workflow W { phase A { step a() -> x: X; } phase B }
        ^ B  phase `B` has no steps; write `phase B { .. }`
        workflow W { opt phase A { step a() -> x: X; } }
        ^ opt  unknown word `opt`; a workflow consists of `role Name;` and `phase Name { .. }`
        workflow W { phase A { step a(): X; step b(x); } }
        ^ :  what `a` yields stands after an arrow; write `-> name: Type`
        ",
    );
}

#[test]
fn all_mistakes_in_one_pass() {
    let declaration = r#"
        workflow ship(brief: &Brief) {
            role Owner
            phase Design {
                step draw(breif) -> drawing: Drawing
                #[by(Ownr)] gate sign_off(drawing);
                #[tiemout("1s")] step cut(drawing) -> parts: [Part];
                step paint(drawing, color) -> painted: Painted;
            }
            phase Desing { stp a(); }
            parallel phase Start { #[undo(x)] gate g(parts, painted, painted); }
        }"#;
    let reserved = "`Start` is an item of every workflow; choose another name than `Start`, `Done`, `Run`, `Undo`, \
                    `Undone`, `Steps`, `Position`, `Artifacts`, `Halted`, `Phase`, `State`, `Bodies`, `CanRun`, `IntoTeam`, `S` and `T`";
    let unknown = "artifact `color` is unknown; take an input of the workflow, or what an earlier step makes";
    check(
        declaration,
        &[
            (
                "ship",
                "the name of a workflow is written in UpperCamelCase; write `Ship`",
            ),
            (
                "&",
                "an artifact is owned, so its type holds no reference; write `Brief` without `&`",
            ),
            ("Owner", "this role is not ended; add `;`"),
            ("Drawing", "step `draw` is not ended; add `;`"),
            ("Ownr", "role `Ownr` is not declared; did you mean `Owner`?"),
            ("tiemout", "unknown attribute `tiemout`; did you mean `timeout`?"),
            ("[Part]", "`[Part]` has no known size; write `Vec<Part>`"),
            ("color", unknown),
            ("stp", "unknown word `stp`; did you mean `step`?"),
            ("Start", reserved),
            ("undo", "`undo` cannot stand above a gate; write it above a step"),
            ("painted", "`painted` is taken twice by `g`; remove one"),
        ],
    );
}

#[test]
fn only_what_may_be_lost_is_not_unknown() {
    whole(
        r"
        workflow W { role; phase A { #[by(Owner)] step a(x); #[rework(to = B, max = 1)] gate g(); } }
        ^ role  this role has no name; write `role Name;`
        ^ x  artifact `x` is unknown; take an input of the workflow, or what an earlier step makes
        ^ B  phase `B` is unknown; name an earlier phase, or that of the gate
        workflow W { phase A { step () -> ; } phase B { #[by(Owner)] step b(x); #[rework(to = C, max = 1)] gate g(); } }
        ^ (  expected the name of the step, found `(`; write `step name(takes)`
        ^ Owner  role `Owner` is not declared; declare it before the phases with `role Owner;`
        ^ C  phase `C` is unknown; name an earlier phase, or that of the gate
        workflow W { phase { step a(); } phase B { #[by(Owner)] step b(x); #[rework(to = C, max = 1)] gate g(); } }
        ^ phase  this phase has no name; write `phase Name { .. }`
        ^ Owner  role `Owner` is not declared; declare it before the phases with `role Owner;`
        ^ x  artifact `x` is unknown; take an input of the workflow, or what an earlier step makes
        workflow W { role Owner x; phase A { #[by(Ownr)] step a(); } }
        ^ x  unexpected `x` after a role; write each as `role Name;`
        ^ Ownr  role `Ownr` is not declared; did you mean `Owner`?
        ",
    );
}
