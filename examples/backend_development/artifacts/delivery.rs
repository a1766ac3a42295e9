//! What others need in order to use it, run it and change it.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::evidence::{FollowUp, Page, Procedure, Severity};
use crate::faults::Faults;

/// The reference of the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiDocumentation {
    /// The pages.
    pub pages: Vec<Page>,
    /// The version of the specification that it was made from.
    pub specification_version: String,
    /// Operations without a page, by id.
    pub undocumented: Vec<String>,
    /// Examples that were run against the service.
    pub examples_run: u32,
}

impl ApiDocumentation {
    /// Every operation has its page, and examples were run.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.pages, "pages");
        faults.require(
            self.undocumented.is_empty(),
            "undocumented",
            format!("has {}", self.undocumented.join(", ")),
        );
        faults.require(self.examples_run > 0, "examples_run", "is 0");
        faults.verdict()
    }
}

/// The picture of tables and relations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaDocumentation {
    /// The pages.
    pub pages: Vec<Page>,
    /// The picture, as Mermaid text.
    pub diagram: String,
    /// Columns of the live schema without a meaning, as `table.column`.
    pub undocumented: Vec<String>,
}

impl SchemaDocumentation {
    /// There is a picture, and every column has a meaning.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_text(&self.diagram, "diagram");
        faults.require(
            self.undocumented.is_empty(),
            "undocumented",
            format!("has {}", self.undocumented.join(", ")),
        );
        faults.verdict()
    }
}

/// How it is deployed and configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentGuide {
    /// The page.
    pub page: Page,
    /// The settings.
    pub settings: Vec<Setting>,
    /// Who followed it without having built the system.
    pub followed_by: String,
    /// How long that took, in minutes.
    pub took_min: u32,
}

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// What it does.
    pub meaning: String,
    /// Its value unless told otherwise; `None` if it must be given.
    pub default: Option<String>,
    /// Whether it is a secret.
    pub secret: bool,
}

impl DeploymentGuide {
    /// Someone else has followed it, and no secret has a default.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.page.sections, "page.sections");
        faults.require_text(&self.followed_by, "followed_by");
        for setting in &self.settings {
            faults.require_text(&setting.meaning, format!("settings.{}.meaning", setting.name));
            let safe = !setting.secret || setting.default.is_none();
            faults.require(
                safe,
                format!("settings.{}.default", setting.name),
                "is given, though it is a secret",
            );
        }
        faults.verdict()
    }
}

/// What to do when something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runbooks {
    /// The procedures.
    pub procedures: Vec<Procedure>,
}

impl Runbooks {
    /// Each procedure has its sign, its commands and what is then seen.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.procedures, "procedures");
        for procedure in &self.procedures {
            let field = |name: &str| format!("procedures.{}.{name}", procedure.title);
            faults.require_text(&procedure.when, field("when"));
            faults.require_some(&procedure.commands, field("commands"));
            faults.require_text(&procedure.expected, field("expected"));
        }
        faults.verdict()
    }
}

/// What it cannot do, and what should come next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limitations {
    /// What it cannot do or is known to do wrong.
    pub limitations: Vec<Limitation>,
    /// What should come next, the most urgent first.
    pub improvements: Vec<FollowUp>,
}

/// Something that it cannot do or is known to do wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limitation {
    /// What.
    pub statement: String,
    /// How bad it is.
    pub severity: Severity,
    /// What users do meanwhile.
    pub workaround: String,
}

impl Limitations {
    /// Nothing is without limits, and users know what to do meanwhile.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.limitations, "limitations");
        for (at, limitation) in self.limitations.iter().enumerate() {
            faults.require_text(&limitation.workaround, format!("limitations[{at}].workaround"));
        }
        for (at, improvement) in self.improvements.iter().enumerate() {
            faults.require_text(&improvement.owner, format!("improvements[{at}].owner"));
        }
        faults.verdict()
    }
}

/// How another team takes it over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// The sessions that were held.
    pub sessions: Vec<Session>,
    /// Pages to begin with.
    pub pages: Vec<Page>,
    /// The change that the new team made by itself.
    pub trial_change: String,
    /// The procedure that the new team carried out by itself, by title.
    pub trial_procedure: String,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// What it was about.
    pub topic: String,
    /// Who was there.
    pub attended_by: Vec<String>,
    /// How long it took, in minutes.
    pub took_min: u32,
}

impl Handover {
    /// The new team was told, and has then changed and operated it by itself.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.sessions, "sessions");
        for session in &self.sessions {
            let field = format!("sessions.{}.attended_by", session.topic);
            faults.require_some(&session.attended_by, field);
        }
        faults.require_some(&self.pages, "pages");
        faults.require_text(&self.trial_change, "trial_change");
        faults.require_text(&self.trial_procedure, "trial_procedure");
        faults.verdict()
    }
}
