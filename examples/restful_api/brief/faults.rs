//! What is wrong with a brief: the file, the line and the remedy.

use std::{error::Error, fmt, ops::Range};

/// One mistake in a brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    line: Option<usize>,
    message: String,
}

/// Every mistake that was found, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    file: String,
    faults: Vec<Fault>,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.faults.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            match fault.line {
                Some(line) => write!(f, "{separator}error: {}:{line}: {}", self.file, fault.message)?,
                None => write!(f, "{separator}error: {}: {}", self.file, fault.message)?,
            }
        }
        Ok(())
    }
}

impl Error for Faults {}

impl Faults {
    /// The file as a whole cannot be used.
    pub(super) fn whole(file: &str, message: impl Into<String>) -> Self {
        Faults {
            file: file.to_owned(),
            faults: vec![Fault {
                line: None,
                message: message.into(),
            }],
        }
    }
}

/// Where the checks put what they find.
#[derive(Debug)]
pub(super) struct Found<'a> {
    file: &'a str,
    text: &'a str,
    faults: Vec<(usize, Fault)>,
}

impl<'a> Found<'a> {
    /// Nothing found yet in this text.
    pub(super) fn none_in(file: &'a str, text: &'a str) -> Self {
        Found {
            file,
            text,
            faults: Vec::new(),
        }
    }

    /// A mistake at this place: the fault first, then the remedy.
    pub(super) fn push(&mut self, at: Range<usize>, fault: impl fmt::Display, remedy: impl fmt::Display) {
        let line = self
            .text
            .get(..at.start)
            .unwrap_or(self.text)
            .matches('\n')
            .count()
            + 1;
        let fault = Fault {
            line: Some(line),
            message: format!("{fault}; {remedy}"),
        };
        if !self.faults.iter().any(|(_, known)| *known == fault) {
            self.faults.push((at.start, fault));
        }
    }

    /// What was found, in the order of the file, or nothing.
    pub(super) fn into_result(mut self) -> Result<(), Faults> {
        if self.faults.is_empty() {
            return Ok(());
        }
        self.faults.sort_by_key(|(at, _)| *at);
        Err(Faults {
            file: self.file.to_owned(),
            faults: self.faults.into_iter().map(|(_, fault)| fault).collect(),
        })
    }
}
