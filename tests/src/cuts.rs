//! Power cuts: what a run acknowledged goes into the log of its disk, and what the disk holds after a cut is held against
//! that.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use disk::{Disk, Fate, Log, Random};
use rusqlite::Connection;
use tempfile::TempDir;
use workflow_runtime::{RunEvent, Runtime, Standing};

use crate::place::journal;
use crate::script::Script;
use crate::voyage::{MADE, acknowledged, calls_after, sail, undisturbed};

/// Nothing that is waited for takes nearly so long.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// Whether the tests are to be thorough, at the price of minutes.
pub fn is_long() -> bool {
    std::env::var("POWER_CUTS").is_ok_and(|how| how == "long")
}

/// A folder on a disk that keeps a log.
#[derive(Debug)]
pub struct Watched {
    /// The disk.
    pub disk: Disk,
    folder: TempDir,
}

impl Watched {
    /// An empty folder.
    pub fn new() -> Self {
        Self::on(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    /// A folder as it is.
    pub fn on(folder: TempDir) -> Self {
        let disk = Disk::of(folder.path()).expect("the folder can be read");
        Watched { disk, folder }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file with the runs.
    pub fn path(&self) -> PathBuf {
        self.folder().join("plan.db")
    }

    /// Opens the runtime; what its runs acknowledge is noted in the log.
    pub fn open(&self) -> Runtime {
        let disk = self.disk.clone();
        let runtime = Runtime::open(self.path()).expect("the file can be opened");
        runtime.with_observer(move |event: &RunEvent<'_>| {
            if let Some(line) = acknowledged(event) {
                disk.note(format!("{}: {line}", event.run));
            }
        })
    }

    /// The file as another connection sees it.
    pub fn sql(&self) -> Connection {
        let sql = Connection::open(self.path()).expect("the file is a database");
        sql.busy_timeout(DEADLINE).expect("a time");
        sql
    }

    /// Asserts that the journal of each run has all that was acknowledged so far, and that the file is whole.
    pub async fn assert_whole(&self, runtime: &Runtime) {
        let log = self.disk.log();
        assert_kept(&self.sql(), runtime, &log, log.len()).await;
    }
}

impl Default for Watched {
    fn default() -> Self {
        Self::new()
    }
}

/// What was acknowledged before a point, by run.
fn acknowledged_before(log: &Log, point: usize) -> BTreeMap<&str, Vec<&str>> {
    let mut runs = BTreeMap::<_, Vec<_>>::new();
    for note in log.notes_before(point) {
        let (run, line) = note.split_once(": ").expect("a run and a line");
        runs.entry(run).or_default().push(line);
    }
    runs
}

async fn assert_kept(sql: &Connection, runtime: &Runtime, log: &Log, point: usize) {
    let whole: String = sql
        .query_row("PRAGMA integrity_check", (), |row| row.get(0))
        .expect("it can be checked");
    assert_eq!(whole, "ok");
    for (run, lines) in acknowledged_before(log, point) {
        let journal = journal(sql, run);
        let is_lost = |line: &&&str| !journal.iter().any(|found| found == **line);
        let lost: Vec<_> = lines.iter().filter(is_lost).collect();
        assert!(
            lost.is_empty(),
            "lost of run `{run}`: {lost:?}, found: {journal:?}"
        );
    }
    for run in runtime.runs().await.expect("they can be listed") {
        runtime.verify(&run.id).await.expect("the journal is whole");
    }
}

/// A point at which the power fails, and how.
#[derive(Debug, Clone, Copy)]
pub struct Cut<'log> {
    /// What happened.
    pub log: &'log Log,
    /// Up to here.
    pub point: usize,
    /// What became of the rest.
    pub fate: Fate,
    /// For what is left to chance.
    pub seed: u64,
}

impl Cut<'_> {
    /// Asserts that the runtime opens what the disk holds after the cut, finds what was acknowledged, and takes the runs
    /// to their ends without calling again what is done. Yields what happened to the disk meanwhile.
    pub async fn check(self) -> Log {
        let mut random = Random::new(self.seed);
        let image = self.log.cut(self.point, self.fate, random.clone());
        let watched = Watched::new();
        image.lay_out(watched.folder()).expect("the files can be written");
        // A process that lost its power left its lock behind, or the disk lost that too.
        if random.coin() {
            let stale = watched.folder().join(format!("plan.db-owner-{:032x}", self.seed));
            std::fs::write(stale, "").expect("it can be written");
        }
        let watched = Watched::on(watched.folder);
        let mut report = Report {
            cut: self,
            folder: watched.folder().to_owned(),
            is_over: false,
        };
        let check = self.check_on(&watched);
        tokio::time::timeout(DEADLINE, check).await.expect("it ends");
        report.is_over = true;
        watched.disk.log()
    }

    async fn check_on(self, watched: &Watched) {
        let runtime = watched.open();
        assert_kept(&watched.sql(), &runtime, self.log, self.point).await;
        let mut runs: Vec<_> = acknowledged_before(self.log, self.point).into_keys().collect();
        // What nobody was told of may be there or not.
        runs.push("next");
        for run in runs {
            let before = journal(&watched.sql(), run);
            for line in &before {
                watched.disk.note(format!("{run}: {line}"));
            }
            let script = Script::default();
            let made = sail(&runtime, run, &script).await.expect("nothing fails now");
            assert_eq!(made, MADE, "`{run}`");
            let mut calls = script.notes();
            calls.sort_unstable();
            assert_eq!(calls, calls_after(&before), "`{run}` after {before:?}");
            let mut after = journal(&watched.sql(), run);
            assert_eq!(after[..before.len()], before, "`{run}`: what was written stays");
            after.sort_unstable();
            assert_eq!(after, undisturbed(), "`{run}`");
        }
        for run in runtime.runs().await.expect("they can be listed") {
            runtime.verify(&run.id).await.expect("the journal is whole");
            let was_driven =
                run.id == "next" || acknowledged_before(self.log, self.point).contains_key(&*run.id);
            assert!(!was_driven || run.standing == Standing::Done, "{run:?}");
        }
    }
}

/// Says which cut it was when a check fails.
struct Report<'log> {
    cut: Cut<'log>,
    folder: PathBuf,
    is_over: bool,
}

impl Drop for Report<'_> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let Cut {
            log,
            point,
            fate,
            seed,
        } = self.cut;
        let before = &log.entries()[point.saturating_sub(8)..point];
        eprintln!(
            "seed {seed}: the power failed at point {point} of {}, {fate:?}, after {before:#?}",
            log.len()
        );
        // The files as the cut left them, to be looked at.
        let kept = self.folder.with_extension("cut");
        let image = log.cut(point, fate, Random::new(seed));
        if std::fs::create_dir_all(&kept)
            .and_then(|()| image.lay_out(&kept))
            .is_ok()
        {
            eprintln!("what the disk held then is in {}", kept.display());
        }
    }
}
