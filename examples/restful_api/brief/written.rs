//! The brief as it was written: every name and value still knows its place in the file.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A name or a word with its place.
pub(super) type Word = Spanned<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Brief {
    pub(super) api: Api,
    #[serde(default)]
    pub(super) resource: Vec<Spanned<Resource>>,
    #[serde(default)]
    pub(super) role: Vec<Role>,
    pub(super) limits: Limits,
    pub(super) load: Load,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Api {
    pub(super) name: Word,
    pub(super) title: Word,
    pub(super) description: String,
    pub(super) version: Spanned<u32>,
    pub(super) contact_email: Word,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resource {
    pub(super) name: Word,
    pub(super) plural: Option<Word>,
    pub(super) description: String,
    #[serde(default)]
    pub(super) public_read: bool,
    #[serde(default)]
    pub(super) field: Vec<Spanned<Field>>,
    #[serde(default)]
    pub(super) relation: Vec<Relation>,
    #[serde(default)]
    pub(super) rule: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub(super) name: Word,
    #[serde(rename = "type")]
    pub(super) type_name: Word,
    pub(super) description: String,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) unique: Option<Spanned<bool>>,
    pub(super) filter: Option<Spanned<bool>>,
    pub(super) default: Option<Spanned<toml::Value>>,
    pub(super) min_length: Option<Spanned<u32>>,
    pub(super) max_length: Option<Spanned<u32>>,
    pub(super) minimum: Option<Spanned<f64>>,
    pub(super) maximum: Option<Spanned<f64>>,
    pub(super) values: Option<Spanned<Vec<Word>>>,
    pub(super) transitions: Option<Spanned<BTreeMap<String, Vec<Word>>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Relation {
    pub(super) name: Word,
    pub(super) to: Word,
    #[serde(default)]
    pub(super) many: bool,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) on_delete: Option<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) before: Word,
    pub(super) after: Word,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    pub(super) name: Word,
    pub(super) scopes: Vec<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) requests_per_minute: Spanned<u32>,
    pub(super) burst_requests: Spanned<u32>,
    pub(super) default_page_entries: Spanned<u32>,
    pub(super) max_page_entries: Spanned<u32>,
    pub(super) max_body_bytes: Spanned<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Load {
    pub(super) clients: Spanned<u32>,
    pub(super) requests: Spanned<u32>,
    pub(super) p99_budget_ms: Spanned<u32>,
}
