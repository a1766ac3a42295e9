//! Every line of the journal, in a sentence.

use maud::{Markup, html};

use super::page::{Page, during, maybe_time, wide};
use super::text::{Text, count};
use crate::history::{Record, RecordKind};

pub(super) fn log(page: &Page<'_>) -> Markup {
    let records = &page.view.history.records;
    let earlier = records.len().saturating_sub(page.budget.records);
    html! {
        details class="log" {
            summary { span class="name" { (count(records.len(), "record", "records")) } }
            @if earlier > 0 { p class="soft" { "The first " (earlier) " are not shown; " code { "log " (page.view.id()) } " has all." } }
            (wide("Log", &html! {
                table {
                    thead { tr { th scope="col" class="n" { "No." } th scope="col" { "When" } th scope="col" { "What" } } }
                    tbody {
                        @for record in &records[earlier..] { (line(page, record)) }
                    }
                }
            }))
        }
    }
}

fn line(page: &Page<'_>, record: &Record) -> Markup {
    html! {
        tr {
            th scope="row" class="n" { (record.number) }
            td { (maybe_time(record.at)) }
            td { (told(page, &record.kind)) }
        }
    }
}

fn told(page: &Page<'_>, kind: &RecordKind) -> Markup {
    let of = |round: &u32| {
        page.pass(*round)
            .map(|pass| format!(" ({pass})"))
            .unwrap_or_default()
    };
    let again = |attempt: &u32| match attempt {
        0 | 1 => String::new(),
        attempt => format!(", attempt {attempt}"),
    };
    let first_line = |text: &str| page.told(text.lines().next().unwrap_or_default());
    html! {
        @match kind {
            RecordKind::Began { .. } => "The run began.",
            RecordKind::StepStarted { step, round, attempt } => { (Text(step)) " started" (again(attempt)) (of(round)) },
            RecordKind::StepDone { step, round, attempt, by, .. } => {
                (Text(step)) @match by { Some(by) => { " handed in by " (page.signed(by)) }, None => { " done" (again(attempt)) } }
                (of(round))
            },
            RecordKind::StepFailed { step, round, attempt, error, halts, .. } => {
                (Text(step)) " failed" (again(attempt)) (of(round)) ": " (first_line(error)) @if *halts { "; the run halted" }
            },
            RecordKind::Rejected { gate, round, reason, back_to, .. } => {
                (Text(gate)) " rejected" (of(round)) ": " (first_line(reason))
                @match back_to { Some(phase) => { "; back to " (Text(phase)) }, None => "; the run halted" }
            },
            RecordKind::Waiting { step, round } => { (Text(step)) " waits for a person" (of(round)) },
            RecordKind::Stands { gate, by, given_in, round } => {
                (Text(gate)) ": what " bdi { (Text(by)) } " said " (during(*given_in)) " stands" (of(round))
            },
            RecordKind::Waived { phase, reason, by, round } => {
                (Text(phase)) " waived" @if let Some(by) = by { " by " bdi { (Text(by)) } } (of(round)) ": " (first_line(reason))
            },
            RecordKind::Cancelled => "Told to stop.",
            RecordKind::Replanned { differences } => { "The plan was edited: " (page.told(&differences.join("; "))) },
            RecordKind::UndoBegan => "Taking back began.",
            RecordKind::StepUndone { step, round, .. } => { (Text(step)) " taken back" (of(round)) },
            RecordKind::UndoFailed { step, round, attempt, error, halts, .. } => {
                (Text(step)) " could not be taken back" (again(attempt)) (of(round)) ": " (first_line(error)) @if *halts { "; it halted" }
            },
            RecordKind::Undone => "Taken back.",
        }
    }
}
