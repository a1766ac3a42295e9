//! What a run costs over calling the methods by hand, in memory, and over bare commits, on disk; what it takes to go on
//! with a long one, and to open a file with many.
//!
//! `cargo bench -p tests --bench overhead`. Both sides in one run, medians of nine.

mod many;
mod resume;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use workflow_runtime::prelude::*;

/// How often each side is measured.
const ROUNDS: usize = 9;

macro_rules! thousand {
    ($($phase:ident)*) => {
        workflow! {
            workflow Thousand() {
                $(phase $phase {
                    step s00(); step s01(); step s02(); step s03(); step s04(); step s05(); step s06(); step s07();
                    step s08(); step s09(); step s10(); step s11(); step s12(); step s13(); step s14(); step s15();
                    step s16(); step s17(); step s18(); step s19(); step s20(); step s21(); step s22(); step s23();
                    step s24(); step s25(); step s26(); step s27(); step s28(); step s29(); step s30(); step s31();
                    step s32(); step s33(); step s34(); step s35(); step s36(); step s37(); step s38(); step s39();
                    step s40(); step s41(); step s42(); step s43(); step s44(); step s45(); step s46(); step s47();
                    step s48(); step s49();
                })*
            }
        }

        $(team!($phase, s00 s01 s02 s03 s04 s05 s06 s07 s08 s09 s10 s11 s12 s13 s14 s15 s16 s17 s18 s19 s20 s21 s22
            s23 s24 s25 s26 s27 s28 s29 s30 s31 s32 s33 s34 s35 s36 s37 s38 s39 s40 s41 s42 s43 s44 s45 s46 s47 s48
            s49);)*

        /// The methods, called by hand.
        async fn by_hand(team: &Team, cx: &StepContext) -> StepResult<()> {
            $(phase_by_hand!(team, cx, $phase, s00 s01 s02 s03 s04 s05 s06 s07 s08 s09 s10 s11 s12 s13 s14 s15 s16
                s17 s18 s19 s20 s21 s22 s23 s24 s25 s26 s27 s28 s29 s30 s31 s32 s33 s34 s35 s36 s37 s38 s39 s40 s41
                s42 s43 s44 s45 s46 s47 s48 s49);)*
            Ok(())
        }
    };
}

macro_rules! team {
    ($phase:ident, $($step:ident)*) => {
        impl thousand::$phase for Team {
            $(async fn $step(&self, _: &StepContext) -> StepResult<()> { Ok(()) })*
        }
    };
}

macro_rules! phase_by_hand {
    ($team:ident, $cx:ident, $phase:ident, $($step:ident)*) => {
        // A block each, or the one function takes rustc minutes.
        async { $(thousand::$phase::$step($team, $cx).await?;)* StepResult::Ok(()) }.await?;
    };
}

struct Team;

thousand!(P00 P01 P02 P03 P04 P05 P06 P07 P08 P09 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19);

workflow! {
    /// Hands out the context that the methods are called with by hand.
    workflow Borrow() {
        phase Only {
            step by_hand() -> nanos: u64;
        }
    }
}

/// Calls the thousand methods by hand, in a step, because only a step has a context.
struct Caller;

impl borrow::Only for Caller {
    async fn by_hand(&self, cx: &StepContext) -> StepResult<u64> {
        let started = Instant::now();
        by_hand(&Team, cx).await?;
        Ok(u64::try_from(started.elapsed().as_nanos())?)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, what, path] = &arguments[..]
        && what == resume::ALONE
    {
        return resume::alone(path).await;
    }
    in_memory().await?;
    durable().await?;
    resume::measure().await?;
    many::measure().await
}

async fn in_memory() -> Result<(), Box<dyn std::error::Error>> {
    let (team, caller) = (Arc::new(Team), Arc::new(Caller));
    let (mut runs, mut hands) = (Vec::new(), Vec::new());
    let runtime = Runtime::in_memory();
    for round in 0..200 {
        let borrowed = Borrow::run(&runtime, &format!("hand {round}"), &caller).await?;
        hands.push(Duration::from_nanos(*borrowed.artifacts().nanos()));
        let id = format!("run {round}");
        let started = Instant::now();
        let done = Thousand::run(&runtime, &id, &team).await?;
        runs.push(started.elapsed());
        drop(done);
    }
    let (run, hand) = (median(runs), median(hands));
    let over = (run.as_nanos() as f64 - hand.as_nanos() as f64) / 1000.0;
    println!(
        "in memory, 1,000 empty steps: run {run:?}, by hand {hand:?}: {over:.0} ns a step over calling by hand"
    );
    Ok(())
}

async fn durable() -> Result<(), Box<dyn std::error::Error>> {
    // In the target folder, because a temporary folder may be in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let team = Arc::new(Team);
    let (mut bare, mut sequential, mut grouped) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        bare.push(bare_commits(
            &folder.path().join(format!("bare{round}.db")),
            1000,
        )?);
        let runtime = Runtime::open(folder.path().join(format!("journal{round}.db")))?;
        let started = Instant::now();
        drop(Thousand::run(&runtime, "one", &team).await?);
        sequential.push(1000.0 / started.elapsed().as_secs_f64());
        let started = Instant::now();
        let runs = (0..64).map(|run| Thousand::run(&runtime, &format!("{run}"), &team));
        for done in futures_util::future::join_all(runs).await {
            drop(done?);
        }
        grouped.push(64_000.0 / started.elapsed().as_secs_f64());
    }
    let (bare, sequential, grouped) = (median_of(bare), median_of(sequential), median_of(grouped));
    println!("durable, medians of {ROUNDS}:");
    println!("  bare SQLite, one row a commit (WAL, FULL): {bare:>8.0} commits/s");
    println!(
        "  one run, step by step:                     {sequential:>8.0} steps/s, {:.2} of bare",
        sequential / bare
    );
    println!(
        "  64 runs at once:                           {grouped:>8.0} steps/s, {:.1} times one run",
        grouped / sequential
    );
    Ok(())
}

/// One-row commits a second into an append-only table.
fn bare_commits(path: &std::path::Path, count: u32) -> rusqlite::Result<f64> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("CREATE TABLE line (body TEXT NOT NULL)", [])?;
    let body = "x".repeat(150);
    let mut insert = connection.prepare("INSERT INTO line (body) VALUES (?1)")?;
    let started = Instant::now();
    for _ in 0..count {
        insert.execute([&body])?;
    }
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn median_of(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
