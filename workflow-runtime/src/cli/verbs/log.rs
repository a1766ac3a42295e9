//! `log`: what happened to a run, line by line.

use std::fmt::Write;

use anstyle::Style;
use serde::Serialize;

use crate::cli::columns::{self, fold};
use crate::cli::desk::{Desk, Wanted};
use crate::cli::document::RunDocument;
use crate::cli::fault::Fault;
use crate::cli::mark::Mark;
use crate::cli::moment::{local, rfc3339, span};
use crate::cli::output::Reply;
use crate::history::{Record, RecordKind, Signature};
use crate::plan::Plan;

/// What happened to a run, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LogDocument {
    schema: &'static str,
    run: RunDocument,
    lines: Vec<LineDocument>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LineDocument {
    number: u64,
    at: Option<String>,
    mark: Option<Mark>,
    /// The step or phase that it is about.
    target: Option<String>,
    text: String,
    said: Vec<String>,
}

impl LogDocument {
    pub(crate) const SCHEMA: &str = "workflow.log/1";
}

pub(super) async fn log(desk: &Desk, id: Option<&str>) -> Result<Reply, Fault> {
    let runtime = desk.open()?;
    let run = desk.run(&runtime, id, Wanted::Any).await?;
    let history = runtime
        .history(&run.id)
        .await
        .map_err(|error| desk.fault(error, &run.id))?;
    let (mut text, mut lines) = (String::new(), Vec::new());
    let dim = Style::new().dimmed();
    let room = columns::of_stdout();
    // Where there is little room, it is not spent on setting in.
    let hang = if room < 60 { 4 } else { 22 };
    for record in &history.records {
        let told = Told::of(record, history.plan);
        let at = record.at.map(local).unwrap_or_default();
        let style = told.mark.map(Mark::style).unwrap_or_default();
        let sign = told.mark.map_or(" ", Mark::sign);
        let line = fold(&told.text, room, 22, hang);
        let _ = writeln!(text, "{dim}{at:19}{dim:#} {style}{sign}{style:#} {line}");
        for said in told.said {
            let _ = writeln!(text, "{:hang$}{}", "", fold(said, room, hang, hang));
        }
        lines.push(LineDocument {
            number: record.number,
            at: record.at.map(rfc3339),
            mark: told.mark,
            target: told.target.map(str::to_owned),
            text: told.text,
            said: told.said.to_vec(),
        });
    }
    let document = LogDocument {
        schema: LogDocument::SCHEMA,
        run: RunDocument::of(&history.run),
        lines,
    };
    Ok(Reply::new(text, &document))
}

/// A record in words.
pub(in crate::cli) struct Told<'r> {
    pub(in crate::cli) mark: Option<Mark>,
    pub(in crate::cli) target: Option<&'r str>,
    pub(in crate::cli) text: String,
    pub(in crate::cli) said: &'r [String],
}

impl<'r> Told<'r> {
    /// `plan`: the one that the run goes under.
    pub(in crate::cli) fn of(record: &'r Record, plan: &Plan) -> Self {
        let told = |mark, target: Option<&'r String>, text: String| Told {
            mark,
            target: target.map(String::as_str),
            text,
            said: &[],
        };
        match &record.kind {
            RecordKind::Began { .. } => told(None, None, "the run began".to_owned()),
            RecordKind::StepStarted { step, attempt, .. } => told(
                Some(Mark::Running),
                Some(step),
                format!("{step} begins, attempt {attempt}"),
            ),
            RecordKind::StepDone {
                step,
                by,
                took: time,
                said,
                attempt,
                ..
            } => {
                let how = match by {
                    Some(by) if plan.step(step).is_some_and(|(_, step)| step.gate) => {
                        signed("was approved", by)
                    }
                    Some(by) => signed("was handed in", by),
                    None => {
                        let again = if *attempt > 1 {
                            format!(" on attempt {attempt}")
                        } else {
                            String::new()
                        };
                        let time = time.map_or_else(String::new, |time| format!(" ({})", span(time)));
                        format!("is done{again}{time}")
                    }
                };
                Told {
                    said,
                    ..told(Some(Mark::Done), Some(step), format!("{step} {how}"))
                }
            }
            RecordKind::StepFailed {
                step,
                attempt,
                error,
                halts,
                said,
                ..
            } => {
                let halts = if *halts { "; the run halts" } else { "" };
                let text = format!("{step} failed on attempt {attempt}: {error}{halts}");
                Told {
                    said,
                    ..told(Some(Mark::Failed), Some(step), text)
                }
            }
            RecordKind::Rejected {
                gate,
                reason,
                back_to,
                by,
                said,
                ..
            } => {
                let by = by
                    .as_ref()
                    .map_or_else(String::new, |by| format!(" by {}", by.by));
                let back = back_to.as_ref().map_or_else(
                    || "; the run halts".to_owned(),
                    |phase| format!("; back to {phase}"),
                );
                let text = format!("{gate} was rejected{by}: {reason}{back}");
                Told {
                    said,
                    ..told(Some(Mark::Rejected), Some(gate), text)
                }
            }
            kind => Self::of_the_rest(kind),
        }
    }

    fn of_the_rest(kind: &'r RecordKind) -> Self {
        let (mark, target, text) = match kind {
            RecordKind::Waiting { step, .. } => (
                Some(Mark::Waiting),
                Some(step),
                format!("{step} waits for a person"),
            ),
            RecordKind::Stands {
                gate, given_in, by, ..
            } => {
                let text = format!("{gate}: what {by} said in round {given_in} stands");
                (Some(Mark::Done), Some(gate), text)
            }
            RecordKind::Waived {
                phase, reason, by, ..
            } => {
                let by = by.as_ref().map_or_else(String::new, |by| format!(" by {by}"));
                (
                    Some(Mark::Skipped),
                    Some(phase),
                    format!("{phase} was skipped{by}: {reason}"),
                )
            }
            RecordKind::Cancelled => (None, None, "the run was told to stop".to_owned()),
            RecordKind::Replanned { differences } => {
                let differences = match differences.is_empty() {
                    true => String::new(),
                    false => format!(": {}", differences.join("; ")),
                };
                (
                    None,
                    None,
                    format!("from here on under an edited plan{differences}"),
                )
            }
            RecordKind::UndoBegan => (Some(Mark::Undone), None, "the run is taken back".to_owned()),
            RecordKind::StepUndone { step, .. } => {
                (Some(Mark::Undone), Some(step), format!("{step} was undone"))
            }
            RecordKind::UndoFailed {
                step, attempt, error, ..
            } => {
                let text = format!("undoing {step} failed on attempt {attempt}: {error}");
                (Some(Mark::Failed), Some(step), text)
            }
            RecordKind::Undone => (Some(Mark::Undone), None, "the run was taken back".to_owned()),
            // All that `of` tells.
            _ => (None, None, String::new()),
        };
        Told {
            mark,
            target: target.map(String::as_str),
            text,
            said: &[],
        }
    }
}

pub(super) fn signed(what: &str, by: &Signature) -> String {
    let role = by
        .role
        .as_ref()
        .map_or_else(String::new, |role| format!(" as {role}"));
    let note = by
        .note
        .as_ref()
        .map_or_else(String::new, |note| format!(": {note}"));
    format!("{what} by {}{role}{note}", by.by)
}
