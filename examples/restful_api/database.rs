//! Database design: entities, tables, indexes, migrations and the queries that the service will use, tried on a real SQLite.

pub mod diagram;
pub mod indexes;
pub mod migrations;
pub mod queries;
pub mod tables;

use std::path::Path;

use rusqlite::Connection;

use crate::failure::{During, Outcome, ensure};

/// Marks a file as a database of a service built here ("REST").
pub const APPLICATION_ID: i64 = 0x5245_5354;

/// Opens a database file of a service, creating it where it is missing.
///
/// # Errors
/// When the file is not a database, or belongs to another program; it is left as it is then.
pub fn open(path: &Path) -> Outcome<Connection> {
    let attempt = || format!("opening the database `{}`", path.display());
    let connection = Connection::open(path).during(attempt())?;
    let mark: i64 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .during(format_args!(
            "{} (if it is no database of this service, move it away)",
            attempt()
        ))?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .during(attempt())?;
    ensure(
        mark == APPLICATION_ID || (mark == 0 && tables == 0),
        format_args!(
            "`{}` is the database of another program; move it away or choose another folder",
            path.display()
        ),
    )?;
    prepare(&connection).during(attempt())?;
    Ok(connection)
}

/// A database in memory, for trying things.
///
/// # Errors
/// When SQLite refuses.
pub fn in_memory() -> Outcome<Connection> {
    let connection = Connection::open_in_memory().during("opening a database in memory")?;
    prepare(&connection).during("preparing a database in memory")?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(())
}

/// A name as SQL writes it, so that no name can be taken for a keyword.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// How SQLite will carry out a statement, line by line.
///
/// # Errors
/// When the statement does not fit the schema.
pub fn query_plan(connection: &Connection, sql: &str) -> Outcome<Vec<String>> {
    let attempt = || format!("asking how `{sql}` is carried out");
    let mut statement = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .during(attempt())?;
    // What is bound does not matter for the plan, so every parameter is null.
    let nulls = rusqlite::params_from_iter(std::iter::repeat_n(
        rusqlite::types::Null,
        statement.parameter_count(),
    ));
    let lines = statement
        .query_map(nulls, |row| row.get::<_, String>("detail"))
        .during(attempt())?;
    lines.collect::<rusqlite::Result<Vec<String>>>().during(attempt())
}
