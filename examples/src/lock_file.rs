//! What a program is built from: `Cargo.lock`, as cargo writes it.

use serde::Deserialize;

use crate::failure::{During, Outcome};

/// A lock file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LockFile {
    /// Its packages.
    #[serde(rename = "package")]
    pub packages: Vec<Locked>,
}

/// A package in its version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Locked {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it came from; nothing for a part of the workspace.
    pub source: Option<String>,
    /// Of what came.
    pub checksum: Option<String>,
    /// Names, each with its version where there are several.
    #[serde(default)]
    pub dependencies: Vec<String>,
}

impl LockFile {
    /// Reads the text of one.
    ///
    /// # Errors
    /// When it is none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use examples::lock_file::LockFile;
    /// let lock = LockFile::read("[[package]]\nname = \"serde\"\nversion = \"1.0.228\"\n")?;
    /// assert_eq!(lock.packages[0].version, "1.0.228");
    /// # Ok::<(), examples::failure::Failure>(())
    /// ```
    pub fn read(text: &str) -> Outcome<Self> {
        toml::from_str(text).during("reading the lock file")
    }

    /// That of the workspace that this program was built in.
    ///
    /// # Errors
    /// None, as long as cargo writes it.
    pub fn of_this_workspace() -> Outcome<Self> {
        Self::read(include_str!("../../Cargo.lock"))
    }
}
