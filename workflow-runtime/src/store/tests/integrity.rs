//! Whatever is done to the file behind the store's back is found, and named.

use super::*;

/// What somebody does, the line that is named, and what is said of it.
const TAMPERED: &[(&str, u64, &str)] = &[
    (
        "UPDATE journal SET body = '9' WHERE seq = 3",
        3,
        "is not what was recorded",
    ),
    (
        "UPDATE journal SET at_ms = 9 WHERE seq = 1",
        1,
        "is not what was recorded",
    ),
    (
        "UPDATE journal SET hash = zeroblob(32) WHERE seq = 6",
        6,
        "is not what was recorded",
    ),
    (
        "UPDATE journal SET body = CAST(x'ff' AS TEXT) WHERE seq = 2",
        2,
        "is not what was recorded",
    ),
    ("DELETE FROM journal WHERE seq = 3", 3, "is missing"),
    ("DELETE FROM journal WHERE seq = 6", 6, "is missing"),
    ("DELETE FROM journal WHERE seq = 1", 1, "is missing"),
    (
        "UPDATE journal SET row = -row WHERE seq IN (3, 4);
         UPDATE journal SET row = 4 WHERE row = -3; UPDATE journal SET row = 3 WHERE row = -4",
        4,
        "is missing, another stands in its place",
    ),
    (
        "UPDATE journal SET seq = 7 - seq WHERE seq IN (3, 4);
         UPDATE journal SET body = 7 - body WHERE seq IN (3, 4)",
        4,
        "is missing, another stands in its place",
    ),
    (
        "UPDATE journal SET body = CASE seq WHEN 3 THEN '3' ELSE '2' END WHERE seq IN (3, 4)",
        3,
        "is not what was recorded",
    ),
    (
        "DELETE FROM journal WHERE seq = 6;
         UPDATE runs SET last_seq = 5, last_row = (SELECT row FROM journal WHERE seq = 5)",
        5,
        "is not the last line that was recorded",
    ),
    ("UPDATE runs SET last_row = 0", 6, "is missing"),
    ("UPDATE runs SET id = 'b'", 1, "is not what was recorded"),
    ("UPDATE journal SET previous = row", 5, "stands out of order"),
    (
        "UPDATE journal SET previous = 1 WHERE seq = 1",
        1,
        "is not the first that was recorded",
    ),
];

#[test]
fn tampering_is_found_and_named() {
    for (sql, seq, said) in TAMPERED {
        let place = Place::new();
        let store = place.open();
        enter(&store, "a", 5);
        store.verify("a").expect("whole");
        place.sqlite().execute_batch(sql).expect("done");
        let id = store.list().expect("readable").remove(0).id;
        match store.verify(&id) {
            Err(StoreError::Broken { seq: found, what, .. }) => {
                assert!(
                    found == *seq && what.starts_with(said),
                    "{sql}: line {found} {what}"
                );
            }
            other => panic!("{sql}: {other:?}"),
        }
    }
}

#[test]
fn a_line_put_in_its_place_by_a_careful_hand_breaks_the_next() {
    let place = Place::new();
    let (store, copy) = (place.open(), Place::new());
    enter(&store, "a", 5);
    // Elsewhere the same run went otherwise, and has a line that follows from the ones before it.
    let elsewhere = copy.open();
    let claim = elsewhere.create(run("a")).wait().expect("entered");
    elsewhere
        .append(&claim, vec![line("forged")], None)
        .wait()
        .expect("kept");
    let attach = format!("ATTACH '{}' AS copy", copy.path().display());
    let sqlite = place.sqlite();
    sqlite.execute_batch(&attach).expect("attached");
    let forge =
        "UPDATE journal SET (body, hash) = (SELECT body, hash FROM copy.journal WHERE seq = 2) WHERE seq = 2";
    sqlite.execute_batch(forge).expect("forged");
    assert_eq!(bodies(&store, "a")[1], "forged");
    assert!(matches!(
        store.verify("a"),
        Err(StoreError::Broken { seq: 3, .. })
    ));
}

#[test]
fn a_broken_chain_is_an_error_to_those_who_read_and_to_those_who_claim() {
    let place = Place::new();
    let store = place.open();
    enter(&store, "a", 5);
    enter(&store, "b", 5);
    let held = store.claim("a", 6).wait().expect("free").claim;
    place
        .sqlite()
        .execute_batch("DELETE FROM journal WHERE run = 1 AND seq = 3")
        .expect("done");
    assert_eq!(store.read_since(&held, 3).expect("what is after it").len(), 3);
    drop(held);
    let text = "line 3 of run `a` is missing; restore the store from a backup";
    assert_eq!(store.whole("a").expect_err("broken").to_string(), text);
    assert_eq!(store.claim("a", 0).wait().expect_err("broken").to_string(), text);
    assert_eq!(store.header("a").expect("readable").expect("there").holder, None);
    assert_eq!(bodies(&store, "b").len(), 6, "other runs are not concerned");
    store.verify("b").expect("whole");
}

#[test]
fn bodies_of_any_shape_come_back_as_they_were() {
    let place = Place::new();
    let store = place.open();
    let claim = store.create(run("a")).wait().expect("entered");
    let odd = [
        "",
        "\0",
        "a\0b",
        "\u{1F980}",
        "'; DROP TABLE journal; --",
        "\r\n\t",
        "12",
        "1e3",
    ];
    let long = "long".repeat(500_000);
    let all: Vec<&str> = odd.iter().copied().chain([long.as_str()]).collect();
    store
        .append(&claim, all.iter().map(|body| line(body)).collect(), None)
        .wait()
        .expect("kept");
    assert_eq!(bodies(&store, "a")[1..], all[..]);
    store.verify("a").expect("whole");
    for id in odd.iter().filter(|id| **id != "a") {
        drop(store.create(run(id)).wait().expect("an id is a text like others"));
        assert_eq!(bodies(&store, id).len(), 1);
    }
}
