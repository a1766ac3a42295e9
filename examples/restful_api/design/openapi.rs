//! The OpenAPI 3.1 document before its schemas: information, paths, operations, parameters and security.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    brief::{Api, FieldKind, Resource},
    failure::{Failure, Outcome},
    requirements::{
        access::{AccessRules, Action, OperationAccess},
        conventions::{Conventions, ResourcePaths},
        formats::{Formats, JSON, OperationFormats, PROBLEM_JSON},
        limits::LimitPlan,
        resources::ResourceModel,
    },
};

/// The OpenAPI document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenApi {
    /// The document.
    pub document: Value,
    /// How many operations it has.
    pub operations: usize,
}

/// What the document is made from.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The API as a product.
    pub api: &'a Api,
    /// The resources.
    pub model: &'a ResourceModel,
    /// Their paths.
    pub conventions: &'a Conventions,
    /// Their scopes.
    pub access: &'a AccessRules,
    /// Their answers.
    pub formats: &'a Formats,
    /// What a client may ask for.
    pub limits: &'a LimitPlan,
}

/// Writes the document with an operation for every action on every resource.
///
/// # Errors
/// When a part speaks of a resource that another lacks.
pub fn create(sources: Sources<'_>) -> Outcome<OpenApi> {
    let mut paths = Map::new();
    let mut tags = Vec::new();
    for resource in &sources.model.resources {
        let place = sources
            .conventions
            .of(&resource.name)
            .ok_or_else(|| Failure::new(format_args!("`{}` has no path", resource.name)))?;
        tags.push(json!({ "name": resource.collection(), "description": resource.description }));
        paths.insert(
            place.collection.clone(),
            path_item(sources, resource, place, true)?,
        );
        paths.insert(place.item.clone(), path_item(sources, resource, place, false)?);
    }
    let operations = sources.access.operations.len();
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": sources.api.title,
            "description": sources.api.description,
            "version": format!("{}.0.0", sources.api.version),
            "contact": { "email": sources.api.contact_email },
        },
        "servers": [{ "url": sources.conventions.base_path }],
        "tags": tags,
        "paths": paths,
        "components": { "securitySchemes": security_schemes(), "headers": headers(sources) },
    });
    Ok(OpenApi { document, operations })
}

fn path_item(
    sources: Sources<'_>,
    resource: &Resource,
    place: &ResourcePaths,
    collection: bool,
) -> Outcome<Value> {
    let mut item = Map::new();
    if !collection {
        let id = json!({
            "name": place.id_parameter, "in": "path", "required": true,
            "description": format!("Which {}.", resource.name.replace('_', " ")),
            "schema": { "type": "integer", "minimum": 1 },
        });
        item.insert("parameters".into(), json!([id]));
    }
    for access in &sources.access.operations {
        if access.resource == resource.name && access.action.on_collection() == collection {
            let formats = sources
                .formats
                .of(&access.operation_id)
                .ok_or_else(|| Failure::new(format_args!("`{}` has no formats", access.operation_id)))?;
            let operation = operation(sources, resource, place, access, formats);
            item.insert(access.action.method().to_ascii_lowercase(), operation);
        }
    }
    Ok(Value::Object(item))
}

fn operation(
    sources: Sources<'_>,
    resource: &Resource,
    place: &ResourcePaths,
    access: &OperationAccess,
    formats: &OperationFormats,
) -> Value {
    let (action, schema) = (access.action, resource.schema());
    let security = match &access.scope {
        Some(scope) => json!([{ "bearer": [scope] }]),
        None => json!([]),
    };
    let mut operation = json!({
        "operationId": access.operation_id,
        "summary": summary(resource, action),
        "tags": [resource.collection()],
        "security": security,
        "responses": responses(&schema, action, formats),
    });
    if action == Action::List {
        operation["parameters"] = list_parameters(sources, resource, place);
    }
    if action.takes_body() {
        let suffix = if action == Action::Create {
            "Create"
        } else {
            "Update"
        };
        let body = json!({ "$ref": format!("#/components/schemas/{schema}{suffix}") });
        operation["requestBody"] = json!({ "required": true, "content": { JSON: { "schema": body } } });
    }
    operation
}

fn summary(resource: &Resource, action: Action) -> String {
    let (one, many) = (resource.name.replace('_', " "), resource.plural.replace('_', " "));
    match action {
        Action::List => format!("List {many}, a page at a time"),
        Action::Create => format!("Create a new {one}"),
        Action::Read => format!("Read one {one}"),
        Action::Update => format!("Change what is given of one {one}; null takes a value away"),
        Action::Delete => format!("Delete one {one}"),
    }
}

fn responses(schema: &str, action: Action, formats: &OperationFormats) -> Value {
    let mut responses = Map::new();
    let version = json!({ "$ref": "#/components/headers/ApiVersion" });
    let mut headers = json!({ "API-Version": version });
    match action {
        Action::Create => headers["Location"] = json!({ "$ref": "#/components/headers/Location" }),
        Action::List => headers["Link"] = json!({ "$ref": "#/components/headers/Link" }),
        _ => {}
    }
    let mut success = json!({ "description": success_of(action), "headers": headers });
    if action != Action::Delete {
        let suffix = if action == Action::List { "Page" } else { "" };
        let body = json!({ "$ref": format!("#/components/schemas/{schema}{suffix}") });
        success["content"] = json!({ JSON: { "schema": body } });
    }
    responses.insert(formats.success_status.to_string(), success);
    for status in &formats.problem_statuses {
        let problem = json!({ "$ref": format!("#/components/responses/Problem{status}") });
        responses.insert(status.to_string(), problem);
    }
    Value::Object(responses)
}

fn success_of(action: Action) -> &'static str {
    match action {
        Action::List => "A page.",
        Action::Create => "It was created.",
        Action::Read => "Here it is.",
        Action::Update => "It was changed; this is how it stands now.",
        Action::Delete => "It was deleted.",
    }
}

fn list_parameters(sources: Sources<'_>, resource: &Resource, place: &ResourcePaths) -> Value {
    let limits = &sources.limits.limits;
    let mut parameters = vec![
        json!({
            "name": "limit", "in": "query", "description": "How many entries the page has at most.",
            "schema": {
                "type": "integer", "minimum": 1, "maximum": limits.max_page_entries,
                "default": limits.default_page_entries,
            },
        }),
        json!({
            "name": "cursor", "in": "query",
            "description": "Where the page begins: `next` of the page before it.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 64 },
        }),
    ];
    for filter in &place.filters {
        let field = resource.fields.iter().find(|field| field.name == *filter);
        let schema = match field.map(|field| &field.kind) {
            Some(FieldKind::Integer { .. }) => json!({ "type": "integer" }),
            Some(FieldKind::Boolean) => json!({ "type": "boolean" }),
            Some(FieldKind::Enum { values, .. }) => json!({ "type": "string", "enum": values }),
            Some(FieldKind::Date) => json!({ "type": "string", "format": "date" }),
            Some(_) => json!({ "type": "string" }),
            None => json!({ "type": "integer", "minimum": 1 }),
        };
        parameters.push(json!({
            "name": filter, "in": "query", "schema": schema,
            "description": format!("Only entries with this `{filter}`. One such filter can be given at a time."),
        }));
    }
    Value::Array(parameters)
}

fn security_schemes() -> Value {
    json!({
        "bearer": {
            "type": "http", "scheme": "bearer",
            "description": "An opaque token. The scopes that an operation needs stand beside it.",
        }
    })
}

fn headers(sources: Sources<'_>) -> Value {
    let limits = &sources.limits.limits;
    json!({
        "ApiVersion": {
            "description": "The major version that answered.", "required": true,
            "schema": { "type": "string", "const": sources.api.version.to_string() },
        },
        "Link": {
            "description": "Where the next page is, with `rel=\"next\"`; left out on the last page.",
            "schema": { "type": "string" },
        },
        "Location": {
            "description": "Where the new one is.", "required": true, "schema": { "type": "string" },
        },
        "RetryAfter": {
            "description": format!(
                "Seconds until a further request is let through; a client has {} requests at once and {} a minute.",
                limits.burst_requests, limits.requests_per_minute
            ),
            "required": true,
            "schema": { "type": "integer", "minimum": 1 },
        },
        "WwwAuthenticate": {
            "description": "How to authenticate, RFC 6750.", "required": true, "schema": { "type": "string" },
        },
    })
}

/// The media type of every problem.
pub(super) const PROBLEM: &str = PROBLEM_JSON;
