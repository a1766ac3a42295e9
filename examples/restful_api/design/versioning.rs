//! How the contract changes: what a client may rely on within a major version, and where the version stands.

use serde::{Deserialize, Serialize};

use crate::{
    brief::Api,
    failure::{Outcome, ensure},
    requirements::conventions::Conventions,
};

/// The strategy, in the form that the service and its documentation use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersioningPlan {
    /// The major version.
    pub major: u32,
    /// What every path starts with.
    pub base_path: String,
    /// The header by which each answer says which version it is.
    pub header: String,
    /// Changes that a client must be ready for within a major version.
    pub compatible_changes: Vec<String>,
    /// Changes that need the next major version.
    pub breaking_changes: Vec<String>,
}

/// Puts the major version into the path and into a header.
///
/// # Errors
/// When the paths were laid out for another version.
pub fn plan(api: &Api, conventions: &Conventions) -> Outcome<VersioningPlan> {
    let base_path = format!("/v{}", api.version);
    ensure(
        conventions.base_path == base_path,
        format_args!(
            "the paths start with `{}`, version {} needs `{base_path}`",
            conventions.base_path, api.version
        ),
    )?;
    let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
    Ok(VersioningPlan {
        major: api.version,
        base_path,
        header: String::from("API-Version"),
        compatible_changes: list(&[
            "a new operation or resource",
            "a new optional property of a request",
            "a new query parameter",
            "a new type of problem with a status that the operation already lists",
        ]),
        breaking_changes: list(&[
            "an operation, a property or a value of an enumeration that is removed or renamed",
            "a property that becomes required",
            "a constraint that becomes tighter",
            "another status for the same outcome",
        ]),
    })
}
