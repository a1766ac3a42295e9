//! Going on with a run of 10,000 journaled steps: how long it takes, and how much memory.

use std::error::Error;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use workflow_runtime::prelude::*;

use crate::{ROUNDS, median};

/// The rounds of the long run: so many times a hundred steps.
const REWORKS: u32 = 100;
/// What each step makes.
const BYTES: usize = 1000;

macro_rules! rounds {
    ($($step:ident)*) => {
        workflow! {
            workflow Long(text: String) {
                phase Again {
                    $(step $step(text) -> text { Ok(written(text)) })*
                    #[rework(to = Again, max = 99)]
                    gate enough() { Ok(Verdict::pass_if(cx.round() + 1 == REWORKS, "again")) }
                }
                phase Later {
                    manual gate over(text);
                }
            }
        }
    };
}

rounds!(s00 s01 s02 s03 s04 s05 s06 s07 s08 s09 s10 s11 s12 s13 s14 s15 s16 s17 s18 s19 s20 s21 s22 s23 s24 s25 s26 s27
    s28 s29 s30 s31 s32 s33 s34 s35 s36 s37 s38 s39 s40 s41 s42 s43 s44 s45 s46 s47 s48 s49 s50 s51 s52 s53 s54 s55 s56
    s57 s58 s59 s60 s61 s62 s63 s64 s65 s66 s67 s68 s69 s70 s71 s72 s73 s74 s75 s76 s77 s78 s79 s80 s81 s82 s83 s84 s85
    s86 s87 s88 s89 s90 s91 s92 s93 s94 s95 s96 s97 s98 s99);

struct Writers;

impl long::Again for Writers {}

fn written(text: &str) -> String {
    let mut text = text.to_owned();
    text.truncate(BYTES - 1);
    text.push('x');
    text
}

pub(crate) async fn measure() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let path = folder.path().join("long.db");
    let runtime = Runtime::open(&path)?;
    let halted = Long::run(&runtime, "long", &Arc::new(Writers), "x".repeat(BYTES)).await;
    assert!(
        halted.is_err_and(|halted| halted.is_waiting()),
        "it waits after 10,000 steps"
    );
    drop(runtime);
    let journal = std::fs::metadata(&path)?.len();

    let runtime = Runtime::open(&path)?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let position = Long::resume(&runtime, "long").await?;
        times.push(started.elapsed());
        drop(position);
    }
    // In a process of its own, whose memory was not used before.
    let alone = Command::new(std::env::current_exe()?)
        .arg(ALONE)
        .arg(&path)
        .output()?;
    println!("resuming a run of 10,000 journaled steps, each with an artifact of {BYTES} bytes:");
    println!("  median of {ROUNDS}: {:?}", median(times));
    println!(
        "  memory at its highest: {} more than before, of a journal of {} KiB",
        String::from_utf8_lossy(&alone.stdout).trim(),
        journal / 1024
    );
    Ok(())
}

/// What the process of its own is called with, before the file.
pub(crate) const ALONE: &str = "resume-alone";

/// Resumes the run once, and says how much memory that took.
pub(crate) async fn alone(path: &str) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::open(path)?;
    let before = peak();
    let position = Long::resume(&runtime, "long").await?;
    match before.zip(peak()) {
        Some((before, after)) => println!("{} KiB", after - before),
        None => println!("this system does not tell how much"),
    }
    drop(position);
    Ok(())
}

/// The most memory that the process has had, in KiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
