//! The callers of the service, as they see it: each order that they send with its answer and how long that took.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use serde_json::json;

use super::samples;
use crate::{
    artifacts::Good,
    client::{Call, Client},
    evidence::Latency,
    failure::{During, Outcome},
    load,
};

/// How callers send orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many in all.
    pub orders: u32,
    /// By how many callers at the same time.
    pub callers: u32,
    /// How many per second; each caller after its last answer where this is not said.
    pub per_second: Option<u32>,
    /// How many lines each order has.
    pub lines: u32,
}

/// What a caller saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The status; 0 where there was no answer.
    pub status: u16,
    /// How long it took: from when it was due, where that is said, so that waiting for a caller's turn counts.
    pub took: Duration,
}

/// Sends them.
///
/// # Errors
/// When a caller cannot work; that the service does not answer is an answer too.
pub async fn send(address: SocketAddr, pace: Pace) -> Outcome<Vec<Answer>> {
    let begun = Instant::now();
    let mut working = Vec::new();
    for caller in 0..pace.callers.max(1) {
        working.push(tokio::spawn(async move {
            let mut client = Client::new(address);
            let mut answers = Vec::new();
            for number in (caller..pace.orders).step_by(pace.callers.max(1) as usize) {
                let mut due = Instant::now();
                if let Some(per_second) = pace.per_second {
                    due = begun + Duration::from_secs(1) * number / per_second.max(1);
                    tokio::time::sleep_until(due.into()).await;
                }
                let order = samples::order(number, pace.lines);
                let call = Call::new("POST", "/orders").with_json(&json!(order));
                let status = client.send(&call).await.map_or(0, |reply| reply.status);
                answers.push(Answer {
                    status,
                    took: due.elapsed(),
                });
            }
            answers
        }));
    }
    let mut answers = Vec::new();
    for caller in working {
        answers.extend(caller.await.during("waiting for a caller")?);
    }
    Ok(answers)
}

/// How many of a hundred are as that says; all, where there are none.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub fn percent_where(answers: &[Answer], is_so: impl Fn(&Answer) -> bool) -> f64 {
    if answers.is_empty() {
        return 100.0;
    }
    let so = answers.iter().filter(|answer| is_so(answer)).count();
    (so as f64 / answers.len() as f64 * 10_000.0).round() / 100.0
}

/// The percentiles.
#[must_use]
pub fn latency(answers: &[Answer]) -> Latency {
    let mut times_us: Vec<u64> = answers
        .iter()
        .map(|answer| u64::try_from(answer.took.as_micros()).unwrap_or(u64::MAX))
        .collect();
    times_us.sort_unstable();
    load::latency(&times_us)
}

/// The longest that one of them waited, in milliseconds.
#[must_use]
pub fn longest_ms(answers: &[Answer]) -> u64 {
    let longest = answers.iter().map(|answer| answer.took).max().unwrap_or_default();
    u64::try_from(longest.as_millis()).unwrap_or(u64::MAX)
}

impl Answer {
    /// Whether an order was taken, at once or to be confirmed later.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        matches!(self.status, 201 | 202)
    }

    /// Whether it is good in that sense; none at all is not.
    #[must_use]
    pub fn is_good(&self, good: Good) -> bool {
        self.status > 0 && good.is_met(self.status, self.took.as_secs_f64() * 1_000.0)
    }
}
