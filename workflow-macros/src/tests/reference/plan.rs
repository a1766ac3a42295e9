//! Random plans as data: a sound one, then mistakes made in it, and the text that it is.

use std::fmt::{self, Display, Formatter};

use proptest::prelude::*;

use super::mistakes::{make, mistake};

#[derive(Clone, Default)]
pub(super) struct Plan {
    pub(super) inputs: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) by: Option<String>,
    pub(super) phases: Vec<Phase>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Phase {
    pub(super) name: String,
    pub(super) by: Option<String>,
    pub(super) parallel: bool,
    /// What the decision looks at.
    pub(super) optional: Option<Vec<String>>,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Step {
    /// Attributes that only have to stand in the right place.
    pub(super) attributes: Vec<&'static str>,
    pub(super) by: Option<String>,
    pub(super) rework: Option<String>,
    pub(super) manual: bool,
    pub(super) gate: bool,
    pub(super) name: String,
    pub(super) takes: Vec<String>,
    /// The artifact, and whether it has a type here.
    pub(super) yields: Option<(String, bool)>,
    pub(super) body: bool,
}

impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_by(f, "", &self.by)?;
        let inputs: Vec<_> = self.inputs.iter().map(|input| format!("{input}: T")).collect();
        writeln!(f, "workflow {}({}) {{", super::WORKFLOW, inputs.join(", "))?;
        for role in &self.roles {
            writeln!(f, "    role {role};")?;
        }
        for phase in &self.phases {
            write!(f, "{phase}")?;
        }
        writeln!(f, "}}")
    }
}

/// A failure shows the text.
impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Display for Phase {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_by(f, "    ", &self.by)?;
        let parallel = if self.parallel { "parallel " } else { "" };
        let optional = match &self.optional {
            None => String::new(),
            Some(names) if names.is_empty() => "optional ".to_owned(),
            Some(names) => format!("optional({}) ", names.join(", ")),
        };
        writeln!(f, "    {parallel}{optional}phase {} {{", self.name)?;
        for step in &self.steps {
            write!(f, "{step}")?;
        }
        writeln!(f, "    }}")
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_by(f, "        ", &self.by)?;
        for attribute in &self.attributes {
            writeln!(f, "        #[{attribute}]")?;
        }
        if let Some(target) = &self.rework {
            writeln!(f, "        #[rework(to = {target}, max = 2)]")?;
        }
        let manual = if self.manual { "manual " } else { "" };
        let kind = if self.gate { "gate" } else { "step" };
        write!(
            f,
            "        {manual}{kind} {}({})",
            self.name,
            self.takes.join(", ")
        )?;
        match &self.yields {
            None => {}
            Some((name, true)) => write!(f, " -> {name}: T")?,
            Some((name, false)) => write!(f, " -> {name}")?,
        }
        writeln!(f, "{}", if self.body { " { done() }" } else { ";" })
    }
}

fn write_by(f: &mut Formatter<'_>, indent: &str, by: &Option<String>) -> fmt::Result {
    match by {
        Some(role) => writeln!(f, "{indent}#[by({role})]"),
        None => Ok(()),
    }
}

/// Numbers that a sound plan is made from; smaller ones make a simpler plan.
#[derive(Clone, Debug)]
struct PhaseSeed {
    parallel: bool,
    optional: Option<Vec<usize>>,
    by: Option<usize>,
    /// How far its steps are turned round, where their order means nothing.
    turned: usize,
    steps: Vec<StepSeed>,
}

#[derive(Clone, Debug)]
struct StepSeed {
    kind: u8,
    manual: bool,
    takes: Vec<usize>,
    yields: u8,
    by: Option<usize>,
    rework: Option<usize>,
    body: bool,
}

fn step_seed() -> impl Strategy<Value = StepSeed> {
    (
        0..4u8,
        prop::bool::weighted(0.15),
        prop::collection::vec(0..32usize, 0..4),
        0..4u8,
        prop::option::weighted(0.15, 0..2usize),
        prop::option::weighted(0.5, 0..8usize),
        any::<bool>(),
    )
        .prop_map(|(kind, manual, takes, yields, by, rework, body)| StepSeed {
            kind,
            manual,
            takes,
            yields,
            by,
            rework,
            body,
        })
}

fn phase_seed() -> impl Strategy<Value = PhaseSeed> {
    (
        any::<bool>(),
        prop::option::weighted(0.35, prop::collection::vec(0..32usize, 0..3)),
        prop::option::weighted(0.1, 0..2usize),
        0..4usize,
        prop::collection::vec(step_seed(), 1..6),
    )
        .prop_map(|(parallel, optional, by, turned, steps)| PhaseSeed {
            parallel,
            optional,
            by,
            turned,
            steps,
        })
}

const PHASES: &[&str] = &["Alpha", "Bravo", "Charlie", "Delta", "Echo"];

/// `count` of `names`, each once.
fn chosen(numbers: &[usize], names: &[String]) -> Vec<String> {
    let mut chosen: Vec<String> = Vec::new();
    for number in numbers.iter().filter(|_| !names.is_empty()) {
        let name = &names[number % names.len()];
        if !chosen.contains(name) {
            chosen.push(name.clone());
        }
    }
    chosen
}

fn sound(inputs: usize, roles: usize, seeds: &[PhaseSeed]) -> Plan {
    let role = |by: Option<usize>| by.filter(|at| *at < roles).map(|at| format!("R{at}"));
    let mut plan = Plan {
        inputs: (0..inputs).map(|at| format!("i{at}")).collect(),
        roles: (0..roles).map(|at| format!("R{at}")).collect(),
        ..Plan::default()
    };
    let mut exist = plan.inputs.clone();
    for (at, seed) in seeds.iter().enumerate() {
        let optional = seed.optional.as_ref().map(|numbers| chosen(numbers, &exist));
        let mut steps: Vec<Step> = Vec::new();
        for (step_at, step) in seed.steps.iter().enumerate() {
            let takes = chosen(&step.takes, &exist);
            let gate = step.kind == 3;
            let yields = match step.yields {
                _ if gate => None,
                0 => None,
                1 => takes.first().map(|name| (name.clone(), false)),
                _ => Some((format!("a{at}{step_at}"), true)),
            };
            exist.extend(
                yields
                    .iter()
                    .filter(|(_, new)| *new)
                    .map(|(name, _)| name.clone()),
            );
            steps.push(Step {
                by: role(step.by),
                rework: step
                    .rework
                    .filter(|_| gate)
                    .map(|to| PHASES[to % (at + 1)].to_owned()),
                manual: step.manual,
                gate,
                // A manual one is alone of its name in the whole plan.
                name: if step.manual {
                    format!("m{at}{step_at}")
                } else {
                    format!("s{step_at}")
                },
                takes,
                yields,
                body: step.body && !step.manual,
                ..Step::default()
            });
        }
        if seed.parallel {
            for step_at in 0..steps.len() {
                let taken = |name: &String| steps.iter().filter(|step| step.takes.contains(name)).count() > 1;
                if steps[step_at]
                    .yields
                    .as_ref()
                    .is_some_and(|(name, new)| !new && taken(name))
                {
                    steps[step_at].yields = None;
                }
            }
            let turned = seed.turned % steps.len();
            steps.rotate_left(turned);
        }
        let name = PHASES[at].to_owned();
        let by = role(seed.by);
        plan.phases.push(Phase {
            name,
            by,
            parallel: seed.parallel,
            optional,
            steps,
        });
    }
    plan
}

/// Plans with one to `mistakes` mistakes, some of which turn out to be none.
pub(super) fn plans(mistakes: usize) -> impl Strategy<Value = Plan> {
    let seeds = prop::collection::vec(phase_seed(), 1..=PHASES.len());
    let mistakes = prop::collection::vec(mistake(), mistakes.min(1)..=mistakes);
    (0..3usize, 0..3usize, seeds, mistakes).prop_map(|(inputs, roles, seeds, mistakes)| {
        let mut plan = sound(inputs, roles, &seeds);
        for mistake in &mistakes {
            make(&mut plan, mistake);
        }
        plan
    })
}
