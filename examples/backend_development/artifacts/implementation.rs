//! The code, as reviewed changes and what can be said of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_runtime::Verdict;

use super::{Launch, SampleCall, Service, Shown, require_calls, require_service, require_startable};
use crate::evidence::{Change, RequirementId, TestReport};
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
    /// What makes the tables in an empty database.
    pub migrate: Launch,
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
        require_startable(&mut faults, "migrate", &self.migrate, &["database"]);
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

/// What rules of a domain do without.
const OUTSIDE: [&str; 10] = [
    "axum",
    "actix-web",
    "diesel",
    "hyper",
    "postgres",
    "reqwest",
    "rusqlite",
    "sqlx",
    "tokio",
    "tonic",
];

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
        for name in &self.depends_on {
            let outside = OUTSIDE.contains(&name.as_str());
            let fault = format!("names `{name}`, which reaches network or database");
            faults.require(!outside, "depends_on", fault);
        }
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
    /// How the service is started.
    pub service: Service,
    /// A call that succeeds for each operation, in an order in which they succeed one after the other.
    pub calls: Vec<SampleCall>,
}

impl Endpoints {
    /// It was read by someone else and has nothing that is not specified.
    pub fn check(&self) -> Verdict {
        let mut faults = reviewed(&self.change);
        faults.require_text(&self.specification_version, "specification_version");
        faults.require_some(&self.operations, "operations");
        let extra = format!("has {}; specify them first", self.unspecified_routes.join(", "));
        faults.require(self.unspecified_routes.is_empty(), "unspecified_routes", extra);
        require_service(&mut faults, "service", &self.service);
        require_calls(&mut faults, "calls", &self.calls, &self.service.callers);
        for operation in &self.operations {
            let called = self.calls.iter().any(|call| call.operation == *operation);
            faults.require(called, "calls", format!("has none of `{operation}`"));
        }
        for call in &self.calls {
            let there = self.operations.contains(&call.operation);
            faults.require(
                there,
                "operations",
                format!("lacks `{}`, which is called", call.operation),
            );
        }
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
        faults.require_text(&self.authentication, "authentication");
        faults.require(self.denies_by_default, "denies_by_default", "is false");
        faults.require_some(&self.permissions, "permissions");
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
    /// The rules.
    pub rules: Vec<InputRule>,
    /// The largest request that is read, in bytes.
    pub request_bytes_at_most: u64,
    /// How each kind of fault is answered, by name in the error policy.
    pub error_classes: Vec<String>,
}

/// A rule for what is sent, with values that break it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRule {
    /// The operation, by id.
    pub operation: String,
    /// The field of what is sent, as in `weight_g`.
    pub field: String,
    /// The rule, as in `1 to 30000`.
    pub rule: String,
    /// Values that break it; each is sent in the place of that field in a request that is good otherwise.
    pub forbidden: Vec<Value>,
    /// Whether it may be left out; where it may not, that is tried too.
    #[serde(default)]
    pub optional: bool,
    /// How a breach is answered, by name in the error policy.
    pub class: String,
    /// The requirement that it serves, if it serves one.
    pub serves: Option<RequirementId>,
}

impl InputValidation {
    /// It was read by someone else, has rules, and no request is read without end.
    pub fn check(&self) -> Verdict {
        let mut faults = reviewed(&self.change);
        faults.require_some(&self.rules, "rules");
        for rule in &self.rules {
            let field = |name: &str| format!("rules.{}.{}.{name}", rule.operation, rule.field);
            faults.require_text(&rule.rule, field("rule"));
            faults.require_some(&rule.forbidden, field("forbidden"));
            let known = self.error_classes.contains(&rule.class);
            faults.require(
                known,
                field("class"),
                format!("names `{}`, which is none of `error_classes`", rule.class),
            );
        }
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
    /// Which of them show that a requirement holds.
    pub shows: Vec<Shown>,
    /// Requirements that no test of any kind can show, with the reason.
    #[serde(default)]
    pub untested: Vec<Untested>,
}

/// A requirement that no test can show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untested {
    /// The requirement.
    pub requirement: RequirementId,
    /// Why no test shows it, and who sees to it instead.
    pub because: String,
}

impl UnitTests {
    /// Some ran, none failed, and they reach what they were to reach.
    pub fn check(&self) -> Verdict {
        let mut faults = reviewed(&self.change);
        faults.require(self.report.passed > 0, "report.passed", "is 0");
        let failed = format!("has {}", self.report.failures.len());
        faults.require(self.report.failures.is_empty(), "report.failures", failed);
        faults.require_some(&self.shows, "shows");
        for untested in &self.untested {
            let field = format!("untested.{}.because", untested.requirement.0);
            faults.require_text(&untested.because, field);
        }
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
