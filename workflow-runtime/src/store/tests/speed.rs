//! How fast, beside SQLite alone. Run on a quiet machine:
//! `cargo test --release -p workflow-runtime --lib -- --ignored --nocapture --test-threads=1 store::tests::speed`
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
    at_once_in(store, runs).await
}

async fn at_once_in(store: SqliteStore, runs: usize) -> f64 {
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

/// What an index would cost that finds a line by its run and number.
#[test]
#[ignore = "a measurement"]
fn appends_with_an_index_and_without() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("runtime");
    for runs in [1, 64] {
        let measure = |with_index: bool| {
            figures(|path| {
                let store = SqliteStore::open(path).expect("opens");
                if with_index {
                    let index = "CREATE UNIQUE INDEX places ON journal (run, seq)";
                    Connection::open(path)
                        .expect("opens")
                        .execute_batch(index)
                        .expect("made");
                }
                runtime.block_on(at_once_in(store, runs))
            })
        };
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            without.push(measure(false));
            with.push(measure(true));
        }
        eprintln!(
            "{runs} runs: {:.0} appends/s, with an index {:.0}",
            median(without),
            median(with)
        );
    }
}

fn timed<T>(what: &str, act: impl Fn() -> T) -> T {
    let mut spans = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        drop(act());
        spans.push(start.elapsed().as_secs_f64() * 1e3);
    }
    eprintln!("{what}: {:.2} ms", median(spans));
    act()
}

#[test]
#[ignore = "a measurement"]
fn reading_a_long_run() {
    for others in [0_usize, 63] {
        let place = Place::new();
        let store = place.open();
        let claims: Vec<_> = (0..=others)
            .map(|index| {
                store
                    .create(run(&format!("run {index}")))
                    .wait()
                    .expect("entered")
            })
            .collect();
        for _ in 0..10_000 / 100 {
            // One line of each run after the other, as when all are driven at once.
            let replies: Vec<_> = (0..100)
                .flat_map(|_| claims.iter())
                .map(|claim| store.append(claim, vec![line(&"x".repeat(BODY))], None))
                .collect();
            for reply in replies {
                reply.wait().expect("kept");
            }
        }
        drop(claims);
        eprintln!("10,000 lines among those of {others} other runs");
        timed("  read", || store.whole("run 0").expect("readable"));
        timed("  verify", || store.verify("run 0").expect("whole"));
        timed("  claim with all lines", || {
            store.claim("run 0", 0).wait().expect("held")
        });
        let held = store.claim("run 0", 10_001).wait().expect("held").claim;
        timed("  read_since the last ten", || {
            store.read_since(&held, 9_991).expect("readable")
        });
        drop(held);
        drop(store);
        timed("  open and read", || {
            place.open().whole("run 0").expect("readable")
        });
    }
}

#[test]
#[ignore = "a measurement"]
fn opening_beside_many_finished_runs() {
    for runs in [0, 100_000] {
        let place = Place::new();
        let store = place.open();
        for group in 0..runs / 1000 {
            let replies: Vec<_> = (0..1000)
                .map(|index| store.create(run(&format!("run {group} {index}"))))
                .collect();
            replies
                .into_iter()
                .for_each(|reply| drop(reply.wait().expect("entered")));
        }
        drop(store);
        eprintln!("{runs} runs");
        timed("  open and close", || place.open());
        let store = place.open();
        timed("  list", || store.list().expect("readable"));
    }
}
