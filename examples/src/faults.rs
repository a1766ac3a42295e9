//! What a check finds wrong with an artifact.

use std::fmt;

use workflow_runtime::Verdict;

/// The faults of one artifact, each with the field that it is about.
///
/// # Examples
///
/// ```
/// use examples::faults::Faults;
///
/// let mut faults = Faults::default();
/// faults.require(0.5 < 0.2, "p99_ms", "is over the budget of 0.2 ms");
/// faults.require_text("  ", "owner");
/// let verdict = faults.verdict();
/// assert_eq!(verdict, workflow_runtime::Verdict::reject("`p99_ms` is over the budget of 0.2 ms; `owner` is empty"));
/// ```
#[derive(Debug, Default)]
pub struct Faults {
    found: Vec<String>,
}

impl Faults {
    /// Notes a fault of `field` unless it `holds`.
    pub fn require(&mut self, holds: bool, field: impl fmt::Display, fault: impl fmt::Display) {
        if !holds {
            self.found.push(format!("`{field}` {fault}"));
        }
    }

    /// Notes a fault if `text` says nothing.
    pub fn require_text(&mut self, text: &str, field: impl fmt::Display) {
        self.require(!text.trim().is_empty(), field, "is empty");
    }

    /// Notes a fault if there is nothing in `list`.
    pub fn require_some<T>(&mut self, list: &[T], field: impl fmt::Display) {
        self.require(!list.is_empty(), field, "is empty");
    }

    /// Notes a fault unless `part` is no larger than `whole`.
    pub fn require_at_most<T: PartialOrd + fmt::Display>(
        &mut self,
        part: T,
        whole: T,
        field: impl fmt::Display,
    ) {
        let fault = format!("is {part}, more than {whole}");
        self.require(part <= whole, field, fault);
    }

    /// Passes where nothing was found, else rejects with all of it.
    pub fn verdict(self) -> Verdict {
        Verdict::pass_if(self.found.is_empty(), self.found.join("; "))
    }
}
