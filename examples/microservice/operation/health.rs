//! How the service fares under real use: computed from its metrics alone, as the objectives say.

use std::time::{Duration, Instant};

use super::{deployment, rollout::Production};
use crate::{
    artifacts::{Good, HealthRecord, MonitoringSetup, ObjectiveFigure, ServiceCharter, ServiceLevels},
    failure::{Failure, Outcome},
    infrastructure::pager::{self, Pager},
    outputs::Outputs,
    service::scrape::Scrape,
    testing::callers::{self, Answer, Pace},
};

/// Where the record lies.
pub const REPORT: &str = "reports/health.json";

/// How often the watcher looks.
const LOOKS_EVERY: Duration = Duration::from_millis(250);
/// Callers at the same time.
const CALLERS: u32 = 8;

/// Watches it for as long as the charter says, while users order.
///
/// # Errors
/// When nothing was deployed, or the service has no metrics.
pub async fn monitor(
    charter: &ServiceCharter,
    monitoring: &MonitoringSetup,
    levels: &ServiceLevels,
    outputs: &Outputs,
) -> Outcome<HealthRecord> {
    let traffic = deployment::read(outputs)?;
    let production = Production::start(charter, &traffic, None, outputs).await?;
    let pager = Pager::start().await?;
    let service = production.new.address();
    let seconds = charter.trials.watched_s;
    let rate = charter.expected_requests_per_second;
    let looks = seconds * 1_000 / u32::try_from(LOOKS_EVERY.as_millis()).unwrap_or(1);
    let before = Scrape::of(service).await?;
    let begun = Instant::now();
    let pace = Pace {
        orders: rate * seconds,
        callers: CALLERS,
        per_second: Some(rate),
        lines: 3,
    };
    let (users, watched) = tokio::join!(
        callers::send(production.switch.address(), pace),
        pager::watch(service, pager.address(), LOOKS_EVERY, looks)
    );
    let (users, _) = (users?, watched?);
    let watched_s = begun.elapsed().as_secs();
    let after = Scrape::of(service).await?;
    production.stop().await?;
    let known = |name: &String| monitoring.alerts.iter().any(|trial| trial.alert.name == *name);
    let record = HealthRecord {
        watched_s,
        requests: whole(increase(&before, &after, |scrape| {
            scrape.sum("http_requests_total", &[("route", "/orders")])
        })),
        objectives: figures(levels, &before, &after)?,
        budget_left_percent: budget_left(levels, &figures(levels, &before, &after)?),
        alerts_fired: pager.called().into_iter().filter(known).collect(),
        reports: reports(&users),
    };
    outputs.write_json(REPORT, &record)?;
    Ok(record)
}

fn increase(before: &Scrape, after: &Scrape, of: impl Fn(&Scrape) -> f64) -> f64 {
    (of(after) - of(before)).max(0.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counters are whole and not negative"
)]
fn whole(figure: f64) -> u64 {
    figure.round() as u64
}

fn figures(levels: &ServiceLevels, before: &Scrape, after: &Scrape) -> Outcome<Vec<ObjectiveFigure>> {
    let orders = [("route", "/orders")];
    let figure = |objective: &crate::artifacts::Objective| {
        let good = Good::read(&objective.good_when)
            .ok_or_else(|| Failure::new(format_args!("`{}` cannot be computed", objective.name)))?;
        let all = increase(before, after, |scrape| scrape.sum("http_requests_total", &orders));
        let bad_status = increase(before, after, |scrape| {
            scrape.sum_where("http_requests_total", "status", |status| {
                status
                    .parse()
                    .is_ok_and(|status: u16| status >= good.status_below)
            })
        });
        let late = good.within_ms.map_or(0.0, |within_ms| {
            let within = f64::from(within_ms) / 1_000.0;
            let in_time = increase(before, after, |scrape| {
                scrape.in_bucket("http_request_duration_seconds", "/orders", within)
            });
            all - in_time
        });
        let bad = (bad_status + late).min(all);
        Ok(ObjectiveFigure {
            objective: objective.name.clone(),
            good_percent: if all > 0.0 {
                ((all - bad) / all * 10_000.0).round() / 100.0
            } else {
                0.0
            },
        })
    };
    levels.objectives.iter().map(figure).collect()
}

/// The error budget is what may be bad; this much of it is left, for the objective that has least.
#[must_use]
pub fn budget_left(levels: &ServiceLevels, figures: &[ObjectiveFigure]) -> f64 {
    let left = levels.objectives.iter().zip(figures).map(|(objective, figure)| {
        let budget = 100.0 - objective.target_percent;
        let spent = 100.0 - figure.good_percent;
        ((budget - spent) / budget * 1_000.0).round() / 10.0
    });
    left.fold(100.0, f64::min)
}

fn reports(users: &[Answer]) -> Vec<String> {
    let bad = users.iter().filter(|answer| !answer.is_taken());
    bad.map(|answer| {
        format!(
            "an order was answered with {} after {} ms",
            answer.status,
            answer.took.as_millis()
        )
    })
    .take(10)
    .collect()
}

/// What speaks against leaving it there.
#[must_use]
pub fn objections(health: &HealthRecord, levels: &ServiceLevels) -> Vec<String> {
    let missed = levels.objectives.iter().filter_map(|objective| {
        let figure = health.objectives.iter().find(|it| it.objective == objective.name);
        let good = figure.map_or(0.0, |figure| figure.good_percent);
        (good < objective.target_percent).then(|| {
            format!(
                "`{}`: {good} % were good, {} % are aimed for",
                objective.name, objective.target_percent
            )
        })
    });
    missed.collect()
}
