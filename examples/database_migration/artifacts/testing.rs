//! What the rehearsal on a copy showed.

use serde::{Deserialize, Serialize};

use crate::evidence::{Latency, TestReport};

/// The migration on a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// The environment variable that holds the address of the migrated copy.
    pub copy_variable: String,
    /// Rows in the copy.
    pub rows: u64,
    /// How long each stage took.
    pub stages: Vec<StageTiming>,
    /// By how much data and indexes grew, in bytes.
    pub growth_bytes: i64,
    /// What did not go as planned.
    pub surprises: Vec<String>,
}

/// How long a stage took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTiming {
    /// The stage.
    pub stage: String,
    /// How long it took, in seconds.
    pub took_s: u32,
    /// How long writers were blocked at a stretch at most, in milliseconds.
    pub blocked_writers_ms: u32,
    /// How long the application was interrupted, in seconds.
    pub downtime_s: u32,
}

/// How the statements do after the migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkReport {
    /// The machine, as in `staging, 8 cores, 32 GiB, NVMe`.
    pub machine: String,
    /// The statements.
    pub queries: Vec<QueryFigure>,
}

/// How one statement does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryFigure {
    /// The statement, by its name in the baseline.
    pub query: String,
    /// How often it was run.
    pub samples: u32,
    /// How long it took.
    pub latency: Latency,
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
