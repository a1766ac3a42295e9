//! Opening the file: whose it is, its tables, and the settings on which the promise rests.
//!
//! A file that is not ours is looked at without locks, logs or repairs: nothing in it or beside it changes. It is never
//! opened other than by SQLite: closing it would take away the locks that another connection of this process has on it.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, TransactionBehavior};

use super::{StoreError, reader};

/// Marks the file as ours (`file` and `sqlite3` show it): "flow" in ASCII.
const APPLICATION: i32 = 0x666c_6f77;
/// Rises when the tables change, or when lines of a new kind are written.
///
/// 1: as first released. 2: `runs.stops`; lines that tell of undoing, stopping, starting, standing approvals and new
/// plans; the role and the content of what is handed in; how long a step took.
const FORMAT: i32 = 2;
/// Earlier versions can lose a commit when two connections write (the "WAL reset" bug).
const OLDEST_SQLITE: i32 = 3_051_003;
/// How long to wait for another process that writes to the same file.
const PATIENCE: Duration = Duration::from_secs(10);

/// `journal` grows at its end only and has no index: a run is found through `runs`, its lines through `previous`.
const TABLES: &str = "
    CREATE TABLE plans (
        key INTEGER PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,
        body TEXT NOT NULL
    ) STRICT;
    CREATE TABLE runs (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        workflow TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        plan INTEGER NOT NULL REFERENCES plans,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        position TEXT NOT NULL,
        last_seq INTEGER NOT NULL,
        last_row INTEGER NOT NULL,
        head BLOB NOT NULL,
        epoch INTEGER NOT NULL,
        owner TEXT,
        holder_pid INTEGER,
        holder_host TEXT,
        held_since INTEGER,
        stops INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE journal (
        row INTEGER PRIMARY KEY,
        run INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        previous INTEGER NOT NULL,
        at_ms INTEGER NOT NULL,
        hash BLOB NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
";

/// What an older file lacks, by the format that it has.
const UPGRADES: [(i32, &str); 1] = [(1, "ALTER TABLE runs ADD COLUMN stops INTEGER NOT NULL DEFAULT 0")];

/// All that is read of two of the tables; for the third see [`reader::SELECT`].
const PLANS: &str = "SELECT key, digest, body FROM plans";
const LINES: &str = "SELECT row, run, seq, previous, at_ms, hash, body FROM journal";

/// Opens the file for writing; yields with it the path to which all openers of the file agree.
pub(super) fn open(path: &Path) -> Result<(Connection, PathBuf), StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StoreError::OldSqlite {
            found: rusqlite::version(),
        });
    }
    // An absolute path has no second meaning to SQLite, as `:memory:` and `file:` have.
    let path = std::path::absolute(path).map_err(|error| StoreError::io(path, error))?;
    look_at(&path)?;
    let (mut connection, path) = connect(&path)?;
    adopt(&mut connection, &path)?;
    use_log(&connection, &path)?;
    Ok((connection, path))
}

/// A connection that reads; the file is ours.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connect = || -> rusqlite::Result<_> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        Ok(connection)
    };
    connect().map_err(|error| StoreError::sql(path, error))
}

/// Refuses what is not ours, without touching it.
fn look_at(path: &Path) -> Result<(), StoreError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return look_at_folder(path),
        Err(error) => return Err(StoreError::io(path, error)),
    };
    let owned = path.to_owned();
    if metadata.is_dir() {
        return Err(StoreError::Directory { path: owned });
    }
    if !metadata.is_file() {
        return Err(StoreError::NotAFile { path: owned });
    }
    if metadata.permissions().readonly() {
        return Err(StoreError::ReadOnly { path: owned });
    }
    if metadata.len() == 0 || was_never_finished(path) {
        return Ok(());
    }
    let (application, format) = peek(path).map_err(|error| StoreError::sql(path, error))?;
    require_ours(path, application, format)
}

fn look_at_folder(path: &Path) -> Result<(), StoreError> {
    match path.parent().map(fs::metadata) {
        Some(Ok(metadata)) if metadata.is_dir() => Ok(()),
        Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::io(path, error)),
        _ => Err(StoreError::NoFolder {
            path: path.to_owned(),
        }),
    }
}

/// Whether its maker was stopped before the first commit: what is there will be rolled back to an empty file.
///
/// A rollback journal starts with eight fixed bytes; the size that the file had before stands at byte 16.
fn was_never_finished(path: &Path) -> bool {
    const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    fs::read(journal).is_ok_and(|bytes| bytes.starts_with(&MAGIC) && bytes.get(16..20) == Some(&[0; 4]))
}

/// Reads the marks without locks: nothing is written in the file or beside it.
fn peek(path: &Path) -> rusqlite::Result<(i32, i32)> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri(path, "immutable=1"), flags)?;
    // Another process may be making the file longer just now: its beginning counts, not its length.
    connection.pragma_update(None, "writable_schema", true)?;
    marks(&connection)
}

fn marks(connection: &Connection) -> rusqlite::Result<(i32, i32)> {
    let application = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let format = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok((application, format))
}

fn require_ours(path: &Path, application: i32, format: i32) -> Result<(), StoreError> {
    if application != APPLICATION {
        return Err(StoreError::Foreign {
            path: path.to_owned(),
            application,
        });
    }
    if format > FORMAT {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found: format,
            known: FORMAT,
        });
    }
    Ok(())
}

fn uri(path: &Path, query: &str) -> String {
    let mut uri = String::from("file://");
    // Windows: a drive letter needs a slash before it.
    if !path.has_root() || cfg!(windows) {
        uri.push('/');
    }
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b'.' | b'-' | b'_' | b':' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => {
                let _ = write!(uri, "%{byte:02x}");
            }
        }
    }
    uri.push('?');
    uri.push_str(query);
    uri
}

fn connect(path: &Path) -> Result<(Connection, PathBuf), StoreError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connect = || -> rusqlite::Result<_> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.pragma_update(None, "trusted_schema", false)?;
        // Where the rights do not suffice, SQLite opens the file for reading and says nothing.
        let is_read_only = connection.is_readonly(MAIN_DB)?;
        Ok((connection, is_read_only))
    };
    let (connection, is_read_only) = connect().map_err(|error| StoreError::sql(path, error))?;
    if is_read_only {
        return Err(StoreError::ReadOnly {
            path: path.to_owned(),
        });
    }
    let path = fs::canonicalize(path).map_err(|error| StoreError::io(path, error))?;
    Ok((connection, path))
}

/// Makes the tables in an empty file; in any other, looks under lock at what was looked at without.
fn adopt(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let sql = |error| StoreError::sql(path, error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(sql)?;
    let (application, format) = marks(&transaction).map_err(sql)?;
    let tables: i64 = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))
        .map_err(sql)?;
    if (application, format, tables) == (0, 0, 0) {
        transaction.execute_batch(TABLES).map_err(sql)?;
        transaction
            .pragma_update(None, "application_id", APPLICATION)
            .map_err(sql)?;
        transaction
            .pragma_update(None, "user_version", FORMAT)
            .map_err(sql)?;
    } else {
        require_ours(path, application, format)?;
        // What its format promises is there, or somebody else has changed it.
        let damaged = |error| match StoreError::sql(path, error) {
            StoreError::Sql { path, source } => {
                let why = source.to_string();
                StoreError::Damaged { path, why }
            }
            other => other,
        };
        upgrade(&transaction, format).map_err(damaged)?;
        // Nothing is read.
        for select in [PLANS, reader::SELECT, LINES] {
            transaction.prepare(select).map_err(damaged)?;
        }
    }
    transaction.commit().map_err(sql)
}

/// Brings the tables of an older file up to date; its lines stay as they are.
fn upgrade(connection: &Connection, format: i32) -> rusqlite::Result<()> {
    for (_, change) in UPGRADES.iter().filter(|(from, _)| *from >= format) {
        connection.execute_batch(change)?;
    }
    if format < FORMAT {
        connection.pragma_update(None, "user_version", FORMAT)?;
    }
    Ok(())
}

/// Turns on the write-ahead log and an fsync at each commit, and asks whether they are on.
fn use_log(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let started = Instant::now();
    let mode: String = loop {
        // SQLite does not wait by itself when two change the mode at the same time.
        match connection.query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0)) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && started.elapsed() < PATIENCE =>
            {
                thread::sleep(Duration::from_millis(5));
            }
            answer => break answer.map_err(|error| StoreError::sql(path, error))?,
        }
    };
    if !mode.eq_ignore_ascii_case("wal") {
        let why = format!("SQLite keeps to the journal mode `{mode}` there");
        return Err(StoreError::Unsafe {
            path: path.to_owned(),
            why,
        });
    }
    let settle = || -> rusqlite::Result<i64> {
        connection.pragma_update(None, "synchronous", "FULL")?;
        // On macOS an fsync stops at the disk's cache unless this is on; elsewhere it changes nothing.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
        // The writer sees to it by itself, after it has answered.
        connection.query_row("PRAGMA wal_autocheckpoint = 0", (), |_| Ok(()))?;
        connection.pragma_query_value(None, "synchronous", |row| row.get(0))
    };
    match settle().map_err(|error| StoreError::sql(path, error))? {
        2 => Ok(()),
        other => {
            let why = format!("SQLite keeps to `synchronous = {other}` there");
            Err(StoreError::Unsafe {
                path: path.to_owned(),
                why,
            })
        }
    }
}
