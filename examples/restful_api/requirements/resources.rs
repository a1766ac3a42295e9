//! The resource model: resources, how they depend on each other, and the order in which they can come into being.

use serde::{Deserialize, Serialize};

use crate::{
    brief::{Brief, OnDelete, Resource},
    failure::{Failure, Outcome},
};

/// What the API is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceModel {
    /// The resources, in written order.
    pub resources: Vec<Resource>,
    /// Their names, so that whatever a resource requires comes before it.
    pub creation_order: Vec<String>,
    /// Who points to whom, seen from the one pointed to.
    pub dependents: Vec<Dependent>,
}

/// A resource that points to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependent {
    /// The resource pointed to.
    pub of: String,
    /// The resource that points.
    pub resource: String,
    /// The relation by which it does.
    pub relation: String,
    /// What becomes of it when the other is deleted.
    pub on_delete: OnDelete,
}

/// Derives the model from the brief.
///
/// # Errors
/// When a circle of required relations leaves no resource to begin with.
pub fn define(brief: &Brief) -> Outcome<ResourceModel> {
    let mut creation_order: Vec<String> = Vec::new();
    while creation_order.len() < brief.resources.len() {
        let ready = |resource: &&Resource| {
            !creation_order.contains(&resource.name)
                && resource
                    .relations
                    .iter()
                    .all(|relation| !relation.required || creation_order.contains(&relation.to))
        };
        let next = brief
            .resources
            .iter()
            .find(ready)
            .ok_or_else(|| Failure::new("required relations form a circle; make one of them optional"))?;
        creation_order.push(next.name.clone());
    }
    let dependents = brief
        .resources
        .iter()
        .flat_map(|resource| {
            resource.relations.iter().map(|relation| Dependent {
                of: relation.to.clone(),
                resource: resource.name.clone(),
                relation: relation.name.clone(),
                on_delete: relation.on_delete,
            })
        })
        .collect();
    Ok(ResourceModel {
        resources: brief.resources.clone(),
        creation_order,
        dependents,
    })
}

impl ResourceModel {
    /// The resource of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn resource(&self, name: &str) -> Outcome<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.name == name)
            .ok_or_else(|| Failure::new(format_args!("there is no resource `{name}` in the model")))
    }
}
