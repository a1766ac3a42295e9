//! Where services look for each other: a folder with a file for each instance that says that it is there.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

use crate::failure::{During, Outcome};

/// A registry of instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    root: PathBuf,
}

/// An instance that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name, once in the registry.
    pub instance: String,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Registry {
    /// The registry in that folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Registry { root: root.into() }
    }

    /// Where it lies.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn folder(&self, service: &str) -> PathBuf {
        self.root.join(service)
    }

    fn file(&self, service: &str, instance: &str) -> PathBuf {
        self.folder(service).join(format!("{instance}.json"))
    }

    /// An instance says that it is there; until then nobody finds it.
    ///
    /// # Errors
    /// When the registry cannot be written.
    pub fn announce(&self, service: &str, entry: &Entry) -> Outcome<()> {
        let put = || {
            let folder = self.folder(service);
            fs::create_dir_all(&folder)?;
            let mut file = tempfile::Builder::new().prefix(".new").tempfile_in(&folder)?;
            serde_json::to_writer(&mut file, entry)?;
            file.persist(self.file(service, &entry.instance))
                .map_err(|error| error.error)?;
            Ok::<_, std::io::Error>(())
        };
        put().during(format_args!("announcing `{}` of `{service}`", entry.instance))
    }

    /// An instance leaves. One that is not there has left.
    pub fn leave(&self, service: &str, instance: &str) {
        let _ = fs::remove_file(self.file(service, instance));
    }

    /// The instances that said so lately, by name; those that fell silent are taken out.
    ///
    /// # Errors
    /// When the registry cannot be read.
    pub fn found(&self, service: &str, silent_at_most: Duration) -> Outcome<Vec<Entry>> {
        let folder = self.folder(service);
        let files = match fs::read_dir(&folder) {
            Ok(files) => files,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error).during(format_args!("reading `{}`", folder.display())),
        };
        let mut found = Vec::new();
        for file in files.flatten() {
            let path = file.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let said = file.metadata().and_then(|data| data.modified());
            let silent = said.map(|said| SystemTime::now().duration_since(said).unwrap_or_default());
            if silent.is_ok_and(|silent| silent <= silent_at_most) {
                let text = fs::read(&path).unwrap_or_default();
                found.extend(serde_json::from_slice::<Entry>(&text).ok());
            } else {
                let _ = fs::remove_file(&path);
            }
        }
        found.sort_by(|one, other| one.instance.cmp(&other.instance));
        Ok(found)
    }

    /// Takes a whole service out.
    ///
    /// # Errors
    /// When the registry cannot be written.
    pub fn remove(&self, service: &str) -> Outcome<()> {
        match fs::remove_dir_all(self.folder(service)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).during(format_args!("removing `{service}` from the registry"))
            }
            _ => Ok(()),
        }
    }
}
