//! Known faults are caused, and whoever looks at metrics, logs and traces says what happened, knowing nothing else.

mod diagnosis;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::json;

use self::diagnosis::{Evidence, Seen};
use super::{
    bed::{Bed, Making},
    callers::Pace,
    samples,
};
use crate::{
    artifacts::{Fault, ObservabilityPlan, ServiceCode, VisibilityReport, VisibilityTrial},
    client::Call,
    failure::Outcome,
    outputs::Outputs,
    service::stock::Mode,
};

/// Where the report lies.
pub const REPORT: &str = "reports/visibility.json";

/// Requests whose traces are followed.
const TRACED: u32 = 10;
/// Pages of the store that is to be full.
const FEW_PAGES: u32 = 6;

/// Causes them.
///
/// # Errors
/// When the service does not start or has no metrics.
pub async fn run(
    code: &ServiceCode,
    plan: &ObservabilityPlan,
    outputs: &Outputs,
) -> Outcome<VisibilityReport> {
    let scratch = outputs.scratch()?;
    let folder = scratch.path();
    let making = |name: &str, pages_at_most| Making {
        records: Some(folder.join(name)),
        store: Some(folder.join(format!("{name}.db"))),
        pages_at_most,
    };
    let mut trials = Vec::new();
    std::fs::create_dir_all(folder.join("plenty")).ok();
    std::fs::create_dir_all(folder.join("little")).ok();
    let mut bed = Bed::start(code, &making("plenty", None)).await?;
    for fault in [
        Fault::Slow { by_ms: 3_000 },
        Fault::Errors { percent: 100 },
        Fault::Garbage,
        Fault::Cut,
    ] {
        trials.push(trial(&mut bed, fault, &folder.join("plenty")).await?);
    }
    bed.until_well().await?;
    let (complete_traces, missing_metrics) = healthy(&bed, plan, &folder.join("plenty")).await?;
    bed.orders.stop().await?;
    let mut full = Bed::start(code, &making("little", Some(FEW_PAGES))).await?;
    trials.push(trial(&mut full, Fault::DiskFull, &folder.join("little")).await?);
    full.orders.stop().await?;
    let lines = Evidence::log_lines(&folder.join("plenty"))?;
    let report = VisibilityReport {
        trials,
        missing_metrics,
        incomplete_lines: diagnosis::incomplete(&lines, &plan.log_fields),
        leaked_lines: diagnosis::leaked(&lines, &plan.never_logged),
        complete_traces,
        tried_traces: TRACED,
    };
    outputs.write_json(REPORT, &report)?;
    Ok(report)
}

async fn trial(bed: &mut Bed, fault: Fault, records: &Path) -> Outcome<VisibilityTrial> {
    if fault != Fault::DiskFull {
        bed.until_well().await?;
    }
    let before = Evidence::collect(bed.orders.address(), records).await?;
    match fault {
        Fault::Slow { by_ms } => bed.stock.behave(Mode::Slow(u64::from(by_ms))),
        Fault::Errors { percent } => bed.stock.behave(Mode::Errors(percent)),
        Fault::Garbage => bed.stock.behave(Mode::Garbage),
        Fault::Cut => bed.stock.cut(),
        _ => {}
    }
    let begun = Instant::now();
    let orders = if fault == Fault::DiskFull { 80 } else { 16 };
    bed.send(Pace {
        orders,
        callers: 4,
        per_second: None,
        lines: 3,
    })
    .await?;
    let after = Evidence::collect(bed.orders.address(), records).await?;
    let Seen {
        told_by,
        log_says,
        traces_say,
    } = diagnosis::diagnose(&before, &after);
    let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    bed.stock.mend().await?;
    Ok(VisibilityTrial {
        fault,
        told_by,
        log_says,
        traces_say,
        took_ms,
    })
}

/// Traces that go through both services, and metrics that are missing, while nothing fails.
async fn healthy(bed: &Bed, plan: &ObservabilityPlan, records: &Path) -> Outcome<(u32, Vec<String>)> {
    let mut traces = Vec::new();
    for number in 1..=TRACED {
        let trace = format!("{:032x}", 0x5eed_0000_u64 + u64::from(number));
        let call = Call::new("POST", "/orders")
            .with_json(&json!(samples::order(number, 1)))
            .with_header("traceparent", format!("00-{trace}-00000000000000aa-01"));
        bed.ask(&call).await?;
        traces.push(trace);
    }
    // A span is written when it ends, which is a moment after its answer.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let evidence = Evidence::collect(bed.orders.address(), records).await?;
    let complete = traces.iter().filter(|trace| evidence.is_complete(trace)).count();
    let missing = plan
        .metrics
        .iter()
        .filter(|metric| !evidence.metrics.has(&metric.name))
        .map(|metric| metric.name.clone())
        .collect();
    Ok((u32::try_from(complete).unwrap_or(u32::MAX), missing))
}
