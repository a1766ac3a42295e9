//! Who holds which role: what a hand-in is checked against.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Kind, RuntimeError};
use crate::verdict::Actor;

/// Who holds which role, as a TOML file says:
///
/// ```toml
/// [roles]
/// ApiOwner = ["ada", "grace"]
/// Editor = ["linus"]
/// ```
///
/// A runtime that has one refuses what somebody hands in for a step with `#[by(Role)]` without holding that role; a
/// role that the roster does not name is held by nobody. Without a roster, roles are recorded and not enforced.
///
/// # Examples
///
/// ```
/// use workflow_runtime::{Actor, Roster, Runtime};
///
/// let roster: Roster = "roles.ApiOwner = ['ada']".parse()?;
/// assert!(roster.has("ApiOwner", &Actor::new("ada")));
/// assert!(!roster.has("ApiOwner", &Actor::new("linus")));
/// let runtime = Runtime::in_memory().with_roster(roster);
/// # drop(runtime);
/// # Ok::<(), workflow_runtime::RuntimeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roster {
    roles: BTreeMap<String, Vec<String>>,
}

impl Roster {
    /// Reads the TOML file at `path`.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not such a file; the error names the line.
    ///
    /// # Examples
    ///
    /// ```
    /// use workflow_runtime::Roster;
    ///
    /// let error = Roster::open("no/such/roster.toml").unwrap_err();
    /// assert!(error.to_string().starts_with("the roster `no/such/roster.toml` cannot be read: "));
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RuntimeError> {
        let path = path.as_ref();
        let which = format!("the roster `{}`", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| {
            let error = format!("{which} cannot be read: {error}; name a TOML file with a table `[roles]`");
            RuntimeError::new(Kind::Refused, error)
        })?;
        toml::from_str(&text).map_err(|error| malformed(&which, &error))
    }

    /// Whether the actor holds the role.
    pub fn has(&self, role: &str, actor: &Actor) -> bool {
        self.holders(role).iter().any(|holder| holder == actor.name())
    }

    /// The roles that it names.
    #[cfg(feature = "cli")]
    pub(crate) fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.keys().map(String::as_str)
    }

    /// Who holds the role, by name.
    pub fn holders(&self, role: &str) -> &[String] {
        self.roles.get(role).map_or(&[], Vec::as_slice)
    }
}

impl std::str::FromStr for Roster {
    type Err = RuntimeError;

    fn from_str(text: &str) -> Result<Self, RuntimeError> {
        toml::from_str(text).map_err(|error| malformed("the roster", &error))
    }
}

fn malformed(which: &str, error: &toml::de::Error) -> RuntimeError {
    let error = error.to_string();
    let error = error.trim_end();
    RuntimeError::new(
        Kind::Refused,
        format!("{which} cannot be read: {error}\nwrite a table `[roles]` with a list of names a role"),
    )
}
