//! Rules of phases, steps, gates, roles, renames and bodies.

use super::{in_items, in_members, whole};

#[test]
fn roles_are_declared_once() {
    whole(
        r"
        workflow W { role A; role A; phase P { step a(); } }
        ^ A  role `A` is declared twice; remove one
        workflow W { role Owner; phase P { #[by(Ownr)] step a(); } }
        ^ Ownr  role `Ownr` is not declared; did you mean `Owner`?
        workflow W { phase P { #[by(Owner)] step a(); } }
        ^ Owner  role `Owner` is not declared; declare it before the phases with `role Owner;`
        #[by(Owner)] workflow W { phase P { step a(); } }
        ^ Owner  role `Owner` is not declared; declare it before the phases with `role Owner;`
        workflow W { role Owner; #[by(Nobody)] phase P { step a(); } }
        ^ Nobody  role `Nobody` is not declared; declare it before the phases with `role Nobody;`
        #[by(Owner)] workflow W { role Owner; #[by(Owner)] phase P { #[by(Owner)] step a(); #[by(Owner)] manual gate b(); } }
        ",
    );
}

#[test]
fn there_are_phases_and_steps() {
    whole(
        r#"
        workflow W { }
        ^ W  workflow `W` has no phases; add `phase Name { .. }`
        workflow W(brief: Brief) { role A; }
        ^ W  workflow `W` has no phases; add `phase Name { .. }`
        workflow W { phase A { } }
        ^ A  phase `A` has no steps; add `step name(takes) -> made: Type;`
        workflow W { phase A { } phase B { } }
        ^ A  phase `A` has no steps; add `step name(takes) -> made: Type;`
        ^ B  phase `B` has no steps; add `step name(takes) -> made: Type;`
        workflow W { phase A { /// Doc.\n } }
        ^ /// Doc.  this doc comment stands above nothing; move it above what it is about
        workflow W { parallel phase A {} }
        ^ A  phase `A` has no steps; add `step name(takes) -> made: Type;`
        "#,
    );
}

#[test]
fn rework_goes_back() {
    in_items(
        r"
        phase A { step a(); } phase B { #[rework(to = C, max = 1)] gate b(); } phase C { step c(); }
        ^ C  phase `C` comes later, and a rejection sends the run back; name an earlier phase, or that of the gate
        phase Design { step a(); } phase B { #[rework(to = Desing, max = 1)] gate b(); }
        ^ Desing  phase `Desing` is unknown; did you mean `Design`?
        phase Design { step a(); } phase B { #[rework(to = Nowhere, max = 1)] gate b(); }
        ^ Nowhere  phase `Nowhere` is unknown; name an earlier phase, or that of the gate
        phase A { #[rework(to = A, max = 1)] gate b(); }
        phase A { step a(); } phase B { #[rework(to = A, max = 1)] manual gate b(); }
        phase A { step a(); } phase B { #[rework(to = a, max = 1)] gate b(); }
        ^ a  phase `a` is unknown; did you mean `A`?
        ",
    );
}

#[test]
fn nothing_runs_for_a_manual_step() {
    in_members(
        r"
        manual step a() { Ok(()) }
        ^ {  step `a` is manual, so a person or another program does it; remove the body, or `manual`
        manual gate a() = b;
        ^ =  gate `a` is manual, so a person or another program does it; remove what it is bound to, or `manual`
        manual gate a(brief);
        manual step a() -> x: X;
        manual step a() -> x: X { Ok(x) }
        ^ {  step `a` is manual, so a person or another program does it; remove the body, or `manual`
        ",
    );
}

#[test]
fn a_rename_is_one() {
    in_items(
        r"
        phase A { #[was(a)] step a(); }
        ^ a  `a` is its name still; remove `was`
        phase A { #[was(b)] step a(); step b(); }
        ^ b  step `b` is still there, so it was not renamed; name one that is gone
        phase A { #[was(old)] step a(); #[was(old)] step b(); }
        ^ old  `a` was `old` already; remove one of the two
        #[was(A)] phase A { step a(); }
        ^ A  `A` is its name still; remove `was`
        #[was(B)] phase A { step a(); } phase B { step b(); }
        ^ B  phase `B` is still there, so it was not renamed; name one that is gone
        #[was(Old)] phase A { step a(); } #[was(Old)] phase B { step b(); }
        ^ Old  `A` was `Old` already; remove one of the two
        #[was(Old)] phase A { #[was(old)] step a(); } phase B { #[was(old)] gate b(); }
        ",
    );
}

#[test]
fn a_body_has_no_team() {
    in_members(
        r#"
        step a() { self.go() }
        ^ self  `self` is not there in the body of a step; end `a` with `;` instead and let the team implement it
        step a() { if true { Self::x(self) } }
        ^ self  `self` is not there in the body of a step; end `a` with `;` instead and let the team implement it
        step a() { self::go() }
        step a() { use self::x; use x::{self, y}; Ok(()) }
        step a() { struct X; impl X { fn go(&self) { self.x() } } }
        step a() { self }
        ^ self  `self` is not there in the body of a step; end `a` with `;` instead and let the team implement it
        step a() { go(self, self) }
        ^ self  `self` is not there in the body of a step; end `a` with `;` instead and let the team implement it
        step a() { let x = self.x; self.y }
        ^ self  `self` is not there in the body of a step; end `a` with `;` instead and let the team implement it
        gate a() { self.go() }
        ^ self  `self` is not there in the body of a step; end `a` with `;` instead and let the team implement it
        step a() { "self"; selfish(); Ok(()) }
        "#,
    );
}

#[test]
fn what_is_bound_is_left_to_rustc() {
    in_members(
        r"
        step a() = self.x;
        step a() = step;
        ",
    );
}
