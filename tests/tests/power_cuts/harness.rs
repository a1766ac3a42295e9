//! The harness itself: it notices what a database loses that does not wait for the disk, and nothing of one that does.

use disk::{Fate, Log, Random};
use rusqlite::Connection;
use tests::cuts::Watched;

const ROWS: i64 = 20;

/// Inserts rows with these settings, noting each when SQLite has acknowledged it.
fn fill(journal_mode: &str, synchronous: &str) -> Log {
    let watched = Watched::new();
    let sql = Connection::open(watched.path()).expect("a fresh file can be opened");
    let settings = format!(
        "PRAGMA journal_mode = {journal_mode}; PRAGMA synchronous = {synchronous};
        CREATE TABLE t (x INTEGER PRIMARY KEY, y)"
    );
    sql.execute_batch(&settings).expect("it can be set");
    for row in 1..=ROWS {
        let insert = "INSERT INTO t VALUES (?1, zeroblob(1000))";
        sql.execute(insert, [row]).expect("there is room");
        watched.disk.note(format!("t: {row}"));
    }
    watched.disk.log()
}

#[derive(Debug, Default, PartialEq)]
struct Damage {
    /// Cuts that took a row that was acknowledged.
    lost: usize,
    /// Cuts that left something that is no database any more.
    broken: usize,
}

/// What of all cuts of the log did damage.
fn damage(log: &Log) -> Damage {
    let mut damage = Damage::default();
    for (seed, point) in (0..).zip(0..=log.len()) {
        for fate in Fate::ALL {
            let watched = Watched::new();
            let image = log.cut(point, fate, Random::new(seed));
            image.lay_out(watched.folder()).expect("the files can be written");
            let acknowledged = i64::try_from(log.notes_before(point).count()).expect("few");
            match rows(&watched.sql()) {
                Ok(found) => damage.lost += usize::from(found < acknowledged),
                Err(_) => damage.broken += 1,
            }
        }
    }
    damage
}

/// How many rows there are, in a file that is whole.
fn rows(sql: &Connection) -> rusqlite::Result<i64> {
    let whole: String = sql.query_row("PRAGMA integrity_check", (), |row| row.get(0))?;
    if whole != "ok" {
        return Err(rusqlite::Error::InvalidQuery);
    }
    let table = "SELECT count(*) FROM sqlite_schema WHERE name = 't'";
    match sql.query_row(table, (), |row| row.get(0))? {
        0 => Ok(0),
        _ => sql.query_row("SELECT count(*) FROM t", (), |row| row.get(0)),
    }
}

#[test]
fn a_database_that_waits_for_the_disk_loses_nothing() {
    for (journal_mode, synchronous) in [("WAL", "FULL"), ("DELETE", "EXTRA")] {
        let damage = damage(&fill(journal_mode, synchronous));
        assert_eq!(damage, Damage::default(), "{journal_mode}");
    }
}

#[test]
fn the_harness_notices_commits_that_are_lost() {
    for synchronous in ["OFF", "NORMAL"] {
        let damage = damage(&fill("WAL", synchronous));
        assert!(damage.lost > 10, "{synchronous}: {damage:?}");
        assert_eq!(damage.broken, 0, "{synchronous}: the checksums of the log hold");
    }
    let damage = damage(&fill("DELETE", "FULL"));
    assert!(
        damage.lost > 10 && damage.broken == 0,
        "a deletion that is not synced comes undone: {damage:?}"
    );
}

#[test]
fn the_harness_notices_a_file_that_is_torn() {
    let damage = damage(&fill("DELETE", "OFF"));
    assert!(damage.lost > 10 && damage.broken > 10, "{damage:?}");
}
