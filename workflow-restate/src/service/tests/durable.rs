//! What is kept, and done again.

use std::time::Duration;

use serde_json::value::RawValue;
use workflow_runtime::__engine::{Ended, Outcome, Part};

use super::scripted::{DONE, Served, all, attempt};
use super::server::Server;
use crate::names::Gift;

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
    let text = RawValue::from_string(r#"{"x": 1.50}"#.into()).unwrap();
    let gift = Gift {
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
