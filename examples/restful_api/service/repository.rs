//! Rows in, records out: the only place that knows how a record is kept.

use std::fmt;

use rusqlite::{Connection, OptionalExtension, Row, params_from_iter, types};
use serde_json::{Map, Value};

use super::{definition::Entity, values};
use crate::brief::FieldKind;

/// A resource as its representation has it.
pub type Record = Map<String, Value>;

/// Why a record could not be kept or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepositoryError {
    /// Another record has this value already.
    Taken {
        /// Of this property.
        property: String,
    },
    /// It points to something that is not there, or something still points to it.
    Reference,
    /// The schema refuses the value.
    Refused(String),
    /// The database failed.
    Database(String),
}

/// A page of records.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// In ascending order of id.
    pub items: Vec<Record>,
    /// The id after which the next page begins, if there is one.
    pub next_after: Option<i64>,
}

/// The records of one entity over one connection.
#[derive(Debug, Clone, Copy)]
pub struct Repository<'a> {
    entity: &'a Entity,
    connection: &'a Connection,
}

type Kept<T> = Result<T, RepositoryError>;

impl fmt::Display for RepositoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RepositoryError::Taken { property } => write!(f, "the value of `{property}` is taken"),
            RepositoryError::Reference => f.write_str("a reference would lead nowhere"),
            RepositoryError::Refused(reason) => write!(f, "the schema refuses it: {reason}"),
            RepositoryError::Database(reason) => write!(f, "the database failed: {reason}"),
        }
    }
}

impl std::error::Error for RepositoryError {}

impl From<rusqlite::Error> for RepositoryError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return RepositoryError::Database(error.to_string());
        };
        let message = message.clone().unwrap_or_default();
        match failure.extended_code {
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
                RepositoryError::Taken {
                    property: message.rsplit('.').next().unwrap_or_default().to_owned(),
                }
            }
            rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY | rusqlite::ffi::SQLITE_CONSTRAINT_TRIGGER => {
                RepositoryError::Reference
            }
            rusqlite::ffi::SQLITE_CONSTRAINT_CHECK
            | rusqlite::ffi::SQLITE_CONSTRAINT_NOTNULL
            | rusqlite::ffi::SQLITE_CONSTRAINT_DATATYPE => RepositoryError::Refused(message),
            _ => RepositoryError::Database(error.to_string()),
        }
    }
}

impl<'a> Repository<'a> {
    /// The records of this entity.
    #[must_use]
    pub fn of(entity: &'a Entity, connection: &'a Connection) -> Self {
        Repository { entity, connection }
    }

    /// Keeps a new record and returns its id. Call it in a transaction: links come in statements of their own.
    ///
    /// # Errors
    /// When the schema refuses the record.
    pub fn insert(&self, record: &Record) -> Kept<i64> {
        let mut bound = self.bound(record);
        bound.push(types::Value::Text(examples::clock::now()));
        let mut statement = self.connection.prepare_cached(self.sql("insert")?)?;
        let id = statement.query_row(params_from_iter(bound), |row| row.get(0))?;
        self.link(id, record)?;
        Ok(id)
    }

    /// The record of this id, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn get(&self, id: i64) -> Kept<Option<Record>> {
        let mut statement = self.connection.prepare_cached(self.sql("get")?)?;
        let record = statement.query_row([id], |row| self.record(row)).optional()?;
        record.map(|record| self.with_links(id, record)).transpose()
    }

    /// Whether there is a record of this id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn exists(&self, id: i64) -> Kept<bool> {
        Ok(self
            .connection
            .prepare_cached(self.sql("exists")?)?
            .exists([id])?)
    }

    /// A page of records after an id, narrowed to one value of a filter.
    ///
    /// # Errors
    /// When the database fails.
    pub fn list(&self, after: i64, limit: u32, filter: Option<(&str, types::Value)>) -> Kept<Page> {
        let mut bound = vec![
            types::Value::Integer(after),
            types::Value::Integer(i64::from(limit) + 1),
        ];
        let mut name = String::from("list");
        if let Some((filter, value)) = filter {
            name = format!("list_by_{filter}");
            bound.push(value);
        }
        let mut statement = self.connection.prepare_cached(self.sql(&name)?)?;
        let rows = statement.query_map(params_from_iter(bound), |row| {
            Ok((row.get(0)?, self.record(row)?))
        })?;
        let mut items: Vec<(i64, Record)> = rows.collect::<rusqlite::Result<_>>()?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_after = items.last().map(|(id, _)| *id).filter(|_| more);
        let items = items
            .into_iter()
            .map(|(id, record)| self.with_links(id, record))
            .collect::<Kept<_>>()?;
        Ok(Page { items, next_after })
    }

    /// Replaces the values of a record; false where there is none. Call it in a transaction.
    ///
    /// # Errors
    /// When the schema refuses the record.
    pub fn update(&self, id: i64, record: &Record) -> Kept<bool> {
        let mut bound = self.bound(record);
        bound.extend([
            types::Value::Text(examples::clock::now()),
            types::Value::Integer(id),
        ]);
        let changed = self
            .connection
            .prepare_cached(self.sql("update")?)?
            .execute(params_from_iter(bound))?;
        for relation in self
            .entity
            .resource
            .relations
            .iter()
            .filter(|relation| relation.many)
        {
            self.connection
                .prepare_cached(self.sql(&format!("unlink_{}", relation.name))?)?
                .execute([id])?;
        }
        self.link(id, record)?;
        Ok(changed == 1)
    }

    /// Deletes a record; false where there is none.
    ///
    /// # Errors
    /// When something still points to it.
    pub fn delete(&self, id: i64) -> Kept<bool> {
        Ok(self
            .connection
            .prepare_cached(self.sql("delete")?)?
            .execute([id])?
            == 1)
    }

    /// What still points to a record and keeps it from being deleted, in the plural.
    ///
    /// # Errors
    /// When the database fails.
    pub fn held_by(&self, id: i64) -> Kept<Vec<String>> {
        let mut held = Vec::new();
        for holder in &self.entity.holders {
            if self
                .connection
                .prepare_cached(self.sql(&holder.query)?)?
                .exists([id])?
            {
                held.push(holder.plural.clone());
            }
        }
        Ok(held)
    }

    fn sql(&self, name: &str) -> Kept<&'a str> {
        let missing =
            || RepositoryError::Database(format!("no query `{name}` for `{}`", self.entity.resource.plural));
        self.entity
            .queries
            .get(name)
            .map(String::as_str)
            .ok_or_else(missing)
    }

    /// The values of a record in the order of the columns.
    fn bound(&self, record: &Record) -> Vec<types::Value> {
        let resource = &self.entity.resource;
        let fields = resource
            .fields
            .iter()
            .map(|field| to_sql(Some(&field.kind), record.get(&field.name)));
        let single = resource.relations.iter().filter(|relation| !relation.many);
        fields
            .chain(single.map(|relation| to_sql(None, record.get(&relation.property()))))
            .collect()
    }

    fn record(&self, row: &Row<'_>) -> rusqlite::Result<Record> {
        let resource = &self.entity.resource;
        let mut record = Record::new();
        record.insert("id".into(), Value::from(row.get::<_, i64>("id")?));
        for field in &resource.fields {
            record.insert(
                field.name.clone(),
                from_sql(Some(&field.kind), row.get(field.name.as_str())?),
            );
        }
        for relation in resource.relations.iter().filter(|relation| !relation.many) {
            let property = relation.property();
            let value = from_sql(None, row.get(property.as_str())?);
            record.insert(property, value);
        }
        for stamp in ["created_at", "updated_at"] {
            record.insert(stamp.into(), Value::from(row.get::<_, String>(stamp)?));
        }
        Ok(record)
    }

    fn with_links(&self, id: i64, mut record: Record) -> Kept<Record> {
        for relation in self
            .entity
            .resource
            .relations
            .iter()
            .filter(|relation| relation.many)
        {
            let mut statement = self
                .connection
                .prepare_cached(self.sql(&format!("links_{}", relation.name))?)?;
            let ids = statement
                .query_map([id], |row| row.get::<_, i64>(0))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            record.insert(relation.property(), Value::from(ids));
        }
        Ok(record)
    }

    fn link(&self, id: i64, record: &Record) -> Kept<()> {
        for relation in self
            .entity
            .resource
            .relations
            .iter()
            .filter(|relation| relation.many)
        {
            let mut statement = self
                .connection
                .prepare_cached(self.sql(&format!("link_{}", relation.name))?)?;
            let targets = record.get(&relation.property()).and_then(Value::as_array);
            for target in targets.into_iter().flatten().filter_map(values::whole) {
                statement.execute([id, target])?;
            }
        }
        Ok(())
    }
}

/// A value as a column keeps it; what does not fit its kind is left to the schema to refuse.
#[must_use]
pub fn to_sql(kind: Option<&FieldKind>, value: Option<&Value>) -> types::Value {
    match (kind, value) {
        (_, None | Some(Value::Null)) => types::Value::Null,
        (_, Some(Value::Bool(truth))) => types::Value::Integer(i64::from(*truth)),
        (Some(FieldKind::Number { .. }), Some(Value::Number(number))) => {
            types::Value::Real(number.as_f64().unwrap_or(f64::NAN))
        }
        (_, Some(Value::Number(number))) => match number.as_i64() {
            Some(whole) => types::Value::Integer(whole),
            None => types::Value::Real(number.as_f64().unwrap_or(f64::NAN)),
        },
        (_, Some(Value::String(text))) => types::Value::Text(text.clone()),
        (_, Some(other)) => types::Value::Text(other.to_string()),
    }
}

fn from_sql(kind: Option<&FieldKind>, value: types::Value) -> Value {
    match value {
        types::Value::Integer(whole) if matches!(kind, Some(FieldKind::Boolean)) => Value::from(whole != 0),
        types::Value::Integer(whole) => Value::from(whole),
        types::Value::Real(number) => Value::from(number),
        types::Value::Text(text) => Value::from(text),
        types::Value::Null | types::Value::Blob(_) => Value::Null,
    }
}
