//! What ran when: a table with a row for each step that ran or waited, and in it a lane with a bar for each attempt.

use std::time::SystemTime;

use maud::{Markup, html};

use super::chain::waited;
use super::page::{Page, link, maybe_time, pass, time, wide};
use super::scale::{Part, Scale, Stretch, Tick};
use super::text::count;
use crate::cli::mark::Mark;
use crate::cli::moment::{readable, span};
use crate::cli::view::{Attempt, Outcome, PhaseView, StepView, Wait};
use crate::history::RecordKind;

pub(super) fn timeline(page: &Page<'_>) -> Markup {
    let Some(scale) = Scale::over(busy(page)) else {
        return html! { p class="soft" { "Nothing has a time: what runs in memory is not dated." } };
    };
    let reworks = reworks(page, &scale);
    let untouched = page.view.steps.iter().filter(|step| !is_told(step)).count();
    html! {
        (legend(page, &scale))
        (wide("Timeline", &html! {
            table class="timeline" style=[backdrop(&scale, &reworks)] {
                caption class="hidden" { "What ran when, with the time worked and waited for each step" }
                thead {
                    tr {
                        th scope="col" { "Step" }
                        th scope="col" class="axis" { span class="hidden" { "When" } (axis(&scale, &reworks)) }
                        th scope="col" class="n" { "Work" }
                        th scope="col" class="n" { "Waiting" }
                    }
                }
                @for phase in &page.view.phases { (rows(page, &scale, phase)) }
            }
        }))
        @if untouched > 0 {
            p class="soft" { (count(untouched, "step has", "steps have")) " not run and are not shown." }
        }
        (breaks(page, &scale))
    }
}

fn is_told(step: &StepView) -> bool {
    let is_untried = step.attempts.is_empty() && step.waits.is_empty() && step.undos.is_empty();
    !is_untried || step.mark == Mark::Running
}

/// Everything in which something went on; while a person is waited for, nothing does.
fn busy(page: &Page<'_>) -> Vec<Stretch> {
    let attempts = page.view.steps.iter().flat_map(|step| &step.attempts);
    let worked = attempts.filter_map(|attempt| Some((attempt.from()?, attempt.at?)));
    let moments = page.view.history.records.iter().filter_map(|record| record.at);
    let goes_on = page.view.is_held() || page.view.waiting().next().is_some();
    let now = (page.is_timed && goes_on).then_some(page.now);
    worked.chain(moments.chain(now).map(|at| (at, at))).collect()
}

/// Where rework began.
fn reworks(page: &Page<'_>, scale: &Scale) -> Vec<(u32, f64)> {
    let records = page.view.history.records.iter();
    records
        .filter_map(|record| match &record.kind {
            RecordKind::Rejected {
                round,
                back_to: Some(_),
                ..
            } => Some((round + 1, scale.at(record.at?))),
            _ => None,
        })
        .collect()
}

/// Breaks and every other pass, drawn once behind all lanes.
fn backdrop(scale: &Scale, reworks: &[(u32, f64)]) -> Option<String> {
    let mut layers: Vec<String> = scale.breaks().map(|part| {
        let (from, to) = (part.left, part.left + part.width);
        format!("linear-gradient(90deg,transparent {from:.2}%,var(--gap) {from:.2}% {to:.2}%,transparent {to:.2}%)")
    }).collect();
    for (at, (round, from)) in reworks.iter().enumerate() {
        let to = reworks.get(at + 1).map_or(100.0, |next| next.1);
        let tint = if round % 2 == 1 {
            "var(--pass)"
        } else {
            "transparent"
        };
        layers.push(format!(
            "linear-gradient(90deg,transparent {from:.2}%,var(--edge) {from:.2}% calc({from:.2}% + 1px),{tint} calc({from:.2}% + 1px) {to:.2}%,transparent {to:.2}%)"
        ));
    }
    (!layers.is_empty()).then(|| format!("--behind:{}", layers.join(",")))
}

fn legend(page: &Page<'_>, scale: &Scale) -> Markup {
    let steps = &page.view.steps;
    let any = |test: &dyn Fn(&Attempt) -> bool| steps.iter().flat_map(|step| &step.attempts).any(test);
    html! {
        ul class="legend" {
            li { i class="b done" {} "done" }
            @if any(&|attempt| matches!(attempt.outcome, Outcome::Failed { .. })) { li { i class="b failed" {} "failed attempt" } }
            @if any(&|attempt| matches!(attempt.outcome, Outcome::Rejected { .. })) { li { i class="b rejected" {} "rejected" } }
            @if steps.iter().any(|step| !step.waits.is_empty()) { li { i class="w" {} "waiting for a person" } }
            @if any(&|attempt| attempt.number == 0) { li { i class="p done" {} "handed in" } }
            @if steps.iter().any(|step| !step.undos.is_empty()) { li { i class="p undone" {} "taken back" } }
            @if steps.iter().any(|step| step.mark == Mark::Running) { li { i class="p running" {} "running when this was written" } }
            @if scale.breaks().next().is_some() { li { i class="gap" {} "break, not to scale" } }
            @if page.view.round > 0 { li { i class="again" {} "rework" } }
            li { span class="chained" {} "on the longest chain" }
        }
    }
}

fn axis(scale: &Scale, reworks: &[(u32, f64)]) -> Markup {
    let mut free_from = f64::MIN;
    let breaks = scale.breaks().filter(|part| {
        let is_free = part.left >= free_from;
        if is_free {
            free_from = part.left + 9.0;
        }
        is_free
    });
    html! {
        div class="ruler" aria-hidden="true" {
            @for part in breaks {
                span class="cut" style=(format!("left:{:.2}%", part.left + part.width / 2.0)) { (span(duration(part))) }
            }
            @for (round, left) in reworks {
                span class="turn" style=(format!("left:{left:.2}%")) { (pass(*round)) }
            }
            @for Tick { left, day, time, .. } in scale.ticks() {
                span class="tick" style=(format!("left:{left:.2}%")) { @if let Some(day) = day { b { (day) } } (time) }
            }
        }
    }
}

fn duration(part: &Part) -> std::time::Duration {
    super::scale::length(&(part.from, part.to))
}

fn rows(page: &Page<'_>, scale: &Scale, phase: &PhaseView) -> Markup {
    let mut steps = phase
        .steps
        .clone()
        .filter(|at| is_told(&page.view.steps[*at]))
        .peekable();
    if steps.peek().is_none() {
        return html! {};
    }
    html! {
        tbody {
            tr class="phase" {
                th scope="rowgroup" { (phase.plan.name) @if phase.plan.parallel { " " small { "parallel" } } }
                td class="lane" {} td {} td {}
            }
            @for at in steps { (row(page, scale, at)) }
        }
    }
}

fn row(page: &Page<'_>, scale: &Scale, at: usize) -> Markup {
    let step = &page.view.steps[at];
    let (worked, waiting) = (step.worked(), waited(step, page.now));
    html! {
        tr {
            th scope="row" class=[page.chained(at)] { a href={ "#step-" (step.path) } { (step.plan.name) } }
            td class="lane" {
                span class="hidden" { (told(step)) }
                div aria-hidden="true" {
                    @for wait in page.newest(&step.waits) { (waiting_bar(page, scale, wait)) }
                    @for attempt in page.newest(&step.attempts) { (bar(page, scale, attempt)) }
                    @if step.mark == Mark::Running {
                        i class="p running" style=(format!("left:min({:.2}%,100% - .3rem)", scale.at(page.now))) title=[page.tip(|| "running".to_owned())] {}
                    }
                    @for undo in page.newest(&step.undos) {
                        @if let Some(at) = undo.at {
                            i class="p undone" style=(format!("left:{:.2}%", scale.at(at))) title=[page.tip(|| format!("taken back, {}", readable(at)))] {}
                        }
                    }
                }
            }
            td class="n" { @if !worked.is_zero() { (span(worked)) } }
            td class="n" { @if !waiting.is_zero() { (span(waiting)) } }
        }
    }
}

/// A lane in words.
fn told(step: &StepView) -> Markup {
    let failed = step.attempts.iter().filter(|attempt| is_fault(attempt)).count();
    let starts = step
        .attempts
        .iter()
        .filter_map(|attempt| attempt.from().or(attempt.at));
    let starts = starts.chain(step.waits.iter().filter_map(|wait| wait.from));
    let ends = step.attempts.iter().filter_map(|attempt| attempt.at);
    html! {
        (count(step.attempts.len(), "attempt", "attempts"))
        @if failed > 0 { ", " (failed) " not well" }
        @if let Some(from) = starts.min() { ", from " (readable(from)) }
        @if let Some(to) = ends.max() { " to " (readable(to)) }
        @if step.mark == Mark::Running { ", running" }
    }
}

fn is_fault(attempt: &Attempt) -> bool {
    matches!(attempt.outcome, Outcome::Failed { .. } | Outcome::Rejected { .. })
}

fn bar(page: &Page<'_>, scale: &Scale, attempt: &Attempt) -> Markup {
    let Some(at) = attempt.at else {
        return html! {};
    };
    let (mark, word) = match &attempt.outcome {
        Outcome::Failed { .. } => (Mark::Failed, "failed"),
        Outcome::Rejected { .. } => (Mark::Rejected, "rejected"),
        Outcome::Stands { .. } => (Mark::Done, "stands"),
        Outcome::Done { .. } => (Mark::Done, "done"),
    };
    let pass = page.pass(attempt.round).map(|pass| format!(", {pass}"));
    let pass = pass.unwrap_or_default();
    match (attempt.from(), attempt.took) {
        (Some(from), Some(took)) if attempt.number > 0 => {
            let (left, right) = (scale.at(from), scale.at(at));
            let title = page.tip(|| {
                format!(
                    "attempt {}{pass}: {word} after {}, {}",
                    attempt.number,
                    span(took),
                    readable(at)
                )
            });
            html! { i class={ "b " (mark.word()) } style=(format!("left:{left:.2}%;width:{:.2}%", right - left)) title=[title] {} }
        }
        _ => {
            let title = page.tip(|| format!("{word}{pass}, {}", readable(at)));
            html! { i class={ "p " (mark.word()) } style=(format!("left:{:.2}%", scale.at(at))) title=[title] {} }
        }
    }
}

fn waiting_bar(page: &Page<'_>, scale: &Scale, wait: &Wait) -> Markup {
    let Some(from) = wait.from else {
        return html! {};
    };
    let to = wait.to.unwrap_or(page.now);
    let (left, right) = (scale.at(from), scale.at(to));
    let length = super::scale::length(&(from, to));
    let title = page.tip(|| {
        format!(
            "waited for a person for {}, from {}",
            span(length),
            readable(from)
        )
    });
    html! { i class="w" style=(format!("left:{left:.2}%;width:{:.2}%", (right - left).max(0.0))) title=[title] {} }
}

/// The breaks in words, with what they were for.
fn breaks(page: &Page<'_>, scale: &Scale) -> Markup {
    const SHOWN: usize = 12;
    let breaks: Vec<_> = scale.breaks().collect();
    if breaks.is_empty() {
        return html! {};
    }
    html! {
        p { "In " (count(breaks.len(), "break", "breaks")) ", drawn narrow, nothing was recorded:" }
        ul class="breaks" {
            @for part in breaks.iter().take(SHOWN) {
                li {
                    b { (span(duration(part))) } " from " (time(part.from)) " to " (maybe_time(Some(part.to))) ", "
                    (purpose(page, part.from, part.to))
                }
            }
            @if breaks.len() > SHOWN { li { "and " (breaks.len() - SHOWN) " more" } }
        }
    }
}

fn purpose(page: &Page<'_>, from: SystemTime, to: SystemTime) -> Markup {
    let covers =
        |wait: &Wait| wait.from.is_some_and(|began| began <= from) && wait.to.is_none_or(|end| end >= to);
    let waits = |step: &&StepView| step.waits.iter().any(covers);
    let waiting: Vec<_> = page.view.steps.iter().filter(waits).collect();
    // Only how an attempt ended is recorded, so what is going on looks like a break.
    let goes_on = |step: &&StepView| to >= page.now && step.mark == Mark::Running;
    let running: Vec<_> = page.view.steps.iter().filter(goes_on).collect();
    let (what, steps) = match (waiting.is_empty(), running.is_empty()) {
        (false, _) => ("waiting for ", waiting),
        (true, false) => ("at work on ", running),
        (true, true) => ("with no work on record", Vec::new()),
    };
    html! {
        (what)
        @for (at, step) in steps.into_iter().enumerate() { @if at > 0 { ", " } (link(step)) }
    }
}
