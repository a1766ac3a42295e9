//! Reads a plan from the text of its declaration, so that the pictures of the examples can be looked at here: this crate
//! cannot depend on theirs. Knows as much of the grammar as pictures show.

use std::path::Path;

use crate::artifact::Artifact;
use crate::plan::{ArtifactPlan, PhasePlan, Plan, StepPlan, write};

pub(super) const EXAMPLES: [&str; 5] = [
    "authentication",
    "backend_development",
    "database_migration",
    "microservice",
    "restful_api",
];

/// The plan of an example.
pub(super) fn example(name: &str) -> &'static Plan {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let text = std::fs::read_to_string(root.join(name).join("plan.rs")).unwrap();
    plan(&text)
}

/// The plan that is declared in this text.
pub(super) fn plan(text: &str) -> &'static Plan {
    let declaration = text.split_once("workflow! {").unwrap().1;
    let mut reader = Reader::default();
    for statement in statements(declaration) {
        reader.take_in(&statement);
    }
    reader.into_plan()
}

#[derive(Default)]
struct Statement {
    doc: String,
    text: String,
    closes: bool,
}

/// The declaration cut at `{`, `}` and `;`, each piece with the doc comment before it.
fn statements(declaration: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut statement = Statement::default();
    let mut depth = 0;
    for line in declaration.lines() {
        let line = line.trim();
        if let Some(doc) = line.strip_prefix("///") {
            // The docs of an input stand within the parentheses.
            if depth == 0 {
                statement.doc += doc;
                statement.doc += "\n";
            }
            continue;
        }
        for letter in line.split("//").next().unwrap().chars() {
            match letter {
                '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                _ => {}
            }
            if depth == 0 && matches!(letter, '{' | '}' | ';') {
                statement.closes = letter == '}';
                statements.push(std::mem::take(&mut statement));
            } else {
                statement.text.push(letter);
            }
        }
        statement.text.push(' ');
    }
    statements
}

#[derive(Default)]
struct Reader {
    name: &'static str,
    doc: &'static str,
    inputs: usize,
    artifacts: Vec<(&'static str, &'static str)>,
    phases: Vec<PhasePlan>,
    phase: Option<(PhasePlan, Option<&'static str>)>,
    steps: Vec<StepPlan>,
    is_over: bool,
}

impl Reader {
    fn take_in(&mut self, statement: &Statement) {
        let doc: &'static str = statement.doc.trim().to_owned().leak();
        let words: Vec<&str> = statement.text.split_whitespace().collect();
        if self.is_over {
        } else if statement.closes {
            match self.phase.take() {
                Some((mut phase, _)) => {
                    phase.steps = std::mem::take(&mut self.steps).leak();
                    phase.order = order(&phase).leak();
                    self.phases.push(phase);
                }
                None => self.is_over = true,
            }
        } else if words.contains(&"workflow") {
            let (head, inputs) = statement.text.split_once('(').unwrap_or((&statement.text, ")"));
            self.name = leaked(head.split_whitespace().last().unwrap());
            self.doc = doc;
            for input in inputs.rsplit_once(')').unwrap().0.split(',') {
                if let Some((name, ty)) = input.split_once(':') {
                    self.artifacts.push((leaked(name), leaked(ty)));
                }
            }
            self.inputs = self.artifacts.len();
        } else if words.contains(&"phase") {
            self.begin_phase(&statement.text, doc);
        } else if words.contains(&"step") || words.contains(&"gate") {
            self.take_in_step(&statement.text, doc);
        }
    }

    fn begin_phase(&mut self, text: &str, doc: &'static str) {
        let (head, name) = text.rsplit_once("phase ").unwrap();
        let mut phase = write::phase(leaked(name), doc, &[], &[]);
        if head.contains("parallel") {
            phase = phase.parallel();
        }
        if let Some((_, looks_at)) = head.split_once("optional") {
            let looks_at = looks_at
                .split_once('(')
                .and_then(|(_, rest)| rest.split_once(')'));
            let takes = self.takes(looks_at.map_or("", |(names, _)| names));
            phase = phase.optional(takes);
        }
        self.phase = Some((phase, argument(head, "#[by(", ")")));
    }

    fn take_in_step(&mut self, text: &str, doc: &'static str) {
        let word = if text.contains("gate ") { "gate " } else { "step " };
        let (head, signature) = text.split_once(word).unwrap();
        let (name, rest) = signature.split_once('(').unwrap();
        let (takes, rest) = rest.split_once(')').unwrap();
        let mut step = write::step(leaked(name), doc, self.takes(takes));
        if word == "gate " {
            step = step.gate();
        }
        if head.contains("manual") {
            step = step.manual();
        }
        let default = self.phase.as_ref().and_then(|(_, by)| *by);
        if let Some(role) = argument(head, "#[by(", ")").or(default) {
            step = step.by(role);
        }
        if let Some(to) = argument(head, "rework(to = ", ",") {
            let max = argument(head, "max = ", ")").unwrap().parse().unwrap();
            step = step.rework(self.phase_named(to), max);
        }
        if let Some((_, made)) = rest.split_once("->") {
            let made = made.split('=').next().unwrap();
            let (name, ty) = made.split_once(':').unwrap_or((made, ""));
            step = step.yields(self.artifact(name.trim(), ty));
        }
        self.steps.push(step);
    }

    fn takes(&mut self, names: &str) -> &'static [crate::plan::Take] {
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        let takes: Vec<_> = names
            .map(|name| write::take(self.artifact(name, ""), false))
            .collect();
        takes.leak()
    }

    /// The position of an artifact, which a parallel phase may take before it is made.
    fn artifact(&mut self, name: &str, ty: &str) -> u16 {
        let known = self.artifacts.iter().position(|(known, _)| *known == name);
        let at = known.unwrap_or(self.artifacts.len());
        if known.is_none() {
            self.artifacts.push((leaked(name), ""));
        }
        if !ty.is_empty() {
            self.artifacts[at].1 = leaked(ty);
        }
        u16::try_from(at).unwrap()
    }

    fn phase_named(&self, name: &str) -> u16 {
        let before = self.phases.iter().position(|phase| phase.name == name);
        u16::try_from(before.unwrap_or(self.phases.len())).unwrap()
    }

    fn into_plan(self) -> &'static Plan {
        let codec = <serde_json::Value as Artifact>::CODEC;
        let artifacts: Vec<ArtifactPlan> = self
            .artifacts
            .iter()
            .map(|(name, ty)| write::artifact(name, ty, codec))
            .collect();
        let plan = write::plan(
            self.name,
            "read",
            self.doc,
            &[],
            self.phases.leak(),
            artifacts.leak(),
            self.inputs,
        );
        Box::leak(Box::new(plan))
    }
}

/// As the macro orders a phase: what makes comes before what takes.
fn order(phase: &PhasePlan) -> Vec<u16> {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < phase.steps.len() {
        let is_free = |at: &usize| {
            let makers = (0..phase.steps.len()).filter(|other| other != at && !order.contains(other));
            let mut made = makers.filter_map(|other| phase.steps[other].yields);
            !phase.parallel
                || !made.any(|made| phase.steps[*at].takes.iter().any(|take| take.artifact == made))
        };
        let next = (0..phase.steps.len()).find(|at| !order.contains(at) && is_free(at));
        order.push(next.expect("no circle"));
    }
    order.iter().map(|&at| u16::try_from(at).unwrap()).collect()
}

fn argument(text: &str, before: &str, after: &str) -> Option<&'static str> {
    let (_, rest) = text.split_once(before)?;
    Some(leaked(rest.split_once(after)?.0))
}

fn leaked(text: &str) -> &'static str {
    text.trim().to_owned().leak()
}
