//! Readers see what is committed, and neither wait nor are waited for.

use super::*;

#[test]
fn reading_goes_on_while_another_writes() {
    let place = Place::new();
    let store = place.open();
    enter(&store, "a", 2);
    let other = place.sqlite();
    other
        .execute_batch("BEGIN IMMEDIATE; DELETE FROM journal")
        .expect("in the middle of writing");
    assert_eq!(bodies(&store, "a"), ["started", "1", "2"]);
    assert_eq!(store.list().expect("readable").len(), 1);
    other.execute_batch("ROLLBACK").expect("let go");
}

#[test]
fn writing_goes_on_while_another_reads() {
    let place = Place::new();
    let store = place.open();
    let claim = store.create(run("a")).wait().expect("entered");
    let other = place.sqlite();
    let count = || other.query_row("SELECT count(*) FROM journal", (), |row| row.get::<_, i64>(0));
    other.execute_batch("BEGIN").expect("begun");
    assert_eq!(count().expect("readable"), 1);
    for _ in 0..100 {
        store
            .append(&claim, vec![line("step")], None)
            .wait()
            .expect("kept");
    }
    assert_eq!(count().expect("readable"), 1, "the one who reads sees one moment");
    assert_eq!(bodies(&store, "a").len(), 101);
}

#[test]
fn many_read_at_once() {
    let place = Place::new();
    let store = place.open();
    let claim = store.create(run("a")).wait().expect("entered");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut seen = 0;
                while seen < 200 {
                    let stored = store.whole("a").expect("readable").expect("there");
                    assert_eq!(
                        stored.header.last_seq,
                        stored.lines.len() as u64,
                        "header and lines are of one moment"
                    );
                    assert!(stored.lines.len() >= seen, "what was seen stays");
                    seen = stored.lines.len();
                }
            });
        }
        for _ in 0..200 {
            store
                .append(&claim, vec![line("step")], None)
                .wait()
                .expect("kept");
        }
    });
}

#[test]
fn lines_of_interleaved_runs_are_told_apart() {
    let place = Place::new();
    let store = place.open();
    let ids = ["a", "b", "c"];
    let claims = ids.map(|id| store.create(run(id)).wait().expect("entered"));
    for number in 1..50_u32 {
        for claim in &claims {
            let body = format!("{} {number}", claim.id());
            store.append(claim, vec![line(&body)], None).wait().expect("kept");
        }
    }
    for (id, claim) in ids.into_iter().zip(&claims) {
        let expected: Vec<_> = (1..50).map(|number| format!("{id} {number}")).collect();
        assert_eq!(bodies(&store, id)[1..], expected[..]);
        let since = store.read_since(claim, 48).expect("readable");
        assert_eq!(since.iter().map(|line| line.seq).collect::<Vec<_>>(), [49, 50]);
        assert_eq!(store.read_since(claim, 50).expect("readable"), []);
        assert_eq!(store.read_since(claim, u64::MAX).expect("readable"), []);
    }
    assert_eq!(
        store
            .list()
            .expect("readable")
            .iter()
            .map(|header| &*header.id)
            .collect::<Vec<_>>(),
        ids
    );
}

#[test]
fn equal_plans_are_stored_once() {
    let place = Place::new();
    let store = place.open();
    for id in ["a", "b"] {
        drop(store.create(run(id)).wait().expect("entered"));
    }
    drop(
        store
            .create(NewRun {
                plan: "{}".into(),
                ..run("c")
            })
            .wait()
            .expect("entered"),
    );
    let count = place
        .sqlite()
        .query_row("SELECT count(*) FROM plans", (), |row| row.get::<_, i64>(0));
    assert_eq!(count.expect("readable"), 2);
    let plans: Vec<_> = store
        .list()
        .expect("readable")
        .into_iter()
        .map(|header| header.plan)
        .collect();
    assert_eq!(
        plans.iter().map(|plan| &**plan).collect::<Vec<_>>(),
        ["{\"phases\":[]}", "{\"phases\":[]}", "{}"]
    );
    assert!(Arc::ptr_eq(&plans[0], &plans[1]));
}
