//! The disk keeps a true account of what SQLite does, and the power cuts of the model take and leave what they should.

#![allow(missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use disk::{Disk, Entry, Failing, Fate, Log, Protection, Random};
use rusqlite::{Connection, ErrorCode};

/// What is in a folder, but for the memory that connections share.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("it is there");
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("a plain name");
    let names = entries.map(|entry| name(entry.expect("readable")));
    names
        .filter(|name| !name.ends_with("-shm"))
        .map(|name| (name.clone(), fs::read(folder.join(&name)).expect("readable")))
        .collect()
}

fn open(folder: &Path, mode: &str) -> Connection {
    let connection = Connection::open(folder.join("t.db")).expect("opens");
    let set = format!("PRAGMA journal_mode = {mode}; PRAGMA synchronous = FULL");
    connection.execute_batch(&set).expect("set");
    connection
}

/// Fills a table in many transactions; with rollbacks, deletions, and room given back.
fn work(connection: &Connection) {
    let begin = "PRAGMA auto_vacuum = FULL; CREATE TABLE IF NOT EXISTS t (x)";
    connection.execute_batch(begin).expect("begun");
    for size in [10, 100, 20_000, 50_000] {
        let insert = format!("INSERT INTO t VALUES (zeroblob({size}))");
        connection.execute_batch(&insert).expect("inserted");
        let undone = format!("BEGIN; {insert}; ROLLBACK; DELETE FROM t WHERE length(x) = 20000; VACUUM");
        connection.execute_batch(&undone).expect("done");
    }
}

fn kept(log: &Log) -> BTreeMap<String, Vec<u8>> {
    log.cut(log.len(), Fate::Kept, Random::new(0)).files
}

#[test]
fn the_log_accounts_for_every_byte() {
    for mode in ["DELETE", "TRUNCATE", "PERSIST", "WAL"] {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::of(folder.path()).expect("readable");
        let connection = open(folder.path(), mode);
        work(&connection);
        assert!(kept(&disk.log()) == contents(folder.path()), "{mode}, open");
        drop(connection);
        assert!(kept(&disk.log()) == contents(folder.path()), "{mode}, closed");

        // What is there at first counts too.
        drop(disk);
        let disk = Disk::of(folder.path()).expect("readable");
        work(&open(folder.path(), mode));
        assert!(kept(&disk.log()) == contents(folder.path()), "{mode}, again");
        assert!(!disk.log().is_empty());
    }
}

#[test]
fn what_was_synced_is_there_and_what_was_not_may_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::of(folder.path()).expect("readable");
    let connection = open(folder.path(), "WAL");
    connection.execute_batch("CREATE TABLE t (x)").expect("created");
    disk.note("created");
    let synced = disk.log().len();
    let off = "PRAGMA synchronous = OFF; INSERT INTO t VALUES (zeroblob(5000))";
    connection.execute_batch(off).expect("inserted");
    let log = disk.log();
    assert_eq!(log.notes_before(log.len()).collect::<Vec<_>>(), ["created"]);

    let cut = |point, fate, seed| log.cut(point, fate, Random::new(seed));
    let (lost, kept) = (cut(log.len(), Fate::Lost, 0), cut(log.len(), Fate::Kept, 0));
    assert_eq!(lost, cut(synced, Fate::Lost, 0), "nothing was synced since");
    assert_eq!(lost, cut(synced, Fate::Kept, 0), "all was synced before");
    assert_ne!(lost, kept);
    for fate in [Fate::Scattered, Fate::Torn] {
        let some = (0..20).map(|seed| cut(log.len(), fate, seed)).collect::<Vec<_>>();
        assert!(
            some.iter().any(|image| *image != lost && *image != kept),
            "{fate:?}"
        );
        let [first, again] = [7, 7].map(|seed| cut(log.len(), fate, seed));
        assert_eq!(first, again, "{fate:?}");
        for image in some {
            let before = &lost.files["t.db-wal"];
            assert_eq!(&image.files["t.db-wal"][..before.len()], before, "{fate:?}");
        }
    }
}

#[test]
fn a_file_may_be_missing_or_still_be_there_until_the_folder_is_synced() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::of(folder.path()).expect("readable");
    let connection = open(folder.path(), "WAL");
    work(&connection);
    drop(connection);
    let log = disk.log();
    let is = |wanted: &str, entry: &Entry| format!("{entry:?}").starts_with(wanted);
    let after = |wanted: &str| {
        1 + log
            .entries()
            .iter()
            .position(|entry| is(wanted, entry))
            .expect(wanted)
    };
    let has_log = |point, fate| {
        log.cut(point, fate, Random::new(0))
            .files
            .contains_key("t.db-wal")
    };

    let made = log
        .entries()
        .iter()
        .position(|entry| is("created t.db-wal", entry))
        .expect("it is made")
        + 1;
    assert!(!has_log(made, Fate::Lost) && has_log(made, Fate::Kept));
    let deleted = after("deleted t.db-wal");
    assert!(has_log(deleted - 1, Fate::Lost));
    assert!(has_log(deleted, Fate::Lost) && !has_log(deleted, Fate::Kept));
}

#[test]
fn a_sync_that_failed_is_not_made_up_for_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::of(folder.path()).expect("readable");
    let connection = open(folder.path(), "WAL");
    connection.execute_batch("CREATE TABLE t (x)").expect("created");
    let before = disk.log().cut(disk.log().len(), Fate::Lost, Random::new(0));
    disk.fail_once(Failing::Syncs, 0);
    let failed = connection.execute_batch("INSERT INTO t VALUES (zeroblob(9000))");
    assert_eq!(
        failed.unwrap_err().sqlite_error_code(),
        Some(ErrorCode::SystemIoFailure)
    );
    assert_eq!(disk.failures(), 1);
    connection
        .execute_batch("INSERT INTO t VALUES (1)")
        .expect("it works again");

    let after = disk.log().cut(disk.log().len(), Fate::Lost, Random::new(0));
    let (before, after) = (&before.files["t.db-wal"], &after.files["t.db-wal"]);
    let frame = 24 + 4096;
    assert_eq!(
        after.len(),
        before.len() + frame,
        "the frames of the first are not all there"
    );
}

#[test]
fn a_full_disk_takes_what_it_can_and_is_mended() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::of(folder.path()).expect("readable");
    let connection = open(folder.path(), "DELETE");
    connection.execute_batch("CREATE TABLE t (x)").expect("created");
    disk.fail(Failing::Full, 2);
    for _ in 0..3 {
        let full = connection.execute_batch("INSERT INTO t VALUES (1)").unwrap_err();
        assert_eq!(full.sqlite_error_code(), Some(ErrorCode::DiskFull));
        assert!(kept(&disk.log()) == contents(folder.path()));
    }
    assert!(disk.failures() >= 3);
    disk.mend();
    connection
        .execute_batch("INSERT INTO t VALUES (1)")
        .expect("there is room");
}

#[test]
fn a_protected_disk_is_read_only_whatever_the_rights_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::of(folder.path()).expect("readable");
    drop(open(folder.path(), "DELETE").execute_batch("CREATE TABLE t (x)"));
    let insert = || {
        let connection = Connection::open(folder.path().join("t.db")).expect("opens");
        let inserted = connection.execute_batch("INSERT INTO t VALUES (1)");
        inserted.map_err(|error| error.sqlite_error_code().expect("an error of SQLite"))
    };
    disk.protect(Protection::Files);
    assert_eq!(insert(), Err(ErrorCode::ReadOnly));
    disk.protect(Protection::Folder);
    assert_eq!(insert(), Err(ErrorCode::CannotOpen), "no journal can be made");
    disk.mend();
    assert_eq!(insert(), Ok(()));
}
