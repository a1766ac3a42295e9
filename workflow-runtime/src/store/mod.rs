//! The lines of many runs in one SQLite file: the durable half of the journal.
//!
//! In go lines of text, out come lines of text: what a line says is not looked at here. Whatever has been acknowledged
//! is on disk (committed and fsynced). One thread writes and puts what waits for it into one transaction; readers have
//! connections of their own and neither wait for it nor hold it up. No user code runs here.
//!
//! A line is never changed or taken away. Each line of a run knows where the one before it stands, so that a run is read
//! from its end without an index, which every append would have to pay for, and carries a hash over all before it.

mod chain;
mod error;
mod file;
mod ledger;
mod owner;
mod queue;
mod reader;
mod watch;
mod work;
mod writer;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::bell::Bell;

pub(crate) use self::error::StoreError;
pub(crate) use self::owner::Holder;
use self::queue::Queue;
pub(crate) use self::queue::Reply;
use self::reader::{Glance, Readers};
use self::watch::Watch;
use self::writer::Writer;

/// An open store; clones are handles to the same one.
///
/// The last handle to go waits until everything handed over is on disk and the file is closed.
#[derive(Clone)]
pub(crate) struct SqliteStore {
    open: Arc<Open>,
}

struct Open {
    // It reads too, and is the first to go.
    watch: Watch,
    // Read connections close before the writer's, which is the last and clears up the write-ahead log.
    readers: Arc<Readers>,
    writer: Writer,
    path: Arc<Path>,
}

/// A run to be entered.
#[derive(Debug, Clone)]
pub(crate) struct NewRun {
    pub(crate) id: String,
    pub(crate) workflow: String,
    pub(crate) fingerprint: String,
    /// The plan as JSON; equal plans are stored once.
    pub(crate) plan: Arc<str>,
    pub(crate) created_at: i64,
    pub(crate) lines: Vec<NewLine>,
    pub(crate) status: Status,
}

/// A line to be appended; its place in the run is given by the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewLine {
    pub(crate) at_ms: i64,
    pub(crate) body: String,
}

/// A line as recorded; `seq` counts from 1 within the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) seq: u64,
    pub(crate) at_ms: i64,
    pub(crate) body: String,
}

/// Where a run stands, in words that mean something to the caller only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) state: String,
    pub(crate) position: String,
}

/// What is known of a run without its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) id: String,
    pub(crate) workflow: String,
    pub(crate) fingerprint: String,
    pub(crate) plan: Arc<str>,
    pub(crate) status: Status,
    pub(crate) last_seq: u64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Who drives the run now; `None` too when the one who did is gone without a farewell.
    pub(crate) holder: Option<Holder>,
    /// How often whoever held it was to stop.
    pub(crate) stops: i64,
}

/// Takes in the lines of a run as they are read.
pub(crate) trait ReadLines {
    /// The next one.
    fn line(&mut self, line: Line);
}

/// A run taken hold of, with what it says at that moment.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) claim: Claim,
    pub(crate) header: Header,
    pub(crate) lines: Vec<Line>,
}

/// The right to append to a run; given back when dropped, without waiting.
#[must_use = "the run is let go as soon as this is dropped"]
pub(crate) struct Claim {
    id: Arc<str>,
    /// The run's key in the file.
    run: i64,
    /// Rises with each holder, so that one who was taken over is told apart.
    epoch: i64,
    /// Tells apart what this store granted, also what never came to be committed.
    number: u64,
    queue: Arc<Queue>,
}

impl SqliteStore {
    /// Opens the store at `path`, which is created when nothing is there.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let (connection, path) = file::open(path)?;
        let path: Arc<Path> = path.into();
        let writer = Writer::start(connection, Arc::clone(&path))?;
        let readers = Arc::new(Readers::new(Arc::clone(&path)));
        Ok(Self {
            open: Arc::new(Open {
                watch: Watch::new(Arc::clone(&readers)),
                readers,
                writer,
                path,
            }),
        })
    }

    /// The file, with symbolic links resolved.
    pub(crate) fn path(&self) -> &Path {
        &self.open.path
    }

    /// Shows a run and then all its lines, of one moment; `None` when there is no such run.
    pub(crate) fn read<R: ReadLines>(
        &self,
        id: &str,
        begin: impl FnOnce(&Header) -> R,
    ) -> Result<Option<(Header, R)>, StoreError> {
        self.open.readers.read(id, begin)
    }

    /// The lines of a run one holds after line `after`.
    pub(crate) fn read_since(&self, claim: &Claim, after: u64) -> Result<Vec<Line>, StoreError> {
        self.open.readers.read_since(claim, after)
    }

    /// A run without its lines, or `None` when there is no such run.
    pub(crate) fn header(&self, id: &str) -> Result<Option<Header>, StoreError> {
        self.open.readers.header(id)
    }

    /// All runs in the order in which they were entered.
    pub(crate) fn list(&self) -> Result<Vec<Header>, StoreError> {
        self.open.readers.list()
    }

    /// Recomputes the hash chain of a run; the error names the first line that is not as it was recorded.
    pub(crate) fn verify(&self, id: &str) -> Result<(), StoreError> {
        self.open.readers.verify(id)
    }

    /// Enters a run with its first lines and takes hold of it.
    pub(crate) fn create(&self, run: NewRun) -> Reply<Claim> {
        self.queue().submit(work::Create(run))
    }

    /// Takes hold of a run; what is handed back holds the lines after `after` as of this very moment.
    ///
    /// Refused while another lives who holds it.
    pub(crate) fn claim(&self, id: &str, after: u64) -> Reply<Claimed> {
        self.queue().submit(work::Take {
            id: id.into(),
            after,
            by_force: false,
        })
    }

    /// Takes hold of a run even if another lives who holds it; that one is fenced off at its next append.
    pub(crate) fn seize(&self, id: &str, after: u64) -> Reply<Claimed> {
        self.queue().submit(work::Take {
            id: id.into(),
            after,
            by_force: true,
        })
    }

    /// Appends to a run one holds and yields the number of its last line, once all is on disk.
    ///
    /// Others may have handed in lines meanwhile: these stand before, as the number shows.
    pub(crate) fn append(&self, claim: &Claim, lines: Vec<NewLine>, status: Option<Status>) -> Reply<u64> {
        let (id, run, number) = (Arc::clone(&claim.id), claim.run, claim.number);
        self.queue().submit(work::Append {
            id,
            run,
            number,
            lines,
            status,
        })
    }

    /// Appends to a run without holding it, provided that its last line is `expected` still.
    pub(crate) fn append_if(
        &self,
        id: &str,
        expected: u64,
        lines: Vec<NewLine>,
        status: Option<Status>,
    ) -> Reply<u64> {
        self.queue().submit(work::AppendIf {
            id: id.to_owned(),
            expected,
            lines,
            status,
        })
    }

    /// Appends to a run, wherever it is by then, that whoever holds it is to stop; yields how it stood. `status` says how
    /// it stands then, or that it is too late.
    pub(crate) fn stop(
        &self,
        id: &str,
        line: NewLine,
        status: fn(&Status) -> Option<Status>,
    ) -> Reply<Status> {
        self.queue().submit(work::Stop {
            id: id.to_owned(),
            line,
            status,
        })
    }

    /// Rings the bell when others append to the run that is held or take it over, or it is to stop, from the moment on
    /// when `last` was its last line and it was to stop so often.
    pub(crate) fn watch(&self, claim: &Claim, last: u64, stops: i64, bell: &Arc<Bell>) {
        let seen = Glance {
            last,
            stops,
            epoch: claim.epoch,
        };
        self.open.watch.add(claim.run, seen, bell);
    }

    /// Looks after the bells now, without waiting for the next look.
    pub(crate) fn look_around(&self) {
        self.open.watch.look();
    }

    fn queue(&self) -> &Arc<Queue> {
        self.open.writer.queue()
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}

impl Claim {
    /// The run that is held.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("id", &self.id)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let release = work::Release {
            run: self.run,
            epoch: self.epoch,
            number: self.number,
        };
        drop(self.queue.submit(release));
    }
}
