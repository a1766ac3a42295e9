//! What is wanted, in sentences that can be tested.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::evidence::{Load, RequirementId};
use crate::faults::Faults;

/// What someone wants, before anyone has asked back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectBrief {
    /// The project's name.
    pub project: String,
    /// What is wrong today, and for whom.
    pub problem: String,
    /// The people to ask.
    pub stakeholders: Vec<String>,
    /// The day by which it is wanted, as `2027-03-31`.
    pub wanted_by: String,
}

impl ProjectBrief {
    /// It is known what is wrong, whom to ask and when it is wanted.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_text(&self.project, "project");
        faults.require_text(&self.problem, "problem");
        faults.require_some(&self.stakeholders, "stakeholders");
        let parts: Vec<&str> = self.wanted_by.split('-').collect();
        let numbers = parts
            .iter()
            .all(|part| part.chars().all(|digit| digit.is_ascii_digit()));
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let day = numbers && lengths == [4, 2, 2];
        faults.require(
            day,
            "wanted_by",
            format!("is `{}`, not a day such as `2027-03-31`", self.wanted_by),
        );
        faults.verdict()
    }
}

/// What it must do, and how well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirements {
    /// What it must do.
    pub functional: Vec<Requirement>,
    /// How well it must do it.
    pub non_functional: Vec<Requirement>,
}

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// The id by which everything later refers to it.
    pub id: RequirementId,
    /// What must hold, in a sentence.
    pub statement: String,
    /// Who wants it.
    pub wanted_by: String,
    /// What is lost without it.
    pub rationale: String,
    /// How one will see that it holds.
    pub acceptance: String,
}

impl Requirements {
    /// Ids are unique, and for each requirement it is known who wants it and how one will see that it holds.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.functional, "functional");
        faults.require_some(&self.non_functional, "non_functional");
        let mut seen = BTreeSet::new();
        for requirement in self.functional.iter().chain(&self.non_functional) {
            let id = &requirement.id;
            let name = !id.0.is_empty() && !id.0.contains(char::is_whitespace);
            faults.require(name, format!("{}.id", id.0), "is no name such as `F-12`");
            faults.require(seen.insert(id), format!("{}.id", id.0), "is given twice");
            faults.require_text(&requirement.statement, format!("{}.statement", id.0));
            faults.require_text(&requirement.wanted_by, format!("{}.wanted_by", id.0));
            faults.require_text(&requirement.rationale, format!("{}.rationale", id.0));
            faults.require_text(&requirement.acceptance, format!("{}.acceptance", id.0));
        }
        faults.verdict()
    }
}

/// What callers send and get, and what the system knows of: a sketch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractDraft {
    /// What callers can ask for.
    pub operations: Vec<DraftOperation>,
    /// What the system knows of.
    pub entities: Vec<DraftEntity>,
}

/// Something that callers can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftOperation {
    /// Its name, as in `place order`.
    pub name: String,
    /// What is sent.
    pub sends: Vec<String>,
    /// What comes back.
    pub gets: Vec<String>,
    /// The requirements that it serves.
    pub serves: Vec<RequirementId>,
}

/// Something that the system knows of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftEntity {
    /// Its name.
    pub name: String,
    /// What it is, in the words of those who use it.
    pub meaning: String,
    /// What is known of it.
    pub attributes: Vec<String>,
    /// How it relates to others, as in `order has many lines`.
    pub relations: Vec<String>,
}

impl ContractDraft {
    /// Each operation serves a requirement, each entity has a meaning.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.operations, "operations");
        faults.require_some(&self.entities, "entities");
        for operation in &self.operations {
            faults.require_some(&operation.gets, format!("operations.{}.gets", operation.name));
            faults.require_some(&operation.serves, format!("operations.{}.serves", operation.name));
        }
        for entity in &self.entities {
            faults.require_text(&entity.meaning, format!("entities.{}.meaning", entity.name));
            faults.require_some(&entity.attributes, format!("entities.{}.attributes", entity.name));
        }
        faults.verdict()
    }
}

/// The systems on the other side; a system that stands alone has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationPoints {
    /// The systems.
    pub systems: Vec<NeighbourSystem>,
}

/// A system on the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeighbourSystem {
    /// Its name.
    pub name: String,
    /// What it sends.
    pub sends: Vec<String>,
    /// What it gets.
    pub gets: Vec<String>,
    /// Where its contract is written, with the version.
    pub contract: String,
    /// Whom to ask.
    pub contact: String,
    /// How often it is there, in percent of the time, as its owner promises; `None` if nobody promises.
    pub promised_percent: Option<u8>,
}

impl IntegrationPoints {
    /// For each system there are a contract and someone to ask.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for system in &self.systems {
            let flows = !system.sends.is_empty() || !system.gets.is_empty();
            faults.require(
                flows,
                format!("systems.{}.sends", system.name),
                "is empty, and so is `gets`",
            );
            faults.require_text(&system.contract, format!("systems.{}.contract", system.name));
            faults.require_text(&system.contact, format!("systems.{}.contact", system.name));
        }
        faults.verdict()
    }
}

/// What fast, safe and large mean here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QualityCriteria {
    /// The criteria.
    pub criteria: Vec<Criterion>,
    /// How many times a bound may be missed and still count as within reach of tuning, as in `3.0`.
    pub reach: f64,
    /// How many times over all bounds must be kept for the optimization to be waived by the figures, as in `2.0`; where it is
    /// missing, figures alone waive nothing.
    pub room: Option<f64>,
}

/// One criterion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// The requirement that it makes measurable.
    pub requirement: RequirementId,
    /// What it is about.
    pub kind: CriterionKind,
    /// What is measured, as in `p99 of GET /orders`.
    pub metric: String,
    /// The unit, as in `ms`.
    pub unit: String,
    /// The bound.
    pub bound: Bound,
    /// The load under which it must hold.
    pub under: Option<Load>,
    /// How it is measured.
    pub measured_by: String,
    /// The figure that the load test takes for it.
    pub measure: Measure,
}

/// A figure that the load test takes of the running service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// So many of a hundred answers of an operation took at most this, in milliseconds.
    LatencyMs {
        /// The operation, by id.
        operation: String,
        /// So many of a hundred: 50, 95 or 99.
        percent: u8,
    },
    /// Requests per second that were answered without an error when there was no pause between them.
    AnsweredPerSecond,
    /// Requests of a hundred that failed.
    FailedPercent,
    /// The most memory that was held, in MiB.
    PeakMemoryMib,
    /// Calls of a hundred without a token that were refused, of those that need one.
    RefusedPercent,
    /// How many times as long the median of an operation takes with so many more rows.
    GrowthFactor {
        /// The operation, by id.
        operation: String,
        /// The operation that makes a row.
        made_by: String,
        /// How many more rows.
        rows: u32,
    },
}

/// What a criterion is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionKind {
    /// How fast.
    Performance,
    /// How safe.
    Security,
    /// How large.
    Scalability,
}

/// A bound, in the criterion's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// This or less is good.
    AtMost(f64),
    /// This or more is good.
    AtLeast(f64),
}

impl Bound {
    /// Whether a measured value misses it by no more than so many times.
    #[must_use]
    pub fn is_within(self, times: f64, measured: f64) -> bool {
        match self {
            Bound::AtMost(bound) => measured <= bound * times,
            Bound::AtLeast(bound) => measured >= bound / times,
        }
    }

    /// Whether a measured value keeps it.
    #[must_use]
    pub fn holds(self, measured: f64) -> bool {
        match self {
            Bound::AtMost(bound) => measured <= bound,
            Bound::AtLeast(bound) => measured >= bound,
        }
    }
}

impl QualityCriteria {
    /// There are criteria of all three kinds, each with a unit, a load if it is about speed, and a way to measure it.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for kind in [
            CriterionKind::Performance,
            CriterionKind::Security,
            CriterionKind::Scalability,
        ] {
            let some = self.criteria.iter().any(|criterion| criterion.kind == kind);
            faults.require(some, "criteria", format!("has none of kind {kind:?}"));
        }
        for (at, criterion) in self.criteria.iter().enumerate() {
            let field = |name: &str| format!("criteria[{at}].{name}");
            faults.require_text(&criterion.metric, field("metric"));
            faults.require_text(&criterion.unit, field("unit"));
            let (Bound::AtMost(bound) | Bound::AtLeast(bound)) = criterion.bound;
            let fault = format!("is {bound}, which nothing can be measured against");
            faults.require(bound.is_finite() && bound >= 0.0, field("bound"), fault);
            faults.require_text(&criterion.measured_by, field("measured_by"));
            let loaded = criterion.kind == CriterionKind::Security || criterion.under.is_some();
            faults.require(loaded, field("under"), "is missing: fast under which load");
            if let Some(load) = &criterion.under {
                let some = load.requests_per_second.min(load.concurrent_clients) > 0 && load.duration_s > 0;
                faults.require(some, field("under"), "has a 0, which is no load");
            }
            if let Measure::LatencyMs { percent, .. } = criterion.measure {
                let fault = format!("asks for {percent} of a hundred, not for 50, 95 or 99");
                faults.require([50, 95, 99].contains(&percent), field("measure"), fault);
            }
        }
        faults.require(
            self.room.is_none_or(|room| room >= 1.0),
            "room",
            "is less than 1, which is no room",
        );
        faults.require(
            self.reach >= 1.0,
            "reach",
            format!("is {}, less than 1", self.reach),
        );
        faults.verdict()
    }
}

/// What cannot be chosen freely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraints {
    /// What is given.
    pub constraints: Vec<Constraint>,
    /// What will not be done.
    pub out_of_scope: Vec<String>,
}

/// Something that is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraint {
    /// What is given.
    pub statement: String,
    /// Who says so: a law, a contract, a department.
    pub imposed_by: String,
    /// What it rules out.
    pub consequence: String,
}

impl Constraints {
    /// Each constraint has an author, and something will not be done.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for (at, constraint) in self.constraints.iter().enumerate() {
            faults.require_text(&constraint.imposed_by, format!("constraints[{at}].imposed_by"));
            faults.require_text(&constraint.consequence, format!("constraints[{at}].consequence"));
        }
        faults.require_some(&self.out_of_scope, "out_of_scope");
        faults.verdict()
    }
}
