//! What the database shall become, the way there, and the way back.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::Engine;
use crate::faults::Faults;

/// The schema to arrive at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetSchema {
    /// The engine that it is for.
    pub engine: Engine,
    /// The flag, a row of the table `feature_flags`, that says which schema the application reads and writes.
    pub flag: String,
    /// Its tables.
    pub tables: Vec<TargetTable>,
    /// Its indexes.
    pub indexes: Vec<TargetIndex>,
    /// Which change ends which pain.
    pub remedies: Vec<Remedy>,
}

/// A table to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetTable {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<TargetColumn>,
}

/// A column to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetColumn {
    /// Its name.
    pub name: String,
    /// Its type, in SQL.
    pub sql_type: String,
    /// Whether it may be null.
    pub nullable: bool,
    /// The old columns, or the constant, that its values come from.
    pub comes_from: String,
    /// How it is read from an old column, if it is not that column itself.
    pub carried: Option<Carried>,
}

/// How a new column is read from an old one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The old column, of the same table; it goes with the contraction.
    pub from: String,
    /// What is read from it.
    pub reading: Reading,
}

/// What is read from an old value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Whole cents of an amount.
    Cents,
    /// An e-mail address, in small letters.
    Email,
    /// A telephone number, without spaces and dashes.
    Phone,
}

/// An index to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetIndex {
    /// Its name.
    pub name: String,
    /// Its table.
    pub table: String,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// The statements of the baseline that use it.
    pub serves: Vec<String>,
}

/// A change and the pain that it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// The pain, by name.
    pub pain_point: String,
    /// The change, and why it helps.
    pub change: String,
}

impl TargetSchema {
    /// Each value comes from somewhere, each index serves a statement, and the whole ends some pain.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.remedies, "remedies");
        for table in &self.tables {
            for column in &table.columns {
                let field = format!("tables.{}.{}.comes_from", table.name, column.name);
                faults.require_text(&column.comes_from, field);
            }
        }
        for index in &self.indexes {
            faults.require_some(&index.serves, format!("indexes.{}.serves", index.name));
        }
        faults.verdict()
    }
}

/// The way from the old schema to the new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationStrategy {
    /// The stages, in order.
    pub stages: Vec<Stage>,
    /// How long the application may be interrupted in all, in seconds.
    pub downtime_budget_s: u32,
    /// Rows that one batch moves.
    pub batch_rows: u32,
    /// The pause between batches, in milliseconds.
    pub batch_pause_ms: u32,
    /// How long the whole is thought to take, in minutes.
    pub expected_min: u32,
}

/// A stage of the migration; the application works before and after each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// What kind of change it makes.
    pub kind: StageKind,
    /// The tables that it locks against writers.
    pub locks: Vec<String>,
    /// How long it interrupts the application, in seconds.
    pub downtime_s: u32,
}

/// Kinds of stages, in the only order that keeps old and new code working side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    /// Adds what is new; old code does not notice.
    Expand,
    /// Fills what is new from what is old, in batches.
    Backfill,
    /// Lets the application read and write what is new.
    Switch,
    /// Removes what is old. It destroys.
    Contract,
}

impl MigrationStrategy {
    /// Nothing is removed before the application has left it, and the interruptions fit the budget.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.stages, "stages");
        for (stage, next) in self.stages.iter().zip(self.stages.iter().skip(1)) {
            let fault = format!("comes after the later kind of stage `{}`", stage.name);
            faults.require(
                stage.kind <= next.kind,
                format!("stages.{}.kind", next.name),
                fault,
            );
        }
        let downtime_s: u64 = self.stages.iter().map(|stage| u64::from(stage.downtime_s)).sum();
        let over = format!("is {}, but the stages take {downtime_s}", self.downtime_budget_s);
        faults.require(
            downtime_s <= u64::from(self.downtime_budget_s),
            "downtime_budget_s",
            over,
        );
        faults.require(self.batch_rows > 0, "batch_rows", "is 0");
        faults.verdict()
    }
}

/// The way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackPlan {
    /// How each stage is taken back.
    pub stages: Vec<StageRollback>,
    /// The stage after which only the backup leads back, if there is one.
    pub point_of_no_return: Option<String>,
    /// Who decides to turn round.
    pub decided_by: String,
    /// The signs on which they do.
    pub triggers: Vec<Trigger>,
}

/// How one stage is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRollback {
    /// The stage.
    pub stage: String,
    /// The way.
    pub way: RollbackWay,
    /// How long it takes, in minutes.
    pub takes_min: u32,
}

/// A way to take a stage back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RollbackWay {
    /// A script that reverses it and keeps what was written since.
    Reverse,
    /// Restoring the backup; what was written since is replayed or lost, as said here.
    Restore {
        /// What becomes of the writes since the backup.
        writes_since: String,
    },
}

/// A sign on which the migration turns round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// What is watched, as in `failed requests`.
    pub metric: String,
    /// The bound, with its unit, as in `over 1 percent for 60 s`.
    pub bound: String,
}

impl RollbackPlan {
    /// Someone decides on some sign; a stage that only the backup takes back stands at the point of no return or after.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_text(&self.decided_by, "decided_by");
        faults.require_some(&self.triggers, "triggers");
        faults.require_some(&self.stages, "stages");
        let by_backup = |stage: &StageRollback| matches!(stage.way, RollbackWay::Restore { .. });
        let first = self
            .stages
            .iter()
            .find(|stage| by_backup(stage))
            .map(|stage| &stage.stage);
        let fault = match first {
            Some(stage) => format!("must be `{stage}`: it is the first that only the backup takes back"),
            None => "names a stage, but every stage can be reversed".to_owned(),
        };
        faults.require(
            self.point_of_no_return.as_ref() == first,
            "point_of_no_return",
            fault,
        );
        faults.verdict()
    }
}

/// The numbers that decide whether it was worth it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuccessCriteria {
    /// What each statement must reach.
    pub queries: Vec<QueryCriterion>,
    /// By how much a statement that is not to become faster may become slower, in percent.
    pub tolerance_percent: f64,
    /// Rows that may differ after the migration.
    pub rows_differing_at_most: u64,
    /// How long the application may be interrupted, in seconds.
    pub downtime_s_at_most: u32,
    /// By how much data and indexes may grow, in percent.
    pub growth_percent_at_most: f64,
    /// How long production is watched, in seconds.
    pub watch_s: u32,
}

/// What one statement must reach. It is judged by `percent_of_before_at_most` of what the unmigrated copy takes in the same
/// minute, so that a machine which is busier that day changes nothing; the milliseconds are the same for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryCriterion {
    /// The statement, by its name in the baseline.
    pub query: String,
    /// Its p99 in the baseline, in milliseconds.
    pub p99_ms_before: f64,
    /// The p99 that it may have, in milliseconds.
    pub p99_ms_at_most: f64,
    /// The p99 that it may have, in percent of that before.
    pub percent_of_before_at_most: f64,
}

impl SuccessCriteria {
    /// There is something to reach, and no statement may become slower by more than the tolerance.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.queries, "queries");
        for criterion in &self.queries {
            let field = format!("queries.{}.p99_ms_at_most", criterion.query);
            faults.require(criterion.p99_ms_at_most > 0.0, &field, "is no time at all");
            let most = 100.0 + self.tolerance_percent;
            let field = format!("queries.{}.percent_of_before_at_most", criterion.query);
            faults.require_at_most(criterion.percent_of_before_at_most, most, field);
        }
        faults.verdict()
    }
}

/// How it will be known that nothing was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidationPlan {
    /// What is compared before and after.
    pub comparisons: Vec<Comparison>,
    /// The application's suites that must pass.
    pub application_suites: Vec<String>,
    /// The data that the rehearsal runs on.
    pub rehearsal_data: RehearsalData,
}

/// One thing to compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Its name.
    pub name: String,
    /// The table as it is called afterwards.
    pub table: String,
    /// How it is compared.
    pub kind: ComparisonKind,
}

/// How a table is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComparisonKind {
    /// As many rows as before.
    RowCount,
    /// The same checksum over these columns.
    Checksum {
        /// The columns.
        columns: Vec<String>,
    },
    /// Each new value is what a reader of its own, in Rust, makes of the old one.
    Carried {
        /// The old column.
        from: String,
        /// The new columns, each with what is read from the old one.
        to: Vec<(String, Reading)>,
    },
    /// A number that is the same before and after, as in a sum of money.
    Invariant {
        /// The statement, on the old schema.
        before: String,
        /// The statement, on the new schema.
        after: String,
    },
}

/// The data of a rehearsal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RehearsalData {
    /// All of production.
    Full,
    /// All rows, with what is personal made up anew.
    Anonymized,
}
