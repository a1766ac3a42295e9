//! The service as code; the steps of the implementation add to it.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::evidence::Change;
use crate::faults::Faults;

/// The service as far as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceCode {
    /// Its name.
    pub service: String,
    /// The work so far: the definition that the service is started from, and its digest as the commit.
    pub change: Change,
    /// Rules of the core, of a hundred, that unit tests have seen decide.
    pub coverage_percent: f64,
    /// Where it keeps what it owns.
    pub store: StoreChoice,
    /// What it serves: endpoints as `GET /orders/{id}`, topics as `orders.placed`.
    pub serves: Vec<String>,
    /// What it calls.
    pub calls: Vec<OutboundCall>,
    /// How it says that it is well.
    pub probes: Vec<Probe>,
    /// The metrics that it exposes, by name.
    pub metrics: Vec<String>,
    /// What it writes into its log and its traces, once it does.
    pub records: Option<Records>,
    /// What was seen of it when each step tried it live.
    pub tried: Vec<Trial>,
}

/// Where the service keeps what it owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreChoice {
    /// In memory: gone with the process.
    Memory,
    /// In a file of SQLite, each order on disk before it is answered.
    Sqlite,
}

/// What the service writes into its log and its traces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Records {
    /// Fields that each line of the log has.
    pub log_fields: Vec<String>,
    /// Fields that no line may have.
    pub never_logged: Vec<String>,
    /// Of how many traces one is kept.
    pub trace_one_in: u32,
    /// The bounds of the histograms, in milliseconds.
    pub buckets_ms: Vec<u32>,
}

/// Something that was tried with the running service, and what was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The step that tried it.
    pub step: String,
    /// What was done.
    pub done: String,
    /// What was seen.
    pub seen: String,
}

/// A call to something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundCall {
    /// The exchange, by name.
    pub exchange: String,
    /// The dependency.
    pub dependency: String,
    /// How many of these calls one request may have under way together.
    pub at_once: u32,
    /// What guards it, once something does.
    pub guard: Option<Guard>,
}

/// What keeps a failing neighbour from taking the service with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// How long one attempt may take, in milliseconds.
    pub timeout_ms: u32,
    /// How many attempts there are.
    pub attempts: u32,
    /// The longest pause between two attempts, in milliseconds.
    pub pause_ms: u32,
    /// How long all calls of one request may take together, in milliseconds; nothing where nobody thought of that.
    pub all_calls_ms: Option<u32>,
    /// After how many failures in a row the circuit opens.
    pub opens_after_failures: u32,
    /// After how long one request is let through again, in milliseconds.
    pub half_open_after_ms: u32,
    /// How many calls may be under way at once.
    pub at_once_at_most: u32,
    /// What is answered while the circuit is open.
    pub fallback: String,
}

/// A question about the health of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// What it asks.
    pub kind: ProbeKind,
    /// The path that answers.
    pub path: String,
    /// How long the answer may take, in milliseconds.
    pub timeout_ms: u32,
    /// The dependencies without which the answer is no.
    pub requires: Vec<String>,
}

/// What a probe asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeKind {
    /// Whether the process should go on; no means that it is restarted.
    Alive,
    /// Whether it can serve; no means that it gets no requests.
    Ready,
}

impl ServiceCode {
    /// Each outbound call has its guard.
    pub fn calls_are_guarded(&self) -> Verdict {
        let mut faults = Faults::default();
        for call in &self.calls {
            let field = |name: &str| format!("calls.{}.{name}", call.exchange);
            match &call.guard {
                None => faults.require(false, field("guard"), "is missing"),
                Some(guard) => {
                    faults.require(guard.timeout_ms > 0, field("guard.timeout_ms"), "is 0");
                    faults.require_text(&guard.fallback, field("guard.fallback"));
                }
            }
        }
        faults.verdict()
    }

    /// Both questions have an answer, and being alive depends on nobody else.
    pub fn probes_are_there(&self) -> Verdict {
        let mut faults = Faults::default();
        let of = |kind| self.probes.iter().find(|probe| probe.kind == kind);
        faults.require(of(ProbeKind::Ready).is_some(), "probes.ready", "is missing");
        match of(ProbeKind::Alive) {
            None => faults.require(false, "probes.alive", "is missing"),
            Some(alive) => {
                let restart = "is not empty: a neighbour's failure would restart the service";
                faults.require(alive.requires.is_empty(), "probes.alive.requires", restart);
            }
        }
        faults.verdict()
    }
}
