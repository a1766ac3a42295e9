//! The rate limit: a bucket per client that fills up again at a steady rate.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use crate::brief::Limits;

/// Buckets by client.
#[derive(Debug)]
pub struct Limiter {
    burst: f64,
    refill_per_second: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    filled_at: Instant,
}

/// Clients that are remembered at most; beyond that, those with a full bucket are forgotten.
const MOST_CLIENTS: usize = 10_000;

impl Limiter {
    /// A full bucket for everyone.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Limiter {
            burst: f64::from(limits.burst_requests),
            refill_per_second: f64::from(limits.requests_per_minute) / 60.0,
            buckets: Mutex::default(),
        }
    }

    /// Lets a request of this client through, or says in how many seconds one will be.
    ///
    /// # Errors
    /// Seconds to wait, at least one.
    pub fn admit(&self, client: &str, now: Instant) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_CLIENTS {
            buckets.retain(|_, bucket| self.level(bucket, now) < self.burst);
        }
        let bucket = buckets.entry(client.to_owned()).or_insert_with(|| Bucket {
            left: self.burst,
            filled_at: now,
        });
        bucket.left = self.level(bucket, now);
        bucket.filled_at = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        let seconds = ((1.0 - bucket.left) / self.refill_per_second).ceil().max(1.0);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 1 to 60 by construction"
        )]
        Err(seconds as u64)
    }

    fn level(&self, bucket: &Bucket, now: Instant) -> f64 {
        let since = now.saturating_duration_since(bucket.filled_at).as_secs_f64();
        (bucket.left + since * self.refill_per_second).min(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_spent_bucket_fills_up_again() {
        let limits = Limits {
            requests_per_minute: 60,
            burst_requests: 2,
            default_page_entries: 1,
            max_page_entries: 1,
            max_body_bytes: 1,
        };
        let limiter = Limiter::new(&limits);
        let start = Instant::now();
        assert_eq!(limiter.admit("a", start), Ok(()));
        assert_eq!(limiter.admit("a", start), Ok(()));
        assert_eq!(limiter.admit("a", start), Err(1));
        assert_eq!(
            limiter.admit("b", start),
            Ok(()),
            "another client has a bucket of its own"
        );
        assert_eq!(limiter.admit("a", start + Duration::from_secs(1)), Ok(()));
        assert_eq!(limiter.admit("a", start + Duration::from_secs(1)), Err(1));
    }
}
