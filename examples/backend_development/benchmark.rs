//! The load of the criteria on the running service, and each criterion beside what was measured.

use std::time::{Duration, Instant};

use crate::{
    artifacts::{Benchmark, Criterion, CriterionResult, Endpoints, Measure, QualityCriteria, SampleCall},
    bed::{Bed, Kept, Usage},
    client::Call,
    evidence::{Load, LoadReport},
    failure::{Failure, Outcome, ensure},
    load::{drive, latency, percentile},
    outputs::Outputs,
};

/// The requests of a load, and what they met.
#[derive(Debug, Default)]
struct Met {
    times_us: Vec<u64>,
    failed: u32,
    elapsed: Duration,
}

/// How long a slice of a paced load is.
const SLICE: Duration = Duration::from_millis(200);
/// Calls from which a median of one operation is taken.
const SAMPLES: usize = 120;

/// Measures every criterion. What keeps that from being done is noted, for a gate to judge.
pub(crate) async fn run(
    endpoints: &Endpoints,
    criteria: &QualityCriteria,
    outputs: &Outputs,
) -> Outcome<Benchmark> {
    let measured = measure_all(endpoints, criteria, outputs).await;
    let benchmark = measured.unwrap_or_else(|failure| Benchmark {
        machine: machine(),
        loads: Vec::new(),
        results: Vec::new(),
        not_measured_because: Some(failure.to_string()),
    });
    outputs.write_json("reports/benchmark.json", &benchmark)?;
    Ok(benchmark)
}

async fn measure_all(
    endpoints: &Endpoints,
    criteria: &QualityCriteria,
    outputs: &Outputs,
) -> Outcome<Benchmark> {
    let mut loads: Vec<LoadReport> = Vec::new();
    let mut results = Vec::new();
    for criterion in &criteria.criteria {
        let mut bed = Bed::start(&endpoints.service, outputs).await?;
        let measured = measure(&mut bed, endpoints, criterion).await;
        bed.stop().await?;
        let (measured, report) = measured?;
        loads.extend(report);
        results.push(CriterionResult {
            requirement: criterion.requirement.clone(),
            metric: criterion.metric.clone(),
            unit: criterion.unit.clone(),
            bound: criterion.bound,
            measured,
        });
    }
    Ok(Benchmark {
        machine: machine(),
        loads,
        results,
        not_measured_because: None,
    })
}

/// What can be said of the machine without asking anybody.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        total.split_whitespace().next()?.parse::<u64>().ok()
    });
    let memory = memory.map(|kib| format!(", {} GiB", kib.div_ceil(1 << 20)));
    format!(
        "{cores} cores{}, {} on {}",
        memory.unwrap_or_default(),
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

async fn measure(
    bed: &mut Bed,
    endpoints: &Endpoints,
    criterion: &Criterion,
) -> Outcome<(f64, Option<LoadReport>)> {
    let kept = bed.succeed_all(&endpoints.calls).await?;
    let repeatable: Vec<&SampleCall> = endpoints.calls.iter().filter(|call| call.repeatable).collect();
    ensure(
        !repeatable.is_empty(),
        "none of `endpoints.calls` is `repeatable`, so nothing can be measured; mark those that succeed again",
    )?;
    let load = criterion.under;
    Ok(match &criterion.measure {
        Measure::LatencyMs { operation, percent } => {
            let only = one(&repeatable, operation)?;
            let report = paced(bed, &[only], &kept, loaded(load, criterion)?).await?;
            let measured = match percent {
                50 => report.latency.p50_ms,
                95 => report.latency.p95_ms,
                _ => report.latency.p99_ms,
            };
            (measured, Some(report))
        }
        Measure::FailedPercent => {
            let report = paced(bed, &repeatable, &kept, loaded(load, criterion)?).await?;
            (report.errors_percent, Some(report))
        }
        Measure::PeakMemoryMib => {
            let report = paced(bed, &repeatable, &kept, loaded(load, criterion)?).await?;
            ensure(
                report.peak_memory_bytes > 0,
                "this system does not tell how much memory a process holds; measure on Linux",
            )?;
            (float(report.peak_memory_bytes) / float(1 << 20), Some(report))
        }
        Measure::AnsweredPerSecond => {
            let report = as_hard_as_it_goes(bed, &repeatable, &kept, loaded(load, criterion)?).await?;
            (report.answered_per_second, Some(report))
        }
        Measure::RefusedPercent => (refused(bed, endpoints, &kept).await?, None),
        Measure::GrowthFactor {
            operation,
            made_by,
            rows,
        } => {
            let (only, maker) = (one(&repeatable, operation)?, one(&repeatable, made_by)?);
            let before = median(bed, only, &kept).await?;
            let makers = calls(bed, &[maker], &kept, *rows as usize)?;
            drive(bed.address(), 4, &makers).await?;
            let after = median(bed, only, &kept).await?;
            (after / before.max(f64::EPSILON), None)
        }
    })
}

fn loaded(load: Option<Load>, criterion: &Criterion) -> Outcome<Load> {
    load.ok_or_else(|| {
        Failure::new(format_args!(
            "`{}` names no load, and cannot be measured without",
            criterion.metric
        ))
    })
}

fn one<'a>(repeatable: &[&'a SampleCall], operation: &str) -> Outcome<&'a SampleCall> {
    let found = repeatable.iter().find(|call| call.operation == operation);
    found.copied().ok_or_else(|| {
        Failure::new(format_args!(
            "a criterion is about `{operation}`, which no repeatable call of `endpoints.calls` calls"
        ))
    })
}

/// So many requests, the samples in turn.
fn calls(bed: &Bed, samples: &[&SampleCall], kept: &Kept, number: usize) -> Outcome<Vec<Call>> {
    let turn = samples.iter().cycle().take(number);
    turn.map(|sample| bed.request(sample, kept)).collect()
}

/// The load as it is asked for: so many requests in each slice of time, whether or not the last are answered sooner.
async fn paced(bed: &Bed, samples: &[&SampleCall], kept: &Kept, load: Load) -> Outcome<LoadReport> {
    let slices = load.duration_s * 5;
    let share = load.requests_per_second.div_ceil(5) as usize;
    let (before, begun) = (bed.usage(), Instant::now());
    let mut met = Met::default();
    for slice in 1..=slices {
        let calls = calls(bed, samples, kept, share)?;
        let driven = drive(bed.address(), load.concurrent_clients, &calls).await?;
        met.times_us.extend(driven.times_us);
        met.failed += driven.failed;
        let due = SLICE * slice;
        tokio::time::sleep(due.saturating_sub(begun.elapsed())).await;
        // A service that is far too slow need not be watched to the end.
        if begun.elapsed() > due * 2 + Duration::from_secs(1) {
            break;
        }
    }
    met.elapsed = begun.elapsed();
    Ok(report(met, load, before, bed.usage()))
}

/// As many requests as the load has, without a pause.
async fn as_hard_as_it_goes(
    bed: &Bed,
    samples: &[&SampleCall],
    kept: &Kept,
    load: Load,
) -> Outcome<LoadReport> {
    let number = load.requests_per_second * load.duration_s;
    let calls = calls(bed, samples, kept, number as usize)?;
    let before = bed.usage();
    let mut met = Met::default();
    for piece in calls.chunks(load.concurrent_clients.max(1) as usize * 20) {
        let driven = drive(bed.address(), load.concurrent_clients, piece).await?;
        met.times_us.extend(driven.times_us);
        met.failed += driven.failed;
        met.elapsed += driven.elapsed;
        // The figure is clear by then.
        if met.elapsed > Duration::from_secs(u64::from(load.duration_s) * 4 + 1) {
            break;
        }
    }
    Ok(report(met, load, before, bed.usage()))
}

fn report(mut met: Met, load: Load, before: Option<Usage>, after: Option<Usage>) -> LoadReport {
    met.times_us.sort_unstable();
    let requests = float(met.times_us.len() as u64);
    let seconds = met.elapsed.as_secs_f64().max(f64::EPSILON);
    let cores = float(std::thread::available_parallelism().map_or(1, usize::from) as u64);
    let cpu_ms = after
        .zip(before)
        .map_or(0, |(after, before)| after.cpu_ms.saturating_sub(before.cpu_ms));
    LoadReport {
        load,
        latency: latency(&met.times_us),
        answered_per_second: rounded((requests - f64::from(met.failed)) / seconds),
        errors_percent: rounded(f64::from(met.failed) * 100.0 / requests.max(1.0)),
        cpu_percent: rounded(float(cpu_ms) / 10.0 / seconds / cores),
        peak_memory_bytes: after.map_or(0, |after| after.peak_memory_bytes),
    }
}

/// Calls of a hundred without a token that are refused, of those that need one.
async fn refused(bed: &mut Bed, endpoints: &Endpoints, kept: &Kept) -> Outcome<f64> {
    let (mut all, mut refused) = (0.0, 0.0);
    for sample in endpoints.calls.iter().filter(|call| call.caller.is_some()) {
        let mut call = bed.request(sample, kept)?;
        call.token = None;
        let reply = bed.send(&call).await?;
        all += 1.0;
        refused += if [401, 403].contains(&reply.status) {
            1.0
        } else {
            0.0
        };
    }
    ensure(
        all > 0.0,
        "none of `endpoints.calls` has a caller, so nothing can be refused",
    )?;
    Ok(rounded(refused * 100.0 / all))
}

/// The median of one operation, one call after the other, in milliseconds.
async fn median(bed: &Bed, sample: &SampleCall, kept: &Kept) -> Outcome<f64> {
    let calls = calls(bed, &[sample], kept, SAMPLES)?;
    let driven = drive(bed.address(), 1, &calls).await?;
    Ok(float(percentile(&driven.times_us, 50)) / 1_000.0)
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn float(number: u64) -> f64 {
    number as f64
}

fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
