//! The structure of the project on disk: settings, what it is built from, and what is kept out of version control.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use examples::lock_file::{LockFile, Locked};

use crate::{
    brief::Api,
    database::migrations::{DATABASE_FILE, Migrations},
    failure::{During, Outcome, ensure},
    outputs::{OutputFile, Outputs},
    service::tokens::TOKENS_FILE,
};

/// The project that the service lives in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// How the service is run.
    pub settings: Settings,
    /// What it is built from, with the checksums of the registry.
    pub dependencies: Vec<Dependency>,
    /// The SQLite that is linked in.
    pub sqlite_version: String,
    /// The files that were written.
    pub files: Vec<OutputFile>,
}

/// How the service is run; kept in `service.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The port of the loopback interface.
    pub port: u16,
    /// The database, relative to the settings.
    pub database_file: String,
    /// The definition, relative to the settings.
    pub definition_file: String,
    /// Connections that read at the same time.
    pub reading_connections: u32,
}

/// A crate that the service is built from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// The SHA-256 that the registry states for it.
    pub checksum: String,
}

/// The definition of the service, relative to the folder of the run.
pub const DEFINITION_FILE: &str = "service.json";
/// The settings of the service, relative to the folder of the run.
pub const SETTINGS_FILE: &str = "service.toml";

/// The crates that the service itself uses.
const ROOTS: [&str; 7] = [
    "axum",
    "getrandom",
    "rusqlite",
    "serde",
    "serde_json",
    "sha2",
    "tokio",
];
/// Older ones can lose data when a WAL is reset (fixed in 3.51.3).
const OLDEST_SQLITE: i32 = 3_051_003;

/// Writes the project; `reading_connections` grows when a round of rework asks for a faster service.
///
/// # Errors
/// When SQLite is too old or a file cannot be written.
pub fn set_up(
    api: &Api,
    migrations: &Migrations,
    reading_connections: u32,
    outputs: &Outputs,
) -> Outcome<Project> {
    ensure(
        rusqlite::version_number() >= OLDEST_SQLITE,
        format_args!("SQLite {} is too old; use 3.51.3 or later", rusqlite::version()),
    )?;
    let settings = Settings {
        port: 8_080,
        database_file: migrations.database_file.clone(),
        definition_file: DEFINITION_FILE.to_owned(),
        reading_connections,
    };
    let dependencies = dependencies()?;
    let mut files = vec![
        outputs.write(SETTINGS_FILE, settings_text(&settings)?)?,
        outputs.write_json("dependencies.json", &dependencies)?,
        outputs.write(
            ".gitignore",
            format!("/{TOKENS_FILE}\n/{DATABASE_FILE}*\n/.run\n/scratch/\n"),
        )?,
    ];
    files.push(outputs.write("README.md", readme(api))?);
    Ok(Project {
        settings,
        dependencies,
        sqlite_version: rusqlite::version().to_owned(),
        files,
    })
}

/// The settings of a finished service.
///
/// # Errors
/// When the file is missing or not what it should be.
pub fn read_settings(outputs: &Outputs) -> Outcome<Settings> {
    let text = String::from_utf8(outputs.read(SETTINGS_FILE)?).during("reading the settings")?;
    toml::from_str(&text).during(format_args!("reading `{SETTINGS_FILE}`"))
}

fn settings_text(settings: &Settings) -> Outcome<String> {
    let text = format!(
        "# How the service is run.\nport = {}\ndatabase_file = \"{}\"\ndefinition_file = \"{}\"\nreading_connections = {}\n",
        settings.port, settings.database_file, settings.definition_file, settings.reading_connections
    );
    let read_back: Settings = toml::from_str(&text).during("reading the settings back")?;
    ensure(
        read_back == *settings,
        "the settings do not read back as they were written",
    )?;
    Ok(text)
}

fn readme(api: &Api) -> String {
    format!(
        "# {}\n\n{}\n\n- `openapi.json`, `openapi.yaml`: the contract\n- `docs/`: reference, examples, deployment\n- `migrations/`: \
         the schema, step by step\n- `reports/`: what the tests found\n- `service.json`, `service.toml`: the service and its settings\n- \
         `tokens.json`: secret\n\nServe it from the root of the repository:\n\n    cargo run --example restful_api -- serve FOLDER\n",
        api.title, api.description
    )
}

/// What the service rests on, directly and indirectly, from the lock file that this program was built with.
fn dependencies() -> Outcome<Vec<Dependency>> {
    let lock = LockFile::of_this_workspace()?;
    let mut by_name = BTreeMap::<&str, Vec<&Locked>>::new();
    for package in &lock.packages {
        by_name.entry(&package.name).or_default().push(package);
    }
    let mut found = BTreeSet::new();
    let mut wanted: Vec<(&str, Option<&str>)> = ROOTS.iter().map(|name| (*name, None)).collect();
    while let Some((name, version)) = wanted.pop() {
        for package in by_name.get(name).into_iter().flatten() {
            if version.is_some_and(|version| version != package.version) {
                continue;
            }
            let dependency = Dependency {
                name: package.name.clone(),
                version: package.version.clone(),
                checksum: package.checksum.clone().unwrap_or_default(),
            };
            if found.insert(dependency) {
                wanted.extend(package.dependencies.iter().map(|line| {
                    let mut words = line.split(' ');
                    (words.next().unwrap_or_default(), words.next())
                }));
            }
        }
    }
    for root in ROOTS {
        ensure(
            by_name.contains_key(root),
            format_args!("the lock file does not list `{root}`"),
        )?;
    }
    Ok(found.into_iter().collect())
}
