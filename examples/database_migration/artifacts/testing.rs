//! What the rehearsal on a copy showed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Address, MigrationScript};
use crate::evidence::{Latency, TestReport};

/// The migration on a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// The copy that was migrated to the end.
    pub copy: Address,
    /// Production as it was when the rehearsal began.
    pub before: Address,
    /// The copy between the switch and the contraction, when both schemas are there.
    pub switched: Address,
    /// Rows in the copy.
    pub rows: u64,
    /// The highest key of each table when the rehearsal began; what was written later is not compared.
    pub watermarks: BTreeMap<String, i64>,
    /// The scripts of all stages, in order, with the SHA-256 that each had.
    pub scripts: Vec<MigrationScript>,
    /// How long each stage took.
    pub stages: Vec<StageTiming>,
    /// Orders that were placed meanwhile, and are all there afterwards.
    pub orders_meanwhile: u64,
    /// Data and indexes before, in bytes.
    pub bytes_before: u64,
    /// By how much data and indexes grew, in bytes; what is parked until the run is over is not counted.
    pub growth_bytes: i64,
    /// What is parked until the run is over, in bytes.
    pub parked_bytes: u64,
    /// What did not go as planned.
    pub surprises: Vec<String>,
}

/// How long a stage took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTiming {
    /// The stage.
    pub stage: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// How long writers were blocked at a stretch at most, in milliseconds.
    pub blocked_writers_ms: u32,
    /// How long the application was interrupted, in milliseconds: the sum of all waits that a user notices.
    pub downtime_ms: u32,
}

/// How the statements do after the migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkReport {
    /// How long was measured, in milliseconds.
    pub measured_ms: u64,
    /// The machine, as in `2 cores, linux x86_64`.
    pub machine: String,
    /// The statements.
    pub queries: Vec<QueryFigure>,
}

/// How one statement does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryFigure {
    /// The statement, by its name in the baseline.
    pub query: String,
    /// With how many different values it was timed.
    pub samples: u32,
    /// How long it took.
    pub latency: Latency,
    /// How long it took on the unmigrated copy, in the same minute on the same machine.
    pub before: Latency,
    /// The engine's plan, line by line.
    pub plan: Vec<String>,
}

/// What the validators said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrityReport {
    /// The outcome of each comparison.
    pub outcomes: Vec<ComparisonOutcome>,
    /// Rows that no rule could read, now in their own tables.
    pub rows_set_aside: u64,
    /// Tests of the application that failed there; empty where none were asked for.
    pub application_failures: Vec<String>,
}

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparisonOutcome {
    /// The comparison, by name.
    pub comparison: String,
    /// What was there before: a count, a checksum, a sum.
    pub before: String,
    /// What is there after.
    pub after: String,
    /// Rows that differ.
    pub rows_differing: u64,
}

/// The application's suites on the migrated copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationTests {
    /// With the flag off: the old columns, still there.
    pub on_old_schema: TestReport,
    /// With the flag on: the new columns.
    pub on_new_schema: TestReport,
}

/// The way back, walked on a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackDrill {
    /// How long each stage took to take back, the last stage first.
    pub stages: Vec<StageTiming>,
    /// The checksum of the copy before the migration, as hex.
    pub checksum_before: String,
    /// The checksum after the way there and back, as hex.
    pub checksum_after: String,
    /// Where a person had to intervene, and how.
    pub interventions: Vec<String>,
}
