//! What happened, counted for alerts and written to a log of JSON lines; never with a secret.

use std::{fs::File, io::Write, net::IpAddr, path::Path, sync::Mutex};

use examples::failure::{During, Outcome};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};
use serde_json::json;

/// Relative to the folder of the service.
pub const FILE: &str = "audit.log";

/// The members of a line of the log.
pub const FIELDS: &[&str] = &["at", "event", "account", "address"];

/// Counts and writes down.
pub struct Events {
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
        let log = File::options().create(true).append(true).open(path);
        let log = log.during(format_args!("opening `{}`", path.display()))?;
        let counted = Family::<Vec<(String, String)>, Counter>::default();
        let mut registry = Registry::default();
        registry.register("auth_events", "Security events, by kind", counted.clone());
        Ok(Events {
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
