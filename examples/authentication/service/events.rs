//! What happened, counted for alerts and written to a log of JSON lines; never with a secret.

use std::{
    fs::File,
    io::Write,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use examples::failure::{During, Outcome};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};
use serde_json::{Value, json};

use super::store::make_closed;

/// Relative to the folder of the service.
pub const FILE: &str = "audit.log";

/// The members of a line of the log.
pub const FIELDS: &[&str] = &["at", "event", "account", "address"];

/// Counts and writes down.
pub struct Events {
    path: PathBuf,
    counted: Family<Vec<(String, String)>, Counter>,
    registry: Registry,
    log: Mutex<File>,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Events {
    /// Goes on with the log of that path.
    ///
    /// # Errors
    /// When it cannot be written to.
    pub fn open(path: &Path) -> Outcome<Self> {
        let log = make_closed(path)?;
        let counted = Family::<Vec<(String, String)>, Counter>::default();
        let mut registry = Registry::default();
        registry.register("auth_events", "Security events, by kind", counted.clone());
        Ok(Events {
            path: path.to_owned(),
            counted,
            registry,
            log: Mutex::new(log),
        })
    }

    /// Something happened to an account, by its id, from an address.
    pub fn tell(&self, at: i64, event: &str, account: Option<i64>, address: Option<IpAddr>) {
        self.counted
            .get_or_create(&vec![("event".to_owned(), event.to_owned())])
            .inc();
        let line = json!({ "at": at, "event": event, "account": account, "address": address });
        if let Ok(mut log) = self.log.lock() {
            // A full disk must not keep people out; the metrics still tell.
            let _ = writeln!(log, "{line}");
        }
    }

    /// Lines of before that time go.
    ///
    /// # Errors
    /// When the log cannot be written anew.
    pub fn forget_before(&self, at: i64) -> Outcome<()> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let text = std::fs::read_to_string(&self.path).during("reading the log")?;
        let is_kept = |line: &&str| {
            let line: Option<Value> = serde_json::from_str(line).ok();
            line.is_none_or(|line| line["at"].as_i64().is_none_or(|told| told >= at))
        };
        // They stand in order, so the first tells whether there is anything to do.
        if text.lines().next().is_none_or(|first| is_kept(&first)) {
            return Ok(());
        }
        let kept: String = text
            .lines()
            .filter(is_kept)
            .flat_map(|line| [line, "\n"])
            .collect();
        let new = self.path.with_extension("new");
        // What a kill left there.
        let _ = std::fs::remove_file(&new);
        let mut written = make_closed(&new)?;
        written
            .write_all(kept.as_bytes())
            .during("writing the log anew")?;
        std::fs::rename(&new, &self.path).during("writing the log anew")?;
        *log = written;
        Ok(())
    }

    /// The counters, as Prometheus reads them.
    ///
    /// # Errors
    /// When they cannot be put into text.
    pub fn metrics(&self) -> Outcome<String> {
        let mut text = String::new();
        encode(&mut text, &self.registry).during("putting the metrics into text")?;
        Ok(text)
    }
}
