//! Everything that a service is made from, as data: the steps of the implementation build it up, and a file of it starts one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::tokens::Principal;
use crate::{
    brief::{Limits, Resource},
    database::migrations::Migration,
    design::{problems::ProblemCatalog, rules::ValidationRules},
    requirements::{access::Action, conventions::ResourcePaths},
};

/// A service that can be started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceDefinition {
    /// Its title, for people.
    pub title: String,
    /// The major version that it answers with.
    pub version: u32,
    /// What every path starts with.
    pub base_path: String,
    /// What it keeps.
    pub entities: Vec<Entity>,
    /// What it answers.
    pub routes: Vec<Route>,
    /// How much a client may ask for.
    pub limits: Limits,
    /// How it reports what went wrong.
    pub problems: ProblemCatalog,
    /// How its database comes to be.
    pub migrations: Vec<Migration>,
    /// Connections that read at the same time.
    pub reading_connections: u32,
    /// Who may use it; nothing while authentication is not built yet, and then anybody may.
    pub authentication: Option<Vec<Principal>>,
    /// What inputs are held against; nothing while validation is not built yet.
    pub validation: Option<ValidationRules>,
}

/// A resource with the statements that keep it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// The resource.
    pub resource: Resource,
    /// Where it is found.
    pub paths: ResourcePaths,
    /// Statements by name.
    pub queries: BTreeMap<String, String>,
    /// What may stand in the way of deleting one.
    pub holders: Vec<Holder>,
}

/// Resources that point to another one and keep it from being deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The statement that asks for one.
    pub query: String,
    /// What they are called, in the plural.
    pub plural: String,
}

/// An operation and its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// As in the OpenAPI document.
    pub operation_id: String,
    /// `/v1/books/{book_id}`.
    pub path: String,
    /// The resource.
    pub resource: String,
    /// What is done with it.
    pub action: Action,
    /// What a token must carry, once authentication is built.
    pub scope: Option<String>,
}

impl ServiceDefinition {
    /// The entity of a resource.
    #[must_use]
    pub fn entity(&self, resource: &str) -> Option<&Entity> {
        self.entities
            .iter()
            .find(|entity| entity.resource.name == resource)
    }
}
