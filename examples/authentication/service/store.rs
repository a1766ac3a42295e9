//! The store. Nothing in it opens an account to whoever reads it: passwords are argon2id hashes, and session ids, refresh
//! tokens, recovery secrets and recovery codes, which are random, are kept as their SHA-256.

use std::{fs::File, path::Path};

use examples::failure::{During, Outcome};
use rusqlite::Connection;

/// Relative to the folder of the service.
pub const FILE: &str = "accounts.db";

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, team TEXT NOT NULL, password TEXT NOT NULL, provider TEXT,
    factor TEXT NOT NULL DEFAULT 'none', last_code_step INTEGER NOT NULL DEFAULT 0, made_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
    sha256 TEXT PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE, stage TEXT NOT NULL,
    made_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, address TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS refresh_tokens (
    sha256 TEXT PRIMARY KEY, family TEXT NOT NULL, account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    audience TEXT NOT NULL, expires_at INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS refresh_families ON refresh_tokens(family);
CREATE TABLE IF NOT EXISTS recoveries (
    secret TEXT PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE, expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS recovery_codes (
    sha256 TEXT NOT NULL, account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE, PRIMARY KEY (account, sha256)
) STRICT;
CREATE TABLE IF NOT EXISTS guesses (
    subject TEXT PRIMARY KEY, failures INTEGER NOT NULL, next_at INTEGER NOT NULL, locked INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS taken_words (sha256 TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY, account INTEGER NOT NULL, at INTEGER NOT NULL, notice TEXT NOT NULL
) STRICT;
";

/// Opens the store, with its tables.
///
/// # Errors
/// When it is no store, or the disk refuses.
pub fn open(path: &Path) -> Outcome<Connection> {
    make_closed(path)?;
    let open = || -> rusqlite::Result<Connection> {
        let store = Connection::open(path)?;
        store.pragma_update(None, "journal_mode", "WAL")?;
        store.pragma_update(None, "synchronous", "NORMAL")?;
        store.pragma_update(None, "foreign_keys", true)?;
        // What was deleted is overwritten, so that a thief does not read it either.
        store.pragma_update(None, "secure_delete", true)?;
        store.execute_batch(TABLES)?;
        Ok(store)
    };
    open().during(format_args!("opening the store `{}`", path.display()))
}

/// The file is there afterwards, closed to others before anything is in it: hashes can be guessed at by whoever can read them.
/// SQLite gives the files that it makes beside it the access of this one.
///
/// # Errors
/// When the file system refuses.
pub fn make_closed(path: &Path) -> Outcome<File> {
    let file = File::options().create(true).append(true).open(path);
    let file = file.during(format_args!("opening `{}`", path.display()))?;
    close_to_others(path)?;
    Ok(file)
}

/// Nobody but the owner reads it.
///
/// # Errors
/// When the file system refuses.
#[cfg(unix)]
fn close_to_others(path: &Path) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt;
    let only_owner = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, only_owner).during(format_args!("closing `{}` to others", path.display()))
}

#[cfg(not(unix))]
fn close_to_others(_: &Path) -> Outcome<()> {
    Ok(())
}
