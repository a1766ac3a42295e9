//! The rules of the language, on the data of a plan: written from the design alone, plainly and slowly, and sharing
//! nothing with the compiler.

use super::plan::{Phase, Plan, Step};

/// A mistake, by the word that is wrong and what its message must name.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) rule: &'static str,
    pub(super) word: String,
    pub(super) names: String,
}

/// Whether an attribute may stand above this step.
type MayStand = fn(&Step) -> bool;

/// Attributes, and where each may stand.
pub(super) const ATTRIBUTES: &[(&str, MayStand)] = &[
    ("retry(attempts = 3, backoff = \"1s..5s\")", |step| !step.manual),
    ("timeout(\"2m\")", |step| !step.manual),
    ("undo(take_back)", |step| !step.manual && !step.gate),
    ("check(looks_good)", |step| !step.gate && step.yields.is_some()),
    ("estimate(\"2h..1d\")", |_| true),
];

/// The method that enters a phase, for every name that a plan is given.
fn method(phase: &str) -> String {
    match phase {
        "AlphaPhase" => "alpha_phase".to_owned(),
        "SkipAlpha" => "skip_alpha".to_owned(),
        other => other.to_lowercase(),
    }
}

/// What the module or a run has, whatever the plan.
const TAKEN: &[&str] = &["Start", "Undo", "Resume", super::WORKFLOW];

/// Everything that is wrong with a plan.
pub(super) fn faults(plan: &Plan) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    names(&mut faults, plan);
    roles(&mut faults, plan);
    introductions(&mut faults, plan);
    for (at, phase) in plan.phases.iter().enumerate() {
        for (step_at, step) in phase.steps.iter().enumerate() {
            takes(&mut faults, plan, (at, step_at));
            anew(&mut faults, phase, step_at);
            kind(&mut faults, plan, at, step);
        }
        if phase.parallel && waits_in_a_circle(plan, at) {
            faults.add("no circle", "", "wait for each other");
        }
        decision(&mut faults, plan, at);
    }
    faults.0
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, rule: &'static str, word: &str, names: &str) {
        let (word, names) = (word.to_owned(), names.to_owned());
        self.0.push(Fault { rule, word, names });
    }
}

fn names(faults: &mut Faults, plan: &Plan) {
    if plan.phases.is_empty() {
        faults.add("there are phases", super::WORKFLOW, "");
    }
    for (at, phase) in plan.phases.iter().enumerate() {
        let name = &phase.name;
        if phase.steps.is_empty() {
            faults.add("a phase has steps", name, "");
        }
        if TAKEN.contains(&name.as_str()) {
            faults.add("the name is free", name, "");
        }
        for other in &plan.phases[..at] {
            if method(&other.name) == method(name) {
                faults.add("phases differ as methods", name, &other.name);
            }
        }
        for other in &plan.phases {
            let skips = other.optional.is_some() && method(name) == format!("skip_{}", method(&other.name));
            if *name == format!("{}Phase", other.name) || skips {
                faults.add("no phase is called like what another becomes", name, &other.name);
            }
        }
        let undone = phase.steps.iter().flat_map(|step| &step.attributes);
        for _ in undone.filter(|attribute| attribute.starts_with("undo")).skip(1) {
            faults.add("a step is undone by a method of its own", "take_back", "");
        }
        for (step_at, step) in phase.steps.iter().enumerate() {
            if phase.steps[..step_at].iter().any(|other| other.name == step.name) {
                faults.add("steps of a phase differ", &step.name, name);
            }
            if phase.optional.is_some() && step.name == "waive" {
                faults.add("an optional phase has the method `waive`", "waive", "");
            }
        }
    }
    // `hand_in` is one module.
    let manual = |phase: &Phase| {
        phase
            .steps
            .iter()
            .filter(|step| step.manual)
            .map(|step| step.name.clone())
            .collect()
    };
    let manual: Vec<Vec<String>> = plan.phases.iter().map(manual).collect();
    for (at, names) in manual.iter().enumerate() {
        for name in names
            .iter()
            .filter(|name| manual[..at].iter().any(|before| before.contains(name)))
        {
            faults.add("manual steps differ", name, "");
        }
    }
}

fn roles(faults: &mut Faults, plan: &Plan) {
    for (at, role) in plan.roles.iter().enumerate() {
        if plan.roles[..at].contains(role) {
            faults.add("a role is declared once", role, "");
        }
    }
    let phases = plan.phases.iter();
    let used = phases.flat_map(|phase| phase.steps.iter().map(|step| &step.by).chain([&phase.by]));
    for role in used.chain([&plan.by]).flatten() {
        if !plan.roles.contains(role) {
            faults.add("a role is declared", role, "");
        }
    }
}

/// Where each name is introduced: `None` for an input, else the phase and step. In written order.
fn introduced(plan: &Plan) -> Vec<(&str, Option<(usize, usize)>)> {
    let mut all: Vec<(&str, Option<(usize, usize)>)> =
        plan.inputs.iter().map(|name| (name.as_str(), None)).collect();
    for (at, phase) in plan.phases.iter().enumerate() {
        for (step_at, step) in phase.steps.iter().enumerate() {
            // Also what a gate is said to yield: it may have been meant as a step.
            if let Some((name, true)) = &step.yields {
                all.push((name, Some((at, step_at))));
            }
        }
    }
    all
}

fn introductions(faults: &mut Faults, plan: &Plan) {
    let all = introduced(plan);
    for (at, (name, _)) in all.iter().enumerate() {
        if all[..at].iter().any(|(other, _)| other == name) {
            faults.add("a name is introduced once", name, "");
        }
    }
}

/// Who makes it: `None` if nobody does, `Some(None)` for an input.
fn maker(plan: &Plan, name: &str) -> Option<Option<(usize, usize)>> {
    introduced(plan)
        .into_iter()
        .find(|(other, _)| *other == name)
        .map(|(_, maker)| maker)
}

fn takes(faults: &mut Faults, plan: &Plan, here: (usize, usize)) {
    let phase = &plan.phases[here.0];
    let step = &phase.steps[here.1];
    for (at, name) in step.takes.iter().enumerate() {
        if step.takes[..at].contains(name) {
            faults.add("something is taken once", name, &step.name);
            continue;
        }
        match maker(plan, name) {
            None => faults.add("what is taken is known", name, ""),
            Some(None) => {}
            Some(Some(made)) if made == here => faults.add("nothing takes what it makes", name, &step.name),
            Some(Some(made)) => {
                let beside = phase.parallel && made.0 == here.0;
                if made > here && !beside {
                    let maker = &plan.phases[made.0].steps[made.1].name;
                    faults.add("what is taken is made earlier", name, maker);
                }
            }
        }
    }
}

fn anew(faults: &mut Faults, phase: &Phase, at: usize) {
    let step = &phase.steps[at];
    let Some((name, false)) = &step.yields else {
        return;
    };
    if step.gate {
        return;
    }
    if !step.takes.contains(name) {
        faults.add("what is yielded anew is taken", name, "");
    }
    let others = phase.steps.iter().enumerate().filter(|(other, _)| *other != at);
    if step.takes.contains(name)
        && phase.parallel
        && others.into_iter().any(|(_, other)| other.takes.contains(name))
    {
        faults.add("no sibling takes what is yielded anew", name, "");
    }
}

fn kind(faults: &mut Faults, plan: &Plan, at: usize, step: &Step) {
    if step.gate && step.yields.is_some() {
        faults.add("a gate yields nothing", "->", "");
    }
    if step.manual && step.body {
        faults.add("what is manual has no body", "{", &step.name);
    }
    for attribute in &step.attributes {
        let (name, may_stand) = ATTRIBUTES
            .iter()
            .find(|(known, _)| known == attribute)
            .expect("it is one of them");
        if !may_stand(step) {
            faults.add(
                "attributes stand where they mean something",
                name.split('(').next().unwrap_or(name),
                "",
            );
        }
    }
    if let Some(target) = &step.rework {
        if !step.gate {
            faults.add("attributes stand where they mean something", "rework", "");
        }
        match plan.phases.iter().position(|phase| phase.name == *target) {
            Some(to) if to <= at => {}
            _ => faults.add("back is to an earlier phase or its own", target, ""),
        }
    }
}

/// Whether some step of the parallel phase can never start: nothing is done until nothing more can be.
fn waits_in_a_circle(plan: &Plan, at: usize) -> bool {
    let steps = &plan.phases[at].steps;
    let mut done = vec![false; steps.len()];
    loop {
        let open = |step_at: usize, name: &String| match maker(plan, name) {
            Some(Some((phase, made))) => phase == at && made != step_at && !done[made],
            _ => false,
        };
        let next = (0..steps.len())
            .find(|&step| !done[step] && !steps[step].takes.iter().any(|name| open(step, name)));
        match next {
            Some(step) => done[step] = true,
            None => return done.contains(&false),
        }
    }
}

fn decision(faults: &mut Faults, plan: &Plan, at: usize) {
    let names = plan.phases[at].optional.as_deref().unwrap_or_default();
    for (name_at, name) in names.iter().enumerate() {
        let known_before = match maker(plan, name) {
            None => false,
            Some(None) => true,
            Some(Some((phase, _))) => phase < at,
        };
        if names[..name_at].contains(name) {
            faults.add("something is looked at once", name, "");
        } else if !known_before {
            faults.add("a decision looks at what was made before", name, "");
        }
    }
}

/// Whether a name arrives as an `Option` in this phase: only an optional phase makes it, and this is another.
pub(super) fn is_option(plan: &Plan, name: &str, at: usize) -> bool {
    match maker(plan, name) {
        Some(Some((phase, _))) => phase != at && plan.phases[phase].optional.is_some(),
        _ => false,
    }
}

/// The siblings that a step of a parallel phase waits for; in any other, all that are written before it.
pub(super) fn waits_for(plan: &Plan, at: usize, step: usize) -> Vec<usize> {
    let phase = &plan.phases[at];
    if !phase.parallel {
        return (0..step).collect();
    }
    let makes = |name: &String| match maker(plan, name) {
        Some(Some((made_in, made))) if made_in == at => Some(made),
        _ => None,
    };
    phase.steps[step].takes.iter().filter_map(makes).collect()
}
