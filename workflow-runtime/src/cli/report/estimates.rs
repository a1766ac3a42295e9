//! What steps were thought to take against what they took, and the longest chain.

use std::time::Duration;

use maud::{Markup, html};

use super::chain::waited;
use super::page::{Page, link, mark, wide};
use super::text::count;
use crate::cli::mark::Mark;
use crate::cli::moment::span;
use crate::cli::view::StepView;

/// Of every step that has an estimate; nothing if none has.
pub(super) fn estimates(page: &Page<'_>) -> Option<Markup> {
    const SHOWN: usize = 200;
    let steps: Vec<_> = page
        .view
        .steps
        .iter()
        .enumerate()
        .filter_map(|(at, step)| Some((at, step, step.plan.estimate?)))
        .collect();
    if steps.is_empty() {
        return None;
    }
    let mut shown = steps.clone();
    shown.sort_by_key(|(_, step, estimate)| std::cmp::Reverse(off(measured(page, step), *estimate)));
    shown.truncate(SHOWN);
    shown.sort_by_key(|(at, ..)| *at);
    let (from, to): (Duration, Duration) = steps
        .iter()
        .fold(Default::default(), |(from, to), (.., estimate)| {
            (from + estimate.0, to + estimate.1)
        });
    let took: Duration = steps.iter().map(|(_, step, _)| measured(page, step)).sum();
    Some(html! {
        p {
            (count(steps.len(), "step has", "steps have")) " an estimate: " b { (range((from, to))) } " in all; so far they took "
            b { (span(took)) } ". All attempts and passes of a step count; what a person does is measured by how long they were waited for."
        }
        @if shown.len() < steps.len() {
            p class="soft" { "The " (shown.len()) " that are furthest over or under:" }
        }
        (wide("Estimates", &html! {
            table {
                thead { tr {
                    th scope="col" { "Step" } th scope="col" { "Stands" } th scope="col" class="n" { "Estimate" }
                    th scope="col" class="n" { "Took" } th scope="col" { "Against it" }
                } }
                tbody {
                    @for (at, step, estimate) in &shown {
                        tr {
                            th scope="row" class=[page.chained(*at)] { (link(step)) }
                            td { (mark(step.mark)) }
                            td class="n" { (range(*estimate)) }
                            td class="n" { (took_text(page, step)) }
                            td { (against(page, step, *estimate)) }
                        }
                    }
                }
            }
        }))
    })
}

/// How far it is from what was thought.
fn off(took: Duration, (from, to): (Duration, Duration)) -> Duration {
    took.saturating_sub(to).max(from.saturating_sub(took))
}

fn range((from, to): (Duration, Duration)) -> String {
    match from == to {
        true => span(from),
        false => format!("{} – {}", span(from), span(to)),
    }
}

/// A person's work is not seen; that they were waited for is.
fn measured(page: &Page<'_>, step: &StepView) -> Duration {
    match step.plan.manual {
        true => waited(step, page.now),
        false => step.worked(),
    }
}

fn took_text(page: &Page<'_>, step: &StepView) -> String {
    match measured(page, step) {
        Duration::ZERO => "–".to_owned(),
        took => span(took),
    }
}

fn against(page: &Page<'_>, step: &StepView, (from, to): (Duration, Duration)) -> Markup {
    let took = measured(page, step);
    let is_done = step.mark == Mark::Done;
    let is_unknown = step.plan.manual && step.waits.iter().all(|wait| wait.from.is_none());
    let (class, word) = match took {
        _ if is_done && is_unknown => ("open", "not measured".to_owned()),
        took if took > to => ("over", format!("over by {}", span(took - to))),
        took if is_done && took < from => ("under", format!("under by {}", span(from - took))),
        _ if is_done => ("within", "within".to_owned()),
        _ => ("open", "not done yet".to_owned()),
    };
    html! { span class={ "m " (class) } { (word) } }
}

/// The longest chain; nothing if nothing took time.
pub(super) fn longest(page: &Page<'_>) -> Option<Markup> {
    const SHOWN: usize = 20;
    let chain = &page.chain;
    let whole = chain.work + chain.waited;
    if whole.is_zero() {
        return None;
    }
    let share = |time: Duration| format!("{:.1}%", time.as_secs_f64() / whole.as_secs_f64() * 100.0);
    // The heaviest ones, in the order in which they come.
    let weight = |at: &usize| page.view.steps[*at].worked() + waited(&page.view.steps[*at], page.now);
    let mut shown = chain.steps.clone();
    shown.sort_by_key(|at| std::cmp::Reverse(weight(at)));
    shown.truncate(SHOWN);
    shown.sort_unstable();
    Some(html! {
        p {
            "The longest chain takes " b { (span(whole)) } ": " b { (span(chain.work)) } " of work and "
            @if chain.waited.is_zero() { "no" } @else { b { (span(chain.waited)) } " of" } " waiting for people. "
            (count(chain.steps.len(), "step is", "steps are")) " on it; to be done sooner, begin there. "
            "Pauses between attempts, and times in which nobody drove the run, are not counted."
        }
        @if chain.steps.len() > SHOWN { p class="soft" { "The " (SHOWN) " that weigh most:" } }
        (wide("Longest chain", &html! {
            table class="chain" {
                thead { tr {
                    th scope="col" { "Step" } th scope="col" class="n" { "Work" } th scope="col" class="n" { "Waiting" }
                    th scope="col" { "Share" }
                } }
                tbody {
                    @for at in shown {
                        @let (work, waiting) = (page.view.steps[at].worked(), waited(&page.view.steps[at], page.now));
                        tr {
                            th scope="row" { (link(&page.view.steps[at])) }
                            td class="n" { @if !work.is_zero() { (span(work)) } }
                            td class="n" { @if !waiting.is_zero() { (span(waiting)) } }
                            td class="share" {
                                div aria-hidden="true" {
                                    i class="b done" style={ "width:" (share(work)) } {} i class="w" style={ "width:" (share(waiting)) } {}
                                }
                                (share(work + waiting))
                            }
                        }
                    }
                }
            }
        }))
    })
}
