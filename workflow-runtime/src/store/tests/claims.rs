//! One holder per run, and what happens when that one goes, dies or is taken over.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use super::*;

/// Names the store to the test that plays the other process.
const STORE: &str = "WORKFLOW_STORE_OF_PARENT";

/// Starts this test binary again, to run the test `name` of this module alone.
fn child(name: &str, path: &Path) -> Child {
    let (_, module) = module_path!().split_once("::").expect("a path below the crate");
    Command::new(env::current_exe().expect("this binary"))
        .args([
            &format!("{module}::{name}"),
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(STORE, path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

/// The words that a child reports, each on a line of its own after a `>`.
fn reports(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let output = BufReader::new(child.stdout.take().expect("piped"));
    output
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| line.split_once('>').map(|(_, said)| said.to_owned()))
}

#[allow(clippy::print_stdout, reason = "the parent reads it")]
fn report(word: &str) {
    println!(">{word}");
}

#[test]
#[ignore = "a part of other tests"]
fn holds_until_killed() {
    let Ok(path) = env::var(STORE) else { return };
    let store = SqliteStore::open(Path::new(&path)).expect("opens");
    let _claim = store.claim("a", 0).wait().expect("held");
    report("held");
    // Ends with the parent, should that not come to kill it.
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
#[ignore = "a part of other tests"]
fn appends_until_killed() {
    let Ok(path) = env::var(STORE) else { return };
    let store = SqliteStore::open(Path::new(&path)).expect("opens");
    let claim = store.claim("a", 0).wait().expect("held").claim;
    for _ in 0..100_000 {
        let last = store
            .append(&claim, vec![line("step")], None)
            .wait()
            .expect("kept");
        report(&last.to_string());
    }
}

#[test]
fn a_run_held_by_another_process_is_refused_until_that_is_killed() {
    let place = Place::new();
    let store = place.open();
    enter(&store, "a", 1);
    let mut child = child("holds_until_killed", &place.path());
    assert_eq!(reports(&mut child).next().as_deref(), Some("held"));

    let error = store.claim("a", 0).wait().expect_err("held");
    assert!(
        matches!(&error, StoreError::Held { holder, .. } if holder.pid == child.id()),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .starts_with(&format!("run `a` is held by process {} on `", child.id())),
        "{error}"
    );
    let holder = store
        .header("a")
        .expect("readable")
        .expect("there")
        .holder
        .expect("held");
    assert_eq!(holder.pid, child.id());
    assert_eq!(
        place
            .files()
            .iter()
            .filter(|name| name.contains("-owner-"))
            .count(),
        2
    );

    child.kill().expect("killed");
    child.wait().expect("gone");
    assert_eq!(store.header("a").expect("readable").expect("there").holder, None);
    let claimed = store.claim("a", 1).wait().expect("taken over at once");
    assert_eq!(claimed.lines.len(), 1);
    store
        .append(&claimed.claim, vec![line("on")], None)
        .wait()
        .expect("kept");
    let _other = place.open();
    assert_eq!(
        place
            .files()
            .iter()
            .filter(|name| name.contains("-owner-"))
            .count(),
        2,
        "the dead one's is gone"
    );
}

#[test]
fn what_a_killed_process_had_acknowledged_is_there() {
    let place = Place::new();
    enter(&place.open(), "a", 0);
    for kills in 1..=5 {
        let mut child = child("appends_until_killed", &place.path());
        let mut reports = reports(&mut child);
        let seen: Vec<u64> = reports
            .by_ref()
            .take(20 * kills)
            .map(|word| word.parse().expect("a number"))
            .collect();
        child.kill().expect("killed");
        let last = reports
            .filter_map(|word| word.parse().ok())
            .last()
            .or(seen.last().copied())
            .expect("some");
        child.wait().expect("gone");

        let store = place.open();
        assert!(
            bodies(&store, "a").len() as u64 >= last,
            "{last} were acknowledged"
        );
        store.verify("a").expect("whole");
    }
}

#[test]
fn two_processes_write_to_one_file() {
    let place = Place::new();
    let store = place.open();
    enter(&store, "a", 0);
    let mut child = child("appends_until_killed", &place.path());
    let mut reports = reports(&mut child);
    let claim = store.create(run("b")).wait().expect("entered");
    for number in 2..100 {
        assert_eq!(
            store
                .append(&claim, vec![line("step")], None)
                .wait()
                .expect("kept"),
            number
        );
        assert!(reports.next().is_some(), "the other goes on too");
        let last = store.header("a").expect("readable").expect("there").last_seq;
        // What is handed in there between two steps of the other comes too late more often than not.
        match store.append_if("a", last, vec![line("handed in")], None).wait() {
            Ok(seq) => assert_eq!(seq, last + 1),
            Err(error) => assert!(matches!(error, StoreError::Conflict { .. }), "{error}"),
        }
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
    ["a", "b"].iter().for_each(|id| store.verify(id).expect("whole"));
}

#[test]
fn a_run_is_held_once_within_a_process() {
    let place = Place::new();
    let (store, other) = (place.open(), place.open());
    let claim = store.create(run("a")).wait().expect("entered");
    for contender in [&store, &other] {
        let error = contender.claim("a", 0).wait().expect_err("held");
        assert!(
            error
                .to_string()
                .starts_with("run `a` is held by this process, process "),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .ends_with(" UTC; wait until it lets go, or end it"),
            "{error}"
        );
    }
    drop(claim);
    let claim = store
        .claim("a", 0)
        .wait()
        .expect("given back before it is asked for")
        .claim;
    drop(claim);
    // Another store learns of it once it is written.
    drop(store);
    let claim = other.claim("a", 0).wait().expect("given back").claim;
    other.append(&claim, vec![line("on")], None).wait().expect("kept");
}

#[test]
fn dropping_and_claiming_in_turn_always_works() {
    let place = Place::new();
    let store = place.open();
    enter(&store, "a", 0);
    for turn in 2..100 {
        let claimed = store.claim("a", 0).wait().expect("free");
        assert_eq!(
            store
                .append(&claimed.claim, vec![line("turn")], None)
                .wait()
                .expect("kept"),
            turn
        );
    }
}

#[test]
fn one_who_was_taken_over_is_fenced_off() {
    let place = Place::new();
    let (store, other) = (place.open(), place.open());
    let old = store.create(run("a")).wait().expect("entered");
    let new = other.seize("a", 0).wait().expect("seized").claim;
    other.append(&new, vec![line("new")], None).wait().expect("kept");

    let error = store
        .append(&old, vec![line("old")], None)
        .wait()
        .expect_err("fenced");
    assert!(
        error
            .to_string()
            .starts_with("run `a` was taken over by this process"),
        "{error}"
    );
    assert_eq!(bodies(&store, "a"), ["started", "new"]);
    drop(old);
    other
        .append(&new, vec![line("newer")], None)
        .wait()
        .expect("the old one's farewell changes nothing");

    let newest = other.seize("a", 0).wait().expect("seized within the store").claim;
    assert!(matches!(
        other.append(&new, vec![line("old")], None).wait(),
        Err(StoreError::Fenced { .. })
    ));
    drop(new);
    other
        .append(&newest, vec![line("newest")], None)
        .wait()
        .expect("kept");
    drop(newest);
    assert_eq!(bodies(&store, "a"), ["started", "new", "newer", "newest"]);
}

#[test]
fn a_holder_goes_on_after_what_others_handed_in() {
    let place = Place::new();
    let (store, other) = (place.open(), place.open());
    let claim = store.create(run("a")).wait().expect("entered");
    assert_eq!(
        other
            .append_if("a", 1, vec![line("handed in")], None)
            .wait()
            .expect("kept"),
        2
    );
    assert_eq!(
        store
            .append(&claim, vec![line("step")], None)
            .wait()
            .expect("kept"),
        3
    );
    assert_eq!(
        store
            .append_if("a", 3, vec![line("handed in")], None)
            .wait()
            .expect("kept"),
        4
    );
    assert_eq!(
        store
            .append(&claim, vec![line("step")], None)
            .wait()
            .expect("kept"),
        5
    );
    assert_eq!(
        bodies(&other, "a"),
        ["started", "handed in", "step", "handed in", "step"]
    );
    other.verify("a").expect("whole");
}

#[test]
fn a_claim_that_reaches_nobody_gives_itself_back() {
    let place = Place::new();
    let store = place.open();
    drop(store.create(run("a")));
    for _ in 0..50 {
        drop(store.claim("a", 0));
        // The answer to the one that was dropped may still be under way: it gives back after us.
        while let Err(error) = store.claim("a", 0).wait() {
            assert!(matches!(error, StoreError::Held { .. }), "{error}");
        }
    }
}

#[test]
fn an_owner_whose_lock_file_was_removed_is_fenced_off_not_believed() {
    let place = Place::new();
    let (store, other) = (place.open(), place.open());
    let claim = store.create(run("a")).wait().expect("entered");
    for name in place.files().iter().filter(|name| name.contains("-owner-")) {
        fs::remove_file(place.folder.path().join(name)).expect("removed");
    }
    let _new = other.claim("a", 0).wait().expect("taken for dead");
    assert!(matches!(
        store.append(&claim, vec![line("old")], None).wait(),
        Err(StoreError::Fenced { .. })
    ));
}
