//! `run` and `undo`: what drives a run, with progress while it goes on and a summary at its end.

use std::path::Path;

use serde::Serialize;

use crate::cli::actions::{Action, actions};
use crate::cli::columns::{self, fold};
use crate::cli::desk::{Desk, Wanted};
use crate::cli::document::{ProgressDocument, RunDocument};
use crate::cli::fault::{Code, Envelope, Fault};
use crate::cli::mark::Mark;
use crate::cli::moment::span;
use crate::cli::names;
use crate::cli::output::Reply;
use crate::cli::progress::{Asked, Progress};
use crate::cli::source::{self, Source};
use crate::cli::verbs::cancel::confirm;
use crate::cli::verbs::status::next_steps;
use crate::error::Cause;
use crate::runtime::Runtime;
use crate::summary::{RunSummary, Standing};

/// How driving a run ended, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RunDocumentOfVerb {
    schema: &'static str,
    run: RunDocument,
    outcome: Outcome,
    progress: ProgressDocument,
    /// The steps that a person is asked for.
    waiting_for: Vec<String>,
    error: Option<Envelope>,
    next: Vec<Action>,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Done,
    Undone,
    Waiting,
    Failed,
    Interrupted,
}

impl RunDocumentOfVerb {
    pub(crate) const SCHEMA: &str = "workflow.run/1";
}

pub(super) async fn run(
    desk: &mut Desk,
    id: Option<&str>,
    input: Option<&Path>,
    wait: bool,
) -> Result<Reply, Fault> {
    // Nothing is made before what was given is good.
    let source = input.map(Source::read).transpose()?;
    let journal = desk.exists().then(|| desk.open()).transpose()?;
    let runs = match &journal {
        Some(journal) => journal.runs().await?,
        None => Vec::new(),
    };
    let id = which(desk, &runs, id, input)?;
    let exists = runs.iter().any(|run| run.id == id);
    let inputs = match (&source, exists) {
        (None, true) => None,
        (source, _) => Some(source::inputs(desk.plan, source.as_ref())?),
    };
    if let (Some(source), Some(values)) = (&source, &inputs) {
        let misspelt = source.misspelt_inputs(desk.plan.artifacts, values);
        misspelt.iter().for_each(|slip| desk.output.warn(slip));
    }
    let view = match journal.as_ref().filter(|_| exists) {
        Some(journal) => {
            desk.verified(journal, &id).await?;
            // What else is wrong with it is told when it is taken up.
            desk.view(journal, &id).await.ok()
        }
        None => None,
    };
    let team = desk.driver()?;
    let runtime = journal.map_or_else(|| desk.open_or_make(), Ok)?;
    let runtime = runtime.cancel_on_ctrl_c_and_termination()?;
    let (runtime, asked) = match wait {
        true => (runtime.wait_for_hand_ins(), Asked::while_waiting(desk, &id)?),
        false => (runtime, Asked::default()),
    };
    let asked = asked.with_waits_of(view.as_ref());
    let progress = Progress::begin(desk, view.as_ref(), asked)?;
    let runtime = runtime.with_observer(progress.clone());
    let driven = team.run(&runtime, &id, inputs).await;
    progress.end();
    ended(desk, runtime, &id, driven, Outcome::Done).await
}

pub(super) async fn undo(desk: &mut Desk, id: Option<&str>, yes: bool) -> Result<Reply, Fault> {
    let runtime = desk.open()?;
    let run = match desk.run(&runtime, id, Wanted::Open).await {
        // What is done can be taken back too.
        Err(fault) if id.is_none() && fault.code == Code::NotFound => {
            desk.run(&runtime, id, Wanted::Any).await?
        }
        run => run?,
    };
    desk.verified(&runtime, &run.id).await?;
    drop(runtime);
    let question = format!("Take back everything that `{}` did?", run.id);
    confirm(
        desk,
        &question,
        yes,
        &desk.command_on(&run.id, &["undo", "--yes"]),
    )?;
    let team = desk.driver()?;
    let runtime = desk.open_or_make()?.cancel_on_ctrl_c_and_termination()?;
    let progress = Progress::begin(desk, None, Asked::default())?;
    let runtime = runtime.with_observer(progress.clone());
    let goes_on = run.standing == Standing::Undoing;
    let driven = team.undo(&runtime, &run.id, goes_on).await;
    progress.end();
    ended(desk, runtime, &run.id, driven, Outcome::Undone).await
}

/// The run that is meant, whether there is one of that id or not.
fn which(desk: &Desk, runs: &[RunSummary], id: Option<&str>, input: Option<&Path>) -> Result<String, Fault> {
    if let Some(id) = id {
        if id.trim().is_empty() {
            return Err(
                Fault::new(Code::Usage, "the id of the run is empty").fix("give it a name to find it by")
            );
        }
        let is_begun = input.is_none() && desk.plan.inputs > 0;
        return match is_begun {
            // With nothing to begin it with, it must be there.
            true => names::run(runs, desk.plan.name, id)
                .map(|run| run.id.clone())
                .map_err(|fault| no_input(desk, fault)),
            false => Ok(id.to_owned()),
        };
    }
    let stem = input
        .filter(|input| *input != Path::new("-"))
        .and_then(Path::file_stem);
    if let Some(stem) = stem {
        return stem.to_str().map(str::to_owned).ok_or_else(|| {
            let message = format!(
                "the name of `{}` is not UTF-8, so no run can be called like it",
                stem.display()
            );
            Fault::new(Code::Usage, message)
                .fix(format!("name the run: `{}`", desk.command(&desk.run_another())))
        });
    }
    let is_open = |run: &RunSummary| run.workflow == desk.plan.name && !run.standing.is_over();
    if input.is_none() && runs.iter().any(is_open) {
        return Ok(desk.only_run(runs, Wanted::Open)?.id);
    }
    match desk.plan.inputs == 0 || input.is_some() {
        true => Ok(desk.plan.module.to_owned()),
        false => Err(no_input(desk, Fault::new(Code::NotFound, "no run is open"))),
    }
}

/// There is no such run, and nothing to begin one with.
fn no_input(desk: &Desk, fault: Fault) -> Fault {
    if fault.code != Code::NotFound {
        return fault;
    }
    let begin = format!("begin a run with `{}`", desk.command(&desk.run_anew()));
    Fault {
        fix: Some(match &fault.fix {
            Some(fix) if fix.ends_with('?') => format!("{fix} Or {begin}"),
            Some(fix) => format!("{fix}; or {begin}"),
            None => begin,
        }),
        ..fault
    }
}

async fn ended(
    desk: &Desk,
    runtime: Runtime,
    id: &str,
    driven: Result<(), Cause>,
    well: Outcome,
) -> Result<Reply, Fault> {
    // The run is let go of when the journal is closed, and not before.
    drop(runtime);
    let (outcome, fault) = match &driven {
        Ok(()) => (well, None),
        Err(cause) if cause.is_waiting() => (Outcome::Waiting, None),
        Err(cause) if cause.is_journal() => return Err(desk.halted(cause, id)),
        Err(cause) if cause.is_cancelled() => (Outcome::Interrupted, Some(desk.halted(cause, id))),
        Err(cause) => (Outcome::Failed, Some(desk.halted(cause, id))),
    };
    let runtime = desk.open()?;
    let view = desk.view(&runtime, id).await?;
    let next = actions(desk, &view, desk.roster()?);
    let document = RunDocumentOfVerb {
        schema: RunDocumentOfVerb::SCHEMA,
        run: RunDocument::of(&view.history.run),
        outcome,
        progress: ProgressDocument::of(&view),
        waiting_for: view.waiting().map(|step| step.path.clone()).collect(),
        error: fault.as_ref().map(Fault::envelope),
        next: next.clone(),
    };
    let status = match (outcome, &fault) {
        (_, Some(fault)) => fault.code.exit(),
        (Outcome::Waiting, _) => desk.waits(&view),
        _ => 0,
    };
    let text = format!("{}{}", summary(&view, outcome), next_steps(&next));
    let reply = Reply::new(text, &document).status(status);
    Ok(Reply { fault, ..reply })
}

/// How it ended, in a line.
fn summary(view: &crate::cli::view::View, outcome: Outcome) -> String {
    let (done, of) = view.progress();
    let worked = span(view.steps.iter().map(crate::cli::view::StepView::worked).sum());
    let (mark, word) = match outcome {
        Outcome::Done => (Mark::Done, "is done"),
        Outcome::Undone => (Mark::Undone, "was taken back"),
        Outcome::Waiting => (Mark::Waiting, "waits for a person"),
        Outcome::Failed => (Mark::Failed, "halted"),
        Outcome::Interrupted => (Mark::Ready, "was stopped"),
    };
    let (style, sign) = (mark.style(), mark.sign());
    let id = view.id();
    let text = match outcome {
        Outcome::Undone => format!("`{id}` {word}"),
        _ => format!("`{id}` {word}: {done} of {of} steps done, {worked} of work"),
    };
    format!(
        "{style}{sign}{style:#} {}\n",
        fold(&text, columns::of_stdout(), 2, 2)
    )
}
