//! What was waived, what was rejected, and how often the run went back.

use maud::{Markup, html};

use super::page::{Page, maybe_time, pass, wide};
use super::text::Text;
use crate::history::{Record, RecordKind};

/// Nothing if there is nothing of the kind.
pub(super) fn decisions(page: &Page<'_>) -> Option<Markup> {
    let records = &page.view.history.records;
    let of = |wanted: fn(&RecordKind) -> bool| -> Vec<&Record> {
        let newest = records.iter().rev().filter(|record| wanted(&record.kind));
        let mut newest: Vec<_> = newest.take(200).collect();
        newest.reverse();
        newest
    };
    let waivers = of(|kind| matches!(kind, RecordKind::Waived { .. }));
    let rejections = of(|kind| matches!(kind, RecordKind::Rejected { .. }));
    if waivers.is_empty() && rejections.is_empty() {
        return None;
    }
    Some(html! {
        @if !waivers.is_empty() { h3 { "Waivers" } (waived(page, &waivers)) }
        @if !rejections.is_empty() { h3 { "Rejections and rework" } (rejected(page, &rejections)) }
    })
}

fn waived(page: &Page<'_>, records: &[&Record]) -> Markup {
    let row = |record: &Record| {
        let RecordKind::Waived {
            phase,
            round,
            reason,
            by,
        } = &record.kind
        else {
            return html! {};
        };
        html! {
            tr {
                th scope="row" { (Text(phase)) }
                td { (page.told(reason)) }
                td { @match by { Some(by) => bdi { (Text(by)) }, None => "the team" } }
                td { (pass(*round)) }
                td { (maybe_time(record.at)) }
            }
        }
    };
    wide(
        "Waivers",
        &html! {
            table {
                thead { tr {
                    th scope="col" { "Phase" } th scope="col" { "Reason" } th scope="col" { "By" } th scope="col" { "In" }
                    th scope="col" { "When" }
                } }
                tbody { @for record in records { (row(record)) } }
            }
        },
    )
}

fn rejected(page: &Page<'_>, records: &[&Record]) -> Markup {
    let row = |record: &Record| {
        let RecordKind::Rejected {
            gate,
            round,
            reason,
            back_to,
            by,
            ..
        } = &record.kind
        else {
            return html! {};
        };
        html! {
            tr {
                th scope="row" { (Text(gate)) }
                td { (page.told(reason)) }
                td { @match by { Some(by) => (page.signed(by)), None => "the gate" } }
                td { (pass(*round)) }
                td { @match back_to { Some(phase) => { "back to " (Text(phase)) }, None => "the run halted" } }
                td { (maybe_time(record.at)) }
            }
        }
    };
    wide(
        "Rejections and rework",
        &html! {
            table {
                thead { tr {
                    th scope="col" { "Gate" } th scope="col" { "Reason" } th scope="col" { "By" } th scope="col" { "In" }
                    th scope="col" { "Then" } th scope="col" { "When" }
                } }
                tbody { @for record in records { (row(record)) } }
            }
        },
    )
}
