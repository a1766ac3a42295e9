//! The time as the service sees it. A test moves it, so that nobody waits for what expires.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// Seconds since 1970, and by how much they were moved.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    moved_s: Arc<AtomicI64>,
}

impl Clock {
    /// Now.
    pub fn now(&self) -> i64 {
        let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(passed.as_secs()).unwrap_or(i64::MAX) + self.moved_s.load(Ordering::SeqCst)
    }

    /// Later by so many seconds.
    pub fn advance(&self, seconds: i64) {
        self.moved_s.fetch_add(seconds, Ordering::SeqCst);
    }
}
