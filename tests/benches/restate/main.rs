//! What a plan on Restate costs over the same ten steps written by hand with its SDK: runs from their beginning to their
//! result, through the server's ingress, one at a time and 64 at once.
//!
//! `cargo bench -p tests --bench restate`. Both sides in one process, in turns, on one server; medians of seven rounds.

mod by_hand;
mod ours;

use std::error::Error;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use tests::restate::{Server, Usage};

/// How often each side is measured.
const ROUNDS: usize = 7;
const STEPS: usize = 10;
/// How many runs are on at once, and how many there are in a round.
const LOADS: [(usize, usize); 2] = [(1, 100), (64, 640)];
/// For one run.
const PATIENCE: Duration = Duration::from_secs(60);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A workflow that a server knows.
struct Side {
    name: &'static str,
    /// What the server calls it.
    service: String,
    /// What a run is begun with.
    input: serde_json::Value,
}

/// What one side came to in a round.
#[derive(Clone, Copy)]
struct Measured {
    steps_a_second: f64,
    /// Of the server's time on processors, in microseconds.
    server_a_step: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Some(server) = Server::start() else {
        return Ok(());
    };
    let mut sides = vec![by_hand::serve(&server).await?];
    sides.extend(ours::serve(&server).await?);
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?;
    for side in &sides {
        does_ten_steps(&server, &client, side).await?;
    }
    for (at_once, runs) in LOADS {
        let mut measured = vec![Vec::new(); sides.len()];
        for round in 0..ROUNDS {
            // Each goes first in turn.
            let mut turns: Vec<_> = sides.iter().zip(&mut measured).collect();
            turns.rotate_left(round % sides.len());
            for (side, measured) in turns {
                let ids = (0..runs).map(|run| format!("{at_once}-{round}-{run}"));
                measured.push(measure(&server, &client, side, ids.collect(), at_once).await?);
            }
        }
        println!("{at_once} at once, medians of {ROUNDS} rounds of {runs} runs of {STEPS} steps:");
        let medians: Vec<Measured> = measured.into_iter().map(median).collect();
        for (side, median) in sides.iter().zip(&medians) {
            let rate = median.steps_a_second;
            println!(
                "  {:<8} {rate:>6.0} steps/s, {:>6.2} ms a run, {:>4.0} us of the server's CPU a step, {:.2} of by hand",
                side.name,
                1_000.0 * (at_once * STEPS) as f64 / rate,
                median.server_a_step,
                rate / medians[0].steps_a_second,
            );
        }
    }
    println!(
        "the server: {}",
        Usage::of(&server.id().into_iter().collect::<Vec<_>>())
    );
    Ok(())
}

async fn measure(
    server: &Server,
    client: &reqwest::Client,
    side: &Side,
    ids: Vec<String>,
    at_once: usize,
) -> Result<Measured> {
    let steps = (ids.len() * STEPS) as f64;
    let ingress = server.ingress_url();
    let processes: Vec<u32> = server.id().into_iter().collect();
    let before = Usage::of(&processes).seconds();
    let started = Instant::now();
    let runs = stream::iter(ids).map(|id| {
        let url = format!("{ingress}/{}/{id}/run", side.service);
        let request = client.post(url).json(&side.input);
        async move { request.send().await?.error_for_status()?.bytes().await }
    });
    runs.buffer_unordered(at_once)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    Ok(Measured {
        steps_a_second: steps / started.elapsed().as_secs_f64(),
        server_a_step: (Usage::of(&processes).seconds() - before) * 1e6 / steps,
    })
}

/// That what is measured is what is said: the server has ten durable runs of each.
async fn does_ten_steps(server: &Server, client: &reqwest::Client, side: &Side) -> Result<()> {
    let service = &side.service;
    let url = format!("{}/{service}/probe/run", server.ingress_url());
    client
        .post(url)
        .json(&side.input)
        .send()
        .await?
        .error_for_status()?;
    let query = format!(
        "select count(*) as steps from sys_journal where entry_type = 'Command: Run' and id in (select id from \
         sys_invocation where target_service_name = '{service}' and target_service_key = 'probe')"
    );
    let asked = client.post(format!("{}/query", server.admin_url()));
    let asked = asked.header("accept", "application/json");
    let answer: serde_json::Value = asked
        .json(&serde_json::json!({ "query": query }))
        .send()
        .await?
        .json()
        .await?;
    match answer["rows"][0]["steps"] == STEPS {
        true => Ok(()),
        false => Err(format!("`{service}` does not keep {STEPS} steps a run: {answer}").into()),
    }
}

/// By the rate.
fn median(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|one, other| one.steps_a_second.total_cmp(&other.steps_a_second));
    rounds[rounds.len() / 2]
}
