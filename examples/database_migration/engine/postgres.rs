//! PostgreSQL: a server, reached by the address in an environment variable.

use std::time::{Duration, Instant};

use examples::{
    database_migration_plan::artifacts::Engine,
    failure::{During, Failure, Outcome},
};
use postgres::{
    Client, Config, NoTls, Row,
    error::SqlState,
    fallible_iterator::FallibleIterator,
    types::{IsNull, ToSql, Type, private::BytesMut},
};

use super::{
    Catalogue, Column, Database, EachRow, Sizes, Table, Timed, Value,
    catalogue::{read_indexes, read_sizes, read_triggers},
    sqlite::{microseconds, shortened},
};

/// A connection to a server.
pub struct Postgres {
    client: Client,
    gave_way: bool,
}

/// A lock that is not there after this long is not waited for. It is less than the second after which PostgreSQL looks for
/// deadlocks, so that it is never a user's transaction which is given up.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '400ms'";

impl Postgres {
    /// Connects.
    ///
    /// # Errors
    /// When the server cannot be reached; the address is not said, for it may hold a password.
    pub fn connect(config: &Config, variable: &str) -> Outcome<Self> {
        let connecting = format!("connecting to the server that {variable} names");
        let client = config
            .connect(NoTls)
            .map_err(|error| spelt(&error))
            .during(connecting)?;
        Ok(Postgres {
            client,
            gave_way: false,
        })
    }

    /// The connection itself, for what only PostgreSQL has.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    fn failed(&mut self, sql: &str, error: &postgres::Error) -> Failure {
        let held_by_others = [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
        ];
        self.gave_way = error.code().is_some_and(|code| held_by_others.contains(code));
        failure("running", sql, error)
    }
}

/// The error with what the server said; by itself it says `db error`.
fn spelt(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(said) => said.message().to_owned(),
        None => error.to_string(),
    }
}

/// Its words are put together only where there is one: this is called for each row.
fn failure(doing: &str, sql: &str, error: &postgres::Error) -> Failure {
    Failure::new(format_args!("{doing} {}: {}", shortened(sql), spelt(error)))
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Value::Integer(number) => number.to_sql(ty, out),
            Value::Real(number) => number.to_sql(ty, out),
            Value::Text(text) => text.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

fn value_of(row: &Row, at: usize) -> Outcome<Value> {
    let column = &row.columns()[at];
    let failed =
        |error: postgres::Error| Failure::new(format_args!("reading column `{}`: {error}", column.name()));
    let ty = column.type_();
    let value = if *ty == Type::INT8 {
        row.try_get::<_, Option<i64>>(at)
            .map_err(failed)?
            .map(Value::Integer)
    } else if *ty == Type::INT4 {
        let number = row.try_get::<_, Option<i32>>(at).map_err(failed)?;
        number.map(|number| Value::Integer(number.into()))
    } else if *ty == Type::FLOAT8 {
        row.try_get::<_, Option<f64>>(at)
            .map_err(failed)?
            .map(Value::Real)
    } else if *ty == Type::BOOL {
        let truth = row.try_get::<_, Option<bool>>(at).map_err(failed)?;
        truth.map(|truth| Value::Integer(truth.into()))
    } else if [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME].contains(ty) {
        row.try_get::<_, Option<String>>(at)
            .map_err(failed)?
            .map(Value::Text)
    } else {
        return Err(Failure::new(format_args!(
            "column `{}` is of type `{ty}`, which this program does not know; cast it to text",
            column.name()
        )));
    };
    Ok(value.unwrap_or(Value::Null))
}

impl Database for Postgres {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn version(&mut self) -> Outcome<String> {
        let rows = (self as &mut dyn Database).rows("SHOW server_version", &[])?;
        let version = rows.first().and_then(|row| row[0].text()).unwrap_or("unknown");
        Ok(format!("PostgreSQL {version}"))
    }

    fn script(&mut self, sql: &str) -> Outcome<()> {
        let done = self.client.batch_execute(sql);
        done.map_err(|error| self.failed(sql, &error))
    }

    fn execute(&mut self, sql: &str, arguments: &[Value]) -> Outcome<u64> {
        let run = |client: &mut Client| {
            let statement = client.prepare(sql)?;
            let arguments = &arguments[..arguments.len().min(statement.params().len())];
            let arguments: Vec<&(dyn ToSql + Sync)> = arguments.iter().map(|value| value as _).collect();
            client.execute(&statement, &arguments)
        };
        run(&mut self.client).map_err(|error| self.failed(sql, &error))
    }

    fn give_way(&mut self) -> Outcome<()> {
        self.gave_way = false;
        self.script(LOCK_TIMEOUT)
    }

    fn gave_way(&self) -> bool {
        self.gave_way
    }

    fn each(&mut self, sql: &str, arguments: &[Value], each: EachRow<'_>) -> Outcome<()> {
        let failed = |error| failure("reading", sql, &error);
        let mut rows = self.client.query_raw(sql, arguments).map_err(failed)?;
        let mut values = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            values.clear();
            for column in 0..row.len() {
                values.push(value_of(&row, column)?);
            }
            each(&values)?;
        }
        Ok(())
    }

    fn time(&mut self, sql: &str, arguments: &[Vec<Value>], repeats: u32) -> Outcome<Timed> {
        let failed = |error| failure("timing", sql, &error);
        let statement = self.client.prepare(sql).map_err(failed)?;
        let mut timed = Timed::default();
        for arguments in arguments {
            let given: Vec<&(dyn ToSql + Sync)> = arguments.iter().map(|value| value as _).collect();
            let mut fastest = Duration::MAX;
            for _ in 0..repeats.max(1) {
                let begun = Instant::now();
                self.client.query(&statement, &given).map_err(failed)?;
                fastest = fastest.min(begun.elapsed());
            }
            timed.times_us.push(microseconds(fastest));
            timed.rows_read += self.rows_read(sql, arguments)?;
        }
        timed.times_us.sort_unstable();
        Ok(timed)
    }

    fn plan(&mut self, sql: &str, arguments: &[Value]) -> Outcome<Vec<String>> {
        self.explained("EXPLAIN (COSTS OFF)", sql, arguments)
    }

    fn catalogue(&mut self) -> Outcome<Catalogue> {
        let mut catalogue = Catalogue::default();
        let sql = "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
                   coalesce(a.attnum = ANY (k.indkey), false) FROM pg_class c \
                   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                   LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary \
                   WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace \
                   ORDER BY c.relname COLLATE \"C\", a.attname COLLATE \"C\"";
        self.each(sql, &[], &mut |row| {
            if let [
                Value::Text(name),
                Value::Text(column),
                Value::Text(declared),
                not_null,
                key,
            ] = row
            {
                if catalogue.tables.last().is_none_or(|table| table.name != *name) {
                    let (name, columns, key) = (name.clone(), Vec::new(), String::from("ctid"));
                    catalogue.tables.push(Table { name, columns, key });
                }
                let Some(table) = catalogue.tables.last_mut() else {
                    return Ok(());
                };
                if key.integer() == Some(1) {
                    table.key.clone_from(column);
                }
                table.columns.push(Column {
                    name: column.clone(),
                    declared_type: declared.clone(),
                    nullable: not_null.integer() == Some(0),
                });
            }
            Ok(())
        })?;
        let sql = "SELECT i.relname::text, t.relname::text, a.attname::text FROM pg_index x \
                   JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
                   CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS u(attnum, position) \
                   JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.attnum \
                   WHERE t.relnamespace = current_schema()::regnamespace AND NOT x.indisprimary AND x.indisvalid \
                   ORDER BY i.relname COLLATE \"C\", u.position";
        read_indexes(self, sql, &mut catalogue)?;
        let sql = "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname COLLATE \"C\"";
        read_triggers(self, sql, &mut catalogue)?;
        Ok(catalogue)
    }

    fn sizes(&mut self) -> Outcome<Sizes> {
        // The key's index counts with its table, as it does in SQLite.
        let sql = "SELECT c.relkind = 'i', c.relname::text, \
                   CASE WHEN c.relkind = 'r' THEN pg_table_size(c.oid) + coalesce(pg_relation_size(k.indexrelid), 0) \
                   ELSE pg_relation_size(c.oid) END \
                   FROM pg_class c LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary \
                   LEFT JOIN pg_index own ON own.indexrelid = c.oid \
                   WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'i') \
                   AND coalesce(NOT own.indisprimary, true)";
        read_sizes(self, sql)
    }
}

impl Postgres {
    fn explained(&mut self, how: &str, sql: &str, arguments: &[Value]) -> Outcome<Vec<String>> {
        let mut lines = Vec::new();
        self.each(&format!("{how} {sql}"), arguments, &mut |row| {
            lines.extend(row[0].text().map(|line| line.trim_end().to_owned()));
            Ok(())
        })?;
        Ok(lines)
    }

    /// What the scans of the executed plan yielded and threw away.
    fn rows_read(&mut self, sql: &str, arguments: &[Value]) -> Outcome<u64> {
        let lines = self.explained(
            "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)",
            sql,
            arguments,
        )?;
        Ok(rows_read_in(&lines))
    }
}

fn rows_read_in(lines: &[String]) -> u64 {
    let number = |text: &str, label: &str| {
        let rest = text.split(label).nth(1)?;
        let digits: String = rest
            .trim_start()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse::<u64>().ok()
    };
    let read = lines.iter().map(|line| {
        let scanned = if line.contains("Scan") {
            number(line, " rows=")
        } else {
            None
        };
        let loops = number(line, " loops=").unwrap_or(1);
        let thrown_away = number(line, "Rows Removed by Filter:");
        scanned.unwrap_or_default() * loops + thrown_away.unwrap_or_default()
    });
    read.sum()
}
