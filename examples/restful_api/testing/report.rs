//! What a suite of tests found.

use std::{fmt::Display, time::Instant};

use serde::{Deserialize, Serialize};

use crate::{
    failure::Outcome,
    outputs::{OutputFile, Outputs},
};

/// What a suite of tests found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    /// Which suite.
    pub suite: String,
    /// Cases that held.
    pub passed: usize,
    /// Cases that did not.
    pub findings: Vec<Finding>,
    /// How long it took.
    pub elapsed_ms: u64,
    /// Every case by name, where it was written.
    pub file: OutputFile,
}

/// A case that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The case.
    pub case: String,
    /// What was seen instead.
    pub seen: String,
}

/// A suite that is running.
#[derive(Debug)]
pub struct Suite {
    name: String,
    begun: Instant,
    passed: Vec<String>,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Written<'a> {
    suite: &'a str,
    passed: &'a [String],
    findings: &'a [Finding],
    elapsed_ms: u64,
}

impl Suite {
    /// Nothing seen yet.
    #[must_use]
    pub fn begin(name: &str) -> Self {
        Suite {
            name: name.to_owned(),
            begun: Instant::now(),
            passed: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Records whether a case held.
    pub fn case(&mut self, case: impl Display, held: Result<(), impl Display>) {
        match held {
            Ok(()) => self.passed.push(case.to_string()),
            Err(seen) => self.findings.push(Finding {
                case: case.to_string(),
                seen: seen.to_string(),
            }),
        }
    }

    /// Writes the report.
    ///
    /// # Errors
    /// When it cannot be written, or no case was run at all: that is a broken suite, not a good service.
    pub fn end(self, outputs: &Outputs) -> Outcome<TestReport> {
        examples::failure::ensure(
            !self.passed.is_empty() || !self.findings.is_empty(),
            format_args!("the suite `{}` ran no case", self.name),
        )?;
        let elapsed_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let written = Written {
            suite: &self.name,
            passed: &self.passed,
            findings: &self.findings,
            elapsed_ms,
        };
        let file = outputs.write_json(&format!("reports/{}.json", self.name), &written)?;
        Ok(TestReport {
            suite: self.name,
            passed: self.passed.len(),
            findings: self.findings,
            elapsed_ms,
            file,
        })
    }
}

/// Equal, or what was seen instead.
///
/// # Errors
/// Both values.
pub fn same<T: PartialEq + std::fmt::Debug>(seen: T, expected: T) -> Result<(), String> {
    if seen == expected {
        Ok(())
    } else {
        Err(format!("{seen:?} instead of {expected:?}"))
    }
}
