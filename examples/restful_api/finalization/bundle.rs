//! The bundle for production: every output with its SHA-256, and the check that a folder still is what its manifest says.

use serde::{Deserialize, Serialize};

use crate::{
    database::{in_memory, migrations},
    failure::{During, Outcome, ensure},
    implementation::project::{DEFINITION_FILE, SETTINGS_FILE, read_settings},
    outputs::{OutputFile, Outputs, sha256_hex},
    service::definition::ServiceDefinition,
};

/// The manifest, relative to the folder of the run.
pub const MANIFEST_FILE: &str = "manifest.json";

/// What goes to production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// The folder, absolute.
    pub folder: String,
    /// Its files.
    pub files: Vec<OutputFile>,
    /// All of them together.
    pub total_bytes: u64,
    /// Of the manifest.
    pub manifest_sha256: String,
}

/// What a check of a bundle found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleCheck {
    /// Files whose length and SHA-256 are as the manifest says.
    pub files_verified: usize,
    /// Operations of the contract, which is valid.
    pub operations: usize,
    /// Migrations that lead an empty database to the schema.
    pub migrations: usize,
    /// Of the manifest.
    pub manifest_sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    title: String,
    version: u32,
    files: Vec<OutputFile>,
}

/// The folders and files that go to production; the database, the tokens and the journal of the run stay where they are.
const PARTS: [&str; 10] = [
    "README.md",
    "openapi.json",
    "openapi.yaml",
    "dependencies.json",
    DEFINITION_FILE,
    SETTINGS_FILE,
    "design",
    "docs",
    "migrations",
    "reports",
];

/// Writes the manifest over everything that goes to production.
///
/// # Errors
/// When a part is missing.
pub fn prepare(service: &ServiceDefinition, outputs: &Outputs) -> Outcome<Bundle> {
    let mut files = Vec::new();
    for part in PARTS {
        collect(outputs, part, &mut files)?;
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let manifest = Manifest {
        title: service.title.clone(),
        version: service.version,
        files: files.clone(),
    };
    let written = outputs.write_json(MANIFEST_FILE, &manifest)?;
    Ok(Bundle {
        folder: outputs.root().display().to_string(),
        total_bytes: files.iter().map(|file| file.bytes).sum(),
        files,
        manifest_sha256: written.sha256,
    })
}

fn collect(outputs: &Outputs, path: &str, files: &mut Vec<OutputFile>) -> Outcome<()> {
    let place = outputs.place(path);
    if !place.is_dir() {
        files.push(measured(outputs, path)?);
        return Ok(());
    }
    for entry in std::fs::read_dir(&place).during(format_args!("looking into `{}`", place.display()))? {
        let name = entry.during("looking at a file")?.file_name();
        collect(outputs, &format!("{path}/{}", name.to_string_lossy()), files)?;
    }
    Ok(())
}

fn measured(outputs: &Outputs, path: &str) -> Outcome<OutputFile> {
    let bytes = outputs.read(path)?;
    Ok(OutputFile {
        path: path.to_owned(),
        bytes: bytes.len() as u64,
        sha256: sha256_hex(&bytes),
    })
}

/// Checks a folder against its manifest, reads its contract, and applies its migrations to an empty database.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn check(outputs: &Outputs) -> Outcome<BundleCheck> {
    let text = outputs.read(MANIFEST_FILE)?;
    let manifest: Manifest =
        serde_json::from_slice(&text).during(format_args!("reading `{MANIFEST_FILE}`"))?;
    for file in &manifest.files {
        let found = measured(outputs, &file.path)?;
        ensure(
            found == *file,
            format_args!(
                "`{}` is not what the manifest says; run the workflow into a new folder",
                file.path
            ),
        )?;
    }
    let document = serde_json::from_slice(&outputs.read("openapi.json")?).during("reading `openapi.json`")?;
    crate::design::contract::validate(&document)?;
    let settings = read_settings(outputs)?;
    let service: ServiceDefinition =
        serde_json::from_slice(&outputs.read(&settings.definition_file)?).during("reading the definition")?;
    let applied = migrations::apply(&mut in_memory()?, &service.migrations)?;
    Ok(BundleCheck {
        files_verified: manifest.files.len(),
        operations: super::reference::operations_of(&document).len(),
        migrations: applied,
        manifest_sha256: sha256_hex(&text),
    })
}
