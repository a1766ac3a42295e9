//! Names as people type them: whole or their beginning, in any case; what is misspelt gets a proposal.

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;

use crate::cli::fault::{Code, Fault};
use crate::nearest::nearest;
use crate::plan::{Plan, StepPlan};
use crate::summary::RunSummary;

/// The step or gate that is meant: a path, its name alone, or the beginning of either. Yields its number.
pub(crate) fn step(plan: &Plan, typed: &str) -> Result<usize, Fault> {
    let paths = paths(plan, |_| true);
    let names = paths.iter().map(|path| vec![path.as_str(), after_dot(path)]);
    one_of(typed, names.collect(), "step or gate", begins)
}

/// The phase that is meant, by its number.
pub(crate) fn phase(plan: &Plan, typed: &str) -> Result<usize, Fault> {
    let names = plan.phases.iter().map(|phase| vec![phase.name]);
    one_of(typed, names.collect(), "phase", begins)
}

/// The run that is meant; those of other workflows only if there is none of this one.
pub(crate) fn run<'r>(runs: &'r [RunSummary], workflow: &str, typed: &str) -> Result<&'r RunSummary, Fault> {
    if let Some(exact) = runs.iter().find(|run| run.id == typed) {
        return Ok(exact);
    }
    let is_ours = |run: &&RunSummary| run.workflow == workflow;
    let of = |runs: Vec<&'r RunSummary>| -> Result<&'r RunSummary, Fault> {
        let names = runs.iter().map(|run| vec![run.id.as_str()]);
        // A dot in an id parts nothing.
        one_of(typed, names.collect(), "run", |id, typed| id.starts_with(typed)).map(|at| runs[at])
    };
    match of(runs.iter().filter(is_ours).collect()) {
        Err(fault) if fault.code == Code::NotFound => {
            of(runs.iter().filter(|run| !is_ours(run)).collect()).map_err(|_| fault)
        }
        found => found,
    }
}

/// So many that a line has room for, and how many more there are.
pub(crate) fn some_of<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let more = names.len().saturating_sub(SHOWN);
    let names: Vec<_> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// The paths of the steps that are such.
fn paths(plan: &Plan, is_such: impl Fn(&StepPlan) -> bool) -> Vec<String> {
    let of_phase = |phase: &'static crate::plan::PhasePlan| {
        let such = phase.steps.iter().filter(|step| is_such(step));
        such.map(|step| format!("{}.{}", phase.name, step.name))
            .collect::<Vec<_>>()
    };
    plan.phases.iter().flat_map(of_phase).collect()
}

fn after_dot(path: &str) -> &str {
    path.split_once('.').map_or(path, |(_, step)| step)
}

/// Each candidate has several names; the first is the one to show.
fn one_of(
    typed: &str,
    candidates: Vec<Vec<&str>>,
    what: &str,
    begins: fn(&str, &str) -> bool,
) -> Result<usize, Fault> {
    if typed.is_empty() {
        // Of an empty variable of a script, most likely.
        return Err(Fault::new(Code::Usage, format!("the name of the {what} is empty")).fix("name one"));
    }
    let lower = typed.to_lowercase();
    let matching = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let fits = |names: &Vec<&str>| names.iter().any(|name| fits(&name.to_lowercase()));
        let fitting = candidates.iter().enumerate().filter(|(_, names)| fits(names));
        fitting.map(|(at, _)| at).collect()
    };
    for found in [
        matching(&|name| name == lower),
        matching(&|name| begins(name, &lower)),
    ] {
        match found.as_slice() {
            [] => {}
            [one] => return Ok(*one),
            several => {
                let several = several.iter().map(|at| candidates[*at][0]);
                let message = format!("`{typed}` may be one of {}", some_of(several));
                return Err(Fault::new(Code::Ambiguous, message)
                    .of(typed)
                    .fix("write more of the name"));
            }
        }
    }
    let near = nearest(typed, candidates.iter().flatten().copied());
    let fault = Fault::new(Code::NotFound, format!("there is no {what} `{typed}`")).of(typed);
    Err(match near {
        Some(meant) => fault.fix(format!("did you mean `{meant}`?")),
        None if candidates.is_empty() => fault,
        None => fault.fix(format!(
            "known: {}",
            some_of(candidates.iter().map(|names| names[0]))
        )),
    })
}

/// Whether the name, or each part of it between dots, begins like that.
fn begins(name: &str, typed: &str) -> bool {
    let (names, typed): (Vec<_>, Vec<_>) = (name.split('.').collect(), typed.split('.').collect());
    names.len() == typed.len()
        && names
            .iter()
            .zip(&typed)
            .all(|(name, typed)| name.starts_with(typed))
}

/// The command line with the plan's names for completion.
pub(crate) fn complete(command: clap::Command, plan: &'static Plan) -> clap::Command {
    let steps = paths(plan, |_| true);
    let manual = paths(plan, |step| step.manual && !step.gate);
    let gates = paths(plan, |step| step.manual && step.gate);
    let optional = plan.phases.iter().filter(|phase| phase.optional);
    let optional = optional.map(|phase| phase.name.to_owned()).collect::<Vec<_>>();
    let with = |command: clap::Command, verb: &str, argument: &'static str, names: &[String]| {
        let names = Names(names.to_vec());
        command.mut_subcommand(verb, move |verb| {
            verb.mut_arg(argument, |argument| {
                argument.value_parser(names).hide_possible_values(true)
            })
        })
    };
    let command = with(command, "why", "step", &steps);
    let command = with(command, "show", "step", &steps);
    let command = with(command, "done", "step", &manual);
    let command = with(command, "approve", "gate", &gates);
    let command = with(command, "reject", "gate", &gates);
    with(command, "skip", "phase", &optional)
}

/// Takes any text; a shell is told the names.
#[derive(Debug, Clone)]
struct Names(Vec<String>);

impl TypedValueParser for Names {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        let text = value.to_str();
        text.map(str::to_owned)
            .ok_or_else(|| clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}
