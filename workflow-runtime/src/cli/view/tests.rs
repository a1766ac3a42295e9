//! How runs are looked at that went a long way.

use super::*;
use crate::cli::sample::{Diary, Release, began, done, eventful, rejected, waiting};

mod trip {
    workflow_runtime::workflow! {
        pub(crate) workflow Trip() {
            phase Way { step walk() -> steps: u32; }
            optional phase Rest { step sit(steps) -> seat: u32; }
            phase Top {
                step climb(steps) -> height: u32;
                #[undo(sink)]
                step fly(height) -> air: u32;
                #[rework(to = Top, max = 1)]
                gate look(height);
            }
        }
    }
}

fn marks(view: &View) -> Vec<Mark> {
    view.steps.iter().map(|step| step.mark).collect()
}

/// Before the plan had a rest.
fn without_rest() -> Diary {
    Diary::of(trip::Trip::PLAN)
        .then(0, began())
        .then(1, done("Way.walk", 0, 1, 1, "1"))
}

#[test]
fn an_optional_phase_that_was_added_behind_the_run_stays_behind_it_after_rework() {
    let view = without_rest()
        .then(1, done("Top.climb", 0, 1, 1, "1"))
        .then(1, done("Top.fly", 0, 1, 1, "1"))
        .then(1, rejected("Top.look", 0, "fog", Some("Top")))
        .view();
    let (done, skipped, next, open) = (Mark::Done, Mark::Skipped, Mark::Ready, Mark::Open);
    assert_eq!(marks(&view), [done, skipped, next, open, open]);
}

#[test]
fn an_optional_phase_is_behind_the_run_once_an_attempt_after_it_was_begun() {
    let (step, round, attempt) = ("Top.climb".to_owned(), 0, 1);
    let begun = RecordKind::StepStarted { step, round, attempt };
    let view = without_rest().then(1, begun).view();
    assert_eq!(marks(&view)[1..3], [Mark::Skipped, Mark::Ready]);
    let view = without_rest().view();
    assert_eq!(marks(&view)[1..3], [Mark::Ready, Mark::Open]);
}

#[test]
fn who_is_asked_again_after_a_stop_is_waited_for_once() {
    let asked_again = eventful()
        .then(60, RecordKind::Cancelled)
        .then(60, waiting("Launch.date", 1))
        .view();
    let date = asked_again.steps.iter().find(|step| step.path == "Launch.date");
    let waits = &date.expect("it is in the plan").waits;
    let first = eventful().now();
    assert_eq!(
        waits.iter().map(|wait| wait.from).collect::<Vec<_>>(),
        [Some(first)]
    );
}

#[test]
fn nobody_is_waited_for_once_a_run_is_taken_back() {
    let taken_back = eventful().then(60, RecordKind::UndoBegan);
    let since = taken_back.now();
    let view = taken_back.stands(Standing::Undoing).view();
    let waits: Vec<_> = view.steps.iter().flat_map(|step| &step.waits).collect();
    assert!(waits.iter().all(|wait| wait.to.is_some()));
    assert_eq!(waits.last().and_then(|wait| wait.to), Some(since));
}

#[test]
fn a_step_that_failed_and_is_left_to_people_now_waits() {
    let error = "out of ink".to_owned();
    let failed = RecordKind::StepFailed {
        step: "Launch.date".to_owned(),
        round: 0,
        attempt: 1,
        error,
        terminal: true,
        halts: true,
        took: None,
        said: Vec::new(),
    };
    let view = Diary::of(Release::PLAN)
        .then(0, began())
        .then(1, failed)
        .then(1, waiting("Launch.date", 0))
        .view();
    assert_eq!(
        view.waiting().map(|step| step.path.as_str()).collect::<Vec<_>>(),
        ["Launch.date"]
    );
}
