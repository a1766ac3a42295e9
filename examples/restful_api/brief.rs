//! The brief: what a person asks for, free of contradictions.
//!
//! Reading one is serde's; out comes a [`Brief`] or all [`Faults`](faults::Faults) in it, each with its place and its remedy.

mod check;
pub mod faults;
mod names;
mod written;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the API must do, for whom, and within which limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "written::Brief", into = "written::Brief")]
pub struct Brief {
    /// The API as a product.
    pub api: Api,
    /// What it is about, in written order.
    pub resources: Vec<Resource>,
    /// Who may do what.
    pub roles: Vec<Role>,
    /// What one client may ask for.
    pub limits: Limits,
    /// The traffic to be ready for.
    pub load: ExpectedLoad,
}

/// The API as a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// A short kebab-case name.
    pub name: String,
    /// The title of the document.
    pub title: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// The major version; it stands in every path.
    pub version: u32,
    /// Where questions go.
    pub contact_email: String,
}

/// One kind of thing that the API manages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Singular, `snake_case`.
    pub name: String,
    /// Plural, `snake_case`; also the name of the table.
    pub plural: String,
    /// What it is, in a sentence.
    pub description: String,
    /// Anyone may list and read it without a token.
    pub public_read: bool,
    /// Its own values, in written order.
    pub fields: Vec<Field>,
    /// What it points to, in written order.
    pub relations: Vec<Relation>,
    /// Rules over several fields.
    pub rules: Vec<OrderRule>,
}

/// One value of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// `snake_case`.
    pub name: String,
    /// What it means, in a sentence.
    pub description: String,
    /// Its type and constraints.
    pub kind: FieldKind,
    /// Must be given when a resource is created, and is never null.
    pub required: bool,
    /// No two resources have the same value.
    pub unique: bool,
    /// Lists can be narrowed to one value of it.
    pub filterable: bool,
    /// What stands when nothing is given.
    pub default: Option<serde_json::Value>,
}

/// The type of a field with its constraints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    /// Text of a bounded length, counted in characters.
    String {
        /// Fewest characters.
        min_length: u32,
        /// Most characters.
        max_length: u32,
    },
    /// A whole number of 64 bits.
    Integer {
        /// Smallest value.
        minimum: i64,
        /// Largest value.
        maximum: i64,
    },
    /// A number with a fraction.
    Number {
        /// Smallest value.
        minimum: f64,
        /// Largest value.
        maximum: f64,
    },
    /// `true` or `false`.
    Boolean,
    /// A calendar day, `2026-01-31`.
    Date,
    /// A moment, RFC 3339 in UTC: `2026-01-31T08:00:00Z`.
    Timestamp,
    /// An address for mail.
    Email,
    /// An absolute `http` or `https` address.
    Uri,
    /// One of a few words.
    Enum {
        /// The words, in written order.
        values: Vec<String>,
        /// From each word, the words that may follow; empty means any.
        transitions: BTreeMap<String, Vec<String>>,
    },
}

/// How a resource points to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// `snake_case`, singular; the property is `{name}_id` or `{name}_ids`.
    pub name: String,
    /// The resource it points to.
    pub to: String,
    /// To one or to several.
    pub many: bool,
    /// There must be at least one.
    pub required: bool,
    /// What becomes of this resource when the other is deleted.
    pub on_delete: OnDelete,
}

/// What becomes of a resource when one that it points to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDelete {
    /// The other cannot be deleted.
    Restrict,
    /// It is deleted too; of a relation to many, the link is.
    Cascade,
    /// It points to nothing from then on.
    SetNull,
}

/// One field lies before another, where both are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRule {
    /// The field with the earlier or smaller value.
    pub before: String,
    /// The field with the later or larger value.
    pub after: String,
}

/// A set of scopes under a name; tokens are issued for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// `snake_case`.
    pub name: String,
    /// `{plural}:read` or `{plural}:write`.
    pub scopes: Vec<String>,
}

/// What one client may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests per minute and client over a longer time.
    pub requests_per_minute: u32,
    /// Requests at once before the rate counts.
    pub burst_requests: u32,
    /// Entries of a page when nothing is asked for.
    pub default_page_entries: u32,
    /// Entries of a page at most.
    pub max_page_entries: u32,
    /// Bytes of a request body at most.
    pub max_body_bytes: u32,
}

/// The traffic to be ready for, as the load test makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedLoad {
    /// Clients at the same time.
    pub clients: u32,
    /// Requests in all.
    pub requests: u32,
    /// The 99th percentile of the response time in milliseconds, at most.
    pub p99_budget_ms: u32,
}

impl Relation {
    /// The property of a representation that holds the id or ids.
    #[must_use]
    pub fn property(&self) -> String {
        if self.many {
            format!("{}_ids", self.name)
        } else {
            format!("{}_id", self.name)
        }
    }

    /// The query parameter that narrows a list.
    #[must_use]
    pub fn filter(&self) -> String {
        format!("{}_id", self.name)
    }
}

impl Field {
    /// Whether values of it can be put in order.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        matches!(
            self.kind,
            FieldKind::Integer { .. } | FieldKind::Number { .. } | FieldKind::Date | FieldKind::Timestamp
        )
    }
}

impl Resource {
    /// `PascalCase`, as schemas are named.
    #[must_use]
    pub fn schema(&self) -> String {
        names::pascal(&self.name)
    }

    /// `PascalCase` of the plural, as operations on the collection are named.
    #[must_use]
    pub fn plural_schema(&self) -> String {
        names::pascal(&self.plural)
    }

    /// `kebab-case`, as collections are named in paths.
    #[must_use]
    pub fn collection(&self) -> String {
        self.plural.replace('_', "-")
    }

    /// The parameter that names one of them in a path.
    #[must_use]
    pub fn id_parameter(&self) -> String {
        format!("{}_id", self.name)
    }

    /// The scope that lets a client list and read.
    #[must_use]
    pub fn read_scope(&self) -> String {
        format!("{}:read", self.plural)
    }

    /// The scope that lets a client create, update and delete.
    #[must_use]
    pub fn write_scope(&self) -> String {
        format!("{}:write", self.plural)
    }
}
