//! How a run stands after each of several steps that are carried out at once.

use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

use crate::summary::Standing;

/// What steps that are carried out at once know of each other: enough to say how the run stands after each.
pub(crate) struct Together {
    /// In the last phase of the plan: how many of its members are still to be done.
    left: Option<AtomicU16>,
    /// Whether one of them halts the run.
    halts: AtomicBool,
    /// Whether one of them is waited for.
    waits: AtomicBool,
}

impl Together {
    pub(crate) fn new(left: Option<u16>) -> Self {
        Together {
            left: left.map(AtomicU16::new),
            halts: AtomicBool::new(false),
            waits: AtomicBool::new(false),
        }
    }

    /// So many were handed in; whether others are still waited for.
    pub(crate) fn handed_in(&self, count: u16, waits: bool) {
        if let Some(left) = &self.left {
            left.fetch_sub(count, Ordering::Relaxed);
        }
        self.waits.store(waits, Ordering::Relaxed);
    }

    pub(crate) fn waits(&self) {
        self.waits.store(true, Ordering::Relaxed);
    }

    /// How the run stands after something that ends nothing.
    pub(crate) fn goes_on(&self) -> Standing {
        if self.halts.load(Ordering::Relaxed) {
            Standing::Halted
        } else if self.waits.load(Ordering::Relaxed) {
            Standing::Waiting
        } else {
            Standing::Running
        }
    }

    pub(crate) fn halt(&self) -> Standing {
        self.halts.store(true, Ordering::Relaxed);
        Standing::Halted
    }

    pub(crate) fn send_back(&self) -> Standing {
        self.halts.store(false, Ordering::Relaxed);
        Standing::Running
    }

    pub(crate) fn done(&self) -> Standing {
        let left = self.left.as_ref();
        let is_last = left.is_some_and(|left| left.fetch_sub(1, Ordering::Relaxed) == 1);
        match self.goes_on() {
            Standing::Halted => Standing::Halted,
            _ if is_last => Standing::Done,
            standing => standing,
        }
    }
}
