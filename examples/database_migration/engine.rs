//! Two engines behind one trait: what the migration asks of a database, whichever it is.

mod catalogue;
pub mod checksum;
pub mod copies;
pub mod dialect;
pub mod postgres;
pub mod server;
pub mod sqlite;

use std::{collections::BTreeMap, path::Path, time::Duration};

use examples::{
    database_migration_plan::artifacts::{Address, DatabaseAccess, Engine},
    failure::{During, Failure, Outcome, ensure},
};

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A binary fraction.
    Real(f64),
    /// Text.
    Text(String),
}

/// What the engine keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Its tables, by name.
    pub tables: Vec<Table>,
    /// Its indexes, by name.
    pub indexes: Vec<Index>,
    /// Its triggers, by name.
    pub triggers: Vec<String>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, by name.
    pub columns: Vec<Column>,
    /// The column that is its key.
    pub key: String,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// As declared.
    pub declared_type: String,
    /// Whether it may be null.
    pub nullable: bool,
}

/// An index, other than that of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its table.
    pub table: String,
    /// Its columns, in order.
    pub columns: Vec<String>,
}

/// How many bytes each table and each index takes, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Of tables, with their keys.
    pub tables: BTreeMap<String, u64>,
    /// Of indexes.
    pub indexes: BTreeMap<String, u64>,
}

/// A statement, timed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timed {
    /// The fastest time for each of the arguments, in microseconds, the shortest first.
    pub times_us: Vec<u64>,
    /// Rows read over all arguments, once each.
    pub rows_read: u64,
}

/// How often a transaction is begun anew because users held a lock: for some 25 s in all.
const ATTEMPTS: u32 = 50;
/// The pause before it is.
const PAUSE: Duration = Duration::from_millis(100);

/// What is done with a row; the first error ends the reading.
pub type EachRow<'a> = &'a mut dyn FnMut(&[Value]) -> Outcome<()>;

/// A connection to a database. Placeholders are `$1`, `$2` on both engines.
pub trait Database: Send {
    /// Which engine it is.
    fn engine(&self) -> Engine;

    /// The engine's version, as it reports it.
    ///
    /// # Errors
    /// When it does not answer.
    fn version(&mut self) -> Outcome<String>;

    /// Runs any number of statements without arguments.
    ///
    /// # Errors
    /// What the engine says.
    fn script(&mut self, sql: &str) -> Outcome<()>;

    /// Runs one statement; how many rows it touched.
    ///
    /// # Errors
    /// What the engine says.
    fn execute(&mut self, sql: &str, arguments: &[Value]) -> Outcome<u64>;

    /// Runs one statement and hands over each row as it comes.
    ///
    /// # Errors
    /// What the engine says, or `each`.
    fn each(&mut self, sql: &str, arguments: &[Value], each: EachRow<'_>) -> Outcome<()>;

    /// Times a statement: with each of the arguments so many times, of which the fastest counts.
    ///
    /// # Errors
    /// What the engine says.
    fn time(&mut self, sql: &str, arguments: &[Vec<Value>], repeats: u32) -> Outcome<Timed>;

    /// The engine's plan for a statement, line by line.
    ///
    /// # Errors
    /// What the engine says.
    fn plan(&mut self, sql: &str, arguments: &[Value]) -> Outcome<Vec<String>>;

    /// From here to the end of the transaction, waits for no lock for so long that those who wait behind would notice.
    ///
    /// # Errors
    /// What the engine says.
    fn give_way(&mut self) -> Outcome<()> {
        Ok(())
    }

    /// Whether the last failure was that others held a lock: the same transaction may succeed later.
    fn gave_way(&self) -> bool {
        false
    }

    /// Tables, indexes and triggers.
    ///
    /// # Errors
    /// What the engine says.
    fn catalogue(&mut self) -> Outcome<Catalogue>;

    /// Bytes of tables and indexes.
    ///
    /// # Errors
    /// What the engine says.
    fn sizes(&mut self) -> Outcome<Sizes>;
}

/// Opens a database that is there.
///
/// # Errors
/// When it is not there, or cannot be reached.
pub fn open(address: &Address) -> Outcome<Box<dyn Database>> {
    match address {
        Address::File(file) => Ok(Box::new(sqlite::Sqlite::open(file)?)),
        Address::Server { variable, database } => {
            let config = server::config(variable, database.as_deref())?;
            Ok(Box::new(postgres::Postgres::connect(&config, variable)?))
        }
    }
}

/// Where production lies.
///
/// # Errors
/// When the input does not say; its check has seen to that.
pub fn production(access: &DatabaseAccess) -> Outcome<Address> {
    match (&access.production_file, &access.production_variable) {
        (Some(file), _) => {
            let file = std::path::absolute(file).during("finding the file of production")?;
            ensure(
                file.is_file(),
                format_args!(
                    "there is no database `{}`; make one with `make-shop FILE`, or run this from the folder that `production_file` is named from",
                    file.display()
                ),
            )?;
            Ok(Address::File(file))
        }
        (None, Some(variable)) => Ok(Address::Server {
            variable: variable.clone(),
            database: None,
        }),
        (None, None) => Err(Failure::new("the input does not say where production lies")),
    }
}

/// Where a copy of production lies, which has a name: a file in that folder, or a database on the staging server.
///
/// # Errors
/// When the staging server's variable is not set.
pub fn copy_of(access: &DatabaseAccess, folder: &Path, run: &str, name: &str) -> Outcome<Address> {
    match &access.staging_variable {
        None => Ok(Address::File(folder.join("copies").join(format!("{name}.db")))),
        Some(variable) => Ok(Address::Server {
            variable: variable.clone(),
            database: Some(server::database_name(run, name)),
        }),
    }
}

impl dyn Database + '_ {
    /// Runs one statement and keeps all rows.
    ///
    /// # Errors
    /// What the engine says.
    pub fn rows(&mut self, sql: &str, arguments: &[Value]) -> Outcome<Vec<Vec<Value>>> {
        let mut rows = Vec::new();
        self.each(sql, arguments, &mut |row| {
            rows.push(row.to_vec());
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first value of the first row, if it is a whole number.
    ///
    /// # Errors
    /// What the engine says.
    pub fn integer(&mut self, sql: &str, arguments: &[Value]) -> Outcome<Option<i64>> {
        let rows = self.rows(sql, arguments)?;
        Ok(rows.first().and_then(|row| row.first()).and_then(Value::integer))
    }

    /// How many rows a statement counts.
    ///
    /// # Errors
    /// What the engine says.
    pub fn count(&mut self, sql: &str) -> Outcome<u64> {
        let count = self.integer(sql, &[])?.unwrap_or_default();
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Whether there is a table of that name.
    ///
    /// # Errors
    /// What the engine says.
    pub fn has_table(&mut self, name: &str) -> Outcome<bool> {
        let sql = dialect::has_table(self.engine());
        Ok(self.integer(sql, &[Value::from(name)])?.unwrap_or_default() > 0)
    }

    /// All or nothing of the work, beside users who must not wait for it: where they hold a lock, it lets them go first and
    /// begins again.
    ///
    /// # Errors
    /// What the work says, or that users held a lock each time.
    pub fn patient_transaction<T>(&mut self, mut work: impl FnMut(&mut Self) -> Outcome<T>) -> Outcome<T> {
        let mut attempt = 1;
        loop {
            let done = self.transaction(|database| {
                database.give_way()?;
                work(database)
            });
            if done.is_ok() || attempt == ATTEMPTS || !self.gave_way() {
                return done;
            }
            attempt += 1;
            std::thread::sleep(PAUSE);
        }
    }

    /// All or nothing of the work.
    ///
    /// # Errors
    /// What the work says; nothing of it is left then.
    pub fn transaction<T>(&mut self, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        self.script(dialect::begin(self.engine()))?;
        match work(self) {
            Ok(made) => {
                self.script("COMMIT")?;
                Ok(made)
            }
            Err(failure) => {
                // The engine may have ended it already.
                let _ = self.script("ROLLBACK");
                Err(failure)
            }
        }
    }
}

impl Value {
    /// A whole number, if it is one.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// Text, if it is some.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number, if it is one.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^53")]
    pub fn real(&self) -> Option<f64> {
        match self {
            Value::Real(number) => Some(*number),
            Value::Integer(number) => Some(*number as f64),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Integer(number)
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Null => f.write_str("nothing"),
            Value::Integer(number) => write!(f, "{number}"),
            Value::Real(number) => write!(f, "{number}"),
            Value::Text(text) => write!(f, "`{text}`"),
        }
    }
}
