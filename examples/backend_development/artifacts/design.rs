//! How it is built, and why not otherwise: components, tables, operations.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::{DataType, Parameter, ParameterPlace, placeholders, split_route};
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
            faults.require_text(
                &component.scales_by,
                format!("components.{}.scales_by", component.name),
            );
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
    /// What its values mean.
    pub meaning: String,
    /// The unit of a number; keys and what refers to them have none.
    pub unit: Option<String>,
    /// The column that it refers to, as `table.column`.
    pub references: Option<String>,
}

impl Column {
    fn is_number(&self) -> bool {
        let sql_type = self.sql_type.to_ascii_uppercase();
        let numbers = ["INT", "REAL", "NUMERIC", "DECIMAL", "FLOAT", "DOUBLE"];
        numbers.iter().any(|number| sql_type.contains(number))
    }
}

impl SchemaDesign {
    /// Everything has a meaning, every row can be told apart, and every reference has its target.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.tables, "tables");
        for table in &self.tables {
            faults.require_text(&table.row_means, format!("tables.{}.row_means", table.name));
            faults.require_some(&table.primary_key, format!("tables.{}.primary_key", table.name));
            for key in &table.primary_key {
                let there = table.columns.iter().any(|column| column.name == *key);
                faults.require(
                    there,
                    format!("tables.{}.primary_key", table.name),
                    format!("names `{key}`, which is no column"),
                );
            }
            for column in &table.columns {
                let field = |name: &str| format!("tables.{}.{}.{name}", table.name, column.name);
                faults.require_text(&column.meaning, field("meaning"));
                let told = table.primary_key.contains(&column.name)
                    || !column.is_number()
                    || column.references.is_some()
                    || column.unit.as_deref().is_some_and(|unit| !unit.trim().is_empty());
                faults.require(
                    told,
                    field("unit"),
                    "is missing, though it is a number; `none` if it has none",
                );
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
    /// What is sent and answered.
    pub types: Vec<DataType>,
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
    /// What it does, in a sentence.
    pub summary: String,
    /// The callers who may; empty if everyone may.
    pub callers: Vec<String>,
    /// The parts of its path and query.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
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
            faults.require_text(&operation.summary, field("summary"));
            let fault = format!("is `{}`, not a method and a path", operation.route);
            faults.require(split_route(&operation.route).is_some(), field("route"), fault);
            self.require_parameters(&mut faults, operation);
            let bodies = operation
                .responses
                .iter()
                .filter_map(|response| response.body.as_ref());
            for name in operation.request.iter().chain(bodies) {
                let fault = format!("names `{name}`, which is none of `types`");
                faults.require(self.type_named(name).is_some(), field("request"), fault);
            }
        }
        let mut seen = BTreeSet::new();
        for operation in &self.operations {
            let field = format!("operations.{}.id", operation.id);
            faults.require(seen.insert(&operation.id), field, "is given twice");
        }
        self.require_types(&mut faults);
        faults.verdict()
    }

    fn require_parameters(&self, faults: &mut Faults, operation: &Operation) {
        let field = format!("operations.{}.parameters", operation.id);
        let in_path: Vec<&str> = placeholders(&operation.route).collect();
        for name in &in_path {
            let told = operation
                .parameters
                .iter()
                .any(|parameter| parameter.name == *name && parameter.place == ParameterPlace::Path);
            faults.require(told, &field, format!("lacks `{name}`, which the path has"));
        }
        for parameter in &operation.parameters {
            faults.require_text(&parameter.meaning, format!("{field}.{}.meaning", parameter.name));
            self.require_possible(
                faults,
                &format!("{field}.{}.kind", parameter.name),
                &parameter.kind,
            );
            let source = parameter
                .taken_from
                .as_deref()
                .and_then(|source| source.split_once('/'));
            if let Some((maker, _)) = source {
                let known = self.operations.iter().any(|operation| operation.id == maker);
                faults.require(
                    known,
                    format!("{field}.{}.taken_from", parameter.name),
                    format!("names `{maker}`, which is no operation"),
                );
            }
        }
    }
}
