//! What can be done about a run now, by whom, and the command for it.

use serde::Serialize;

use crate::change;
use crate::cli::desk::Desk;
use crate::cli::mark::Mark;
use crate::cli::view::{Fits, Outcome, StepView, View};
use crate::plan::{Plan, StepPlan};
use crate::roster::Roster;
use crate::summary::Standing;

/// One thing that can be done now.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Action {
    pub(crate) verb: Verb,
    /// The step or phase that it is about.
    pub(crate) target: Option<String>,
    /// The role that may do it.
    pub(crate) role: Option<&'static str>,
    /// Who holds that role, if there is a roster.
    pub(crate) people: Vec<String>,
    /// What it does, in a sentence.
    pub(crate) what: String,
    /// To be typed as it stands, but for words in capitals.
    pub(crate) command: Option<String>,
}

/// The verb of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verb {
    Run,
    Done,
    Approve,
    Reject,
    Skip,
    Undo,
    Report,
    /// Somebody else is at it, who can be told to stop.
    Cancel,
    /// Nobody carries it out, where an engine should have it carried out.
    Worker,
}

/// All that can be done about that run.
pub(crate) fn actions(desk: &Desk, view: &View, roster: Option<&Roster>) -> Vec<Action> {
    let of_run = OfRun { desk, view, roster };
    match view.history.run.standing {
        Standing::Done => vec![of_run.plain(Verb::Report, "write a report of it".to_owned(), &["report"])],
        Standing::Undone => vec![of_run.anew("it was undone; begin another")],
        _ => of_run.while_open(),
    }
}

/// People who are asked for something in a run.
pub(crate) struct Asking<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) roster: Option<&'a Roster>,
    /// The run's id.
    pub(crate) id: &'a str,
    /// The plan that the run goes under.
    pub(crate) plan: &'static Plan,
}

impl Asking<'_> {
    /// How what they are asked for is answered.
    pub(crate) fn hand_ins(&self, path: &str, step: &StepPlan) -> Vec<Action> {
        let people = match (self.roster, step.by) {
            (Some(roster), Some(role)) => roster.holders(role).to_vec(),
            _ => Vec::new(),
        };
        let action = |verb, what: String, words: &[&str]| Action {
            verb,
            target: Some(path.to_owned()),
            role: step.by,
            people: people.clone(),
            what,
            command: Some(self.desk.command_of(self.id, words)),
        };
        if step.gate {
            return vec![
                action(Verb::Approve, format!("pass `{path}`"), &["approve", path]),
                action(
                    Verb::Reject,
                    format!("say no at `{path}`"),
                    &["reject", path, "-m", "REASON"],
                ),
            ];
        }
        let artifact = step.yields.map(|at| &self.plan.artifacts[usize::from(at)]);
        vec![match artifact {
            Some(artifact) => {
                let what = format!("hand in `{}`, a `{}`, for `{path}`", artifact.name, artifact.ty);
                action(Verb::Done, what, &["done", path, "--artifact", "FILE"])
            }
            None => action(Verb::Done, format!("say that `{path}` is done"), &["done", path]),
        }]
    }
}

struct OfRun<'a> {
    desk: &'a Desk,
    view: &'a View,
    roster: Option<&'a Roster>,
}

impl OfRun<'_> {
    fn while_open(&self) -> Vec<Action> {
        let view = self.view;
        let asking = Asking {
            desk: self.desk,
            roster: self.roster,
            id: view.id(),
            plan: view.history.plan,
        };
        let waiting = view.waiting().filter(|step| self.can_be_handed_in(step));
        let mut actions: Vec<_> = waiting
            .flat_map(|step| asking.hand_ins(&step.path, step.plan))
            .collect();
        if let Some(holder) = &view.history.run.held_by {
            let what = format!("{holder} drives it; wait, or tell it to stop");
            actions.push(self.plain(Verb::Cancel, what, &["cancel", "--yes"]));
            return actions;
        }
        if view.history.run.stuck.is_some() {
            let what =
                "nobody carries it out: start its worker, at the address that the engine asks".to_owned();
            actions.push(Action {
                command: Some(self.desk.command(&["worker", "--listen", "ADDRESS"])),
                ..self.plain(Verb::Worker, what, &["worker"])
            });
            return actions;
        }
        match (&view.fits, view.is_taken_back()) {
            (Fits::No(_), _) => {
                actions.push(self.anew("this program's plan does not fit it any more; begin another"));
            }
            (_, true) => actions.push(self.undo("go on with taking it back".to_owned())),
            _ => {
                actions.extend(self.skip());
                actions.extend(self.on());
            }
        }
        actions
    }

    /// What drives it on, or back where it can go no further.
    fn on(&self) -> Option<Action> {
        let first = |mark: Mark| self.view.steps.iter().find(|step| step.mark == mark);
        let run = |what: String| Some(self.plain(Verb::Run, what, &["run"]));
        if let Some(gate) = first(Mark::Rejected) {
            let what = format!("take it back: `{}` said no, and no rework is left", gate.path);
            return Some(self.undo(what));
        }
        if let Some(step) = first(Mark::Failed) {
            return run(format!(
                "try `{}` again, once what it failed over is mended",
                step.path
            ));
        }
        match (first(Mark::Ready), &self.view.fits) {
            (Some(step), _) => run(format!("go on with `{}`", step.path)),
            // On an engine it stays under its own, and goes on by the workers of that.
            (None, Fits::Edited) if self.desk.is_on_engine() => None,
            (None, Fits::Edited) => run("put it under the plan as it is now".to_owned()),
            (None, _) => None,
        }
    }

    fn plain(&self, verb: Verb, what: String, words: &[&str]) -> Action {
        Action {
            verb,
            target: None,
            role: None,
            people: Vec::new(),
            what,
            command: Some(self.desk.command_on(self.view.id(), words)),
        }
    }

    fn undo(&self, what: String) -> Action {
        self.plain(Verb::Undo, what, &["undo", "--yes"])
    }

    fn anew(&self, what: &str) -> Action {
        Action {
            command: Some(self.desk.command(&self.desk.run_another())),
            ..self.plain(Verb::Run, what.to_owned(), &["run"])
        }
    }

    /// Whether this program means the same by that step as the plan that the run goes under.
    fn can_be_handed_in(&self, step: &StepView) -> bool {
        let ours = &self.desk.layout;
        let is_same = |at| change::of_step(&self.view.layout.outline, ours, at).is_empty();
        matches!(self.view.fits, Fits::Same) || ours.find(&step.path).is_some_and(is_same)
    }

    /// An optional phase that is next and was not begun.
    fn skip(&self) -> Option<Action> {
        // On an engine a run goes into a phase as soon as it comes to it, so nobody comes in time.
        if !matches!(self.view.fits, Fits::Same) || self.desk.is_on_engine() {
            return None;
        }
        let phase = self.view.current_phase()?;
        (phase.plan.optional && self.view.is_untouched(phase)).then(|| {
            let name = phase.plan.name;
            let words = ["skip", name, "--because", "REASON"];
            Action {
                verb: Verb::Skip,
                target: Some(name.to_owned()),
                role: None,
                people: Vec::new(),
                what: format!("leave out the optional phase `{name}`"),
                command: Some(self.desk.command_of(self.view.id(), &words)),
            }
        })
    }
}

/// For whom something is, in brackets: `(Editor: ada, grace)`.
pub(crate) fn for_whom(action: &Action) -> String {
    match (action.role, action.people.as_slice()) {
        (None, _) => String::new(),
        (Some(role), []) => format!(" ({role})"),
        (Some(role), people) => format!(" ({role}: {})", people.join(", ")),
    }
}

/// Why a step stands as it does, by its newest attempt.
pub(crate) fn because(step: &StepView) -> Option<&str> {
    match &step.last()?.outcome {
        Outcome::Failed { error, .. } => Some(error),
        Outcome::Rejected { reason, .. } => Some(reason),
        _ => None,
    }
}
