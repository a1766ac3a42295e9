use std::time::{Duration, Instant};

use serde_json::json;
use workflow_runtime::__engine::{Ended, EntryKind, Outcome, Part, Status};

use super::scripted::{Served, all, attempt};
use super::server::Server;

const DONE: &str = r#""done""#;

#[tokio::test]
async fn work_that_was_kept_is_done_once_over_kills() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut served = Served::new(&server, |world, durable, begun| {
        Box::pin(async move {
            assert_eq!(begun, r#"{"id":"a%20b"}"#);
            for name in ["one", "two"] {
                let work = async move {
                    world.say(name);
                    if name == "two" && world.is_first() {
                        std::future::pending::<()>().await;
                    }
                    format!(r#"{{"of":"{name}"}}"#)
                };
                let text = durable.once(name, Box::pin(work)).await.map_err(|_| "stopped")?;
                assert_eq!(text, format!(r#"{{"of":"{name}"}}"#));
            }
            Ok(Ended::Done)
        })
    })
    .await;
    server.begin(&served.name, "a%20b").await;
    served.world.until_said("two", 1).await;
    served.kill().await;
    served.start().await;
    assert_eq!(server.end(&served.name, "a%20b").await, (200, DONE.into()));
    assert_eq!((served.world.said("one"), served.world.said("two")), (1, 2));
}

#[tokio::test]
async fn parts_are_over_in_the_order_in_which_they_end() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut served = Served::new(&server, |world, durable, _| {
        Box::pin(async move {
            let parts = [
                attempt("a"),
                attempt("b"),
                Part::Promise("key".into()),
                Part::Timer(Duration::from_millis(300)),
            ];
            let open: Vec<_> = parts.into_iter().map(|part| durable.begin(part)).collect();
            assert_eq!(open, [0, 1, 2, 3]);
            let over = all(world, durable, open).await.map_err(|_| "stopped")?;
            world.say("all");
            let of = |name: &str| Outcome::Text(format!(r#"{{"id":"p","of":{{"step":"{name}"}}}}"#));
            assert_eq!(
                over[..2],
                [(3, Outcome::Rang), (2, Outcome::Text(r#"{"x": 1.50}"#.into()))]
            );
            assert!(
                over.contains(&(0, of("a"))) && over.contains(&(1, of("b"))),
                "{over:?}"
            );
            if world.is_first() {
                std::future::pending::<()>().await;
            }
            Ok(Ended::Done)
        })
    })
    .await;
    server.begin(&served.name, "p").await;
    served.world.until_said("3 is over", 1).await;
    let text = serde_json::value::RawValue::from_string(r#"{"x": 1.50}"#.into()).unwrap();
    let gift = crate::names::Gift {
        key: "key".into(),
        text,
        nonce: "n".into(),
    };
    let given = server
        .client
        .post(server.url(&served.name, "p", "give"))
        .json(&gift)
        .send()
        .await
        .unwrap();
    assert_eq!(given.text().await.unwrap(), "true");
    served.world.until_said("2 is over", 1).await;
    served.world.gate.add_permits(2);
    served.world.until_said("all", 1).await;
    served.kill().await;
    served.start().await;
    assert_eq!(server.end(&served.name, "p").await, (200, DONE.into()));
    assert_eq!(served.world.said(r#"attempt {"step":"a"}"#), 1);
}

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
async fn an_attempt_that_an_operator_kills_is_lost_and_says_so() {
    let Some(server) = Server::start() else {
        return;
    };
    let served = Served::new(&server, |_, durable, _| {
        Box::pin(async move {
            let open = durable.begin(attempt("a"));
            let (_, outcome) = durable.next(&[open]).await.map_err(|_| "stopped")?;
            assert!(
                matches!(&outcome, Outcome::Lost(why) if why.contains("kill")),
                "{outcome:?}"
            );
            Ok(Ended::Done)
        })
    })
    .await;
    server.begin(&served.name, "k").await;
    served.world.until_said(r#"attempt {"step":"a"}"#, 1).await;
    let rows = server
        .rows("select id from sys_invocation where target_handler_name = 'attempt'")
        .await;
    let url = format!(
        "{}/invocations/{}/kill",
        server.admin,
        rows[0]["id"].as_str().unwrap()
    );
    server.client.patch(url).send().await.unwrap();
    assert_eq!(server.end(&served.name, "k").await, (200, DONE.into()));
}

#[tokio::test]
async fn a_run_is_taken_back_once_however_often_it_is_asked() {
    let Some(server) = Server::start() else {
        return;
    };
    let served = Served::new(&server, |_, _, _| Box::pin(async { Ok(Ended::Done) })).await;
    server.begin(&served.name, "t").await;
    server.end(&served.name, "t").await;
    for _ in 0..2 {
        let asked = server.client.post(server.url(&served.name, "t", "take_back"));
        let asked = asked
            .header("idempotency-key", "undo")
            .header("content-type", "application/json");
        let answer = asked.body(r#"[{"a": 1}, {"b":2}]"#).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), r#""undone""#);
    }
    assert_eq!(served.world.said("taken back"), 1);
}

#[tokio::test]
async fn what_panics_or_fails_is_tried_again_and_says_why() {
    let Some(server) = Server::start() else {
        return;
    };
    let served = Served::new(&server, |world, durable, _| {
        Box::pin(async move {
            world.say("tried");
            let work = async {
                assert!(world.said("tried") > 1, "not the first time");
                "1".to_owned()
            };
            durable
                .once("work", Box::pin(work))
                .await
                .map_err(|_| "stopped")?;
            if world.said("tried") < 4 {
                return Err(format!("{} is no line of this plan", world.said("tried")));
            }
            Ok(Ended::Done)
        })
    })
    .await;
    server.begin(&served.name, "e").await;
    let (mut panicked, mut failed) = (false, false);
    while served.world.said("tried") < 4 {
        let rows = server.rows("select last_failure from sys_invocation").await;
        let failure = rows[0]["last_failure"].as_str().unwrap_or_default();
        panicked |= failure.contains("panicked: not the first time");
        failed |= failure.contains("no line of this plan");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(panicked && failed, "one of them was not told");
    assert_eq!(server.end(&served.name, "e").await, (200, DONE.into()));
}

/// Works for four seconds, on a server that asks to suspend after one.
async fn works_for_long(with: fn(crate::Service) -> crate::Service, times: usize) {
    let Some(server) = Server::start() else {
        return;
    };
    let served = Served::with(
        &server,
        |world, durable, _| {
            Box::pin(async move {
                let work = async {
                    world.say("works");
                    tokio::time::sleep(Duration::from_secs(4)).await;
                    "1".to_owned()
                };
                durable
                    .once("work", Box::pin(work))
                    .await
                    .map_err(|_| "stopped")?;
                Ok(Ended::Done)
            })
        },
        with,
    )
    .await;
    server.begin(&served.name, "l").await;
    if times == 1 {
        assert_eq!(server.end(&served.name, "l").await, (200, DONE.into()));
        assert_eq!(served.world.said("works"), 1);
    } else {
        served.world.until_said("works", times).await;
    }
}

#[tokio::test]
async fn a_step_within_the_longest_time_is_not_begun_twice() {
    works_for_long(
        |service| {
            service
                .inactivity(Duration::from_secs(1))
                .abort(Duration::from_secs(5))
        },
        1,
    )
    .await;
}

#[tokio::test]
async fn a_step_beyond_the_longest_time_is_begun_again() {
    works_for_long(
        |service| {
            service
                .inactivity(Duration::from_secs(1))
                .abort(Duration::from_secs(1))
        },
        2,
    )
    .await;
}

#[tokio::test]
async fn a_service_that_ends_keeps_what_is_under_way_and_begins_nothing() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut served = Served::new(&server, |world, durable, _| {
        Box::pin(async move {
            for name in ["one", "two"] {
                let work = async move {
                    world.say(name);
                    world.pass().await;
                    "1".to_owned()
                };
                durable.once(name, Box::pin(work)).await.map_err(|_| "stopped")?;
            }
            Ok(Ended::Done)
        })
    })
    .await;
    server.begin(&served.name, "g").await;
    served.world.until_said("one", 1).await;
    let world = std::sync::Arc::clone(&served.world);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        world.gate.add_permits(1);
    });
    let began = Instant::now();
    served.end().await;
    assert!(began.elapsed() < Duration::from_secs(3));
    assert_eq!((served.world.said("one"), served.world.said("two")), (1, 0));
    served.start().await;
    served.world.gate.add_permits(1);
    assert_eq!(server.end(&served.name, "g").await, (200, DONE.into()));
    assert_eq!((served.world.said("one"), served.world.said("two")), (1, 1));
}

#[tokio::test]
async fn a_run_that_waits_does_not_hold_up_the_end_of_the_service() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut served = Served::new(&server, |world, durable, _| {
        Box::pin(async move {
            let wait = durable.begin(Part::Promise("wait".into()));
            world.say("waits");
            durable.next(&[wait]).await.map_err(|_| "stopped")?;
            Ok(Ended::Done)
        })
    })
    .await;
    server.begin(&served.name, "h").await;
    served.world.until_said("waits", 1).await;
    let began = Instant::now();
    served.end().await;
    assert!(began.elapsed() < Duration::from_secs(3));
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
