//! The input: the system that the service is cut out of, what is wanted, and how long its trials last.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::faults::Faults;

/// Why there is to be a service, and what the system that it is cut out of does today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceCharter {
    /// Its name, as others will call it.
    pub service: String,
    /// What it is for, in a sentence.
    pub purpose: String,
    /// The system it is cut out of or added to.
    pub system: String,
    /// The team that will own it.
    pub team: String,
    /// The load to be ready for, in requests per second.
    pub expected_requests_per_second: u32,
    /// What must not be used or must be used, and who says so.
    pub constraints: Vec<String>,
    /// The kinds of data of the system, each with the service that it is to belong to.
    pub data: Vec<SystemData>,
    /// What the system does, with the data that it touches.
    pub capabilities: Vec<Capability>,
    /// The other services, as they are there or will be.
    pub neighbours: Vec<Neighbour>,
    /// What users are to get.
    pub promises: Vec<Promise>,
    /// How long and how often things are tried.
    pub trials: Trials,
}

/// A kind of data of the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemData {
    /// Its name.
    pub entity: String,
    /// What the word means to its owner.
    pub meaning: String,
    /// The service that it is to belong to.
    pub owner: String,
    /// Whether it says something about a person.
    pub personal: bool,
    /// How long it is kept, in days.
    pub kept_days: u32,
    /// How old may be what others read of it, in seconds.
    pub stale_s: u32,
}

/// Something that the system does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// Its name, as in `take an order`.
    pub name: String,
    /// The kinds of data that it changes.
    #[serde(default)]
    pub writes: Vec<String>,
    /// The kinds of data that it looks at.
    #[serde(default)]
    pub reads: Vec<String>,
    /// What it asks of neighbours, by what they offer.
    #[serde(default)]
    pub asks: Vec<String>,
    /// How it is asked for, as in `POST /orders`; nothing where nobody waits for it.
    #[serde(default)]
    pub asked_as: Option<String>,
    /// Who asks for it.
    #[serde(default)]
    pub asked_by: Option<String>,
    /// How long whoever asks waits before giving up, in milliseconds.
    #[serde(default)]
    pub caller_waits_ms: Option<u32>,
}

/// Another service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Neighbour {
    /// Its name.
    pub name: String,
    /// Where its contract is written.
    pub contract: String,
    /// What it can be asked for, as in `reserve stock`.
    pub offers: Vec<String>,
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

/// What users are to get.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Its name, as in `answers in time`.
    pub name: String,
    /// What counts as good: `status below 500`, and where time matters `within 300 ms` after that.
    pub good_when: String,
    /// How many of a hundred are to be good.
    pub target_percent: f64,
    /// How many of a hundred are promised to be good.
    pub promised_percent: f64,
    /// What happens when that is broken.
    pub consequence: String,
    /// Over how long, in days.
    pub window_days: u32,
}

/// How long and how often things are tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trials {
    /// How many orders are sent into each fault.
    pub orders_per_fault: u32,
    /// How long the expected load is applied, in seconds.
    pub load_s: u32,
    /// How long each step of the roll-out is watched, in seconds.
    pub rollout_step_s: u32,
    /// How long the service is watched afterwards, in seconds.
    pub watched_s: u32,
}

impl ServiceCharter {
    /// Each name that is used is known, each number can be worked with, and nothing is written by two services at once.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for (field, text) in [
            ("service", &self.service),
            ("purpose", &self.purpose),
            ("system", &self.system),
            ("team", &self.team),
        ] {
            faults.require_text(text, field);
        }
        let load = (1..=500).contains(&self.expected_requests_per_second);
        faults.require(load, "expected_requests_per_second", "is not between 1 and 500");
        faults.require_some(&self.capabilities, "capabilities");
        let owns = self.data.iter().any(|data| data.owner == self.service);
        faults.require(owns, "data", format!("gives nothing to `{}`", self.service));
        for capability in &self.capabilities {
            self.check_capability(capability, &mut faults);
        }
        for neighbour in &self.neighbours {
            let field = format!("neighbours.{}.answers_in_ms", neighbour.name);
            faults.require_at_most(neighbour.answers_in_ms, 2_000, field);
        }
        self.check_promises(&mut faults);
        self.trials.check(&mut faults);
        faults.verdict()
    }

    fn check_capability(&self, capability: &Capability, faults: &mut Faults) {
        let field = |name: &str| format!("capabilities.{}.{name}", capability.name);
        for (list, names) in [("writes", &capability.writes), ("reads", &capability.reads)] {
            for name in names {
                let known = self.data.iter().any(|data| data.entity == *name);
                faults.require(
                    known,
                    field(list),
                    format!("names `{name}`, which is not in `data`"),
                );
            }
        }
        for asked in &capability.asks {
            let offered = |neighbour: &Neighbour| neighbour.offers.contains(asked);
            let fault = format!("names `{asked}`, which no neighbour offers");
            faults.require(self.neighbours.iter().any(offered), field("asks"), fault);
        }
        let owners: BTreeSet<_> = capability
            .writes
            .iter()
            .filter_map(|name| self.owner(name))
            .collect();
        let owners: Vec<_> = owners.into_iter().collect();
        let fault = format!(
            "changes data of {}; split it, or have one ask the other",
            owners.join(" and ")
        );
        faults.require(owners.len() <= 1, field("writes"), fault);
        if let Some(waits) = capability.caller_waits_ms {
            let fault = "is not between 200 and 5000";
            faults.require((200..=5_000).contains(&waits), field("caller_waits_ms"), fault);
        }
        let asked = capability.asked_as.is_none() || capability.caller_waits_ms.is_some();
        faults.require(
            asked,
            field("caller_waits_ms"),
            "is missing, though somebody asks",
        );
        let touches = !capability.writes.is_empty() || !capability.reads.is_empty();
        faults.require(touches, field("writes"), "is empty, and so is `reads`");
    }

    fn check_promises(&self, faults: &mut Faults) {
        faults.require_some(&self.promises, "promises");
        for promise in &self.promises {
            let field = |name: &str| format!("promises.{}.{name}", promise.name);
            let form = "is not of the form `status below 500` or `status below 500 within 300 ms`";
            faults.require(Good::read(&promise.good_when).is_some(), field("good_when"), form);
            let percent = promise.target_percent > 0.0 && promise.target_percent < 100.0;
            let none_left = "is not between 0 and 100: it leaves no error budget, or nothing else";
            faults.require(percent, field("target_percent"), none_left);
        }
    }

    /// The service that a kind of data is to belong to.
    #[must_use]
    pub fn owner(&self, entity: &str) -> Option<&str> {
        let data = self.data.iter().find(|data| data.entity == entity)?;
        Some(&data.owner)
    }
}

impl Trials {
    fn check(&self, faults: &mut Faults) {
        let bounds = [
            ("orders_per_fault", self.orders_per_fault, 8, 1_000),
            ("load_s", self.load_s, 1, 3_600),
            ("rollout_step_s", self.rollout_step_s, 1, 3_600),
            ("watched_s", self.watched_s, 1, 604_800),
        ];
        for (field, value, least, most) in bounds {
            let fault = format!("is {value}, not between {least} and {most}");
            faults.require((least..=most).contains(&value), format!("trials.{field}"), fault);
        }
    }
}

/// What counts as good, as it is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Good {
    /// The first status that is not good.
    pub status_below: u16,
    /// How long the answer may take, in milliseconds, where that matters.
    pub within_ms: Option<u32>,
}

impl Good {
    /// Reads `status below 500 within 300 ms`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix("status below ")?;
        let (status, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let within_ms = match rest.trim() {
            "" => None,
            rest => Some(rest.strip_prefix("within ")?.strip_suffix(" ms")?.parse().ok()?),
        };
        Some(Good {
            status_below: status.parse().ok()?,
            within_ms,
        })
    }

    /// Whether an answer of that status after that time is good.
    #[must_use]
    pub fn is_met(self, status: u16, took_ms: f64) -> bool {
        status < self.status_below && self.within_ms.is_none_or(|within| took_ms <= f64::from(within))
    }
}
