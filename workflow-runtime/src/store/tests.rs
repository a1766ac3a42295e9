//! The store's promises, each seen from outside.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::{Claim, NewLine, NewRun, SqliteStore, Status, StoreError};

mod speed;

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
    let stored = store.read(id).expect("readable").expect("there");
    stored.lines.into_iter().map(|line| line.body).collect()
}

#[test]
fn lines_survive_reopening() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("runs.db");
    let store = SqliteStore::open(&path).expect("opens");
    let claim = store.create(run("a")).wait().expect("entered");
    assert_eq!(
        store
            .append(&claim, vec![line("one"), line("two")], Some(status("done")))
            .wait()
            .expect("kept"),
        3
    );
    drop(claim);
    drop(store);

    let names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("read")
        .map(|entry| entry.expect("entry").file_name())
        .collect();
    assert_eq!(names, ["runs.db"], "neither log nor lock stays behind");
    let store = SqliteStore::open(&path).expect("opens again");
    let stored = store.read("a").expect("readable").expect("there");
    assert_eq!(stored.header.status, status("done"));
    assert_eq!((stored.header.last_seq, stored.header.holder), (3, None));
    assert_eq!(bodies(&store, "a"), ["started", "one", "two"]);
    store.verify("a").expect("whole");
}
