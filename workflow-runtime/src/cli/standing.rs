//! How a run stands, for people: nobody is at one whose driver ended, and one that was stopped and taken up again goes on,
//! whatever was recorded last.

use crate::cli::mark::Mark;
use crate::summary::{RunSummary, Standing};

/// The sign and colour of it.
pub(crate) fn mark(run: &RunSummary) -> Mark {
    let is_held = run.held_by.is_some();
    match run.standing {
        Standing::Running if !is_held => Mark::Ready,
        Standing::Cancelled if is_held => Mark::Running,
        Standing::Running => Mark::Running,
        Standing::Waiting => Mark::Waiting,
        Standing::Halted => Mark::Failed,
        Standing::Cancelled => Mark::Ready,
        Standing::Done => Mark::Done,
        Standing::Undoing | Standing::Undone => Mark::Undone,
    }
}

/// In a word or two.
pub(crate) fn word(run: &RunSummary) -> String {
    match mark(run) {
        Mark::Ready if run.stuck.is_some() => "stuck".to_owned(),
        Mark::Ready if run.standing == Standing::Running => "can go on".to_owned(),
        Mark::Running => "running".to_owned(),
        _ => run.standing.to_string(),
    }
}

/// In a sentence about the run.
pub(crate) fn told(run: &RunSummary) -> String {
    match run.standing {
        Standing::Undoing => "is being undone".to_owned(),
        Standing::Undone => "was undone".to_owned(),
        Standing::Running if run.held_by.is_none() && run.stuck.is_none() => word(run),
        _ => format!("is {}", word(run)),
    }
}
