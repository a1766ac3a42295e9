//! What is there: schema, pains, figures, growth, backups.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::evidence::Latency;
use crate::faults::Faults;

/// The database, how it is reached, how it is used, and what the migration is to reach: the input of the plan.
/// Addresses of servers hold passwords, so only the names of variables stand here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseAccess {
    /// The engine.
    pub engine: Engine,
    /// SQLite: the file of production, as seen from the folder that the program is run in.
    pub production_file: Option<PathBuf>,
    /// PostgreSQL: the environment variable that holds the address of production.
    pub production_variable: Option<String>,
    /// PostgreSQL: the environment variable that holds the address of the server where copies may be made.
    pub staging_variable: Option<String>,
    /// How it is used.
    pub load: DatabaseLoad,
    /// What the migration is to reach, and what it may cost.
    pub aims: Aims,
    /// The time between two backups, in minutes.
    pub backup_interval_min: u32,
    /// What users and people on call complain of.
    pub complaints: Vec<Complaint>,
}

/// How the database is used, and how long it is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseLoad {
    /// How often each statement of the application runs in a day, as its log counts them.
    pub calls_per_day: BTreeMap<String, u64>,
    /// With how many different values each statement is measured.
    pub samples: u32,
    /// How often each value is asked for; the fastest time counts, so that it is the statement's and not the machine's.
    pub repeats: u32,
    /// Orders a second that are placed while the migration is rehearsed.
    pub writes_per_second: u32,
    /// How long production is watched after the migration, in seconds.
    pub watch_s: u32,
}

/// What the migration is to reach, and what it may cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aims {
    /// What the p99 of a statement that hurts may be afterwards, in percent of what it was.
    pub slow_p99_percent_at_most: u32,
    /// By how much the p99 of any other statement may rise, in percent.
    pub other_p99_rise_percent: u32,
    /// By how much data and indexes may grow, in percent.
    pub growth_percent_at_most: u32,
    /// How long the application may be interrupted in all, in seconds.
    pub downtime_s_at_most: u32,
    /// Rows that one batch moves.
    pub batch_rows: u32,
    /// The pause between batches, in milliseconds.
    pub batch_pause_ms: u32,
    /// A look-up that takes longer than this during the migration makes it pause, in milliseconds.
    pub probe_ms_at_most: u32,
}

/// Something that people complain of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// A short name, as in `slow-order-search`.
    pub name: String,
    /// What people notice.
    pub symptom: String,
    /// The statement of the application that is involved, if it is known.
    pub statement: Option<String>,
    /// The tables that are involved.
    pub tables: Vec<String>,
    /// What it costs people, in minutes a week.
    pub lost_min_per_week: u32,
}

impl DatabaseAccess {
    /// It says where production lies, the measures are measures, and the aims can be missed.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        self.check_address(&mut faults);
        let bounds = [
            (self.load.samples, 5, 1_000, "load.samples"),
            (self.load.repeats, 1, 20, "load.repeats"),
            (self.load.writes_per_second, 1, 1_000, "load.writes_per_second"),
            (self.load.watch_s, 1, 604_800, "load.watch_s"),
            (
                self.aims.slow_p99_percent_at_most,
                1,
                100,
                "aims.slow_p99_percent_at_most",
            ),
            (self.aims.batch_rows, 1, 100_000, "aims.batch_rows"),
            (self.aims.batch_pause_ms, 0, 60_000, "aims.batch_pause_ms"),
            (self.aims.probe_ms_at_most, 1, 60_000, "aims.probe_ms_at_most"),
            (self.backup_interval_min, 1, u32::MAX, "backup_interval_min"),
        ];
        for (value, least, most, field) in bounds {
            let fault = format!("is {value}, and must be from {least} to {most}");
            faults.require((least..=most).contains(&value), field, fault);
        }
        faults.require(
            !self.load.calls_per_day.is_empty(),
            "load.calls_per_day",
            "is empty",
        );
        for (at, complaint) in self.complaints.iter().enumerate() {
            faults.require_text(&complaint.name, format!("complaints[{at}].name"));
            faults.require_text(&complaint.symptom, format!("complaints[{at}].symptom"));
            faults.require_some(&complaint.tables, format!("complaints[{at}].tables"));
        }
        faults.verdict()
    }

    fn check_address(&self, faults: &mut Faults) {
        let names = [
            (&self.production_variable, "production_variable"),
            (&self.staging_variable, "staging_variable"),
        ];
        let is_sqlite = self.engine == Engine::Sqlite;
        faults.require(
            self.production_file.is_some() == is_sqlite,
            "production_file",
            if is_sqlite {
                "is missing"
            } else {
                "is for SQLite; PostgreSQL takes `production_variable`"
            },
        );
        for (name, field) in names {
            let fault = if is_sqlite {
                "is for PostgreSQL; SQLite takes `production_file`"
            } else {
                "is missing"
            };
            faults.require(name.is_some() != is_sqlite, field, fault);
            let is_name = |name: &String| {
                !name.is_empty()
                    && name
                        .chars()
                        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            };
            let fault = "is not the name of a variable; the address itself stays in the environment";
            faults.require(name.as_ref().is_none_or(is_name), field, fault);
        }
    }
}

/// Where a database lies, without a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// A file of SQLite.
    File(PathBuf),
    /// A database of a PostgreSQL server.
    Server {
        /// The environment variable that holds the address.
        variable: String,
        /// The database, where it is another one than the address names.
        database: Option<String>,
    },
}

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// SQLite: one file, one writer.
    Sqlite,
    /// PostgreSQL: many writers, indexes built while they write.
    Postgres,
}

/// The schema as it is, with how it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SchemaAnalysis {
    /// When it was read, as `2026-11-23T21:00:00Z`.
    pub read_at: String,
    /// The engine.
    pub engine: Engine,
    /// Its version, as it reports it.
    pub version: String,
    /// Every table.
    pub tables: Vec<TableUse>,
    /// The indexes that are there.
    pub indexes: Vec<IndexUse>,
    /// What the schema permits and should not.
    pub faults: Vec<SchemaFault>,
    /// What people complain of, as it was given.
    pub complaints: Vec<Complaint>,
    /// What the migration is to reach, as it was given.
    pub aims: Aims,
}

/// A table as it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableUse {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<ColumnUse>,
    /// How many rows it has.
    pub rows: u64,
    /// Statements a day that read it, by the application's log.
    pub reads_per_day: u64,
    /// Rows a day that are written to it, by the dates of its rows over the last 28 days that there are.
    pub writes_per_day: u64,
}

/// An index that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexUse {
    /// Its name.
    pub name: String,
    /// Its table.
    pub table: String,
    /// Its columns, in order.
    pub columns: Vec<String>,
}

/// A column as it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnUse {
    /// Its name.
    pub name: String,
    /// Its type as declared.
    pub declared_type: String,
    /// Whether it may be null.
    pub nullable: bool,
    /// Rows of a hundred in which it is null.
    pub null_percent: f64,
    /// How many different values it has.
    pub distinct_values: u64,
}

/// Something that the schema permits and should not: money as a float, a column with two meanings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaFault {
    /// The table.
    pub table: String,
    /// The column, if it is about one.
    pub column: Option<String>,
    /// The statement of the application that suffers from it, if it is one.
    pub statement: Option<String>,
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// What is wrong.
    pub fault: String,
    /// Rows in which it shows.
    pub rows_affected: u64,
}

/// Kinds of faults that the analysis knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Money in a binary fraction, which has no cents.
    FloatMoney,
    /// A column that holds e-mail addresses in some rows and telephone numbers in others.
    TwoMeanings,
    /// The same e-mail address is spelt with and without capitals.
    MixedCase,
    /// Values that fit no meaning of their column.
    Unreadable,
    /// A statement looks rows up by a column that no index begins with.
    MissingIndex,
}

/// What hurts, worst first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PainPoints {
    /// The pains.
    pub points: Vec<PainPoint>,
}

/// One thing that hurts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PainPoint {
    /// A short name, as in `slow-order-search`.
    pub name: String,
    /// What people notice.
    pub symptom: String,
    /// What is thought to cause it.
    pub suspected_cause: String,
    /// The tables that are involved.
    pub tables: Vec<String>,
    /// The statement of the application that is involved, if it is one.
    pub statement: Option<String>,
    /// What it costs people, in minutes a week; 0 where nobody complained and the schema alone says so.
    pub lost_min_per_week: u32,
}

/// The baseline: how the statements do before the migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryMetrics {
    /// The engine.
    pub engine: Engine,
    /// How long was measured, in milliseconds.
    pub measured_ms: u64,
    /// How it was measured, as it was given.
    pub load: DatabaseLoad,
    /// What the migration is to reach, as it was given.
    pub aims: Aims,
    /// The statements, the most expensive first.
    pub queries: Vec<QueryMetric>,
}

/// How one statement does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryMetric {
    /// The name by which criteria refer to it.
    pub name: String,
    /// The statement, with placeholders.
    pub sql: String,
    /// How often it runs in a day.
    pub calls_per_day: u64,
    /// How long it takes.
    pub latency: Latency,
    /// With how many different values it was timed.
    pub samples: u32,
    /// Rows that the engine reads for one call, on average: those it steps over in a search without an index, and those
    /// that it yields.
    pub rows_read_per_call: u64,
    /// The engine's plan, line by line.
    pub plan: Vec<String>,
    /// The pain that it is part of, if any.
    pub pain_point: Option<String>,
}

/// How large the database is and becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrowthRecord {
    /// Rows and their overhead, in bytes.
    pub data_bytes: u64,
    /// Indexes, in bytes.
    pub index_bytes: u64,
    /// What is free on the disk, in bytes; `None` where the database lies on a machine that cannot be asked.
    pub disk_free_bytes: Option<u64>,
    /// How large it was at the end of each month, oldest first, reckoned from the dates of its rows and today's bytes a row.
    pub history: Vec<SizeSample>,
    /// How fast it grows, in bytes a day; negative where it shrinks.
    pub growth_bytes_per_day: i64,
    /// In how many days the disk is full, if that is foreseeable.
    pub disk_full_in_days: Option<u32>,
}

/// How large the database was on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeSample {
    /// The day, as `2026-11-23`.
    pub day: String,
    /// Data and indexes, in bytes.
    pub bytes: u64,
}

/// What the backups are worth, found by restoring one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryReview {
    /// How backups are made, as in `base backup and archived log`.
    pub method: String,
    /// The time between two backups, in minutes.
    pub interval_min: u32,
    /// What is lost at worst, in minutes of writes.
    pub recovery_point_min: u32,
    /// How long the trial restore took, in minutes begun; `None` if nobody tried.
    pub restore_took_min: Option<u32>,
    /// The same in milliseconds.
    pub restore_took_ms: u64,
    /// How old the restored backup was, in hours.
    pub restored_age_h: u32,
    /// Rows that the restored copy had, over all tables.
    pub restored_rows: u64,
    /// Whether the restored copy had the rows that were expected.
    pub restored_rows_match: bool,
    /// What the procedure lacks.
    pub gaps: Vec<String>,
}

impl RecoveryReview {
    /// A backup counts once it was restored and the rows were there.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        let untried = "is missing: restore a backup, else there is no way back";
        faults.require(self.restore_took_min.is_some(), "restore_took_min", untried);
        let lost = "is false: the restored copy lacks rows";
        faults.require(self.restored_rows_match, "restored_rows_match", lost);
        faults.verdict()
    }
}
