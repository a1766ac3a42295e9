//! What a disk may hold after its power failed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::log::{Entry, FileId, Log};
use crate::random::Random;

/// A disk writes a sector or does not.
const SECTOR: usize = 512;

/// What became of that which was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing of it is there.
    Lost,
    /// All of it is there, as when the process was killed and not the power.
    Kept,
    /// Each write, creation and deletion is there or not, some writes in part; where something is missing, there may be
    /// zeros or garbage.
    Scattered,
    /// All of it is there, but for a part of the last write.
    Torn,
}

impl Fate {
    /// All of them.
    pub const ALL: [Fate; 4] = [Fate::Lost, Fate::Kept, Fate::Scattered, Fate::Torn];
}

/// The files of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Image {
    /// By name.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Image {
    /// Puts the files into a folder.
    ///
    /// # Errors
    ///
    /// If one cannot be written.
    pub fn lay_out(&self, folder: &Path) -> io::Result<()> {
        self.files
            .iter()
            .try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes))
    }
}

impl Log {
    /// What the disk may hold if its power fails at this point; what is left to chance is drawn from `random`.
    pub fn cut(&self, point: usize, fate: Fate, random: Random) -> Image {
        let entries = &self.entries()[..point];
        let is_write = |entry: &Entry| matches!(entry, Entry::Written { .. });
        let mut replay = Replay {
            fate,
            random,
            last_write: entries.iter().rposition(is_write),
            names: BTreeMap::new(),
            unsynced_names: Vec::new(),
            files: BTreeMap::new(),
        };
        for (&file, (name, bytes)) in &self.kept {
            replay.names.insert(name.clone(), file);
            replay.files.entry(file).or_default().bytes = bytes.to_vec();
        }
        for (index, entry) in entries.iter().enumerate() {
            replay.see(index, entry);
        }
        replay.end()
    }
}

/// The disk on the way through the log.
struct Replay<'log> {
    fate: Fate,
    random: Random,
    /// The index of the write that may be torn.
    last_write: Option<usize>,
    names: BTreeMap<String, FileId>,
    /// Creations and deletions since the folder was synced.
    unsynced_names: Vec<&'log Entry>,
    files: BTreeMap<FileId, Contents<'log>>,
}

#[derive(Default)]
struct Contents<'log> {
    bytes: Vec<u8>,
    /// Since the file was synced.
    unsynced: Vec<(usize, &'log Entry)>,
}

impl<'log> Replay<'log> {
    fn see(&mut self, index: usize, entry: &'log Entry) {
        match entry {
            Entry::Created { .. } | Entry::Deleted { .. } => self.unsynced_names.push(entry),
            Entry::Written { file, .. } | Entry::Truncated { file, .. } => {
                let contents = self.files.entry(*file).or_default();
                contents.unsynced.push((index, entry));
            }
            Entry::Synced { file } => {
                let contents = self.files.entry(*file).or_default();
                for (_, entry) in contents.unsynced.drain(..) {
                    apply(&mut contents.bytes, entry, 0);
                }
            }
            // A system may take what it could not write for written: then no later sync writes it.
            Entry::NotSynced { file } => self.settle(*file),
            Entry::FolderSynced => {
                for entry in std::mem::take(&mut self.unsynced_names) {
                    self.enter(entry);
                }
            }
            Entry::Noted(_) => {}
        }
    }

    fn end(mut self) -> Image {
        let files: Vec<_> = self.files.keys().copied().collect();
        for file in files {
            self.settle(file);
        }
        for entry in std::mem::take(&mut self.unsynced_names) {
            let happened = match self.fate {
                Fate::Lost => false,
                Fate::Kept | Fate::Torn => true,
                Fate::Scattered => self.random.coin(),
            };
            if happened {
                self.enter(entry);
            }
        }
        let mut image = Image::default();
        for (name, file) in self.names {
            let bytes = self.files.get(&file).map(|contents| contents.bytes.clone());
            image.files.insert(name, bytes.unwrap_or_default());
        }
        image
    }

    fn enter(&mut self, entry: &Entry) {
        match entry {
            Entry::Created { file, name } => drop(self.names.insert(name.clone(), *file)),
            Entry::Deleted { name } => drop(self.names.remove(name)),
            _ => {}
        }
    }

    /// Lets chance decide on what was not synced of a file.
    fn settle(&mut self, file: FileId) {
        let Some(contents) = self.files.get_mut(&file) else {
            return;
        };
        let random = &mut self.random;
        // What belongs together may come apart by file, too.
        let fate = match (self.fate, random.below(4)) {
            (Fate::Scattered, 0) => Fate::Lost,
            (Fate::Scattered, 1) => Fate::Kept,
            (fate, _) => fate,
        };
        for (index, entry) in contents.unsynced.drain(..) {
            match fate {
                Fate::Lost => {}
                Fate::Torn if self.last_write == Some(index) => tear(&mut contents.bytes, entry, random),
                Fate::Kept | Fate::Torn => apply(&mut contents.bytes, entry, 0),
                Fate::Scattered => match random.below(5) {
                    0 | 1 => apply(&mut contents.bytes, entry, if random.coin() { 0 } else { 0xa5 }),
                    2 => tear(&mut contents.bytes, entry, random),
                    3 => grow(&mut contents.bytes, entry, random),
                    _ => {}
                },
            }
        }
    }
}

/// Does it; `filler` is what stands where nothing was written.
fn apply(bytes: &mut Vec<u8>, entry: &Entry, filler: u8) {
    match entry {
        Entry::Written { at, bytes: new, .. } => put(bytes, *at, new, filler),
        Entry::Truncated { size, .. } => bytes.resize(*size, filler),
        _ => {}
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, new: &[u8], filler: u8) {
    let end = at + new.len();
    if bytes.len() < end {
        bytes.resize(end, filler);
    }
    bytes[at..end].copy_from_slice(new);
}

/// The file is as long as if it had been written, but it was not.
fn grow(bytes: &mut Vec<u8>, entry: &Entry, random: &mut Random) {
    if let Entry::Written { at, bytes: new, .. } = entry {
        let end = at + new.len();
        if bytes.len() < end {
            bytes.resize(end, if random.coin() { 0 } else { 0xa5 });
        }
    }
}

/// Writes a part: up to the end of a sector, up to somewhere in the middle, or some of the sectors.
fn tear(bytes: &mut Vec<u8>, entry: &Entry, random: &mut Random) {
    let Entry::Written { at, bytes: new, .. } = entry else {
        return;
    };
    let (at, end) = (*at, at + new.len());
    let mut starts = vec![at];
    starts.extend((at / SECTOR + 1..end.div_ceil(SECTOR)).map(|sector| sector * SECTOR));
    match random.below(3) {
        0 => {
            let stop = starts[random.below(starts.len())];
            put(bytes, at, &new[..stop - at], 0);
        }
        1 => put(bytes, at, &new[..random.below(new.len().max(1))], 0),
        _ => {
            for (index, &start) in starts.iter().enumerate() {
                let stop = starts.get(index + 1).copied().unwrap_or(end);
                if random.coin() {
                    put(bytes, start, &new[start - at..stop - at], 0);
                }
            }
        }
    }
}
