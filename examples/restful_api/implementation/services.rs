//! The service layer: entities with the rules of the business in force, shown over a whole life of each resource.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::repositories::RepositoryLayer;
use crate::{
    brief::{Api, Limits},
    database::migrations::Migration,
    design::problems::ProblemCatalog,
    failure::{During, Failure, Outcome, ensure},
    outputs::Outputs,
    requirements::{conventions::Conventions, resources::ResourceModel},
    samples::{self, Extent, Known},
    service::{
        definition::ServiceDefinition,
        logic::{self, ListRequest, Refusal},
    },
};

/// A service without routes, and what it was seen to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceLayer {
    /// The service so far.
    pub definition: ServiceDefinition,
    /// The rules that are in force.
    pub rules_in_force: Vec<String>,
}

/// What the layer is made from.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// The API as a product.
    pub api: &'a Api,
    /// The resources.
    pub model: &'a ResourceModel,
    /// Their paths.
    pub conventions: &'a Conventions,
    /// Their repositories.
    pub repositories: &'a RepositoryLayer,
    /// The schema of the database.
    pub migrations: &'a [Migration],
    /// What a client may ask for.
    pub limits: &'a Limits,
    /// How errors are reported.
    pub problems: &'a ProblemCatalog,
    /// Connections that read at the same time.
    pub reading_connections: u32,
    /// The contract.
    pub document: &'a Value,
}

/// Builds the layer and leads one of each resource through its life.
///
/// # Errors
/// When a rule does not hold.
pub fn implement(parts: Parts<'_>, outputs: &Outputs) -> Outcome<ServiceLayer> {
    let definition = ServiceDefinition {
        title: parts.api.title.clone(),
        version: parts.api.version,
        base_path: parts.conventions.base_path.clone(),
        entities: parts.repositories.entities.clone(),
        routes: Vec::new(),
        limits: parts.limits.clone(),
        problems: parts.problems.clone(),
        migrations: parts.migrations.to_vec(),
        reading_connections: parts.reading_connections,
        authentication: None,
        validation: None,
    };
    live_through(&definition, &parts.model.creation_order, parts.document, outputs)?;
    let rules_in_force = rules_of(&definition);
    Ok(ServiceLayer {
        definition,
        rules_in_force,
    })
}

fn live_through(
    definition: &ServiceDefinition,
    order: &[String],
    document: &Value,
    outputs: &Outputs,
) -> Outcome<()> {
    let scratch = outputs.scratch()?;
    let mut database = crate::database::open(&scratch.path().join("services.db"))?;
    crate::database::migrations::apply(&mut database, &definition.migrations)?;
    let mut known = Known::new();
    for name in order {
        let entity = definition
            .entity(name)
            .ok_or_else(|| Failure::new(format_args!("there is no entity `{name}`")))?;
        let schema = &document["components"]["schemas"][format!("{}Create", entity.resource.schema())];
        let sample = samples::body(schema, 1, &known, Extent::Minimal);
        let sample =
            sample.ok_or_else(|| Failure::new(format_args!("no sample can be made for `{name}`")))?;
        let attempt = |deed: &str| format!("{deed} one of `{}`", entity.resource.plural);
        let created = logic::create(definition, entity, &mut database, sample).during(attempt("creating"))?;
        for field in entity
            .resource
            .fields
            .iter()
            .filter(|field| field.default.is_some())
        {
            let stands = created.get(&field.name) == field.default.as_ref();
            ensure(
                stands,
                format_args!("the default of `{name}.{}` does not stand", field.name),
            )?;
        }
        let id = created.get("id").and_then(Value::as_i64).unwrap_or_default();
        let read = logic::read(entity, &database, id).during(attempt("reading"))?;
        ensure(
            read == created,
            format_args!("a `{name}` is read otherwise than it was created"),
        )?;
        let request = ListRequest {
            after: 0,
            limit: 1,
            filter: None,
        };
        let page = logic::list(entity, &database, &request).during(attempt("listing"))?;
        ensure(
            page.items == vec![read],
            format_args!("a `{name}` is listed otherwise than it was created"),
        )?;
        let missing = logic::read(entity, &database, id + 1_000);
        ensure(
            missing == Err(Refusal::NotFound),
            format_args!("a `{name}` is found that was never created"),
        )?;
        known.insert(name.clone(), vec![id]);
    }
    // Backwards, nothing points to what is deleted any more.
    for name in order.iter().rev() {
        let (Some(entity), Some(id)) = (
            definition.entity(name),
            known.get(name).and_then(|ids| ids.first()),
        ) else {
            continue;
        };
        logic::delete(entity, &mut database, *id)
            .during(format_args!("deleting one of `{}`", entity.resource.plural))?;
    }
    Ok(())
}

fn rules_of(definition: &ServiceDefinition) -> Vec<String> {
    let mut rules = Vec::new();
    for entity in &definition.entities {
        let plural = &entity.resource.plural;
        for field in &entity.resource.fields {
            if let crate::brief::FieldKind::Enum { transitions, .. } = &field.kind
                && !transitions.is_empty()
            {
                rules.push(format!(
                    "`{plural}.{}` changes only along its transitions",
                    field.name
                ));
            }
            if field.unique {
                rules.push(format!("`{plural}.{}` is unique", field.name));
            }
        }
        rules.extend(
            entity
                .resource
                .rules
                .iter()
                .map(|rule| format!("`{plural}.{}` lies before `{plural}.{}`", rule.before, rule.after)),
        );
        rules.extend(
            entity
                .resource
                .relations
                .iter()
                .map(|relation| format!("`{plural}.{}` points only to what exists", relation.property())),
        );
        rules.extend(
            entity
                .holders
                .iter()
                .map(|holder| format!("`{plural}` stay while {} point to them", holder.plural)),
        );
    }
    rules
}
