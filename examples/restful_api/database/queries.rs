//! Data access: every statement that the service will run, prepared against the schema and shown to search, never to scan.

use serde::{Deserialize, Serialize};

use super::{
    indexes::{linked_list, narrowed_list},
    migrations::{Migration, apply},
    query_plan, quoted,
    tables::link_table_name,
};
use crate::{
    brief::{OnDelete, Resource},
    failure::{During, Failure, Outcome, ensure},
    requirements::resources::ResourceModel,
};

/// Every statement of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryCatalog {
    /// In the order of the resources.
    pub queries: Vec<Query>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The resource it works on.
    pub resource: String,
    /// What it is called by: `list_by_status`.
    pub name: String,
    /// The statement.
    pub sql: String,
    /// How many values it takes.
    pub parameters: usize,
    /// The columns that it yields.
    pub columns: Vec<String>,
    /// How SQLite carries it out.
    pub plan: Vec<String>,
}

/// Designs the statements and has SQLite prepare and explain each.
///
/// # Errors
/// When a statement does not fit the schema or reads a whole table.
pub fn design(model: &ResourceModel, migrations: &[Migration]) -> Outcome<QueryCatalog> {
    let mut database = super::in_memory()?;
    apply(&mut database, migrations)?;
    let mut queries = Vec::new();
    for resource in &model.resources {
        for (name, sql) in statements(model, resource)? {
            let attempt = || format!("preparing `{}.{name}`", resource.plural);
            let statement = database.prepare(&sql).during(attempt())?;
            let plan = query_plan(&database, &sql)?;
            let scans = plan
                .iter()
                .find(|line| line.starts_with("SCAN") && !line.starts_with("SCAN CONSTANT"));
            ensure(
                scans.is_none(),
                format_args!("`{}.{name}` reads a whole table: {scans:?}", resource.plural),
            )?;
            queries.push(Query {
                resource: resource.name.clone(),
                name,
                parameters: statement.parameter_count(),
                columns: statement.column_names().map(str::to_owned).collect(),
                plan,
                sql,
            });
        }
    }
    Ok(QueryCatalog { queries })
}

impl QueryCatalog {
    /// The statement of this name.
    ///
    /// # Errors
    /// When none was designed.
    pub fn get(&self, resource: &str, name: &str) -> Outcome<&Query> {
        self.queries
            .iter()
            .find(|query| query.resource == resource && query.name == name)
            .ok_or_else(|| Failure::new(format_args!("no query `{name}` was designed for `{resource}`")))
    }
}

/// The columns that a client gives values for, in order.
#[must_use]
pub fn written_columns(resource: &Resource) -> Vec<String> {
    let fields = resource.fields.iter().map(|field| field.name.clone());
    let relations = resource
        .relations
        .iter()
        .filter(|relation| !relation.many)
        .map(crate::brief::Relation::property);
    fields.chain(relations).collect()
}

fn statements(model: &ResourceModel, resource: &Resource) -> Outcome<Vec<(String, String)>> {
    let table = quoted(&resource.plural);
    let written = written_columns(resource);
    let shown: Vec<String> = std::iter::once("id")
        .chain(written.iter().map(String::as_str))
        .chain(["created_at", "updated_at"])
        .map(quoted)
        .collect();
    let shown = shown.join(", ");
    let stored: Vec<String> = written.iter().map(|column| quoted(column)).collect();
    let count = stored.len();
    let places: Vec<String> = (1..=count).map(|place| format!("?{place}")).collect();
    let sets: Vec<String> = stored
        .iter()
        .zip(&places)
        .map(|(column, place)| format!("{column} = {place}"))
        .collect();
    let (next, after) = (count + 1, count + 2);
    let mut statements = vec![
        (
            "get".to_owned(),
            format!("SELECT {shown} FROM {table} WHERE \"id\" = ?1"),
        ),
        (
            "exists".to_owned(),
            format!("SELECT 1 FROM {table} WHERE \"id\" = ?1"),
        ),
        (
            "list".to_owned(),
            format!("SELECT {shown} FROM {table} WHERE \"id\" > ?1 ORDER BY \"id\" LIMIT ?2"),
        ),
        (
            "insert".to_owned(),
            format!(
                "INSERT INTO {table} ({}, \"created_at\", \"updated_at\") VALUES ({}, ?{next}, ?{next}) RETURNING \"id\"",
                stored.join(", "),
                places.join(", ")
            ),
        ),
        (
            "update".to_owned(),
            format!(
                "UPDATE {table} SET {}, \"updated_at\" = ?{next} WHERE \"id\" = ?{after}",
                sets.join(", ")
            ),
        ),
        (
            "delete".to_owned(),
            format!("DELETE FROM {table} WHERE \"id\" = ?1"),
        ),
    ];
    for field in resource.fields.iter().filter(|field| field.filterable) {
        statements.push((
            format!("list_by_{}", field.name),
            narrowed_list(resource, &shown, &field.name),
        ));
    }
    for relation in &resource.relations {
        let name = format!("list_by_{}", relation.filter());
        if !relation.many {
            statements.push((name, narrowed_list(resource, &shown, &relation.property())));
            continue;
        }
        let links = quoted(&link_table_name(resource, relation));
        statements.extend([
            (name, linked_list(resource, &shown, relation)),
            (
                format!("links_{}", relation.name),
                format!("SELECT \"target_id\" FROM {links} WHERE \"owner_id\" = ?1 ORDER BY \"target_id\""),
            ),
            (
                format!("link_{}", relation.name),
                format!("INSERT INTO {links} (\"owner_id\", \"target_id\") VALUES (?1, ?2)"),
            ),
            (
                format!("unlink_{}", relation.name),
                format!("DELETE FROM {links} WHERE \"owner_id\" = ?1"),
            ),
        ]);
    }
    for dependent in model
        .dependents
        .iter()
        .filter(|dependent| dependent.of == resource.name)
    {
        if dependent.on_delete == OnDelete::Restrict {
            let other = model.resource(&dependent.resource)?;
            let relation = other
                .relations
                .iter()
                .find(|relation| relation.name == dependent.relation);
            if let Some(relation) = relation {
                let (from, column) = match relation.many {
                    true => (link_table_name(other, relation), String::from("target_id")),
                    false => (other.plural.clone(), relation.property()),
                };
                statements.push((
                    format!("held_by_{}_{}", dependent.resource, dependent.relation),
                    format!(
                        "SELECT 1 FROM {} WHERE {} = ?1 LIMIT 1",
                        quoted(&from),
                        quoted(&column)
                    ),
                ));
            }
        }
    }
    Ok(statements)
}
