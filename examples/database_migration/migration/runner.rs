//! Runs the scripts of the stages on a database, there and back, from whatever point it was left at.
//!
//! How far it is stands in the database itself, in two tables: what a stage or a batch did and that it did it are committed
//! in one transaction. A run that was killed therefore does nothing twice and leaves nothing out. The tables go with the last
//! stage that is taken back.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use examples::{
    database_migration_plan::artifacts::MigrationScript,
    failure::{During, Failure, Outcome, ensure},
    outputs::sha256_hex,
};

use super::script::{self, Section};
use crate::engine::{Database, Value};

/// A stage with its scripts, read and known to be what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Its name.
    pub stage: String,
    /// Its place in the order.
    pub position: u32,
    /// There.
    pub forth: Vec<Section>,
    /// And back.
    pub back: Vec<Section>,
}

/// What happens on the way, for whoever watches; an error stops the way there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened<'a> {
    /// A stage begins, or is gone on with.
    StageBegins(&'a str),
    /// A batch was committed.
    Batch {
        /// The stage.
        stage: &'a str,
        /// The table.
        table: &'a str,
        /// The key up to which the table is done.
        upto: i64,
        /// The highest key of the table.
        last: i64,
        /// Rows that were touched.
        rows: u64,
    },
    /// A stage is done.
    StageDone(&'a str, Duration),
}

/// Watches.
pub type Watch<'a> = &'a mut dyn FnMut(Happened<'_>) -> Outcome<()>;

/// How far a migration is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The stages that were begun, in order, each with whether it is done and how long it took in milliseconds.
    pub stages: Vec<(String, bool, u64)>,
}

const STAGES: &str = "migration_stages";
const PROGRESS: &str = "migration_progress";

/// Reads the scripts from the folder of the run; each must be what its SHA-256 says.
///
/// # Errors
/// Names the script that was changed since.
pub fn load(folder: &Path, scripts: &[&MigrationScript]) -> Outcome<Vec<Loaded>> {
    let mut scripts = scripts.to_vec();
    scripts.sort_by_key(|script| script.position);
    let read = |path: &Path, sha256: &str| {
        let place = folder.join(path);
        let text = std::fs::read_to_string(&place).during(format_args!("reading `{}`", place.display()))?;
        ensure(
            sha256_hex(text.as_bytes()) == sha256,
            format_args!(
                "`{}` is not what was rehearsed; put it back, or take the run back and begin anew",
                place.display()
            ),
        )?;
        script::read(&text)
    };
    let load = |script: &&MigrationScript| {
        let back = match (&script.reversed_by, &script.reverse_sha256) {
            (Some(path), Some(sha256)) => read(path, sha256)?,
            _ => {
                return Err(Failure::new(format_args!(
                    "stage `{}` has no script that takes it back",
                    script.stage
                )));
            }
        };
        Ok(Loaded {
            stage: script.stage.clone(),
            position: script.position,
            forth: read(&script.path, &script.sha256)?,
            back,
        })
    };
    scripts.iter().map(load).collect()
}

/// How far the migration of that database is; nothing if none has begun.
///
/// # Errors
/// What the engine says.
pub fn reached(database: &mut dyn Database) -> Outcome<Option<Reached>> {
    if !database.has_table(STAGES)? {
        return Ok(None);
    }
    let sql = format!("SELECT stage, done, took_ms FROM {STAGES} ORDER BY position");
    let rows = database.rows(&sql, &[])?;
    let stage = |row: &Vec<Value>| {
        let took = row[2].integer().and_then(|took| u64::try_from(took).ok());
        (
            row[0].text().unwrap_or_default().to_owned(),
            row[1].integer() == Some(1),
            took.unwrap_or_default(),
        )
    };
    Ok(Some(Reached {
        stages: rows.iter().map(stage).collect(),
    }))
}

/// Batches that were committed, and the rows that they touched.
///
/// # Errors
/// What the engine says.
pub fn moved(database: &mut dyn Database) -> Outcome<(u64, u64)> {
    let sql = format!(
        "SELECT CAST(coalesce(sum(batches), 0) AS BIGINT), CAST(coalesce(sum(touched), 0) AS BIGINT) FROM {PROGRESS}"
    );
    let rows = database.rows(&sql, &[])?;
    let number = |at: usize| {
        rows.first()
            .and_then(|row| row[at].integer())
            .and_then(|number| u64::try_from(number).ok())
    };
    Ok((number(0).unwrap_or_default(), number(1).unwrap_or_default()))
}

/// The way there: runs each stage that is not done.
///
/// # Errors
/// What the engine says, or the one who watches; what was committed stays, and is gone on with next time.
pub fn go(database: &mut dyn Database, stages: &[Loaded], batch_rows: u32, watch: Watch<'_>) -> Outcome<()> {
    begin(database)?;
    for stage in stages {
        let done = format!("SELECT done FROM {STAGES} WHERE stage = $1");
        let done = database.integer(&done, &[stage.stage.as_str().into()])?;
        if done == Some(1) {
            continue;
        }
        watch(Happened::StageBegins(&stage.stage))?;
        let begun = Instant::now();
        let sql = format!(
            "INSERT INTO {STAGES} (stage, position, done, took_ms) VALUES ($1, $2, 0, 0) ON CONFLICT (stage) DO NOTHING"
        );
        database.execute(
            &sql,
            &[stage.stage.as_str().into(), i64::from(stage.position).into()],
        )?;
        for (at, section) in stage.forth.iter().enumerate() {
            let job = Job {
                stage: &stage.stage,
                name: format!("{}/{at}", stage.stage),
                batch_rows,
            };
            job.run(database, section, watch)?;
        }
        let took = begun.elapsed();
        let sql = format!("UPDATE {STAGES} SET done = 1, took_ms = $2 WHERE stage = $1");
        let took_ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        database.execute(&sql, &[stage.stage.as_str().into(), took_ms.into()])?;
        watch(Happened::StageDone(&stage.stage, took))?;
    }
    Ok(())
}

/// The way back: takes back each stage that was begun, the last first, and then what kept count.
///
/// # Errors
/// What the engine says, or the one who watches; may be run again, and goes on then.
pub fn back(
    database: &mut dyn Database,
    stages: &[Loaded],
    batch_rows: u32,
    watch: Watch<'_>,
) -> Outcome<()> {
    let Some(reached) = reached(database)? else {
        return Ok(());
    };
    for (name, _, _) in reached.stages.iter().rev() {
        let stage = stages.iter().find(|stage| stage.stage == *name);
        let stage =
            stage.ok_or_else(|| Failure::new(format_args!("there is no script that takes `{name}` back")))?;
        watch(Happened::StageBegins(name))?;
        let begun = Instant::now();
        // A stage of one transaction that was not committed left nothing to take back.
        if !is_whole_or_nothing(stage) || is_committed(database, stage)? {
            for (at, section) in stage.back.iter().enumerate() {
                let job = Job {
                    stage: name,
                    name: format!("{name}/back/{at}"),
                    batch_rows,
                };
                job.run(database, section, watch)?;
            }
        }
        database.transaction(|database| {
            database.execute(
                &format!("DELETE FROM {PROGRESS} WHERE job LIKE $1"),
                &[format!("{name}/%").as_str().into()],
            )?;
            database.execute(
                &format!("DELETE FROM {STAGES} WHERE stage = $1"),
                &[name.as_str().into()],
            )
        })?;
        watch(Happened::StageDone(name, begun.elapsed()))?;
    }
    database.transaction(|database| database.script(&format!("DROP TABLE {PROGRESS}; DROP TABLE {STAGES}")))
}

fn is_whole_or_nothing(stage: &Loaded) -> bool {
    matches!(stage.forth.as_slice(), [Section::Once(_)])
}

fn is_committed(database: &mut dyn Database, stage: &Loaded) -> Outcome<bool> {
    let sql = format!("SELECT count(*) FROM {PROGRESS} WHERE job = $1");
    Ok(database.integer(&sql, &[format!("{}/0", stage.stage).as_str().into()])? == Some(1))
}

fn begin(database: &mut dyn Database) -> Outcome<()> {
    database.transaction(|database| {
        database.script(&format!(
            "CREATE TABLE IF NOT EXISTS {STAGES} (stage TEXT NOT NULL PRIMARY KEY, position BIGINT NOT NULL, \
             done BIGINT NOT NULL, took_ms BIGINT NOT NULL);\
             CREATE TABLE IF NOT EXISTS {PROGRESS} (job TEXT NOT NULL PRIMARY KEY, upto BIGINT NOT NULL, \
             batches BIGINT NOT NULL, touched BIGINT NOT NULL)"
        ))
    })
}

/// A section that is run, under the name by which it is counted.
struct Job<'a> {
    stage: &'a str,
    name: String,
    batch_rows: u32,
}

impl Job<'_> {
    fn run(&self, database: &mut dyn Database, section: &Section, watch: Watch<'_>) -> Outcome<()> {
        match section {
            Section::Once(sql) => self.once(database, sql),
            Section::Outside(statements) => statements.iter().try_for_each(|sql| database.script(sql)),
            Section::Batches { table, statements } => {
                let highest = format!("SELECT coalesce(max(id), 0) FROM {table}");
                let last = database.integer(&highest, &[])?.unwrap_or_default();
                while let Some((upto, rows)) = self.batch(database, table, statements)? {
                    watch(Happened::Batch {
                        stage: self.stage,
                        table,
                        upto,
                        last,
                        rows,
                    })?;
                }
                Ok(())
            }
        }
    }

    fn once(&self, database: &mut dyn Database, sql: &str) -> Outcome<()> {
        if self.upto(database)?.is_some() {
            return Ok(());
        }
        database.patient_transaction(|database| {
            database.script(sql)?;
            self.count(database, 0, 0, 0)
        })
    }

    /// The next batch; the key up to which the table is done then, and the rows that were touched.
    fn batch(
        &self,
        database: &mut dyn Database,
        table: &str,
        statements: &[String],
    ) -> Outcome<Option<(i64, u64)>> {
        database.patient_transaction(|database| {
            let from = self.upto(database)?.unwrap_or(i64::MIN);
            let sql = format!(
                "SELECT max(id) FROM (SELECT id FROM {table} WHERE id > $1 ORDER BY id LIMIT {}) AS next",
                self.batch_rows
            );
            let Some(upto) = database.integer(&sql, &[from.into()])? else {
                return Ok(None);
            };
            let mut touched = 0;
            for sql in statements {
                touched += database.execute(sql, &[from.into(), upto.into()])?;
            }
            self.count(database, upto, 1, touched)?;
            Ok(Some((upto, touched)))
        })
    }

    fn upto(&self, database: &mut dyn Database) -> Outcome<Option<i64>> {
        database.integer(
            &format!("SELECT upto FROM {PROGRESS} WHERE job = $1"),
            &[self.name.as_str().into()],
        )
    }

    fn count(&self, database: &mut dyn Database, upto: i64, batches: i64, touched: u64) -> Outcome<()> {
        let sql = format!(
            "INSERT INTO {PROGRESS} (job, upto, batches, touched) VALUES ($1, $2, $3, $4) ON CONFLICT (job) DO UPDATE \
             SET upto = excluded.upto, batches = {PROGRESS}.batches + excluded.batches, \
             touched = {PROGRESS}.touched + excluded.touched"
        );
        let touched = i64::try_from(touched).unwrap_or(i64::MAX);
        let arguments = [
            self.name.as_str().into(),
            upto.into(),
            batches.into(),
            touched.into(),
        ];
        database.execute(&sql, &arguments).map(|_| ())
    }
}
