//! Who may do what: a scope for every operation, roles as sets of scopes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::resources::ResourceModel;
use crate::{
    brief::{Brief, Resource, Role},
    failure::{Outcome, ensure},
};

/// What can be done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// `GET` on the collection.
    List,
    /// `POST` on the collection.
    Create,
    /// `GET` on one.
    Read,
    /// `PATCH` on one.
    Update,
    /// `DELETE` on one.
    Delete,
}

/// Who may call which operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRules {
    /// An entry per operation.
    pub operations: Vec<OperationAccess>,
    /// Who holds which scopes.
    pub roles: Vec<Role>,
}

/// What a client needs for one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationAccess {
    /// As in the OpenAPI document: `createBook`.
    pub operation_id: String,
    /// What it works on.
    pub resource: String,
    /// What it does.
    pub action: Action,
    /// The scope that a token must carry; nothing where no token is needed.
    pub scope: Option<String>,
}

impl Action {
    /// All of them, in the order of the documentation.
    pub const ALL: [Action; 5] = [
        Action::List,
        Action::Create,
        Action::Read,
        Action::Update,
        Action::Delete,
    ];

    /// The method of HTTP.
    #[must_use]
    pub fn method(self) -> &'static str {
        match self {
            Action::List | Action::Read => "GET",
            Action::Create => "POST",
            Action::Update => "PATCH",
            Action::Delete => "DELETE",
        }
    }

    /// Whether it is done to the collection rather than to one.
    #[must_use]
    pub fn on_collection(self) -> bool {
        matches!(self, Action::List | Action::Create)
    }

    /// Whether it changes anything.
    #[must_use]
    pub fn writes(self) -> bool {
        !matches!(self, Action::List | Action::Read)
    }

    /// Whether it takes a body.
    #[must_use]
    pub fn takes_body(self) -> bool {
        matches!(self, Action::Create | Action::Update)
    }

    /// The name of the operation on a resource: `createBook`, `listBooks`.
    #[must_use]
    pub fn operation_id(self, resource: &Resource) -> String {
        let verb = match self {
            Action::List => return format!("list{}", resource.plural_schema()),
            Action::Create => "create",
            Action::Read => "get",
            Action::Update => "update",
            Action::Delete => "delete",
        };
        format!("{verb}{}", resource.schema())
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::List => "list",
            Action::Create => "create",
            Action::Read => "read",
            Action::Update => "update",
            Action::Delete => "delete",
        })
    }
}

/// Gives every operation its scope.
///
/// # Errors
/// When some operation is open to nobody.
pub fn determine(brief: &Brief, model: &ResourceModel) -> Outcome<AccessRules> {
    let operations: Vec<OperationAccess> = model
        .resources
        .iter()
        .flat_map(|resource| Action::ALL.map(|action| access_to(resource, action)))
        .collect();
    let unreachable: Vec<&str> = operations
        .iter()
        .filter(|operation| {
            operation
                .scope
                .as_ref()
                .is_some_and(|scope| brief.roles.iter().all(|role| !role.scopes.contains(scope)))
        })
        .map(|operation| operation.operation_id.as_str())
        .collect();
    ensure(
        unreachable.is_empty(),
        format_args!("no role may call {}; grant their scopes", unreachable.join(", ")),
    )?;
    Ok(AccessRules {
        operations,
        roles: brief.roles.clone(),
    })
}

fn access_to(resource: &Resource, action: Action) -> OperationAccess {
    let scope = match (action.writes(), resource.public_read) {
        (true, _) => Some(resource.write_scope()),
        (false, true) => None,
        (false, false) => Some(resource.read_scope()),
    };
    OperationAccess {
        operation_id: action.operation_id(resource),
        resource: resource.name.clone(),
        action,
        scope,
    }
}

impl AccessRules {
    /// Every scope there is, each once.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        let mut scopes: Vec<String> = self
            .roles
            .iter()
            .flat_map(|role| role.scopes.iter().cloned())
            .collect();
        scopes.sort();
        scopes.dedup();
        scopes
    }
}
