//! Bearer tokens: 256 random bits each, known to the service by their SHA-256 only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{brief::Role, failure::Outcome, outputs::sha256_hex};

/// Somebody who holds a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The role that the token was issued for.
    pub name: String,
    /// What the token lets its holder do.
    pub scopes: Vec<String>,
    /// Of the token.
    pub token_sha256: String,
}

/// Tokens by the name of their role: secret, never part of an artifact.
pub type Tokens = BTreeMap<String, String>;

/// The file with the tokens; only its owner may read it.
pub const TOKENS_FILE: &str = "tokens.json";

/// A new token.
///
/// # Errors
/// When the system has no randomness to give.
pub fn issue() -> Outcome<String> {
    examples::hex::random(32)
}

/// A token for each role, and what the service needs to know it again.
///
/// # Errors
/// When the system has no randomness to give.
pub fn issue_for(roles: &[Role]) -> Outcome<(Tokens, Vec<Principal>)> {
    let mut tokens = Tokens::new();
    let mut principals = Vec::new();
    for role in roles {
        let token = issue()?;
        principals.push(Principal {
            name: role.name.clone(),
            scopes: role.scopes.clone(),
            token_sha256: sha256_hex(token.as_bytes()),
        });
        tokens.insert(role.name.clone(), token);
    }
    Ok((tokens, principals))
}
