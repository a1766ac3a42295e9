//! What is read of, and told to, the runs of a real Restate server, from outside; and, in `faults`, each fault once, on
//! purpose.

#[path = "remote/faults.rs"]
mod faults;
#[path = "remote/server.rs"]
mod server;
#[path = "remote/service.rs"]
mod service;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tests::restate::{Server, order, register};
use workflow_restate::__remote;
use workflow_runtime::__engine::{EntryKind, PlanName, Remote, Seen, Status};

use self::server::{PLANS, serve, server};

const FLOW: PlanName<'static> = plan(0);

const fn plan(number: usize) -> PlanName<'static> {
    let (workflow, fingerprint) = PLANS[number];
    PlanName {
        workflow,
        fingerprint,
    }
}

macro_rules! remote {
    () => {
        match server() {
            Some(server) => (__remote(&server.admin_url()).unwrap(), server),
            None => return,
        }
    };
}

fn script(lines: &[&str]) -> String {
    json!({ "script": lines }).to_string()
}

async fn begin(remote: &Arc<dyn Remote>, id: &str, lines: &[&str]) {
    assert!(remote.begin(FLOW, id, script(lines)).await.unwrap());
}

async fn look(remote: &Arc<dyn Remote>, id: &str) -> Seen {
    remote.look(id).await.unwrap().expect("there is such a run")
}

/// Looks until it is so.
async fn until(remote: &Arc<dyn Remote>, id: &str, so: impl Fn(&Seen) -> bool) -> Seen {
    for _ in 0..200 {
        let seen = look(remote, id).await;
        if so(&seen) {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came to that: {:?}", look(remote, id).await);
}

/// As an operator does.
fn kill(server: &Server, seen: &Seen) {
    let (_, invocation) = seen.handle.split_once(' ').unwrap();
    let url = format!("{}/invocations/{invocation}/kill", server.admin_url());
    assert!(order("PATCH", &url).unwrap().is_good());
}

fn kinds(seen: &Seen) -> Vec<EntryKind> {
    seen.entries.iter().map(|entry| entry.kind.clone()).collect()
}

fn trying(name: &str) -> EntryKind {
    EntryKind::Trying(name.to_owned())
}

fn kept(name: &str) -> EntryKind {
    EntryKind::Kept {
        name: name.to_owned(),
        text: json!({ "did": name }).to_string(),
    }
}

#[tokio::test]
async fn a_run_shows_all_that_it_kept() {
    let (remote, server) = remote!();
    assert!(remote.look("kept").await.unwrap().is_none());
    let lines = [
        "once Build.one",
        "both Build.a Build.b",
        "wait hand-in/Build.sign/0",
        "once Build.last",
    ];
    begin(&remote, "kept", &lines).await;
    let seen = until(&remote, "kept", |seen| seen.status == Status::Idle).await;
    let key = "hand-in/Build.sign/0";
    let mut expected = vec![
        EntryKind::Begun(script(&lines)),
        trying("Build.one"),
        kept("Build.one"),
        trying("Build.a"),
        trying("Build.b"),
    ];
    let mut found = kinds(&seen);
    // These two came in either order.
    let [a, b] = [kept("Build.a"), kept("Build.b")];
    assert!(
        found[5..7] == [a.clone(), b.clone()] || found[5..7] == [b, a],
        "{found:?}"
    );
    found.drain(5..7);
    expected.push(EntryKind::Awaits(key.to_owned()));
    assert_eq!(found, expected);
    assert_eq!(
        (seen.workflow.as_str(), &*seen.plan),
        ("Flow", r#"{"workflow":"Flow"}"#)
    );

    let listed = remote.list().await.unwrap();
    let run = listed.iter().find(|run| run.id == "kept").unwrap();
    assert_eq!((run.workflow.as_str(), run.last.as_str()), ("Flow", "Build.sign"));
    assert_eq!((run.awaits.as_deref(), &run.status), (Some(key), &Status::Idle));
    assert_eq!(run.began_ms, seen.began_ms);

    assert!(
        remote
            .give(&seen, key, r#"{"by": "ada"}"#.to_owned())
            .await
            .unwrap()
    );
    assert!(
        !remote
            .give(&seen, key, r#"{"by": "bob"}"#.to_owned())
            .await
            .unwrap()
    );
    let seen = until(&remote, "kept", |seen| seen.status == Status::Over).await;
    let given = EntryKind::Given {
        key: key.to_owned(),
        text: r#"{"by": "ada"}"#.to_owned(),
    };
    assert_eq!(
        kinds(&seen)[8..],
        [given, trying("Build.last"), kept("Build.last")]
    );
    assert!(remote.place().contains(&server.admin_url()));

    let error = remote.give(&seen, key, "no json".to_owned()).await.unwrap_err();
    assert!(error.is_refused(), "{error}");
    let error = remote.stop(&seen).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the run `kept` is over; nothing is left to be stopped"
    );
}

#[tokio::test]
async fn ids_may_have_any_characters() {
    let (remote, _) = remote!();
    for id in [
        "it's",
        "a/b",
        "ü",
        "%",
        "two words",
        r"a\'b",
        "#x?y=z&",
        "\"quoted\"",
        "' or 'a'='a",
    ] {
        begin(&remote, id, &["wait hand-in/Build.sign/0"]).await;
        assert!(!remote.begin(FLOW, id, script(&[])).await.unwrap());
        let seen = until(&remote, id, |seen| seen.status == Status::Idle).await;
        assert!(
            remote
                .give(&seen, "hand-in/Build.sign/0", "1".to_owned())
                .await
                .unwrap()
        );
        until(&remote, id, |seen| seen.status == Status::Over).await;
        assert!(
            remote.list().await.unwrap().iter().any(|run| run.id == id),
            "{id}"
        );
    }
    assert!(
        remote
            .begin(FLOW, "..", script(&[]))
            .await
            .unwrap_err()
            .is_refused()
    );
}

#[tokio::test]
async fn an_id_belongs_to_one_run_of_all_plans() {
    let (remote, _) = remote!();
    begin(&remote, "one", &[]).await;
    until(&remote, "one", |seen| seen.status == Status::Over).await;
    assert!(!remote.begin(plan(1), "one", script(&[])).await.unwrap());
    let error = remote.begin(plan(2), "one", script(&[])).await.unwrap_err();
    assert!(error.is_other_workflow(), "{error}");
}

#[tokio::test]
async fn a_run_is_told_to_stop() {
    let (remote, _) = remote!();
    begin(&remote, "stop", &["wait hand-in/X/0", "wait word/0"]).await;
    let seen = until(&remote, "stop", |seen| seen.status == Status::Idle).await;
    remote.stop(&seen).await.unwrap();
    let awaits = |key: &str| EntryKind::Awaits(key.to_owned());
    let seen = until(&remote, "stop", |seen| {
        kinds(seen).last() == Some(&awaits("word/0"))
    })
    .await;
    let expected = [
        awaits("hand-in/X/0"),
        EntryKind::Stopped,
        trying("stopped"),
        kept("stopped"),
        awaits("word/0"),
    ];
    assert_eq!(kinds(&seen)[1..], expected);
    let listed = remote.list().await.unwrap();
    let run = listed.iter().find(|run| run.id == "stop").unwrap();
    assert_eq!(
        (run.awaits.as_deref(), run.last.as_str()),
        (Some("word/0"), "stopped")
    );
}

#[tokio::test]
async fn a_run_that_waits_for_time_is_not_at_rest_while_it_is_connected() {
    let (remote, _) = remote!();
    begin(&remote, "sleep", &["sleep 600", "once Build.one"]).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let seen = look(&remote, "sleep").await;
    assert!(
        matches!(&seen.status, Status::Busy(who) if who.starts_with("the worker at `http://127")),
        "{seen:?}"
    );
    assert_eq!(seen.entries.len(), 1);
    let seen = until(&remote, "sleep", |seen| seen.status == Status::Over).await;
    assert_eq!(kinds(&seen)[1..], [trying("Build.one"), kept("Build.one")]);
}

#[tokio::test]
async fn a_run_that_is_stuck_says_why_and_goes_on_when_it_is_given_something() {
    let (remote, _) = remote!();
    begin(&remote, "crash", &["once Build.one", "crash", "wait hand-in/X/0"]).await;
    let stuck =
        |paused| move |seen: &Seen| matches!(&seen.status, Status::Stuck { paused: is, .. } if *is == paused);
    for paused in [false, true] {
        let seen = until(&remote, "crash", stuck(paused)).await;
        let Status::Stuck { why, .. } = &seen.status else {
            unreachable!()
        };
        assert!(why.starts_with("the worker at `http://127.0.0.1:"), "{why}");
        assert!(
            why.contains("`: Handler failed with") && why.contains("the disk is full"),
            "{why}"
        );
        assert!(!why.contains('\n'), "{why}");
        let listed = remote.list().await.unwrap();
        assert_eq!(
            listed.iter().find(|run| run.id == "crash").unwrap().status,
            seen.status
        );
    }
    service::MENDED.lock().unwrap().push("crash".to_owned());
    let seen = look(&remote, "crash").await;
    assert!(remote.give(&seen, "hand-in/X/0", "1".to_owned()).await.unwrap());
    until(&remote, "crash", |seen| seen.status == Status::Over).await;
}

#[tokio::test]
async fn a_run_is_stuck_if_one_of_its_attempts_is() {
    let (remote, _) = remote!();
    begin(
        &remote,
        "part",
        &["both Build.fine Build.crash", "wait hand-in/X/0"],
    )
    .await;
    let seen = until(&remote, "part", |seen| {
        matches!(seen.status, Status::Stuck { paused: true, .. })
    })
    .await;
    let listed = remote.list().await.unwrap();
    let run = listed.iter().find(|run| run.id == "part").unwrap();
    assert_eq!((&run.status, run.last.as_str()), (&seen.status, "Build.crash"));
    service::MENDED.lock().unwrap().push("part".to_owned());
    assert!(remote.give(&seen, "hand-in/X/0", "1".to_owned()).await.unwrap());
    until(&remote, "part", |seen| seen.status == Status::Over).await;
}

#[tokio::test]
async fn a_taking_back_that_was_killed_is_done_again() {
    let (remote, server) = remote!();
    begin(&remote, "again", &[]).await;
    let done = until(&remote, "again", |seen| seen.status == Status::Over).await;
    remote
        .take_back(&done, vec![r#""crash""#.to_owned()])
        .await
        .unwrap();
    let seen = until(&remote, "again", |seen| {
        matches!(seen.status, Status::Stuck { .. })
    })
    .await;
    kill(server, &seen);
    let seen = until(&remote, "again", |seen| matches!(seen.status, Status::Killed(_))).await;
    remote.take_back(&seen, vec![]).await.unwrap();
    let undone = |seen: &Seen| seen.status == Status::Over && kinds(seen).contains(&kept("undo Build.one"));
    let seen = until(&remote, "again", undone).await;
    let expected = [
        EntryKind::TakingBack,
        EntryKind::TakingBack,
        trying("undo Build.one"),
        kept("undo Build.one"),
    ];
    assert_eq!(kinds(&seen)[1..], expected);
}

#[tokio::test]
async fn a_run_that_ended_otherwise_says_how() {
    let (remote, server) = remote!();
    begin(&remote, "undone", &["fail undone"]).await;
    begin(&remote, "failed", &["fail on purpose"]).await;
    begin(&remote, "killed", &["wait hand-in/X/0"]).await;
    let seen = until(&remote, "killed", |seen| seen.status == Status::Idle).await;
    kill(server, &seen);
    let cases = [
        ("undone", Status::Over, true),
        ("failed", Status::Killed("[500] on purpose".to_owned()), false),
        ("killed", Status::Killed("[409] killed".to_owned()), false),
    ];
    for (id, status, undone) in cases {
        until(&remote, id, |seen| seen.status == status).await;
        let listed = remote.list().await.unwrap();
        let run = listed.iter().find(|run| run.id == id).unwrap();
        assert_eq!((&run.status, run.undone, &run.awaits), (&status, undone, &None));
    }
}

#[tokio::test]
async fn a_run_is_taken_back_once_after_it_was_done() {
    let (remote, _) = remote!();
    begin(&remote, "back", &["once Build.one"]).await;
    let seen = until(&remote, "back", |seen| seen.status == Status::Over).await;
    for _ in 0..2 {
        remote
            .take_back(&seen, vec![r#"{"line": 1}"#.to_owned()])
            .await
            .unwrap();
    }
    let seen = until(&remote, "back", |seen| {
        kinds(seen).contains(&kept("undo Build.one"))
    })
    .await;
    let expected = [
        trying("Build.one"),
        kept("Build.one"),
        EntryKind::TakingBack,
        trying("undo Build.one"),
        kept("undo Build.one"),
    ];
    assert_eq!(kinds(&seen)[1..], expected);
    until(&remote, "back", |seen| seen.status == Status::Over).await;
    let listed = remote.list().await.unwrap();
    assert!(listed.iter().find(|run| run.id == "back").unwrap().undone);
}

#[tokio::test]
async fn a_plan_that_nobody_serves_is_named() {
    let (remote, server) = remote!();
    let unserved = PlanName {
        workflow: "Flow",
        fingerprint: "aaaaaaaaaaaaaaaaaaaaa",
    };
    let error = remote
        .begin(unserved, "unserved", script(&[]))
        .await
        .unwrap_err()
        .to_string();
    println!("{error}");
    assert!(
        error.contains("`Flow.aaaaaaaaaaaa` is not registered with the Restate server at `http"),
        "{error}"
    );
    assert!(
        error.contains("other versions of it are: `Flow.") && error.contains("verb `worker`"),
        "{error}"
    );

    let deployment = register(
        &server.admin_url(),
        &serve(service::endpoint(&[("Gone", "0123456789abcdef")])),
    );
    let gone = PlanName {
        workflow: "Gone",
        fingerprint: "0123456789abcdef",
    };
    let fresh = __remote(&server.admin_url()).unwrap();
    assert!(fresh.begin(gone, "gone", script(&[])).await.unwrap());
    let seen = until(&fresh, "gone", |seen| seen.status == Status::Over).await;
    order(
        "DELETE",
        &format!("{}/deployments/{deployment}?force=true", server.admin_url()),
    )
    .unwrap();
    let remote = __remote(&server.admin_url()).unwrap();
    for error in [
        remote.look("gone").await.unwrap_err(),
        remote.give(&seen, "x", "1".to_owned()).await.unwrap_err(),
    ] {
        println!("{error}");
        assert!(
            error
                .to_string()
                .contains("`Gone.0123456789ab` is not registered"),
            "{error}"
        );
    }
    let listed = remote.list().await.unwrap();
    assert_eq!(
        listed.iter().find(|run| run.id == "gone").unwrap().workflow,
        "Gone"
    );
}
