//! `next`: what can be done now, by whom, and the command for it.

use serde::Serialize;

use crate::cli::actions::{Action, actions};
use crate::cli::columns::{self, fold};
use crate::cli::desk::{Desk, Wanted};
use crate::cli::document::RunDocument;
use crate::cli::fault::Fault;
use crate::cli::output::Reply;
use crate::cli::standing;
use crate::cli::verbs::status::{next_steps, of_its_plan};

/// What can be done about a run, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct NextDocument {
    schema: &'static str,
    run: RunDocument,
    actions: Vec<Action>,
}

impl NextDocument {
    pub(crate) const SCHEMA: &str = "workflow.next/1";
}

pub(super) async fn next(desk: &Desk, id: Option<&str>) -> Result<Reply, Fault> {
    let runtime = desk.open()?;
    let run = desk.run(&runtime, id, Wanted::Any).await?;
    let view = desk.view(&runtime, &run.id).await?;
    let actions = actions(desk, &view, desk.roster()?);
    let standing = format!("`{}` {}", run.id, standing::told(&run));
    let standing = fold(&standing, columns::of_stdout(), 0, 2);
    let text = format!("{standing}\n{}{}", of_its_plan(desk, &view), next_steps(&actions));
    let document = NextDocument {
        schema: NextDocument::SCHEMA,
        run: RunDocument::of(&run),
        actions,
    };
    Ok(Reply::new(text, &document).status(desk.waits(&view)))
}
