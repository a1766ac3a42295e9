//! What a person was shown when they decided: the artifacts that a gate, step or waiver looks at, as they stood then.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::cli::view::View;
use crate::history::{Record, RecordKind};
use crate::plan::Take;

/// An artifact that somebody looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Shown {
    /// Its name in the plan.
    pub(crate) artifact: String,
    /// The record that made it; for an input, that of the beginning. `null` if it was not there: the phase that makes it
    /// was waived.
    pub(crate) made_in_record: Option<u64>,
    /// The step that made it; `null` for an input.
    pub(crate) made_by: Option<String>,
    /// SHA-256 of its JSON as the record has it, in hexadecimal.
    pub(crate) sha256: Option<String>,
}

/// The artifacts of a run as its records go by.
pub(super) struct Shelf<'a> {
    view: &'a View,
    /// For each artifact what was made of it, newest last: a rework takes back what is younger than its phase.
    made: Vec<Vec<Made>>,
}

struct Made {
    /// The step that made it, numbered through all phases; `None` for an input.
    step: Option<u16>,
    record: u64,
    sha256: String,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(view: &'a View) -> Self {
        let mut made = Vec::new();
        made.resize_with(view.history.plan.artifacts.len(), Vec::new);
        Shelf { view, made }
    }

    pub(super) fn take_in(&mut self, record: &Record) {
        match &record.kind {
            RecordKind::Began { inputs } => {
                for (name, json) in inputs {
                    let named = |artifact: &crate::plan::ArtifactPlan| artifact.name == name;
                    if let Some(at) = self.view.history.plan.artifacts.iter().position(named) {
                        self.put(at, None, record.number, json);
                    }
                }
            }
            RecordKind::StepDone {
                step,
                artifact: Some(json),
                ..
            } => {
                let Some(step) = self.view.layout.find(step) else {
                    return;
                };
                if let Some(artifact) = self.view.layout.step(step).yields {
                    self.put(artifact.into(), Some(step), record.number, json);
                }
            }
            RecordKind::Rejected {
                back_to: Some(phase), ..
            } => {
                let Some(phase) = self.view.layout.phase_named(phase) else {
                    return;
                };
                let layout = &self.view.layout;
                let stays = |made: &Made| made.step.is_none_or(|step| layout.phase_of(step) < phase);
                self.made.iter_mut().for_each(|made| made.retain(stays));
            }
            _ => {}
        }
    }

    /// What whoever decided in that record had before them; nothing if nobody did.
    pub(super) fn shown_for(&self, record: &Record) -> Vec<Shown> {
        let layout = &self.view.layout;
        let takes: &[Take] = match &record.kind {
            RecordKind::StepDone {
                step, by: Some(_), ..
            }
            | RecordKind::Rejected {
                gate: step,
                by: Some(_),
                ..
            }
            | RecordKind::Stands { gate: step, .. } => match layout.find(step) {
                Some(step) => layout.step(step).takes,
                None => &[],
            },
            RecordKind::Waived {
                phase, by: Some(_), ..
            } => match layout.phase_named(phase) {
                Some(phase) => layout.phase(phase).waive_takes,
                None => &[],
            },
            _ => &[],
        };
        takes.iter().map(|take| self.shown(take)).collect()
    }

    fn shown(&self, take: &Take) -> Shown {
        let at = usize::from(take.artifact);
        let made = self.made[at].last();
        let by = made.and_then(|made| made.step);
        Shown {
            artifact: self.view.history.plan.artifacts[at].name.to_owned(),
            made_in_record: made.map(|made| made.record),
            made_by: by.map(|step| self.view.layout.path(step).to_owned()),
            sha256: made.map(|made| made.sha256.clone()),
        }
    }

    fn put(&mut self, artifact: usize, step: Option<u16>, record: u64, json: &str) {
        let digest = Sha256::digest(json);
        self.made[artifact].push(Made {
            step,
            record,
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        });
    }
}
