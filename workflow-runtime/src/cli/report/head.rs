//! The top of the report: which run it is, how it stands, and what is to be done next.

use std::time::Duration;

use maud::{Markup, html};

use super::chain::waited;
use super::page::{Page, link, time};
use super::text::{Text, count, doc};
use crate::cli::actions::for_whom;
use crate::cli::mark::Mark;
use crate::cli::moment::span;
use crate::cli::standing;
use crate::cli::view::{Outcome, StepView};
use crate::summary::Standing;

pub(super) fn head(page: &Page<'_>) -> Markup {
    let run = &page.view.history.run;
    let (done, all) = page.view.progress();
    html! {
        header {
            p class="over" { "Run of " b { (Text(&run.workflow)) } }
            h1 { bdi { (Text(&run.id)) } }
            (doc(page.view.history.plan.doc))
            p class="stands" {
                span class={ "m " (standing::mark(run).word()) } { (standing::word(run)) }
                span class="soft" { (done) " of " (count(all, "step", "steps")) " done" }
            }
            progress max=(all.max(1)) value=(done) aria-label="steps done" {}
            (facts(page))
            div class="todo" {
                h2 { "Next" }
                (next(page))
                (commands(page))
            }
        }
    }
}

fn facts(page: &Page<'_>) -> Markup {
    let run = &page.view.history.run;
    let rounds = match page.view.round {
        0 => "one pass, no rework".to_owned(),
        reworks => format!("{} passes: sent back {}", reworks + 1, times(reworks)),
    };
    let work: Duration = page.view.steps.iter().map(StepView::worked).sum();
    let waiting: Duration = page.view.steps.iter().map(|step| waited(step, page.now)).sum();
    html! {
        dl class="facts" {
            @if page.is_timed {
                div { dt { "Began" } dd { (time(run.began_at)) } }
                div { dt { "Last change" } dd { (time(run.changed_at)) } }
                @if let Ok(whole) = run.changed_at.duration_since(run.began_at) {
                    div { dt { "From one to the other" } dd { (span(whole)) } }
                }
            } @else {
                div { dt { "Times" } dd { "none: the run is in memory" } }
            }
            div { dt { "Work, over all steps" } dd { (span(work)) } }
            @if page.is_timed {
                div { dt { "Waiting for people" } dd { @if waiting.is_zero() { "none" } @else { (span(waiting)) } } }
            }
            div { dt { "Rounds" } dd { (rounds) } }
            div { dt { "Held by" } dd { @match &run.held_by { Some(by) => bdi { (Text(by)) }, None => "nobody" } } }
        }
    }
}

fn times(number: u32) -> String {
    match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{number} times"),
    }
}

/// What whoever looks after the run does now.
fn next(page: &Page<'_>) -> Markup {
    let run = &page.view.history.run;
    match run.standing {
        Standing::Done => html! { p { "Nothing: the run is done." } },
        Standing::Undone => html! { p { "Nothing: what could be undone was taken back." } },
        Standing::Undoing => {
            html! { p { "Undo it again: it was being taken back, and can go no other way." } }
        }
        _ => {
            let asked = page.view.steps.iter().filter(|step| tells(step.mark));
            html! {
                ul {
                    @for step in asked { li { (errand(page, step)) } }
                    @if run.standing == Standing::Cancelled && !page.view.is_held() {
                        li { "It was told to stop. Drive it again to go on." }
                    }
                }
            }
        }
    }
}

/// The same as commands, as `next` says them where the report was written.
fn commands(page: &Page<'_>) -> Markup {
    if page.actions.is_empty() || page.view.history.run.standing.is_over() {
        return html! {};
    }
    html! {
        p class="soft" { "By the program of the plan, where this was written:" }
        ul {
            @for action in page.actions {
                li {
                    // What stands between backticks is a name.
                    @for (at, part) in action.what.split('`').enumerate() {
                        @if at % 2 == 1 { b { (Text(part)) } } @else { (Text(part)) }
                    }
                    (Text(&for_whom(action)))
                    @if let Some(command) = &action.command { code { (Text(command)) } }
                }
            }
        }
    }
}

fn tells(mark: Mark) -> bool {
    matches!(
        mark,
        Mark::Waiting | Mark::Failed | Mark::Rejected | Mark::Running | Mark::Ready
    )
}

/// What there is to do about a step.
fn errand(page: &Page<'_>, step: &StepView) -> Markup {
    let fault = step.last().map(|last| match &last.outcome {
        Outcome::Failed { error, .. } => error.as_str(),
        Outcome::Rejected { reason, .. } => reason.as_str(),
        _ => "",
    });
    let fault = page.told(fault.unwrap_or_default());
    let since = step.waits.last().and_then(|wait| wait.from);
    html! {
        @match step.mark {
            Mark::Waiting => {
                "Hand in " (link(step))
                @if let Some(role) = step.plan.by { ", as " (role) }
                @if let Some(since) = since { ". Asked since " (time(since)) }
                "."
            },
            Mark::Failed => { (link(step)) " failed: " (fault) ". Drive the run again to take it up from there." },
            Mark::Rejected => {
                (link(step)) " rejected: " (fault) ". The rejection stands and no rework is left: undo the run, or begin another."
            },
            Mark::Running => { (link(step)) " is being worked on." },
            _ => { "Drive the run: it goes on with " (link(step)) "." },
        }
    }
}
