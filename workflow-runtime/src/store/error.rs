//! What can go wrong with a store, each said with the file or the run it concerns and with a way out.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_READONLY_DIRECTORY};

use super::owner::Holder;

/// Why the store did not do what it was asked to; what was asked has left no trace then.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("run `{id}` exists already; resume it, or choose another id")]
    Exists { id: String },
    #[error("there is no run `{id}` in `{}`; look at the list of its runs", path.display())]
    Unknown { id: String, path: PathBuf },
    #[error("run `{id}` is held by {holder}; wait until it lets go, or end it")]
    Held { id: String, holder: Holder },
    #[error("run `{id}` {}; resume it to go on from where it stands now", taken(by.as_ref()))]
    Fenced { id: String, by: Option<Holder> },
    #[error("run `{id}` has moved on from line {expected} to line {found}; look at it again and decide anew")]
    Conflict { id: String, expected: u64, found: u64 },
    #[error("line {seq} of run `{id}` {what}; restore the store from a backup")]
    Broken {
        id: String,
        seq: u64,
        what: &'static str,
    },
    #[error("the plan of run `{id}` is not what was recorded; restore the store from a backup")]
    OtherPlan { id: String },

    #[error("`{}` is a folder; name a file in it", path.display())]
    Directory { path: PathBuf },
    #[error("`{}` is not a regular file; choose another path", path.display())]
    NotAFile { path: PathBuf },
    #[error("the folder of `{}` does not exist; create it first", path.display())]
    NoFolder { path: PathBuf },
    #[error("no file can be written in the folder of `{}` ({why}); make it writable, or choose another path", path.display())]
    Unwritable { path: PathBuf, why: String },
    #[error("`{}` is read-only; make it writable, or choose another path", path.display())]
    ReadOnly { path: PathBuf },
    #[error(
        "`{}` is not a SQLite database, or its beginning is damaged; choose another path, or restore it from a backup",
        path.display()
    )]
    NotADatabase { path: PathBuf },
    #[error("`{}` is not a store of runs (its application id is {application:#010x}); choose another path", path.display())]
    Foreign { path: PathBuf, application: i32 },
    #[error("`{}` has format {found}, while this build reads up to {known}; use a newer build", path.display())]
    Newer { path: PathBuf, found: i32, known: i32 },
    #[error("`{}` is damaged ({why}); restore it from a backup", path.display())]
    Damaged { path: PathBuf, why: String },
    #[error("`{}` cannot be used safely ({why}); put it on a local disk", path.display())]
    Unsafe { path: PathBuf, why: String },
    #[error("this build contains SQLite {found}, which can lose commits; build with 3.51.3 or later")]
    OldSqlite { found: &'static str },

    #[error("`{}` stayed locked; end the process that keeps a transaction open on it", path.display())]
    Busy { path: PathBuf },
    #[error("there is no room to write to `{}`; free some space and go on", path.display())]
    Full { path: PathBuf },
    #[error("cannot use `{}`: {source}; look after its disk and go on", path.display())]
    Sql {
        path: PathBuf,
        source: Arc<rusqlite::Error>,
    },
    #[error("cannot use `{}`: {source}; look after its folder and go on", path.display())]
    Io { path: PathBuf, source: Arc<io::Error> },
    #[error("the store `{}` is closed; open it again", path.display())]
    Closed { path: PathBuf },
}

fn taken(by: Option<&Holder>) -> String {
    by.map_or_else(
        || "is not held any more".to_owned(),
        |holder| format!("was taken over by {holder}"),
    )
}

impl StoreError {
    pub(super) fn sql(path: &Path, error: rusqlite::Error) -> Self {
        use rusqlite::Error;

        let path = path.to_owned();
        let why = error.to_string();
        match error {
            Error::FromSqlConversionFailure(..)
            | Error::InvalidColumnType(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::QueryReturnedNoRows
            | Error::Utf8Error(..) => return Self::Damaged { path, why },
            _ => {}
        }
        match error.sqlite_extended_error_code() {
            // To SQLite it is the file that is read-only then, which sends users to look in the wrong place.
            Some(SQLITE_READONLY_DIRECTORY) => return Self::Unwritable { path, why },
            // To SQLite it is an I/O error when there is no room for what the connections share.
            Some(SQLITE_IOERR_SHMSIZE) => return Self::Full { path },
            _ => {}
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path },
            Some(ErrorCode::NotADatabase) => Self::NotADatabase { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, why },
            Some(ErrorCode::CannotOpen) => Self::Unwritable { path, why },
            _ => Self::Sql {
                path,
                source: Arc::new(error),
            },
        }
    }

    pub(super) fn io(path: &Path, error: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source: Arc::new(error),
        }
    }
}

/// Inside a transaction: refused for a reason of its own, which leaves the others alone, or given up by SQLite.
#[derive(Debug)]
pub(super) enum Fault {
    Refused(StoreError),
    Sql(rusqlite::Error),
}

impl Fault {
    pub(super) fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Refused(error) => error,
            Self::Sql(error) => StoreError::sql(path, error),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}
