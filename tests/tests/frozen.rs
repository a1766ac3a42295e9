//! A driver that is frozen, and comes back when another has gone on with its run.

#![cfg(unix)]
#![allow(missing_docs, reason = "tests")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tests::child::{Child, errand, say};
use tests::place::Place;
use tests::soon::soon;
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Winter() {
        phase Sleeping {
            step dig() -> den: u32 { Ok(1) }
            step sleep(den) -> fat: u32;
            step wake(fat) -> spring: u32 { Ok(fat + 1) }
        }
    }
}

/// Sleeps until there is a file, if it is told one.
struct Bear(Option<PathBuf>);

impl winter::Sleeping for Bear {
    async fn sleep(&self, _: &StepContext, den: &u32) -> StepResult<u32> {
        if let Some(file) = &self.0 {
            say("sleeps");
            while !file.exists() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Ok(den + 1)
    }
}

fn spring(journal: &Path) -> PathBuf {
    journal.with_extension("spring")
}

/// The other process: does nothing unless the test below starts it.
#[tokio::test]
async fn as_a_child_process() {
    let Some((_, path)) = errand() else { return };
    let runtime = Runtime::open(&path).expect("the parent made the file");
    match Winter::run(&runtime, "w", &Arc::new(Bear(Some(spring(&path))))).await {
        Ok(done) => say(&format!("done {done:?}")),
        Err(halted) => {
            let fenced = halted.cause.journal().is_some_and(RuntimeError::is_fenced);
            say(&format!("fenced {fenced}: {halted}"));
        }
    }
}

#[tokio::test]
async fn a_frozen_driver_is_named_and_fenced_off_when_it_comes_back() {
    let place = Place::file();
    let mut frozen = Child::sent("drive", &place);
    assert_eq!(frozen.says(), "sleeps");
    frozen.freeze();
    let awake = Arc::new(Bear(None));
    let refused = soon(Winter::run(place.runtime(), "w", &awake)).await.unwrap_err();
    assert!(
        refused.cause.journal().is_some_and(RuntimeError::is_held),
        "{refused}"
    );
    let holder = format!("process {}", frozen.id());
    assert!(refused.to_string().contains(&holder), "{refused}");
    // Reading does not wait for it.
    assert_eq!(soon(place.runtime().runs()).await.unwrap().len(), 1);

    soon(place.runtime().break_hold("w")).await.unwrap();
    let done = soon(Winter::run(place.runtime(), "w", &awake)).await.unwrap();
    assert_eq!(*done.artifacts().spring(), 3);
    drop(done);
    let journal = place.journal("w");
    assert_eq!(
        journal,
        [
            "begun",
            "done Sleeping.dig",
            "done Sleeping.sleep",
            "done Sleeping.wake"
        ]
    );

    std::fs::write(spring(&place.path()), "").unwrap();
    frozen.thaw();
    let said = frozen.says();
    assert!(said.starts_with("fenced true"), "{said}");
    assert!(frozen.ended().success());
    assert_eq!(place.journal("w"), journal, "it has written nothing");
    place.runtime().verify("w").await.unwrap();
}
