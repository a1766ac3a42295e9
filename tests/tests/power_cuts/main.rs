//! Whatever was acknowledged is on disk, also after a power cut: at any point, whatever became of what was not synced.
//!
//! `POWER_CUTS=long` cuts at every point, for more seeds.

#![allow(missing_docs, reason = "tests")]

mod harness;

use disk::{Entry, Failing, Fate, Log, Random};
use rusqlite::Connection;
use tests::cuts::{Cut, Watched, is_long};
use tests::script::Script;
use tests::voyage::{MADE, acknowledged, sail};
use workflow_runtime::{RunEvent, Runtime};

/// Cuts at each of the points, in every way; in the ways that leave nothing to chance for the first seed only.
async fn check_all(log: &Log, points: impl IntoIterator<Item = usize>, seed: u64) {
    let leaves_to_chance = |fate: &Fate| matches!(fate, Fate::Scattered | Fate::Torn);
    for point in points {
        for (index, fate) in (1..).zip(Fate::ALL) {
            if seed > 0 && !leaves_to_chance(&fate) {
                continue;
            }
            let seed = seed * 1_000_003 + u64::try_from(point).expect("it fits") * 10 + index;
            Cut {
                log,
                point,
                fate,
                seed,
            }
            .check()
            .await;
        }
    }
}

/// All points around syncs and `more` others; all there are when the tests are to be thorough.
fn points(log: &Log, more: usize, seed: u64) -> Vec<usize> {
    if is_long() {
        return (0..=log.len()).collect();
    }
    let mut random = Random::new(seed);
    let mut points = log.around_syncs();
    points.extend((0..more).map(|_| random.below(log.len() + 1)));
    points.sort_unstable();
    points.dedup();
    points
}

fn seeds(few: u64) -> std::ops::Range<u64> {
    0..if is_long() { few * 5 } else { few }
}

async fn finish(runtime: &Runtime, run: &str) {
    let made = sail(runtime, run, &Script::default()).await;
    assert_eq!(made.expect("nothing fails"), MADE);
}

/// A runtime whose log is written back into the file whenever one of these lines was acknowledged, in that mode.
fn written_back(watched: &Watched, at: &'static [(&str, &str)]) -> Runtime {
    let path = watched.path();
    watched.open().with_observer(move |event: &RunEvent<'_>| {
        let line = acknowledged(event).unwrap_or_default();
        for (_, mode) in at.iter().filter(|(when, _)| *when == line) {
            let sql = Connection::open(&path).expect("it is there");
            let done = sql.query_row(&format!("PRAGMA wal_checkpoint({mode})"), (), |row| row.get(0));
            assert_eq!(done, Ok(0), "nobody is in the way");
        }
    })
}

#[tokio::test]
async fn a_run_from_an_empty_folder_loses_nothing_that_was_acknowledged() {
    let watched = Watched::new();
    finish(&watched.open(), "a").await;
    let log = watched.disk.log();
    for seed in seeds(2) {
        check_all(&log, points(&log, 20, seed), seed).await;
    }
}

#[tokio::test]
async fn runs_at_once_lose_nothing_while_the_log_is_written_back_and_the_file_closed() {
    let watched = Watched::new();
    const OFTEN: &[(&str, &str)] = &[
        ("done Outfitting.load", "PASSIVE"),
        ("done Sailing.safe", "RESTART"),
        ("done Landing.unload", "TRUNCATE"),
        ("done Sailing.safe r1", "PASSIVE"),
    ];
    finish(&written_back(&watched, OFTEN), "a").await;
    // The last to close the file wrote the log back and took it away.
    let closed = watched.disk.log().len();
    let runtime = watched.open();
    tokio::join!(finish(&runtime, "b"), finish(&runtime, "c"));
    drop(runtime);

    let log = watched.disk.log();
    let is_chosen = |point: &usize| point.is_multiple_of(3) || point.abs_diff(closed) < 12 || is_long();
    for seed in seeds(1) {
        check_all(&log, points(&log, 20, seed).into_iter().filter(is_chosen), seed).await;
    }
}

#[tokio::test]
async fn a_cut_while_the_runtime_recovers_from_a_cut_loses_nothing() {
    let watched = Watched::new();
    finish(&written_back(&watched, &[("done Sailing.safe", "PASSIVE")]), "a").await;
    let log = watched.disk.log();
    for seed in seeds(8) {
        let mut random = Random::new(seed);
        let point = random.below(log.len());
        for (index, fate) in (1..).zip(Fate::ALL) {
            let first = Cut {
                log: &log,
                point,
                fate,
                seed: seed * 10 + index,
            };
            let recovered = first.check().await;
            for again in 0..6 {
                // Most of them soon after the file is opened again.
                let bound = if again < 4 { 60 } else { recovered.len() };
                let point = random.below(bound.min(recovered.len()));
                let fate = Fate::ALL[random.below(4)];
                let seed = seed * 100 + index * 10 + again;
                Cut {
                    log: &recovered,
                    point,
                    fate,
                    seed,
                }
                .check()
                .await;
            }
        }
    }
}

#[tokio::test]
async fn a_log_that_the_runtime_writes_back_by_itself_loses_nothing() {
    let watched = Watched::new();
    let runtime = watched.open();
    for run in 0..28 {
        finish(&runtime, &format!("run {run}")).await;
    }
    let log = watched.disk.log();
    let file = log.entries().iter().find_map(|entry| match entry {
        Entry::Created { file, name } if name == "plan.db" => Some(*file),
        _ => None,
    });
    let of_file = |entry: &Entry| match entry {
        Entry::Written { file: of, .. } | Entry::Synced { file: of } => Some(*of) == file,
        _ => false,
    };
    // Behind those by which the tables were made.
    let at: Vec<_> = (100..log.len())
        .filter(|point| of_file(&log.entries()[*point]))
        .collect();
    assert!(
        at.len() > 30,
        "the log grew long enough to be written back: {}",
        at.len()
    );
    let mut points: Vec<_> = at.iter().copied().step_by(at.len() / 6).collect();
    let synced = *at.last().expect("there are some");
    points.extend([synced, synced + 1, synced + 30]);
    for seed in seeds(1) {
        check_all(&log, points.iter().copied(), seed).await;
    }
}

#[tokio::test]
async fn a_sync_that_fails_acknowledges_nothing_that_a_cut_could_take() {
    for seed in seeds(2) {
        let watched = Watched::new();
        let runtime = watched.open();
        let mut random = Random::new(seed);
        for run in ["a", "b", "c"] {
            watched.disk.fail_once(Failing::Syncs, random.below(15));
            // Nobody is told of one that fails while a run is let go.
            if let Err(stopped) = sail(&runtime, run, &Script::default()).await {
                let text = stopped.error.to_string();
                assert!(text.contains("look after its disk and go on"), "{text}");
            }
            assert_eq!(watched.disk.failures(), 1);
            finish(&runtime, run).await;
        }
        drop(runtime);
        let log = watched.disk.log();
        let is_failure = |entry: &Entry| matches!(entry, Entry::NotSynced { .. });
        let failed = (0..log.len()).filter(|point| is_failure(&log.entries()[*point]));
        let failed: Vec<_> = failed.collect();
        assert_eq!(failed.len(), 3);
        let is_soon_after = |point: &usize| failed.iter().any(|at| (*at..at + 25).contains(point));
        check_all(
            &log,
            points(&log, 0, seed).into_iter().filter(is_soon_after),
            seed,
        )
        .await;
    }
}
