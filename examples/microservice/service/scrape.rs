//! The metrics of a service, as a monitoring system gets them: from the text that it exposes, and from nothing else.

use std::{collections::BTreeMap, net::SocketAddr};

use crate::{
    client::{Call, Client},
    failure::{Outcome, ensure},
};

/// All samples at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scrape {
    samples: Vec<Sample>,
}

#[derive(Debug, Clone, PartialEq)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

impl Scrape {
    /// Asks a service.
    ///
    /// # Errors
    /// When it does not answer with metrics.
    pub async fn of(address: SocketAddr) -> Outcome<Self> {
        let reply = Client::new(address).send(&Call::new("GET", "/metrics")).await?;
        ensure(
            reply.status == 200,
            format_args!("`/metrics` of {address} answers {}", reply.status),
        )?;
        Ok(Self::read(&String::from_utf8_lossy(&reply.body)))
    }

    /// Reads the text; lines that are no samples say nothing.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Scrape {
            samples: lines.filter_map(sample).collect(),
        }
    }

    /// The sum of the samples of that name that have all of these labels.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |sample: &&Sample| {
            let labelled =
                |(label, value): &(&str, &str)| sample.labels.get(*label).map(String::as_str) == Some(*value);
            sample.name == name && labels.iter().all(labelled)
        };
        self.samples.iter().filter(has).map(|sample| sample.value).sum()
    }

    /// The sum of the samples of that name whose label passes.
    #[must_use]
    pub fn sum_where(&self, name: &str, label: &str, passes: impl Fn(&str) -> bool) -> f64 {
        let has = |sample: &&Sample| {
            sample.name == name && sample.labels.get(label).is_some_and(|value| passes(value))
        };
        self.samples.iter().filter(has).map(|sample| sample.value).sum()
    }

    /// How many observations of a histogram are within that bound; it is one of its bounds.
    #[must_use]
    pub fn in_bucket(&self, name: &str, route: &str, bound: f64) -> f64 {
        let bucket = format!("{name}_bucket");
        let has = |sample: &&Sample| {
            let is_bound = |text: &String| text.parse::<f64>().is_ok_and(|it| (it - bound).abs() < 1e-9);
            sample.name == bucket
                && sample.labels.get("route").is_some_and(|it| it == route)
                && sample.labels.get("le").is_some_and(is_bound)
        };
        self.samples.iter().filter(has).map(|sample| sample.value).sum()
    }

    /// Whether a metric of that name is exposed; a histogram shows itself by its buckets.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let bucket = format!("{name}_bucket");
        self.samples
            .iter()
            .any(|sample| sample.name == name || sample.name == bucket)
    }
}

/// `name{label="value",..} 1.0`
fn sample(line: &str) -> Option<Sample> {
    let (head, value) = line.rsplit_once(' ')?;
    let (name, labels) = match head.split_once('{') {
        None => (head, ""),
        Some((name, labels)) => (name, labels.strip_suffix('}')?),
    };
    Some(Sample {
        name: name.to_owned(),
        labels: read_labels(labels)?,
        value: value.parse().ok()?,
    })
}

fn read_labels(mut text: &str) -> Option<BTreeMap<String, String>> {
    let mut labels = BTreeMap::new();
    while !text.is_empty() {
        let (name, rest) = text.split_once("=\"")?;
        let end = rest.find('"')?;
        labels.insert(
            name.trim_start_matches(',').to_owned(),
            rest.get(..end)?.to_owned(),
        );
        text = rest.get(end + 1..)?;
    }
    Some(labels)
}
