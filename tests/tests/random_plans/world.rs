//! A run as it stands, and what is recorded of it: the rules of the language on the data of a plan, plainly.
//!
//! Before each phase a copy of all artifacts is kept, which a rejection restores.

use std::collections::{BTreeMap, BTreeSet};

use crate::fate::{Act, Fate, Way};
use crate::plan::{Phase, Plan};
use crate::spell::spell;

/// The rules, for a run of that plan with that fate.
pub(crate) struct Rules<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) fate: &'a Fate,
}

type Artifacts = BTreeMap<String, String>;

/// A run and those who drive it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct World {
    // What is recorded, and stays when the process ends.
    pub(crate) phase: usize,
    pub(crate) round: u32,
    /// The members of the phase that are done in this round.
    pub(crate) done: BTreeSet<usize>,
    /// How often those that are not have failed in this round, and how often since the run last halted over them.
    pub(crate) failures: BTreeMap<usize, (u32, u32)>,
    /// What the run has halted to wait for.
    pub(crate) waiting: BTreeSet<usize>,
    /// The gate that rejected with no rework left.
    pub(crate) rejected: Option<usize>,
    pub(crate) artifacts: Artifacts,
    /// As they were when each phase was come to.
    pub(crate) before: Vec<Artifacts>,
    /// How often a gate sent the run back, by phase and step.
    pub(crate) sent_back: BTreeMap<(usize, usize), u32>,
    // What no journal tells.
    /// How often a step was called, by phase and step.
    pub(crate) calls: BTreeMap<(usize, usize), usize>,
    /// A rejection that was handed in and will be told.
    pub(crate) to_tell: Option<String>,
    /// How much of what is left in the end was told.
    pub(crate) told: usize,
    pub(crate) driven: Option<Driven>,
}

/// What ends with the process, or when the run halts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Driven {
    pub(crate) way: Way,
    /// Whether it was asked if the phase is waived.
    pub(crate) asked: bool,
    pub(crate) flights: Vec<Flight>,
    /// What was ready when something failed or rejected, and was not called yet: it may be all the same.
    pub(crate) late: Vec<Flight>,
    /// The failure or rejection that it will halt with, once nothing is in flight any more.
    pub(crate) halt: Option<String>,
}

/// A step that is called, until what came of that is recorded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flight {
    pub(crate) phase: usize,
    pub(crate) round: u32,
    pub(crate) step: usize,
    pub(crate) attempt: u32,
    /// How often it may be called before the run halts over it.
    pub(crate) left: u32,
    pub(crate) given: Vec<String>,
    pub(crate) act: Act,
    pub(crate) at: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Progress {
    /// It is to be called for another attempt.
    Again,
    Working,
    Ended,
}

impl Rules<'_> {
    /// The world before anything happens.
    pub(crate) fn beginning(&self) -> World {
        let inputs = self.plan.inputs.iter();
        let artifacts: Artifacts = inputs.map(|name| (name.clone(), name.clone())).collect();
        World {
            phase: 0,
            round: 0,
            done: BTreeSet::new(),
            failures: BTreeMap::new(),
            waiting: BTreeSet::new(),
            rejected: None,
            before: vec![artifacts.clone(); self.plan.phases.len() + 1],
            artifacts,
            sent_back: BTreeMap::new(),
            calls: BTreeMap::new(),
            to_tell: None,
            told: 0,
            driven: None,
        }
    }

    /// The phase that the run is in, unless it is at its end.
    pub(crate) fn phase(&self, world: &World) -> Option<&Phase> {
        self.plan.phases.get(world.phase)
    }

    pub(crate) fn comes_to(&self, world: &mut World, phase: usize) {
        world.phase = phase;
        world.before[phase] = world.artifacts.clone();
        world.done.clear();
        world.failures.clear();
        world.waiting.clear();
        if let Some(driven) = &mut world.driven {
            driven.asked = false;
            driven.late.clear();
            driven.halt = None;
        }
    }

    /// What came of a call is recorded; of a round that is over, it changes nothing. What is told of it.
    pub(crate) fn record(&self, world: &mut World, flight: &Flight) -> String {
        let path = self.path(flight.phase, flight.step, flight.round);
        let attempt = nth(flight.attempt);
        let counts = flight.round == world.round;
        if flight.fails() {
            if counts {
                self.fails(world, flight);
            }
            let again = if flight.is_tried_again() {
                "again"
            } else {
                "no more"
            };
            format!("- {path}{attempt} {again}")
        } else if self.rejects_in(flight.phase, flight.step, flight.round) {
            let late = self.others_to_call(world, flight.step);
            let back_to = self.rejects(world, flight.step);
            world.may_be_late(late);
            format!("! {path} to {back_to}")
        } else {
            if counts {
                self.is_done(world, flight.step, &flight.given);
            }
            format!("+ {path}{attempt}")
        }
    }

    pub(crate) fn is_done(&self, world: &mut World, step: usize, given: &[String]) {
        let phase = &self.plan.phases[world.phase];
        if let Some((made, _)) = &phase.steps[step].yields {
            let value = spell(&self.name(world.phase, step), world.round, given);
            world.artifacts.insert(made.clone(), value);
        }
        world.done.insert(step);
        if world.done.len() == phase.steps.len() {
            self.comes_to(world, world.phase + 1);
        }
    }

    fn fails(&self, world: &mut World, flight: &Flight) {
        let (failures, since_halt) = world.failures.entry(flight.step).or_default();
        *failures += 1;
        if flight.is_tried_again() {
            *since_halt += 1;
            return;
        }
        // Driven again, it may fail as often as at first.
        *since_halt = 0;
        let how = match flight.act {
            Act::FailTerminally => "terminally on",
            _ => "on",
        };
        let what = match flight.act {
            Act::Panic => "panicked: as planned",
            _ => "as planned",
        };
        let name = self.name(world.phase, flight.step);
        let late = self.others_to_call(world, flight.step);
        world.may_be_late(late);
        world.will_halt(format!("failed {name} {how} attempt {}: {what}", flight.attempt));
    }

    pub(crate) fn rejects_in(&self, phase: usize, step: usize, round: u32) -> bool {
        self.plan.phases[phase].steps[step].rejects_in.contains(&round)
    }

    /// Sends the run back, if the gate has rework left: from the target on nothing is done. Where to.
    pub(crate) fn rejects(&self, world: &mut World, gate: usize) -> &'static str {
        let sent = world.sent_back.entry((world.phase, gate)).or_default();
        let rework = &self.plan.phases[world.phase].steps[gate].rework;
        let Some(rework) = rework.as_ref().filter(|rework| *sent < rework.max) else {
            world.rejected = Some(gate);
            world.will_halt(self.rejection(world, gate));
            return "nowhere";
        };
        *sent += 1;
        world.round += 1;
        world.artifacts = world.before[rework.to].clone();
        self.comes_to(world, rework.to);
        self.plan.phases[rework.to].name
    }

    pub(crate) fn rejection(&self, world: &World, gate: usize) -> String {
        format!("rejected {}", self.path(world.phase, gate, world.round))
    }

    /// What is to be done next: in a parallel phase, unless it is driven by step, all that find what they take;
    /// otherwise the first that is not done.
    pub(crate) fn ready(&self, world: &World, driven: &Driven) -> Vec<usize> {
        let Some(phase) = self.phase(world) else {
            return Vec::new();
        };
        let mut left = phase.by_step();
        left.retain(|step| !world.done.contains(step));
        if phase.parallel && driven.way != Way::Step {
            left.retain(|step| phase.makers(*step).iter().all(|maker| world.done.contains(maker)));
            left.sort_unstable();
        } else {
            left.truncate(1);
        }
        left
    }

    /// Of these, what a team does and is not in flight. Nothing new is called after a failure or a rejection.
    pub(crate) fn to_call(&self, world: &World) -> Vec<usize> {
        let (Some(driven), Some(phase)) = (&world.driven, self.phase(world)) else {
            return Vec::new();
        };
        let sent_back = driven.flights.iter().any(|flight| flight.round != world.round);
        if sent_back || driven.halt.is_some() || world.rejected.is_some() {
            return Vec::new();
        }
        let in_flight = |step: &usize| driven.flights.iter().any(|flight| flight.step == *step);
        let mut steps = self.ready(world, driven);
        steps.retain(|step| !in_flight(step) && !phase.steps[*step].manual);
        steps
    }

    fn others_to_call(&self, world: &World, than: usize) -> Vec<Flight> {
        let others = self.to_call(world).into_iter().filter(|step| *step != than);
        others.map(|step| self.flight(world, step)).collect()
    }

    /// Attempts are counted over restarts. A call that the end of its process cut off is none: nothing is known of it.
    pub(crate) fn flight(&self, world: &World, step: usize) -> Flight {
        let of = &self.plan.phases[world.phase].steps[step];
        let (failures, since_halt) = world.failures.get(&step).copied().unwrap_or_default();
        Flight {
            phase: world.phase,
            round: world.round,
            step,
            attempt: failures + 1,
            left: of.attempts.unwrap_or(1) - since_halt,
            given: self.given(world, &of.takes),
            act: Act::Work,
            at: Progress::Again,
        }
    }

    pub(crate) fn given(&self, world: &World, names: &[String]) -> Vec<String> {
        let value = |name| world.artifacts.get(name).cloned().unwrap_or("-".to_owned());
        names.iter().map(value).collect()
    }

    pub(crate) fn name(&self, phase: usize, step: usize) -> String {
        let phase = &self.plan.phases[phase];
        format!("{}.{}", phase.name, phase.steps[step].name)
    }

    pub(crate) fn path(&self, phase: usize, step: usize, round: u32) -> String {
        format!("{}@{round}", self.name(phase, step))
    }
}

impl World {
    /// Whether nothing of the phase was recorded in this round.
    pub(crate) fn is_untouched(&self) -> bool {
        self.done.is_empty() && self.failures.is_empty() && self.waiting.is_empty()
    }

    fn may_be_late(&mut self, flights: Vec<Flight>) {
        if let Some(driven) = &mut self.driven {
            driven.late.extend(flights);
        }
    }

    /// What happens first is what the run halts with.
    fn will_halt(&mut self, with: String) {
        if let Some(driven) = &mut self.driven {
            driven.halt.get_or_insert(with);
        }
    }
}

impl Driven {
    pub(crate) fn by(way: Way) -> Self {
        Driven {
            way,
            asked: false,
            flights: Vec::new(),
            late: Vec::new(),
            halt: None,
        }
    }
}

impl Flight {
    pub(crate) fn fails(&self) -> bool {
        matches!(self.act, Act::Fail | Act::FailTerminally | Act::Panic)
    }

    /// Having failed.
    pub(crate) fn is_tried_again(&self) -> bool {
        self.act != Act::FailTerminally && self.left > 1
    }
}

/// How an attempt is noted; a first one is not.
pub(crate) fn nth(attempt: u32) -> String {
    match attempt {
        1 => String::new(),
        later => format!(" a{later}"),
    }
}
