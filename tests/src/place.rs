//! Where the runs of a test are kept, and what its journal says afterwards.

use std::path::PathBuf;

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;
use workflow_runtime::Runtime;

/// A runtime in memory, or on a file in a folder of its own.
#[derive(Debug)]
pub struct Place {
    runtime: Runtime,
    folder: Option<TempDir>,
}

impl Place {
    /// In memory.
    pub fn memory() -> Self {
        let runtime = Runtime::in_memory();
        Place {
            runtime,
            folder: None,
        }
    }

    /// On a fresh file.
    pub fn file() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let runtime = Runtime::open(folder.path().join("plan.db")).expect("a fresh file can be opened");
        Place {
            runtime,
            folder: Some(folder),
        }
    }

    /// One of each.
    pub fn both() -> [Self; 2] {
        [Self::memory(), Self::file()]
    }

    /// With another runtime on the same journal, until it is [reopened](Place::reopened).
    pub fn map(self, change: impl FnOnce(Runtime) -> Runtime) -> Self {
        Place {
            runtime: change(self.runtime),
            folder: self.folder,
        }
    }

    /// The runtime.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Whether it is on a file.
    pub fn is_file(&self) -> bool {
        self.folder.is_some()
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        let folder = self.folder.as_ref().expect("only a place on a file has one");
        folder.path().join("plan.db")
    }

    /// Closes the file and opens it again, as a program does that is started again; memory stays as it is.
    pub fn reopened(self) -> Self {
        let Place { runtime, folder } = self;
        let Some(folder) = folder else {
            return Place { runtime, folder };
        };
        drop(runtime);
        let runtime = Runtime::open(folder.path().join("plan.db")).expect("the file can be opened again");
        Place {
            runtime,
            folder: Some(folder),
        }
    }

    /// The file as another process sees it.
    pub fn sql(&self) -> Connection {
        Connection::open(self.path()).expect("the file is a database")
    }

    /// The journal of a run, each line in short: `done Baking.bread`, from the second round on with ` r1`.
    pub fn journal(&self, id: &str) -> Vec<String> {
        journal(&self.sql(), id)
    }

    /// The journal of a run as it stands in the file.
    pub fn lines(&self, id: &str) -> Vec<Value> {
        lines(&self.sql(), id)
    }
}

/// The journal of a run in any file, each line in short.
pub fn journal(sql: &Connection, id: &str) -> Vec<String> {
    lines(sql, id).iter().map(short).collect()
}

/// The journal of a run as it stands in a file.
pub fn lines(sql: &Connection, id: &str) -> Vec<Value> {
    let mut select = sql
        .prepare(
            "SELECT body FROM journal JOIN runs ON runs.key = journal.run WHERE runs.id = ?1 ORDER BY seq",
        )
        .expect("the tables are there");
    let lines = select.query_map([id], |row| row.get::<_, String>(0));
    lines
        .expect("the journal can be read")
        .map(|line| serde_json::from_str(&line.expect("a line is text")).expect("a line is JSON"))
        .collect()
}

fn short(line: &Value) -> String {
    let (kind, of) = line
        .as_object()
        .and_then(|line| line.iter().next())
        .expect("a line is an object of one kind");
    let text = |field: &str| of.get(field).and_then(Value::as_str);
    let place = text("step")
        .or(text("gate"))
        .or(text("phase"))
        .unwrap_or_default();
    let mut short = format!("{kind} {place}").trim().to_owned();
    if let Some(back_to) = text("back_to") {
        short += &format!(" to {back_to}");
    }
    if let Some(by) = text("by") {
        short += &format!(" by {by}");
    }
    match of.get("round").and_then(Value::as_u64) {
        None | Some(0) => short,
        Some(round) => format!("{short} r{round}"),
    }
}
