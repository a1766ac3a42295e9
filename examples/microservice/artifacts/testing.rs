//! What tests showed of the service and of its neighbours' failures.

use serde::{Deserialize, Serialize};

use crate::evidence::{Finding, LoadReport};

/// What happened under faults that were caused on purpose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultReport {
    /// The faults and what came of them.
    pub trials: Vec<FaultTrial>,
    /// What is to be mended.
    pub findings: Vec<Finding>,
}

/// A fault and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultTrial {
    /// What was done, and to what.
    pub fault: Fault,
    /// The dependency or instance that it was done to.
    pub target: String,
    /// For how long, in milliseconds.
    pub lasted_ms: u64,
    /// The longest that a caller waited meanwhile, in milliseconds.
    pub longest_wait_ms: u64,
    /// What callers were to see meanwhile.
    pub promised: String,
    /// What they saw.
    pub seen: String,
    /// Requests of a hundred that were not answered as promised meanwhile.
    pub errors_percent: f64,
    /// How long it took to be well again afterwards, in milliseconds.
    pub recovered_ms: u64,
}

/// A fault that can be caused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Every answer comes late.
    Slow {
        /// By how much, in milliseconds.
        by_ms: u32,
    },
    /// Some answers are errors.
    Errors {
        /// How many of a hundred.
        percent: u8,
    },
    /// Answers that nobody can read.
    Garbage,
    /// No connection is accepted.
    Cut,
    /// The process is killed.
    Killed,
    /// There is no memory left.
    OutOfMemory,
    /// There is no room on the disk.
    DiskFull,
}

/// What the service can bear.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CapacityReport {
    /// Under the load that is expected.
    pub expected: LoadReport,
    /// Under twice that load.
    pub doubled: LoadReport,
    /// Under as many clients as it took until more of them got no more orders confirmed.
    pub limit: LoadReport,
    /// The load at which it gave way, in orders per second that were confirmed at once.
    pub limit_requests_per_second: u32,
    /// What gave way first.
    pub bottleneck: String,
    /// How each objective fared under the expected load, in percent of good requests.
    pub objectives: Vec<ObjectiveFigure>,
    /// How what was measured differs from production.
    pub unlike_production: Vec<String>,
}

/// How an objective fared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveFigure {
    /// The objective, by name.
    pub objective: String,
    /// How many of a hundred were good.
    pub good_percent: f64,
}

/// What the monitoring alone could tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisibilityReport {
    /// The faults that were caused without a word, and whether they were seen.
    pub trials: Vec<VisibilityTrial>,
    /// Metrics of the plan that nobody could find.
    pub missing_metrics: Vec<String>,
    /// Log lines that held what must not be logged.
    pub leaked_lines: Vec<String>,
    /// Log lines that lacked a field that each line has.
    pub incomplete_lines: u32,
    /// Requests, of those tried, whose trace went through all services.
    pub complete_traces: u32,
    /// Requests that were tried.
    pub tried_traces: u32,
}

/// A fault and whether it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisibilityTrial {
    /// The fault.
    pub fault: Fault,
    /// The alert that told of it, if any.
    pub told_by: Option<String>,
    /// What the log said most of it.
    pub log_says: String,
    /// What the traces said most of it.
    pub traces_say: String,
    /// How long that took, in milliseconds.
    pub took_ms: u64,
}
