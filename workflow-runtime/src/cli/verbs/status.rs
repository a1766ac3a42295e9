//! `status`: how a run stands.

use std::fmt::Write;
use std::time::SystemTime;

use anstyle::Style;
use serde::Serialize;

use crate::cli::actions::{Action, actions, for_whom};
use crate::cli::columns::{self, fold, width};
use crate::cli::desk::{Desk, Wanted};
use crate::cli::document::{ProgressDocument, RunDocument, StepDocument};
use crate::cli::fault::Fault;
use crate::cli::harmless::plain;
use crate::cli::mark::Mark;
use crate::cli::moment::ago;
use crate::cli::output::Reply;
use crate::cli::standing;
use crate::cli::tree;
use crate::cli::view::{Fits, View};

/// How a run stands, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct StatusDocument {
    schema: &'static str,
    run: RunDocument,
    progress: ProgressDocument,
    phases: Vec<PhaseDocument>,
    next: Vec<Action>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PhaseDocument {
    phase: &'static str,
    mark: Mark,
    waived_because: Option<String>,
    steps: Vec<StepDocument>,
}

impl StatusDocument {
    pub(crate) const SCHEMA: &str = "workflow.status/1";
}

pub(super) async fn status(desk: &Desk, id: Option<&str>) -> Result<Reply, Fault> {
    let runtime = desk.open()?;
    let run = desk.run(&runtime, id, Wanted::Any).await?;
    let view = desk.view(&runtime, &run.id).await?;
    let next = actions(desk, &view, desk.roster()?);
    let mut text = head(desk, &view);
    text.push_str(&tree::of_run(&view));
    text.push_str(&next_steps(&next));
    let phases = view.phases.iter().map(|phase| PhaseDocument {
        phase: phase.plan.name,
        mark: phase.mark,
        waived_because: phase.waived.as_ref().map(|waived| waived.reason.clone()),
        steps: view.steps[phase.steps.clone()]
            .iter()
            .map(StepDocument::of)
            .collect(),
    });
    let document = StatusDocument {
        schema: StatusDocument::SCHEMA,
        run: RunDocument::of(&view.history.run),
        progress: ProgressDocument::of(&view),
        phases: phases.collect(),
        next,
    };
    Ok(Reply::new(text, &document).status(desk.waits(&view)))
}

/// The run in a line or two.
fn head(desk: &Desk, view: &View) -> String {
    let bold = Style::new().bold();
    let run = &view.history.run;
    let now = SystemTime::now();
    let (done, of) = view.progress();
    let round = match view.round {
        0 => String::new(),
        round => format!(", round {round}"),
    };
    let room = columns::of_stdout();
    let standing = format!(
        "({}) {}: {done} of {of} steps done{round}",
        run.workflow,
        standing::told(run)
    );
    let id = plain(&run.id);
    let standing = fold(&standing, room, width(&id) + 1, 2);
    let mut times = format!(
        "began {} ago, changed {} ago",
        ago(run.began_at, now),
        ago(run.changed_at, now)
    );
    if let Some(holder) = &run.held_by {
        let _ = write!(times, ", driven by {holder}");
    }
    if let Some(why) = &run.stuck {
        let _ = write!(times, "; nobody carries it out now: {why}");
    }
    let times = fold(&times, room, 0, 2);
    format!(
        "{bold}{id}{bold:#} {standing}\n{times}\n{}\n",
        of_its_plan(desk, view)
    )
}

/// What is to be said if the plan was edited since, in lines.
pub(super) fn of_its_plan(desk: &Desk, view: &View) -> String {
    match &view.fits {
        Fits::Same => String::new(),
        Fits::Edited if view.history.run.standing.is_over() => String::new(),
        Fits::Edited if desk.is_on_engine() => {
            "the plan was edited since; the run goes on under its own, by the build that began it\n"
                .to_owned()
        }
        Fits::Edited => {
            "the plan was edited since; when it is driven, it goes on under the plan as it is now\n"
                .to_owned()
        }
        Fits::No(error) => {
            let mut text = "this program's plan does not fit it; it is shown as it was recorded\n".to_owned();
            for difference in error.differences() {
                let _ = writeln!(text, "  - {difference}");
            }
            if error.differences().is_empty() {
                let _ = writeln!(text, "  {}", Fault::from(error.clone()));
            }
            text
        }
    }
}

/// What to do about it, with the commands.
pub(in crate::cli) fn next_steps(actions: &[Action]) -> String {
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let room = columns::of_stdout();
    let mut text = String::new();
    for (at, action) in actions.iter().enumerate() {
        if at == 0 {
            let _ = writeln!(text, "\n{bold}next{bold:#}");
        }
        let what = format!("{}{}", action.what, for_whom(action));
        let _ = writeln!(text, "  {}", fold(&what, room, 2, 4));
        if let Some(command) = &action.command {
            // It is copied as it stands, so it is the terminal's to break.
            let _ = writeln!(text, "    {dim}${dim:#} {command}");
        }
    }
    text
}
