//! How much a client may ask for: rate, page, body.

use serde::{Deserialize, Serialize};

use crate::{
    brief::{Brief, Limits},
    failure::{Outcome, ensure},
};

/// The limits with what follows from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LimitPlan {
    /// As the brief states them.
    pub limits: Limits,
    /// How long a client that has spent its burst waits for the next request.
    pub refill_interval_ms: f64,
    /// The most requests that one client gets through in its first minute.
    pub most_requests_in_first_minute: u32,
}

/// Works out what the limits mean for a client.
///
/// # Errors
/// When they leave no client a single request.
pub fn set(brief: &Brief) -> Outcome<LimitPlan> {
    let limits = brief.limits.clone();
    ensure(
        limits.requests_per_minute > 0 && limits.burst_requests > 0,
        "the limits leave no request at all",
    )?;
    Ok(LimitPlan {
        refill_interval_ms: 60_000.0 / f64::from(limits.requests_per_minute),
        most_requests_in_first_minute: limits.burst_requests.saturating_add(limits.requests_per_minute),
        limits,
    })
}
