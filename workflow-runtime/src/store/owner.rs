//! Who holds a run, and whether that one still lives.
//!
//! Each open store is an owner: it has a random name and keeps a file of that name locked beside the database. The system
//! lets go of the lock when the process ends, however it ends. So an owner whose file is gone, or can be locked by
//! another, is dead. Lock files come and go only inside a write transaction of the database: nobody finds a fresh one
//! before it is locked.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use super::StoreError;

/// Who drives a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) pid: u32,
    pub(crate) host: String,
    /// Since when, in milliseconds of the Unix epoch.
    pub(crate) since_ms: i64,
}

/// This open store as an owner, until dropped.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) token: String,
    path: PathBuf,
    lock: Option<File>,
}

impl Owner {
    /// Makes and locks the file of a new owner, and clears away those of dead ones.
    ///
    /// To be called inside a write transaction of `database`.
    pub(super) fn register(database: &Path, token: String) -> Result<Self, StoreError> {
        sweep(database);
        let path = lock_path(database, &token);
        let lock = File::options()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(|error| StoreError::Unwritable {
                path: database.to_owned(),
                why: error.to_string(),
            })?;
        let owner = Self {
            token,
            path,
            lock: Some(lock),
        };
        match owner.lock.as_ref().map(File::try_lock) {
            Some(Ok(())) => Ok(owner),
            refused => {
                let why = match refused {
                    Some(Err(TryLockError::Error(error))) => error.to_string(),
                    _ => "its lock file was taken".to_owned(),
                };
                Err(StoreError::Unsafe {
                    path: database.to_owned(),
                    why,
                })
            }
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // Not every system removes a file that is open. If it stays, the next to open the store clears it away.
        drop(self.lock.take());
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the owner of this name lives; when that cannot be found out, it is taken to live.
pub(super) fn lives(database: &Path, token: &str) -> bool {
    is_locked(&lock_path(database, token))
}

fn is_locked(path: &Path) -> bool {
    // A shared lock, so that two who look at the same time do not take each other for the owner.
    match File::open(path) {
        Ok(file) => file.try_lock_shared().is_err(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

fn sweep(database: &Path) {
    let (Some(folder), Some(prefix)) = (
        database.parent(),
        lock_path(database, "").file_name().map(OsString::from),
    ) else {
        return;
    };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_owner = name
            .as_encoded_bytes()
            .strip_prefix(prefix.as_encoded_bytes())
            .is_some_and(|token| token.len() == 32 && token.iter().all(u8::is_ascii_hexdigit));
        if is_owner && !is_locked(&entry.path()) {
            // Somebody else may have been quicker; what stays behind does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn lock_path(database: &Path, token: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-owner-");
    name.push(token);
    name.into()
}

impl Holder {
    /// This process, from now on.
    pub(super) fn here() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            pid: std::process::id(),
            host: host().to_owned(),
            since_ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = if self.pid == std::process::id() && self.host == host() {
            "this process, "
        } else {
            ""
        };
        write!(
            f,
            "{whose}process {} on `{}` since {}",
            self.pid,
            self.host,
            Moment(self.since_ms)
        )
    }
}

fn host() -> &'static str {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| {
        let files = ["/proc/sys/kernel/hostname", "/etc/hostname"]
            .iter()
            .map(|path| fs::read_to_string(path).ok());
        let variables = ["COMPUTERNAME", "HOSTNAME"]
            .iter()
            .map(|name| std::env::var(name).ok());
        let mut names = files
            .chain(variables)
            .flatten()
            .map(|name| name.trim().to_owned());
        names
            .find(|name| !name.is_empty())
            .unwrap_or_else(|| "this host".to_owned())
    })
}

/// A moment in milliseconds of the Unix epoch, shown in UTC.
struct Moment(i64);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(1000);
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // Years are counted from March, so that the leap day is the last one; 146,097 days are 400 years.
        let shifted = days + 719_468;
        let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = era * 400 + year + i64::from(month <= 2);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn moments_are_shown_in_utc() {
        for (ms, shown) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
            (951_782_400_000, "2000-02-29 00:00:00 UTC"),
            (1_709_251_199_999, "2024-02-29 23:59:59 UTC"),
            (4_107_542_400_000, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(Moment(ms).to_string(), shown);
        }
    }
}
