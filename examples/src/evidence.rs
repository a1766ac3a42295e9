//! What the artifacts of several plans are made of: figures with units, test reports, findings, changes, pages.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The name of a requirement, as in `F-12`: what later evidence refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequirementId(pub String);

/// How long requests took, by percentile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Half of the requests took at most this, in milliseconds.
    pub p50_ms: f64,
    /// 95 of 100 requests took at most this, in milliseconds.
    pub p95_ms: f64,
    /// 99 of 100 requests took at most this, in milliseconds.
    pub p99_ms: f64,
}

/// How hard a system was, or is to be, driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Requests offered per second.
    pub requests_per_second: u32,
    /// Clients at the same time.
    pub concurrent_clients: u32,
    /// For how long, in seconds.
    pub duration_s: u32,
}

/// What a load test measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadReport {
    /// The load that was applied.
    pub load: Load,
    /// How long the requests took.
    pub latency: Latency,
    /// Requests per second that were answered without an error.
    pub answered_per_second: f64,
    /// Requests of a hundred that failed.
    pub errors_percent: f64,
    /// How busy the processors were on average, in percent of all cores.
    pub cpu_percent: f64,
    /// The most memory that was held, in bytes.
    pub peak_memory_bytes: u64,
}

/// What a test suite said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    /// The suite's name, as its runner prints it.
    pub suite: String,
    /// The commit that was tested.
    pub commit: String,
    /// How many tests passed.
    pub passed: u32,
    /// The tests that failed.
    pub failures: Vec<TestFailure>,
    /// Tests that were left out, and why.
    pub skipped: Vec<SkippedTest>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// A test that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestFailure {
    /// The test's name.
    pub test: String,
    /// What was expected.
    pub expected: String,
    /// What was seen instead.
    pub seen: String,
}

/// A test that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedTest {
    /// The test's name.
    pub test: String,
    /// Why it did not run.
    pub because: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// To be fixed in its turn.
    Medium,
    /// To be fixed before release.
    High,
    /// To be fixed before anything else.
    Critical,
}

/// Something that a test, a scan or a person found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What is wrong, in a sentence.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is: a file and line, an endpoint, a table.
    pub place: String,
    /// How to see it again.
    pub reproduction: String,
    /// The commit that fixed it, if one did.
    pub fixed_in: Option<String>,
}

impl Finding {
    /// Whether it is not fixed and at least this bad.
    #[must_use]
    pub fn is_open(&self, at_least: Severity) -> bool {
        self.fixed_in.is_none() && self.severity >= at_least
    }
}

/// Work that was put under version control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The repository, as its clone address or path.
    pub repository: String,
    /// The commit that holds the work.
    pub commit: String,
    /// The files that it touches.
    pub paths: Vec<PathBuf>,
    /// Who reviewed it, by name; the author is not among them.
    pub reviewed_by: Vec<String>,
}

/// A page of documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Its headings, in order.
    pub sections: Vec<String>,
}

/// One thing that operations may have to do, so written down that a stranger can do it at night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Procedure {
    /// What it does.
    pub title: String,
    /// The sign by which one knows that it is needed.
    pub when: String,
    /// The commands, in order.
    pub commands: Vec<String>,
    /// What is seen when it worked.
    pub expected: String,
    /// How long it takes, in minutes.
    pub takes_min: u32,
}

/// A condition that calls a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// The condition, in the language of the monitoring system.
    pub condition: String,
    /// How long the condition must hold, in seconds.
    pub holds_for_s: u32,
    /// How bad it is.
    pub severity: Severity,
    /// The title of the procedure that answers it.
    pub procedure: String,
}

/// Work that is left for later, with someone who answers for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// What is to be done.
    pub what: String,
    /// Who answers for it.
    pub owner: String,
    /// The day it is due, as `2027-01-31`.
    pub due: String,
}
