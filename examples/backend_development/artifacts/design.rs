//! How it is built, and why not otherwise: components, tables, operations.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::decision::{Decision, require_complete};
use crate::evidence::RequirementId;
use crate::faults::Faults;

/// The components and who speaks with whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Architecture {
    /// The components.
    pub components: Vec<Component>,
    /// Who speaks with whom.
    pub interactions: Vec<Interaction>,
    /// Why it is so.
    pub decisions: Vec<Decision>,
}

/// A component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// What it answers for.
    pub responsibility: String,
    /// The requirements that it serves.
    pub serves: Vec<RequirementId>,
    /// How it grows when the load doubles.
    pub scales_by: String,
}

/// Who speaks with whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// The component that begins.
    pub from: String,
    /// The component or neighbour that answers.
    pub to: String,
    /// What about.
    pub purpose: String,
    /// Whether it waits for the answer.
    pub waits: bool,
    /// How long it waits at most, in milliseconds; 0 if it does not.
    pub timeout_ms: u32,
}

impl Architecture {
    /// Each component serves a requirement, whoever waits does so for a time, and each decision is complete.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.components, "components");
        for component in &self.components {
            faults.require_some(&component.serves, format!("components.{}.serves", component.name));
        }
        for (at, interaction) in self.interactions.iter().enumerate() {
            let field = |name: &str| format!("interactions[{at}].{name}");
            let known = self
                .components
                .iter()
                .any(|component| component.name == interaction.from);
            faults.require(
                known,
                field("from"),
                format!("names `{}`, which is no component", interaction.from),
            );
            let bounded = !interaction.waits || interaction.timeout_ms > 0;
            faults.require(bounded, field("timeout_ms"), "is 0, but it waits");
        }
        require_complete(&mut faults, "decisions", &self.decisions);
        faults.verdict()
    }
}

/// The tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaDesign {
    /// The tables.
    pub tables: Vec<Table>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// What a row stands for.
    pub row_means: String,
    /// The columns of its primary key.
    pub primary_key: Vec<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Rows after a year.
    pub rows_after_a_year: u64,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, in SQL.
    pub sql_type: String,
    /// Whether it may be null.
    pub nullable: bool,
    /// What its values mean, unit included.
    pub meaning: String,
    /// The column that it refers to, as `table.column`.
    pub references: Option<String>,
}

impl SchemaDesign {
    /// Everything has a meaning, every row can be told apart, and every reference has its target.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.tables, "tables");
        for table in &self.tables {
            faults.require_text(&table.row_means, format!("tables.{}.row_means", table.name));
            faults.require_some(&table.primary_key, format!("tables.{}.primary_key", table.name));
            for column in &table.columns {
                let field = |name: &str| format!("tables.{}.{}.{name}", table.name, column.name);
                faults.require_text(&column.meaning, field("meaning"));
                if let Some(target) = &column.references {
                    let fault = format!("names `{target}`, which is not there");
                    faults.require(self.has(target), field("references"), fault);
                }
            }
        }
        faults.verdict()
    }

    /// Whether there is a column `table.column`.
    fn has(&self, path: &str) -> bool {
        let Some((table, column)) = path.split_once('.') else {
            return false;
        };
        let table = self.tables.iter().find(|candidate| candidate.name == table);
        table.is_some_and(|table| table.columns.iter().any(|candidate| candidate.name == column))
    }
}

/// The specification that code and tests are held to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiSpecification {
    /// Where the document lies, as in `api/openapi.yaml`.
    pub document: String,
    /// Its version.
    pub version: String,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// How long an old version is served after a new one, in days.
    pub old_version_served_days: u32,
}

/// An operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Its id.
    pub id: String,
    /// The method and path, as in `POST /orders`.
    pub route: String,
    /// What is sent, by name of the type; `None` if nothing is.
    pub request: Option<String>,
    /// The answers.
    pub responses: Vec<Response>,
    /// The requirements that it serves.
    pub serves: Vec<RequirementId>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// When it is given.
    pub when: String,
    /// What it holds, by name of the type; `None` if nothing.
    pub body: Option<String>,
}

impl ApiSpecification {
    /// Each operation says how it succeeds, how it fails and whom it serves.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_text(&self.document, "document");
        faults.require_some(&self.operations, "operations");
        for operation in &self.operations {
            let field = |name: &str| format!("operations.{}.{name}", operation.id);
            let answers = |from, to| {
                operation
                    .responses
                    .iter()
                    .any(|given| (from..to).contains(&given.status))
            };
            faults.require(answers(200, 400), field("responses"), "has no success");
            faults.require(answers(400, 600), field("responses"), "has no error");
            faults.require_some(&operation.serves, field("serves"));
        }
        faults.verdict()
    }
}
