//! Mistakes that are made in a plan.

use proptest::prelude::*;

use super::plan::{Phase, Plan, Step};

/// A change that mostly makes a plan wrong. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
pub(super) enum Mistake {
    TakesUnknown(usize),
    TakesAny(usize, usize),
    TakesTwice(usize),
    YieldsAny(usize, usize, bool),
    YieldsAnewWhatItTakes(usize),
    StepCalled(usize, &'static str),
    PhaseCalled(usize, &'static str),
    SendsBack(usize, &'static str),
    By(usize, &'static str),
    RoleTwice,
    InputTwice,
    NoSteps(usize),
    NoPhases,
    SwapSteps(usize, usize),
    SwapPhases(usize, usize),
    Circle(usize, usize),
    ManualTwice(usize, usize),
    Parallel(usize),
    Optional(usize),
    LooksAt(usize, usize),
    LooksAtUnknown(usize),
    Manual(usize),
    Gate(usize),
    Attribute(usize, &'static str),
}

pub(super) fn mistake() -> impl Strategy<Value = Mistake> {
    let number = || 0..64usize;
    let phases = [
        "Bravo",
        "Delta",
        "ALPHA",
        "Nowhere",
        "Start",
        "Undo",
        "Resume",
        "AlphaPhase",
        "SkipAlpha",
        super::WORKFLOW,
    ];
    prop_oneof![
        1 => number().prop_map(Mistake::TakesUnknown),
        4 => (number(), number()).prop_map(|(at, to)| Mistake::TakesAny(at, to)),
        1 => number().prop_map(Mistake::TakesTwice),
        3 => (number(), number(), any::<bool>()).prop_map(|(at, to, new)| Mistake::YieldsAny(at, to, new)),
        2 => number().prop_map(Mistake::YieldsAnewWhatItTakes),
        2 => (number(), prop::sample::select(&["s0", "s1", "m01", "waive"][..]))
            .prop_map(|(at, name)| Mistake::StepCalled(at, name)),
        2 => (number(), prop::sample::select(phases.to_vec())).prop_map(|(at, name)| Mistake::PhaseCalled(at, name)),
        2 => (number(), prop::sample::select(&["Alpha", "Charlie", "Echo", "Nowhere"][..]))
            .prop_map(|(at, to)| Mistake::SendsBack(at, to)),
        1 => (number(), prop::sample::select(&["R0", "R1", "Nobody"][..])).prop_map(|(at, role)| Mistake::By(at, role)),
        1 => Just(Mistake::RoleTwice),
        1 => Just(Mistake::InputTwice),
        1 => number().prop_map(Mistake::NoSteps),
        1 => Just(Mistake::NoPhases),
        2 => (number(), number()).prop_map(|(at, to)| Mistake::SwapSteps(at, to)),
        1 => (number(), number()).prop_map(|(at, to)| Mistake::SwapPhases(at, to)),
        2 => (number(), number()).prop_map(|(at, to)| Mistake::Circle(at, to)),
        1 => (number(), number()).prop_map(|(at, to)| Mistake::ManualTwice(at, to)),
        2 => number().prop_map(Mistake::Parallel),
        2 => number().prop_map(Mistake::Optional),
        2 => (number(), number()).prop_map(|(at, to)| Mistake::LooksAt(at, to)),
        1 => number().prop_map(Mistake::LooksAtUnknown),
        2 => number().prop_map(Mistake::Manual),
        1 => number().prop_map(Mistake::Gate),
        2 => (number(), prop::sample::select(super::rules::ATTRIBUTES))
            .prop_map(|(at, (attribute, _))| Mistake::Attribute(at, attribute)),
    ]
}

/// Makes the mistake, where there is something to make it in.
pub(super) fn make(plan: &mut Plan, mistake: &Mistake) -> Option<()> {
    let mut artifacts = plan.inputs.clone();
    let steps = plan.phases.iter().flat_map(|phase| &phase.steps);
    let made = steps
        .filter_map(|step| step.yields.as_ref())
        .filter(|(_, new)| *new);
    artifacts.extend(made.map(|(name, _)| name.clone()));
    let artifact = |at: usize| artifacts.get(at % artifacts.len().max(1)).cloned();
    match *mistake {
        Mistake::TakesUnknown(at) => step(plan, at)?.takes.push("mystery".to_owned()),
        Mistake::TakesAny(at, to) => {
            let (taken, step) = (artifact(to)?, step(plan, at)?);
            step.takes.retain(|name| *name != taken);
            step.takes.push(taken);
        }
        Mistake::TakesTwice(at) => {
            let step = step(plan, at)?;
            step.takes.push(step.takes.first()?.clone());
        }
        Mistake::YieldsAny(at, to, new) => step(plan, at)?.yields = Some((artifact(to)?, new)),
        Mistake::YieldsAnewWhatItTakes(at) => {
            let step = step(plan, at)?;
            step.yields = Some((step.takes.first()?.clone(), false));
        }
        Mistake::StepCalled(at, name) => step(plan, at)?.name = name.to_owned(),
        Mistake::PhaseCalled(at, name) => phase(plan, at)?.name = name.to_owned(),
        Mistake::SendsBack(at, to) => step(plan, at)?.rework = Some(to.to_owned()),
        Mistake::By(at, role) => match at % 4 {
            0 => plan.by = Some(role.to_owned()),
            1 => phase(plan, at)?.by = Some(role.to_owned()),
            _ => step(plan, at)?.by = Some(role.to_owned()),
        },
        Mistake::RoleTwice => plan.roles.push(plan.roles.first()?.clone()),
        Mistake::InputTwice => plan.inputs.push(plan.inputs.first()?.clone()),
        Mistake::NoSteps(at) => phase(plan, at)?.steps.clear(),
        Mistake::NoPhases => plan.phases.clear(),
        Mistake::SwapSteps(at, to) => {
            let (one, other) = (step(plan, at)?.clone(), step(plan, to)?.clone());
            *step(plan, at)? = other;
            *step(plan, to)? = one;
        }
        Mistake::SwapPhases(at, to) => {
            let count = plan.phases.len().max(1);
            phase(plan, at)?;
            plan.phases.swap(at % count, to % count);
        }
        Mistake::Circle(at, to) => {
            let phase = phase(plan, at)?;
            phase.parallel = true;
            let mut makers: Vec<_> = phase.steps.iter_mut().filter_map(maker).collect();
            let count = makers.len();
            let (one, other) = (to % count.max(2), (to + 1) % count.max(2));
            for (taker, maker) in [(one, other), (other, one)] {
                let taken = makers.get(maker)?.1.clone();
                let takes = &mut makers.get_mut(taker)?.0;
                takes.retain(|name| *name != taken);
                takes.push(taken);
            }
        }
        Mistake::ManualTwice(at, to) => {
            for at in [at, to] {
                let step = step(plan, at)?;
                (step.manual, step.body, step.name) = (true, false, "m01".to_owned());
            }
        }
        Mistake::Parallel(at) => phase(plan, at)?.parallel ^= true,
        Mistake::Optional(at) => {
            let phase = phase(plan, at)?;
            phase.optional = match phase.optional {
                None => Some(Vec::new()),
                Some(_) => None,
            };
        }
        Mistake::LooksAt(at, to) => phase(plan, at)?
            .optional
            .get_or_insert_default()
            .push(artifact(to)?),
        Mistake::LooksAtUnknown(at) => {
            phase(plan, at)?
                .optional
                .get_or_insert_default()
                .push("mystery".to_owned());
        }
        Mistake::Manual(at) => step(plan, at)?.manual ^= true,
        Mistake::Gate(at) => step(plan, at)?.gate ^= true,
        Mistake::Attribute(at, attribute) => {
            let attributes = &mut step(plan, at)?.attributes;
            // Each once: that it stands there twice is another matter.
            attributes.retain(|other| *other != attribute);
            attributes.push(attribute);
        }
    }
    Some(())
}

/// What a step takes, and the artifact that it introduces.
fn maker(step: &mut Step) -> Option<(&mut Vec<String>, String)> {
    let (name, new) = step.yields.clone()?;
    new.then_some((&mut step.takes, name))
}

fn step(plan: &mut Plan, at: usize) -> Option<&mut Step> {
    let count = plan.phases.iter().map(|phase| phase.steps.len()).sum::<usize>();
    let mut steps = plan.phases.iter_mut().flat_map(|phase| &mut phase.steps);
    steps.nth(at % count.max(1))
}

fn phase(plan: &mut Plan, at: usize) -> Option<&mut Phase> {
    let count = plan.phases.len().max(1);
    plan.phases.get_mut(at % count)
}
