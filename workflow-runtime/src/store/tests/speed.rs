//! How fast, beside SQLite alone. Run on a quiet machine:
//! `cargo test --release -p workflow-runtime --lib -- --ignored --nocapture store::tests::speed`
#![allow(clippy::print_stderr, reason = "figures are what these are for")]

use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use super::*;

const SPAN: Duration = Duration::from_secs(2);
const BODY: usize = 150;

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// One row per commit, nothing else: the most this disk gives.
fn bare(path: &Path) -> f64 {
    let connection = Connection::open(path).expect("opens");
    let _: String = connection
        .query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0))
        .expect("log");
    connection
        .execute_batch("PRAGMA synchronous = FULL; CREATE TABLE lines (row INTEGER PRIMARY KEY, body TEXT)")
        .expect("table");
    let body = "x".repeat(BODY);
    let mut insert = connection
        .prepare("INSERT INTO lines (body) VALUES (?1)")
        .expect("insert");
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < SPAN {
        insert.execute(params![body]).expect("row");
        count += 1;
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}

async fn appends(store: SqliteStore, claim: Claim) -> u32 {
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < SPAN {
        store
            .append(&claim, vec![line(&"x".repeat(BODY))], Some(status("running")))
            .await
            .expect("kept");
        count += 1;
    }
    count
}

async fn at_once(path: &Path, runs: usize) -> f64 {
    let store = SqliteStore::open(path).expect("opens");
    let mut tasks = Vec::new();
    let start = Instant::now();
    for index in 0..runs {
        let claim = store.create(run(&format!("run {index}"))).await.expect("entered");
        tasks.push(tokio::spawn(appends(store.clone(), claim)));
    }
    let mut count = 0;
    for task in tasks {
        count += task.await.expect("runs");
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}

fn figures(measure: impl Fn(&Path) -> f64) -> f64 {
    let folder = TempDir::new_in(".").expect("a folder");
    measure(&folder.path().join("runs.db"))
}

#[test]
#[ignore = "a measurement"]
fn appends_against_bare_commits() {
    let current = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("runtime");
    let multi = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("runtime");
    let mut rows: [Vec<f64>; 5] = Default::default();
    for round in 0..5 {
        let now = [
            figures(bare),
            figures(|path| current.block_on(at_once(path, 1))),
            figures(|path| multi.block_on(async { at_once(path, 1).await })),
            figures(|path| multi.block_on(at_once(path, 64))),
            figures(|path| current.block_on(at_once(path, 64))),
        ];
        eprintln!("round {round}: {now:.0?}");
        for (row, figure) in rows.iter_mut().zip(now) {
            row.push(figure);
        }
    }
    let [bare, one, one_multi, many, many_current] = rows.map(median);
    eprintln!("bare one-row commits/s {bare:.0}");
    eprintln!(
        "one run, current thread {one:.0} ({:.2} of bare); multi thread {one_multi:.0} ({:.2})",
        one / bare,
        one_multi / bare
    );
    eprintln!(
        "64 runs, multi {many:.0} ({:.1} times one); current {many_current:.0} ({:.1})",
        many / one_multi,
        many_current / one
    );
}
