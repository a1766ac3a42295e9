//! A changed plan that was accepted: what the journal keeps of it, and what counts from then on.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use tests::place::Place;
use workflow_runtime::Standing;
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

edition! { first: Leaving Walking Eating Sleeping;
    pub workflow Walk(from: u32, with: String) {
        role Guide;
        role Porter;
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
        }
        phase Walking {
            step walk(key) -> km: u32 { Ok(key * 10) }
            step rest(km) -> hours: u32 { Ok(*km) }
            step look(km) -> view: u32 { Ok(*km) }
            #[by(Guide)]
            manual gate far(km);
        }
        phase Eating {
            step cook(key) -> soup: u32 { Ok(*key) }
            step eat(soup) -> full: bool { Ok(*soup > 0) }
        }
        phase Sleeping {
            #[rework(to = Walking, max = 2)]
            gate slept(key) { Ok(Verdict::pass_if(*key > 0, "too short")) }
        }
    }
}

// All that may be changed ahead of a run.
edition! { changed: Leaving Walking Eating Resting;
    pub workflow Walk(from: u32) {
        role Guide;
        role Porter;
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
        }
        optional phase Eating {
            step eat(key) -> full: bool { Ok(*key > 0) }
            step cook(key) -> soup: u32 { Ok(*key) }
        }
        parallel phase Walking {
            step walk(key) -> km: u64 { Ok(u64::from(*key)) }
            manual step rest(key) -> hours: u32;
            step sing(key) -> song: u32 { Ok(*key) }
            #[by(Porter)]
            manual gate far(km);
        }
        #[was(Sleeping)]
        phase Resting {
            #[rework(to = Leaving, max = 3)]
            gate slept(key) { Ok(Verdict::pass_if(*key > 0, "too short")) }
        }
    }
}

/// The differences that each `replanned` line names.
fn replanned(place: &Place) -> Vec<Vec<String>> {
    let lines = place.lines("w");
    let differences = lines
        .iter()
        .filter_map(|line| line.get("replanned")?.get("differences"));
    differences
        .map(|of| serde_json::from_value(of.clone()).unwrap())
        .collect()
}

#[tokio::test]
async fn all_that_is_different_is_recorded_in_the_words_of_the_plan() {
    let place = Place::file();
    let run = first::Walk::start(place.runtime(), "w", 4, "ada".to_owned())
        .await
        .unwrap();
    drop(run.leaving(&Arc::new(Team)).await.unwrap());
    let begun_under = &place.lines("w")[0];
    drop(changed::Walk::resume(place.runtime(), "w").await.unwrap());
    assert_eq!(
        replanned(&place),
        [[
            "input `with: String` was removed",
            "`Walking.look` was removed",
            "`Sleeping.slept` is now called `Resting.slept`",
            "`Walking.sing` was added",
            "`Walking.walk` yields (km: u64), it yielded (km: u32)",
            "`Walking.rest` is now a manual step, it was a step",
            "`Walking.rest` takes (key: u32), it took (km: u32)",
            "`Walking.far` takes (km: u64), it took (km: u32)",
            "`Eating.eat` takes (key: u32), it took (soup: u32)",
            "the phases are in another order: `Leaving`, `Eating`, `Walking`, `Resting`",
            "the steps of phase `Eating` are in another order: `eat`, `cook`",
            "phase `Walking` is now parallel",
            "phase `Eating` is now optional",
            "`Walking.far` is by `Porter`, it was by `Guide`",
            "`Sleeping.slept` sends back to `Leaving`, at most 3 times, \
             it sent back to `Walking`, at most 2 times",
        ]]
    );
    assert_eq!(&place.lines("w")[0], begun_under);
    // The same plan again is nothing new.
    drop(changed::Walk::resume(place.runtime(), "w").await.unwrap());
    assert_eq!(place.journal("w"), ["begun", "done Leaving.lock", "replanned"]);
    place.runtime().verify("w").await.unwrap();
}

edition! { short: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
        }
        phase Walking {
            step walk(key) -> km: u32 { Ok(key * 10) }
            manual step photo(km) -> photo: String;
            #[rework(to = Walking, max = 9)]
            manual gate far(km);
        }
    }
}

edition! { long: Leaving Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
        }
        phase Walking {
            step walk(key) -> km: u64 { Ok(u64::from(*key) * 100) }
            manual step photo(km) -> photo: String;
            #[rework(to = Walking, max = 9)]
            manual gate far(km);
        }
    }
}

async fn left() -> Place {
    let place = Place::file();
    let run = short::Walk::start(place.runtime(), "w", 4).await.unwrap();
    drop(run.leaving(&Arc::new(Team)).await.unwrap());
    place
}

#[tokio::test]
async fn a_plan_that_was_changed_twice_is_judged_by_the_one_that_was_accepted_last() {
    let place = left().await;
    let walked = long::Walk::run(place.runtime(), "w", &Arc::new(Team), 4).await;
    assert!(walked.unwrap_err().is_waiting());
    // `walk` was done under the second plan; the first, and any like it, has it otherwise.
    let refused = short::Walk::resume(place.runtime(), "w").await.unwrap_err();
    assert!(refused.is_plan_changed());
    let differences = ["`Walking.walk` yields (km: u32), it yielded (km: u64)"];
    assert_eq!(refused.differences(), differences);
    assert_eq!(
        refused.to_string(),
        format!(
            "run `w` goes under another plan of `Walk`, and cannot be taken up by this one:\n  - {}\n\
             nothing was touched; take it up with the build that drove it last, or begin a new run",
            differences[0]
        )
    );
    assert_eq!(replanned(&place), [differences_to_long()]);
    let goes_on = long::Walk::run(place.runtime(), "w", &Arc::new(Team), 4)
        .await
        .unwrap_err();
    assert_eq!(goes_on.cause.steps(), ["Walking.photo"]);
}

fn differences_to_long() -> [String; 3] {
    [
        "`Walking.walk` yields (km: u64), it yielded (km: u32)",
        "`Walking.photo` takes (km: u64), it took (km: u32)",
        "`Walking.far` takes (km: u64), it took (km: u32)",
    ]
    .map(str::to_owned)
}

#[tokio::test]
async fn a_run_goes_back_to_the_plan_before_if_nothing_was_done_that_it_has_otherwise() {
    let place = left().await;
    drop(long::Walk::resume(place.runtime(), "w").await.unwrap());
    drop(short::Walk::resume(place.runtime(), "w").await.unwrap());
    drop(long::Walk::resume(place.runtime(), "w").await.unwrap());
    let expected = [
        "begun",
        "done Leaving.lock",
        "replanned",
        "replanned",
        "replanned",
    ];
    assert_eq!(place.journal("w"), expected);
    assert_eq!(replanned(&place)[0], replanned(&place)[2]);
    let halted = short::Walk::run(place.runtime(), "w", &Arc::new(Team), 4)
        .await
        .unwrap_err();
    assert!(halted.is_waiting());
    drop(halted);
    // The plan that it was begun under is not the one that counts now.
    let refused = long::Walk::resume(place.runtime(), "w").await.unwrap_err();
    assert!(refused.is_plan_changed(), "{refused}");
}

// A run that was begun without it has left the lights on, and is past it.
edition! { added: Leaving Lights Walking;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
        }
        optional phase Lights {
            step switch_off(from) -> dark: bool { Ok(*from > 0) }
        }
        phase Walking {
            step walk(key) -> km: u32 { Ok(key * 10) }
            manual step photo(km) -> photo: String;
            #[rework(to = Walking, max = 9)]
            manual gate far(km);
        }
    }
}

edition! { shorter: Leaving;
    pub workflow Walk(from: u32) {
        phase Leaving {
            step lock(from) -> key: u32 { Ok(from + 1) }
        }
    }
}

async fn stands(place: &Place) -> (Standing, String) {
    let run = place.runtime().runs().await.unwrap().remove(0);
    (run.standing, run.position)
}

#[tokio::test]
async fn a_run_stands_as_it_stood_when_only_its_plan_was_changed() {
    let waiting = (Standing::Waiting, "Walking.photo".to_owned());
    let place = left().await;
    drop(
        short::Walk::run(place.runtime(), "w", &Arc::new(Team), 4)
            .await
            .unwrap_err(),
    );
    assert_eq!(stands(&place).await, waiting);
    drop(added::Walk::resume(place.runtime(), "w").await.unwrap());
    assert_eq!(replanned(&place).len(), 1);
    assert_eq!(stands(&place).await, waiting);
    drop(
        added::Walk::run(place.runtime(), "w", &Arc::new(Team), 4)
            .await
            .unwrap_err(),
    );
    assert_eq!(stands(&place).await, waiting);

    // One that is taken back stays so, begun or over.
    let position = added::Walk::resume(place.runtime(), "w").await.unwrap();
    position.undo(&Arc::new(Team)).await.unwrap();
    assert_eq!(stands(&place).await.0, Standing::Undone);
    let lines = place.lines("w");
    let over = short::Walk::resume(place.runtime(), "w").await.unwrap_err();
    assert!(over.is_undone(), "{over}");
    assert_eq!(
        (stands(&place).await.0, place.lines("w")),
        (Standing::Undone, lines)
    );
}

#[tokio::test]
async fn a_plan_with_less_to_do_ends_a_run_and_one_with_more_goes_on_with_it() {
    let place = left().await;
    let position = shorter::Walk::resume(place.runtime(), "w").await.unwrap();
    assert!(
        matches!(position, shorter::walk::Position::Done(_)),
        "{position:?}"
    );
    drop(position);
    assert_eq!(stands(&place).await, (Standing::Done, "Leaving.lock".to_owned()));
    drop(short::Walk::resume(place.runtime(), "w").await.unwrap());
    assert_eq!(
        stands(&place).await,
        (Standing::Running, "Leaving.lock".to_owned())
    );
    drop(
        short::Walk::run(place.runtime(), "w", &Arc::new(Team), 4)
            .await
            .unwrap_err(),
    );
    assert_eq!(
        stands(&place).await,
        (Standing::Waiting, "Walking.photo".to_owned())
    );
}

#[tokio::test]
async fn a_changed_plan_is_not_recorded_when_the_run_is_refused_for_another_reason() {
    let place = left().await;
    let before = place.lines("w");
    let halted = added::Walk::run(place.runtime(), "w", &Arc::new(Team), 5)
        .await
        .unwrap_err();
    assert!(halted.cause.journal().unwrap().is_other_inputs(), "{halted}");
    assert_eq!(place.lines("w"), before);

    let refused = unreadable::Walk::resume(place.runtime(), "w").await.unwrap_err();
    assert!(refused.is_artifact(), "{refused}");
    assert_eq!(place.lines("w"), before);
}

mod unreadable {
    use super::*;

    /// Called like the number that it was, and read in another way.
    #[allow(non_camel_case_types)]
    pub(crate) type u32 = Vec<std::primitive::u32>;

    workflow! {
        pub(crate) workflow Walk(from: u32) {
            phase Leaving {
                step lock(from) -> key: u32 { Ok(vec![1]) }
            }
        }
    }
    impl walk::Leaving for Team {}
}
