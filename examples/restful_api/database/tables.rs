//! Tables: a strict one per resource, one more per relation to many, every constraint of the model in the schema itself.

use serde::{Deserialize, Serialize};

use super::quoted;
use crate::{
    brief::{Field, FieldKind, OnDelete, Relation, Resource},
    failure::{During, Outcome},
    requirements::resources::ResourceModel,
};

/// The tables, so that each comes after those that it requires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSchema {
    /// In the order of creation.
    pub tables: Vec<Table>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The resource whose values or links it holds.
    pub resource: String,
    /// The relation whose links it holds, if it holds links.
    pub links: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// The statement that creates it.
    pub sql: String,
}

/// Defines the tables and tries them on an empty database.
///
/// # Errors
/// When SQLite refuses a statement.
pub fn define(model: &ResourceModel) -> Outcome<TableSchema> {
    let mut tables = Vec::new();
    let mut links = Vec::new();
    for name in &model.creation_order {
        let resource = model.resource(name)?;
        tables.push(resource_table(model, resource)?);
        for relation in resource.relations.iter().filter(|relation| relation.many) {
            links.push(link_table(model, resource, relation)?);
        }
    }
    tables.append(&mut links);
    let database = super::in_memory()?;
    for table in &tables {
        database
            .execute_batch(&table.sql)
            .during(format_args!("creating the table `{}`", table.name))?;
    }
    Ok(TableSchema { tables })
}

/// The table that holds the links of a relation to many.
#[must_use]
pub fn link_table_name(resource: &Resource, relation: &Relation) -> String {
    format!("{}_{}_links", resource.name, relation.name)
}

fn resource_table(model: &ResourceModel, resource: &Resource) -> Outcome<Table> {
    let mut columns = vec![String::from("id")];
    let mut lines = vec![String::from("\"id\" INTEGER PRIMARY KEY AUTOINCREMENT")];
    for field in &resource.fields {
        columns.push(field.name.clone());
        lines.push(field_column(field));
    }
    for relation in resource.relations.iter().filter(|relation| !relation.many) {
        let property = relation.property();
        let not_null = if relation.required { " NOT NULL" } else { "" };
        let target = quoted(&model.resource(&relation.to)?.plural);
        let on_delete = match relation.on_delete {
            OnDelete::Restrict => "RESTRICT",
            OnDelete::Cascade => "CASCADE",
            OnDelete::SetNull => "SET NULL",
        };
        lines.push(format!(
            "{} INTEGER{not_null} REFERENCES {target} (\"id\") ON DELETE {on_delete}",
            quoted(&property)
        ));
        columns.push(property);
    }
    for stamp in ["created_at", "updated_at"] {
        columns.push(stamp.to_owned());
        lines.push(format!("{} TEXT NOT NULL", quoted(stamp)));
    }
    for rule in &resource.rules {
        // A comparison with null is null, and a check that is null holds.
        lines.push(format!(
            "CHECK ({} < {})",
            quoted(&rule.before),
            quoted(&rule.after)
        ));
    }
    let sql = format!(
        "CREATE TABLE {} (\n    {}\n) STRICT;",
        quoted(&resource.plural),
        lines.join(",\n    ")
    );
    Ok(Table {
        name: resource.plural.clone(),
        resource: resource.name.clone(),
        links: None,
        columns,
        sql,
    })
}

fn field_column(field: &Field) -> String {
    let name = quoted(&field.name);
    let (type_name, check) = match &field.kind {
        FieldKind::String {
            min_length,
            max_length,
        } => (
            "TEXT",
            Some(format!("length({name}) BETWEEN {min_length} AND {max_length}")),
        ),
        FieldKind::Integer { minimum, maximum } => {
            ("INTEGER", Some(format!("{name} BETWEEN {minimum} AND {maximum}")))
        }
        FieldKind::Number { minimum, maximum } => (
            "REAL",
            Some(format!("{name} BETWEEN {minimum:?} AND {maximum:?}")),
        ),
        FieldKind::Boolean => ("INTEGER", Some(format!("{name} IN (0, 1)"))),
        FieldKind::Date => ("TEXT", Some(format!("{name} IS date({name})"))),
        FieldKind::Timestamp => ("TEXT", Some(format!("{name} GLOB '????-??-??T??:??:??Z'"))),
        FieldKind::Email => (
            "TEXT",
            Some(format!("length({name}) <= 254 AND instr({name}, '@') > 1")),
        ),
        FieldKind::Uri => ("TEXT", Some(format!("{name} GLOB 'http*://*'"))),
        FieldKind::Enum { values, .. } => ("TEXT", Some(format!("{name} IN ('{}')", values.join("', '")))),
    };
    let not_null = if field.required || field.default.is_some() {
        " NOT NULL"
    } else {
        ""
    };
    let unique = if field.unique { " UNIQUE" } else { "" };
    let check = check.map(|check| format!(" CHECK ({check})")).unwrap_or_default();
    format!("{name} {type_name}{not_null}{unique}{check}")
}

fn link_table(model: &ResourceModel, resource: &Resource, relation: &Relation) -> Outcome<Table> {
    let name = link_table_name(resource, relation);
    let on_delete = if relation.on_delete == OnDelete::Cascade {
        "CASCADE"
    } else {
        "RESTRICT"
    };
    let sql = format!(
        "CREATE TABLE {} (\n    \"owner_id\" INTEGER NOT NULL REFERENCES {} (\"id\") ON DELETE CASCADE,\n    \
         \"target_id\" INTEGER NOT NULL REFERENCES {} (\"id\") ON DELETE {on_delete},\n    \
         PRIMARY KEY (\"owner_id\", \"target_id\")\n) STRICT, WITHOUT ROWID;",
        quoted(&name),
        quoted(&resource.plural),
        quoted(&model.resource(&relation.to)?.plural),
    );
    Ok(Table {
        name,
        resource: resource.name.clone(),
        links: Some(relation.name.clone()),
        columns: vec![String::from("owner_id"), String::from("target_id")],
        sql,
    })
}
