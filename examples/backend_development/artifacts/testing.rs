//! Whether the parts do together what was asked for.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::Bound;
use crate::evidence::{Change, Finding, LoadReport, RequirementId, TestReport};
use crate::faults::Faults;

/// The tests that put components together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationSuite {
    /// The work.
    pub change: Change,
    /// The command that runs it, as program and arguments.
    pub command: Vec<String>,
    /// The systems that are real in it, with their versions.
    pub real: Vec<String>,
    /// The systems that are stood in for, with the contract that the stand-in is made from.
    pub stood_in: Vec<String>,
}

impl IntegrationSuite {
    /// It can be run, and something in it is real.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.command, "command");
        faults.require_some(&self.real, "real");
        faults.require_some(&self.change.reviewed_by, "change.reviewed_by");
        faults.verdict()
    }
}

/// Where the service and its contract differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractReport {
    /// What ran.
    pub report: TestReport,
    /// Operations that were called, by id.
    pub operations_called: Vec<String>,
    /// Where an answer was not what the specification says.
    pub deviations: Vec<Deviation>,
}

/// An answer that was not what the specification says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deviation {
    /// The operation, by id.
    pub operation: String,
    /// What the specification says.
    pub specified: String,
    /// What came.
    pub seen: String,
}

/// Which faults were answered otherwise than the policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// What ran.
    pub report: TestReport,
    /// The kinds of errors that were caused, by name in the policy.
    pub classes_caused: Vec<String>,
    /// Faults that were answered otherwise.
    pub deviations: Vec<Deviation>,
    /// Answers and log lines that told of the inside.
    pub leaks: Vec<String>,
}

/// What scans and attacks found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityReport {
    /// The scanners, with the date of their data.
    pub scanners: Vec<String>,
    /// The threats of the plan that were tried.
    pub threats_tried: Vec<String>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Each criterion beside what was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    /// The machine, as in `8 cores, 32 GiB, NVMe`.
    pub machine: String,
    /// The load tests.
    pub loads: Vec<LoadReport>,
    /// The criteria.
    pub results: Vec<CriterionResult>,
}

/// A criterion beside what was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriterionResult {
    /// The requirement that it makes measurable.
    pub requirement: RequirementId,
    /// What was measured, as in `p99 of GET /orders`.
    pub metric: String,
    /// The unit.
    pub unit: String,
    /// The bound.
    pub bound: Bound,
    /// What was measured, in that unit.
    pub measured: f64,
}

/// Every requirement beside the tests that show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// The requirements.
    pub requirements: Vec<RequirementCoverage>,
    /// Lines of a hundred that all tests together reach.
    pub line_percent: f64,
    /// How many tests passed, over all suites.
    pub tests_passed: u32,
}

/// A requirement and the tests that show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequirementCoverage {
    /// The requirement.
    pub requirement: RequirementId,
    /// The tests that show it.
    pub shown_by: Vec<String>,
    /// Why no test does, where none does.
    pub untested_because: Option<String>,
}

impl CoverageReport {
    /// For each requirement there is a test, or a reason why there is none.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.requirements, "requirements");
        for covered in &self.requirements {
            let explained = !covered.shown_by.is_empty() || covered.untested_because.is_some();
            let field = format!("requirements.{}.shown_by", covered.requirement.0);
            faults.require(
                explained,
                field,
                "is empty, and `untested_because` gives no reason",
            );
        }
        faults.verdict()
    }
}
