//! The brief as it is written in a file, and kept in the journal: words where the meant brief has kinds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ExpectedLoad, FieldKind, Limits, OnDelete, OrderRule, Role};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Brief {
    pub(super) api: super::Api,
    #[serde(default)]
    pub(super) resource: Vec<Resource>,
    #[serde(default)]
    pub(super) role: Vec<Role>,
    pub(super) limits: Limits,
    pub(super) load: ExpectedLoad,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resource {
    pub(super) name: String,
    pub(super) plural: Option<String>,
    pub(super) description: String,
    #[serde(default)]
    pub(super) public_read: bool,
    #[serde(default)]
    pub(super) field: Vec<Field>,
    #[serde(default)]
    pub(super) relation: Vec<Relation>,
    #[serde(default)]
    pub(super) rule: Vec<OrderRule>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) type_name: String,
    pub(super) description: String,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) unique: bool,
    #[serde(default)]
    pub(super) filter: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) default: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) minimum: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) maximum: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) values: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transitions: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Relation {
    pub(super) name: String,
    pub(super) to: String,
    #[serde(default)]
    pub(super) many: bool,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) on_delete: Option<OnDelete>,
}

/// What was left to its default is written out.
impl From<super::Brief> for Brief {
    fn from(brief: super::Brief) -> Self {
        Brief {
            api: brief.api,
            resource: brief.resources.into_iter().map(Resource::from).collect(),
            role: brief.roles,
            limits: brief.limits,
            load: brief.load,
        }
    }
}

impl From<super::Resource> for Resource {
    fn from(resource: super::Resource) -> Self {
        Resource {
            name: resource.name,
            plural: Some(resource.plural),
            description: resource.description,
            public_read: resource.public_read,
            field: resource.fields.into_iter().map(Field::from).collect(),
            relation: resource.relations.into_iter().map(Relation::from).collect(),
            rule: resource.rules,
        }
    }
}

impl From<super::Field> for Field {
    fn from(field: super::Field) -> Self {
        let written = Field {
            name: field.name,
            description: field.description,
            required: field.required,
            unique: field.unique,
            filter: field.filterable,
            default: field.default,
            ..Field::default()
        };
        let of_type = |type_name: &str| type_name.to_owned();
        match field.kind {
            FieldKind::String {
                min_length,
                max_length,
            } => Field {
                type_name: of_type("string"),
                min_length: Some(min_length),
                max_length: Some(max_length),
                ..written
            },
            #[allow(
                clippy::cast_precision_loss,
                reason = "a brief is held to what an f64 keeps exactly"
            )]
            FieldKind::Integer { minimum, maximum } => Field {
                type_name: of_type("integer"),
                minimum: Some(minimum as f64),
                maximum: Some(maximum as f64),
                ..written
            },
            FieldKind::Number { minimum, maximum } => Field {
                type_name: of_type("number"),
                minimum: Some(minimum),
                maximum: Some(maximum),
                ..written
            },
            FieldKind::Enum { values, transitions } => Field {
                type_name: of_type("enum"),
                values: Some(values),
                transitions: Some(transitions),
                ..written
            },
            FieldKind::Boolean => Field {
                type_name: of_type("boolean"),
                ..written
            },
            FieldKind::Date => Field {
                type_name: of_type("date"),
                ..written
            },
            FieldKind::Timestamp => Field {
                type_name: of_type("timestamp"),
                ..written
            },
            FieldKind::Email => Field {
                type_name: of_type("email"),
                ..written
            },
            FieldKind::Uri => Field {
                type_name: of_type("uri"),
                ..written
            },
        }
    }
}

impl From<super::Relation> for Relation {
    fn from(relation: super::Relation) -> Self {
        Relation {
            name: relation.name,
            to: relation.to,
            many: relation.many,
            required: relation.required,
            on_delete: Some(relation.on_delete),
        }
    }
}
