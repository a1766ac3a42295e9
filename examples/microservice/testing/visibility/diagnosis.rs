//! What metrics, logs and traces say, to somebody who does not know what was done.

use std::{collections::BTreeMap, net::SocketAddr, path::Path};

use serde_json::Value;

use crate::{
    failure::{During, Outcome},
    infrastructure::alerts,
    service::{record::RecordFiles, scrape::Scrape, traces::SpanLine},
    testing::samples,
};

/// Everything that there is to look at, at one moment.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    /// What is exposed.
    pub(super) metrics: Scrape,
    log: Vec<Value>,
    spans: Vec<SpanLine>,
}

/// What was made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// The alert that is passed most.
    pub(super) told_by: Option<String>,
    /// What the log says most.
    pub(super) log_says: String,
    /// Where the time went.
    pub(super) traces_say: String,
}

impl Evidence {
    /// Asks and reads.
    pub(super) async fn collect(address: SocketAddr, records: &Path) -> Outcome<Self> {
        let mut spans = Vec::new();
        for service in ["orders", "stock"] {
            let file = RecordFiles::within(records, service).spans;
            let text = std::fs::read_to_string(&file).during(format_args!("reading `{}`", file.display()))?;
            spans.extend(text.lines().filter_map(|line| serde_json::from_str(line).ok()));
        }
        Ok(Evidence {
            metrics: Scrape::of(address).await?,
            log: Self::log_lines(records)?,
            spans,
        })
    }

    /// The lines of all logs there. A line that is no JSON is kept as text.
    pub(super) fn log_lines(records: &Path) -> Outcome<Vec<Value>> {
        let mut lines = Vec::new();
        for service in ["orders", "stock"] {
            let file = RecordFiles::within(records, service).log;
            let text = std::fs::read_to_string(&file).during(format_args!("reading `{}`", file.display()))?;
            let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| Value::from(line));
            lines.extend(text.lines().map(read));
        }
        Ok(lines)
    }

    /// Whether a trace went through both services, the second asked by the first.
    pub(super) fn is_complete(&self, trace: &str) -> bool {
        let of = |service: &'static str| {
            let spans = self.spans.iter();
            spans.filter(move |span| span.trace_id == trace && span.service == service)
        };
        of("stock").any(|asked| of("orders").any(|asking| asking.span_id == asked.parent_span_id))
    }
}

/// What happened between two moments.
pub(super) fn diagnose(before: &Evidence, after: &Evidence) -> Seen {
    let firing = alerts::firing(&before.metrics, &after.metrics);
    Seen {
        told_by: firing.first().map(|rule| rule.name.to_owned()),
        log_says: most_said(&before.log, &after.log),
        traces_say: where_time_went(before, after),
    }
}

fn outcomes(log: &[Value]) -> BTreeMap<&str, usize> {
    let mut counted = BTreeMap::new();
    for outcome in log.iter().filter_map(|line| line["outcome"].as_str()) {
        *counted.entry(outcome).or_default() += 1;
    }
    counted
}

fn most_said(before: &[Value], after: &[Value]) -> String {
    let known = outcomes(before);
    let mut new: Vec<(&str, usize)> = outcomes(after)
        .into_iter()
        .map(|(outcome, times)| (outcome, times - known.get(outcome).copied().unwrap_or_default()))
        .filter(|(_, times)| *times > 0)
        .collect();
    new.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    match new.first() {
        Some((outcome, times)) => format!("`{outcome}`, {times} times"),
        None => "nothing".to_owned(),
    }
}

fn where_time_went(before: &Evidence, after: &Evidence) -> String {
    let longest = |service: &str| {
        let known = before.spans.iter().filter(|span| span.service == service).count();
        let new = after
            .spans
            .iter()
            .filter(|span| span.service == service)
            .skip(known);
        new.map(|span| span.took_us / 1_000).max()
    };
    let of = |service| match longest(service) {
        Some(longest) => format!("{service} took up to {longest} ms"),
        None => format!("{service} was not reached"),
    };
    format!("{}, {}", of("orders"), of("stock"))
}

/// How many lines lack a field that each line has; a line of a span has those of the span.
pub(super) fn incomplete(lines: &[Value], fields: &[String]) -> u32 {
    let has = |line: &Value, field: &String| !line[field].is_null() || !line["span"][field].is_null();
    let lacks = |line: &&Value| !fields.iter().all(|field| has(line, field));
    u32::try_from(lines.iter().filter(lacks).count()).unwrap_or(u32::MAX)
}

/// Lines that hold what they must not.
pub(super) fn leaked(lines: &[Value], never: &[String]) -> Vec<String> {
    let text = lines.iter().map(Value::to_string);
    let holds = |line: &String| {
        let key = |name: &String| line.contains(&format!("\"{name}\":"));
        line.contains(samples::EMAIL) || never.iter().any(key)
    };
    text.filter(holds).take(10).collect()
}
