//! What goes over the wire for each resource: how it is shown, created, changed and listed, as JSON Schema 2020-12.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    brief::{Field, FieldKind, Relation, Resource},
    requirements::{limits::LimitPlan, resources::ResourceModel},
};

/// A schema for each representation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DtoSchemas {
    /// By name: `Book`, `BookCreate`, `BookUpdate`, `BookPage`.
    pub schemas: BTreeMap<String, Value>,
}

/// Whole seconds in UTC, so that moments sort as text does.
const MOMENT: &str = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$";
/// Narrower than the format: no quotes and no comments, which hardly any mail system takes.
const EMAIL: &str = "^[A-Za-z0-9_%+-]+(\\.[A-Za-z0-9_%+-]+)*@[A-Za-z0-9_%+-]+(\\.[A-Za-z0-9_%+-]+)+$";
/// Absolute, and of the web.
const WEB_ADDRESS: &str = "^https?://[A-Za-z0-9][A-Za-z0-9!#$%&'()*+,./:;=?@\\[\\]_~-]*$";

/// The most links of a relation to many.
pub const MOST_LINKS: usize = 50;

/// Designs the four representations of each resource.
#[must_use]
pub fn design(model: &ResourceModel, limits: &LimitPlan) -> DtoSchemas {
    let mut schemas = BTreeMap::new();
    for resource in &model.resources {
        let name = resource.schema();
        schemas.insert(name.clone(), shown(resource));
        schemas.insert(format!("{name}Create"), taken(resource, true));
        schemas.insert(format!("{name}Update"), taken(resource, false));
        schemas.insert(format!("{name}Page"), page(&name, limits));
    }
    DtoSchemas { schemas }
}

fn shown(resource: &Resource) -> Value {
    let mut properties = Map::new();
    let managed = "Set by the service.";
    properties.insert(
        "id".into(),
        json!({ "type": "integer", "minimum": 1, "description": managed }),
    );
    for stamp in ["created_at", "updated_at"] {
        properties.insert(
            stamp.into(),
            json!({ "type": "string", "format": "date-time", "description": managed }),
        );
    }
    for field in &resource.fields {
        let always = field.required || field.default.is_some();
        properties.insert(field.name.clone(), nullable(field_schema(field), !always));
    }
    for relation in &resource.relations {
        properties.insert(
            relation.property(),
            nullable(relation_schema(relation), !relation.required && !relation.many),
        );
    }
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({
        "type": "object", "description": resource.description, "properties": properties, "required": required,
        "additionalProperties": false,
    })
}

fn taken(resource: &Resource, create: bool) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in &resource.fields {
        let mut schema = field_schema(field);
        if let Some(default) = field.default.as_ref().filter(|_| create) {
            schema["default"] = default.clone();
        }
        properties.insert(
            field.name.clone(),
            nullable(schema, !field.required && field.default.is_none()),
        );
        if field.required {
            required.push(field.name.clone());
        }
    }
    for relation in &resource.relations {
        let schema = nullable(relation_schema(relation), !relation.required && !relation.many);
        properties.insert(relation.property(), schema);
        if relation.required {
            required.push(relation.property());
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if create && !required.is_empty() {
        schema["required"] = json!(required);
    }
    if !create {
        schema["minProperties"] = json!(1);
    }
    if !resource.rules.is_empty() {
        let rules: Vec<Value> = resource
            .rules
            .iter()
            .map(|rule| json!({ "before": rule.before, "after": rule.after }))
            .collect();
        schema["x-order"] = json!(rules);
    }
    schema
}

fn page(name: &str, limits: &LimitPlan) -> Value {
    json!({
        "type": "object",
        "properties": {
            "items": {
                "type": "array", "maxItems": limits.limits.max_page_entries,
                "items": { "$ref": format!("#/components/schemas/{name}") },
            },
            "next": {
                "type": ["string", "null"],
                "description": "The `cursor` of the next page; null on the last one.",
            },
        },
        "required": ["items", "next"],
        "additionalProperties": false,
    })
}

fn field_schema(field: &Field) -> Value {
    let mut schema = match &field.kind {
        FieldKind::String {
            min_length,
            max_length,
        } => {
            json!({ "type": "string", "minLength": min_length, "maxLength": max_length })
        }
        FieldKind::Integer { minimum, maximum } => {
            json!({ "type": "integer", "minimum": minimum, "maximum": maximum })
        }
        FieldKind::Number { minimum, maximum } => {
            json!({ "type": "number", "minimum": minimum, "maximum": maximum })
        }
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::Timestamp => json!({ "type": "string", "format": "date-time", "pattern": MOMENT }),
        FieldKind::Email => {
            json!({ "type": "string", "format": "email", "pattern": EMAIL, "maxLength": 254 })
        }
        FieldKind::Uri => {
            json!({ "type": "string", "format": "uri", "pattern": WEB_ADDRESS, "maxLength": 2048 })
        }
        FieldKind::Enum { values, .. } => json!({ "type": "string", "enum": values }),
    };
    if let FieldKind::Enum { transitions, .. } = &field.kind
        && !transitions.is_empty()
    {
        schema["x-transitions"] = json!(transitions);
    }
    if field.unique {
        schema["x-unique"] = json!(true);
    }
    schema["description"] = json!(field.description);
    schema
}

fn relation_schema(relation: &Relation) -> Value {
    let id = json!({ "type": "integer", "minimum": 1 });
    let to = relation.to.replace('_', " ");
    if relation.many {
        let least = usize::from(relation.required);
        json!({
            "type": "array", "items": id, "uniqueItems": true, "minItems": least, "maxItems": MOST_LINKS,
            "x-references": relation.to, "description": format!("The id of each {to}."),
        })
    } else {
        let mut id = id;
        id["x-references"] = json!(relation.to);
        id["description"] = json!(format!("The id of the {to}."));
        id
    }
}

/// Where nothing may stand, null may; an enumeration then lists it too.
fn nullable(mut schema: Value, nullable: bool) -> Value {
    if nullable {
        schema["type"] = json!([schema["type"], "null"]);
        if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            words.push(Value::Null);
        }
    }
    schema
}
