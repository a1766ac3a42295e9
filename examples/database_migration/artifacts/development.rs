//! What the migration is made of: scripts, rules, indexes, code, validators.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::{Comparison, Engine};
use crate::evidence::Change;
use crate::faults::Faults;

/// The scripts of the stages; those that carry values over and build indexes are with the [`Transformations`] and the
/// [`IndexScripts`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationScripts {
    /// The engine that they are for.
    pub engine: Engine,
    /// Rows that one batch moves.
    pub batch_rows: u32,
    /// The pause between batches, in milliseconds.
    pub batch_pause_ms: u32,
    /// The scripts, in the order in which they run.
    pub scripts: Vec<MigrationScript>,
}

/// The script of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationScript {
    /// The stage.
    pub stage: String,
    /// Its place in the order of all stages, from 1.
    pub position: u32,
    /// Where it lies, in the folder of the run.
    pub path: PathBuf,
    /// Its SHA-256 in hex, so that what was rehearsed is what runs.
    pub sha256: String,
    /// The script that takes it back, where there is one.
    pub reversed_by: Option<PathBuf>,
    /// The SHA-256 of that, in hex.
    pub reverse_sha256: Option<String>,
}

/// How old values become new ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transformations {
    /// The script that does all of it, in batches.
    pub script: MigrationScript,
    /// What carries values over.
    pub rules: Vec<TransformationRule>,
    /// What repairs faulty values first.
    pub cleanings: Vec<Cleaning>,
}

/// How the values of one column are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransformationRule {
    /// The columns it reads, as `table.column`.
    pub reads: Vec<String>,
    /// The column it fills, as `table.column`.
    pub fills: String,
    /// The SQL expression.
    pub expression: String,
    /// The table that receives rows for which the expression has no value.
    pub unreadable_rows_to: String,
}

/// A repair of faulty values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleaning {
    /// The table.
    pub table: String,
    /// What is faulty about the rows.
    pub fault: String,
    /// The statement that repairs them.
    pub sql: String,
    /// Rows that it is expected to touch.
    pub rows_expected: u64,
}

/// New indexes and settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexScripts {
    /// The script that builds them all.
    pub script: MigrationScript,
    /// The indexes.
    pub indexes: Vec<IndexScript>,
    /// Settings of the engine that change with them.
    pub settings: Vec<EngineSetting>,
}

/// An index and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexScript {
    /// The index, by name.
    pub index: String,
    /// The statement that builds it.
    pub sql: String,
    /// Whether writers go on while it is built.
    pub keeps_writers: bool,
    /// How long building is thought to take, in seconds begun.
    pub expected_s: u32,
    /// How large it is thought to be, in bytes.
    pub expected_bytes: u64,
}

/// A setting of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineSetting {
    /// Its name.
    pub name: String,
    /// Its value before.
    pub before: String,
    /// Its value after.
    pub after: String,
    /// Why.
    pub because: String,
}

/// The application, able to live with both schemas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationChange {
    /// The work.
    pub change: Change,
    /// The flag that moves reads and writes to the new schema without a deployment.
    pub flag: String,
    /// The statements that it changes, by their names in the baseline.
    pub queries_changed: Vec<String>,
    /// Whether the code works before the switch.
    pub works_on_old_schema: bool,
    /// Whether the code works after the switch.
    pub works_on_new_schema: bool,
}

impl ApplicationChange {
    /// It works on either side of the switch, and someone else has read it.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_text(&self.flag, "flag");
        faults.require(
            self.works_on_old_schema,
            "works_on_old_schema",
            "is false: there would be no way back",
        );
        faults.require(self.works_on_new_schema, "works_on_new_schema", "is false");
        faults.require_some(&self.change.reviewed_by, "change.reviewed_by");
        faults.verdict()
    }
}

/// The tools that compare before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidatorSet {
    /// The tools.
    pub validators: Vec<Validator>,
}

/// The tool for one comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validator {
    /// The comparison, by name.
    pub comparison: String,
    /// What it compares.
    pub compares: Comparison,
    /// The command, as program and arguments.
    pub command: Vec<String>,
    /// The fault that was planted to try it.
    pub planted_fault: String,
    /// Whether it found the planted fault.
    pub found_planted_fault: bool,
}

impl ValidatorSet {
    /// Each tool has shown that it can fail.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.validators, "validators");
        for validator in &self.validators {
            let field = format!("validators.{}", validator.comparison);
            faults.require_some(&validator.command, format!("{field}.command"));
            let blind = "is false: a validator that cannot fail proves nothing";
            faults.require(
                validator.found_planted_fault,
                format!("{field}.found_planted_fault"),
                blind,
            );
        }
        faults.verdict()
    }
}
