//! How long the program of a plan takes to answer, from its start to its end, on a journal with 1,000 runs of 100 steps.
//!
//! `cargo bench -p tests --bench program`; medians. The target is 50 ms for `plan`, `status`, `next` and `graph`.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tests::march::{March, Marchers, march};
use workflow_runtime::prelude::*;

const RUNS: usize = 1_000;
const ROUNDS: usize = 25;

/// What is asked, and whether it has to be quick.
const ASKED: &[(&[&str], bool)] = &[
    (&["plan"], true),
    (&["status"], true),
    (&["status", "run-500"], true),
    (&["status", "run-99"], true),
    (&["next"], true),
    (&["next", "--json"], true),
    (&["graph"], true),
    (&["graph", "--format", "svg"], true),
    (&["graph", "--run", "run-500"], true),
    (&["graph", "--format", "svg", "--run"], true),
    (&["list"], false),
    (&["list", "--json"], false),
    (&["why", "sleep"], false),
    (&["log"], false),
    (&["export", "--format", "json"], false),
    (&["--help"], false),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let journal = folder.path().join("march.db");
    let began = Instant::now();
    make(&journal).await?;
    let megabytes = std::fs::metadata(&journal)?.len() / 1_000_000;
    println!(
        "{RUNS} runs of 100 steps, {megabytes} MB, made in {:.1} s; medians of {ROUNDS}:",
        began.elapsed().as_secs_f64()
    );
    for (words, is_urgent) in ASKED {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            times.push(answered(folder.path(), words)?);
        }
        times.sort();
        let median = times[times.len() / 2];
        let target = if *is_urgent { "  (target 50 ms)" } else { "" };
        println!(
            "  {:32} {:6.1} ms{target}",
            words.join(" "),
            median.as_secs_f64() * 1e3
        );
    }
    Ok(())
}

/// All runs but one are done.
async fn make(journal: &Path) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::open(journal)?;
    let team = Arc::new(Marchers);
    let id = |run: usize| format!("run-{run}");
    let ids: Vec<_> = (0..RUNS).map(id).collect();
    let runs = ids.iter().map(|id| March::run(&runtime, id, &team));
    for halted in join_all(runs.collect::<Vec<_>>()).await {
        assert!(
            halted.is_err_and(|halted| halted.is_waiting()),
            "each waits for its last gate"
        );
    }
    for id in ids.iter().filter(|id| *id != "run-500") {
        march::hand_in::sleep(&runtime, id, Actor::new("ada"), Verdict::Pass).await?;
    }
    Ok(())
}

fn answered(folder: &Path, words: &[&str]) -> Result<Duration, Box<dyn Error>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_march"));
    command.args(words).current_dir(folder).stdout(Stdio::null());
    let began = Instant::now();
    let status = command.status()?;
    let took = began.elapsed();
    assert!(status.success(), "{words:?} ended with {status}");
    Ok(took)
}
