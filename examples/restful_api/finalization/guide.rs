//! Deployment and configuration, written from the settings that the service really reads and the schema it really has.

use std::fmt::Write;

use super::reference::Document;
use crate::{
    brief::Limits,
    database::{diagram::EntityDiagram, migrations::Migrations},
    failure::Outcome,
    implementation::project::{DEFINITION_FILE, Project, SETTINGS_FILE},
    outputs::Outputs,
    service::{definition::ServiceDefinition, tokens::TOKENS_FILE},
};

/// Writes the guide.
///
/// # Errors
/// When it cannot be written.
pub fn write(
    service: &ServiceDefinition,
    project: &Project,
    migrations: &Migrations,
    diagram: &EntityDiagram,
    outputs: &Outputs,
) -> Outcome<Document> {
    let mut text = format!("# Deploying {}\n\n", service.title);
    let settings = &project.settings;
    let _ = writeln!(
        text,
        "## Configuration\n\n`{SETTINGS_FILE}`, read when the service starts:\n\n| key | value | meaning |\n|---|---|---|\n\
         | `port` | {} | port of the loopback interface; `--port` goes before it |\n\
         | `database_file` | `{}` | the SQLite database, relative to the settings |\n\
         | `definition_file` | `{}` | what the service serves |\n\
         | `reading_connections` | {} | requests that read at the same time |\n",
        settings.port, settings.database_file, settings.definition_file, settings.reading_connections
    );
    limits(&mut text, &service.limits);
    tokens(&mut text, service);
    let _ = writeln!(
        text,
        "## Starting and stopping\n\nStart it with `restful_api serve FOLDER`; it listens on loopback only, so put a proxy that speaks TLS before \
         it. It is ready when it has printed its address. On the signal of Ctrl-C it finishes what it is answering and stops. \
         Errors of the inside go to standard error, with the time.\n"
    );
    schema(&mut text, migrations, diagram);
    let _ = writeln!(
        text,
        "## Backup\n\n`sqlite3 {} \".backup copy.db\"` works while the service runs. To restore, stop it and put the copy in place.\n",
        migrations.database_file
    );
    let _ = writeln!(
        text,
        "## Built from\n\nSQLite {}, and {} crates with their checksums in `dependencies.json`.",
        project.sqlite_version,
        project.dependencies.len()
    );
    let file = outputs.write("docs/deployment.md", &text)?;
    Ok(Document { file, entries: 6 })
}

fn limits(text: &mut String, limits: &Limits) {
    let _ = writeln!(
        text,
        "## Limits\n\n| limit | value |\n|---|---|\n| requests a minute and client | {} |\n| requests at once | {} |\n\
         | entries of a page, unless asked otherwise | {} |\n| entries of a page, at most | {} |\n| bytes of a body, at most | {} |\n\n\
         They are part of `{DEFINITION_FILE}`. A client is a role, or an address where no token is sent.\n",
        limits.requests_per_minute,
        limits.burst_requests,
        limits.default_page_entries,
        limits.max_page_entries,
        limits.max_body_bytes
    );
}

fn tokens(text: &mut String, service: &ServiceDefinition) {
    let _ = writeln!(text, "## Tokens\n\n| role | scopes |\n|---|---|");
    for principal in service.authentication.iter().flatten() {
        let _ = writeln!(
            text,
            "| {} | `{}` |",
            principal.name,
            principal.scopes.join("` `")
        );
    }
    let _ = writeln!(
        text,
        "\nThe tokens are in `{TOKENS_FILE}`, which only its owner can read; keep it out of version control and out of backups of \
         the code. The service knows their SHA-256 only. To replace one, put the SHA-256 of a new one into `{DEFINITION_FILE}` and \
         start the service again.\n"
    );
}

fn schema(text: &mut String, migrations: &Migrations, diagram: &EntityDiagram) {
    let _ = writeln!(
        text,
        "## Database\n\n```mermaid\n{}```\n\n| migration | SHA-256 |\n|---|---|",
        diagram.mermaid
    );
    for step in &migrations.steps {
        let _ = writeln!(
            text,
            "| `migrations/{:04}_{}.up.sql` | `{}` |",
            step.version,
            step.name,
            &step.sha256[..16]
        );
    }
    let _ = writeln!(
        text,
        "\nThe service applies what is missing when it starts and remembers it in `schema_migrations`; a database that other \
         migrations were applied to is refused. Each migration has a way back, in `.down.sql`.\n"
    );
}
