//! What the service counts and times, in the text format of Prometheus. Only what the definition names is exposed.

use std::{
    sync::atomic::{AtomicI64, AtomicU64},
    time::Duration,
};

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::failure::{During, Outcome};

/// What can be measured, with its labels.
pub const MEASURABLE: &[(&str, &[&str])] = &[
    ("http_requests_total", &["route", "status"]),
    ("http_request_duration_seconds", &["route"]),
    ("stock_calls_total", &["outcome"]),
    ("stock_circuit_open", &[]),
    ("orders_pending", &[]),
    ("store_refusals_total", &[]),
];

type Labels = Vec<(&'static str, String)>;

/// What is measured.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    durations: Family<Labels, Histogram, Buckets>,
    stock_calls: Family<Labels, Counter>,
    circuit_open: Gauge<i64, AtomicI64>,
    pending: Gauge<i64, AtomicI64>,
    refusals: Counter<u64, AtomicU64>,
}

/// Makes histograms with these buckets, in seconds.
#[derive(Debug, Clone)]
struct Buckets(Vec<f64>);

impl prometheus_client::metrics::family::MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(self.0.iter().copied())
    }
}

impl Metrics {
    /// Exposes those that are named.
    #[must_use]
    pub fn new(named: &[String], buckets_ms: &[u32]) -> Self {
        let seconds = buckets_ms
            .iter()
            .map(|&bound| f64::from(bound) / 1_000.0)
            .collect();
        let mut metrics = Metrics {
            registry: Registry::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(Buckets(seconds)),
            stock_calls: Family::default(),
            circuit_open: Gauge::default(),
            pending: Gauge::default(),
            refusals: Counter::default(),
        };
        for name in named {
            metrics.expose(name);
        }
        metrics
    }

    fn expose(&mut self, name: &str) {
        let registry = &mut self.registry;
        // The text format adds `_total` to the names of counters.
        match name {
            "http_requests_total" => {
                registry.register(
                    "http_requests",
                    "Answers, by route and status",
                    self.requests.clone(),
                );
            }
            "http_request_duration_seconds" => {
                let help = "How long answers took, by route";
                registry.register(name, help, self.durations.clone());
            }
            "stock_calls_total" => {
                registry.register(
                    "stock_calls",
                    "Calls of stock, by outcome",
                    self.stock_calls.clone(),
                );
            }
            "stock_circuit_open" => {
                registry.register(name, "1 while stock is not asked", self.circuit_open.clone());
            }
            "orders_pending" => {
                registry.register(
                    name,
                    "Orders that stock has not answered yet",
                    self.pending.clone(),
                );
            }
            "store_refusals_total" => {
                let help = "Orders that the store had no room for";
                registry.register("store_refusals", help, self.refusals.clone());
            }
            _ => {}
        }
    }

    /// A request was answered.
    pub fn answered(&self, route: &str, status: u16, took: Duration) {
        let labels = vec![("route", route.to_owned()), ("status", status.to_string())];
        self.requests.get_or_create(&labels).inc();
        let labels = vec![("route", route.to_owned())];
        self.durations.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// The stock was asked, and that came of it.
    pub fn stock_was_asked(&self, outcome: &str) {
        let labels = vec![("outcome", outcome.to_owned())];
        self.stock_calls.get_or_create(&labels).inc();
    }

    /// Whether the circuit to the stock is open.
    pub fn circuit_is(&self, open: bool) {
        self.circuit_open.set(i64::from(open));
    }

    /// So many orders are pending.
    pub fn pending_are(&self, orders: usize) {
        self.pending.set(i64::try_from(orders).unwrap_or(i64::MAX));
    }

    /// The store refused an order.
    pub fn store_refused(&self) {
        self.refusals.inc();
    }

    /// All of it, as Prometheus reads it.
    ///
    /// # Errors
    /// When the text cannot be written.
    pub fn text(&self) -> Outcome<String> {
        let mut text = String::new();
        encode(&mut text, &self.registry).during("writing the metrics")?;
        Ok(text)
    }
}
