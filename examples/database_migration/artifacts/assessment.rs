//! What is there: schema, pains, figures, growth, backups.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::evidence::Latency;
use crate::faults::Faults;

/// The database, and how it is reached. Addresses hold passwords, so only the names of variables stand here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseAccess {
    /// The engine.
    pub engine: Engine,
    /// Its version, as it reports it.
    pub version: String,
    /// The environment variable that holds the address of production.
    pub production_variable: String,
    /// The environment variable that holds the address of the staging copy.
    pub staging_variable: String,
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
    /// Every table.
    pub tables: Vec<TableUse>,
    /// What the schema permits and should not.
    pub faults: Vec<SchemaFault>,
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
    /// Statements a day that read it.
    pub reads_per_day: u64,
    /// Statements a day that write it.
    pub writes_per_day: u64,
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
    /// What is wrong.
    pub fault: String,
    /// Rows in which it shows.
    pub rows_affected: u64,
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
    /// What it costs people, in minutes a week.
    pub lost_min_per_week: u32,
}

/// The baseline: how the statements do before the migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryMetrics {
    /// How long was measured, in hours.
    pub measured_h: u32,
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
    /// Rows that the engine reads for one call, on average.
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
    /// What is free on the disk, in bytes.
    pub disk_free_bytes: u64,
    /// How large it was, oldest first.
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
    /// How long the trial restore took, in minutes; `None` if nobody tried.
    pub restore_took_min: Option<u32>,
    /// How old the restored backup was, in hours.
    pub restored_age_h: u32,
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
