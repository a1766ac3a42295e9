//! The folder that a run writes to: whole files only, each put in place by a rename, so that a step may be repeated.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::failure::{During, Outcome};

/// The folder that the user named with `--out`.
#[derive(Debug, Clone)]
pub struct Outputs {
    root: PathBuf,
}

/// A file that a step wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// Relative to the folder of the run, with `/`.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// The SHA-256 in hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl Outputs {
    /// Creates the folder where it is missing, and tries that it can be written to.
    ///
    /// # Errors
    /// Says why the folder cannot be used.
    pub fn open(root: &Path) -> Outcome<Self> {
        let cannot = |doing: &str| {
            format!(
                "cannot {doing} the output folder `{}` (name another with `--out`)",
                root.display()
            )
        };
        fs::create_dir_all(root).during(cannot("create"))?;
        let root = root.canonicalize().during(cannot("find"))?;
        tempfile::Builder::new()
            .prefix(".try")
            .tempfile_in(&root)
            .during(cannot("write to"))?;
        Ok(Outputs { root })
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The place of a file in it.
    #[must_use]
    pub fn place(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Writes a whole file: to a temporary one beside it, synced, then renamed into place.
    ///
    /// # Errors
    /// When the disk refuses; the older file still stands then.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> Outcome<OutputFile> {
        let contents = contents.as_ref();
        let place = self.place(path);
        let attempt = || format!("writing `{}`", place.display());
        let folder = place.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).during(attempt())?;
        let mut file = tempfile::Builder::new()
            .prefix(".new")
            .tempfile_in(folder)
            .during(attempt())?;
        file.write_all(contents).during(attempt())?;
        make_readable(file.as_file()).during(attempt())?;
        file.as_file().sync_all().during(attempt())?;
        file.persist(&place)
            .map_err(|error| error.error)
            .during(attempt())?;
        Ok(OutputFile {
            path: path.to_owned(),
            bytes: contents.len() as u64,
            sha256: sha256_hex(contents),
        })
    }

    /// Writes a file that nobody else on the machine may read.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_secret(&self, path: &str, contents: &str) -> Outcome<()> {
        let place = self.place(path);
        let attempt = || format!("writing `{}`", place.display());
        let folder = place.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).during(attempt())?;
        // A temporary file is born with access for its owner only, and keeps that through the rename.
        let mut file = tempfile::Builder::new()
            .prefix(".new")
            .tempfile_in(folder)
            .during(attempt())?;
        file.write_all(contents.as_bytes()).during(attempt())?;
        file.as_file().sync_all().during(attempt())?;
        file.persist(&place)
            .map_err(|error| error.error)
            .during(attempt())?;
        Ok(())
    }

    /// Writes a value as indented JSON.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_json(&self, path: &str, value: &impl Serialize) -> Outcome<OutputFile> {
        let mut text =
            serde_json::to_string_pretty(value).during(format_args!("putting `{path}` into JSON"))?;
        text.push('\n');
        self.write(path, text)
    }

    /// Reads a file whole.
    ///
    /// # Errors
    /// When it is missing or unreadable.
    pub fn read(&self, path: &str) -> Outcome<Vec<u8>> {
        fs::read(self.place(path)).during(format_args!("reading `{}`", self.place(path).display()))
    }

    /// An empty folder for one step to try things in; it is gone when the value is dropped.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn scratch(&self) -> Outcome<tempfile::TempDir> {
        let place = self.place("scratch");
        fs::create_dir_all(&place).during(format_args!("creating `{}`", place.display()))?;
        tempfile::tempdir_in(&place).during(format_args!("creating a folder in `{}`", place.display()))
    }

    /// Removes what an interrupted step may have left in `scratch`.
    pub fn sweep(&self) {
        let _ = fs::remove_dir_all(self.place("scratch"));
    }
}

/// A temporary file is for its owner only; an output is for whoever may read the folder.
#[cfg(unix)]
fn make_readable(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}
