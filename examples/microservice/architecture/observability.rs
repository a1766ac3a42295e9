//! What can be seen of the service: every objective is computed from a metric, with a bound where the objective has its bound.

use std::collections::BTreeSet;

use crate::{
    artifacts::{CommunicationDesign, Good, Indicator, Metric, ObservabilityPlan, ServiceLevels},
    failure::{Failure, Outcome},
    service::metrics::MEASURABLE,
};

/// Bounds of histograms that fit most services, in milliseconds.
const USUAL_BUCKETS_MS: &[u32] = &[5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];
/// Fields of each line of the log.
const LOG_FIELDS: &[&str] = &["timestamp", "level", "message", "trace_id"];
/// What says something about a person.
const NEVER_LOGGED: &[&str] = &["email"];

/// Plans it.
///
/// # Errors
/// When an objective cannot be computed.
pub fn plan(levels: &ServiceLevels, communication: &CommunicationDesign) -> Outcome<ObservabilityPlan> {
    let mut buckets: BTreeSet<u32> = USUAL_BUCKETS_MS.iter().copied().collect();
    let mut indicators = Vec::new();
    for objective in &levels.objectives {
        let good = Good::read(&objective.good_when).ok_or_else(|| {
            Failure::new(format_args!(
                "`{}` cannot be computed from `{}`; say `status below 500 within 300 ms`",
                objective.name, objective.good_when
            ))
        })?;
        buckets.extend(good.within_ms);
        indicators.push(indicator(&objective.name, good));
    }
    let calls_stock = !communication.calls.is_empty();
    let wanted = MEASURABLE
        .iter()
        .filter(|(name, _)| calls_stock || !name.starts_with("stock_"));
    Ok(ObservabilityPlan {
        metrics: wanted
            .map(|(name, labels)| Metric {
                name: (*name).to_owned(),
                labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            })
            .collect(),
        log_fields: LOG_FIELDS.iter().map(|field| (*field).to_owned()).collect(),
        never_logged: NEVER_LOGGED.iter().map(|field| (*field).to_owned()).collect(),
        trace_one_in: 1,
        buckets_ms: buckets.into_iter().collect(),
        indicators,
    })
}

fn indicator(objective: &str, good: Good) -> Indicator {
    let statuses = format!("status!~\"[{}-9]..\"", good.status_below / 100);
    let (metrics, query) = match good.within_ms {
        None => (
            vec!["http_requests_total"],
            format!("sum(rate(http_requests_total{{{statuses}}}[5m])) / sum(rate(http_requests_total[5m]))"),
        ),
        Some(within_ms) => {
            let bound = f64::from(within_ms) / 1_000.0;
            (
                vec!["http_requests_total", "http_request_duration_seconds"],
                format!(
                    "sum(rate(http_request_duration_seconds_bucket{{le=\"{bound}\"}}[5m])) / sum(rate(http_request_duration_seconds_count[5m]))"
                ),
            )
        }
    };
    Indicator {
        objective: objective.to_owned(),
        metrics: metrics.into_iter().map(String::from).collect(),
        query,
    }
}
