//! A disk under SQLite, for tests: it notes what is written and when, it fails when told to, and it says what a power
//! cut may leave.
//!
//! In go the reads and writes of every connection of this process to the files of one folder; out come the same answers
//! as without it, and a [`Log`]. From the log and a point in it, [`Log::cut`] works out what a disk may hold whose power
//! failed there. Nothing is synced for real: that would only take time, as the power of this machine does not fail.
//!
//! What a disk may do, in this model:
//! - What was written to a file before its last sync is there. Of what was written since, any part may be there.
//! - Whether a file is there under its name is up to the folder. It is synced with the first sync of a journal or a
//!   write-ahead log, as SQLite's own file layer does it, and by deletions that ask for it.
//! - A sync that fails makes nothing durable, and what was written before it is not covered by a later one.
//! - The `-shm` file is memory, and gone.
//!
//! `unsafe` stands in `vfs` alone, and in the whole project only there.

mod cut;
mod fault;
mod log;
mod random;
mod vfs;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

pub use self::cut::{Fate, Image};
pub use self::fault::{Failing, Protection};
pub use self::log::{Entry, FileId, Log};
pub use self::random::Random;

/// The disk that a folder is on, until dropped; clones are the same one.
#[derive(Debug, Clone)]
pub struct Disk {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    log: Log,
    /// The files that are there now.
    names: BTreeMap<String, FileId>,
    faults: fault::Faults,
}

/// Which disks there are. SQLite hands over a path when it opens a file.
static DISKS: Mutex<Vec<(PathBuf, Weak<Shared>)>> = Mutex::new(Vec::new());

impl Disk {
    /// Everything that SQLite opens in this folder from now on goes through this disk. What is there counts as synced.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read.
    pub fn of(folder: &Path) -> io::Result<Self> {
        vfs::install();
        let mut state = State::default();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let file = state.log.keep(&name, fs::read(entry.path())?);
            state.names.insert(name, file);
        }
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
        });
        let mut disks = lock(&DISKS);
        disks.retain(|(_, disk)| disk.strong_count() > 0);
        disks.push((fs::canonicalize(folder)?, Arc::downgrade(&shared)));
        Ok(Disk { shared })
    }

    /// Puts a note into the log, at this moment.
    pub fn note(&self, note: impl Into<String>) {
        self.shared.state().log.add(Entry::Noted(note.into()));
    }

    /// What happened so far.
    pub fn log(&self) -> Log {
        self.shared.state().log.clone()
    }

    /// After `succeed` more that succeed, all writes or syncs fail in this way, until [`Disk::mend`].
    pub fn fail(&self, failing: Failing, succeed: usize) {
        self.shared.state().faults.begin(failing, succeed, usize::MAX);
    }

    /// After `succeed` more that succeed, one write or sync fails in this way.
    pub fn fail_once(&self, failing: Failing, succeed: usize) {
        self.shared.state().faults.begin(failing, succeed, 1);
    }

    /// Files are opened as on a disk that is protected in this way, until [`Disk::mend`].
    pub fn protect(&self, protection: Protection) {
        self.shared.state().faults.protection = Some(protection);
    }

    /// Nothing fails any more.
    pub fn mend(&self) {
        self.shared.state().faults.end();
    }

    /// How often it failed since it was last told to.
    pub fn failures(&self) -> usize {
        self.shared.state().faults.failures()
    }
}

impl Shared {
    /// The disk that the file at this path is on.
    fn of(path: &Path) -> Option<Arc<Self>> {
        let folder = path.parent()?;
        let disks = lock(&DISKS);
        let mut disks = disks.iter().rev().filter(|(of, _)| of == folder);
        disks.find_map(|(_, disk)| disk.upgrade())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
