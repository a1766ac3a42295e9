//! Performance under the expected load: so many clients at the same time, so many requests in all, and the figures.

use std::{fmt, time::Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{bed::TestBed, client::Call};
use crate::{
    brief::ExpectedLoad,
    failure::{During, Failure, Outcome},
    outputs::{OutputFile, Outputs},
    requirements::access::Action,
    samples::Extent,
    service::definition::ServiceDefinition,
};

/// The figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadReport {
    /// Clients at the same time.
    pub clients: u32,
    /// Requests in all.
    pub requests: u32,
    /// Answers that were not a success.
    pub failed_requests: u32,
    /// From the first request to the last answer.
    pub elapsed_ms: u64,
    /// Answers per second, over all clients.
    pub requests_per_second: f64,
    /// Half of the answers took no longer.
    pub p50_us: u64,
    /// 99 of 100 answers took no longer.
    pub p99_us: u64,
    /// The longest.
    pub max_us: u64,
    /// Connections of the service that read at the same time.
    pub reading_connections: u32,
    /// Where the figures were written.
    pub file: Option<OutputFile>,
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} requests from {} clients, {} failed, {} requests/s, p50 {:.2} ms, p99 {:.2} ms",
            self.requests,
            self.clients,
            self.failed_requests,
            self.requests_per_second,
            milliseconds(self.p50_us),
            milliseconds(self.p99_us)
        )
    }
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn milliseconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1_000.0
}

/// Of ten requests, this many read one, list a page and create one.
const MIX: [(Action, u32); 3] = [(Action::Read, 7), (Action::List, 2), (Action::Create, 1)];

/// Loads a live service. The rate limit is out of the way: it is not what is measured.
///
/// # Errors
/// When the service does not start or cannot be reached.
pub async fn run(
    service: &ServiceDefinition,
    document: &Value,
    load: &ExpectedLoad,
    outputs: &Outputs,
) -> Outcome<LoadReport> {
    let mut bed = TestBed::start(service, document, outputs, false).await?;
    let measured = measure(&mut bed, load).await;
    bed.stop().await?;
    let mut report = measured?;
    report.reading_connections = service.reading_connections;
    report.file = Some(outputs.write_json("reports/load.json", &report)?);
    Ok(report)
}

async fn measure(bed: &mut TestBed, load: &ExpectedLoad) -> Outcome<LoadReport> {
    bed.populate().await?;
    let calls = calls(bed, load.requests)?;
    let share = calls.len().div_ceil(load.clients as usize).max(1);
    let begun = Instant::now();
    let mut working = Vec::new();
    for calls in calls.chunks(share).map(<[Call]>::to_vec) {
        let mut client = bed.another_client();
        working.push(tokio::spawn(async move {
            let (mut times_us, mut failed) = (Vec::with_capacity(calls.len()), 0);
            for call in &calls {
                let reply = client.send(call).await?;
                times_us.push(reply.elapsed_us);
                failed += u32::from(!(200..300).contains(&reply.status));
            }
            Ok::<_, Failure>((times_us, failed))
        }));
    }
    let (mut times_us, mut failed_requests) = (Vec::new(), 0);
    for client in working {
        let (times, failed) = client.await.during("waiting for a client")??;
        times_us.extend(times);
        failed_requests += failed;
    }
    let elapsed = begun.elapsed();
    times_us.sort_unstable();
    let percentile = |percent: usize| {
        times_us
            .get((times_us.len() * percent / 100).min(times_us.len() - 1))
            .copied()
    };
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    let requests_per_second = (times_us.len() as f64 / elapsed.as_secs_f64()).round();
    Ok(LoadReport {
        clients: load.clients,
        requests: load.requests,
        failed_requests,
        elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        requests_per_second,
        p50_us: percentile(50).unwrap_or_default(),
        p99_us: percentile(99).unwrap_or_default(),
        max_us: times_us.last().copied().unwrap_or_default(),
        reading_connections: 0,
        file: None,
    })
}

/// The requests, mixed, over all resources in turn.
fn calls(bed: &mut TestBed, requests: u32) -> Outcome<Vec<Call>> {
    let resources: Vec<String> = bed
        .definition
        .entities
        .iter()
        .map(|entity| entity.resource.name.clone())
        .collect();
    let mix: Vec<Action> = MIX
        .iter()
        .flat_map(|(action, weight)| (0..*weight).map(|_| *action))
        .collect();
    let mut calls = Vec::new();
    for (number, action) in (0..requests as usize).zip(mix.iter().cycle()) {
        let resource = &resources[(number / mix.len()) % resources.len()];
        let id = bed
            .known
            .get(resource)
            .and_then(|ids| ids.first())
            .copied()
            .unwrap_or_default();
        let mut call = bed.call(&bed.route(resource, *action)?, id);
        if *action == Action::Create {
            call = call.with_json(&bed.sample(resource, Extent::Full)?);
        }
        calls.push(call);
    }
    Ok(calls)
}
