//! What the service is, what is its own, and what it promises.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::{Capability, Neighbour};
use crate::faults::Faults;

/// What belongs to the service and what does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceBoundaries {
    /// What it does.
    pub capabilities: Vec<String>,
    /// What one might think that it does.
    pub excluded: Vec<ExcludedCapability>,
    /// Words whose meaning ends at the boundary, with what they mean inside.
    pub vocabulary: Vec<Term>,
    /// What it does, in full.
    pub inside: Vec<Capability>,
    /// What others do that looks at its data.
    pub outside: Vec<Capability>,
    /// Those beyond the boundary that it asks.
    pub neighbours: Vec<Neighbour>,
}

/// A capability that belongs elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcludedCapability {
    /// The capability.
    pub capability: String,
    /// The service that has it.
    pub belongs_to: String,
}

/// A word and what it means in the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The word.
    pub word: String,
    /// Its meaning here.
    pub meaning: String,
}

impl ServiceBoundaries {
    /// A boundary has two sides, and what lies beyond belongs to someone.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.capabilities, "capabilities");
        faults.require_some(&self.excluded, "excluded");
        for (at, excluded) in self.excluded.iter().enumerate() {
            faults.require_text(&excluded.belongs_to, format!("excluded[{at}].belongs_to"));
            let both = "is also among `capabilities`";
            let inside = self.capabilities.contains(&excluded.capability);
            faults.require(!inside, format!("excluded[{at}].capability"), both);
        }
        faults.verdict()
    }
}

/// Who owns which data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataOwnership {
    /// The kinds of data that the service touches.
    pub entities: Vec<OwnedEntity>,
}

/// A kind of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedEntity {
    /// Its name.
    pub entity: String,
    /// The services that write it; there is to be one.
    pub writers: Vec<String>,
    /// The services that read it, and by which way.
    pub readers: Vec<DataAccess>,
    /// Whether it says something about a person.
    pub personal: bool,
    /// How long it is kept, in days.
    pub kept_days: u32,
}

/// How a service gets at data that is not its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataAccess {
    /// The service.
    pub service: String,
    /// The way.
    pub way: AccessWay,
    /// How old what it reads may be, in seconds.
    pub stale_s: u32,
}

/// A way to data of another service; a shared table is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessWay {
    /// It asks the owner.
    Query,
    /// It keeps a copy that follows the owner's events.
    Copy,
}

impl DataOwnership {
    /// Each kind of data has one writer.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.entities, "entities");
        for entity in &self.entities {
            let fault = format!("has {} services; data has one owner", entity.writers.len());
            faults.require(
                entity.writers.len() == 1,
                format!("entities.{}.writers", entity.entity),
                fault,
            );
        }
        faults.verdict()
    }
}

/// How the service talks to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceInterfaces {
    /// What others ask of it, and what it asks of others.
    pub exchanges: Vec<Exchange>,
}

/// One kind of exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Its name, as in `reserve stock`.
    pub name: String,
    /// The other service.
    pub with: String,
    /// Who begins.
    pub direction: Direction,
    /// Whether the caller waits.
    pub mode: ExchangeMode,
    /// How it is asked for: an endpoint, or a topic.
    pub asked_as: String,
    /// How long the caller waits at most, in milliseconds; 0 where nobody waits.
    pub caller_waits_ms: u32,
    /// What is said, field by field.
    pub fields: Vec<String>,
    /// Why the caller waits, or why it does not.
    pub because: String,
}

/// Who begins an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The other service.
    Inbound,
    /// This service.
    Outbound,
}

/// Whether the caller waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExchangeMode {
    /// The caller waits for the answer.
    Synchronous,
    /// An event is left behind for whoever cares.
    Asynchronous,
}

/// What the service needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DependencyMap {
    /// The services and systems that it needs.
    pub dependencies: Vec<Dependency>,
}

/// Something that the service needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// Where its contract is written.
    pub contract: String,
    /// How often it is there, in percent of the time.
    pub availability_percent: f64,
    /// How long it takes to answer, in milliseconds.
    pub answers_in_ms: u32,
    /// Whether asking it twice does what asking once does.
    pub idempotent: bool,
    /// Whether the service can do nothing without it.
    pub essential: bool,
    /// What the service does while it is away.
    pub when_away: String,
}

impl DependencyMap {
    /// For each dependency it is known how often it is there and what happens when it is not.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for dependency in &self.dependencies {
            let field = |name: &str| format!("dependencies.{}.{name}", dependency.name);
            faults.require_text(&dependency.when_away, field("when_away"));
            faults.require_text(&dependency.contract, field("contract"));
            let percent = (0.0..=100.0).contains(&dependency.availability_percent);
            faults.require(percent, field("availability_percent"), "is not between 0 and 100");
        }
        faults.verdict()
    }
}

/// What users get.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceLevels {
    /// The objectives.
    pub objectives: Vec<Objective>,
    /// What users were promised; broken, it has consequences.
    pub agreements: Vec<Agreement>,
    /// How often all essential dependencies are there at once, in percent of the time.
    pub dependencies_available_percent: f64,
}

/// What the team aims for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// Its name, as in `answers in time`.
    pub name: String,
    /// What counts as good, as in `status below 500 within 300 ms`.
    pub good_when: String,
    /// How many of a hundred are to be good.
    pub target_percent: f64,
    /// Over how long, in days.
    pub window_days: u32,
}

/// What users were promised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// The objective that it rests on, by name.
    pub objective: String,
    /// How many of a hundred are promised to be good.
    pub promised_percent: f64,
    /// What happens when it is broken.
    pub consequence: String,
}

impl ServiceLevels {
    /// Promises are weaker than aims, aims no higher than the dependencies allow.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.objectives, "objectives");
        let names: BTreeSet<_> = self
            .objectives
            .iter()
            .map(|objective| objective.name.as_str())
            .collect();
        faults.require(
            names.len() == self.objectives.len(),
            "objectives",
            "has two of one name",
        );
        for objective in &self.objectives {
            let field = format!("objectives.{}", objective.name);
            let ceiling = self.dependencies_available_percent;
            faults.require_at_most(
                objective.target_percent,
                ceiling,
                format!("{field}.target_percent"),
            );
            faults.require(objective.window_days > 0, format!("{field}.window_days"), "is 0");
        }
        for (at, agreement) in self.agreements.iter().enumerate() {
            let field = format!("agreements[{at}]");
            match self
                .objectives
                .iter()
                .find(|objective| objective.name == agreement.objective)
            {
                Some(objective) => {
                    let stricter = format!("is not below the objective of {}", objective.target_percent);
                    let below = agreement.promised_percent < objective.target_percent;
                    faults.require(below, format!("{field}.promised_percent"), stricter);
                }
                None => faults.require(false, format!("{field}.objective"), "names no objective"),
            }
        }
        faults.verdict()
    }
}
