//! What calls a person: each rule is a value, so that the text for Prometheus and our own evaluation of it cannot differ.

use serde::{Deserialize, Serialize};

use crate::{
    artifacts::{Metric, ObservabilityPlan},
    evidence::{Alert, Severity},
    failure::{During, Outcome},
    service::scrape::Scrape,
};

/// A rule: a share of what happened lately is above a bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What is counted.
    pub of: Series,
    /// Of what.
    pub per: Series,
    /// More than this share of it calls somebody.
    pub above: f64,
    /// How bad it is.
    pub severity: Severity,
    /// The procedure that answers it.
    pub procedure: &'static str,
    /// What it means.
    pub summary: &'static str,
}

/// Counters, by name and label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series {
    /// The metric.
    pub metric: &'static str,
    /// A label and its value.
    pub label: Option<(&'static str, &'static str)>,
}

const fn all(metric: &'static str) -> Series {
    Series { metric, label: None }
}

const fn stock(outcome: &'static str) -> Series {
    Series {
        metric: "stock_calls_total",
        label: Some(("outcome", outcome)),
    }
}

const fn about_stock(
    name: &'static str,
    outcome: &'static str,
    procedure: &'static str,
    summary: &'static str,
) -> Rule {
    Rule {
        name,
        of: stock(outcome),
        per: all("stock_calls_total"),
        above: 0.02,
        severity: Severity::Medium,
        procedure,
        summary,
    }
}

/// All of them.
pub const RULES: &[Rule] = &[
    about_stock(
        "StockSlow",
        "timeout",
        "Stock is slow",
        "stock takes longer than we wait; orders are taken as pending",
    ),
    about_stock(
        "StockFailing",
        "error",
        "Stock answers with errors",
        "stock answers with errors; orders are taken as pending",
    ),
    about_stock(
        "StockGarbled",
        "garbled",
        "Stock answers what nobody can read",
        "stock answers something else than its contract says",
    ),
    about_stock(
        "StockUnreachable",
        "unreachable",
        "Stock cannot be reached",
        "nobody listens where stock is looked for",
    ),
    Rule {
        name: "StoreRefusing",
        of: all("store_refusals_total"),
        per: all("http_requests_total"),
        above: 0.001,
        severity: Severity::Critical,
        procedure: "The store is full",
        summary: "orders are refused, because the store has no room for them",
    },
    Rule {
        name: "AnswersFailing",
        of: Series {
            metric: "http_requests_total",
            label: Some(("status", "500")),
        },
        per: all("http_requests_total"),
        above: 0.01,
        severity: Severity::High,
        procedure: "Roll back",
        summary: "the service itself answers with errors",
    },
];

/// For how long a condition holds before it calls somebody, in seconds.
const HOLDS_FOR_S: u32 = 60;

impl Series {
    fn query(self) -> String {
        let label = self
            .label
            .map_or(String::new(), |(label, value)| format!("{{{label}=\"{value}\"}}"));
        format!("sum(increase({}{label}[5m]))", self.metric)
    }

    fn increase(self, before: &Scrape, after: &Scrape) -> f64 {
        let labels: Vec<_> = self.label.into_iter().collect();
        (after.sum(self.metric, &labels) - before.sum(self.metric, &labels)).max(0.0)
    }
}

impl Rule {
    /// The condition, as Prometheus reads it.
    #[must_use]
    pub fn query(&self) -> String {
        format!("{} / {} > {}", self.of.query(), self.per.query(), self.above)
    }

    /// By how much the bound is passed, as a multiple of it; above 1 it calls somebody.
    #[must_use]
    pub fn excess(&self, before: &Scrape, after: &Scrape) -> f64 {
        let whole = self.per.increase(before, after).max(1.0);
        self.of.increase(before, after) / whole / self.above
    }

    /// As it stands in the artifacts.
    #[must_use]
    pub fn alert(&self) -> Alert {
        Alert {
            name: self.name.to_owned(),
            condition: self.query(),
            holds_for_s: HOLDS_FOR_S,
            severity: self.severity,
            procedure: self.procedure.to_owned(),
        }
    }

    /// Whether all that it rests on is measured.
    #[must_use]
    pub fn rests_on(&self, metrics: &[Metric]) -> bool {
        let measured = |series: Series| metrics.iter().any(|metric| metric.name == series.metric);
        measured(self.of) && measured(self.per)
    }
}

/// The rules that call somebody over these two moments, the one that is passed most first.
#[must_use]
pub fn firing(before: &Scrape, after: &Scrape) -> Vec<&'static Rule> {
    let mut firing: Vec<_> = RULES
        .iter()
        .map(|rule| (rule, rule.excess(before, after)))
        .filter(|(_, excess)| *excess > 1.0)
        .collect();
    firing.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    firing.into_iter().map(|(rule, _)| rule).collect()
}

/// The file that Prometheus reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Groups of rules.
    pub groups: Vec<RuleGroup>,
}

/// Rules that are evaluated together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleGroup {
    /// Its name.
    pub name: String,
    /// The rules.
    pub rules: Vec<AlertRule>,
}

/// An alert, as Prometheus reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// Its name.
    pub alert: String,
    /// The condition.
    pub expr: String,
    /// How long it must hold.
    #[serde(rename = "for")]
    pub holds_for: String,
    /// How bad it is.
    pub labels: RuleLabels,
    /// What it means and what answers it.
    pub annotations: RuleAnnotations,
}

/// How bad an alert is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleLabels {
    /// In a word.
    pub severity: Severity,
}

/// What an alert means and what answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleAnnotations {
    /// What it means.
    pub summary: String,
    /// The heading in the runbook.
    pub runbook: String,
}

/// The rules that rest on what is measured, as a file.
///
/// # Errors
/// When it cannot be written as YAML.
pub fn file(plan: &ObservabilityPlan) -> Outcome<String> {
    let rules = RULES.iter().filter(|rule| rule.rests_on(&plan.metrics));
    let rules = rules.map(|rule| AlertRule {
        alert: rule.name.to_owned(),
        expr: rule.query(),
        holds_for: format!("{HOLDS_FOR_S}s"),
        labels: RuleLabels {
            severity: rule.severity,
        },
        annotations: RuleAnnotations {
            summary: rule.summary.to_owned(),
            runbook: rule.procedure.to_owned(),
        },
    });
    let file = RuleFile {
        groups: vec![RuleGroup {
            name: "orders".to_owned(),
            rules: rules.collect(),
        }],
    };
    serde_norway::to_string(&file).during("writing the alert rules")
}
