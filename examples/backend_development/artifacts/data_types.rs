//! What callers send and get, field by field: enough to make values that are allowed, and to tell those that are not.

use serde::{Deserialize, Serialize};

use super::ApiSpecification;
use crate::faults::Faults;

/// Something that callers send or get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataType {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub meaning: String,
    /// Its fields; there are no others.
    pub fields: Vec<Field>,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What its values mean.
    pub meaning: String,
    /// The unit of a number; `none` for a number that counts or names.
    pub unit: Option<String>,
    /// Whether it may be left out.
    #[serde(default)]
    pub optional: bool,
    /// Which values there are.
    pub kind: FieldKind,
}

/// Which values there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Text of so many characters.
    Text {
        /// The fewest.
        at_least: usize,
        /// The most.
        at_most: usize,
    },
    /// Text of a form in which `#` stands for a digit and `@` for a small letter or digit, as in `B-######`.
    Code(String),
    /// A whole number.
    Integer {
        /// The smallest.
        at_least: i64,
        /// The largest.
        at_most: i64,
    },
    /// One of these texts.
    OneOf(Vec<String>),
    /// A moment, as in `2027-01-31T08:15:00Z`.
    Instant,
    /// Yes or no.
    Boolean,
    /// So many values of a kind.
    List {
        /// Their kind.
        of: Box<FieldKind>,
        /// The fewest.
        at_least: usize,
        /// The most.
        at_most: usize,
    },
    /// Another type, by name.
    Object(String),
}

/// A part of the path or of the query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: ParameterPlace,
    /// What its values mean.
    pub meaning: String,
    /// Which values there are.
    pub kind: FieldKind,
    /// The operation that hands out such values, and where in its answer, as in `register_parcel/id`.
    pub taken_from: Option<String>,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterPlace {
    /// In the path.
    Path,
    /// In the query; it may be left out.
    Query,
}

impl ApiSpecification {
    /// The type of that name.
    #[must_use]
    pub fn type_named(&self, name: &str) -> Option<&DataType> {
        self.types.iter().find(|known| known.name == name)
    }

    /// Notes what the types leave open.
    pub(super) fn require_types(&self, faults: &mut Faults) {
        for data in &self.types {
            faults.require_text(&data.meaning, format!("types.{}.meaning", data.name));
            for field in &data.fields {
                let name = |part: &str| format!("types.{}.{}.{part}", data.name, field.name);
                faults.require_text(&field.meaning, name("meaning"));
                let number = matches!(field.kind, FieldKind::Integer { .. });
                let told = !number || field.unit.as_deref().is_some_and(|unit| !unit.trim().is_empty());
                faults.require(
                    told,
                    name("unit"),
                    "is missing, though it is a number; `none` if it has none",
                );
                self.require_possible(faults, &name("kind"), &field.kind);
            }
        }
    }

    /// Notes a kind that no value is of.
    pub(super) fn require_possible(&self, faults: &mut Faults, field: &str, kind: &FieldKind) {
        match kind {
            FieldKind::Text { at_least, at_most } => faults.require_at_most(*at_least, *at_most, field),
            FieldKind::Integer { at_least, at_most } => faults.require_at_most(*at_least, *at_most, field),
            FieldKind::List {
                of,
                at_least,
                at_most,
            } => {
                faults.require_at_most(*at_least, *at_most, field);
                self.require_possible(faults, field, of);
            }
            FieldKind::OneOf(values) => faults.require_some(values, field),
            FieldKind::Code(form) => faults.require_text(form, field),
            FieldKind::Object(name) => {
                let known = self.type_named(name).is_some();
                faults.require(known, field, format!("names `{name}`, which is none of `types`"));
            }
            FieldKind::Instant | FieldKind::Boolean => {}
        }
    }
}
