//! Whether the parts do together what was asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::{Attack, Bound, NeighbourFault, SampleCall, Service, Shown, require_calls, require_service};
use crate::evidence::{Change, Finding, LoadReport, RequirementId, TestFailure, TestReport};
use crate::failure::Failure;
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
    /// How the service under test is started.
    pub service: Service,
    /// Calls that succeed one after the other: what cases and forbidden values are tried on.
    pub calls: Vec<SampleCall>,
    /// What goes wrong, and how that must be answered.
    pub cases: Vec<FaultCase>,
}

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultCase {
    /// What goes wrong, in a few words.
    pub name: String,
    /// How that must be answered, by name in the error policy.
    pub class: String,
    /// The neighbour that fails, if one does; `database` is the SQLite file of the service, which is then locked.
    pub neighbour: Option<String>,
    /// How it fails.
    pub fault: Option<NeighbourFault>,
    /// The calls; all but the last succeed.
    pub calls: Vec<SampleCall>,
    /// The requirements that it shows.
    #[serde(default)]
    pub shows: Vec<RequirementId>,
}

impl IntegrationSuite {
    /// It can be run, and something in it is real.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.command, "command");
        faults.require_some(&self.real, "real");
        faults.require_some(&self.change.reviewed_by, "change.reviewed_by");
        require_service(&mut faults, "service", &self.service);
        require_calls(&mut faults, "calls", &self.calls, &self.service.callers);
        faults.require_some(&self.cases, "cases");
        for case in &self.cases {
            let field = |name: &str| format!("cases.{}.{name}", case.name);
            faults.require_text(&case.class, field("class"));
            faults.require_some(&case.calls, field("calls"));
            require_calls(&mut faults, &field("calls"), &case.calls, &self.service.callers);
            let both = case.neighbour.is_some() == case.fault.is_some();
            faults.require(both, field("fault"), "goes with `neighbour`: both or neither");
            let known = |name: &String| self.service.neighbours.iter().any(|known| known.name == *name);
            faults.require(
                case.neighbour
                    .as_ref()
                    .is_none_or(|name| name == "database" || known(name)),
                field("neighbour"),
                "is none of `service.neighbours`, and not `database`",
            );
        }
        faults.verdict()
    }
}

impl TestReport {
    /// Of a suite that could not be run: one failure that says why.
    #[must_use]
    pub fn untested(suite: &str, commit: &str, why: &Failure) -> Self {
        TestReport {
            suite: suite.to_owned(),
            commit: commit.to_owned(),
            passed: 0,
            failures: vec![TestFailure {
                test: suite.to_owned(),
                expected: String::from("a service that can be tested"),
                seen: why.to_string(),
            }],
            skipped: Vec::new(),
            took_ms: 0,
        }
    }
}

/// Where the service and its contract differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractReport {
    /// What ran.
    pub report: TestReport,
    /// Operations that were called, by id.
    pub operations_called: Vec<String>,
    /// Operations of the specification that the endpoints lack, by id.
    pub missing: Vec<String>,
    /// How many calls were made.
    pub calls: u32,
    /// Where an answer was not what the specification says.
    pub deviations: Vec<Deviation>,
    /// The requirements that the operations serve which answered as specified.
    pub shows: Vec<Shown>,
    /// Requirements that the specification names.
    pub names: Vec<RequirementId>,
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
    /// Kinds of errors of the policy that nothing caused, by name.
    pub classes_missed: Vec<String>,
    /// How many calls were made.
    pub calls: u32,
    /// Faults that were answered otherwise.
    pub deviations: Vec<Deviation>,
    /// The requirements that the cases show which were answered as the policy says.
    pub shows: Vec<Shown>,
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
    /// The threats of the plan that no machine can try, and that people answer for.
    pub threats_left_to_people: Vec<String>,
    /// How many calls each attack made.
    pub calls: BTreeMap<Attack, u32>,
    /// The requirements of threats that were tried in vain.
    pub shows: Vec<Shown>,
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
    /// Why there are no figures, where the service could not be driven.
    pub not_measured_because: Option<String>,
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
    /// Requirements that no test shows, without a reason.
    pub uncovered: Vec<RequirementId>,
    /// Ids that the evidence names and the requirements do not have.
    pub unknown: Vec<RequirementId>,
    /// Lines of a hundred that unit tests reach.
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
