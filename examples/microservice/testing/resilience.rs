//! Each dependency is slowed, broken and cut in turn; what callers saw stands beside what was promised them.

use std::time::Instant;

use super::{
    bed::{Bed, Making},
    callers::{self, Answer, Pace},
};
use crate::{
    artifacts::{CommunicationDesign, DependencyMap, Fault, FaultReport, FaultTrial, ServiceCode},
    evidence::{Finding, Severity},
    failure::{Failure, Outcome},
    lessons::Lesson,
    outputs::Outputs,
    service::stock::Mode,
};

/// Where the report lies.
pub const REPORT: &str = "reports/resilience.json";
/// What lessons of it are filed under.
pub const SUBJECT: &str = "resilience";

/// Callers at the same time.
const CALLERS: u32 = 8;
/// Orders that one caller sends alone, before the others come: at night nobody else has found out.
const ALONE: u32 = 2;
/// Where more than so many of a hundred callers are not answered as promised, the code is mended.
const TOLERATED_PERCENT: f64 = 1.0;

/// Causes the faults.
///
/// # Errors
/// When the service does not start, or is not well again afterwards.
pub async fn run(
    code: &ServiceCode,
    communication: &CommunicationDesign,
    dependencies: &DependencyMap,
    orders_per_fault: u32,
    outputs: &Outputs,
) -> Outcome<(FaultReport, Vec<Lesson>)> {
    let mut report = FaultReport {
        trials: Vec::new(),
        findings: Vec::new(),
    };
    let mut lessons = Vec::new();
    for dependency in &dependencies.dependencies {
        let waits_ms = waits_ms(code, communication, &dependency.name)?;
        let mut bed = Bed::start(code, &Making::default()).await?;
        let faults = [
            Fault::Slow { by_ms: 3 * waits_ms },
            Fault::Errors { percent: 50 },
            Fault::Garbage,
            Fault::Cut,
        ];
        for fault in faults {
            let trial = trial(&mut bed, fault, &dependency.name, waits_ms, orders_per_fault).await?;
            if trial.errors_percent > TOLERATED_PERCENT {
                report.findings.push(finding(&trial));
                if trial.longest_wait_ms > u64::from(waits_ms) {
                    lessons.push(Lesson::CallersWaited {
                        longest_ms: trial.longest_wait_ms,
                        promised_ms: u64::from(waits_ms),
                    });
                }
            }
            report.trials.push(trial);
        }
        bed.orders.stop().await?;
    }
    outputs.write_json(REPORT, &report)?;
    Ok((report, lessons))
}

/// How long callers of what asks that dependency wait.
fn waits_ms(code: &ServiceCode, communication: &CommunicationDesign, dependency: &str) -> Outcome<u32> {
    let call = code.calls.iter().find(|call| call.dependency == dependency);
    let design = call.and_then(|call| communication.calls.iter().find(|it| it.exchange == call.exchange));
    let design = design.ok_or_else(|| {
        Failure::new(format_args!(
            "nothing asks `{dependency}`; leave it out of the dependencies"
        ))
    })?;
    Ok(design.caller_waits_ms)
}

async fn trial(bed: &mut Bed, fault: Fault, target: &str, waits_ms: u32, orders: u32) -> Outcome<FaultTrial> {
    bed.until_well().await?;
    match fault {
        Fault::Slow { by_ms } => bed.stock.behave(Mode::Slow(u64::from(by_ms))),
        Fault::Errors { percent } => bed.stock.behave(Mode::Errors(percent)),
        Fault::Garbage => bed.stock.behave(Mode::Garbage),
        _ => bed.stock.cut(),
    }
    let begun = Instant::now();
    let pace = |orders, callers| Pace {
        orders,
        callers,
        per_second: None,
        lines: 3,
    };
    let mut answers = bed.send(pace(ALONE, 1)).await?;
    answers.extend(bed.send(pace(orders.saturating_sub(ALONE), CALLERS)).await?);
    let lasted = begun.elapsed();
    bed.stock.mend().await?;
    let recovered = bed.until_well().await?;
    let is_kept = |answer: &Answer| answer.is_taken() && answer.took.as_millis() <= u128::from(waits_ms);
    let whole = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let longest_wait_ms = callers::longest_ms(&answers);
    let confirmed = answers.iter().filter(|answer| answer.status == 201).count();
    let pending = answers.iter().filter(|answer| answer.status == 202).count();
    Ok(FaultTrial {
        fault,
        target: target.to_owned(),
        lasted_ms: whole(lasted),
        longest_wait_ms,
        promised: format!("each order is taken, or taken as pending, within {waits_ms} ms"),
        seen: format!(
            "{confirmed} confirmed, {pending} pending, {} refused of {}; the longest wait was {longest_wait_ms} ms",
            answers.len() - confirmed - pending,
            answers.len()
        ),
        errors_percent: 100.0 - callers::percent_where(&answers, is_kept),
        recovered_ms: whole(recovered),
    })
}

fn finding(trial: &FaultTrial) -> Finding {
    Finding {
        title: format!(
            "callers are not answered as promised while {} fails: {}",
            trial.target, trial.seen
        ),
        severity: Severity::High,
        place: format!("the call of {}", trial.target),
        reproduction: format!("{:?} on {}, three lines per order", trial.fault, trial.target),
        fixed_in: None,
    }
}
