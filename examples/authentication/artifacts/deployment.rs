//! The system in use, and who watches it.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::ClientKind;
use crate::evidence::{Alert, Page, Procedure};
use crate::faults::Faults;

/// What was connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationRecord {
    /// The connections.
    pub connections: Vec<Connection>,
}

/// A connection, tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The integration point, by name.
    pub point: String,
    /// Whether a test user came in through it.
    pub logged_in: bool,
    /// Whether logging out there ended the session here.
    pub logged_out: bool,
    /// What it was told of the user.
    pub claims: Vec<String>,
}

impl IntegrationRecord {
    /// Through each connection someone went in and out.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.connections, "connections");
        for connection in &self.connections {
            let field = |name: &str| format!("connections.{}.{name}", connection.point);
            faults.require(connection.logged_in, field("logged_in"), "is false");
            faults.require(connection.logged_out, field("logged_out"), "is false");
        }
        faults.verdict()
    }
}

/// How clients are to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientPatterns {
    /// The patterns.
    pub patterns: Vec<ClientPattern>,
}

/// How one kind of client is to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientPattern {
    /// The kind of client.
    pub kind: ClientKind,
    /// How it logs in.
    pub flow: String,
    /// Where it keeps its tokens, and where it must not.
    pub tokens_kept_in: String,
    /// What it does when they end.
    pub on_expiry: String,
    /// The page with code that was run.
    pub page: Page,
}

/// What users and developers read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documentation {
    /// For users.
    pub user_pages: Vec<Page>,
    /// For developers.
    pub developer_pages: Vec<Page>,
    /// Examples that were run.
    pub examples_run: u32,
}

/// The system in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// What runs, by digest or commit.
    pub version: String,
    /// Where users reach it.
    pub address: String,
    /// What ran before, to go back to.
    pub version_before: Option<String>,
    /// The alerts on what an attack looks like.
    pub alerts: Vec<Alert>,
    /// The alerts that were fired once, by name.
    pub alerts_tried: Vec<String>,
    /// What is recorded of each login, without secrets.
    pub audit_fields: Vec<String>,
}

impl Deployment {
    /// Someone would notice an attack: there are alerts, and each was tried.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.alerts, "alerts");
        faults.require_some(&self.audit_fields, "audit_fields");
        for alert in &self.alerts {
            let tried = self.alerts_tried.contains(&alert.name);
            faults.require(tried, "alerts_tried", format!("lacks `{}`", alert.name));
        }
        faults.verdict()
    }
}

/// What is done when something was stolen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentPlan {
    /// What is done in which case.
    pub procedures: Vec<IncidentProcedure>,
    /// Who leads.
    pub led_by: String,
    /// Within how many hours those are told whom the law names.
    pub notified_within_h: u32,
    /// Who is told: authorities, users, partners.
    pub notified: Vec<String>,
    /// The day of the last exercise, as `2026-11-20`; `None` if there was none.
    pub exercised_on: Option<String>,
}

/// What is done in one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentProcedure {
    /// The case.
    pub case: IncidentCase,
    /// What is done.
    pub procedure: Procedure,
    /// Who does it.
    pub done_by: String,
}

/// What can be stolen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentCase {
    /// A signing key.
    KeyStolen,
    /// The table of password hashes.
    HashesStolen,
    /// The sessions of users.
    SessionsStolen,
    /// One account.
    AccountTaken,
}

impl IncidentPlan {
    /// The cases that end all trust are prepared for, someone leads, and it was exercised.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for case in [
            IncidentCase::KeyStolen,
            IncidentCase::HashesStolen,
            IncidentCase::SessionsStolen,
        ] {
            let covered = self.procedures.iter().any(|procedure| procedure.case == case);
            faults.require(covered, "procedures", format!("has none for `{case:?}`"));
        }
        faults.require_text(&self.led_by, "led_by");
        faults.require_some(&self.notified, "notified");
        faults.require(self.exercised_on.is_some(), "exercised_on", "is missing");
        faults.verdict()
    }
}
