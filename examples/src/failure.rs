//! What went wrong in a step, as a sentence that says what was attempted.

use std::fmt;

/// A step that could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(String);

/// What the steps of the domain return.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// The fault and, after a semicolon, the remedy.
    pub fn new(message: impl fmt::Display) -> Self {
        Failure(message.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// Says what was being done when something went wrong.
pub trait During<T> {
    /// Puts what was attempted before the reason.
    ///
    /// # Errors
    /// The same as before, in more words.
    fn during(self, attempt: impl fmt::Display) -> Outcome<T>;
}

impl<T, E: fmt::Display> During<T> for Result<T, E> {
    fn during(self, attempt: impl fmt::Display) -> Outcome<T> {
        self.map_err(|error| Failure(format!("{attempt}: {error}")))
    }
}

/// Holds, or the step has failed for this reason.
///
/// # Errors
/// The reason, where it does not hold.
pub fn ensure(holds: bool, reason: impl fmt::Display) -> Outcome<()> {
    if holds { Ok(()) } else { Err(Failure::new(reason)) }
}
