//! What can be done about a run now, by whom, and the command for it.

use serde::Serialize;

use crate::cli::desk::Desk;
use crate::cli::mark::Mark;
use crate::cli::view::{Outcome, StepView, View};
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
    /// Somebody else is at it.
    Wait,
}

/// All that can be done about that run.
pub(crate) fn actions(desk: &Desk, view: &View, roster: Option<&Roster>) -> Vec<Action> {
    let of_run = OfRun { desk, view, roster };
    let id = view.id();
    let plain = |verb, what: String, words: &[&str]| Action {
        verb,
        target: None,
        role: None,
        people: Vec::new(),
        what,
        command: Some(desk.command(words)),
    };
    match view.history.run.standing {
        Standing::Done => {
            let what = "it is done; a report of it".to_owned();
            return vec![plain(Verb::Report, what, &["report", id])];
        }
        Standing::Undone => {
            let what = "it was undone; begin another".to_owned();
            return vec![plain(Verb::Run, what, &desk.run_anew())];
        }
        Standing::Undoing if !view.is_held() => {
            let what = "go on with taking it back".to_owned();
            return vec![plain(Verb::Undo, what, &["undo", id])];
        }
        _ => {}
    }
    let mut actions: Vec<_> = view.waiting().flat_map(|step| of_run.hand_ins(step)).collect();
    if let Some(holder) = &view.history.run.held_by {
        let what = format!("{holder} drives it; wait, or tell it to stop with the command");
        actions.push(plain(Verb::Wait, what, &["cancel", id]));
        return actions;
    }
    actions.extend(of_run.skip());
    let ready = view.steps.iter().find(|step| step.mark == Mark::Ready);
    let failed = view.steps.iter().find(|step| step.mark == Mark::Failed);
    let rejected = view.steps.iter().find(|step| step.mark == Mark::Rejected);
    match (failed, rejected, ready) {
        (_, Some(gate), _) => {
            let what = format!("`{}` said no and no rework is left; take the run back", gate.path);
            actions.push(plain(Verb::Undo, what, &["undo", id]));
        }
        (Some(step), ..) => {
            let what = format!("try `{}` again, once what it failed over is mended", step.path);
            actions.push(plain(Verb::Run, what, &["run", id]));
        }
        (.., Some(step)) => {
            let what = format!("go on with `{}`", step.path);
            actions.push(plain(Verb::Run, what, &["run", id]));
        }
        _ => {}
    }
    actions
}

struct OfRun<'a> {
    desk: &'a Desk,
    view: &'a View,
    roster: Option<&'a Roster>,
}

impl OfRun<'_> {
    fn hand_ins(&self, step: &StepView) -> Vec<Action> {
        let of = ["--run", self.view.id()];
        let role = step.plan.by;
        let people = match (self.roster, role) {
            (Some(roster), Some(role)) => roster.holders(role).to_vec(),
            _ => Vec::new(),
        };
        let action = |verb, what: String, words: &[&str]| {
            let words: Vec<_> = words.iter().chain(&of).copied().collect();
            Action {
                verb,
                target: Some(step.path.clone()),
                role,
                people: people.clone(),
                what,
                command: Some(self.desk.command(&words)),
            }
        };
        let path = step.path.as_str();
        if step.plan.gate {
            return vec![
                action(Verb::Approve, format!("pass `{path}`"), &["approve", path]),
                action(
                    Verb::Reject,
                    format!("say no at `{path}`"),
                    &["reject", path, "-m", "REASON"],
                ),
            ];
        }
        let artifact = step
            .plan
            .yields
            .map(|at| &self.view.history.plan.artifacts[usize::from(at)]);
        vec![match artifact {
            Some(artifact) => {
                let what = format!("hand in `{}`, a `{}`, for `{path}`", artifact.name, artifact.ty);
                action(Verb::Done, what, &["done", path, "--artifact", "FILE"])
            }
            None => action(Verb::Done, format!("say that `{path}` is done"), &["done", path]),
        }]
    }

    /// An optional phase that is next and was not begun.
    fn skip(&self) -> Option<Action> {
        let phase = self.view.current_phase()?;
        let is_untouched = |step: &StepView| {
            matches!(step.mark, Mark::Open | Mark::Ready)
                && !step
                    .attempts
                    .iter()
                    .any(|attempt| attempt.round == self.view.round)
        };
        let steps = &self.view.steps[phase.steps.clone()];
        (phase.plan.optional && steps.iter().all(is_untouched)).then(|| {
            let name = phase.plan.name;
            let words = ["skip", name, "--because", "REASON", "--run", self.view.id()];
            Action {
                verb: Verb::Skip,
                target: Some(name.to_owned()),
                role: None,
                people: Vec::new(),
                what: format!("leave out the optional phase `{name}`"),
                command: Some(self.desk.command(&words)),
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
