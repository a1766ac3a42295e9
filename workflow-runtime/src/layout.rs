//! A plan made ready for driving: paths, dependencies and the fingerprint, worked out once per runtime and plan.

use std::collections::HashMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::artifact::Artifact;
use crate::plan::{PhasePlan, Plan, StepPlan, write};

/// A plan with every derived answer at hand. Steps are numbered through all phases.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) plan: &'static Plan,
    /// Whether the types of its artifacts are known.
    pub(crate) is_typed: bool,
    steps: Vec<StepLayout>,
    phases: Vec<Range<u16>>,
    by_path: HashMap<String, u16>,
    /// What the journal keeps of the plan.
    pub(crate) outline: Outline,
    /// The outline as JSON.
    pub(crate) outline_json: String,
    /// SHA-256 of the outline, in hexadecimal.
    pub(crate) fingerprint: String,
}

#[derive(Debug)]
struct StepLayout {
    plan: &'static StepPlan,
    phase: u16,
    path: String,
    /// The members of its own parallel phase that make what it takes.
    awaits: Vec<u16>,
    is_plain: bool,
}

impl Layout {
    pub(crate) fn of(plan: &'static Plan) -> Self {
        let mut steps = Vec::new();
        let mut phases = Vec::new();
        let mut by_path = HashMap::new();
        for (phase_at, phase) in plan.phases.iter().enumerate() {
            let first = index(steps.len());
            for step in phase.steps {
                let path = format!("{}.{}", phase.name, step.name);
                for phase_name in [Some(phase.name), phase.was].into_iter().flatten() {
                    for step_name in [Some(step.name), step.was].into_iter().flatten() {
                        by_path
                            .entry(format!("{phase_name}.{step_name}"))
                            .or_insert(index(steps.len()));
                    }
                }
                by_path.insert(path.clone(), index(steps.len()));
                steps.push(StepLayout {
                    plan: step,
                    phase: index(phase_at),
                    path,
                    awaits: awaits(phase, step, first),
                    is_plain: !phase.parallel
                        && !step.manual
                        && step.timeout.is_none()
                        && step.undo.is_none()
                        && step.check.is_none(),
                });
            }
            phases.push(first..index(steps.len()));
        }
        let outline = Outline::of(plan);
        let outline_json = serde_json::to_string(&outline).unwrap_or_default();
        let fingerprint = Sha256::digest(outline_json.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Layout {
            plan,
            is_typed: true,
            steps,
            phases,
            by_path,
            outline,
            outline_json,
            fingerprint,
        }
    }

    /// Of a plan that only a journal tells of: its artifacts are what their JSON is.
    pub(crate) fn untyped(outline: &Outline) -> Self {
        // For as long as the program runs, as any plan; a runtime does this once for each plan that it meets.
        let plan: &'static Plan = Box::leak(Box::new(outline.plan()));
        Layout {
            is_typed: false,
            ..Layout::of(plan)
        }
    }

    pub(crate) fn step_count(&self) -> usize {
        self.steps.len()
    }

    pub(crate) fn step(&self, step: u16) -> &'static StepPlan {
        self.steps[usize::from(step)].plan
    }

    pub(crate) fn path(&self, step: u16) -> &str {
        &self.steps[usize::from(step)].path
    }

    pub(crate) fn phase_of(&self, step: u16) -> u16 {
        self.steps[usize::from(step)].phase
    }

    pub(crate) fn awaits(&self, step: u16) -> &[u16] {
        &self.steps[usize::from(step)].awaits
    }

    /// Whether an attempt at a step is a call of its method and nothing else.
    pub(crate) fn is_plain(&self, step: u16) -> bool {
        self.steps[usize::from(step)].is_plain
    }

    pub(crate) fn phase(&self, phase: u16) -> &'static PhasePlan {
        &self.plan.phases[usize::from(phase)]
    }

    pub(crate) fn is_last(&self, phase: u16) -> bool {
        usize::from(phase) + 1 == self.plan.phases.len()
    }

    /// The steps of a phase.
    pub(crate) fn members(&self, phase: u16) -> Range<u16> {
        self.phases[usize::from(phase)].clone()
    }

    /// The step of that path.
    pub(crate) fn find(&self, path: &str) -> Option<u16> {
        self.by_path.get(path).copied()
    }

    pub(crate) fn phase_named(&self, name: &str) -> Option<u16> {
        let renamed = || self.plan.phases.iter().position(|phase| phase.was == Some(name));
        self.plan.phase(name).or_else(renamed).map(index)
    }
}

/// Positions are `u16` by the grammar: the macro refuses a plan with more.
pub(crate) fn index(at: usize) -> u16 {
    u16::try_from(at).expect("`workflow!` refuses plans with more than 65,535 steps")
}

fn awaits(phase: &'static PhasePlan, step: &StepPlan, first: u16) -> Vec<u16> {
    if !phase.parallel {
        return Vec::new();
    }
    let makes = |candidate: &StepPlan, artifact: u16| {
        candidate.yields == Some(artifact) && candidate.takes.iter().all(|take| take.artifact != artifact)
    };
    phase
        .steps
        .iter()
        .enumerate()
        .filter(|(_, other)| step.takes.iter().any(|take| makes(other, take.artifact)))
        .map(|(at, _)| first + index(at))
        .collect()
}

/// The part of a plan that decides what a journal means, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outline {
    pub(crate) workflow: String,
    pub(crate) inputs: Vec<(String, String)>,
    pub(crate) phases: Vec<PhaseOutline>,
}

/// A phase of an [`Outline`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PhaseOutline {
    pub(crate) name: String,
    /// Since version 2 of the file.
    #[serde(default, skip_serializing_if = "Was::is_none")]
    was: Was,
    pub(crate) parallel: bool,
    pub(crate) optional: bool,
    pub(crate) steps: Vec<StepOutline>,
}

/// A step of an [`Outline`]: its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepOutline {
    pub(crate) name: String,
    /// Since version 2 of the file, as is `by`.
    #[serde(default, skip_serializing_if = "Was::is_none")]
    was: Was,
    pub(crate) gate: bool,
    pub(crate) manual: bool,
    pub(crate) takes: Vec<(String, String)>,
    pub(crate) yields: Option<(String, String)>,
    pub(crate) rework: Option<(String, u32)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
}

/// The name that something had before, by which older lines name it. A plan without it is the same plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Was(Option<String>);

impl Was {
    fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

impl PartialEq for Was {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Was {}

impl Outline {
    fn of(plan: &Plan) -> Self {
        let artifact = |at: u16| {
            let artifact = &plan.artifacts[usize::from(at)];
            (artifact.name.to_owned(), artifact.ty.to_owned())
        };
        let step = |step: &StepPlan| StepOutline {
            name: step.name.to_owned(),
            was: Was(step.was.map(str::to_owned)),
            gate: step.gate,
            manual: step.manual,
            takes: step.takes.iter().map(|take| artifact(take.artifact)).collect(),
            yields: step.yields.map(artifact),
            rework: step
                .rework
                .map(|rework| (plan.phases[usize::from(rework.to)].name.to_owned(), rework.max)),
            by: step.by.map(str::to_owned),
        };
        Outline {
            workflow: plan.name.to_owned(),
            inputs: (0..plan.inputs).map(|at| artifact(index(at))).collect(),
            phases: plan
                .phases
                .iter()
                .map(|phase| PhaseOutline {
                    name: phase.name.to_owned(),
                    was: Was(phase.was.map(str::to_owned)),
                    parallel: phase.parallel,
                    optional: phase.optional,
                    steps: phase.steps.iter().map(step).collect(),
                })
                .collect(),
        }
    }

    /// The plan that it is the outline of, as far as it tells.
    fn plan(&self) -> Plan {
        let mut artifacts: Vec<&(String, String)> = self.inputs.iter().collect();
        for step in self.phases.iter().flat_map(|phase| &phase.steps) {
            let is_new = |yielded: &&(String, String)| artifacts.iter().all(|known| known.0 != yielded.0);
            artifacts.extend(step.yields.as_ref().filter(is_new));
        }
        let position = |name: &str| artifacts.iter().position(|known| known.0 == name).map(index);
        let steps = |phase: &PhaseOutline| -> &'static [StepPlan] {
            let step = |step: &StepOutline| self.step(step, &position);
            phase.steps.iter().map(step).collect::<Vec<_>>().leak()
        };
        let phase = |phase: &PhaseOutline| {
            let written = write::phase(leaked(&phase.name), "", steps(phase), &[]);
            let written = match phase.parallel {
                true => written.parallel(),
                false => written,
            };
            let written = match phase.optional {
                true => written.optional(&[]),
                false => written,
            };
            match &phase.was.0 {
                Some(was) => written.was(leaked(was)),
                None => written,
            }
        };
        let phases: Vec<_> = self.phases.iter().map(phase).collect();
        let codec = <serde_json::Value as Artifact>::CODEC;
        let artifact = |(name, ty): &&(String, String)| write::artifact(leaked(name), leaked(ty), codec);
        let written: Vec<_> = artifacts.iter().map(artifact).collect();
        let name = leaked(&self.workflow);
        write::plan(
            name,
            "",
            "",
            &[],
            phases.leak(),
            written.leak(),
            self.inputs.len(),
        )
    }

    fn step(&self, step: &StepOutline, position: &impl Fn(&str) -> Option<u16>) -> StepPlan {
        let takes = step.takes.iter().filter_map(|(name, _)| position(name));
        let takes: Vec<_> = takes.map(|artifact| write::take(artifact, true)).collect();
        let mut written = write::step(leaked(&step.name), "", takes.leak());
        if step.gate {
            written = written.gate();
        }
        if step.manual {
            written = written.manual();
        }
        if let Some(artifact) = step.yields.as_ref().and_then(|(name, _)| position(name)) {
            written = written.yields(artifact);
        }
        if let Some(was) = &step.was.0 {
            written = written.was(leaked(was));
        }
        if let Some(role) = &step.by {
            written = written.by(leaked(role));
        }
        if let Some((to, max)) = &step.rework
            && let Some(to) = self.phases.iter().position(|phase| phase.name == *to)
        {
            written = written.rework(index(to), *max);
        }
        written
    }
}

fn leaked(text: &str) -> &'static str {
    text.to_owned().leak()
}
