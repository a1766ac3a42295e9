//! Plans that were edited while a run was under way: what is accepted, and what is refused with its differences.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use tests::place::Place;
use workflow_runtime::prelude::*;

struct Team;

/// A build of the program: its edition of the plan, and a team for it.
macro_rules! edition {
    ($name:ident: $($phase:ident)*; $($plan:tt)*) => {
        mod $name {
            use super::*;
            workflow! { $($plan)* }
            $(impl walk::$phase for Team {})*
        }
    };
}

edition! { first: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
            step wave(key) -> waves: u32 { Ok(key * 2) }
        }
        phase Walking {
            step walk(waves) -> km: u32 { Ok(waves + 100) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

// Ahead of the run, anything goes.
edition! { ahead: Leaving Walking Resting;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
            step wave(key) -> waves: u32 { Ok(key * 2) }
        }
        phase Walking {
            step stretch(key) -> stretched: bool { Ok(*key > 0) }
            step walk(waves, stretched) -> km: u64 { Ok(u64::from(*waves) + 200) }
        }
        phase Resting {
            gate far(km) { Ok(Verdict::pass_if(*km > 200, "too short a walk")) }
        }
    }
}

// Before the position of the run, but nothing that is required: an optional phase.
edition! { optional: Packing Leaving Walking;
    pub workflow Walk(from: u32) {
        optional phase Packing {
            step pack(from) -> bags: u32 { Ok(*from) }
        }
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
            step wave(key) -> waves: u32 { Ok(key * 2) }
        }
        phase Walking {
            step walk(waves, bags) -> km: u32 { Ok(waves + bags.map_or(100, |bags| *bags)) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

// Before the position of the run: a step between two that were done.
edition! { inserted: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
            step knock(key) -> knocks: u32 { Ok(*key) }
            step wave(key) -> waves: u32 { Ok(key * 2) }
        }
        phase Walking {
            step walk(waves) -> km: u32 { Ok(waves + 100) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

edition! { inserted_phase: Packing Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Packing {
            step pack(from) -> bag: u32 { Ok(*from) }
        }
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
            step wave(key) -> waves: u32 { Ok(key * 2) }
        }
        phase Walking {
            step walk(waves) -> km: u32 { Ok(waves + 100) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

edition! { renamed: Departing Walking;
    pub workflow Walk(from: u32) {
        #[was(Leaving)]
        phase Departing {
            #[was(lock)]
            step close(from) -> key: u32 { Ok(from + 1) }
            step wave(key) -> waves: u32 { Ok(key * 2) }
        }
        phase Walking {
            step walk(waves) -> km: u32 { Ok(waves + 100) }
            #[was(rest)]
            step sleep(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

edition! { renamed_silently: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step close(from) -> key: u32 { Ok(from + 1) }
            step nod(key) -> waves: u32 { Ok(key * 2) }
        }
        phase Walking {
            step walk(waves) -> km: u32 { Ok(waves + 100) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

edition! { renamed_phase: Departing Walking;
    pub workflow Walk(from: u32) {
        phase Departing {
            step lock(from) -> key: u32 { Ok(from + 1) }
            step wave(key) -> waves: u32 { Ok(key * 2) }
        }
        phase Walking {
            step walk(waves) -> km: u32 { Ok(waves + 100) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

// `close` may be what `lock` was; nothing is like `wave`.
edition! { renamed_and_changed: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step close(from) -> key: u32 { Ok(from + 1) }
            step nod(key) -> waves: u64 { Ok(u64::from(*key)) }
        }
        phase Walking {
            step walk(waves) -> km: u32 { Ok(u32::try_from(*waves)? + 100) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

// What `Leaving` was cannot be told: it is gone with all its steps.
edition! { without: Walking;
    pub workflow Walk(from: u32) {
        phase Walking {
            step walk(from) -> km: u32 { Ok(from + 100) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

edition! { other_types: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u64 { Ok(u64::from(*from) + 1) }
            step wave(key, from) -> waves: u32 { Ok(*from + u32::try_from(*key)?) }
        }
        phase Walking {
            step walk(waves) -> km: u32 { Ok(waves + 100) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

edition! { by_hand: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
            manual step wave(key) -> waves: u32;
        }
        phase Walking {
            step walk(waves) -> km: u32 { Ok(waves + 100) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

edition! { more_inputs: Leaving Walking;
    pub workflow Walk(from: u32, to: String) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
            step wave(key) -> waves: u32 { Ok(key * 2) }
        }
        phase Walking {
            step walk(waves, to) -> km: u32 { Ok(waves + u32::try_from(to.len())?) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

edition! { other_input: Leaving Walking;
    pub workflow Walk(from: i64) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(u32::try_from(*from)? + 1) }
            step wave(key) -> waves: u32 { Ok(key * 2) }
        }
        phase Walking {
            step walk(waves) -> km: u32 { Ok(waves + 100) }
            step rest(km) -> hours: u32 { Ok(km / 10) }
        }
    }
}

/// A run of the first edition that has done both steps of `Leaving`.
async fn left() -> Place {
    let place = Place::file();
    let run = first::Walk::start(place.runtime(), "w", 4).await.unwrap();
    let run = run.leaving(&Arc::new(Team)).await.unwrap();
    assert_eq!(*run.artifacts().waves(), 10);
    drop(run);
    place
}

#[tokio::test]
async fn what_was_added_or_changed_ahead_of_the_run_is_done() {
    let place = left().await;
    let ahead::walk::Position::AfterLeaving(run) = ahead::Walk::resume(place.runtime(), "w").await.unwrap()
    else {
        panic!("`Leaving` is done");
    };
    assert_eq!(*run.artifacts().key(), 5);
    drop(run);
    let done = ahead::Walk::run(place.runtime(), "w", &Arc::new(Team), 4)
        .await
        .unwrap();
    assert_eq!(
        (*done.artifacts().km(), *done.artifacts().stretched()),
        (210, true)
    );
    let journal = place.journal("w");
    assert_eq!(
        journal.iter().filter(|line| line.contains("lock")).count(),
        1,
        "{journal:?}"
    );
}

#[tokio::test]
async fn an_optional_phase_added_before_the_run_is_passed_as_if_waived() {
    let place = left().await;
    let optional::walk::Position::AfterLeaving(run) =
        optional::Walk::resume(place.runtime(), "w").await.unwrap()
    else {
        panic!("`Leaving` is done, and `Packing` was not asked for");
    };
    assert_eq!(run.artifacts().bags(), None);
    drop(run);
    let done = optional::Walk::run(place.runtime(), "w", &Arc::new(Team), 4)
        .await
        .unwrap();
    assert_eq!((*done.artifacts().km(), done.artifacts().bags()), (110, None));
}

#[tokio::test]
async fn what_was_taken_out_ahead_of_the_run_is_not_missed() {
    let place = Place::file();
    let team = Arc::new(Team);
    let run = ahead::Walk::start(place.runtime(), "w", 4).await.unwrap();
    drop(run.leaving(&team).await.unwrap());
    let done = first::Walk::run(place.runtime(), "w", &team, 4).await.unwrap();
    assert_eq!(*done.artifacts().hours(), 11);
}

#[tokio::test]
async fn an_intended_rename_is_understood() {
    let place = left().await;
    let team = Arc::new(Team);
    let renamed::walk::Position::AfterDeparting(run) =
        renamed::Walk::resume(place.runtime(), "w").await.unwrap()
    else {
        panic!("`Leaving` was done, which is `Departing` now");
    };
    assert_eq!(*run.artifacts().key(), 5);
    drop(run.walking(&team).walk().await.unwrap());
    let done = renamed::Walk::run(place.runtime(), "w", &team, 4).await.unwrap();
    assert_eq!(*done.artifacts().hours(), 11);
    let journal = place.journal("w");
    let expected = [
        "begun",
        "done Leaving.lock",
        "done Leaving.wave",
        "replanned",
        "done Walking.walk",
        "done Walking.sleep",
    ];
    assert_eq!(journal, expected, "nothing is done twice");
}

/// Takes the run up under an edition that must be refused, and gives what it says.
macro_rules! refused {
    ($edition:ident, $place:expr) => {{
        let before = $place.journal("w");
        let error = $edition::Walk::resume($place.runtime(), "w").await.unwrap_err();
        assert!(error.is_plan_changed(), "{error}");
        assert_eq!($place.journal("w"), before, "nothing is touched");
        let text = error.to_string();
        assert!(
            text.contains("run `w` goes under another plan of `Walk`"),
            "{text}"
        );
        assert!(text.contains("nothing was touched"), "{text}");
        let differences: Vec<_> = text
            .lines()
            .filter_map(|line| line.strip_prefix("  - "))
            .map(str::to_owned)
            .collect();
        assert_eq!(error.differences(), differences, "they are data as well");
        differences
    }};
}

#[tokio::test]
async fn a_plan_that_changes_what_is_recorded_is_refused_with_the_differences() {
    let place = left().await;
    let cases = [
        (
            refused!(inserted, place),
            vec!["`Leaving.knock` was added before the run's position"],
        ),
        (
            refused!(inserted_phase, place),
            vec!["`Packing.pack` was added before the run's position"],
        ),
        (
            refused!(renamed_silently, place),
            vec![
                "step `Leaving.lock` is recorded, and the plan has none of that name; \
                 if it is `Leaving.close` now, write `#[was(lock)]` there",
                "step `Leaving.wave` is recorded, and the plan has none of that name; \
                 if it is `Leaving.nod` now, write `#[was(wave)]` there",
            ],
        ),
        (
            refused!(renamed_phase, place),
            vec![
                "phase `Leaving` is recorded, and the plan has none of that name; \
                 if it is `Departing` now, write `#[was(Leaving)]` there",
            ],
        ),
        (
            refused!(renamed_and_changed, place),
            vec![
                "step `Leaving.lock` is recorded, and the plan has none of that name; \
                 if it is `Leaving.close` now, write `#[was(lock)]` there",
                "step `Leaving.wave` is recorded, and the plan has none of that name; \
                 if it has another name now, write `#[was(wave)]` there",
            ],
        ),
        (
            refused!(without, place),
            vec![
                "phase `Leaving` is recorded, and the plan has none of that name; \
                 if it has another name now, write `#[was(Leaving)]` there",
            ],
        ),
        (
            refused!(other_types, place),
            vec![
                "`Leaving.lock` yields (key: u64), it yielded (key: u32)",
                "`Leaving.wave` takes (key: u64, from: u32), it took (key: u32)",
            ],
        ),
        (
            refused!(by_hand, place),
            vec!["`Leaving.wave` is now a manual step, it was a step"],
        ),
        (
            refused!(more_inputs, place),
            vec!["input `to` is new, and the run was begun without it"],
        ),
        (
            refused!(other_input, place),
            vec![
                "input `from: u32` is now `from: i64`",
                "`Leaving.lock` takes (from: i64), it took (from: u32)",
            ],
        ),
    ];
    for (differences, expected) in cases {
        assert_eq!(differences, expected);
    }
    // The build that began it goes on.
    let done = first::Walk::run(place.runtime(), "w", &Arc::new(Team), 4)
        .await
        .unwrap();
    assert_eq!(*done.artifacts().hours(), 11);
}

#[tokio::test]
async fn run_is_refused_like_resume() {
    let place = left().await;
    let halted = inserted::Walk::run(place.runtime(), "w", &Arc::new(Team), 4)
        .await
        .unwrap_err();
    assert!(halted.cause.journal().unwrap().is_plan_changed(), "{halted}");
    // The handle that comes with it is detached.
    let inserted::walk::Position::Start(run) = halted.run else {
        panic!("a detached handle stands at the start");
    };
    let halted = run.leaving(&Arc::new(Team)).await.unwrap_err();
    assert!(halted.cause.journal().unwrap().is_plan_changed(), "{halted}");
    assert_eq!(place.journal("w").len(), 3);
}

#[tokio::test]
async fn a_step_added_at_the_end_of_a_phase_that_the_run_just_left_is_still_done() {
    // No step after it has run, so it is ahead: `Leaving` simply is not done any more.
    let place = Place::file();
    let run = first::Walk::start(place.runtime(), "w", 4).await.unwrap();
    drop(run.leaving(&Arc::new(Team)).lock().await.unwrap());
    let inserted::walk::Position::Start(run) = inserted::Walk::resume(place.runtime(), "w").await.unwrap()
    else {
        panic!("`Leaving` is not done");
    };
    let run = run.leaving(&Arc::new(Team)).await.unwrap();
    assert_eq!(*run.artifacts().knocks(), 5);
}

#[tokio::test]
async fn handing_in_under_a_changed_plan_is_refused_as_well() {
    let place = Place::file();
    let run = by_hand::Walk::start(place.runtime(), "w", 4).await.unwrap();
    let halted = run.leaving(&Arc::new(Team)).await.unwrap_err();
    assert!(halted.is_waiting());
    drop(halted);
    by_hand::walk::hand_in::wave(place.runtime(), "w", Actor::new("ada"), 3)
        .await
        .unwrap();
    // `wave` was handed in, and is no manual step here.
    let error = first::Walk::resume(place.runtime(), "w").await.unwrap_err();
    assert!(
        error.is_plan_changed() && error.to_string().contains("is now a step, it was a manual step"),
        "{error}"
    );
}
