//! Runs that are told to stop.

use std::time::Duration;

use serde_json::json;
use workflow_runtime::__engine::{Ended, EntryKind, Outcome, Part, Status};

use super::scripted::{DONE, Served, all, attempt};
use super::server::Server;

#[tokio::test]
async fn a_run_that_was_stopped_goes_on_when_it_is_given_what_it_waits_for() {
    let Some(server) = Server::start() else {
        return;
    };
    let served = Served::new(&server, |world, durable, _| {
        Box::pin(async move {
            let wait = durable.begin(Part::Promise("wait".into()));
            world.say("waits");
            durable.next(&[wait]).await.expect_err("it is stopped");
            let noted = durable.once("halted", Box::pin(async { "1".to_owned() }));
            noted.await.expect("it was told once");
            let halt = durable.begin(Part::Promise("halt/0".into()));
            let (ticket, _) = durable.next(&[halt, wait]).await.expect("it was told once");
            assert_eq!(ticket, halt);
            let (ticket, outcome) = durable.next(&[wait]).await.expect("it was told once");
            assert_eq!((ticket, outcome), (wait, Outcome::Text("7".into())));
            Ok(Ended::Undone)
        })
    })
    .await;
    let invocation = server.begin(&served.name, "s").await;
    served.world.until_said("waits", 1).await;
    server.cancel(&invocation).await;
    let give = async |key: &str, text: u8, nonce: &str| {
        let gift = json!({ "key": key, "text": text, "nonce": nonce });
        server.ask(&served.name, "s", "give", gift).await
    };
    assert_eq!(give("halt/0", 0, "a").await, (200, "true".into()));
    assert_eq!(give("wait", 7, "a").await, (200, "true".into()));
    assert_eq!(give("wait", 8, "b").await, (200, "false".into()));
    let (status, text) = server.end(&served.name, "s").await;
    assert_eq!(status, 410);
    assert!(text.contains("undone"), "{text}");
    // After the end it can be asked all the same.
    assert_eq!(give("wait", 8, "c").await, (200, "false".into()));
}

#[tokio::test]
async fn work_under_way_is_kept_and_not_repeated_when_the_run_is_stopped() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut served = Served::new(&server, |world, durable, _| {
        Box::pin(async move {
            let work = async {
                world.say("works");
                world.pass().await;
                "5".to_owned()
            };
            let text = durable.once("work", Box::pin(work)).await;
            assert_eq!(text.as_deref(), Ok("5"));
            let next = durable.once("next", Box::pin(async { "6".to_owned() }));
            next.await.expect_err("it is stopped");
            let halt = durable.begin(Part::Promise("halt/0".into()));
            world.say("halts");
            durable.next(&[halt]).await.expect("it was told once");
            let next = durable.once("next", Box::pin(async { "6".to_owned() }));
            assert_eq!(next.await.as_deref(), Ok("6"));
            Ok(Ended::Done)
        })
    })
    .await;
    let invocation = server.begin(&served.name, "w").await;
    served.world.until_said("works", 1).await;
    server.cancel(&invocation).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    served.world.gate.add_permits(1);
    served.world.until_said("halts", 1).await;
    served.kill().await;
    served.start().await;
    let remote = crate::__remote(&server.admin).unwrap();
    let seen = remote.look("w").await.unwrap().expect("it was begun");
    assert!(remote.give(&seen, "halt/0", "0".to_owned()).await.unwrap());
    assert_eq!(server.end(&served.name, "w").await, (200, DONE.into()));
    let seen = remote.look("w").await.unwrap().expect("it was begun");
    let kinds: Vec<_> = seen.entries.into_iter().map(|entry| entry.kind).collect();
    let kept = |name: &str, text: &str| EntryKind::Kept {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    let key = "halt/0".to_owned();
    assert_eq!(
        kinds,
        [
            EntryKind::Begun(r#"{"id":"w"}"#.to_owned()),
            EntryKind::Trying("work".to_owned()),
            EntryKind::Stopped,
            kept("work", "5"),
            EntryKind::Awaits(key.clone()),
            EntryKind::Given {
                key,
                text: "0".to_owned()
            },
            EntryKind::Trying("next".to_owned()),
            kept("next", "6"),
        ]
    );
    assert_eq!(seen.status, Status::Over);
    assert_eq!(served.world.said("works"), 1);
}

#[tokio::test]
async fn attempts_under_way_end_with_their_results_when_the_run_is_stopped() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut served = Served::new(&server, |world, durable, _| {
        Box::pin(async move {
            let open: Vec<_> = ["a", "b"].map(|name| durable.begin(attempt(name))).into();
            durable.next(&open).await.expect_err("it is stopped");
            world.say("stopped");
            let over = all(world, durable, open).await.expect("it was told once");
            assert!(
                over.iter()
                    .all(|(_, outcome)| matches!(outcome, Outcome::Text(_))),
                "{over:?}"
            );
            world.say("over");
            if world.is_first() {
                std::future::pending::<()>().await;
            }
            Ok(Ended::Done)
        })
    })
    .await;
    let invocation = server.begin(&served.name, "c").await;
    for name in ["a", "b"] {
        served
            .world
            .until_said(&format!(r#"attempt {{"step":"{name}"}}"#), 1)
            .await;
    }
    server.cancel(&invocation).await;
    served.world.until_said("stopped", 1).await;
    served.world.gate.add_permits(2);
    served.world.until_said("over", 1).await;
    served.kill().await;
    served.start().await;
    assert_eq!(server.end(&served.name, "c").await, (200, DONE.into()));
    assert_eq!(served.world.said(r#"attempt {"step":"a"}"#), 1);
}

#[tokio::test]
async fn work_that_was_not_begun_when_the_run_was_stopped_is_left_undone() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut served = Served::new(&server, |world, durable, _| {
        Box::pin(async move {
            let work = async {
                world.say("works");
                std::future::pending().await
            };
            durable
                .once("work", Box::pin(work))
                .await
                .expect_err("it is stopped");
            for halt in ["halt/0", "halt/1"] {
                let open = durable.begin(Part::Promise(halt.into()));
                world.say(halt);
                durable.next(&[open]).await.expect_err("it is stopped again");
            }
            let open = durable.begin(Part::Promise("halt/2".into()));
            durable.next(&[open]).await.expect("it was told three times");
            let work = durable.once("work", Box::pin(async { "2".to_owned() }));
            assert_eq!(work.await.as_deref(), Ok("2"));
            Ok(Ended::Done)
        })
    })
    .await;
    let invocation = server.begin(&served.name, "n").await;
    served.world.until_said("works", 1).await;
    served.kill().await;
    server.cancel(&invocation).await;
    served.start().await;
    for halt in ["halt/0", "halt/1"] {
        served.world.until_said(halt, 1).await;
        server.cancel(&invocation).await;
    }
    let gift = json!({ "key": "halt/2", "text": 0, "nonce": "a" });
    server.ask(&served.name, "n", "give", gift).await;
    assert_eq!(server.end(&served.name, "n").await, (200, DONE.into()));
    assert_eq!(served.world.said("works"), 1);
}
