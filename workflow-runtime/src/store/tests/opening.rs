//! Which files are opened and which are refused, and that the refused are left as they are.

use std::ffi::OsStr;

use super::*;

fn refused(path: &Path) -> String {
    match SqliteStore::open(path) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error.to_string(),
    }
}

/// Opens `path`, which must be refused, must be said to be as `fault` has it, and must stay as it is.
fn check_refused(place: &Place, fault: &str) {
    let contents = |place: &Place| -> Vec<_> {
        place
            .files()
            .iter()
            .map(|name| (name.clone(), fs::read(place.folder.path().join(name)).ok()))
            .collect()
    };
    let before = contents(place);
    let error = refused(&place.path());
    assert!(
        error.starts_with(&format!("`{}` {fault}", place.path().display())),
        "{error}"
    );
    assert!(error.contains("; "), "{error} has no remedy");
    assert!(contents(place) == before, "something was changed by {error}");
}

#[test]
fn the_settings_of_the_promise_are_on() {
    let place = Place::new();
    let store = place.open();
    assert!(
        rusqlite::version_number() >= 3_051_003,
        "SQLite {}",
        rusqlite::version()
    );
    let sqlite = place.sqlite();
    let pragma =
        |name: &str| sqlite.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
    assert_eq!(pragma("journal_mode").expect("a mode"), "wal".to_owned().into());
    assert_eq!(pragma("application_id").expect("an id"), 0x666c_6f77.into());
    assert_eq!(pragma("user_version").expect("a version"), 2.into());
    drop(store);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let place = Place::new();
    fs::write(place.path(), "Dear diary,\n".repeat(1000)).expect("written");
    check_refused(&place, "is not a SQLite database, or its beginning is damaged;");
    fs::write(place.path(), "x").expect("written");
    check_refused(&place, "is not a store of runs");
}

#[test]
fn the_database_of_another_is_refused_and_left_alone() {
    for mode in ["DELETE", "WAL"] {
        for more in [
            "",
            "CREATE TABLE runs (id TEXT)",
            "PRAGMA application_id = 7; CREATE TABLE t (x)",
        ] {
            let place = Place::new();
            let theirs = place.sqlite();
            theirs
                .query_row(&format!("PRAGMA journal_mode = {mode}"), (), |_| Ok(()))
                .expect("set");
            theirs.execute_batch("CREATE TABLE u (x)").expect("theirs");
            theirs.execute_batch(more).expect("theirs");
            check_refused(&place, "is not a store of runs (its application id is 0x0");
            drop(theirs);
            check_refused(&place, "is not a store of runs (its application id is 0x0");
        }
    }
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let place = Place::new();
    enter(&place.open(), "a", 1);
    place
        .sqlite()
        .pragma_update(None, "user_version", 3)
        .expect("set");
    check_refused(
        &place,
        "has format 3, while this build reads up to 2; use a newer build",
    );
}

#[test]
fn a_damaged_store_is_refused() {
    let place = Place::new();
    enter(&place.open(), "a", 100);
    let whole = fs::read(place.path()).expect("readable");

    fs::write(place.path(), &whole[..whole.len() - 5000]).expect("cut off");
    check_refused(&place, "is damaged (");

    let mut bytes = whole.clone();
    bytes[100..4096].fill(0xa5);
    fs::write(place.path(), &bytes).expect("overwritten");
    check_refused(&place, "is damaged (");

    let mut bytes = whole.clone();
    bytes[..100].fill(0);
    fs::write(place.path(), &bytes).expect("overwritten");
    check_refused(&place, "is not a SQLite database, or its beginning is damaged");

    fs::write(place.path(), &whole).expect("restored");
    place
        .sqlite()
        .execute_batch("DROP TABLE journal")
        .expect("dropped");
    check_refused(&place, "is damaged (no such table: journal");
}

#[test]
fn damage_behind_the_beginning_is_an_error_where_it_is_met() {
    let place = Place::new();
    enter(&place.open(), "a", 3000);
    let mut bytes = fs::read(place.path()).expect("readable");
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xa5);
    fs::write(place.path(), &bytes).expect("overwritten");
    let store = place.open();
    let error = store.whole("a").expect_err("damaged");
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert!(matches!(store.verify("a"), Err(StoreError::Damaged { .. })));
    assert!(matches!(
        store.claim("a", 0).wait(),
        Err(StoreError::Damaged { .. })
    ));
    drop(
        store
            .create(run("b"))
            .wait()
            .expect("other runs are not concerned"),
    );
}

#[test]
fn what_is_no_file_is_refused() {
    let place = Place::new();
    fs::create_dir(place.path()).expect("a folder");
    check_refused(&place, "is a folder; name a file in it");

    let below = place.folder.path().join("nowhere").join("runs.db");
    assert_eq!(
        refused(&below),
        format!(
            "the folder of `{}` does not exist; create it first",
            below.display()
        )
    );
    assert!(refused(&place.folder.path().join("")).contains("is a folder"));
    assert!(refused(Path::new("")).starts_with("cannot use ``: "));

    let file = place.folder.path().join("file");
    fs::write(&file, "").expect("written");
    let below = file.join("runs.db");
    assert!(
        refused(&below).starts_with(&format!("cannot use `{}`: ", below.display())),
        "{}",
        refused(&below)
    );
    if cfg!(unix) {
        assert!(refused(Path::new("/dev/null")).starts_with("`/dev/null` is not a regular file; "));
    }
}

#[test]
fn a_read_only_file_is_refused() {
    let place = Place::new();
    enter(&place.open(), "a", 1);
    let mut permissions = fs::metadata(place.path()).expect("there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(place.path(), permissions).expect("set");
    check_refused(&place, "is read-only; make it writable, or choose another path");
}

#[test]
fn a_folder_that_takes_no_files_is_refused() {
    // Rights do not stop everybody; the folders of the kernel do.
    let path = Path::new("/proc/self/runs.db");
    if !path.parent().is_some_and(Path::is_dir) {
        return;
    }
    let error = refused(path);
    assert!(
        error.starts_with("no file can be written in the folder of `/proc/self/runs.db` ("),
        "{error}"
    );
    assert!(
        error.ends_with("); make it writable, or choose another path"),
        "{error}"
    );
}

#[test]
fn an_empty_file_becomes_a_store() {
    let place = Place::new();
    fs::write(place.path(), "").expect("written");
    enter(&place.open(), "a", 1);
    assert_eq!(bodies(&place.open(), "a").len(), 2);
}

#[test]
fn a_store_whose_making_was_interrupted_is_made_again() {
    let (half, place) = (Place::new(), Place::new());
    let sqlite = half.sqlite();
    // A small cache makes SQLite write to the file in the middle of the transaction.
    let begin =
        "PRAGMA cache_size = 1; BEGIN IMMEDIATE; PRAGMA application_id = 0x666c6f77; CREATE TABLE t (x);
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
            INSERT INTO t SELECT zeroblob(1000) FROM n";
    sqlite.execute_batch(begin).expect("in the middle of it");
    for name in half.files() {
        fs::copy(half.folder.path().join(&name), place.folder.path().join(&name)).expect("copied");
    }
    assert!(fs::metadata(place.path()).expect("there").len() > 0);
    enter(&place.open(), "a", 1);
    assert_eq!(bodies(&place.open(), "a").len(), 2);
}

#[test]
fn many_open_a_new_store_at_once() {
    let place = Place::new();
    std::thread::scope(|scope| {
        for index in 0..8 {
            let place = &place;
            scope.spawn(move || enter(&place.open(), &format!("run {index}"), 3));
        }
    });
    assert_eq!(place.open().list().expect("readable").len(), 8);
    assert_eq!(place.files(), ["runs.db"]);
}

#[test]
fn paths_have_no_second_meaning() {
    let folder = TempDir::new().expect("a folder");
    for name in [
        ":memory:",
        "file:x",
        "a?mode=memory",
        "a#b",
        "50%",
        "with space",
        "\u{e9}t\u{e9}",
    ] {
        let path = folder.path().join(name);
        enter(&SqliteStore::open(&path).expect("opens"), "a", 1);
        assert!(fs::metadata(&path).expect("a file").len() > 0, "{name}");
        assert_eq!(
            bodies(&SqliteStore::open(&path).expect("opens again"), "a").len(),
            2,
            "{name}"
        );
    }
    #[cfg(unix)]
    {
        let path = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("50%"), &path).expect("a link");
        let (store, other) = (
            SqliteStore::open(&path).expect("opens"),
            folder.path().join("50%"),
        );
        assert_eq!(store.path().file_name(), Some(OsStr::new("50%")));
        let _held = store.claim("a", 0).wait().expect("held");
        let other = SqliteStore::open(&other).expect("opens");
        assert!(
            matches!(other.claim("a", 0).wait(), Err(StoreError::Held { .. })),
            "all agree on the path"
        );
    }
}
