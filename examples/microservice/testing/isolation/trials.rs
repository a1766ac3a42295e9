//! The faults of one instance, in turn.

use std::{net::SocketAddr, time::Instant};

use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{Ground, noted, status, until};
use crate::{
    artifacts::{Fault, FaultTrial},
    client::{Call, Client},
    failure::{During, Failure, Outcome, ensure},
    service::process::Instance,
    testing::{
        callers::{self, Pace},
        samples,
    },
};

/// Orders, one after the other.
fn orders(number: u32) -> Pace {
    Pace {
        orders: number,
        callers: 1,
        per_second: None,
        lines: 3,
    }
}

/// SIGKILL; it is started again on what it left behind.
pub(super) async fn killed(ground: &Ground) -> Outcome<FaultTrial> {
    let launch = ground.victim("killed");
    let victim = launch.start().await?;
    ground.until_found("killed", true).await?;
    let order = Call::new("POST", "/orders").with_json(&json!(samples::order(1, 3)));
    let taken = Client::new(victim.address()).send(&order).await?.json()?;
    let id = taken["id"].as_str().unwrap_or_default();
    let begun = Instant::now();
    let load = ground.load();
    victim.kill().await?;
    ground.until_found("killed", false).await?;
    let left_ms = begun.elapsed().as_millis();
    let again = Instant::now();
    let victim = launch.start().await?;
    ground.until_ready(victim.address()).await?;
    let recovered = again.elapsed();
    let kept = status(victim.address(), &format!("/orders/{id}")).await;
    ensure(
        kept == 200,
        "an order that was confirmed is gone after a kill; sync the store",
    )?;
    let neighbours = load.await.during("waiting for the callers")??;
    victim.stop().await?;
    let seen =
        format!("nobody found it {left_ms} ms after the kill, and its orders were there when it was back");
    Ok(noted(Fault::Killed, begun, recovered, &seen, &neighbours))
}

/// Its store may not grow any more; it is started again with more room.
pub(super) async fn disk_full(ground: &Ground) -> Outcome<FaultTrial> {
    let launch = ground.victim("full");
    let victim = launch.clone().with("--store-pages", "10").start().await?;
    ground.until_found("full", true).await?;
    let address = victim.address();
    let begun = Instant::now();
    let load = ground.load();
    let mut taken = 0;
    until("the disk to be full", || async move {
        let answers = callers::send(address, orders(10)).await?;
        Ok(answers.iter().any(|answer| answer.status == 503))
    })
    .await?;
    for answer in callers::send(address, orders(5)).await? {
        taken += u32::from(answer.is_taken());
    }
    let alive = status(address, "/health/alive").await;
    let ready = status(address, "/health/ready").await;
    ground.until_found("full", false).await?;
    victim.stop().await?;
    let again = Instant::now();
    let victim = launch.start().await?;
    ground.until_ready(victim.address()).await?;
    let recovered = again.elapsed();
    let neighbours = load.await.during("waiting for the callers")??;
    victim.stop().await?;
    ensure(
        alive == 200 && ready == 503,
        format_args!(
            "with a full disk it answers {alive} to alive and {ready} to ready; it must be alive and not ready"
        ),
    )?;
    let seen = format!("it was alive, not ready and left the registry; {taken} of 5 more orders were taken");
    Ok(noted(Fault::DiskFull, begun, recovered, &seen, &neighbours))
}

/// Bodies of so many bytes are begun and held.
const HELD_BYTES: usize = 1_900_000;
const HELD_AT_MOST: usize = 60;
/// What it may have besides what it has when it has just been used, in KiB.
const SPARE_KIB: u64 = 12 * 1_024;

/// Its memory ends while callers send it large bodies; it is started again without that limit.
pub(super) async fn out_of_memory(ground: &Ground) -> Outcome<FaultTrial> {
    let launch = ground.victim("starved").with_one_heap();
    let usual = launch.start().await?;
    callers::send(usual.address(), orders(5)).await?;
    let usage = usual.usage()?;
    usual.stop().await?;
    let allowed = ground.containers.memory_bytes;
    ensure(
        usage.peak_bytes < allowed,
        format_args!(
            "it needs {} bytes when it does little, and its container gives it {allowed}",
            usage.peak_bytes
        ),
    )?;
    let limit_kib = usage.addresses_kib + SPARE_KIB;
    let mut victim = launch.clone().with_memory_kib(limit_kib).start().await?;
    let begun = Instant::now();
    let load = ground.load();
    let (held, broken_off) = fill(&mut victim).await;
    // Either the process ends, or it refuses; both are its own affair.
    let answer = status(victim.address(), "/health/alive").await;
    let ended = victim.has_ended();
    drop(held);
    victim.kill().await?;
    let again = Instant::now();
    let victim = launch.start().await?;
    ground.until_ready(victim.address()).await?;
    let recovered = again.elapsed();
    let neighbours = load.await.during("waiting for the callers")??;
    victim.stop().await?;
    ensure(
        ended || answer != 200 || broken_off > 0,
        "it went on with less memory than it was sent; it was not starved",
    )?;
    let what = match (ended, answer) {
        (true, _) => "it ended".to_owned(),
        (false, 200) => format!("it broke {broken_off} of {HELD_AT_MOST} off"),
        (false, _) => "it stopped answering".to_owned(),
    };
    let seen = format!("with {SPARE_KIB} KiB to spare and bodies of 2 MB {what}");
    Ok(noted(Fault::OutOfMemory, begun, recovered, &seen, &neighbours))
}

/// Begins bodies, and counts those that it breaks off; the others stay begun as long as what is returned is held.
async fn fill(victim: &mut Instance) -> (Vec<TcpStream>, usize) {
    let (mut held, mut broken_off) = (Vec::new(), 0);
    for _ in 0..HELD_AT_MOST {
        if victim.has_ended() {
            break;
        }
        match hold(victim.address()).await {
            Ok(stream) => held.push(stream),
            Err(_) => broken_off += 1,
        }
    }
    // What was sent is read a moment later.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    (held, broken_off)
}

async fn hold(address: SocketAddr) -> Outcome<TcpStream> {
    let sending = async {
        let mut stream = TcpStream::connect(address).await.map_err(Failure::new)?;
        let head = format!(
            "POST /orders HTTP/1.1\r\nhost: orders\r\ncontent-length: {}\r\n\r\n",
            HELD_BYTES + 1
        );
        stream.write_all(head.as_bytes()).await.map_err(Failure::new)?;
        stream
            .write_all(&vec![b' '; HELD_BYTES])
            .await
            .map_err(Failure::new)?;
        Ok(stream)
    };
    let patience = std::time::Duration::from_millis(500);
    tokio::time::timeout(patience, sending)
        .await
        .during("sending a large body")?
}
