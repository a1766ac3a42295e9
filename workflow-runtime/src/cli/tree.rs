//! Trees for terminals: a plan, and how a run of it stands.

use std::fmt::Write;

use anstyle::Style;

use crate::cli::actions::because;
use crate::cli::columns::{self, cut, fold, width};
use crate::cli::mark::Mark;
use crate::cli::moment::span;
use crate::cli::view::{Outcome, StepView, View};
use crate::plan::{Plan, StepPlan};

/// The plan as a tree, with docs and what is declared of each step.
pub(crate) fn of_plan(plan: &Plan) -> String {
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let inputs: Vec<_> = plan.artifacts.iter().take(plan.inputs).collect();
    let inputs: Vec<_> = inputs
        .iter()
        .map(|input| format!("{}: {}", input.name, input.ty))
        .collect();
    let room = columns::of_stdout();
    let inputs = fold(&format!("({})", inputs.join(", ")), room, plan.name.len(), 2);
    let mut text = format!("{bold}{}{bold:#}{inputs}\n", plan.name);
    for line in plan.doc.trim().lines() {
        let _ = writeln!(text, "{dim}{}{dim:#}", fold(line.trim(), room, 0, 0));
    }
    for (at, phase) in plan.phases.iter().enumerate() {
        let (branch, stem) = branch(at + 1 == plan.phases.len());
        let how = match (phase.parallel, phase.optional) {
            (true, true) => " (parallel, optional)",
            (true, false) => " (parallel)",
            (false, true) => " (optional)",
            _ => "",
        };
        let entry = Entry {
            lead: branch.to_owned(),
            stem: stem.to_owned(),
            name: phase.name,
            rest: how.to_owned(),
            doc: phase.doc,
        };
        text.push_str(&entry.lines(bold, room));
        for (at, step) in phase.steps.iter().enumerate() {
            let (branch, under) = self::branch(at + 1 == phase.steps.len());
            let entry = Entry {
                lead: format!("{stem}{branch}"),
                stem: format!("{stem}{under}"),
                name: "",
                rest: signature(plan, step) + &declared(plan, step),
                doc: step.doc,
            };
            text.push_str(&entry.lines(Style::new(), room));
        }
    }
    text
}

/// A phase or step in the tree.
struct Entry<'a> {
    /// What leads to it.
    lead: String,
    /// What is left of its further lines.
    stem: String,
    name: &'a str,
    rest: String,
    doc: &'a str,
}

impl Entry<'_> {
    /// With the first line of what its author says, beside it or below.
    fn lines(&self, style: Style, room: usize) -> String {
        let Entry { lead, stem, name, .. } = self;
        let dim = Style::new().dimmed();
        let room = room.saturating_sub(width(lead));
        let text = fold(&format!("{name}{}", self.rest), room, 0, 2);
        let (name, rest) = text.split_at(name.len());
        let rest = rest.replace('\n', &format!("\n{stem}"));
        let mut lines = format!("{lead}{style}{name}{style:#}{rest}");
        let doc = self.doc.trim().lines().next().unwrap_or_default().trim();
        let last = text.rsplit('\n').next().map_or(0, width);
        match doc.is_empty() {
            true => {}
            false if last.saturating_add(2 + width(doc)) <= room => {
                let _ = write!(lines, "  {dim}{doc}{dim:#}");
            }
            false => {
                for line in fold(doc, room, 4, 4).lines() {
                    let _ = write!(lines, "\n{stem}    {dim}{}{dim:#}", line.trim_start());
                }
            }
        }
        lines + "\n"
    }
}

fn branch(is_last: bool) -> (&'static str, &'static str) {
    match is_last {
        true => ("└── ", "    "),
        false => ("├── ", "│   "),
    }
}

fn signature(plan: &Plan, step: &StepPlan) -> String {
    let name = |artifact: u16| {
        plan.artifacts
            .get(usize::from(artifact))
            .map_or("?", |artifact| artifact.name)
    };
    let kind = match (step.manual, step.gate) {
        (true, true) => "manual gate ",
        (true, false) => "manual step ",
        (false, true) => "gate ",
        _ => "",
    };
    let takes: Vec<_> = step.takes.iter().map(|take| name(take.artifact)).collect();
    let makes = step.yields.map(|artifact| format!(" -> {}", name(artifact)));
    format!(
        "{kind}{}({}){}",
        step.name,
        takes.join(", "),
        makes.unwrap_or_default()
    )
}

/// What is declared of a step beside what it takes and makes.
fn declared(plan: &Plan, step: &StepPlan) -> String {
    let mut said = Vec::new();
    if let Some(role) = step.by {
        said.push(format!("by {role}"));
    }
    if step.retry.attempts > 1 {
        said.push(format!("up to {} attempts", step.retry.attempts));
    }
    if let Some(limit) = step.timeout {
        said.push(format!("at most {}", span(limit)));
    }
    if let Some((from, to)) = step.estimate {
        said.push(match from == to {
            true => format!("takes about {}", span(from)),
            false => format!("takes {} to {}", span(from), span(to)),
        });
    }
    if step.undo.is_some() {
        said.push("can be undone".to_owned());
    }
    if let Some(rework) = step.rework {
        let to = plan
            .phases
            .get(usize::from(rework.to))
            .map_or("?", |phase| phase.name);
        let times = if rework.max == 1 {
            "once".to_owned()
        } else {
            format!("{} times", rework.max)
        };
        said.push(format!("or back to {to}, at most {times}"));
    }
    match said.is_empty() {
        true => String::new(),
        false => format!(" [{}]", said.join(", ")),
    }
}

/// How a run stands, phase by phase. What is over is one line.
pub(crate) fn of_run(view: &View) -> String {
    let room = columns::of_stdout();
    let mut text = String::new();
    for phase in &view.phases {
        let style = phase.mark.style();
        let steps = &view.steps[phase.steps.clone()];
        let done = steps.iter().filter(|step| step.mark == Mark::Done).count();
        let count = match phase.mark {
            Mark::Skipped => phase.waived.as_ref().map_or_else(String::new, |waived| {
                let by = waived
                    .by
                    .as_ref()
                    .map_or_else(String::new, |by| format!(" ({by})"));
                format!(": {}{by}", waived.reason)
            }),
            Mark::Open => String::new(),
            _ => format!(" {done}/{}", steps.len()),
        };
        let line = format!(
            "{} {}{}{count}",
            phase.mark.sign(),
            phase.plan.name,
            word(phase.mark)
        );
        let _ = writeln!(text, "{style}{}{style:#}", cut(&line, room));
        let is_whole = matches!(phase.mark, Mark::Done | Mark::Skipped | Mark::Open);
        if is_whole && steps.iter().all(|step| step.not_undone().is_none()) {
            continue;
        }
        for step in steps {
            let style = step.mark.style();
            let line = format!("  {} {}{}", step.mark.sign(), step.plan.name, said_of(step));
            let _ = writeln!(text, "{style}{}{style:#}", cut(&line, room));
        }
    }
    text
}

/// Only what is not plain from the sign, after a space.
fn word(mark: Mark) -> String {
    match mark {
        Mark::Open | Mark::Done => String::new(),
        mark => format!(" {}", mark.word()),
    }
}

/// What is to be said of a step in a line.
fn said_of(step: &StepView) -> String {
    let mut said = Vec::new();
    let why = because(step).and_then(|why| why.lines().next());
    match (step.mark, why, step.plan.by) {
        (Mark::Open | Mark::Done, ..) => {}
        (Mark::Failed | Mark::Rejected, Some(why), _) => said.push(format!("{}: {why}", step.mark.word())),
        (Mark::Waiting, _, Some(role)) => said.push(format!("waiting for {role}")),
        (mark, ..) => said.push(mark.word().to_owned()),
    }
    if step.mark == Mark::Done {
        if let Some(Outcome::Done { by: Some(by), .. }) = step.last().map(|last| &last.outcome) {
            said.push(format!("by {}", by.by));
        }
        let worked = step.worked();
        if !worked.is_zero() {
            said.push(span(worked));
        }
    }
    if let Some(error) = step.not_undone() {
        said.push(format!("undoing it failed: {error}"));
    }
    match said.is_empty() {
        true => String::new(),
        false => format!("  {}", said.join(", ")),
    }
}
