//! The service as a process on its real store, under the expected load, twice that, and then until it gives way.

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use super::callers::{self, Answer, Pace};
use crate::{
    artifacts::{CapacityReport, EnvironmentParity, Good, ObjectiveFigure, ServiceCharter, ServiceLevels},
    evidence::{Load, LoadReport},
    failure::Outcome,
    lessons::Lesson,
    outputs::Outputs,
    service::{
        process::{Instance, Launch},
        scrape::Scrape,
        stock::Stock,
    },
};

/// Where the report lies.
pub const REPORT: &str = "reports/load.json";
/// What lessons of it are filed under.
pub const SUBJECT: &str = "load";

/// Callers at the same time, where the load is given.
const CALLERS: u32 = 16;
/// Lines of each order.
const LINES: u32 = 3;
/// The most clients that are tried for the limit.
const CLIENTS_AT_MOST: u32 = 64;
/// So many times as many clients are tried next.
const CLIENTS_TIMES: u32 = 4;
/// Orders that each of them sends: as many as take about a second, within these bounds.
const ORDERS_PER_CLIENT: std::ops::RangeInclusive<u32> = 2..=12;
/// More clients that get less than this much more answered have found the limit.
const GROWS_BY: f64 = 1.15;

/// Measures it.
///
/// # Errors
/// When the service does not start or breaks off.
pub async fn run(
    definition: &Path,
    charter: &ServiceCharter,
    parity: &EnvironmentParity,
    levels: &ServiceLevels,
    outputs: &Outputs,
) -> Outcome<(CapacityReport, Vec<Lesson>)> {
    let scratch = outputs.scratch()?;
    let answers_in = charter.neighbours.iter().map(|it| it.answers_in_ms).max();
    let stock = Stock::start_quietly(Duration::from_millis(u64::from(answers_in.unwrap_or(1)))).await?;
    let instance = Launch::orders(definition, stock.address())
        .with("--store", scratch.path().join("orders.db"))
        .start()
        .await?;
    // The first requests open files and connections; they are not what is measured.
    callers::send(instance.address(), pace(CALLERS, None)).await?;
    let rate = charter.expected_requests_per_second;
    let (expected, answers) = given(&instance, rate, charter.trials.load_s).await?;
    let (doubled, _) = given(&instance, rate * 2, charter.trials.load_s).await?;
    let (limit, bottleneck) = until_it_gives_way(&instance, &stock, expected.latency.p50_ms).await?;
    instance.stop().await?;
    let objectives: Vec<_> = levels
        .objectives
        .iter()
        .map(|objective| ObjectiveFigure {
            objective: objective.name.clone(),
            good_percent: good_percent(&answers, &objective.good_when),
        })
        .collect();
    let missed = levels.objectives.iter().zip(&objectives);
    let missed = missed.filter(|(objective, figure)| figure.good_percent < objective.target_percent);
    let lessons = missed
        .map(|(objective, figure)| Lesson::ObjectiveMissed {
            objective: objective.name.clone(),
            good_percent: figure.good_percent,
            p95_ms: expected.latency.p95_ms,
        })
        .collect();
    let report = CapacityReport {
        expected,
        doubled,
        limit_requests_per_second: whole(limit.answered_per_second),
        limit,
        bottleneck,
        objectives,
        unlike_production: unlike_production(parity),
    };
    outputs.write_json(REPORT, &report)?;
    Ok((report, lessons))
}

fn unlike_production(parity: &EnvironmentParity) -> Vec<String> {
    let mut unlike: Vec<String> = parity
        .differences
        .iter()
        .map(|difference| format!("{}: {}", difference.what, difference.values.join(" / ")))
        .collect();
    unlike.push("the callers, the stock and one instance share this machine".to_owned());
    unlike.push("the stock is a stand-in that takes as long as the charter says".to_owned());
    unlike
}

/// How many of a hundred answers are good in that sense.
#[must_use]
pub fn good_percent(answers: &[Answer], good_when: &str) -> f64 {
    let good = Good::read(good_when);
    callers::percent_where(answers, |answer| good.is_some_and(|good| answer.is_good(good)))
}

fn pace(orders: u32, per_second: Option<u32>) -> Pace {
    Pace {
        orders,
        callers: CALLERS,
        per_second,
        lines: LINES,
    }
}

/// A load that is given: so many per second, whether or not the answers come.
async fn given(instance: &Instance, rate: u32, seconds: u32) -> Outcome<(LoadReport, Vec<Answer>)> {
    let before = instance.usage()?;
    let begun = Instant::now();
    let answers = callers::send(instance.address(), pace(rate * seconds, Some(rate))).await?;
    let elapsed = begun.elapsed();
    let after = instance.usage()?;
    let taken = callers::percent_where(&answers, Answer::is_taken);
    let load = Load {
        requests_per_second: rate,
        concurrent_clients: CALLERS,
        duration_s: seconds,
    };
    let report = LoadReport {
        load,
        latency: callers::latency(&answers),
        answered_per_second: rounded(f64::from(count(&answers)) * taken / 100.0 / elapsed.as_secs_f64()),
        errors_percent: rounded(100.0 - taken),
        cpu_percent: busy_percent(after.cpu_ms - before.cpu_ms, elapsed),
        peak_memory_bytes: after.peak_bytes,
    };
    Ok((report, answers))
}

/// More and more clients, each asking again as soon as it is answered, until no more orders are confirmed.
async fn until_it_gives_way(
    instance: &Instance,
    stock: &Stock,
    usual_ms: f64,
) -> Outcome<(LoadReport, String)> {
    let orders = whole(1_000.0 / usual_ms.max(1.0));
    let orders = orders.clamp(*ORDERS_PER_CLIENT.start(), *ORDERS_PER_CLIENT.end());
    let mut clients = 1;
    let mut best: Option<(LoadReport, String)> = None;
    loop {
        let (report, bottleneck) = driven(instance, stock, clients, orders).await?;
        let before = best.as_ref().map_or(0.0, |(best, _)| best.answered_per_second);
        let grew = report.answered_per_second > before * GROWS_BY;
        if report.answered_per_second > before {
            best = Some((report, bottleneck));
        } else if let Some((_, told)) = &mut best {
            // What gave way shows where more clients got less.
            *told = bottleneck;
        }
        if !grew || clients >= CLIENTS_AT_MOST {
            break;
        }
        clients *= CLIENTS_TIMES;
    }
    best.ok_or_else(|| crate::failure::Failure::new("nothing was answered at all under load"))
}

async fn driven(
    instance: &Instance,
    stock: &Stock,
    clients: u32,
    orders: u32,
) -> Outcome<(LoadReport, String)> {
    let (before, asked) = (instance.usage()?, stock.asked());
    let scraped = scrape(instance.address()).await;
    let begun = Instant::now();
    let pace = Pace {
        orders: clients * orders,
        callers: clients,
        per_second: None,
        lines: LINES,
    };
    let answers = callers::send(instance.address(), pace).await?;
    let elapsed = begun.elapsed();
    let after = instance.usage()?;
    let full = scrape(instance.address())
        .await
        .sum("stock_calls_total", &[("outcome", "full")])
        - scraped.sum("stock_calls_total", &[("outcome", "full")]);
    let cpu_percent = busy_percent(after.cpu_ms - before.cpu_ms, elapsed);
    let asked = stock.asked() - asked;
    let bottleneck = if full > 0.0 {
        format!("the bulkhead: {full} calls of stock found no place")
    } else if cpu_percent > 45.0 {
        format!("the processors, which the service kept busy by {cpu_percent} %")
    } else {
        format!(
            "waiting: {asked} calls of stock and a sync of the disk for each order, at {cpu_percent} % of the processors"
        )
    };
    // One that is taken as pending waits for a stock that was not asked: the work is still to be done.
    let confirmed = callers::percent_where(&answers, |answer| answer.status == 201);
    let taken = callers::percent_where(&answers, Answer::is_taken);
    let per_second = f64::from(count(&answers)) / elapsed.as_secs_f64().max(f64::EPSILON);
    let report = LoadReport {
        load: Load {
            requests_per_second: whole(per_second),
            concurrent_clients: clients,
            duration_s: whole(elapsed.as_secs_f64().ceil()),
        },
        latency: callers::latency(&answers),
        answered_per_second: rounded(per_second * confirmed / 100.0),
        errors_percent: rounded(100.0 - taken),
        cpu_percent,
        peak_memory_bytes: after.peak_bytes,
    };
    Ok((report, bottleneck))
}

/// A service without metrics shows nothing.
async fn scrape(address: SocketAddr) -> Scrape {
    Scrape::of(address).await.unwrap_or_default()
}

fn count(answers: &[Answer]) -> u32 {
    u32::try_from(answers.len()).unwrap_or(u32::MAX)
}

fn rounded(figure: f64) -> f64 {
    (figure * 10.0).round() / 10.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures of a load are small and not negative"
)]
fn whole(figure: f64) -> u32 {
    figure.round() as u32
}

/// How busy one process kept all processors.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn busy_percent(cpu_ms: u64, elapsed: Duration) -> f64 {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let possible_ms = elapsed.as_secs_f64() * 1_000.0 * processors as f64;
    rounded((cpu_ms as f64 / possible_ms.max(1.0) * 100.0).min(100.0))
}
