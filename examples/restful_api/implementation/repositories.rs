//! Repositories: an entity per resource with its statements, exercised on a scratch database.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    brief::OnDelete,
    database::{migrations::Migration, queries::QueryCatalog},
    failure::{During, Failure, Outcome, ensure},
    outputs::Outputs,
    requirements::{conventions::Conventions, resources::ResourceModel},
    samples::{self, Extent, Known},
    service::{
        definition::{Entity, Holder},
        repository::{Record, Repository, RepositoryError, to_sql},
    },
};

/// The entities, and what was shown to work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepositoryLayer {
    /// In written order.
    pub entities: Vec<Entity>,
    /// What each one was seen to do on a scratch database.
    pub exercised: Vec<String>,
}

/// Builds the entities and has each keep, find, list, change and delete real records.
///
/// # Errors
/// When one does not do what it should.
pub fn implement(
    model: &ResourceModel,
    conventions: &Conventions,
    queries: &QueryCatalog,
    migrations: &[Migration],
    document: &Value,
    outputs: &Outputs,
) -> Outcome<RepositoryLayer> {
    let entities = entities(model, conventions, queries)?;
    let scratch = outputs.scratch()?;
    let mut database = crate::database::open(&scratch.path().join("repositories.db"))?;
    crate::database::migrations::apply(&mut database, migrations)?;
    let mut known = Known::new();
    let mut exercised = Vec::new();
    for name in &model.creation_order {
        let entity = entities.iter().find(|entity| entity.resource.name == *name);
        let entity = entity.ok_or_else(|| Failure::new(format_args!("there is no entity `{name}`")))?;
        let schema = &document["components"]["schemas"][format!("{}Create", entity.resource.schema())];
        exercise(entity, &database, schema, &mut known, &mut exercised)?;
    }
    Ok(RepositoryLayer { entities, exercised })
}

fn entities(
    model: &ResourceModel,
    conventions: &Conventions,
    queries: &QueryCatalog,
) -> Outcome<Vec<Entity>> {
    let entity_of = |resource: &crate::brief::Resource| {
        let paths = conventions.of(&resource.name).cloned();
        let holders = model
            .dependents
            .iter()
            .filter(|dependent| dependent.of == resource.name && dependent.on_delete == OnDelete::Restrict)
            .map(|dependent| {
                let query = format!("held_by_{}_{}", dependent.resource, dependent.relation);
                queries.get(&resource.name, &query)?;
                Ok(Holder {
                    query,
                    plural: model.resource(&dependent.resource)?.plural.replace('_', " "),
                })
            })
            .collect::<Outcome<_>>()?;
        let of_it = queries
            .queries
            .iter()
            .filter(|query| query.resource == resource.name);
        Ok(Entity {
            resource: resource.clone(),
            paths: paths.ok_or_else(|| Failure::new(format_args!("`{}` has no path", resource.name)))?,
            queries: of_it
                .map(|query| (query.name.clone(), query.sql.clone()))
                .collect(),
            holders,
        })
    };
    model.resources.iter().map(entity_of).collect()
}

fn exercise(
    entity: &Entity,
    database: &Connection,
    schema: &Value,
    known: &mut Known,
    exercised: &mut Vec<String>,
) -> Outcome<()> {
    let name = entity.resource.plural.as_str();
    let repository = Repository::of(entity, database);
    let mut ids = Vec::new();
    for number in 1..=3 {
        let sample = samples::body(schema, number, known, Extent::Full)
            .ok_or_else(|| Failure::new(format_args!("no sample can be made for `{name}`")))?;
        let id = repository
            .insert(&sample)
            .during(format_args!("keeping one of `{name}`"))?;
        let found = repository
            .get(id)
            .during(format_args!("finding one of `{name}`"))?
            .unwrap_or_default();
        for (property, value) in &sample {
            ensure(
                found.get(property) == Some(value),
                format_args!(
                    "`{name}.{property}` was given as {value} and came back as {:?}",
                    found.get(property)
                ),
            )?;
        }
        ids.push(id);
    }
    exercised.push(format!("`{name}` keeps and finds every property"));
    pages(entity, &repository, &ids, exercised)?;
    refusals(entity, &repository, schema, known, exercised)?;
    let last = ids.pop().unwrap_or_default();
    let deleted = repository
        .delete(last)
        .during(format_args!("deleting one of `{name}`"))?;
    ensure(
        deleted && !repository.exists(last).during("looking for it")?,
        format_args!("`{name}` keeps what was deleted"),
    )?;
    exercised.push(format!("`{name}` deletes"));
    known.insert(entity.resource.name.clone(), ids);
    Ok(())
}

fn pages(
    entity: &Entity,
    repository: &Repository<'_>,
    ids: &[i64],
    exercised: &mut Vec<String>,
) -> Outcome<()> {
    let name = entity.resource.plural.as_str();
    let attempt = || format!("listing `{name}`");
    let first = repository.list(0, 2, None).during(attempt())?;
    let rest = repository
        .list(first.next_after.unwrap_or(i64::MAX), 2, None)
        .during(attempt())?;
    let listed = first
        .items
        .iter()
        .chain(&rest.items)
        .filter_map(|record| record.get("id").and_then(Value::as_i64));
    ensure(
        listed.collect::<Vec<_>>() == ids && rest.next_after.is_none(),
        format_args!("two pages of `{name}` are not what was kept"),
    )?;
    exercised.push(format!("`{name}` pages"));
    for filter in &entity.paths.filters {
        let field = entity.resource.fields.iter().find(|field| field.name == *filter);
        let sample = first
            .items
            .first()
            .and_then(|record| sample_of(entity, record, filter));
        let Some(sample) = sample else { continue };
        let bound = to_sql(field.map(|field| &field.kind), Some(&sample));
        let found = repository
            .list(0, 10, Some((filter.as_str(), bound)))
            .during(attempt())?;
        let all_fit = found
            .items
            .iter()
            .all(|record| sample_of(entity, record, filter).as_ref() == Some(&sample));
        ensure(
            !found.items.is_empty() && all_fit,
            format_args!("`{name}` narrowed by `{filter}` shows others"),
        )?;
        exercised.push(format!("`{name}` narrows by `{filter}`"));
    }
    Ok(())
}

/// The value of a record that a filter looks at.
fn sample_of(entity: &Entity, record: &Record, filter: &str) -> Option<Value> {
    let relation = entity
        .resource
        .relations
        .iter()
        .find(|relation| relation.filter() == filter);
    let property = relation.map_or_else(|| filter.to_owned(), crate::brief::Relation::property);
    match record.get(&property) {
        Some(Value::Array(ids)) => ids.first().cloned(),
        Some(Value::Null) | None => None,
        Some(value) => Some(value.clone()),
    }
}

/// The schema itself refuses what the service layer should never let through.
fn refusals(
    entity: &Entity,
    repository: &Repository<'_>,
    schema: &Value,
    known: &Known,
    exercised: &mut Vec<String>,
) -> Outcome<()> {
    let name = entity.resource.plural.as_str();
    let sample = |number| samples::body(schema, number, known, Extent::Full).unwrap_or_default();
    if let Some(field) = entity.resource.fields.iter().find(|field| field.unique) {
        let again = repository.insert(&sample(1));
        ensure(
            matches!(&again, Err(RepositoryError::Taken { .. })),
            format_args!("`{name}` takes the unique `{}` twice", field.name),
        )?;
        exercised.push(format!("`{name}` keeps `{}` unique", field.name));
    }
    if let Some(relation) = entity
        .resource
        .relations
        .iter()
        .find(|relation| relation.required && !relation.many)
    {
        let mut lost = sample(9);
        lost.insert(relation.property(), Value::from(999_999));
        ensure(
            matches!(repository.insert(&lost), Err(RepositoryError::Reference)),
            format_args!("`{name}` points to a `{}` that does not exist", relation.to),
        )?;
        exercised.push(format!("`{name}` points only to what exists"));
    }
    if let Some(field) = entity.resource.fields.iter().find(|field| field.required) {
        let mut incomplete = sample(9);
        incomplete.remove(&field.name);
        ensure(
            matches!(repository.insert(&incomplete), Err(RepositoryError::Refused(_))),
            format_args!("`{name}` is kept without `{}`", field.name),
        )?;
        exercised.push(format!("`{name}` is never without `{}`", field.name));
    }
    Ok(())
}
