//! Migrates production: a backup first, then the stages in batches, with a look-up beside each to see how the others fare.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use examples::{
    database_migration_plan::artifacts::{
        Address, DatabaseAccess, MigrationRecord, MigrationScript, MigrationScripts, MigrationWindow,
        RollbackPlan, StageTiming,
    },
    failure::{During, Failure, Outcome, ensure},
    load::milliseconds,
    outputs::Outputs,
};
use serde::{Deserialize, Serialize};

use crate::{
    clock,
    development::compare,
    engine::{self, Database, checksum, copies},
    migration::runner::{self, Happened, Loaded},
    planning::strategy,
};

/// What production was when the migration began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// When that was.
    pub began_at: String,
    /// The backup, by its label.
    pub backup: String,
    /// Over everything.
    pub checksum: String,
    /// The highest key of each table.
    pub watermarks: BTreeMap<String, i64>,
}

/// Where that stands.
pub const BEFORE_FILE: &str = "execution/before.json";
/// The backup that is taken just before.
const BACKUP: &str = "backups/before-migration";

/// What the way there needs.
#[derive(Debug)]
pub struct Order<'a> {
    /// The input.
    pub access: &'a DatabaseAccess,
    /// The pace.
    pub migrations: &'a MigrationScripts,
    /// What runs.
    pub scripts: &'a [MigrationScript],
    /// The way back, which each stage must have.
    pub rollback: &'a RollbackPlan,
    /// How long it may take.
    pub window: &'a MigrationWindow,
    /// Where the backup is restored to.
    pub restored: &'a Address,
}

/// Migrates production, or goes on with it.
///
/// # Errors
/// When a script is not the rehearsed one, a stage fails, or look-ups stay slow; what was committed stays.
pub fn perform(order: &Order<'_>, outputs: &Outputs, say: &dyn Fn(String)) -> Outcome<MigrationRecord> {
    let stages = runner::load(outputs.root(), &order.scripts.iter().collect::<Vec<_>>())?;
    let one_way = stages
        .iter()
        .find(|stage| order.rollback.stages.iter().all(|way| way.stage != stage.stage));
    ensure(
        one_way.is_none(),
        format_args!(
            "nobody planned the way back from stage `{}`",
            one_way.map_or("", |stage| &stage.stage)
        ),
    )?;
    let production = engine::production(order.access)?;
    let mut database = engine::open(&production)?;
    let database = database.as_mut();
    let before = before(database, order, &production, outputs, say)?;
    let mut beside = Beside::new(&production, order)?;
    let mut progress = Progress::default();
    runner::go(database, &stages, order.migrations.batch_rows, &mut |happened| {
        progress.tell(happened, say);
        match happened {
            Happened::Batch { .. } => beside.pause(say),
            Happened::StageBegins(stage) => {
                stage.clone_into(&mut beside.stage);
                beside.probe()
            }
            Happened::StageDone(..) => beside.probe(),
        }
    })?;
    let (batches, rows_moved) = runner::moved(database)?;
    Ok(MigrationRecord {
        backup: before.backup,
        production,
        before: order.restored.clone(),
        watermarks: before.watermarks,
        began_at: before.began_at,
        stages: timings(database, &stages, &beside)?,
        batches,
        rows_moved,
        pauses: beside.pauses,
        failed_requests: beside.failed,
        slowest_probe_ms: milliseconds(u64::try_from(beside.slowest.as_micros()).unwrap_or(u64::MAX)),
    })
}

/// Takes the backup and notes what it is a backup of, unless the migration began already.
fn before(
    database: &mut dyn Database,
    order: &Order<'_>,
    production: &Address,
    outputs: &Outputs,
    say: &dyn Fn(String),
) -> Outcome<Before> {
    if runner::reached(database)?.is_some() {
        say(String::from("goes on where it was"));
        return read_before(outputs);
    }
    let extension = match production {
        Address::File(_) => "db",
        Address::Server { .. } => "dump",
    };
    let backup = format!("{BACKUP}.{extension}");
    copies::back_up(production, &outputs.place(&backup))?;
    copies::restore(&outputs.place(&backup), order.restored)?;
    let mut restored = engine::open(order.restored)?;
    let before = Before {
        began_at: clock::now(),
        backup,
        checksum: checksum::of_database(restored.as_mut())?,
        watermarks: compare::watermarks(restored.as_mut())?,
    };
    outputs.write_json(BEFORE_FILE, &before)?;
    say(format!(
        "backup {} restored, checksum {}",
        before.backup,
        before.checksum.get(..12).unwrap_or_default()
    ));
    Ok(before)
}

/// What production was, as it was noted.
///
/// # Errors
/// When nothing was noted.
pub fn read_before(outputs: &Outputs) -> Outcome<Before> {
    let reading = format!("reading `{}`", Path::new(BEFORE_FILE).display());
    serde_json::from_slice(&outputs.read(BEFORE_FILE)?).during(reading)
}

fn timings(database: &mut dyn Database, stages: &[Loaded], beside: &Beside) -> Outcome<Vec<StageTiming>> {
    let reached =
        runner::reached(database)?.ok_or_else(|| Failure::new("nothing says how far the migration is"))?;
    ensure(
        reached.stages.len() == stages.len() && reached.stages.iter().all(|(_, done, _)| *done),
        "not every stage is done",
    )?;
    let timing = |(stage, _, took_ms): (String, bool, u64)| {
        let slowest = beside.by_stage.get(&stage).copied().unwrap_or_default();
        let blocked = u32::try_from(slowest.as_millis()).unwrap_or(u32::MAX);
        StageTiming {
            stage,
            took_ms,
            blocked_writers_ms: blocked,
            downtime_ms: 0,
        }
    };
    Ok(reached.stages.into_iter().map(timing).collect())
}

/// Says how far it is, at the tenths of each table.
#[derive(Debug, Default)]
struct Progress {
    at: (String, i64),
}

impl Progress {
    fn tell(&mut self, happened: Happened<'_>, say: &dyn Fn(String)) {
        match happened {
            Happened::StageBegins(stage) => say(format!("{stage} begins")),
            Happened::StageDone(stage, took) => say(format!("{stage} is done, {} ms", took.as_millis())),
            Happened::Batch {
                stage,
                table,
                upto,
                last,
                ..
            } => {
                let tenth = upto.saturating_mul(10) / last.max(1);
                let at = (format!("{stage}/{table}"), tenth);
                if at != self.at {
                    say(format!("{stage}: {table} {} %", (tenth * 10).min(100)));
                    self.at = at;
                }
            }
        }
    }
}

/// Another connection, as a user has one: it looks something up beside the migration, and says when that is slow.
struct Beside {
    database: Box<dyn Database>,
    pause: Duration,
    patience: Duration,
    in_a_row_at_most: u32,
    in_a_row: u32,
    closes: Instant,
    stage: String,
    by_stage: BTreeMap<String, Duration>,
    slowest: Duration,
    pauses: u32,
    failed: u64,
}

impl Beside {
    fn new(production: &Address, order: &Order<'_>) -> Outcome<Self> {
        Ok(Beside {
            database: engine::open(production)?,
            pause: Duration::from_millis(order.migrations.batch_pause_ms.into()),
            patience: Duration::from_millis(order.access.aims.probe_ms_at_most.into()),
            in_a_row_at_most: strategy::PAUSES_AT_MOST,
            in_a_row: 0,
            closes: Instant::now() + Duration::from_secs(u64::from(order.window.length_min) * 60),
            stage: String::new(),
            by_stage: BTreeMap::new(),
            slowest: Duration::ZERO,
            pauses: 0,
            failed: 0,
        })
    }

    /// After each batch: a breath for the others, and a longer one where a look-up was slow.
    fn pause(&mut self, say: &dyn Fn(String)) -> Outcome<()> {
        std::thread::sleep(self.pause);
        ensure(
            Instant::now() < self.closes,
            "the window is closed before the migration is through; give it a longer one and go on, or take it back with `undo`",
        )?;
        let slowest = self.slowest;
        self.slowest = Duration::ZERO;
        self.probe()?;
        let is_slow = self.slowest > self.patience;
        let took = self.slowest;
        self.slowest = self.slowest.max(slowest);
        if !is_slow {
            self.in_a_row = 0;
            return Ok(());
        }
        self.in_a_row += 1;
        self.pauses += 1;
        say(format!("a look-up took {} ms; pausing", took.as_millis()));
        ensure(
            self.in_a_row < self.in_a_row_at_most,
            "look-ups beside the migration stay slow; go on at a quieter hour, or take it back with `undo`",
        )?;
        std::thread::sleep(self.patience.min(Duration::from_secs(5)));
        Ok(())
    }

    /// Looks something up.
    fn probe(&mut self) -> Outcome<()> {
        let begun = Instant::now();
        let probed = self.database.integer("SELECT max(id) FROM customers", &[]);
        let took = begun.elapsed();
        self.slowest = self.slowest.max(took);
        let of_stage = self.by_stage.entry(self.stage.clone()).or_default();
        *of_stage = took.max(*of_stage);
        self.failed += u64::from(probed.is_err());
        probed.map(|_| ())
    }
}
