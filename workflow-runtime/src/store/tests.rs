//! The store's promises, each seen from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;

use super::{Claim, Header, Line, NewLine, NewRun, ReadLines, SqliteStore, Status, StoreError};

mod claims;
mod commits;
mod integrity;
mod opening;
mod reading;
mod speed;
mod watching;

/// A folder with a path in it where a store may come to be.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a folder"),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("runs.db")
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path()).expect("opens")
    }

    /// A way in past the store.
    fn sqlite(&self) -> Connection {
        Connection::open(self.path()).expect("opens")
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("a folder");
        let mut names: Vec<_> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }
}

/// A run and its lines, of one moment.
#[derive(Debug, PartialEq, Eq)]
struct StoredRun {
    header: Header,
    lines: Vec<Line>,
}

impl ReadLines for Vec<Line> {
    fn line(&mut self, line: Line) {
        self.push(line);
    }
}

impl SqliteStore {
    fn whole(&self, id: &str) -> Result<Option<StoredRun>, StoreError> {
        let read = self.read(id, |_| Vec::new())?;
        Ok(read.map(|(header, lines)| StoredRun { header, lines }))
    }
}

fn line(body: &str) -> NewLine {
    NewLine {
        at_ms: 7,
        body: body.to_owned(),
    }
}

fn status(state: &str) -> Status {
    Status {
        state: state.to_owned(),
        position: "Testing".to_owned(),
    }
}

fn run(id: &str) -> NewRun {
    NewRun {
        id: id.to_owned(),
        workflow: "RestfulApi".to_owned(),
        fingerprint: "f00d".to_owned(),
        plan: Arc::from("{\"phases\":[]}"),
        created_at: 5,
        lines: vec![line("started")],
        status: status("running"),
    }
}

fn bodies(store: &SqliteStore, id: &str) -> Vec<String> {
    let stored = store.whole(id).expect("readable").expect("there");
    stored.lines.into_iter().map(|line| line.body).collect()
}

/// Enters a run with `started` and the numbers up to `last`, and lets go of it.
fn enter(store: &SqliteStore, id: &str, last: u32) {
    let claim = store.create(run(id)).wait().expect("entered");
    let lines = (1..=last).map(|number| line(&number.to_string())).collect();
    store.append(&claim, lines, None).wait().expect("kept");
    drop(claim);
    // The claim goes back without waiting; what is asked for after it is answered after it.
    assert!(store.claim("nobody", 0).wait().is_err());
}
