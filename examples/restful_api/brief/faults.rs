//! What is wrong with a brief: where, what, and the remedy.

use std::{error::Error, fmt};

/// Every mistake that was found, in the order in which they were looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.0.as_slice() {
            return f.write_str(only);
        }
        write!(f, "{} mistakes", self.0.len())?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl Error for Faults {}

/// Where the checks put what they find.
#[derive(Debug, Default)]
pub(super) struct Found(Vec<String>);

impl Found {
    /// A mistake at this place, as in ``resource `book`, field `isbn` ``: the fault first, then the remedy.
    pub(super) fn push(&mut self, at: &str, fault: impl fmt::Display, remedy: impl fmt::Display) {
        let fault = format!("{at}: {fault}; {remedy}");
        if !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    /// What was found, or nothing.
    pub(super) fn into_result(self) -> Result<(), Faults> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Faults(self.0))
        }
    }
}
