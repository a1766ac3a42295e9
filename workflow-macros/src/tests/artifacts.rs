//! Artifacts: known, made before they are taken, introduced once, yielded anew, without circles.

use super::{in_items, whole};

#[test]
fn artifacts_are_made_before_they_are_taken() {
    in_items(
        r"
        phase A { step a(breif); }
        ^ breif  artifact `breif` is unknown; did you mean `brief`?
        phase A { step a(nothing_like_it); }
        ^ nothing_like_it  artifact `nothing_like_it` is unknown; take an input of the workflow, or what an earlier step makes
        phase A { step a(later); step b() -> later: X; }
        ^ later  artifact `later` does not exist yet, as step `b` in phase `A` makes it later; write `a` after `b`
        phase A { step a(later); } phase B { step b() -> later: X; }
        ^ later  artifact `later` does not exist yet, as step `b` in phase `B` makes it later; move `a` to that phase or a later one
        phase A { step a(x) -> x: X; }
        ^ x  `a` takes `x`, which it makes itself; take it in a later step
        parallel phase A { step a(x) -> x: X; }
        ^ x  `a` takes `x`, which it makes itself; take it in a later step
        parallel phase A { step a(x); step b() -> x: X; }
        phase A { gate a(x); step b() -> x: X; }
        ^ x  artifact `x` does not exist yet, as step `b` in phase `A` makes it later; write `a` after `b`
        phase A { step a(brief, brief); }
        ^ brief  `brief` is taken twice by `a`; remove one
        phase A { step a(x) -> x; }
        ^ x  artifact `x` is unknown; take an input of the workflow, or what an earlier step makes
        phase A { step a() -> x: X; } phase B { step b(x); }
        phase A { step a(resorces) -> b: B; step c() -> resources: R; }
        ^ resorces  artifact `resorces` is unknown; take an input of the workflow, or what an earlier step makes
        phase A { step c() -> resources: R; step a(resorces) -> b: B; step d(resourcse); }
        ^ resorces  artifact `resorces` is unknown; did you mean `resources`?
        ^ resourcse  artifact `resourcse` is unknown; did you mean `resources`?
        phase A { step a(brief, x, y); step b(x); }
        ^ x  artifact `x` is unknown; take an input of the workflow, or what an earlier step makes
        ^ y  artifact `y` is unknown; take an input of the workflow, or what an earlier step makes
        ^ x  artifact `x` is unknown; take an input of the workflow, or what an earlier step makes
        phase A { step a(missing); }
        ^ missing  artifact `missing` is unknown; take an input of the workflow, or what an earlier step makes
        phase A { step a(phase); }
        ^ phase  artifact `phase` is unknown; take an input of the workflow, or what an earlier step makes
        phase A { manual step a(brief) -> x: X; manual gate b(x, y); }
        ^ y  artifact `y` is unknown; take an input of the workflow, or what an earlier step makes
        ",
    );
}

#[test]
fn artifacts_are_introduced_once() {
    whole(
        r"
        workflow W(a: A, a: B) { phase P { step s(a); } }
        ^ a  input `a` is declared twice; remove one
        workflow W(a: A) { phase P { step s() -> a: A; } }
        ^ a  artifact `a` is an input already; choose another name, or take it and leave out the type to yield it anew
        workflow W(a: A) { phase P { step s(a) -> a: A; } }
        ^ a  artifact `a` is an input already; leave out the type to yield it anew
        workflow W { phase P { step s() -> a: A; step t() -> a: A; } }
        ^ a  artifact `a` is made by step `s` in phase `P` already; choose another name, or take it and leave out the type to yield it anew
        workflow W { phase P { step s() -> a: A; } phase Q { step t(a) -> a: B; step u(a); } }
        ^ a  artifact `a` is made by step `s` in phase `P` already; leave out the type to yield it anew
        workflow W { phase P { step s() -> a: A; step t() -> a: A; step u() -> a: A; } }
        ^ a  artifact `a` is made by step `s` in phase `P` already; choose another name, or take it and leave out the type to yield it anew
        ^ a  artifact `a` is made by step `s` in phase `P` already; choose another name, or take it and leave out the type to yield it anew
        workflow Brief(brief: Brief) { phase P { step s(brief); } }
        ^ Brief  `Brief` cannot be both the workflow and the type of `brief`; choose another name for one
        workflow Brief { phase P { step s() -> brief: Brief; step t() -> more: Brief; } }
        ^ Brief  `Brief` cannot be both the workflow and the type of `brief`; choose another name for one
        workflow Brief { phase P { step s() -> brief: Vec<Brief>; } }
        ",
    );
}

#[test]
fn artifacts_are_yielded_anew_where_they_are_taken() {
    in_items(
        r"
        phase A { step a(brief) -> brief; }
        phase A { step a() -> brief; }
        ^ brief  `a` yields `brief` anew without taking it; add it to what `a` takes
        phase A { step a(brief) -> breif; }
        ^ breif  artifact `breif` is new and has no type; did you mean `brief`?
        phase A { step a(brief) -> new_thing; }
        ^ new_thing  artifact `new_thing` is new and has no type; write `-> new_thing: Type`
        phase A { step a() -> new_thing; step b(new_thing); }
        ^ new_thing  artifact `new_thing` is new and has no type; write `-> new_thing: Type`
        parallel phase A { step a(brief) -> brief; }
        parallel phase A { step a(brief) -> brief; step b(brief); }
        ^ brief  `brief` cannot be yielded anew in a parallel phase in which `b` takes it, too; move `a` to a phase of its own
        parallel phase A { step a(brief) -> brief; step b(brief) -> brief; }
        ^ brief  `brief` cannot be yielded anew in a parallel phase in which `b` takes it, too; move `a` to a phase of its own
        parallel phase A { step a(brief) -> brief; gate b(brief); }
        ^ brief  `brief` cannot be yielded anew in a parallel phase in which `b` takes it, too; move `a` to a phase of its own
        phase A { step a(brief) -> brief; step b(brief) -> brief; gate c(brief); }
        phase A { step a(x) -> x; step b() -> x: X; }
        ^ x  artifact `x` does not exist yet, as step `b` in phase `A` makes it later; write `a` after `b`
        optional phase A { step a(brief) -> brief; } phase B { step b(brief); }
        phase A { manual step a(brief) -> brief; }
        phase A { step c() -> service: S; } phase B { step a(brief) -> service; }
        ^ service  `a` yields `service` anew without taking it; add it to what `a` takes
        ",
    );
}

#[test]
fn a_decision_looks_at_what_was_made_before() {
    in_items(
        r"
        optional(brief) phase A { step a(); }
        optional(breif) phase A { step a(); }
        ^ breif  artifact `breif` is unknown; did you mean `brief`?
        optional(x) phase A { step a() -> x: X; }
        ^ x  `x` is made in the phase that may be waived; the decision of phase `A` looks at what was made before
        optional(x) phase A { step a(); } phase B { step b() -> x: X; }
        ^ x  artifact `x` does not exist yet, as step `b` in phase `B` makes it later; the decision of phase `A` looks at what was made before
        optional(brief, brief) phase A { step a(); }
        ^ brief  `brief` is looked at twice; remove one
        optional() phase A { step a(); }
        optional(maed) phase A { step a() -> made: X; }
        ^ maed  artifact `maed` is unknown; take an input of the workflow, or what an earlier step makes
        phase Z { step z() -> made: X; } optional(made, brief,) phase A { step a(made); }
        optional(nothing) phase A { step a(); }
        ^ nothing  artifact `nothing` is unknown; take an input of the workflow, or what an earlier step makes
        ",
    );
}

#[test]
fn at_most_twelve_are_taken() {
    whole(
        r"
        workflow W(a: A, b: A, c: A, d: A, e: A, f: A, g: A, h: A, i: A, j: A, k: A, l: A, m: A) { phase P { step s(a, b, c, d, e, f, g, h, i, j, k, l); step t(a, b, c, d, e, f, g, h, i, j, k, l, m); } optional(a, b, c, d, e, f, g, h, i, j, k, l, m) phase Q { step u(); gate v(m, l, k, j, i, h, g, f, e, d, c, b, a); } }
        ^ m  a step takes at most 12 artifacts; put some of them into one type
        ^ m  a decision takes at most 12 artifacts; put some of them into one type
        ^ a  a gate takes at most 12 artifacts; put some of them into one type
        ",
    );
}

#[test]
fn parallel_steps_do_not_wait_in_a_circle() {
    in_items(
        r"
        parallel phase A { step a(y) -> x: X; step b(x) -> y: Y; }
        ^ y  these steps wait for each other: `a` takes `y` from `b`, `b` takes `x` from `a`; let one of them take what was made before
        parallel phase A { step a(z) -> x: X; step b(x) -> y: Y; step c(y) -> z: Z; gate g(x); step d(z) -> w: V; }
        ^ z  these steps wait for each other: `a` takes `z` from `c`, `c` takes `y` from `b`, `b` takes `x` from `a`; let one of them take what was made before
        parallel phase A { step a(y) -> x: X; step b(x) -> y: Y; step c(v) -> u: U; step d(u) -> v: V; }
        ^ y  these steps wait for each other: `a` takes `y` from `b`, `b` takes `x` from `a`; let one of them take what was made before
        ^ v  these steps wait for each other: `c` takes `v` from `d`, `d` takes `u` from `c`; let one of them take what was made before
        parallel phase A { step d(x) -> w: X; step a(y, brief) -> x: X; step b(x) -> y: Y; }
        ^ y  these steps wait for each other: `a` takes `y` from `b`, `b` takes `x` from `a`; let one of them take what was made before
        parallel phase A { step b(x) -> y: Y; step a() -> x: X; step c(x, y); }
        parallel phase A { step a(y, v) -> x: X; step b(x) -> y: Y; step c(x) -> v: V; }
        ^ y  these steps wait for each other: `a` takes `y` from `b`, `b` takes `x` from `a`; let one of them take what was made before
        ",
    );
}
