//! The rules that inputs are held against, in the form that the service itself applies.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dtos::{DtoSchemas, MOST_LINKS};
use crate::{
    brief::{FieldKind, OrderRule},
    failure::{During, Outcome, ensure},
    requirements::resources::ResourceModel,
};

/// The rules of every resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValidationRules {
    /// An entry per resource, in written order.
    pub resources: Vec<ResourceRules>,
}

/// The rules of one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceRules {
    /// The resource.
    pub resource: String,
    /// Over single properties.
    pub properties: Vec<PropertyRule>,
    /// Over two fields.
    pub orders: Vec<OrderRule>,
}

/// What one property must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertyRule {
    /// Its name.
    pub property: String,
    /// Must be given to create a resource.
    pub required: bool,
    /// May be null.
    pub nullable: bool,
    /// What stands when nothing is given.
    pub default: Option<Value>,
    /// What its value must be.
    pub value: ValueRule,
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueRule {
    /// Of a kind, within its constraints.
    Field(FieldKind),
    /// The id of an existing resource.
    Reference {
        /// Of this kind.
        to: String,
    },
    /// Distinct ids of existing resources.
    References {
        /// Of this kind.
        to: String,
        /// Fewest.
        least: usize,
        /// Most.
        most: usize,
    },
}

/// Defines the rules, and holds each default against the published schema, so that rule and schema cannot part.
///
/// # Errors
/// When a property has a rule and no schema, or a default breaks its schema.
pub fn define(model: &ResourceModel, dtos: &DtoSchemas) -> Outcome<ValidationRules> {
    let mut resources = Vec::new();
    for resource in &model.resources {
        let fields = resource.fields.iter().map(|field| PropertyRule {
            property: field.name.clone(),
            required: field.required,
            nullable: !field.required && field.default.is_none(),
            default: field.default.clone(),
            value: ValueRule::Field(field.kind.clone()),
        });
        let relations = resource.relations.iter().map(|relation| PropertyRule {
            property: relation.property(),
            required: relation.required,
            nullable: !relation.required && !relation.many,
            default: relation
                .many
                .then(|| Value::Array(Vec::new()))
                .filter(|_| !relation.required),
            value: if relation.many {
                ValueRule::References {
                    to: relation.to.clone(),
                    least: usize::from(relation.required),
                    most: MOST_LINKS,
                }
            } else {
                ValueRule::Reference {
                    to: relation.to.clone(),
                }
            },
        });
        let properties: Vec<PropertyRule> = fields.chain(relations).collect();
        let schema = &dtos.schemas[&format!("{}Create", resource.schema())]["properties"];
        for rule in &properties {
            let schema = &schema[&rule.property];
            ensure(
                schema.is_object(),
                format_args!("`{}.{}` has a rule and no schema", resource.name, rule.property),
            )?;
            if let Some(default) = &rule.default {
                let attempt = format!(
                    "holding the default of `{}.{}` against its schema",
                    resource.name, rule.property
                );
                jsonschema::validate(schema, default).during(attempt)?;
            }
        }
        resources.push(ResourceRules {
            resource: resource.name.clone(),
            properties,
            orders: resource.rules.clone(),
        });
    }
    Ok(ValidationRules { resources })
}
