//! Opening a file with many finished runs, and one without any.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use workflow_runtime::prelude::*;

use crate::{ROUNDS, median};

workflow! {
    workflow Short() {
        phase Only {
            step step() { Ok(()) }
        }
    }
}

struct Anybody;

impl short::Only for Anybody {}

pub(crate) async fn measure() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let (empty, full) = (folder.path().join("empty.db"), folder.path().join("full.db"));
    drop(Runtime::open(&empty)?);
    let runtime = Runtime::open(&full)?;
    for group in 0..100 {
        let runs = (0..1000).map(|run| Short::run(&runtime, &format!("{group}/{run}"), &Arc::new(Anybody)));
        for done in join_all(runs.collect::<Vec<_>>()).await {
            drop(done?);
        }
    }
    drop(runtime);
    let (mut of_empty, mut of_full) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_empty.push(opened(&empty)?);
        of_full.push(opened(&full)?);
    }
    println!("opening and closing a file, medians of {ROUNDS}:");
    println!("  without runs:               {:?}", median(of_empty));
    println!("  with 100,000 finished runs: {:?}", median(of_full));
    Ok(())
}

fn opened(path: &Path) -> Result<Duration, RuntimeError> {
    let started = Instant::now();
    drop(Runtime::open(path)?);
    Ok(started.elapsed())
}
