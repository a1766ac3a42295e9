//! What holds across components: security, errors, transactions.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::decision::{Decision, require_complete};
use crate::evidence::Severity;
use crate::faults::Faults;

/// What is worth attacking, and what stands against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityPlan {
    /// What is worth protecting.
    pub assets: Vec<String>,
    /// How one would attack it.
    pub threats: Vec<Threat>,
    /// How callers prove who they are, step by step.
    pub authentication_flow: Vec<String>,
    /// Why it is so.
    pub decisions: Vec<Decision>,
}

/// A way to attack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threat {
    /// What the attacker does.
    pub attack: String,
    /// What they would gain; one of the assets.
    pub asset: String,
    /// How bad that would be.
    pub severity: Severity,
    /// What stands against it, if anything.
    pub mitigation: Option<String>,
    /// Who bears the risk, where nothing does.
    pub accepted_by: Option<String>,
}

impl SecurityPlan {
    /// Against each threat stands something, or someone by name bears it.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.assets, "assets");
        faults.require_some(&self.threats, "threats");
        faults.require_some(&self.authentication_flow, "authentication_flow");
        for (at, threat) in self.threats.iter().enumerate() {
            let answered = threat.mitigation.is_some() || threat.accepted_by.is_some();
            let open = "is missing, and nobody accepts the risk";
            faults.require(answered, format!("threats[{at}].mitigation"), open);
            faults.require(
                self.assets.contains(&threat.asset),
                format!("threats[{at}].asset"),
                "is none of `assets`",
            );
        }
        require_complete(&mut faults, "decisions", &self.decisions);
        faults.verdict()
    }
}

/// What happens when something fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorPolicy {
    /// The kinds of errors.
    pub classes: Vec<ErrorClass>,
    /// Fields that each log line has.
    pub log_fields: Vec<String>,
    /// What is never logged.
    pub never_logged: Vec<String>,
    /// For how long logs are kept, in days.
    pub logs_kept_days: u32,
}

/// A kind of error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorClass {
    /// Its name, as in `neighbour away`.
    pub name: String,
    /// The status that the caller gets.
    pub status: u16,
    /// What the caller is told; nothing of the inside.
    pub told: String,
    /// How often it is tried again before.
    pub retries: u32,
    /// Whether it calls a person.
    pub alerts: bool,
}

impl ErrorPolicy {
    /// Callers learn of each error by a status that says error, and secrets stay out of the logs.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.classes, "classes");
        faults.require_some(&self.never_logged, "never_logged");
        for class in &self.classes {
            let fault = format!("is {}, which is no error", class.status);
            let error = (400..600).contains(&class.status);
            faults.require(error, format!("classes.{}.status", class.name), fault);
            faults.require_text(&class.told, format!("classes.{}.told", class.name));
        }
        faults.verdict()
    }
}

/// What happens entirely or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionPlan {
    /// The boundaries.
    pub boundaries: Vec<TransactionBoundary>,
}

/// Something that happens entirely or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionBoundary {
    /// The operations inside, by id.
    pub operations: Vec<String>,
    /// The tables that are written.
    pub writes: Vec<String>,
    /// What others may see meanwhile.
    pub isolation: Isolation,
    /// Systems outside the database that are told within.
    pub told_outside: Vec<String>,
    /// What makes good what was told outside when it fails after all.
    pub compensation: Option<String>,
}

/// What others may see of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// Nothing, as if there were no others.
    Serializable,
    /// What was committed when it began.
    Snapshot,
    /// What is committed, whenever.
    ReadCommitted,
    /// It need not agree at once, but within a time.
    Eventual {
        /// The time, in milliseconds.
        within_ms: u64,
    },
}

impl TransactionPlan {
    /// What is told outside can be made good.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.boundaries, "boundaries");
        for (at, boundary) in self.boundaries.iter().enumerate() {
            let field = |name: &str| format!("boundaries[{at}].{name}");
            faults.require_some(&boundary.operations, field("operations"));
            let recoverable = boundary.told_outside.is_empty() || boundary.compensation.is_some();
            let stuck = "is missing, though others are told before it is certain";
            faults.require(recoverable, field("compensation"), stuck);
        }
        faults.verdict()
    }
}
