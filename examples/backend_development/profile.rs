//! Where time and memory go: each operation by itself, and what the service says of its own time in `Server-Timing`.

use std::collections::BTreeMap;

use crate::{
    artifacts::{Benchmark, Bottlenecks, Cost, Endpoints},
    bed::{Bed, Kept},
    evidence::Load,
    failure::{Failure, Outcome},
    outputs::Outputs,
};

/// Calls of each operation.
const ROUNDS: u32 = 60;

/// What one operation cost.
#[derive(Debug, Default)]
struct Spent {
    calls: u32,
    total_us: f64,
    /// By the parts that the service names.
    parts_us: BTreeMap<String, f64>,
    memory_bytes: u64,
}

/// Goes through all calls many times, from the first to the last each time.
pub(crate) async fn run(
    benchmark: &Benchmark,
    endpoints: &Endpoints,
    outputs: &Outputs,
) -> Outcome<Bottlenecks> {
    let load = benchmark.loads.first().map(|report| report.load);
    let load = load.ok_or_else(|| {
        Failure::new("the benchmark has no load, so there is none to profile; give a criterion a load")
    })?;
    let mut bed = Bed::start(&endpoints.service, outputs).await?;
    let mut spent: BTreeMap<String, Spent> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let mut kept = Kept::new();
        for sample in &endpoints.calls {
            let before = bed.usage().map_or(0, |usage| usage.memory_bytes);
            let reply = bed.succeed(sample, &mut kept).await?;
            let after = bed.usage().map_or(0, |usage| usage.memory_bytes);
            let entry = spent.entry(sample.operation.clone()).or_default();
            entry.calls += 1;
            entry.total_us += microseconds(reply.elapsed_us);
            entry.memory_bytes += after.saturating_sub(before);
            for (part, took_us) in timings(reply.header("server-timing").unwrap_or_default()) {
                *entry.parts_us.entry(part).or_default() += took_us;
            }
        }
    }
    bed.stop().await?;
    let bottlenecks = Bottlenecks {
        load: Load { ..load },
        costs: costs(&spent),
    };
    outputs.write_json("reports/profile.json", &bottlenecks)?;
    Ok(bottlenecks)
}

/// The largest first; what the parts leave over is the way there and back.
fn costs(spent: &BTreeMap<String, Spent>) -> Vec<Cost> {
    let all: f64 = spent.values().map(|spent| spent.total_us).sum();
    let mut costs = Vec::new();
    for (operation, spent) in spent {
        let mut rest = spent.total_us;
        for (part, took_us) in &spent.parts_us {
            rest -= took_us;
            costs.push(cost(format!("{operation}: {part}"), *took_us, all, 0));
        }
        let place = if spent.parts_us.is_empty() {
            operation.clone()
        } else {
            format!("{operation}: on the way")
        };
        costs.push(cost(
            place,
            rest.max(0.0),
            all,
            spent.memory_bytes / u64::from(spent.calls.max(1)),
        ));
    }
    costs.retain(|cost| cost.time_percent >= 0.1);
    costs.sort_by(|one, other| other.time_percent.total_cmp(&one.time_percent));
    costs
}

fn cost(place: String, took_us: f64, all_us: f64, memory_bytes: u64) -> Cost {
    Cost {
        place,
        time_percent: (took_us * 1_000.0 / all_us.max(1.0)).round() / 10.0,
        memory_bytes,
        calls_per_request: 1.0,
    }
}

/// The parts of a `Server-Timing` header, in microseconds.
fn timings(header: &str) -> Vec<(String, f64)> {
    let parts = header.split(',').filter_map(|entry| {
        let mut words = entry.split(';').map(str::trim);
        let name = words.next().filter(|name| !name.is_empty())?;
        let took = words
            .find_map(|word| word.strip_prefix("dur="))?
            .parse::<f64>()
            .ok()?;
        Some((name.to_owned(), took * 1_000.0))
    });
    parts.collect()
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn microseconds(number: u64) -> f64 {
    number as f64
}
