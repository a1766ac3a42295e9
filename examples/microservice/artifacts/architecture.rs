//! How the service is made, inside and towards its neighbours.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::decision::{Decision, require_complete};
use crate::faults::Faults;

/// What the service is built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TechnologyStack {
    /// The parts: language, framework, store, broker.
    pub parts: Vec<StackPart>,
    /// Why these.
    pub decisions: Vec<Decision>,
}

/// A part of the stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackPart {
    /// What it is for.
    pub purpose: String,
    /// The product.
    pub product: String,
    /// Its version.
    pub version: String,
    /// Who maintains it, and how one will know when that ends.
    pub maintained: String,
}

impl TechnologyStack {
    /// Each choice is complete, with what it means and what was given up.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.parts, "parts");
        require_complete(&mut faults, "decisions", &self.decisions);
        faults.verdict()
    }
}

/// The modules of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalArchitecture {
    /// The modules, those that know least first.
    pub modules: Vec<Module>,
}

/// A module of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// The modules that it may know of.
    pub knows: Vec<String>,
}

impl InternalArchitecture {
    /// A module knows only modules that stand before it, so that nothing goes in a circle.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.modules, "modules");
        for (at, module) in self.modules.iter().enumerate() {
            for known in &module.knows {
                let before = self.modules.iter().take(at).any(|earlier| earlier.name == *known);
                let fault = format!("names `{known}`, which does not stand before it");
                faults.require(before, format!("modules.{}.knows", module.name), fault);
            }
        }
        faults.verdict()
    }
}

/// Where data is kept and what is remembered for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoragePlan {
    /// The stores.
    pub stores: Vec<Store>,
    /// The caches.
    pub caches: Vec<Cache>,
}

/// A store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Store {
    /// The product, from the stack.
    pub product: String,
    /// The kinds of data in it.
    pub entities: Vec<String>,
    /// How large it is after a year of the expected load, in bytes.
    pub bytes_after_a_year: u64,
    /// How much is lost at worst, in seconds of writes.
    pub recovery_point_s: u32,
    /// How long it takes to be back, in seconds.
    pub recovery_time_s: u32,
}

/// A cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    /// What it remembers.
    pub content: String,
    /// How old what it answers may be, in milliseconds.
    pub max_age_ms: u64,
    /// How large it may be, in bytes.
    pub max_bytes: u64,
    /// What removes an entry before its time.
    pub invalidated_by: String,
}

impl StoragePlan {
    /// A cache is bounded in age and size, and something empties it.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for cache in &self.caches {
            let field = |name: &str| format!("caches.{}.{name}", cache.content);
            faults.require(cache.max_age_ms > 0, field("max_age_ms"), "is 0");
            faults.require(
                cache.max_bytes > 0,
                field("max_bytes"),
                "is 0: a cache without a bound is a leak",
            );
            faults.require_text(&cache.invalidated_by, field("invalidated_by"));
        }
        faults.verdict()
    }
}

/// How each exchange is carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunicationDesign {
    /// The calls on which someone waits.
    pub calls: Vec<CallDesign>,
    /// The events.
    pub events: Vec<EventDesign>,
}

/// How a call is carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallDesign {
    /// The exchange, by name.
    pub exchange: String,
    /// The protocol.
    pub protocol: Protocol,
    /// How long the caller waits in all, in milliseconds.
    pub caller_waits_ms: u32,
    /// How long one attempt may take, in milliseconds.
    pub timeout_ms: u32,
    /// How many attempts there are.
    pub attempts: u32,
    /// The longest pause between two attempts, in milliseconds.
    pub pause_ms: u32,
    /// Whether asking twice does what asking once does.
    pub idempotent: bool,
    /// How many of these calls one request may have under way together.
    pub at_once: u32,
}

/// A protocol of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// JSON over HTTP, by resources.
    Rest,
    /// Protocol buffers over HTTP/2.
    Grpc,
}

/// How an event is carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDesign {
    /// The exchange, by name.
    pub exchange: String,
    /// The topic.
    pub topic: String,
    /// What keeps events of one thing in order.
    pub ordering_key: String,
    /// How often an event may arrive.
    pub delivery: Delivery,
    /// Where events go that nobody can read.
    pub dead_letters: String,
}

/// How often an event may arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Once or not at all.
    AtMostOnce,
    /// Once or more; the receiver recognizes it.
    AtLeastOnce,
}

impl CommunicationDesign {
    /// All attempts fit into the caller's patience, and only what is idempotent is tried again.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for call in &self.calls {
            let field = |name: &str| format!("calls.{}.{name}", call.exchange);
            faults.require(call.timeout_ms > 0, field("timeout_ms"), "is 0");
            faults.require(call.attempts > 0, field("attempts"), "is 0");
            faults.require(call.at_once > 0, field("at_once"), "is 0");
            let pauses_ms = u64::from(call.attempts.saturating_sub(1)) * u64::from(call.pause_ms);
            let needed_ms = u64::from(call.attempts) * u64::from(call.timeout_ms) + pauses_ms;
            let short = format!("is {}, but all attempts take {needed_ms}", call.caller_waits_ms);
            faults.require(
                needed_ms <= u64::from(call.caller_waits_ms),
                field("caller_waits_ms"),
                short,
            );
            let twice = "is more than 1, but the call is not idempotent";
            faults.require(call.idempotent || call.attempts <= 1, field("attempts"), twice);
        }
        for event in &self.events {
            faults.require_text(
                &event.dead_letters,
                format!("events.{}.dead_letters", event.exchange),
            );
        }
        faults.verdict()
    }
}

/// What can be seen of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservabilityPlan {
    /// What is measured.
    pub metrics: Vec<Metric>,
    /// Fields that every log line has.
    pub log_fields: Vec<String>,
    /// Fields that no log line may have, such as passwords.
    pub never_logged: Vec<String>,
    /// Of how many traces one is kept.
    pub trace_one_in: u32,
    /// The bounds of the histograms, in milliseconds: those that objectives name are among them.
    pub buckets_ms: Vec<u32>,
    /// Which metrics each objective is computed from.
    pub indicators: Vec<Indicator>,
}

/// Something that is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// Its name, unit included, as in `http_request_duration_seconds`.
    pub name: String,
    /// Its labels; each value of each makes a series.
    pub labels: Vec<String>,
}

/// How an objective is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// The objective, by name.
    pub objective: String,
    /// The metrics that it is computed from.
    pub metrics: Vec<String>,
    /// The query that computes it.
    pub query: String,
}

impl ObservabilityPlan {
    /// Each indicator rests on metrics that are measured, and secrets are kept out of the logs.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.indicators, "indicators");
        faults.require_some(&self.never_logged, "never_logged");
        faults.require(self.trace_one_in > 0, "trace_one_in", "is 0");
        for indicator in &self.indicators {
            let field = format!("indicators.{}.metrics", indicator.objective);
            faults.require_some(&indicator.metrics, &field);
            for name in &indicator.metrics {
                let measured = self.metrics.iter().any(|metric| metric.name == *name);
                faults.require(
                    measured,
                    &field,
                    format!("names `{name}`, which nothing measures"),
                );
            }
        }
        faults.verdict()
    }
}
