//! What a process has used, as Linux tells it; other systems keep it to themselves.

use std::fs;

/// What a process has used so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Processor time, in milliseconds.
    pub(crate) cpu_ms: u64,
    /// The memory that it holds, in bytes.
    pub(crate) memory_bytes: u64,
    /// The most memory that it has held, in bytes.
    pub(crate) peak_memory_bytes: u64,
}

/// Ticks per second of the times in `stat`; the same on every Linux that there is.
const TICKS: u64 = 100;

pub(super) fn usage(process: u32) -> Option<Usage> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold anything; what follows it does not.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    Some(Usage {
        cpu_ms: (ticks(11)? + ticks(12)?) * 1_000 / TICKS,
        memory_bytes: kib("VmRSS:")? * 1_024,
        peak_memory_bytes: kib("VmHWM:")? * 1_024,
    })
}
