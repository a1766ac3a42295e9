//! What processes take of the machine.

use std::fmt;
use std::fs;

/// Of some processes; nothing is known of them where there is no `/proc`.
#[derive(Debug, Default)]
pub struct Usage(Vec<(f64, f64)>);

impl Usage {
    /// The time of all on processors so far, in seconds.
    pub fn seconds(&self) -> f64 {
        self.0.iter().map(|(_, time)| time).sum()
    }

    /// Of each that runs.
    pub fn of(ids: &[u32]) -> Self {
        Usage(ids.iter().filter_map(|&id| of(id)).collect())
    }
}

/// The memory, in MB, and the time on processors, in seconds.
fn of(id: u32) -> Option<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let memory: f64 = memory.trim().trim_end_matches(" kB").parse().ok()?;
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before it may have spaces. A tick is a hundredth of a second on every Linux there is.
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks = fields
        .split(' ')
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<f64>());
    let ticks = ticks.sum::<Result<f64, _>>().ok()?;
    Some((memory / 1024.0, ticks / 100.0))
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("of each server")?;
        self.0
            .iter()
            .try_for_each(|(memory, time)| write!(f, " {memory:.0} MB and {time:.1} s,"))?;
        f.write_str(" since it was last started")
    }
}
