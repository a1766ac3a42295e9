//! What holds across components: security, errors, transactions.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::decision::{Decision, require_complete};
use crate::evidence::{RequirementId, Severity};
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
    /// Faults of libraries that became public, as far as they were looked up.
    #[serde(default)]
    pub advisories: Vec<Advisory>,
    /// The day on which they were looked up, as `2026-11-20`.
    #[serde(default)]
    pub advisories_as_of: String,
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
    /// How a machine tries it on the running service; where it is missing, people look.
    pub tried_by: Option<Attack>,
    /// The requirements that would not hold if it succeeded.
    #[serde(default)]
    pub serves: Vec<RequirementId>,
}

/// An attack that a machine can try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attack {
    /// Calls without a token.
    MissingToken,
    /// Calls with a token that nobody handed out.
    ForeignToken,
    /// Calls with the token of a caller who may do something else.
    WrongCaller,
    /// Texts that become SQL where statements are glued together.
    SqlInjection,
    /// Paths that leave the folder or the resource.
    PathTraversal,
    /// Bodies larger than what is read.
    OversizedBody,
    /// Bodies that are no JSON, or nested without end.
    MalformedBody,
    /// Versions of libraries with known faults.
    KnownFaults,
}

/// A fault of a library that became public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisory {
    /// Its name, as in `RUSTSEC-2024-0332`.
    pub id: String,
    /// The package.
    pub package: String,
    /// The first version that is good again, as in `0.4.4`.
    pub fixed_in: String,
    /// How bad it is.
    pub severity: Severity,
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
            faults.require_text(&threat.attack, format!("threats[{at}].attack"));
            faults.require(answered, format!("threats[{at}].mitigation"), open);
            let known = threat.tried_by != Some(Attack::KnownFaults) || !self.advisories.is_empty();
            faults.require(
                known,
                "advisories",
                "is empty, though a threat is to be tried by them",
            );
            faults.require(
                self.assets.contains(&threat.asset),
                format!("threats[{at}].asset"),
                "is none of `assets`",
            );
        }
        for advisory in &self.advisories {
            let version = advisory
                .fixed_in
                .split('.')
                .all(|part| part.parse::<u64>().is_ok());
            let fault = format!("is `{}`, not a version such as `0.4.4`", advisory.fixed_in);
            faults.require(version, format!("advisories.{}.fixed_in", advisory.id), fault);
        }
        let dated = self.advisories.is_empty() || !self.advisories_as_of.is_empty();
        faults.require(
            dated,
            "advisories_as_of",
            "is empty; say when they were looked up",
        );
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
    /// Fields and headers whose values are never logged.
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
    /// How often a neighbour is asked again before.
    pub retries: u32,
    /// Whether it calls a person.
    pub alerts: bool,
}

impl ErrorPolicy {
    /// Callers learn of each error by a status that says error, and secrets stay out of the logs.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.classes, "classes");
        faults.require_some(&self.log_fields, "log_fields");
        faults.require_some(&self.never_logged, "never_logged");
        faults.require(self.logs_kept_days > 0, "logs_kept_days", "is 0");
        let mut seen = BTreeSet::new();
        for class in &self.classes {
            let field = format!("classes.{}.name", class.name);
            faults.require(seen.insert(&class.name), field, "is given twice");
        }
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
