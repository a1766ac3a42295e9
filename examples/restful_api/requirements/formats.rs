//! What goes over the wire: media types, and the status codes that each operation may answer with.

use serde::{Deserialize, Serialize};

use super::{
    access::{AccessRules, Action},
    resources::ResourceModel,
};
use crate::{brief::OnDelete, failure::Outcome};

/// Media types and status codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formats {
    /// Of requests and successful answers.
    pub media_type: String,
    /// Of errors, RFC 9457.
    pub problem_media_type: String,
    /// An entry per operation.
    pub operations: Vec<OperationFormats>,
}

/// What one operation takes and answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationFormats {
    /// As in the OpenAPI document.
    pub operation_id: String,
    /// Its work is done.
    pub success_status: u16,
    /// Every other answer that a client must be ready for, ascending.
    pub problem_statuses: Vec<u16>,
}

/// Of requests and successful answers.
pub const JSON: &str = "application/json";
/// Of errors.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Follows from each operation's nature, its access and what points to its resource.
///
/// # Errors
/// When an operation works on a resource that the model lacks.
pub fn define(model: &ResourceModel, access: &AccessRules) -> Outcome<Formats> {
    let mut operations = Vec::new();
    for operation in &access.operations {
        let resource = model.resource(&operation.resource)?;
        let action = operation.action;
        let mut problem_statuses = vec![400, 429, 500];
        if operation.scope.is_some() {
            problem_statuses.extend([401, 403]);
        } else {
            // A token that is not known is refused even where none is needed.
            problem_statuses.push(401);
        }
        if !action.on_collection() {
            problem_statuses.push(404);
        }
        if action.takes_body() {
            problem_statuses.extend([413, 415, 422]);
        }
        let clashes = resource.fields.iter().any(|field| field.unique);
        let held = model
            .dependents
            .iter()
            .any(|dependent| dependent.of == resource.name && dependent.on_delete == OnDelete::Restrict);
        if (action.takes_body() && clashes) || (action == Action::Delete && held) {
            problem_statuses.push(409);
        }
        problem_statuses.sort_unstable();
        operations.push(OperationFormats {
            operation_id: operation.operation_id.clone(),
            success_status: match action {
                Action::Create => 201,
                Action::Delete => 204,
                _ => 200,
            },
            problem_statuses,
        });
    }
    Ok(Formats {
        media_type: JSON.to_owned(),
        problem_media_type: PROBLEM_JSON.to_owned(),
        operations,
    })
}

impl Formats {
    /// The formats of one operation.
    #[must_use]
    pub fn of(&self, operation_id: &str) -> Option<&OperationFormats> {
        self.operations
            .iter()
            .find(|operation| operation.operation_id == operation_id)
    }
}
