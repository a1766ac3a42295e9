//! The code, as reviewed changes and what can be said of them.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::evidence::{Change, TestReport};
use crate::faults::Faults;

/// What speaks to the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataLayer {
    /// The work.
    pub change: Change,
    /// The tables that it covers.
    pub tables: Vec<String>,
    /// Its statements.
    pub queries: Vec<DataQuery>,
    /// The size of the connection pool.
    pub pool_connections: u32,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataQuery {
    /// Its name.
    pub name: String,
    /// The SQL, with placeholders.
    pub sql: String,
    /// The index that serves it; `None` if it reads the whole table on purpose.
    pub index: Option<String>,
    /// The most rows that it yields.
    pub rows_at_most: u64,
}

impl DataLayer {
    /// It was read by someone else, and no statement yields without end.
    pub fn check(&self) -> Verdict {
        let mut faults = reviewed(&self.change);
        faults.require_some(&self.tables, "tables");
        for query in &self.queries {
            faults.require(
                query.rows_at_most > 0,
                format!("queries.{}.rows_at_most", query.name),
                "is 0",
            );
        }
        faults.require(self.pool_connections > 0, "pool_connections", "is 0");
        faults.verdict()
    }
}

/// The rules of the domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessLogic {
    /// The work.
    pub change: Change,
    /// The pieces of the breakdown that are done, by name.
    pub pieces: Vec<String>,
    /// Crates or modules that it depends on; network and database are not among them.
    pub depends_on: Vec<String>,
}

impl BusinessLogic {
    /// It was read by someone else and does some of what was planned.
    pub fn check(&self) -> Verdict {
        let mut faults = reviewed(&self.change);
        faults.require_some(&self.pieces, "pieces");
        faults.verdict()
    }
}

/// What callers reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// The work.
    pub change: Change,
    /// The version of the specification that it implements.
    pub specification_version: String,
    /// The operations that are there, by id.
    pub operations: Vec<String>,
    /// Routes that the specification does not know.
    pub unspecified_routes: Vec<String>,
}

impl Endpoints {
    /// It was read by someone else and has nothing that is not specified.
    pub fn check(&self) -> Verdict {
        let mut faults = reviewed(&self.change);
        faults.require_text(&self.specification_version, "specification_version");
        faults.require_some(&self.operations, "operations");
        let extra = format!("has {}; specify them first", self.unspecified_routes.join(", "));
        faults.require(self.unspecified_routes.is_empty(), "unspecified_routes", extra);
        faults.verdict()
    }
}

/// Who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessControl {
    /// The work.
    pub change: Change,
    /// How callers prove who they are.
    pub authentication: String,
    /// What each role may do.
    pub permissions: Vec<Permission>,
    /// Whether what nobody allowed is refused.
    pub denies_by_default: bool,
}

/// What may be done by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// The operation, by id.
    pub operation: String,
    /// The roles that may; empty if everyone may.
    pub roles: Vec<String>,
    /// The test that shows that others may not.
    pub tested_by: String,
}

impl AccessControl {
    /// It was read by someone else, refuses what nobody allowed, and tests show that it refuses.
    pub fn check(&self) -> Verdict {
        let mut faults = reviewed(&self.change);
        faults.require(self.denies_by_default, "denies_by_default", "is false");
        for permission in &self.permissions {
            let field = format!("permissions.{}.tested_by", permission.operation);
            faults.require_text(&permission.tested_by, field);
        }
        faults.verdict()
    }
}

/// What is checked at the border.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputValidation {
    /// The work.
    pub change: Change,
    /// The rules, as in `CreateOrder.lines: 1 to 100 entries`.
    pub rules: Vec<String>,
    /// The largest request that is read, in bytes.
    pub request_bytes_at_most: u64,
    /// How each kind of fault is answered, by name in the error policy.
    pub error_classes: Vec<String>,
}

impl InputValidation {
    /// It was read by someone else, has rules, and no request is read without end.
    pub fn check(&self) -> Verdict {
        let mut faults = reviewed(&self.change);
        faults.require_some(&self.rules, "rules");
        faults.require(self.request_bytes_at_most > 0, "request_bytes_at_most", "is 0");
        faults.require_some(&self.error_classes, "error_classes");
        faults.verdict()
    }
}

/// The units, tested by themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitTests {
    /// The work.
    pub change: Change,
    /// What ran.
    pub report: TestReport,
    /// Lines of a hundred that they reach.
    pub coverage_percent: f64,
    /// Lines of a hundred that they were to reach.
    pub coverage_percent_wanted: f64,
}

impl UnitTests {
    /// Some ran, none failed, and they reach what they were to reach.
    pub fn check(&self) -> Verdict {
        let mut faults = reviewed(&self.change);
        faults.require(self.report.passed > 0, "report.passed", "is 0");
        let failed = format!("has {}", self.report.failures.len());
        faults.require(self.report.failures.is_empty(), "report.failures", failed);
        let short = format!(
            "is {}, less than {}",
            self.coverage_percent, self.coverage_percent_wanted
        );
        faults.require(
            self.coverage_percent >= self.coverage_percent_wanted,
            "coverage_percent",
            short,
        );
        faults.verdict()
    }
}

/// The faults of a change that nobody else has read, or that is not there.
fn reviewed(change: &Change) -> Faults {
    let mut faults = Faults::default();
    faults.require_text(&change.commit, "change.commit");
    faults.require_some(&change.reviewed_by, "change.reviewed_by");
    faults
}
