//! `done`, `approve` and `reject`: what people answer.

use std::path::Path;

use serde::Serialize;

use crate::cli::actions::{Action, actions};
use crate::cli::arguments::{By, Of};
use crate::cli::desk::{Desk, Wanted};
use crate::cli::fault::{Code, Fault};
use crate::cli::mark::Mark;
use crate::cli::names;
use crate::cli::output::Reply;
use crate::cli::source::{Source, artifact};
use crate::cli::verbs::status::next_steps;
use crate::cli::view::StepView;
use crate::runtime::Runtime;
use crate::verdict::{Actor, Verdict};

/// What was handed in, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct HandInDocument {
    schema: &'static str,
    run: String,
    step: String,
    by: String,
    note: Option<String>,
    /// How the step stands now.
    mark: Mark,
    next: Vec<Action>,
}

impl HandInDocument {
    pub(crate) const SCHEMA: &str = "workflow.hand_in/1";
}

/// Who answers, with what words, of which run.
pub(super) struct Signed {
    pub(super) by: Option<String>,
    pub(super) message: Option<String>,
    pub(super) run: Option<String>,
}

impl Signed {
    pub(super) fn new(by: &By, message: Option<String>, of: &Of) -> Self {
        Signed {
            by: by.by.clone(),
            message: message.filter(|message| !message.trim().is_empty()),
            run: of.run.clone(),
        }
    }

    pub(super) fn actor(&self, desk: &Desk) -> Result<Actor, Fault> {
        let actor = desk.actor(self.by.as_deref())?;
        Ok(match &self.message {
            Some(note) => actor.noting(note.as_str()),
            None => actor,
        })
    }
}

/// A run and a step of it that somebody answers for.
struct Asked {
    runtime: Runtime,
    run: String,
    path: String,
    step: &'static crate::plan::StepPlan,
}

impl Asked {
    async fn of(desk: &Desk, typed: &str, signed: &Signed) -> Result<Self, Fault> {
        let runtime = desk.open()?;
        let run = desk.run(&runtime, signed.run.as_deref(), Wanted::Open).await?;
        let at = crate::layout::index(names::step(desk.plan, typed)?);
        desk.verified(&runtime, &run.id).await?;
        let (path, step) = (desk.layout.path(at).to_owned(), desk.layout.step(at));
        Ok(Asked {
            runtime,
            run: run.id,
            path,
            step,
        })
    }

    /// Whether it is of that kind: a manual gate, or a manual step.
    fn is(&self, gate: bool, desk: &Desk) -> Result<(), Fault> {
        let path = &self.path;
        let run = &self.run;
        let (message, fix) = match (self.step.manual, self.step.gate) {
            (true, of) if of == gate => return Ok(()),
            (true, true) => (
                format!("`{path}` is a gate: it is approved or rejected"),
                format!("pass it with `{}`", desk.command_of(run, &["approve", path])),
            ),
            (true, false) => (
                format!("`{path}` is a step, not a gate: it is handed in"),
                format!("hand it in with `{}`", self.done(desk)),
            ),
            (false, _) => (
                format!("`{path}` is not manual: the team does it"),
                format!("have it done with `{}`", desk.command_on(run, &["run"])),
            ),
        };
        Err(Fault::new(Code::Refused, message).of(path.clone()).fix(fix))
    }

    /// The command that hands it in.
    fn done(&self, desk: &Desk) -> String {
        match self.step.yields {
            Some(_) => desk.command_of(&self.run, &["done", &self.path, "--artifact", "FILE"]),
            None => desk.command_of(&self.run, &["done", &self.path]),
        }
    }

    /// Once it was handed in, or why it was not.
    async fn answered(
        self,
        desk: &Desk,
        result: Result<(), crate::error::RuntimeError>,
        actor: &Actor,
        what: &str,
    ) -> Result<Reply, Fault> {
        let Asked {
            runtime,
            run,
            path,
            step,
        } = self;
        if let Err(error) = result {
            let fault = desk.fault(error, &run).of(path.clone());
            let why = desk.command_of(&run, &["why", &path]);
            return Err(match (fault.code, step.by) {
                (Code::NotWaiting, _) => fault.fix(format!("see more of it with `{why}`")),
                (Code::Refused, Some(role)) if fault.message.contains("it takes the role") => {
                    fault.fix(format!("have it done by somebody who holds the role `{role}`"))
                }
                _ => fault,
            });
        }
        let view = desk.view(&runtime, &run).await?;
        let next = actions(desk, &view, desk.roster()?);
        let is_it = |step: &&StepView| step.path == path;
        let mark = view.steps.iter().find(is_it).map_or(Mark::Done, |step| step.mark);
        let text = format!("`{path}` of `{run}` {what} by {actor}\n{}", next_steps(&next));
        let document = HandInDocument {
            schema: HandInDocument::SCHEMA,
            run,
            step: path,
            by: actor.name().to_owned(),
            note: actor.note().map(str::to_owned),
            mark,
            next,
        };
        Ok(Reply::new(text, &document))
    }
}

pub(super) async fn done(
    desk: &Desk,
    typed: &str,
    file: Option<&Path>,
    signed: Signed,
) -> Result<Reply, Fault> {
    let asked = Asked::of(desk, typed, &signed).await?;
    asked.is(false, desk)?;
    let actor = signed.actor(desk)?;
    let path = asked.path.as_str();
    let makes = asked.step.yields.map(|at| &desk.plan.artifacts[usize::from(at)]);
    let result = match (makes, file) {
        (Some(makes), Some(file)) => {
            let source = Source::read(file)?;
            let json = artifact(makes, asked.step.check, &source)?;
            let misspelt = source.misspelt(makes, &json);
            misspelt.iter().for_each(|slip| desk.output.warn(slip));
            asked
                .runtime
                .hand_in_artifact(&asked.run, path, actor.clone(), &json)
                .await
        }
        (None, None) => {
            asked
                .runtime
                .hand_in_artifact(&asked.run, path, actor.clone(), &())
                .await
        }
        (Some(makes), None) => {
            let message = format!("`{path}` makes `{}`, a `{}`", makes.name, makes.ty);
            return Err(Fault::new(Code::Usage, message).of(path).fix(format!(
                "name its file, in TOML, YAML or JSON, with `{}`",
                asked.done(desk)
            )));
        }
        (None, Some(_)) => {
            return Err(Fault::new(Code::Usage, format!("`{path}` makes no artifact"))
                .of(path)
                .fix(format!("leave out `--artifact`: `{}`", asked.done(desk))));
        }
    };
    asked.answered(desk, result, &actor, "was handed in").await
}

pub(super) async fn approve(desk: &Desk, typed: &str, signed: Signed) -> Result<Reply, Fault> {
    let asked = Asked::of(desk, typed, &signed).await?;
    asked.is(true, desk)?;
    let actor = signed.actor(desk)?;
    let verdict = Verdict::Pass;
    let result = asked
        .runtime
        .hand_in(&asked.run, &asked.path, actor.clone(), verdict)
        .await;
    asked.answered(desk, result, &actor, "was approved").await
}

pub(super) async fn reject(desk: &Desk, typed: &str, signed: Signed) -> Result<Reply, Fault> {
    let asked = Asked::of(desk, typed, &signed).await?;
    asked.is(true, desk)?;
    let reason = match &signed.message {
        Some(reason) => reason.clone(),
        None => a_reason(
            desk,
            &desk.command_of(&asked.run, &["reject", &asked.path, "-m", "REASON"]),
            &format!("Why is `{}` rejected? ", asked.path),
        )?,
    };
    // The reason is the verdict's; a note beside it would say the same again.
    let actor = desk.actor(signed.by.as_deref())?;
    let verdict = Verdict::Reject(reason);
    let result = asked
        .runtime
        .hand_in(&asked.run, &asked.path, actor.clone(), verdict)
        .await;
    asked.answered(desk, result, &actor, "was rejected").await
}

/// A reason that is due: asked for, if somebody is there; else to be said by that command.
pub(super) fn a_reason(desk: &Desk, command: &str, question: &str) -> Result<String, Fault> {
    let answer = match desk.output.can_ask() {
        true => desk.output.ask(question),
        false => None,
    };
    answer
        .filter(|reason| !reason.trim().is_empty())
        .ok_or_else(|| Fault::new(Code::Usage, "a reason is due").fix(format!("say it with `{command}`")))
}
