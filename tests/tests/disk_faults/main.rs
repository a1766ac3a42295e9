//! Disks that are full, broken or read-only, and files that two processes drive runs in.

#![allow(missing_docs, reason = "tests")]

mod processes;
mod protected;

use std::time::Duration;

use disk::Failing;
use tests::cuts::{DEADLINE, Watched};
use tests::place::journal;
use tests::script::Script;
use tests::voyage::{MADE, Stopped, calls_after, sail, sail_on, undisturbed};
use workflow_runtime::{Runtime, RuntimeError};

/// When the disk fails, and how.
#[derive(Debug, Clone, Copy)]
struct Fault {
    failing: Failing,
    /// So many writes or syncs succeed before.
    succeed: usize,
    /// It fails but once.
    once: bool,
}

impl Fault {
    fn strike(self, watched: &Watched) {
        if self.once {
            watched.disk.fail_once(self.failing, self.succeed);
        } else {
            watched.disk.fail(self.failing, self.succeed);
        }
    }

    /// Asserts that an error says what is wrong, with which file, and what to do.
    fn assert_told(self, watched: &Watched, error: &RuntimeError) {
        let text = error.to_string();
        let path = watched.path();
        let (fault, remedy) = match self.failing {
            Failing::Full => (
                format!("there is no room to write to `{}`", path.display()),
                "; free some space and go on",
            ),
            Failing::Writes | Failing::Syncs => (
                format!("cannot use `{}`: disk I/O error", path.display()),
                "; look after its disk and go on",
            ),
        };
        assert!(
            text.starts_with(&fault) && text.ends_with(remedy),
            "{self:?}: {text}"
        );
        assert!(
            !error.is_held() && !error.is_fenced() && !error.is_refused(),
            "{self:?}: {error:?}"
        );
    }

    /// Mends the disk; the same runtime goes on, or one that is opened anew: was the other closed before that or after?
    fn go_on(self, watched: &Watched, runtime: Runtime) -> Runtime {
        match self.succeed % 3 {
            0 => {
                watched.disk.mend();
                runtime
            }
            1 => {
                drop(runtime);
                watched.disk.mend();
                watched.open()
            }
            _ => {
                watched.disk.mend();
                drop(runtime);
                watched.open()
            }
        }
    }
}

async fn sail_in_time(runtime: &Runtime, script: &Script) -> Result<String, Stopped> {
    let sailing = sail(runtime, "v", script);
    tokio::time::timeout(DEADLINE, sailing).await.expect("it ends")
}

/// Lets the disk fail in the middle of a run. Yields whether it was still under way then.
async fn a_run_survives(fault: Fault) -> bool {
    let watched = Watched::new();
    let runtime = watched.open();
    fault.strike(&watched);
    if let Err(stopped) = sail_in_time(&runtime, &Script::default()).await {
        fault.assert_told(&watched, &stopped.error);
    }
    let has_failed = watched.disk.failures() > 0;

    // Reading goes on, and what is told is what is there.
    watched.assert_whole(&runtime).await;
    let log = watched.disk.log();
    let told: Vec<_> = log.notes_before(log.len()).collect();
    for line in journal(&watched.sql(), "v") {
        let was_told = told.contains(&format!("v: {line}").as_str());
        assert!(
            was_told,
            "{fault:?}: `{line}` is there, but its writer was told that it is not"
        );
    }

    let runtime = fault.go_on(&watched, runtime);
    let before = journal(&watched.sql(), "v");
    let script = Script::default();
    let made = sail_in_time(&runtime, &script).await;
    assert_eq!(
        made.unwrap_or_else(|stopped| panic!("{fault:?}: {stopped:?}")),
        MADE
    );
    let mut calls = script.notes();
    calls.sort_unstable();
    assert_eq!(
        calls,
        calls_after(&before),
        "{fault:?}: what is done is not done again"
    );
    watched.assert_whole(&runtime).await;
    let mut lines = journal(&watched.sql(), "v");
    lines.sort_unstable();
    assert_eq!(lines, undisturbed(), "{fault:?}");
    has_failed
}

/// Lets each of the writes or syncs of a run fail in turn, .
async fn a_run_survives_each(failing: Failing, once: bool, at_least: usize) {
    let mut succeed = 0;
    while a_run_survives(Fault {
        failing,
        succeed,
        once,
    })
    .await
    {
        succeed += 1;
    }
    assert!(succeed >= at_least, "so many were there to fail: {succeed}");
}

#[tokio::test]
async fn a_run_goes_on_when_there_is_room_again_whichever_write_found_the_disk_full() {
    a_run_survives_each(Failing::Full, false, 80).await;
}

#[tokio::test]
async fn a_run_goes_on_after_one_write_found_the_disk_full() {
    a_run_survives_each(Failing::Full, true, 80).await;
}

#[tokio::test]
async fn a_run_goes_on_after_writes_that_failed() {
    a_run_survives_each(Failing::Writes, false, 80).await;
    a_run_survives_each(Failing::Writes, true, 80).await;
}

#[tokio::test]
async fn a_run_goes_on_after_syncs_that_failed() {
    a_run_survives_each(Failing::Syncs, false, 20).await;
    a_run_survives_each(Failing::Syncs, true, 20).await;
}

#[tokio::test]
async fn a_handle_that_found_the_disk_full_goes_on_itself_when_there_is_room_again() {
    let mut went_on = 0;
    for succeed in (20..100).step_by(4) {
        let watched = Watched::new();
        let runtime = watched.open();
        watched.disk.fail(Failing::Full, succeed);
        let script = Script::default();
        let stopped = sail_in_time(&runtime, &script)
            .await
            .expect_err("there is no room");
        let Some(run) = stopped.run else { continue };
        let before = journal(&watched.sql(), "v");
        script.notes();
        watched.disk.mend();
        match sail_on(&runtime, "v", run, &script).await {
            Ok(made) => assert_eq!(made, MADE),
            // A handle that never got hold of the run says so for good.
            Err(again) => {
                assert_eq!(again.error.to_string(), stopped.error.to_string());
                continue;
            }
        }
        let (mut calls, open) = (script.notes(), calls_after(&before));
        calls.sort_unstable();
        assert_eq!(calls, open, "{succeed}");
        watched.assert_whole(&runtime).await;
        went_on += 1;
    }
    assert!(went_on > 12, "{went_on}");
}

/// A run that was let go of on a full disk, which is mended; with the runtime that could not write it down.
async fn let_go_of_in_vain(succeed: usize) -> (Watched, Runtime) {
    let watched = Watched::new();
    let runtime = watched.open();
    watched.disk.fail(Failing::Full, succeed);
    drop(
        sail_in_time(&runtime, &Script::default())
            .await
            .expect_err("there is no room"),
    );
    // One thread writes: when this is answered, it has tried.
    let full = sail(&runtime, "w", &Script::default())
        .await
        .expect_err("there is no room");
    assert!(!full.error.is_held(), "{full:?}");
    watched.disk.mend();
    (watched, runtime)
}

#[tokio::test]
async fn a_run_let_go_of_on_a_full_disk_is_free_for_others_with_the_next_write() {
    for succeed in [40, 60, 80] {
        let (watched, runtime) = let_go_of_in_vain(succeed).await;
        let next = sail(&runtime, "w", &Script::default()).await;
        assert_eq!(next.expect("there is room"), MADE);
        let others = sail_in_time(&watched.open(), &Script::default()).await;
        assert_eq!(
            others.unwrap_or_else(|stopped| panic!("{succeed}: {stopped:?}")),
            MADE
        );
        watched.assert_whole(&runtime).await;
    }
}

#[tokio::test]
async fn a_run_let_go_of_on_a_full_disk_is_free_for_others_without_another_write() {
    let (watched, _idle) = let_go_of_in_vain(60).await;
    let (other, script) = (watched.open(), Script::default());
    let taken_up = async {
        loop {
            match sail(&other, "v", &script).await {
                Ok(made) => return made,
                Err(stopped) => assert!(stopped.error.is_held(), "{stopped:?}"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert_eq!(
        tokio::time::timeout(DEADLINE, taken_up)
            .await
            .expect("it is let go"),
        MADE
    );
}

#[tokio::test]
async fn a_file_that_could_not_be_made_is_made_once_the_disk_is_mended() {
    for failing in [Failing::Full, Failing::Writes, Failing::Syncs] {
        for once in [true, false] {
            let mut succeed = 0;
            loop {
                let watched = Watched::new();
                let fault = Fault {
                    failing,
                    succeed,
                    once,
                };
                fault.strike(&watched);
                let opened = Runtime::open(watched.path());
                if watched.disk.failures() == 0 {
                    break;
                }
                if let Err(error) = opened {
                    fault.assert_told(&watched, &error);
                }
                watched.disk.mend();
                let runtime = watched.open();
                assert_eq!(
                    sail_in_time(&runtime, &Script::default())
                        .await
                        .expect("it is mended"),
                    MADE
                );
                watched.assert_whole(&runtime).await;
                succeed += 1;
            }
            assert!(succeed > 3, "{failing:?}: {succeed}");
        }
    }
}

#[tokio::test]
async fn a_file_that_is_closed_on_a_full_disk_is_whole_when_it_is_opened_again() {
    for succeed in 0..40 {
        let watched = Watched::new();
        let runtime = watched.open();
        assert_eq!(
            sail_in_time(&runtime, &Script::default())
                .await
                .expect("there is room"),
            MADE
        );
        let fault = Fault {
            failing: Failing::Full,
            succeed,
            once: false,
        };
        fault.strike(&watched);
        drop(runtime);
        if let Err(error) = Runtime::open(watched.path()) {
            fault.assert_told(&watched, &error);
        }
        let has_failed = watched.disk.failures() > 0;
        watched.disk.mend();
        watched.assert_whole(&watched.open()).await;
        if !has_failed {
            return;
        }
    }
    panic!("closing writes less");
}
