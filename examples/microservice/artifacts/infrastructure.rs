//! The ground that the service stands on.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::evidence::Alert;
use crate::faults::Faults;

/// What turns a commit into a running service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryPipeline {
    /// Where it is defined.
    pub definition: PathBuf,
    /// Its stages, in order.
    pub stages: Vec<PipelineStage>,
    /// Whether each artifact is built once and shipped to all environments as it is.
    pub builds_once: bool,
    /// Where images are kept, by digest.
    pub registry: String,
    /// The digest of what the first commit shipped.
    pub first_image: String,
}

/// A stage of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineStage {
    /// Its name.
    pub name: String,
    /// The command, as program and arguments.
    pub command: Vec<String>,
    /// How long it took for the first commit, in milliseconds; nothing where it was left out.
    pub took_ms: Option<u64>,
    /// Why it was left out for the first commit, where it was.
    pub left_out_because: Option<String>,
    /// Whether nothing goes on when it fails.
    pub blocks: bool,
}

/// The image and how it is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerSetup {
    /// The file that the image is built from.
    pub container_file: PathBuf,
    /// The image it starts from, by version.
    pub base_image: String,
    /// The file that says how many run where.
    pub orchestration_file: PathBuf,
    /// How many instances there are at least.
    pub instances_at_least: u16,
    /// How many instances there are at most.
    pub instances_at_most: u16,
    /// What one instance may use of a processor, in thousandths of a core.
    pub cpu_millicores: u32,
    /// What one instance may hold, in bytes.
    pub memory_bytes: u64,
    /// How long an instance has to finish its requests when told to stop, in seconds.
    pub grace_s: u32,
}

/// How alike the environments are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentParity {
    /// The environments that were compared.
    pub environments: Vec<String>,
    /// What they are all made from.
    pub description: PathBuf,
    /// How they differ.
    pub differences: Vec<Difference>,
}

/// How two environments differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What differs, as in `number of instances`.
    pub what: String,
    /// What it is in each environment, in their order.
    pub values: Vec<String>,
    /// Why that is right.
    pub because: String,
}

impl EnvironmentParity {
    /// There is something to compare, and each difference has its reason.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require(self.environments.len() > 1, "environments", "has fewer than two");
        for (at, difference) in self.differences.iter().enumerate() {
            faults.require_text(&difference.because, format!("differences[{at}].because"));
        }
        faults.verdict()
    }
}

/// What watches the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonitoringSetup {
    /// The dashboards, by file.
    pub dashboards: Vec<String>,
    /// How often figures are collected, in seconds.
    pub collected_every_s: u32,
    /// For how long they are kept, in days.
    pub kept_days: u32,
    /// What calls a person.
    pub alerts: Vec<AlertTrial>,
}

/// An alert, tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertTrial {
    /// The alert.
    pub alert: Alert,
    /// How long it took from the cause to the person, in seconds; `None` if it was never fired.
    pub reached_person_s: Option<u32>,
}

impl MonitoringSetup {
    /// Each alert has reached a person once, and leads somewhere.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.alerts, "alerts");
        for trial in &self.alerts {
            let field = |name: &str| format!("alerts.{}.{name}", trial.alert.name);
            let silent = "is missing: fire it once and see whom it reaches";
            faults.require(
                trial.reached_person_s.is_some(),
                field("reached_person_s"),
                silent,
            );
            faults.require_text(&trial.alert.procedure, field("procedure"));
        }
        faults.verdict()
    }
}

/// How others find the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoverySetup {
    /// The name that it is found by.
    pub name: String,
    /// Where it is registered.
    pub registry: String,
    /// How often an instance says that it is there, in milliseconds.
    pub heartbeat_ms: u32,
    /// After how long a silent instance is taken out, in milliseconds.
    pub removed_after_ms: u32,
    /// How long it took until an instance that was killed was no longer found, in milliseconds.
    pub killed_gone_after_ms: u64,
    /// How long it took until an instance that was told to stop was no longer found, in milliseconds.
    pub stopped_gone_after_ms: u64,
    /// The path that is asked whether an instance is ready.
    pub readiness_path: String,
}
