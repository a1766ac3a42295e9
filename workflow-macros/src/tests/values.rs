//! The arguments of attributes.

use super::in_items;

#[test]
fn names_in_attributes() {
    in_items(
        r#"
        phase A { #[by] step a(); }
        ^ by  `by` needs parentheses; write `#[by(Role)]`
        phase A { #[by()] step a(); }
        ^ by  `by` says nothing; write `#[by(Role)]`
        phase A { #[by("ada")] step a(); }
        ^ "ada"  `by` takes a name; write `#[by(Role)]`
        phase A { #[by(A, B)] step a(); }
        ^ B  unexpected `B`; write `#[by(Role)]`
        phase A { #[by(a::B)] step a(); }
        ^ :  unexpected `:`; write `#[by(Role)]`
        phase A { #[by = "ada"] step a(); }
        ^ =  `by` needs parentheses; write `#[by(Role)]`
        phase A { #[by(R) x] step a(); }
        ^ x  unexpected `x` after `by(..)`; write each attribute in its own `#[..]`
        role R; phase A { #[by(R,)] step a(); }
        phase A { #[undo()] step a(); }
        ^ undo  `undo` says nothing; write `#[undo(method)]`
        phase A { #[undo(self.stop)] step a(); }
        ^ .  unexpected `.`; write `#[undo(method)]`
        phase A { #[was(3)] step a(); }
        ^ 3  `was` takes a name; write `#[was(old_name)]`
        phase A { #[undo{stop}] step a(); }
        ^ {  `undo` needs parentheses; write `#[undo(method)]`
        phase A { #[check()] step a() -> x: X; }
        ^ check  `check` names nothing; write `#[check(path::to::function)]`
        phase A { #[check(|x| true)] step a() -> x: X; }
        ^ |x| true  `check` takes the path of a function; write `#[check(path::to::function)]`
        phase A { #[check(a::b::<3>)] step a() -> x: X; }
        phase A { #[check("ok")] step a() -> x: X; }
        ^ "ok"  `check` takes the path of a function; write `#[check(path::to::function)]`
        phase A { #[check(a, b)] step a() -> x: X; }
        ^ a, b  `check` takes the path of a function; write `#[check(path::to::function)]`
        phase A { #[check(<T as Check>::ok)] step a() -> x: X; }
        "#,
    );
}

#[test]
fn durations_and_numbers() {
    in_items(
        r#"
        phase A { #[timeout("90s")] step a(); }
        phase A { #[timeout("90")] step a(); }
        ^ "90"  `90` has no unit; write ms, s, m, h or d after it, as in `90s`
        phase A { #[timeout("s")] step a(); }
        ^ "s"  `s` is not a duration; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[timeout("")] step a(); }
        ^ ""  the duration is missing; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[timeout("1.5s")] step a(); }
        ^ "1.5s"  `1.5s` is not a duration; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[timeout("-1s")] step a(); }
        ^ "-1s"  `-1s` is not a duration; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[timeout("90 s")] step a(); }
        ^ "90 s"  `90 s` is not a duration; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[timeout("90sec")] step a(); }
        ^ "90sec"  `90sec` is not a duration; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[timeout("0s")] step a(); }
        ^ "0s"  `0s` is no time at all; write at least `1ms`
        phase A { #[timeout(90)] step a(); }
        ^ 90  `timeout` takes a duration in quotes; write `#[timeout("90s")]`
        phase A { #[timeout(90s)] step a(); }
        ^ 90s  `timeout` takes a duration in quotes; write `#[timeout("90s")]`
        phase A { #[timeout("1s..2s")] step a(); }
        ^ "1s..2s"  `1s..2s` is not a duration; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[timeout("99999999999999999999s")] step a(); }
        ^ "99999999999999999999s"  `99999999999999999999s` is too long; a duration is at most a hundred years
        phase A { #[timeout("99999999999d")] step a(); }
        ^ "99999999999d"  `99999999999d` is too long; a duration is at most a hundred years
        phase A { #[timeout("36500d")] step a(); }
        phase A { #[timeout("36501d")] step a(); }
        ^ "36501d"  `36501d` is too long; a duration is at most a hundred years
        phase A { #[timeout(b"1s")] step a(); }
        ^ b"1s"  `timeout` takes a duration in quotes; write `#[timeout("90s")]`
        phase A { #[timeout("1S")] step a(); }
        ^ "1S"  `1S` is not a duration; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[timeout()] step a(); }
        ^ timeout  `timeout` says nothing; write `#[timeout("90s")]`
        phase A { #[estimate("1h..4h")] step a(); }
        phase A { #[estimate("4h..1h")] step a(); }
        ^ "4h..1h"  `4h..1h` runs backwards; write the shorter one first, as in `1h..4h`
        phase A { #[estimate("1h")] step a(); }
        phase A { #[estimate("..4h")] step a(); }
        ^ "..4h"  the duration is missing; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[estimate("1h..")] step a(); }
        ^ "1h.."  the duration is missing; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[estimate("1h...4h")] step a(); }
        ^ "1h...4h"  `.4h` is not a duration; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[estimate("1h..=4h")] step a(); }
        ^ "1h..=4h"  `=4h` is not a duration; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[estimate("1h..2h..3h")] step a(); }
        ^ "1h..2h..3h"  `2h..3h` is not a duration; write a whole number and ms, s, m, h or d, as in `90s`
        phase A { #[estimate("0s")] step a(); }
        phase A { #[retry(attempts = 3, backoff = "200ms..5s")] step a(); }
        phase A { #[retry(attempts = 3)] step a(); }
        phase A { #[retry(attempts = 1)] step a(); }
        phase A { #[retry(attempts = 0)] step a(); }
        ^ 0  `attempts` takes a whole number; write at least 1, which is no retry
        phase A { #[retry(attempts = "3")] step a(); }
        ^ "3"  `attempts` takes a whole number; write at least 1, which is no retry
        phase A { #[retry(attempts = -1)] step a(); }
        ^ 1  unexpected `1`; write `#[retry(attempts = 3, backoff = "200ms..5s")]`
        phase A { #[retry(attempts = 3.5)] step a(); }
        ^ 3.5  `attempts` takes a whole number; write at least 1, which is no retry
        phase A { #[retry(attempts = 99999999999)] step a(); }
        ^ 99999999999  `attempts` is at most 4294967295; write a smaller number
        phase A { #[retry(attempts = 1_000)] step a(); }
        phase A { #[retry(attempts = n)] step a(); }
        ^ n  `attempts` takes a whole number; write at least 1, which is no retry
        phase A { #[retry(attempts)] step a(); }
        ^ attempts  `attempts` has no value; write `#[retry(attempts = 3, backoff = "200ms..5s")]`
        phase A { #[retry(attempts =)] step a(); }
        ^ =  `attempts` has no value; write `#[retry(attempts = 3, backoff = "200ms..5s")]`
        phase A { #[retry(attempts = , backoff = "1s")] step a(); }
        ^ =  `attempts` has no value; write `#[retry(attempts = 3, backoff = "200ms..5s")]`
        phase A { #[retry(attempts 3)] step a(); }
        ^ attempts  `attempts` has no value; write `#[retry(attempts = 3, backoff = "200ms..5s")]`
        phase A { #[retry(backoff = "1s")] step a(); }
        ^ retry  `retry` does not say how often; add `attempts = 3`
        phase A { #[retry()] step a(); }
        ^ retry  `retry` does not say how often; add `attempts = 3`
        phase A { #[retry] step a(); }
        ^ retry  `retry` needs parentheses; write `#[retry(attempts = 3, backoff = "200ms..5s")]`
        phase A { #[retry(3)] step a(); }
        ^ 3  unexpected `3`; write `#[retry(attempts = 3, backoff = "200ms..5s")]`
        phase A { #[retry(attemps = 3)] step a(); }
        ^ attemps  `retry` has no argument `attemps`; did you mean `attempts`?
        phase A { #[retry(tries = 3)] step a(); }
        ^ tries  `retry` has no argument `tries`; it takes `attempts` and `backoff`
        phase A { #[retry(attempts = 3, attempts = 4)] step a(); }
        ^ attempts  `attempts` is given twice; remove one
        phase A { #[retry(attempts = 3 backoff = "1s")] step a(); }
        ^ backoff  unexpected `backoff`; write `#[retry(attempts = 3, backoff = "200ms..5s")]`
        phase A { #[retry(attempts = 3, backoff = 5)] step a(); }
        ^ 5  `backoff` takes a duration in quotes; write `#[retry(attempts = 3, backoff = "200ms..5s")]`
        phase A { #[retry(attempts = 3, backoff = "5")] step a(); }
        ^ "5"  `5` has no unit; write ms, s, m, h or d after it, as in `5s`
        phase A { #[retry(attempts = 3, backoff = "5s..1s")] step a(); }
        ^ "5s..1s"  `5s..1s` runs backwards; write the shorter one first, as in `1s..5s`
        phase A { #[retry(attempts = 3,)] step a(); }
        phase A { #[retry(attempts = (3))] step a(); }
        ^ (  `attempts` takes a whole number; write at least 1, which is no retry
        phase A { #[retry(attempts = 3, backoff = "0s")] step a(); }
        phase A { #[retry(attempts = 3; backoff = "1s")] step a(); }
        ^ ;  unexpected `;`; write `#[retry(attempts = 3, backoff = "200ms..5s")]`
        phase A { #[rework(to = A, max = 3)] gate a(); }
        phase A { #[rework(to = A)] gate a(); }
        ^ rework  `rework` does not say how often at most; add `max = 3`
        phase A { #[rework(max = 3)] gate a(); }
        ^ rework  `rework` does not say where to; add `to = Phase`
        phase A { #[rework()] gate a(); }
        ^ rework  `rework` does not say where to; add `to = Phase`
        phase A { #[rework(A, 3)] gate a(); }
        ^ A  `rework` has no argument `A`; it takes `to` and `max`
        phase A { #[rework(to = "A", max = 3)] gate a(); }
        ^ "A"  `to` takes the name of a phase, without quotes; write `to = Phase`
        phase A { #[rework(to = A, max = 0)] gate a(); }
        ^ 0  `max` takes a whole number; write at least 1, or leave out `rework` to halt at once
        phase A { #[rework(to = A, max = many)] gate a(); }
        ^ many  `max` takes a whole number; write at least 1, or leave out `rework` to halt at once
        phase A { #[rework(max = 3, to = A)] gate a(); }
        phase A { #[rework(to = A::B, max = 3)] gate a(); }
        ^ :  unexpected `:`; write `#[rework(to = Phase, max = 3)]`
        phase A { #[rework(target = A, max = 3)] gate a(); }
        ^ target  `rework` has no argument `target`; it takes `to` and `max`
        phase A { #[rework(to = A, mx = 3)] gate a(); }
        ^ mx  `rework` has no argument `mx`; did you mean `max`?
        phase A { #[rework] gate a(); }
        ^ rework  `rework` needs parentheses; write `#[rework(to = Phase, max = 3)]`
        "#,
    );
}
