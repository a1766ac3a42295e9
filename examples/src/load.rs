//! A load on an HTTP service: so many clients at the same time, each with its share of the requests, and the figures.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use crate::{
    client::{Call, Client},
    evidence::Latency,
    failure::{During, Failure, Outcome},
};

/// What a load met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Driven {
    /// How long each answer took, in microseconds, the shortest first.
    pub times_us: Vec<u64>,
    /// Answers that were not a success (200 to 299).
    pub failed: u32,
    /// From the first request to the last answer.
    pub elapsed: Duration,
}

/// Sends the calls over so many connections at the same time, each of them one call after the other.
///
/// # Errors
/// When the service cannot be reached or breaks off.
pub async fn drive(address: SocketAddr, clients: u32, calls: &[Call]) -> Outcome<Driven> {
    let share = calls.len().div_ceil(clients.max(1) as usize).max(1);
    let begun = Instant::now();
    let mut working = Vec::new();
    for calls in calls.chunks(share).map(<[Call]>::to_vec) {
        let mut client = Client::new(address);
        working.push(tokio::spawn(async move {
            let (mut times_us, mut failed) = (Vec::with_capacity(calls.len()), 0);
            for call in &calls {
                let reply = client.send(call).await?;
                times_us.push(reply.elapsed_us);
                failed += u32::from(!(200..300).contains(&reply.status));
            }
            Ok::<_, Failure>((times_us, failed))
        }));
    }
    let (mut times_us, mut failed) = (Vec::new(), 0);
    for client in working {
        let (times, failures) = client.await.during("waiting for a client")??;
        times_us.extend(times);
        failed += failures;
    }
    let elapsed = begun.elapsed();
    times_us.sort_unstable();
    Ok(Driven {
        times_us,
        failed,
        elapsed,
    })
}

/// The value that so many of a hundred do not exceed; the values are sorted. Zero where there are none.
#[must_use]
pub fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get((sorted.len() * percent / 100).min(last))
        .copied()
        .unwrap_or_default()
}

/// The percentiles of times in microseconds, the shortest first.
#[must_use]
pub fn latency(sorted_us: &[u64]) -> Latency {
    Latency {
        p50_ms: milliseconds(percentile(sorted_us, 50)),
        p95_ms: milliseconds(percentile(sorted_us, 95)),
        p99_ms: milliseconds(percentile(sorted_us, 99)),
    }
}

/// A time for people.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub fn milliseconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1_000.0
}

impl Driven {
    /// Answers per second over all clients, whole.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub fn per_second(&self) -> f64 {
        (self.times_us.len() as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)).round()
    }

    /// The percentiles.
    #[must_use]
    pub fn latency(&self) -> Latency {
        latency(&self.times_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let sorted: Vec<u64> = (1..=200).collect();
        let at = [0, 50, 99, 100].map(|percent| percentile(&sorted, percent));
        assert_eq!(at, [1, 101, 199, 200]);
        assert_eq!(percentile(&[], 50), 0);
        assert_eq!(percentile(&[7], 99), 7);
    }
}
