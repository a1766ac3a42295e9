//! The log: a line of JSON for each request, on standard error, with nothing in it that must not be known.

use std::{
    io::Write,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

/// What is noted of a request.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) request_id: &'a str,
    pub(super) operation: &'a str,
    pub(super) status: u16,
    pub(super) class: Option<&'a str>,
    pub(super) took: Duration,
    /// What a planted fault adds.
    pub(super) careless: Option<&'a str>,
}

impl Entry<'_> {
    pub(super) fn write(&self) {
        let time = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis();
        let level = if self.status >= 500 { "error" } else { "info" };
        let mut line: Value = json!({
            "time": u64::try_from(time).unwrap_or(u64::MAX),
            "level": level,
            "request_id": self.request_id,
            "operation": self.operation,
            "status": self.status,
            "class": self.class,
            "took_us": u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX),
        });
        if let Some(careless) = self.careless {
            line["body"] = json!(careless);
        }
        // A log that nobody reads is no reason to stop serving.
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }
}
