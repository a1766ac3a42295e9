//! Random sound plans as data, each from a seed, with what their gates and decisions will say.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use tests::dice::Dice;

/// A plan.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// What it was made from.
    pub(crate) seed: u64,
    /// Artifacts that a run begins with.
    pub(crate) inputs: Vec<String>,
    /// In their order.
    pub(crate) phases: Vec<Phase>,
}

/// A phase of it.
#[derive(Debug)]
pub(crate) struct Phase {
    pub(crate) name: &'static str,
    pub(crate) parallel: bool,
    pub(crate) optional: Option<Decision>,
    /// As written.
    pub(crate) steps: Vec<Step>,
}

/// Whether an optional phase is done.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) looks_at: Vec<String>,
    /// The rounds in which it is waived.
    pub(crate) waived_in: Vec<u32>,
}

/// A step or a gate.
#[derive(Debug, Default)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) gate: bool,
    pub(crate) takes: Vec<String>,
    /// The artifact, and whether it is a new one.
    pub(crate) yields: Option<(String, bool)>,
    pub(crate) rework: Option<Rework>,
    /// The rounds in which the gate rejects.
    pub(crate) rejects_in: Vec<u32>,
    /// Whether it is handed in.
    pub(crate) manual: bool,
    /// How often it is tried in all, if it may be more than once.
    pub(crate) attempts: Option<u32>,
}

/// Where a gate sends the run.
#[derive(Debug)]
pub(crate) struct Rework {
    pub(crate) to: usize,
    pub(crate) max: u32,
}

const PHASES: [&str; 6] = [
    "Gathering",
    "Drafting",
    "Building",
    "Testing",
    "Tuning",
    "Shipping",
];
/// No plan sees more of them.
const ROUNDS: u32 = 5;

/// Some of the rounds.
fn some_rounds(dice: &mut Dice, percent: u64) -> Vec<u32> {
    (0..ROUNDS).filter(|_| dice.percent(percent)).collect()
}

/// Up to `most` of the names, mostly of the latest.
fn some_of(dice: &mut Dice, names: &[String], most: usize) -> Vec<String> {
    let mut some: Vec<String> = Vec::new();
    for _ in 0..dice.below(most + 1) {
        let among = if dice.percent(60) {
            names.len().min(5)
        } else {
            names.len()
        };
        let name = among
            .checked_sub(1)
            .map(|_| &names[names.len() - 1 - dice.below(among)]);
        some.extend(name.filter(|name| !some.contains(name)).cloned());
    }
    some
}

impl Plan {
    /// The plan of that seed.
    pub(crate) fn random(seed: u64) -> Self {
        let dice = &mut Dice::new(seed);
        let inputs: Vec<String> = (0..1 + dice.below(2)).map(|at| format!("i{at}")).collect();
        let mut exist = inputs.clone();
        let mut phases = Vec::new();
        for (at, name) in PHASES.iter().enumerate().take(4 + dice.below(3)) {
            let optional = dice.percent(40).then(|| Decision {
                looks_at: some_of(dice, &exist, 2),
                waived_in: some_rounds(dice, 50),
            });
            let mut phase = Phase {
                name,
                parallel: dice.percent(45),
                optional,
                steps: Vec::new(),
            };
            for step_at in 0..2 + dice.below(4) {
                let step = random_step(dice, at, step_at, &exist);
                exist.extend(
                    step.yields
                        .iter()
                        .filter(|(_, new)| *new)
                        .map(|(name, _)| name.clone()),
                );
                phase.steps.push(step);
            }
            if phase.parallel {
                unordered(dice, &mut phase);
            }
            phases.push(phase);
        }
        Plan { seed, inputs, phases }
    }

    /// The module that it becomes.
    pub(crate) fn module(&self) -> String {
        format!("case{}", self.seed)
    }

    /// The phase that introduces an artifact; `None` for an input.
    pub(crate) fn made_in(&self, name: &str) -> Option<usize> {
        let introduces = |step: &Step| {
            step.yields
                .as_ref()
                .is_some_and(|(made, new)| *new && made == name)
        };
        self.phases
            .iter()
            .position(|phase| phase.steps.iter().any(introduces))
    }

    /// All artifacts, inputs first.
    pub(crate) fn artifacts(&self) -> Vec<&str> {
        let steps = self.phases.iter().flat_map(|phase| &phase.steps);
        let made = steps
            .filter_map(|step| step.yields.as_ref())
            .filter(|(_, new)| *new);
        self.inputs
            .iter()
            .chain(made.map(|(name, _)| name))
            .map(String::as_str)
            .collect()
    }

    /// Whether it is an `Option` for those who take it in that phase, or after all of them.
    pub(crate) fn is_option(&self, name: &str, taken_in: Option<usize>) -> bool {
        self.made_in(name)
            .is_some_and(|made| Some(made) != taken_in && self.phases[made].optional.is_some())
    }
}

impl Phase {
    /// The siblings that make what a step of a parallel phase takes.
    pub(crate) fn makers(&self, step: usize) -> Vec<usize> {
        let makes = |other: &usize| {
            let made = self.steps[*other].yields.as_ref().filter(|(_, new)| *new);
            made.is_some_and(|(name, _)| self.steps[step].takes.contains(name))
        };
        (0..self.steps.len()).filter(makes).collect()
    }

    /// The order in which its steps are driven one by one: as written; in a parallel phase always the first that can
    /// be, the gates last.
    pub(crate) fn by_step(&self) -> Vec<usize> {
        let mut order: Vec<usize> = Vec::new();
        while order.len() < self.steps.len() {
            let can = |step: &usize| {
                let steps_left =
                    (0..self.steps.len()).any(|step| !self.steps[step].gate && !order.contains(&step));
                let free = self.makers(*step).iter().all(|maker| order.contains(maker));
                !order.contains(step) && (!self.parallel || free && !(self.steps[*step].gate && steps_left))
            };
            let next = (0..self.steps.len()).find(can);
            order.push(next.expect("a sound plan has no circle"));
        }
        order
    }

    /// Where its gates send the run, each phase once.
    pub(crate) fn targets(&self) -> BTreeSet<usize> {
        self.steps
            .iter()
            .filter_map(|step| step.rework.as_ref())
            .map(|rework| rework.to)
            .collect()
    }
}

fn random_step(dice: &mut Dice, phase: usize, at: usize, exist: &[String]) -> Step {
    let takes = some_of(dice, exist, 3);
    if at > 0 && dice.percent(30) {
        let rework = dice.percent(85).then(|| Rework {
            to: phase.saturating_sub(dice.below(3)),
            max: 1 + u32::from(dice.percent(40)),
        });
        let rejects_in = some_rounds(dice, if rework.is_some() { 45 } else { 3 });
        return Step {
            name: format!("g{at}"),
            gate: true,
            takes,
            yields: None,
            rework,
            rejects_in,
            ..Step::default()
        };
    }
    let yields = match dice.below(100) {
        0..30 => takes.first().map(|name| (name.clone(), false)),
        30..45 => None,
        _ => Some((format!("a{phase}{at}"), true)),
    };
    Step {
        name: format!("s{at}"),
        takes,
        yields,
        ..Step::default()
    }
}

/// Makes of a phase that could be sequential one whose members run at once: written in any order, nothing yielded anew
/// beside another taker, and one gate at most that rejects, so that it is certain which of them does.
fn unordered(dice: &mut Dice, phase: &mut Phase) {
    for at in 0..phase.steps.len() {
        let takers = |name: &String| {
            phase
                .steps
                .iter()
                .filter(|step| step.takes.contains(name))
                .count()
        };
        if phase.steps[at]
            .yields
            .as_ref()
            .is_some_and(|(name, new)| !new && takers(name) > 1)
        {
            phase.steps[at].yields = None;
        }
    }
    for gate in phase.steps.iter_mut().filter(|step| step.gate).skip(1) {
        gate.rejects_in.clear();
    }
    for at in (1..phase.steps.len()).rev() {
        phase.steps.swap(at, dice.below(at + 1));
    }
}

impl Display for Plan {
    /// The declaration, with a body for each step that writes down what it is given.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let inputs: Vec<_> = self.inputs.iter().map(|name| format!("{name}: String")).collect();
        writeln!(f, "    pub workflow Plan{}({}) {{", self.seed, inputs.join(", "))?;
        for phase in &self.phases {
            let parallel = if phase.parallel { "parallel " } else { "" };
            let optional = match &phase.optional {
                None => String::new(),
                Some(decision) => format!("optional({}) ", decision.looks_at.join(", ")),
            };
            writeln!(f, "        {parallel}{optional}phase {} {{", phase.name)?;
            for step in &phase.steps {
                self.write_step(f, step)?;
            }
            writeln!(f, "        }}")?;
        }
        writeln!(f, "    }}")
    }
}

impl Plan {
    fn write_step(&self, f: &mut Formatter<'_>, step: &Step) -> fmt::Result {
        let Step {
            name,
            takes,
            rejects_in,
            ..
        } = step;
        if let Some(Rework { to, max }) = &step.rework {
            writeln!(
                f,
                "            #[rework(to = {}, max = {max})]",
                self.phases[*to].name
            )?;
        }
        if let Some(attempts) = step.attempts {
            writeln!(f, "            #[retry(attempts = {attempts})]")?;
        }
        let manual = if step.manual { "manual " } else { "" };
        let kind = if step.gate { "gate" } else { "step" };
        write!(f, "            {manual}{kind} {name}({})", takes.join(", "))?;
        match &step.yields {
            None => {}
            Some((made, true)) => write!(f, " -> {made}: String")?,
            Some((made, false)) => write!(f, " -> {made}")?,
        }
        let given: Vec<_> = takes.iter().map(|name| format!("{name}.given()")).collect();
        let given = given.join(", ");
        match (step.gate, &step.yields) {
            _ if step.manual => writeln!(f, ";"),
            (true, _) => writeln!(f, " {{ judge(cx, &[{given}], &{rejects_in:?}).await }}"),
            (false, Some(_)) => writeln!(f, " {{ make(cx, &[{given}]).await }}"),
            (false, None) => writeln!(f, " {{ make(cx, &[{given}]).await.map(drop) }}"),
        }
    }
}
