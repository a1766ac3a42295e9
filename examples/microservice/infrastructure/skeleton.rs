//! The walking skeleton: a service that answers and does nothing yet, so that the ground can be tried before there is code.

use std::path::PathBuf;

use crate::{
    artifacts::{Probe, ProbeKind, ServiceCode, StoreChoice},
    evidence::Change,
    failure::Outcome,
    outputs::Outputs,
};

/// Where its definition lies.
pub const FILE: &str = "infrastructure/skeleton.json";

/// How long a probe may take, in milliseconds.
pub const PROBE_TIMEOUT_MS: u32 = 1_000;
/// The path of the question whether the process goes on.
pub const ALIVE: &str = "/health/alive";
/// The path of the question whether the instance can serve.
pub const READY: &str = "/health/ready";

/// Its definition.
#[must_use]
pub fn definition(service: &str) -> ServiceCode {
    let probe = |kind, path: &str, requires: &[&str]| Probe {
        kind,
        path: path.to_owned(),
        timeout_ms: PROBE_TIMEOUT_MS,
        requires: requires.iter().map(|it| (*it).to_owned()).collect(),
    };
    ServiceCode {
        service: service.to_owned(),
        change: Change {
            repository: ".".to_owned(),
            commit: "skeleton".to_owned(),
            paths: vec![PathBuf::from(FILE)],
            reviewed_by: Vec::new(),
        },
        coverage_percent: 0.0,
        store: StoreChoice::Sqlite,
        serves: Vec::new(),
        calls: Vec::new(),
        probes: vec![
            probe(ProbeKind::Alive, ALIVE, &[]),
            probe(ProbeKind::Ready, READY, &["store"]),
        ],
        metrics: Vec::new(),
        records: None,
        tried: Vec::new(),
    }
}

/// Writes it, where it is not written yet.
///
/// # Errors
/// When the disk refuses.
pub fn write(outputs: &Outputs, service: &str) -> Outcome<PathBuf> {
    outputs.write_json(FILE, &definition(service))?;
    Ok(outputs.place(FILE))
}
