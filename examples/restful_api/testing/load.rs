//! Performance under the expected load: so many clients at the same time, so many requests in all, and the figures.

use std::fmt;

use examples::load::{drive, milliseconds, percentile};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bed::TestBed;
use crate::client::Call;
use crate::{
    brief::ExpectedLoad,
    failure::Outcome,
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
    let driven = drive(bed.client.address(), load.clients, &calls).await?;
    Ok(LoadReport {
        clients: load.clients,
        requests: load.requests,
        failed_requests: driven.failed,
        elapsed_ms: u64::try_from(driven.elapsed.as_millis()).unwrap_or(u64::MAX),
        requests_per_second: driven.per_second(),
        p50_us: percentile(&driven.times_us, 50),
        p99_us: percentile(&driven.times_us, 99),
        max_us: driven.times_us.last().copied().unwrap_or_default(),
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
