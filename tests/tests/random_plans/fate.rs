//! What befalls a run, at random: steps that fail, panic or never end, people who hand in, and processes that end.

use std::collections::BTreeMap;

use tests::dice::Dice;

use crate::plan::Plan;

/// All that goes wrong with one run.
#[derive(Debug)]
pub(crate) struct Fate {
    pub(crate) on_file: bool,
    /// What the successive calls of a step do, by phase and step; further ones work.
    pub(crate) acts: BTreeMap<(usize, usize), Vec<Act>>,
    /// The process ends when so many steps were recorded in all.
    pub(crate) ends_after: Vec<usize>,
    /// How the run is driven first, second, and so on; then from the first again.
    pub(crate) drives: Vec<Drive>,
}

/// What a step does when it is called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Act {
    Work,
    Fail,
    FailTerminally,
    Panic,
    /// It never ends, and its process does.
    Hang,
}

/// The run is driven until it halts, or its process ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drive {
    pub(crate) way: Way,
    /// The journal is closed and opened again before.
    pub(crate) restarts: bool,
    /// So much of what is waited for in the end is handed in.
    pub(crate) hands_in: usize,
}

/// How a run is driven.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Way {
    Run,
    Phase,
    Step,
}

impl Plan {
    /// The plan of that seed, where some steps are tried again, and others are done by hand.
    pub(crate) fn troubled(seed: u64) -> Self {
        let mut plan = Plan::random(seed);
        let dice = &mut Dice::new(!seed);
        for (phase_at, phase) in plan.phases.iter_mut().enumerate() {
            // A phase that people do alone has no method that could waive it.
            let needs_team = phase.optional.is_some();
            for (at, step) in phase.steps.iter_mut().enumerate() {
                if dice.percent(15) && !(needs_team && at == 0) {
                    step.manual = true;
                    // They are handed in by their names, without the phases.
                    step.name = format!("m{phase_at}{at}");
                } else if dice.percent(60) {
                    step.attempts = Some(2 + u32::from(dice.percent(40)));
                }
            }
        }
        plan
    }
}

impl Fate {
    /// One of the fates of that plan.
    pub(crate) fn random(plan: &Plan, at: u64) -> Self {
        let dice = &mut Dice::new(plan.seed.wrapping_mul(1_000).wrapping_add(at));
        let mut acts = BTreeMap::new();
        for (phase_at, phase) in plan.phases.iter().enumerate() {
            for (step_at, step) in phase.steps.iter().enumerate() {
                if !step.manual && dice.percent(45) {
                    let calls = 1 + dice.below(5);
                    acts.insert(
                        (phase_at, step_at),
                        (0..calls).map(|_| Act::random(dice)).collect(),
                    );
                }
            }
        }
        let ends = dice.below(4);
        let ends_after = (0..ends).map(|_| 1 + dice.below(25)).collect();
        let drives = 2 + dice.below(4);
        let mut drives: Vec<_> = (0..drives).map(|_| Drive::random(dice)).collect();
        // So that it does not wait for ever.
        drives[0].hands_in = 9;
        Fate {
            on_file: dice.percent(50),
            acts,
            ends_after,
            drives,
        }
    }
}

impl Act {
    fn random(dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..25 => Act::Work,
            25..60 => Act::Fail,
            60..70 => Act::FailTerminally,
            70..85 => Act::Panic,
            _ => Act::Hang,
        }
    }
}

impl Drive {
    fn random(dice: &mut Dice) -> Self {
        Drive {
            way: [Way::Run, Way::Phase, Way::Step][dice.below(3)],
            restarts: dice.percent(50),
            hands_in: [0, 1, 9][dice.below(3)],
        }
    }
}
