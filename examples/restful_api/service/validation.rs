//! Inputs held against the rules: everything that is wrong, each with a JSON pointer to its place.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{repository::Record, values};
use crate::design::rules::{PropertyRule, ResourceRules, ValueRule};

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Where, RFC 6901.
    pub pointer: String,
    /// What.
    pub detail: String,
}

impl Violation {
    /// What is wrong, and where.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Violation {
            pointer: pointer.into(),
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.pointer, self.detail)
    }
}

/// Everything that is wrong with the body of a creation.
#[must_use]
pub fn of_creation(rules: &ResourceRules, body: &Record) -> Vec<Violation> {
    let missing = rules
        .properties
        .iter()
        .filter(|rule| rule.required && !body.contains_key(&rule.property));
    let missing = missing.map(|rule| Violation::new(pointer(&rule.property), "is missing"));
    missing.chain(of_values(rules, body)).collect()
}

/// Everything that is wrong with the body of a change.
#[must_use]
pub fn of_change(rules: &ResourceRules, body: &Record) -> Vec<Violation> {
    if body.is_empty() {
        return vec![Violation::new("", "changes nothing")];
    }
    of_values(rules, body).collect()
}

fn of_values<'a>(rules: &'a ResourceRules, body: &'a Record) -> impl Iterator<Item = Violation> + 'a {
    body.iter().flat_map(|(property, value)| {
        match rules.properties.iter().find(|rule| rule.property == *property) {
            None => vec![Violation::new(
                pointer(property),
                "is no property that can be set",
            )],
            Some(rule) => of_value(rule, value),
        }
    })
}

fn of_value(rule: &PropertyRule, value: &Value) -> Vec<Violation> {
    let at = pointer(&rule.property);
    let one = |detail: String| vec![Violation::new(at.clone(), detail)];
    if value.is_null() {
        return if rule.nullable {
            Vec::new()
        } else {
            one(String::from("must not be null"))
        };
    }
    match &rule.value {
        ValueRule::Field(kind) => values::conforms(kind, value).err().map(one).unwrap_or_default(),
        ValueRule::Reference { .. } => {
            if is_id(value) {
                Vec::new()
            } else {
                one(String::from("must be an id"))
            }
        }
        ValueRule::References { least, most, .. } => {
            let Some(ids) = value.as_array() else {
                return one(String::from("must be a list of ids"));
            };
            if !(*least..=*most).contains(&ids.len()) {
                return one(format!("must have {least} to {most} ids, not {}", ids.len()));
            }
            if let Some(wrong) = ids.iter().position(|id| !is_id(id)) {
                return vec![Violation::new(format!("{at}/{wrong}"), "must be an id")];
            }
            let again = ids
                .iter()
                .enumerate()
                .find(|(place, id)| ids[..*place].contains(id));
            again
                .map(|(place, _)| Violation::new(format!("{at}/{place}"), "stands there twice"))
                .into_iter()
                .collect()
        }
    }
}

fn is_id(value: &Value) -> bool {
    values::whole(value).is_some_and(|id| id > 0)
}

fn pointer(property: &str) -> String {
    format!("/{}", property.replace('~', "~0").replace('/', "~1"))
}
