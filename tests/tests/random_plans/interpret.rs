//! What must come of a plan, worked out on its data: which phases are visited, what their steps are given, what is left.
//!
//! Written from the design, and plainly: before each phase a copy of all artifacts is kept, which a rejection restores.

use std::collections::{BTreeMap, HashMap};

use crate::plan::{Phase, Plan};
use crate::spell::spell;

/// A phase as a run goes through it once.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) phase: usize,
    pub(crate) round: u32,
    /// What the decision is given, in an optional phase.
    pub(crate) asked: Option<String>,
    pub(crate) waived: bool,
    /// What each step is given; as written.
    pub(crate) given: Vec<String>,
    /// The gate that rejects.
    pub(crate) rejected_by: Option<usize>,
    /// And where it sends the run, if it does.
    pub(crate) back_to: Option<usize>,
}

/// A run from its beginning to its end.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) visits: Vec<Visit>,
    /// What is left, if it was not halted.
    pub(crate) artifacts: Option<BTreeMap<String, String>>,
}

type Artifacts = BTreeMap<String, String>;

/// Goes through the plan.
pub(crate) fn interpret(plan: &Plan) -> Course {
    let inputs = plan.inputs.iter().map(|name| (name.clone(), name.clone()));
    let mut artifacts: Artifacts = inputs.collect();
    let mut before: Vec<Artifacts> = vec![Artifacts::new(); plan.phases.len()];
    let mut sent_back: HashMap<(usize, usize), u32> = HashMap::new();
    let (mut at, mut round, mut visits) = (0, 0, Vec::new());
    while let Some(phase) = plan.phases.get(at) {
        before[at] = artifacts.clone();
        let mut visit = visited(phase, at, round, &mut artifacts);
        at += 1;
        if let Some(gate) = visit.rejected_by {
            let sent = sent_back.entry((visit.phase, gate)).or_default();
            let rework = phase.steps[gate]
                .rework
                .as_ref()
                .filter(|rework| *sent < rework.max);
            visit.back_to = rework.map(|rework| rework.to);
            if let Some(target) = visit.back_to {
                *sent += 1;
                round += 1;
                at = target;
                artifacts = before[target].clone();
            }
        }
        let halted = visit.rejected_by.is_some() && visit.back_to.is_none();
        visits.push(visit);
        if halted {
            return Course {
                visits,
                artifacts: None,
            };
        }
    }
    Course {
        visits,
        artifacts: Some(artifacts),
    }
}

fn visited(phase: &Phase, at: usize, round: u32, artifacts: &mut Artifacts) -> Visit {
    let taken = |names: &[String], artifacts: &Artifacts| -> Vec<String> {
        names
            .iter()
            .map(|name| artifacts.get(name).cloned().unwrap_or("-".to_owned()))
            .collect()
    };
    let decision = phase.optional.as_ref();
    let mut visit = Visit {
        phase: at,
        round,
        asked: decision.map(|decision| taken(&decision.looks_at, artifacts).join(", ")),
        waived: decision.is_some_and(|decision| decision.waived_in.contains(&round)),
        given: vec![String::new(); phase.steps.len()],
        rejected_by: None,
        back_to: None,
    };
    if visit.waived {
        return visit;
    }
    // In a parallel phase any order in which each finds what it takes gives the same.
    for step_at in phase.by_step() {
        let step = &phase.steps[step_at];
        let given = taken(&step.takes, artifacts);
        visit.given[step_at] = given.join(", ");
        if let Some((made, _)) = &step.yields {
            artifacts.insert(
                made.clone(),
                spell(&format!("{}.{}", phase.name, step.name), round, &given),
            );
        }
        if step.rejects_in.contains(&round) {
            visit.rejected_by = Some(step_at);
            if !phase.parallel {
                break;
            }
        }
    }
    visit
}
