//! What happened on production.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::{Address, StageTiming};
use crate::evidence::FollowUp;
use crate::faults::Faults;

/// The hours of the migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationWindow {
    /// When it opens, as `2026-12-06T02:00:00Z`.
    pub opens_at: String,
    /// How long it is open, in minutes.
    pub length_min: u32,
    /// How long the migration took in the rehearsal, in minutes.
    pub migration_min: u32,
    /// How long the way back took in the drill, in minutes.
    pub rollback_min: u32,
    /// The load that is expected, in requests per second.
    pub expected_requests_per_second: u32,
    /// Who is awake.
    pub on_duty: Vec<String>,
    /// Who was told.
    pub announced_to: Vec<String>,
}

impl MigrationWindow {
    /// It is long enough to fail at the end and still go back, and people are there.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        let needed_min = u64::from(self.migration_min) + u64::from(self.rollback_min);
        let fault = format!("is {}, but there and back takes {needed_min}", self.length_min);
        faults.require(u64::from(self.length_min) >= needed_min, "length_min", fault);
        faults.require_some(&self.on_duty, "on_duty");
        faults.require_some(&self.announced_to, "announced_to");
        faults.verdict()
    }
}

/// The migration as it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MigrationRecord {
    /// The backup that was taken just before, by its label.
    pub backup: String,
    /// Where production lies.
    pub production: Address,
    /// That backup, restored: what production was before.
    pub before: Address,
    /// The highest key of each table when it began; what was written later is not compared.
    pub watermarks: BTreeMap<String, i64>,
    /// When it began, as `2026-12-06T02:00:00Z`.
    pub began_at: String,
    /// How long each stage took.
    pub stages: Vec<StageTiming>,
    /// Batches that were moved, over all stages.
    pub batches: u64,
    /// Rows that were moved, over all stages.
    pub rows_moved: u64,
    /// Times that it paused because errors or latency rose.
    pub pauses: u32,
    /// Look-ups that failed meanwhile, of those that were made beside it.
    pub failed_requests: u64,
    /// How long the slowest of those look-ups took, in milliseconds.
    pub slowest_probe_ms: f64,
}

/// What was learned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonsLearned {
    /// What was promised beside what was reached.
    pub results: Vec<CriterionResult>,
    /// What to do the same way next time.
    pub went_well: Vec<String>,
    /// What to do otherwise next time.
    pub went_badly: Vec<String>,
    /// What remains to be done.
    pub follow_ups: Vec<FollowUp>,
}

/// A criterion and what was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionResult {
    /// The criterion, as in `order-search p99`.
    pub criterion: String,
    /// What was wanted, with its unit.
    pub wanted: String,
    /// What was reached, with its unit.
    pub reached: String,
}

impl LessonsLearned {
    /// The results are all there, and each open end has someone who answers for it.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.results, "results");
        for (at, result) in self.results.iter().enumerate() {
            faults.require_text(&result.reached, format!("results[{at}].reached"));
        }
        for (at, follow_up) in self.follow_ups.iter().enumerate() {
            faults.require_text(&follow_up.owner, format!("follow_ups[{at}].owner"));
        }
        faults.verdict()
    }
}
