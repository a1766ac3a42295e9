//! Migrations: numbered files that lead an empty database to the schema and back, and a table that remembers them.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::{indexes::IndexPlan, quoted, tables::TableSchema};
use crate::{
    failure::{During, Outcome, ensure},
    outputs::{Outputs, sha256_hex},
};

/// The migrations and the database that they were applied to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migrations {
    /// In order.
    pub steps: Vec<Migration>,
    /// The database of the service, relative to the folder of the run.
    pub database_file: String,
    /// How many this run applied; the others had been applied before.
    pub newly_applied: usize,
}

/// One change of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// Counts from one.
    pub version: u32,
    /// What it does.
    pub name: String,
    /// Statements that do it.
    pub up_sql: String,
    /// Statements that take it back.
    pub down_sql: String,
    /// Of the statements that do it.
    pub sha256: String,
}

/// The database of the service.
pub const DATABASE_FILE: &str = "service.db";

/// Writes the migrations, tries the way up, up again, down and up, and applies them to the database of the service.
///
/// # Errors
/// When a migration fails or cannot be taken back, or the database is not ours.
pub fn establish(tables: &TableSchema, indexes: &IndexPlan, outputs: &Outputs) -> Outcome<Migrations> {
    let up: Vec<&str> = tables.tables.iter().map(|table| table.sql.as_str()).collect();
    let down = tables
        .tables
        .iter()
        .rev()
        .map(|table| format!("DROP TABLE {};", quoted(&table.name)));
    let mut steps = vec![migration(1, "tables", &up, &down.collect::<Vec<_>>())];
    let up: Vec<&str> = indexes.indexes.iter().map(|index| index.sql.as_str()).collect();
    let down = indexes
        .indexes
        .iter()
        .rev()
        .map(|index| format!("DROP INDEX {};", quoted(&index.name)));
    if !up.is_empty() {
        steps.push(migration(2, "indexes", &up, &down.collect::<Vec<_>>()));
    }
    rehearse(&steps)?;
    for step in &steps {
        outputs.write(
            &format!("migrations/{:04}_{}.up.sql", step.version, step.name),
            &step.up_sql,
        )?;
        outputs.write(
            &format!("migrations/{:04}_{}.down.sql", step.version, step.name),
            &step.down_sql,
        )?;
    }
    let newly_applied = apply_to(&outputs.place(DATABASE_FILE), &steps)?;
    Ok(Migrations {
        steps,
        database_file: DATABASE_FILE.to_owned(),
        newly_applied,
    })
}

fn migration<S: AsRef<str>>(version: u32, name: &str, up: &[&str], down: &[S]) -> Migration {
    let up_sql = up.join("\n") + "\n";
    let down_sql: String = down.iter().map(|line| format!("{}\n", line.as_ref())).collect();
    Migration {
        version,
        name: name.to_owned(),
        sha256: sha256_hex(up_sql.as_bytes()),
        up_sql,
        down_sql,
    }
}

fn rehearse(steps: &[Migration]) -> Outcome<()> {
    let mut database = super::in_memory()?;
    let empty = schema_of(&database)?;
    let first = apply(&mut database, steps)?;
    let full = schema_of(&database)?;
    let second = apply(&mut database, steps)?;
    ensure(
        first == steps.len() && second == 0,
        "migrations that are applied a second time change something",
    )?;
    for step in steps.iter().rev() {
        database
            .execute_batch(&step.down_sql)
            .during(format_args!("taking back `{}`", step.name))?;
    }
    database
        .execute_batch("DROP TABLE schema_migrations")
        .during("taking back the migrations")?;
    ensure(
        schema_of(&database)? == empty,
        "the way down leaves something behind",
    )?;
    apply(&mut database, steps)?;
    ensure(
        schema_of(&database)? == full,
        "up, down and up again does not lead to the same schema",
    )
}

fn schema_of(database: &Connection) -> Outcome<Vec<String>> {
    let attempt = "reading the schema";
    let sql = "SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1";
    let mut statement = database.prepare(sql).during(attempt)?;
    let names = statement.query_map([], |row| row.get(0)).during(attempt)?;
    names.collect::<rusqlite::Result<_>>().during(attempt)
}

/// Brings a database file to the schema; the number is how many migrations were new to it.
///
/// # Errors
/// When the file is not ours, or was brought to another schema by other migrations.
pub fn apply_to(path: &Path, steps: &[Migration]) -> Outcome<usize> {
    apply(&mut super::open(path)?, steps)
}

/// Brings an open database to the schema, each migration whole or not at all.
///
/// # Errors
/// When a migration fails, or another one was applied under its number.
pub fn apply(database: &mut Connection, steps: &[Migration]) -> Outcome<usize> {
    database
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS schema_migrations (
                version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at TEXT NOT NULL
            ) STRICT",
        )
        .during("creating the table of migrations")?;
    let mut newly_applied = 0;
    for step in steps {
        let attempt = || format!("applying migration {} `{}`", step.version, step.name);
        let known: Option<String> = database
            .query_row(
                "SELECT sha256 FROM schema_migrations WHERE version = ?1",
                [step.version],
                |row| row.get(0),
            )
            .optional()
            .during(attempt())?;
        if let Some(sha256) = known {
            ensure(
                sha256 == step.sha256,
                format_args!(
                    "the database was migrated by another `{}`; choose another folder or move the database away",
                    step.name
                ),
            )?;
            continue;
        }
        let transaction = database.transaction().during(attempt())?;
        transaction.execute_batch(&step.up_sql).during(attempt())?;
        let row = (step.version, &step.name, &step.sha256, examples::clock::now());
        transaction
            .execute("INSERT INTO schema_migrations VALUES (?1, ?2, ?3, ?4)", row)
            .during(attempt())?;
        transaction.commit().during(attempt())?;
        newly_applied += 1;
    }
    Ok(newly_applied)
}
