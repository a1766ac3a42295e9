//! SQLite: a file, one writer at a time.

use std::{path::Path, time::Duration, time::Instant};

use examples::{
    database_migration_plan::artifacts::Engine,
    failure::{During, Failure, Outcome},
};
use rusqlite::{Connection, OpenFlags, StatementStatus, params_from_iter, types::ValueRef};

use super::{
    Catalogue, Column, Database, EachRow, Sizes, Table, Timed, Value,
    catalogue::{read_indexes, read_sizes, read_triggers},
};

/// A connection to a file.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
}

/// How long a statement waits for another writer.
const PATIENCE: Duration = Duration::from_secs(20);

impl Sqlite {
    /// Opens a file that is there.
    ///
    /// # Errors
    /// When it is missing, or is not of SQLite.
    pub fn open(file: &Path) -> Outcome<Self> {
        let opening = || format!("opening the database `{}`", file.display());
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags).during(opening())?;
        connection.busy_timeout(PATIENCE).during(opening())?;
        // Also tries that it is a database at all. What is committed survives a kill, and with FULL a power cut too.
        connection
            .execute_batch("PRAGMA synchronous = FULL; SELECT count(*) FROM sqlite_schema")
            .during(opening())?;
        Ok(Sqlite { connection })
    }

    /// The connection itself, for what only SQLite has.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        let value = match self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        };
        Ok(rusqlite::types::ToSqlOutput::Borrowed(value))
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Real(number) => Value::Real(number),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                Value::Text(String::from_utf8_lossy(bytes).into_owned())
            }
        }
    }
}

impl Database for Sqlite {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn version(&mut self) -> Outcome<String> {
        Ok(format!("SQLite {}", rusqlite::version()))
    }

    fn script(&mut self, sql: &str) -> Outcome<()> {
        self.connection
            .execute_batch(sql)
            .map_err(|error| failure("running", sql, error))
    }

    fn execute(&mut self, sql: &str, arguments: &[Value]) -> Outcome<u64> {
        let run = || {
            let mut statement = self.connection.prepare_cached(&numbered(sql))?;
            let arguments = &arguments[..arguments.len().min(statement.parameter_count())];
            statement.execute(params_from_iter(arguments))
        };
        let touched = run().map_err(|error| failure("running", sql, error))?;
        Ok(touched as u64)
    }

    fn each(&mut self, sql: &str, arguments: &[Value], each: EachRow<'_>) -> Outcome<()> {
        let failed = |error| failure("reading", sql, error);
        let mut statement = self.connection.prepare_cached(&numbered(sql)).map_err(failed)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(arguments)).map_err(failed)?;
        let mut values = Vec::with_capacity(columns);
        while let Some(row) = rows.next().map_err(failed)? {
            values.clear();
            for column in 0..columns {
                values.push(Value::from(row.get_ref(column).map_err(failed)?));
            }
            each(&values)?;
        }
        Ok(())
    }

    fn time(&mut self, sql: &str, arguments: &[Vec<Value>], repeats: u32) -> Outcome<Timed> {
        let failed = |error| failure("timing", sql, error);
        let mut statement = self.connection.prepare(&numbered(sql)).map_err(failed)?;
        let mut timed = Timed::default();
        for arguments in arguments {
            let mut fastest = Duration::MAX;
            for repeat in 0..repeats.max(1) {
                statement.reset_status(StatementStatus::FullscanStep);
                let begun = Instant::now();
                let mut rows = statement.query(params_from_iter(arguments)).map_err(failed)?;
                let mut yielded = 0;
                while rows.next().map_err(failed)?.is_some() {
                    yielded += 1;
                }
                drop(rows);
                fastest = fastest.min(begun.elapsed());
                if repeat == 0 {
                    let stepped = statement.get_status(StatementStatus::FullscanStep);
                    timed.rows_read += yielded + u64::try_from(stepped).unwrap_or_default();
                }
            }
            timed.times_us.push(microseconds(fastest));
        }
        timed.times_us.sort_unstable();
        Ok(timed)
    }

    fn plan(&mut self, sql: &str, arguments: &[Value]) -> Outcome<Vec<String>> {
        let mut lines = Vec::new();
        self.each(&format!("EXPLAIN QUERY PLAN {sql}"), arguments, &mut |row| {
            lines.extend(row.get(3).and_then(Value::text).map(str::to_owned));
            Ok(())
        })?;
        Ok(lines)
    }

    fn catalogue(&mut self) -> Outcome<Catalogue> {
        let mut catalogue = Catalogue::default();
        let tables = "SELECT t.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_schema t \
                      JOIN pragma_table_info(t.name) c \
                      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.name";
        self.each(tables, &[], &mut |row| {
            if let [name, column, declared, not_null, key] = row {
                add_column(&mut catalogue, name, column, declared, not_null, key);
            }
            Ok(())
        })?;
        let indexes = "SELECT i.name, i.tbl_name, c.name FROM sqlite_schema i JOIN pragma_index_info(i.name) c \
                       WHERE i.type = 'index' AND i.sql IS NOT NULL ORDER BY i.name, c.seqno";
        read_indexes(self, indexes, &mut catalogue)?;
        let triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name";
        read_triggers(self, triggers, &mut catalogue)?;
        Ok(catalogue)
    }

    fn sizes(&mut self) -> Outcome<Sizes> {
        let sql = "SELECT s.type = 'index', d.name, sum(d.pgsize) FROM dbstat('main', 1) d \
                   JOIN sqlite_schema s ON s.name = d.name GROUP BY s.type, d.name";
        read_sizes(self, sql)
    }
}

fn add_column(
    catalogue: &mut Catalogue,
    name: &Value,
    column: &Value,
    declared: &Value,
    not_null: &Value,
    key: &Value,
) {
    let (Some(name), Some(column), Some(declared)) = (name.text(), column.text(), declared.text()) else {
        return;
    };
    if catalogue.tables.last().is_none_or(|table| table.name != name) {
        catalogue.tables.push(Table {
            name: name.to_owned(),
            columns: Vec::new(),
            key: String::from("rowid"),
        });
    }
    let Some(table) = catalogue.tables.last_mut() else {
        return;
    };
    let is_key = key.integer().unwrap_or_default() > 0;
    if is_key {
        column.clone_into(&mut table.key);
    }
    table.columns.push(Column {
        name: column.to_owned(),
        declared_type: declared.to_owned(),
        nullable: !is_key && not_null.integer() == Some(0),
    });
}

/// Of a duration.
pub(super) fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// SQLite counts `$2` as its first placeholder where that stands first; `?2` is the second wherever it stands. Nothing else
/// in the statements of this program holds the sign.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

/// Its words are put together only where there is one: this is called for each row.
fn failure(doing: &str, sql: &str, error: rusqlite::Error) -> Failure {
    Failure::new(format_args!("{doing} {}: {error}", shortened(sql)))
}

/// The beginning of a statement, on one line, for error texts.
pub(super) fn shortened(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let line = words.join(" ");
    let short: String = line.chars().take(120).collect();
    if short.len() < line.len() {
        format!("`{short}...`")
    } else {
        format!("`{short}`")
    }
}
