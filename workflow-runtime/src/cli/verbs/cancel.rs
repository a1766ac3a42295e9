//! `cancel`: tells whoever drives a run to stop.

use serde::Serialize;

use crate::cli::desk::{Desk, Wanted};
use crate::cli::fault::{Code, Fault};
use crate::cli::output::Reply;
use crate::summary::Standing;

/// What was told to stop, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CancelDocument {
    schema: &'static str,
    run: String,
    /// Who drove it.
    driven_by: Option<String>,
}

impl CancelDocument {
    pub(crate) const SCHEMA: &str = "workflow.cancel/1";
}

pub(super) async fn cancel(desk: &Desk, id: Option<&str>, yes: bool) -> Result<Reply, Fault> {
    let runtime = desk.open()?;
    let run = desk.run(&runtime, id, Wanted::Open).await?;
    let question = match &run.held_by {
        Some(holder) => format!("Tell {holder} to stop `{}`?", run.id),
        None => format!("Mark `{}` as cancelled?", run.id),
    };
    confirm(
        desk,
        &question,
        yes,
        &desk.command_on(&run.id, &["cancel", "--yes"]),
    )?;
    runtime
        .cancel(&run.id)
        .await
        .map_err(|error| desk.fault(error, &run.id))?;
    let verb = if run.standing == Standing::Undoing {
        "undo"
    } else {
        "run"
    };
    let command = desk.command_on(&run.id, &[verb]);
    let was = match run.held_by {
        Some(_) => "was told to stop",
        None => "is marked as cancelled",
    };
    let text = format!("`{}` {was}; `{command}` goes on with it\n", run.id);
    let document = CancelDocument {
        schema: CancelDocument::SCHEMA,
        run: run.id,
        driven_by: run.held_by,
    };
    Ok(Reply::new(text, &document))
}

/// Asks before what stops others or cannot be taken back; whoever is no person at a terminal must have said it before,
/// by that command.
pub(super) fn confirm(desk: &Desk, question: &str, yes: bool, command: &str) -> Result<(), Fault> {
    if yes {
        return Ok(());
    }
    if !desk.output.can_ask() {
        return Err(
            Fault::new(Code::Usage, format!("nobody is there to be asked: {question}"))
                .fix(format!("if that is meant, say so with `{command}`")),
        );
    }
    let answer = desk.output.ask(&format!("{question} [y/N] "));
    match answer.as_deref().map(str::to_lowercase).as_deref() {
        Some("y" | "yes") => Ok(()),
        _ => Err(Fault::new(Code::Interrupted, "nothing was done")),
    }
}
