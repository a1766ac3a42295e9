//! Indexes for the lists that clients will ask for, each one shown to be used.

use serde::{Deserialize, Serialize};

use super::{query_plan, quoted, tables::TableSchema};
use crate::{
    brief::{Relation, Resource},
    database::tables::link_table_name,
    failure::{During, Outcome, ensure},
    requirements::resources::ResourceModel,
};

/// The indexes, and which query each serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexPlan {
    /// In the order of the tables.
    pub indexes: Vec<Index>,
    /// Filters that a unique constraint already serves.
    pub served_by_unique: Vec<String>,
}

/// One index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its table.
    pub table: String,
    /// The statement that creates it.
    pub sql: String,
    /// The query that it serves.
    pub serves: String,
    /// How SQLite carries out that query with it.
    pub plan: Vec<String>,
}

/// The list of a resource narrowed by one column: after a cursor, so many entries.
#[must_use]
pub fn narrowed_list(resource: &Resource, columns: &str, column: &str) -> String {
    format!(
        "SELECT {columns} FROM {} WHERE \"id\" > ?1 AND {} = ?3 ORDER BY \"id\" LIMIT ?2",
        quoted(&resource.plural),
        quoted(column)
    )
}

/// The list of a resource narrowed to those that are linked to another.
#[must_use]
pub fn linked_list(resource: &Resource, columns: &str, relation: &Relation) -> String {
    format!(
        "SELECT {columns} FROM {} WHERE \"id\" > ?1 AND \"id\" IN (SELECT \"owner_id\" FROM {} WHERE \"target_id\" = ?3) \
         ORDER BY \"id\" LIMIT ?2",
        quoted(&resource.plural),
        quoted(&link_table_name(resource, relation))
    )
}

/// Plans an index for each filter that no unique constraint serves, and asks SQLite whether it is used.
///
/// # Errors
/// When a filter would still read the whole table.
pub fn plan(model: &ResourceModel, tables: &TableSchema) -> Outcome<IndexPlan> {
    let database = super::in_memory()?;
    for table in &tables.tables {
        database
            .execute_batch(&table.sql)
            .during(format_args!("creating the table `{}`", table.name))?;
    }
    let mut planned = IndexPlan {
        indexes: Vec::new(),
        served_by_unique: Vec::new(),
    };
    for resource in &model.resources {
        for field in resource.fields.iter().filter(|field| field.filterable) {
            let query = narrowed_list(resource, "*", &field.name);
            if field.unique {
                let plan = query_plan(&database, &query)?;
                let served = plan.iter().any(|line| line.contains("sqlite_autoindex"));
                ensure(
                    served,
                    format_args!(
                        "the unique `{}.{}` is not searched by its index: {plan:?}",
                        resource.plural, field.name
                    ),
                )?;
                planned
                    .served_by_unique
                    .push(format!("{}.{}", resource.plural, field.name));
            } else {
                planned
                    .indexes
                    .push(index_on(&database, &resource.plural, &field.name, query)?);
            }
        }
        for relation in &resource.relations {
            planned.indexes.push(if relation.many {
                let query = linked_list(resource, "*", relation);
                index_on(
                    &database,
                    &link_table_name(resource, relation),
                    "target_id",
                    query,
                )?
            } else {
                let query = narrowed_list(resource, "*", &relation.property());
                index_on(&database, &resource.plural, &relation.property(), query)?
            });
        }
    }
    Ok(planned)
}

fn index_on(database: &rusqlite::Connection, table: &str, column: &str, serves: String) -> Outcome<Index> {
    let name = format!("{table}_by_{column}");
    let sql = format!(
        "CREATE INDEX {} ON {} ({});",
        quoted(&name),
        quoted(table),
        quoted(column)
    );
    database
        .execute_batch(&sql)
        .during(format_args!("creating the index `{name}`"))?;
    let plan = query_plan(database, &serves)?;
    let used = plan
        .iter()
        .any(|line| line.starts_with("SEARCH") && line.contains(&name));
    ensure(
        used,
        format_args!("the index `{name}` is not used: {}", plan.join(", ")),
    )?;
    Ok(Index {
        name,
        table: table.to_owned(),
        sql,
        serves,
        plan,
    })
}
