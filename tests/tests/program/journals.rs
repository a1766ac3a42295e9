//! Journals that are not what they should be: a clear message, the right status, and nothing lost or touched.

use std::path::Path;

use rusqlite::Connection;

use crate::folder::Folder;

/// All that look at a run, or at the journal.
const READERS: &[&[&str]] = &[
    &["list"],
    &["status"],
    &["next"],
    &["log"],
    &["verify"],
    &["why", "draw"],
    &["show", "draw"],
    &["graph", "--run"],
    &["report", "--output", "-"],
    &["export", "--format", "json"],
    &["export", "--format", "junit"],
];

/// All that write to it.
const WRITERS: &[&[&str]] = &[
    &["approve", "review"],
    &["run"],
    &["done", "forecast", "--artifact", "calm.toml"],
    &["reject", "review", "-m", "no"],
    &["skip", "Paint", "--because", "no"],
    &["cancel", "--yes"],
    &["undo", "--yes"],
];

/// A journal with a run that is done, and one that waits.
fn folder() -> Folder {
    let folder = Folder::waiting();
    folder.well(&["approve", "review"]);
    folder.well(&["run"]);
    folder.well(&["done", "forecast", "--artifact", "calm.toml"]);
    folder.well(&["run"]);
    folder.well(&["run", "sun", "--input", "moon.toml"]);
    folder
}

fn bytes(file: &Path) -> Vec<u8> {
    std::fs::read(file).expect("it is there")
}

/// Neither crashes nor says what nobody understands, and leaves the bytes where it only looks.
#[track_caller]
fn bears(folder: &Folder, what: &str, statuses: &[i32]) {
    let before = bytes(&folder.journal());
    for words in READERS {
        let said = folder.run(words);
        let told = format!("{what}: {words:?} ended with {}\n{}", said.status, said.err);
        assert!(statuses.contains(&said.status), "{told}");
        assert!(!said.err.contains("panicked"), "{told}");
        assert_eq!(said.status != 0, said.err.contains("error: "), "{told}");
        assert!(before == bytes(&folder.journal()), "{words:?} touched it; {told}");
    }
}

#[test]
fn looking_touches_nothing() {
    let folder = folder();
    bears(&folder, "as it was", &[0]);
    let names = std::fs::read_dir(folder.path("")).expect("it can be listed");
    let names = names.map(|entry| entry.expect("it is there").file_name().into_string());
    let beside: Vec<_> = names
        .flatten()
        .filter(|name| name.starts_with("launch.db-"))
        .collect();
    assert!(beside.is_empty(), "{beside:?}");
}

#[test]
fn random_bytes_are_told_from_a_journal() {
    let folder = Folder::new();
    let mut seed = 7_u64;
    let mut noise = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        seed.to_be_bytes()[0]
    };
    let noise: Vec<u8> = (0..20_000).map(|_| noise()).collect();
    for (what, content, status) in [
        ("noise", noise.as_slice(), 4),
        // To SQLite that is a database without tables.
        ("one byte", b"x", 2),
        ("text", b"name = 'moon'\n", 4),
        ("a magic without a body", b"SQLite format 3\0", 4),
    ] {
        folder.write("launch.db", content);
        bears(&folder, what, &[status]);
        for words in WRITERS {
            folder.run(words).ends(status).tells("launch.db`");
        }
        assert!(bytes(&folder.journal()) == content, "{what} was written to");
    }
}

#[test]
fn a_journal_cut_off_anywhere_is_damaged_or_whole() {
    let whole = bytes(&folder().journal());
    let place = Folder::new();
    for length in (1_024..whole.len()).step_by(1_024) {
        place.write("launch.db", &whole[..length]);
        // Nothing of its tables may be there yet, which is somebody else's file as far as can be told.
        bears(&place, &format!("cut off at {length}"), &[0, 2, 4]);
    }
    place.write("launch.db", &whole);
    bears(&place, "whole", &[0]);
}

#[test]
fn a_flipped_byte_is_found_or_does_no_harm() {
    let whole = bytes(&folder().journal());
    let place = Folder::new();
    let mut found = 0;
    let step = whole.len() / 40;
    for at in (100..whole.len()).step_by(step) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x15;
        place.write("launch.db", &flipped);
        let what = format!("a flipped byte at {at}");
        for words in [
            &["list"] as &[&str],
            &["log", "moon"],
            &["verify"],
            &["show", "forecast", "--run", "moon"],
        ] {
            let said = place.run(words);
            let told = format!("{what}: {words:?} ended with {}\n{}", said.status, said.err);
            assert!(!said.err.contains("panicked"), "{told}");
            assert!([0, 2, 3, 4].contains(&said.status), "{told}");
            found += i32::from(said.status == 4);
        }
        assert!(flipped == bytes(&place.journal()), "{what}: it was touched");
        for words in [
            &["approve", "review", "--run", "sun"] as &[&str],
            &["run", "sun"],
            &["undo", "moon", "--yes"],
        ] {
            let said = place.run(words);
            let told = format!("{what}: {words:?} ended with {}\n{}", said.status, said.err);
            assert!(!said.err.contains("panicked"), "{told}");
            assert!([0, 1, 2, 3, 4].contains(&said.status), "{told}");
        }
    }
    assert!(found > 12, "only {found} were found");
}

#[test]
fn a_line_that_somebody_edited_is_found_and_not_gone_on_from() {
    let folder = folder();
    let connection = Connection::open(folder.journal()).expect("it is a database");
    let edit = "UPDATE journal SET body = replace(body, '\"wind\":3', '\"wind\":4') WHERE body LIKE '%wind%'";
    assert_eq!(connection.execute(edit, ()).expect("it has lines"), 1);
    drop(connection);
    let said = folder.run(&["verify"]);
    said.ends(4).tells("1 of 2 runs are not as they were recorded");
    assert!(said.out.contains("✗ moon: line "), "{}", said.out);
    assert!(said.out.contains("✓ sun: as it was recorded"), "{}", said.out);
    let document = folder.json(&["verify"]);
    assert_eq!(document["verified"], false);
    assert_eq!(document["error"]["code"], "damaged");
    folder.run(&["verify", "moon"]).ends(4);
    folder.run(&["verify", "sun"]).ends(0);
    // It is still shown, and nothing is built on it.
    folder.well(&["log", "moon"]);
    let before = bytes(&folder.journal());
    for words in [
        &["run", "moon"] as &[&str],
        &["undo", "moon", "--yes"],
        &["approve", "review", "--run", "moon"],
        &["skip", "Paint", "--because", "no", "--run", "moon"],
    ] {
        folder.run(words).ends(4).tells("of run `moon`");
    }
    assert!(before == bytes(&folder.journal()));
    folder.well(&["run", "sun"]);
}

#[test]
fn a_line_that_cannot_be_read_is_named() {
    let folder = folder();
    let connection = Connection::open(folder.journal()).expect("it is a database");
    connection
        .execute("UPDATE journal SET body = 'gibberish' WHERE seq = 3", ())
        .expect("it has lines");
    drop(connection);
    for words in [
        &["log", "moon"] as &[&str],
        &["status", "moon"],
        &["run", "sun"],
        &["approve", "review", "--run", "sun"],
    ] {
        folder.run(words).ends(4).tells("line 3");
    }
}

#[test]
fn a_foreign_database_is_left_alone() {
    let folder = Folder::new();
    let connection = Connection::open(folder.journal()).expect("it can be made");
    connection
        .execute_batch("CREATE TABLE songs (title); INSERT INTO songs VALUES ('Moon River')")
        .expect("it is SQL");
    drop(connection);
    let before = bytes(&folder.journal());
    for words in READERS.iter().chain(WRITERS) {
        folder.run(words).ends(2).tells("is not a store of runs");
    }
    folder.run(&["run", "--input", "moon.toml"]).ends(2);
    assert!(before == bytes(&folder.journal()));
}

#[test]
fn a_journal_of_a_newer_build_is_left_alone() {
    let folder = folder();
    let connection = Connection::open(folder.journal()).expect("it is a database");
    connection
        .pragma_update(None, "user_version", 99)
        .expect("it can be set");
    drop(connection);
    let before = bytes(&folder.journal());
    for words in READERS.iter().chain(WRITERS) {
        folder
            .run(words)
            .ends(2)
            .tells("format 99")
            .tells("use a newer build");
    }
    assert!(before == bytes(&folder.journal()));
}

#[test]
fn what_cannot_be_a_journal_is_told() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("folder.db")).expect("it can be made");
    let cases = [
        ("folder.db", "is a folder", 2),
        ("no/such/folder.db", "does not exist", 2),
        ("moon.toml/journal.db", "", 2),
        ("/dev/null", "is not a regular file", 2),
    ];
    for (journal, told, status) in cases {
        let begin = ["run", "--input", "moon.toml", "--journal", journal];
        let said = folder.run(&begin);
        assert!([status, 1].contains(&said.status), "{journal}: {}", said.err);
        said.tells(told).tells("error: ");
        assert!(!said.err.contains("panicked"), "{}", said.err);
        let said = folder.run(&["status", "--journal", journal]);
        assert!(said.status == 2 || said.status == 1, "{journal}: {}", said.err);
    }
    assert_eq!(bytes(&folder.path("moon.toml")), crate::folder::MOON.as_bytes());
}

#[test]
fn a_read_only_journal_is_told() {
    let folder = folder();
    let mut permissions = std::fs::metadata(folder.journal())
        .expect("it is there")
        .permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(folder.journal(), permissions).expect("it is ours");
    let before = bytes(&folder.journal());
    for words in READERS.iter().chain(WRITERS) {
        folder.run(words).ends(2).tells("is read-only");
    }
    assert!(before == bytes(&folder.journal()));
}

#[test]
fn an_empty_journal_has_no_runs() {
    let folder = Folder::new();
    folder.write("launch.db", "");
    folder.run(&["list"]).ends(0);
    folder.run(&["verify"]).ends(0);
    folder.run(&["status"]).ends(2).tells("has no run of `Launch`");
}
