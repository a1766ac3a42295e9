//! What happened to the files of a folder, in order.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A file, whatever its name: one that is deleted and made anew is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(usize);

/// Something that happened.
#[derive(Clone)]
pub enum Entry {
    /// An empty file was made.
    Created {
        /// The new file.
        file: FileId,
        /// Its name in the folder.
        name: String,
    },
    /// A name was taken out of the folder.
    Deleted {
        /// The name.
        name: String,
    },
    /// Bytes were written.
    Written {
        /// Into this file.
        file: FileId,
        /// From this byte on.
        at: usize,
        /// These.
        bytes: Arc<[u8]>,
    },
    /// A file was made shorter or longer.
    Truncated {
        /// The file.
        file: FileId,
        /// Its new size.
        size: usize,
    },
    /// A file was synced.
    Synced {
        /// The file.
        file: FileId,
    },
    /// A file was to be synced, and that failed.
    NotSynced {
        /// The file.
        file: FileId,
    },
    /// The folder was synced: what was created and deleted.
    FolderSynced,
    /// The test had something to say.
    Noted(String),
}

/// What a folder held at first, and what happened to it since.
#[derive(Debug, Clone, Default)]
pub struct Log {
    pub(crate) kept: BTreeMap<FileId, (String, Arc<[u8]>)>,
    entries: Vec<Entry>,
    files: usize,
}

impl Log {
    /// How much happened. A point in the log is the number of entries before it.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What happened, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The points right before and right after each sync, in order.
    pub fn around_syncs(&self) -> Vec<usize> {
        let is_sync = |entry: &Entry| matches!(entry, Entry::Synced { .. } | Entry::NotSynced { .. });
        let syncs = self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| is_sync(entry));
        let mut points: Vec<_> = syncs.flat_map(|(at, _)| [at, at + 1]).collect();
        points.dedup();
        points
    }

    /// What was noted before a point.
    pub fn notes_before(&self, point: usize) -> impl Iterator<Item = &str> {
        self.entries[..point].iter().filter_map(|entry| match entry {
            Entry::Noted(note) => Some(note.as_str()),
            _ => None,
        })
    }

    pub(crate) fn keep(&mut self, name: &str, bytes: Vec<u8>) -> FileId {
        let file = self.new_file();
        self.kept.insert(file, (name.to_owned(), bytes.into()));
        file
    }

    pub(crate) fn new_file(&mut self) -> FileId {
        self.files += 1;
        FileId(self.files)
    }

    pub(crate) fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Created { file, name } => write!(f, "created {name} as {file:?}"),
            Entry::Deleted { name } => write!(f, "deleted {name}"),
            Entry::Written { file, at, bytes } => {
                write!(f, "written {} bytes at {at} of {file:?}", bytes.len())
            }
            Entry::Truncated { file, size } => write!(f, "truncated {file:?} to {size}"),
            Entry::Synced { file } => write!(f, "synced {file:?}"),
            Entry::NotSynced { file } => write!(f, "failed to sync {file:?}"),
            Entry::FolderSynced => f.write_str("synced the folder"),
            Entry::Noted(note) => write!(f, "noted {note}"),
        }
    }
}
