//! What watches the service. Each alert is fired once, against figures that break its rule, to see that it reaches a pager.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use serde_json::json;

use super::{
    alerts::{self, RULES, Rule},
    pager::{self, Pager},
};
use crate::{
    artifacts::{AlertTrial, MonitoringSetup, ObservabilityPlan},
    failure::{During, Failure, Outcome},
    live::Live,
    outputs::Outputs,
    service::metrics::Metrics,
};

/// Where the rules lie.
pub const RULES_FILE: &str = "infrastructure/alerts.yaml";
/// Where the dashboard lies.
pub const DASHBOARD_FILE: &str = "infrastructure/dashboard.json";

/// How often the watcher looks while an alert is tried.
const LOOKS_EVERY: Duration = Duration::from_millis(20);
const LOOKS: u32 = 5;

/// Writes the rules and the dashboard, and fires each alert.
///
/// # Errors
/// When a rule does not fire, or nobody is reached.
pub async fn set_up(plan: &ObservabilityPlan, outputs: &Outputs) -> Outcome<MonitoringSetup> {
    outputs.write(RULES_FILE, alerts::file(plan)?)?;
    outputs.write_json(DASHBOARD_FILE, &dashboard(plan))?;
    let pager = Pager::start().await?;
    let mut trials = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.rests_on(&plan.metrics)) {
        let reached = fire(rule, plan, &pager).await?;
        trials.push(AlertTrial {
            alert: rule.alert(),
            // Begun seconds count; this machine needs only a part of one.
            reached_person_s: Some(u32::try_from(reached.as_secs()).unwrap_or(u32::MAX) + 1),
        });
    }
    Ok(MonitoringSetup {
        dashboards: vec![DASHBOARD_FILE.to_owned()],
        collected_every_s: 15,
        kept_days: 30,
        alerts: trials,
    })
}

/// Breaks the rule on a page of metrics of its own, and waits for the call.
async fn fire(rule: &Rule, plan: &ObservabilityPlan, pager: &Pager) -> Outcome<Duration> {
    let names: Vec<String> = plan.metrics.iter().map(|metric| metric.name.clone()).collect();
    let metrics = Arc::new(Metrics::new(&names, &plan.buckets_ms));
    let shown = Arc::clone(&metrics);
    let page = get(move || async move { shown.text().unwrap_or_default() });
    let live = Live::start(Router::new().route("/metrics", page), 0).await?;
    let breaking = async {
        tokio::time::sleep(LOOKS_EVERY).await;
        break_rule(rule, &metrics);
        Instant::now()
    };
    let (watched, caused) = tokio::join!(
        pager::watch(live.address(), pager.address(), LOOKS_EVERY, LOOKS),
        breaking
    );
    watched.during(format_args!("trying `{}`", rule.name))?;
    let called = pager.called_at(rule.name).ok_or_else(|| {
        Failure::new(format_args!(
            "`{}` called nobody though its rule was broken; see what it rests on",
            rule.name
        ))
    })?;
    Ok(called.saturating_duration_since(caused))
}

fn break_rule(rule: &Rule, metrics: &Metrics) {
    match (rule.of.metric, rule.of.label) {
        ("stock_calls_total", Some((_, outcome))) => metrics.stock_was_asked(outcome),
        ("store_refusals_total", _) => metrics.store_refused(),
        ("http_requests_total", Some((_, status))) => {
            metrics.answered("/orders", status.parse().unwrap_or(500), Duration::ZERO);
        }
        _ => {}
    }
}

/// A panel for each objective and each metric.
fn dashboard(plan: &ObservabilityPlan) -> serde_json::Value {
    let objectives = plan
        .indicators
        .iter()
        .map(|it| json!({ "title": it.objective, "type": "timeseries", "targets": [{ "expr": it.query }] }));
    let metrics = plan.metrics.iter().map(|metric| {
        let expr = if metric.name.ends_with("_total") {
            let by = metric.labels.join(", ");
            format!("sum by ({by}) (rate({}[5m]))", metric.name)
        } else if metric.name.ends_with("_seconds") {
            format!(
                "histogram_quantile(0.99, sum by (le) (rate({}_bucket[5m])))",
                metric.name
            )
        } else {
            format!("max({})", metric.name)
        };
        json!({ "title": metric.name, "type": "timeseries", "targets": [{ "expr": expr }] })
    });
    let panels: Vec<_> = objectives.chain(metrics).collect();
    json!({ "title": "orders", "refresh": "15s", "panels": panels })
}
