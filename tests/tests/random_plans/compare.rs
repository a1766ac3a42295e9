//! Holds what a run wrote down against the course that it must have taken.

use crate::interpret::{Course, Visit};
use crate::plan::{Phase, Plan};

/// How a run was driven.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Driven {
    /// Phases were driven by their steps, one by one.
    pub(crate) by_step: bool,
    /// From this visit on by `run`, which asks whether optional phases are waived.
    pub(crate) run_from: usize,
}

/// What differs first, in words.
pub(crate) fn compare(plan: &Plan, course: &Course, driven: Driven, notes: &[String]) -> Result<(), String> {
    let mut notes = Notes { notes, at: 0 };
    for (at, visit) in course.visits.iter().enumerate() {
        let phase = &plan.phases[visit.phase];
        let place = format!("{}@{}", phase.name, visit.round);
        if let Some(asked) = visit.asked.as_ref().filter(|_| at >= driven.run_from) {
            notes.expect(&format!("? {place} {asked}"))?;
        }
        if visit.waived {
            notes.expect(&format!("~ {place}"))?;
        } else if phase.parallel && !driven.by_step {
            at_once(&mut notes, plan, phase, visit)?;
        } else {
            one_by_one(&mut notes, plan, phase, visit)?;
        }
    }
    match &course.artifacts {
        None => {
            let last = course.visits.last().ok_or("no phase was visited")?;
            let gate = last.rejected_by.ok_or("nothing was rejected")?;
            notes.expect(&format!(
                "halted {}",
                path(&plan.phases[last.phase], gate, last.round)
            ))?;
        }
        Some(artifacts) => {
            for name in plan.artifacts() {
                let value = artifacts.get(name).map_or("-", String::as_str);
                notes.expect(&format!("= {name} {value}"))?;
            }
        }
    }
    match notes.peek() {
        None => Ok(()),
        Some(more) => Err(format!("`{more}` comes after the end")),
    }
}

struct Notes<'a> {
    notes: &'a [String],
    at: usize,
}

impl<'a> Notes<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.notes.get(self.at).map(String::as_str)
    }

    fn expect(&mut self, expected: &str) -> Result<(), String> {
        let found = self.peek();
        self.at += 1;
        match found == Some(expected.trim_end()) {
            true => Ok(()),
            false => Err(format!(
                "line {}: `{expected}` is expected, and there is {found:?}",
                self.at
            )),
        }
    }
}

fn path(phase: &Phase, step: usize, round: u32) -> String {
    format!("{}.{}@{round}", phase.name, phase.steps[step].name)
}

/// What is noted of a gate that rejects.
fn rejection(plan: &Plan, phase: &Phase, visit: &Visit, gate: usize) -> String {
    let to = visit.back_to.map_or("nowhere", |to| plan.phases[to].name);
    format!("! {} to {to}", path(phase, gate, visit.round))
}

fn one_by_one(notes: &mut Notes<'_>, plan: &Plan, phase: &Phase, visit: &Visit) -> Result<(), String> {
    for step in phase.by_step() {
        let path = path(phase, step, visit.round);
        notes.expect(&format!("> {path} {}", visit.given[step]))?;
        notes.expect(&format!("< {path}"))?;
        if visit.rejected_by == Some(step) {
            return notes.expect(&rejection(plan, phase, visit, step));
        }
    }
    Ok(())
}

/// Each step once, begun as soon as what it takes is there; all of them, unless a gate rejects: then nothing becomes
/// ready any more, and what was ready before may end.
fn at_once(notes: &mut Notes<'_>, plan: &Plan, phase: &Phase, visit: &Visit) -> Result<(), String> {
    let count = phase.steps.len();
    let (mut begun, mut ended) = (vec![false; count], vec![false; count]);
    // What had ended when the gate rejected.
    let mut rejected: Option<Vec<bool>> = None;
    while let Some(found) = notes.peek() {
        let of = |mark: &str, step: usize| format!("{mark} {}", path(phase, step, visit.round));
        let begins = |step: &usize| found == format!("{} {}", of(">", *step), visit.given[*step]).trim_end();
        if let Some(step) = (0..count).find(begins) {
            let made = rejected.as_ref().unwrap_or(&ended);
            let ready = phase.makers(step).iter().all(|maker| made[*maker]);
            if !ready || begun[step] {
                return Err(format!("`{found}` begins too early or too late"));
            }
            begun[step] = true;
        } else if let Some(step) = (0..count).find(|step| found == of("<", *step)) {
            let waiting = (0..count).find(|other| !begun[*other] && phase.makers(*other).is_empty());
            if !begun[step] || ended[step] {
                return Err(format!("`{found}` ends twice, or before it begins"));
            }
            if let Some(waiting) = waiting {
                return Err(format!(
                    "`{found}` ends before `{}` begins",
                    phase.steps[waiting].name
                ));
            }
            ended[step] = true;
        } else if let Some(gate) = visit
            .rejected_by
            .filter(|gate| found == rejection(plan, phase, visit, *gate))
        {
            if rejected.is_some() || !ended[gate] {
                return Err(format!("`{found}` is told at the wrong time"));
            }
            rejected = Some(ended.clone());
        } else {
            break;
        }
        notes.at += 1;
    }
    if begun != ended
        || rejected.is_some() != visit.rejected_by.is_some()
        || rejected.is_none() && ended.contains(&false)
    {
        let next = notes.peek();
        return Err(format!(
            "{}@{} is left at {next:?}: begun {begun:?}, ended {ended:?}",
            phase.name, visit.round
        ));
    }
    Ok(())
}
