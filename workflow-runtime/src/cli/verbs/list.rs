//! `list`: the runs of the journal.

use std::fmt::Write;
use std::time::SystemTime;

use serde::Serialize;

use crate::cli::columns::{self, cut, fold, width};
use crate::cli::desk::Desk;
use crate::cli::document::RunDocument;
use crate::cli::fault::Fault;
use crate::cli::harmless::in_a_line;
use crate::cli::moment::ago;
use crate::cli::output::Reply;
use crate::cli::standing;
use crate::summary::RunSummary;

/// The runs of a journal, as scripts get them.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ListDocument {
    schema: &'static str,
    journal: String,
    /// In the order in which they began.
    runs: Vec<RunDocument>,
}

impl ListDocument {
    pub(crate) const SCHEMA: &str = "workflow.list/1";
}

pub(super) async fn list(desk: &Desk, open: bool) -> Result<Reply, Fault> {
    let journal = desk.place();
    let mut runs = match desk.exists() {
        true => desk.open()?.runs().await?,
        false => Vec::new(),
    };
    runs.retain(|run| !open || !run.standing.is_over());
    let text = match runs.is_empty() {
        true => {
            // There may be others that are over.
            let (which, begin) = match open {
                true => ("open run", desk.run_another()),
                false => ("run", desk.run_anew()),
            };
            let begin = desk.command(&begin);
            format!("no {which} in `{journal}`; begin one with `{begin}`\n")
        }
        false => table(&runs),
    };
    let document = ListDocument {
        schema: ListDocument::SCHEMA,
        journal,
        runs: runs.iter().map(RunDocument::of).collect(),
    };
    Ok(Reply::new(text, &document))
}

/// A line a run, or two where the terminal is narrow.
fn table(runs: &[RunSummary]) -> String {
    let now = SystemTime::now();
    let longest = |of: fn(&RunSummary) -> usize| runs.iter().map(of).max().unwrap_or(0);
    let (ids, positions) = (
        longest(|run| width(&in_a_line(&run.id))),
        longest(|run| run.position.chars().count()),
    );
    let of_one = runs.iter().all(|run| run.workflow == runs[0].workflow);
    let room = columns::of_stdout();
    let is_narrow = (ids + positions).saturating_add(40) > room;
    let mut text = String::new();
    for run in runs {
        let mark = standing::mark(run);
        let (style, sign) = (mark.style(), mark.sign());
        let standing = standing::word(run);
        let workflow = if of_one {
            String::new()
        } else {
            format!("  {}", run.workflow)
        };
        // Of several lines it would look like several runs.
        let id = in_a_line(&run.id);
        let changed = ago(run.changed_at, now);
        let held = match (&run.held_by, &run.stuck) {
            (Some(_), _) => "  driven",
            (None, Some(_)) => "  nobody carries it out",
            (None, None) => "",
        };
        let _ = match is_narrow {
            false => writeln!(
                text,
                "{style}{sign} {}{}  {:9}{style:#}  {:positions$}  {changed} ago{workflow}{held}",
                id,
                " ".repeat(ids - width(&id)),
                standing,
                run.position
            ),
            true => {
                let standing = format!("{standing}{workflow}{held}");
                let id = cut(&id, room.saturating_sub(3 + width(&standing)).max(8));
                let position = fold(&format!("{} {changed} ago", run.position), room, 4, 4);
                writeln!(text, "{style}{sign} {id} {standing}{style:#}\n    {position}")
            }
        };
    }
    text
}
