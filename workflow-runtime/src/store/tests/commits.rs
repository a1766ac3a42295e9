//! What is acknowledged is kept, and a failure concerns only whom it concerns.

use super::super::error::Fault;
use super::super::ledger::Ledger;
use super::super::queue::Work;
use super::*;

/// Something done on the writer's own connection, whose settings no other can change.
struct OnWriter(&'static str);

impl Work for OnWriter {
    type Done = ();

    fn perform(&self, ledger: &mut Ledger) -> Result<(), Fault> {
        Ok(ledger.connection.query_row(self.0, (), |_| Ok(()))?)
    }
}

#[test]
fn lines_survive_reopening() {
    let place = Place::new();
    let store = place.open();
    let claim = store.create(run("a")).wait().expect("entered");
    let last = store
        .append(&claim, vec![line("one"), line("two")], Some(status("done")))
        .wait();
    assert_eq!(last.expect("kept"), 3);
    drop((claim, store));
    assert_eq!(place.files(), ["runs.db"], "neither log nor lock stays behind");

    let store = place.open();
    let header = store.header("a").expect("readable").expect("there");
    assert_eq!(header.status, status("done"));
    assert_eq!(
        (
            header.last_seq,
            header.created_at,
            header.updated_at,
            header.holder
        ),
        (3, 5, 7, None)
    );
    assert_eq!(bodies(&store, "a"), ["started", "one", "two"]);
    store.verify("a").expect("whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_runs_at_once_keep_all_acknowledged_lines() {
    let place = Place::new();
    let store = place.open();
    let mut tasks = Vec::new();
    for index in 0..64 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            let id = format!("run {index}");
            let claim = store.create(run(&id)).await.expect("entered");
            for number in 0..20 {
                let last = store.append(&claim, vec![line(&number.to_string())], None).await;
                assert_eq!(last.expect("kept"), number + 2);
            }
        }));
    }
    for task in tasks {
        task.await.expect("runs through");
    }
    drop(store);

    let store = place.open();
    assert_eq!(store.list().expect("readable").len(), 64);
    for index in 0..64 {
        let id = format!("run {index}");
        store.verify(&id).expect("whole");
        let numbers: Vec<_> = (0..20).map(|number: u32| number.to_string()).collect();
        assert_eq!(bodies(&store, &id)[1..], numbers[..]);
    }
}

#[test]
fn the_last_handle_waits_for_what_was_handed_over() {
    let place = Place::new();
    let store = place.open();
    let claim = store.create(run("a")).wait().expect("entered");
    let replies: Vec<_> = (0..100)
        .map(|number: u32| store.append(&claim, vec![line(&number.to_string())], None))
        .collect();
    drop(replies);
    drop(store);
    // The claim outlives its store; there is nothing left for it to give back.
    drop(claim);
    assert_eq!(bodies(&place.open(), "a").len(), 101);
}

#[test]
fn a_line_that_cannot_be_written_fails_alone() {
    for how in ["ABORT", "ROLLBACK", "FAIL"] {
        let place = Place::new();
        let store = place.open();
        let claims: Vec<_> = ["a", "b", "c"]
            .iter()
            .map(|id| store.create(run(id)).wait().expect("entered"))
            .collect();
        let other = place.sqlite();
        let trigger = format!(
            "CREATE TRIGGER refuse AFTER INSERT ON journal WHEN new.body = 'poison'
                BEGIN SELECT RAISE({how}, 'poisoned'); END"
        );
        other.execute_batch(&trigger).expect("a trigger");
        // While another writes, the three come together in one group.
        other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
        let replies = [
            store.append(&claims[0], vec![line("fine")], None),
            store.append(&claims[1], vec![line("fine"), line("poison")], None),
            store.append(&claims[2], vec![line("fine")], None),
        ];
        other.execute_batch("COMMIT").expect("let go");
        let [a, b, c] = replies.map(super::super::Reply::wait);
        assert_eq!((a.expect("kept"), c.expect("kept")), (2, 2));
        assert!(b.expect_err("refused").to_string().contains("poisoned"));
        assert_eq!(
            bodies(&store, "b"),
            ["started"],
            "not even its first line is there"
        );

        assert_eq!(
            store
                .append(&claims[1], vec![line("again")], None)
                .wait()
                .expect("goes on"),
            2
        );
        ["a", "b", "c"]
            .iter()
            .for_each(|id| store.verify(id).expect("whole"));
    }
}

#[test]
fn a_failed_commit_is_told_to_all_and_leaves_the_store_usable() {
    let place = Place::new();
    let store = place.open();
    let claims: Vec<_> = ["a", "b"]
        .iter()
        .map(|id| store.create(run(id)).wait().expect("entered"))
        .collect();
    let other = place.sqlite();
    // Foreign keys that are looked at only when committing are the one way to make a commit fail at will.
    let late = "CREATE TABLE parents (key INTEGER PRIMARY KEY);
        CREATE TABLE children (parent REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER late AFTER INSERT ON journal WHEN new.body = 'late'
            BEGIN INSERT INTO children VALUES (1); END;
        BEGIN IMMEDIATE";
    other.execute_batch(late).expect("a trigger");
    let replies = [
        store.append(&claims[0], vec![line("fine")], None),
        store.append(&claims[1], vec![line("late")], None),
    ];
    let entering = store.create(run("c"));
    other.execute_batch("COMMIT").expect("let go");
    let [a, b] = replies.map(super::super::Reply::wait);
    b.expect_err("told");
    let entered = entering.wait().is_ok();
    assert_eq!(
        store.whole("c").expect("readable").is_some(),
        entered,
        "entered if and only if told so"
    );
    assert_eq!(
        a.is_ok(),
        bodies(&store, "a").len() == 2,
        "acknowledged if and only if kept"
    );

    store
        .append(&claims[0], vec![line("again")], None)
        .wait()
        .expect("goes on");
    store
        .append(&claims[1], vec![line("again")], None)
        .wait()
        .expect("goes on");
    assert_eq!(
        store.create(run("c")).wait().is_err(),
        entered,
        "what was entered in vain is in nobody's way"
    );
    ["a", "b", "c"]
        .iter()
        .for_each(|id| store.verify(id).expect("whole"));
}

#[test]
fn a_full_disk_is_told_and_leaves_the_store_usable() {
    let place = Place::new();
    let store = place.open();
    let claim = store.create(run("a")).wait().expect("entered");
    store
        .queue()
        .submit(OnWriter("PRAGMA max_page_count = 20"))
        .wait()
        .expect("set");
    let mut kept = 1;
    let error = loop {
        match store.append(&claim, vec![line(&"x".repeat(3000))], None).wait() {
            Ok(last) => kept = last,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        format!(
            "there is no room to write to `{}`; free some space and go on",
            place.path().canonicalize().expect("there").display()
        )
    );
    assert_eq!(
        bodies(&store, "a").len() as u64,
        kept,
        "all that was acknowledged, nothing else"
    );

    store
        .queue()
        .submit(OnWriter("PRAGMA max_page_count = 1000"))
        .wait()
        .expect("set");
    let last = store.append(&claim, vec![line(&"x".repeat(3000))], None).wait();
    assert_eq!(last.expect("goes on"), kept + 1);
    store.verify("a").expect("whole");
}

#[test]
fn the_log_is_written_back_while_the_store_is_open() {
    let place = Place::new();
    let store = place.open();
    let claim = store.create(run("a")).wait().expect("entered");
    for _ in 0..2000 {
        store
            .append(&claim, vec![line(&"x".repeat(3000))], None)
            .wait()
            .expect("kept");
    }
    let log = fs::metadata(place.folder.path().join("runs.db-wal"))
        .expect("the log")
        .len();
    assert!(log < 8 << 20, "the log has {log} bytes");
}

#[test]
fn a_panic_of_the_writer_is_an_error_for_all_others() {
    struct Panics;
    impl Work for Panics {
        type Done = ();
        fn perform(&self, _: &mut Ledger) -> Result<(), Fault> {
            panic!("on purpose");
        }
    }
    let place = Place::new();
    let store = place.open();
    enter(&store, "a", 1);
    assert!(matches!(
        store.queue().submit(Panics).wait(),
        Err(StoreError::Closed { .. })
    ));
    assert!(matches!(
        store.create(run("b")).wait(),
        Err(StoreError::Closed { .. })
    ));
    assert_eq!(bodies(&store, "a").len(), 2, "it can still be read");
    drop(store);
    assert!(place.open().claim("a", 0).wait().is_ok());
}

#[test]
fn what_has_to_be_refused_is_refused() {
    let place = Place::new();
    let store = place.open();
    enter(&store, "a", 3);
    let error = store.create(run("a")).wait().expect_err("taken");
    assert_eq!(
        error.to_string(),
        "run `a` exists already; resume it, or choose another id"
    );
    let error = store
        .append_if("a", 3, vec![line("late")], None)
        .wait()
        .expect_err("late");
    let text = "run `a` has moved on from line 3 to line 4; look at it again and decide anew";
    assert_eq!(error.to_string(), text);
    for error in [
        store.claim("b", 0).wait().map(drop),
        store.append_if("b", 0, vec![line("lost")], None).wait().map(drop),
        store.verify("b"),
    ] {
        assert!(matches!(error, Err(StoreError::Unknown { .. })), "{error:?}");
    }
    assert_eq!(store.whole("b").expect("readable"), None);
    assert_eq!(
        store
            .append_if("a", 4, vec![line("in time")], Some(status("running")))
            .wait()
            .expect("kept"),
        5
    );
}

#[test]
fn a_second_run_of_the_same_id_in_one_group_is_refused() {
    let place = Place::new();
    let store = place.open();
    let other = place.sqlite();
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let (first, second) = (store.create(run("a")), store.create(run("a")));
    other.execute_batch("COMMIT").expect("let go");
    let _held = first.wait().expect("entered");
    assert!(matches!(second.wait(), Err(StoreError::Exists { .. })));
}
