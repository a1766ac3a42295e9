//! The service layer: what it means to create, change, delete and list, whoever asks and over whatever wire.

use std::fmt;

use rusqlite::{Connection, types};
use serde_json::Value;

use super::{
    definition::{Entity, ServiceDefinition},
    repository::{Page, Record, Repository, RepositoryError, to_sql},
    validation::Violation,
    values,
};
use crate::brief::FieldKind;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such resource.
    NotFound,
    /// The input breaks rules, place by place.
    Invalid(Vec<Violation>),
    /// Another resource already has the value of this property.
    Taken {
        /// The property.
        property: String,
    },
    /// Other resources still point to it.
    Held {
        /// What they are called.
        by: Vec<String>,
    },
    /// The database failed.
    Database(String),
}

/// What a list is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRequest {
    /// Only entries with a larger id.
    pub after: i64,
    /// How many at most.
    pub limit: u32,
    /// A filter and its value.
    pub filter: Option<(String, Value)>,
}

type Done<T> = Result<T, Refusal>;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NotFound => f.write_str("there is no such resource"),
            Refusal::Invalid(violations) => {
                let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join(", "))
            }
            Refusal::Taken { property } => write!(f, "the value of `{property}` is taken"),
            Refusal::Held { by } => write!(f, "{} still point to it", by.join(" and ")),
            Refusal::Database(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<RepositoryError> for Refusal {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Taken { property } => Refusal::Taken { property },
            RepositoryError::Reference => Refusal::Invalid(vec![Violation::new(
                "",
                "points to something that is not there any more",
            )]),
            // The words of the schema are for the log, not for a client.
            RepositoryError::Refused(_) => {
                Refusal::Invalid(vec![Violation::new("", "breaks a constraint of the schema")])
            }
            RepositoryError::Database(reason) => Refusal::Database(reason),
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Refusal::Database(error.to_string())
    }
}

/// Creates a resource from what a client gave, filled up with defaults.
///
/// # Errors
/// Rules over several fields and references are checked here; single values are the validation's.
pub fn create(
    service: &ServiceDefinition,
    entity: &Entity,
    connection: &mut Connection,
    given: Record,
) -> Done<Record> {
    let mut record = given;
    for field in &entity.resource.fields {
        if let Some(default) = &field.default {
            record
                .entry(field.name.clone())
                .or_insert_with(|| default.clone());
        }
    }
    let transaction = connection.transaction()?;
    check(service, entity, &transaction, &record)?;
    let repository = Repository::of(entity, &transaction);
    let id = repository.insert(&record)?;
    let created = repository.get(id)?.ok_or(Refusal::NotFound)?;
    transaction.commit()?;
    Ok(created)
}

/// One resource.
///
/// # Errors
/// When there is none of this id.
pub fn read(entity: &Entity, connection: &Connection, id: i64) -> Done<Record> {
    Repository::of(entity, connection)
        .get(id)?
        .ok_or(Refusal::NotFound)
}

/// Changes what is given of a resource (RFC 7396: null takes a value away).
///
/// # Errors
/// When there is none, or the outcome would break a rule.
pub fn update(
    service: &ServiceDefinition,
    entity: &Entity,
    connection: &mut Connection,
    id: i64,
    given: Record,
) -> Done<Record> {
    let transaction = connection.transaction()?;
    let repository = Repository::of(entity, &transaction);
    let before = repository.get(id)?.ok_or(Refusal::NotFound)?;
    let mut after = before.clone();
    after.extend(given);
    check_transitions(entity, &before, &after)?;
    check(service, entity, &transaction, &after)?;
    repository.update(id, &after)?;
    let changed = repository.get(id)?.ok_or(Refusal::NotFound)?;
    transaction.commit()?;
    Ok(changed)
}

/// Deletes a resource; what points to it is deleted or let go as the model says.
///
/// # Errors
/// When there is none, or something still needs it.
pub fn delete(entity: &Entity, connection: &mut Connection, id: i64) -> Done<()> {
    let transaction = connection.transaction()?;
    let repository = Repository::of(entity, &transaction);
    let by = repository.held_by(id)?;
    if !by.is_empty() {
        return Err(Refusal::Held { by });
    }
    // A cascade may run into something that is held further on.
    let deleted = repository.delete(id).map_err(|error| match error {
        RepositoryError::Reference => Refusal::Held {
            by: vec![String::from("other resources")],
        },
        other => other.into(),
    })?;
    if !deleted {
        return Err(Refusal::NotFound);
    }
    transaction.commit()?;
    Ok(())
}

/// A page of resources.
///
/// # Errors
/// When the database fails.
pub fn list(entity: &Entity, connection: &Connection, request: &ListRequest) -> Done<Page> {
    let filter = request
        .filter
        .as_ref()
        .map(|(name, value)| (name.as_str(), filter_value(entity, name, value)));
    Ok(Repository::of(entity, connection).list(request.after, request.limit, filter)?)
}

fn filter_value(entity: &Entity, name: &str, value: &Value) -> types::Value {
    let field = entity.resource.fields.iter().find(|field| field.name == name);
    to_sql(field.map(|field| &field.kind), Some(value))
}

/// References lead somewhere, and fields that have an order keep it.
fn check(service: &ServiceDefinition, entity: &Entity, connection: &Connection, record: &Record) -> Done<()> {
    let mut violations = Vec::new();
    for relation in &entity.resource.relations {
        let property = relation.property();
        let Some(target) = service.entity(&relation.to) else {
            continue;
        };
        let ids: Vec<(String, i64)> = match record.get(&property) {
            Some(Value::Array(ids)) => ids
                .iter()
                .enumerate()
                .filter_map(|(at, id)| Some((format!("/{property}/{at}"), values::whole(id)?)))
                .collect(),
            Some(id) => values::whole(id)
                .map(|id| (format!("/{property}"), id))
                .into_iter()
                .collect(),
            None => Vec::new(),
        };
        for (pointer, id) in ids {
            if !Repository::of(target, connection).exists(id)? {
                violations.push(Violation::new(
                    pointer,
                    format!("there is no {} with the id {id}", relation.to.replace('_', " ")),
                ));
            }
        }
    }
    for rule in &entity.resource.rules {
        if let (Some(before), Some(after)) = (record.get(&rule.before), record.get(&rule.after))
            && !is_before(before, after)
        {
            violations.push(Violation::new(
                format!("/{}", rule.after),
                format!("must be after `{}`", rule.before),
            ));
        }
    }
    if violations.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(violations))
    }
}

fn is_before(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::String(before), Value::String(after)) => before < after,
        (Value::Number(before), Value::Number(after)) => before.as_f64() < after.as_f64(),
        _ => true,
    }
}

fn check_transitions(entity: &Entity, before: &Record, after: &Record) -> Done<()> {
    let mut violations = Vec::new();
    for field in &entity.resource.fields {
        let FieldKind::Enum { transitions, .. } = &field.kind else {
            continue;
        };
        let word = |record: &Record| record.get(&field.name).and_then(Value::as_str).map(str::to_owned);
        if let (Some(from), Some(to)) = (word(before), word(after))
            && from != to
            && let Some(allowed) = transitions.get(&from)
            && !allowed.contains(&to)
        {
            let next = if allowed.is_empty() {
                String::from("nothing")
            } else {
                format!("`{}`", allowed.join("`, `"))
            };
            violations.push(Violation::new(
                format!("/{}", field.name),
                format!("after `{from}` comes {next}, not `{to}`"),
            ));
        }
    }
    if violations.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(violations))
    }
}

/// Where the next page begins, as clients carry it: opaque to them.
#[must_use]
pub fn cursor_after(id: i64) -> String {
    format!("a{id:x}")
}

/// The id after which a page begins, if the cursor is one of ours.
#[must_use]
pub fn read_cursor(cursor: &str) -> Option<i64> {
    let id = i64::from_str_radix(cursor.strip_prefix('a')?, 16).ok()?;
    (id > 0 && cursor_after(id) == cursor).then_some(id)
}

/// The value of a filter as its text in a query means it.
///
/// # Errors
/// What the value must be.
pub fn read_filter(entity: &Entity, name: &str, text: &str) -> Result<Value, String> {
    let Some(field) = entity.resource.fields.iter().find(|field| field.name == name) else {
        let id = values::from_digits::<i64>(text).filter(|id| *id > 0);
        return id.map(Value::from).ok_or_else(|| String::from("must be an id"));
    };
    let value = match field.kind {
        FieldKind::Integer { .. } => text.parse::<i64>().map(Value::from).unwrap_or(Value::Null),
        FieldKind::Boolean => text.parse::<bool>().map(Value::from).unwrap_or(Value::Null),
        _ => Value::from(text),
    };
    match field.kind {
        // A value that no entry can have is a list without entries, not a mistake.
        FieldKind::String { .. } | FieldKind::Integer { .. } if !value.is_null() => Ok(value),
        _ => values::conforms(&field.kind, &value).map(|()| value),
    }
}
