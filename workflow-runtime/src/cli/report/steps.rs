//! Each step, to be opened: what it is, how it went, what it made.

use maud::{Markup, html};

use super::chain::waited;
use super::page::{Page, during, mark, maybe_time, time};
use super::pretty::pretty;
use super::text::{Content, Cut, Text, count, doc, size};
use crate::cli::mark::Mark;
use crate::cli::moment::span;
use crate::cli::view::{Attempt, Outcome, PhaseView, StepView, Wait, Waived};
use crate::plan::StepPlan;

/// With so many bytes of each artifact.
pub(super) fn steps(page: &Page<'_>, of_artifact: usize) -> Markup {
    let mut made = page.view.steps.iter().filter_map(StepView::artifact);
    let is_cut = made.any(|(json, _)| pretty(json, of_artifact).is_cut);
    html! {
        @if is_cut {
            p class="soft" { "Long artifacts are cut here. " code { "show STEP" (page.of_run()) } " prints all of one." }
        }
        // Of use with a script only, which shows it.
        button type="button" id="open-all" hidden { "Open all steps" }
        @for phase in &page.view.phases { (phase_of(page, phase, of_artifact)) }
    }
}

fn phase_of(page: &Page<'_>, phase: &PhaseView, of_artifact: usize) -> Markup {
    html! {
        div class="phase" {
            h3 id={ "phase-" (phase.plan.name) } { (phase.plan.name) " " (mark(phase.mark)) }
            @if phase.plan.parallel || phase.plan.optional {
                p class="soft" {
                    @if phase.plan.parallel { "Parallel: only the artifacts order its steps. " }
                    @if phase.plan.optional { "Optional: it may be waived." }
                }
            }
            (doc(phase.plan.doc))
            @if let Some(waived) = &phase.waived { p { (waiver(page, waived)) } }
            @for at in phase.steps.clone() { (step(page, at, of_artifact)) }
        }
    }
}

fn waiver(page: &Page<'_>, waived: &Waived) -> Markup {
    html! {
        "Waived"
        @if let Some(by) = &waived.by { " by " bdi { (Text(by)) } }
        @if let Some(at) = waived.at { ", " (time(at)) }
        ": " (page.told(&waived.reason))
    }
}

fn step(page: &Page<'_>, at: usize, of_artifact: usize) -> Markup {
    let step = &page.view.steps[at];
    let (worked, waiting) = (step.worked(), waited(step, page.now));
    html! {
        details {
            summary {
                (mark(step.mark))
                span class=(if page.chain.has(at) { "name chained" } else { "name" }) { (step.plan.name) }
                span class="meta" {
                    @if step.attempts.len() > 1 && !step.plan.manual { span { (step.attempts.len()) " attempts" } }
                    @if !worked.is_zero() { span { (span(worked)) } }
                    @if !waiting.is_zero() { span { "waited " (span(waiting)) } }
                }
            }
            // Inside: a browser opens what a link leads into, without a script.
            div id={ "step-" (step.path) } {
                (doc(step.plan.doc))
                p class="soft" { (signature(page, step.plan)) }
                (attempts(page, step))
                (waits(page, step))
                (undos(page, step))
                (artifact(page, step, of_artifact))
            }
        }
    }
}

/// What the plan says of it, in a sentence or two.
fn signature(page: &Page<'_>, step: &StepPlan) -> Markup {
    let plan = page.view.history.plan;
    let takes = step
        .takes
        .iter()
        .map(|take| plan.artifacts[usize::from(take.artifact)].name);
    let yields = step.yields.map(|made| &plan.artifacts[usize::from(made)]);
    let kind = match (step.manual, step.gate) {
        (true, true) => "Manual gate",
        (true, false) => "Manual step",
        (false, true) => "Gate",
        (false, false) => "Step",
    };
    html! {
        (kind)
        @for (at, name) in takes.enumerate() { @if at == 0 { " on " } @else { ", " } code { (name) } }
        @if let Some(made) = yields { ", makes " code { (made.name) ": " (made.ty) } }
        @if let Some(role) = step.by { ", by " (role) }
        "."
        @if step.retry.attempts > 1 { " Tried " (step.retry.attempts) " times at most." }
        @if let Some(limit) = step.timeout { " An attempt may take " (span(limit)) "." }
        @if let Some((from, to)) = step.estimate { " Estimated at " (span(from)) " to " (span(to)) "." }
        @if let Some(rework) = step.rework {
            " A rejection sends the run back to " (plan.phases[usize::from(rework.to)].name) ", at most "
            (count(rework.max as usize, "time", "times")) "."
        }
        @if step.undo.is_some() { " It can be undone." }
    }
}

fn attempts(page: &Page<'_>, step: &StepView) -> Markup {
    let earlier = step.attempts.len().saturating_sub(page.budget.attempts);
    html! {
        @if step.attempts.is_empty() && step.mark != Mark::Skipped { p { "Not tried yet." } }
        @if earlier > 0 { p class="soft" { (count(earlier, "earlier attempt", "earlier attempts")) " not shown; " code { "log " (page.view.id()) } " has all." } }
        @if !step.attempts.is_empty() {
            ol class="tries" { @for attempt in page.newest(&step.attempts) { li { (tried(page, attempt)) } } }
        }
    }
}

fn tried(page: &Page<'_>, attempt: &Attempt) -> Markup {
    let said = attempt.said.join("\n");
    html! {
        @match &attempt.outcome {
            Outcome::Done { by: Some(by), .. } => { (mark(Mark::Done)) " handed in by " (page.signed(by)) },
            Outcome::Done { .. } => (mark(Mark::Done)),
            Outcome::Stands { by, given_in } => {
                (mark(Mark::Done)) " what " bdi { (Text(by)) } " said " (during(*given_in)) " stands"
            },
            Outcome::Failed { .. } => (mark(Mark::Failed)),
            Outcome::Rejected { by, back_to, .. } => {
                (mark(Mark::Rejected))
                @if let Some(by) = by { " by " (page.signed(by)) }
                @if let Some(phase) = back_to { ", back to " (Text(phase)) }
            },
        }
        span class="soft" {
            @if attempt.number > 0 { ", attempt " (attempt.number) }
            @if let Some(pass) = page.pass(attempt.round) { ", " (pass) }
            @if let Some(took) = attempt.took { ", " (span(took)) }
            @if let Some(at) = attempt.at { ", " (time(at)) }
            ", record " (attempt.line)
        }
        @match &attempt.outcome {
            Outcome::Failed { error: fault, .. } | Outcome::Rejected { reason: fault, .. } => {
                pre class="fault" { (Cut { text: fault, budget: page.budget.text }) }
            },
            _ => {},
        }
        @if !said.is_empty() {
            pre class="said" { (Cut { text: &said, budget: page.budget.text }) }
        }
    }
}

fn waits(page: &Page<'_>, step: &StepView) -> Markup {
    let line = |wait: &Wait| {
        let to = wait.to.unwrap_or(page.now);
        html! {
            "Waited for a person"
            @if let Some(pass) = page.pass(wait.round) { " (" (pass) ")" }
            @if let Some(from) = wait.from {
                " for " (span(to.duration_since(from).unwrap_or_default())) ", from " (time(from))
                @if wait.to.is_some() { " to " (maybe_time(wait.to)) } @else { " until now" }
            }
            "."
        }
    };
    html! {
        @if !step.waits.is_empty() { ul class="tries" { @for wait in page.newest(&step.waits) { li { (line(wait)) } } } }
    }
}

fn undos(page: &Page<'_>, step: &StepView) -> Markup {
    let line = |undo: &Attempt| {
        html! {
            @match &undo.outcome {
                Outcome::Failed { error, .. } => { (mark(Mark::Failed)) " taking it back: " (page.told(error)) },
                _ => { (mark(Mark::Undone)) " taken back" },
            }
            span class="soft" {
                ", attempt " (undo.number)
                @if let Some(pass) = page.pass(undo.round) { ", " (pass) }
                @if let Some(at) = undo.at { ", " (time(at)) }
            }
        }
    };
    html! {
        @if !step.undos.is_empty() { ul class="tries" { @for undo in page.newest(&step.undos) { li { (line(undo)) } } } }
    }
}

fn artifact(page: &Page<'_>, step: &StepView, budget: usize) -> Markup {
    let Some((json, round)) = step.artifact() else {
        return html! {};
    };
    let made = step
        .plan
        .yields
        .map(|made| page.view.history.plan.artifacts[usize::from(made)].name);
    let shown = pretty(json, budget);
    html! {
        p class="made" {
            "It made " code { (made.unwrap_or("this")) } ", " (size(json.len()))
            @if page.view.round > 0 { ", " (during(round)) }
            "."
            @if shown.is_cut { " The first " (size(shown.text.len())) ":" }
        }
        pre class="json" { (Content(&shown.text)) @if shown.is_cut { "…" } }
    }
}
