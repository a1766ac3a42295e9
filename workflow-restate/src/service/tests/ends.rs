//! Workers that end, or seem to hang.

use std::time::{Duration, Instant};

use workflow_runtime::__engine::{Ended, Part};

use super::scripted::{DONE, Served};
use super::server::Server;

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
