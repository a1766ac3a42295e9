//! The service itself: each step adds to its definition, starts what came of it, and notes what was seen. The definition of each
//! step is kept, so that it can be started again to see what it lacked.

pub mod core;
pub mod guard;
pub mod interfaces;
pub mod probes;
pub mod telemetry;

use crate::{
    artifacts::{ServiceCode, Trial},
    failure::{During, Outcome},
    outputs::{Outputs, sha256_hex},
};

/// The definition that the finished service is started from.
pub const FILE: &str = "service.json";

/// A step of the implementation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The core.
    Core,
    /// The endpoints and clients.
    Interfaces,
    /// The guards.
    Resilience,
    /// The probes.
    Probes,
    /// The metrics, logs and traces.
    Telemetry,
}

impl Stage {
    /// The file that keeps the definition as of this step.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Stage::Core => "service/1-core.json",
            Stage::Interfaces => "service/2-interfaces.json",
            Stage::Resilience => "service/3-resilience.json",
            Stage::Probes => "service/4-probes.json",
            Stage::Telemetry => "service/5-telemetry.json",
        }
    }

    fn step(self) -> &'static str {
        match self {
            Stage::Core => "develop_core",
            Stage::Interfaces => "implement_interfaces",
            Stage::Resilience => "add_resilience",
            Stage::Probes => "implement_probes",
            Stage::Telemetry => "add_telemetry",
        }
    }
}

/// Notes what was seen, and writes the definition down; its digest is its commit.
///
/// # Errors
/// When the disk refuses.
pub fn finish(
    mut code: ServiceCode,
    stage: Stage,
    done: &str,
    seen: &str,
    outputs: &Outputs,
) -> Outcome<ServiceCode> {
    code.tried.push(Trial {
        step: stage.step().to_owned(),
        done: done.to_owned(),
        seen: seen.to_owned(),
    });
    code.change.repository = outputs.root().display().to_string();
    code.change.paths.push(stage.file().into());
    code.change.commit = digest(&code)?;
    outputs.write_json(stage.file(), &code)?;
    outputs.write_json(FILE, &code)?;
    Ok(code)
}

/// What tells two definitions apart: everything that they do, and nothing of how they came about.
///
/// # Errors
/// When it cannot be put into JSON.
pub fn digest(code: &ServiceCode) -> Outcome<String> {
    let mut plain = code.clone();
    plain.tried.clear();
    plain.change.commit.clear();
    plain.change.repository.clear();
    let text = serde_json::to_string(&plain).during("putting the definition into JSON")?;
    Ok(sha256_hex(text.as_bytes()))
}

/// Reads a definition.
///
/// # Errors
/// When it is missing or none.
pub fn read(path: &std::path::Path) -> Outcome<ServiceCode> {
    let text = std::fs::read(path).during(format_args!("reading `{}`", path.display()))?;
    serde_json::from_slice(&text).during(format_args!("reading `{}`", path.display()))
}
