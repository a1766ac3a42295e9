//! `why`: why a step is not done yet, or why it ran again.

use std::fmt::Write;

use serde::Serialize;

use crate::cli::actions::{Action, actions};
use crate::cli::columns::{self, fold};
use crate::cli::desk::{Desk, Wanted};
use crate::cli::fault::Fault;
use crate::cli::mark::Mark;
use crate::cli::moment::{ago, local, span};
use crate::cli::names;
use crate::cli::output::Reply;
use crate::cli::verbs::log::signed;
use crate::cli::verbs::status::next_steps;
use crate::cli::view::{Attempt, Outcome, StepView, View};

/// Why a step stands as it does, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WhyDocument {
    schema: &'static str,
    run: String,
    step: String,
    mark: Mark,
    /// In sentences.
    reasons: Vec<String>,
    /// The steps that must be done before.
    after: Vec<String>,
    next: Vec<Action>,
}

impl WhyDocument {
    pub(crate) const SCHEMA: &str = "workflow.why/1";
}

pub(super) async fn why(desk: &Desk, typed: &str, id: Option<&str>) -> Result<Reply, Fault> {
    let runtime = desk.open()?;
    let run = desk.run(&runtime, id, Wanted::Any).await?;
    let view = desk.view(&runtime, &run.id).await?;
    let at = names::step(view.history.plan, typed)?;
    let step = &view.steps[at];
    let after = blockers(&view, at);
    let mut reasons = now(&view, step, &after);
    reasons.extend(failed(step));
    reasons.extend(sent_back(&view, step));
    if let Some(error) = step.not_undone() {
        reasons.push(format!("undoing it failed: {error}"));
    }
    let next = match step.mark {
        Mark::Done | Mark::Skipped | Mark::Undone if step.not_undone().is_none() => Vec::new(),
        _ => actions(desk, &view, desk.roster()?),
    };
    let style = step.mark.style();
    let mut text = format!(
        "{style}{}{style:#} {} {}\n",
        step.mark.sign(),
        step.path,
        step.mark.told()
    );
    for reason in &reasons {
        let _ = writeln!(text, "  {}", fold(reason, columns::of_stdout(), 2, 4));
    }
    text.push_str(&next_steps(&next));
    let document = WhyDocument {
        schema: WhyDocument::SCHEMA,
        run: run.id,
        step: step.path.clone(),
        mark: step.mark,
        reasons,
        after,
        next,
    };
    Ok(Reply::new(text, &document))
}

/// The steps that must be done before that one, and are not: the nearest ones.
fn blockers(view: &View, at: usize) -> Vec<String> {
    let step = &view.steps[at];
    if step.mark != Mark::Open {
        return Vec::new();
    }
    let is_open = |step: &&StepView| !matches!(step.mark, Mark::Done | Mark::Skipped);
    let phase = &view.phases[step.phase];
    let is_current = view
        .current_phase()
        .is_some_and(|current| current.plan.name == phase.plan.name);
    let before: Vec<&StepView> = match (is_current, phase.plan.parallel) {
        (true, true) => {
            let awaited = view.layout.awaits(crate::layout::index(at)).iter();
            awaited.map(|maker| &view.steps[usize::from(*maker)]).collect()
        }
        (true, false) => view.steps[phase.steps.start..at].iter().collect(),
        (false, _) => view.steps[..phase.steps.start].iter().collect(),
    };
    before
        .into_iter()
        .filter(is_open)
        .map(|step| step.path.clone())
        .collect()
}

/// Why it stands as it does.
fn now(view: &View, step: &StepView, after: &[String]) -> Vec<String> {
    let now = std::time::SystemTime::now();
    let last = step.last();
    match step.mark {
        Mark::Done => last.map(|last| told(step, last)).into_iter().collect(),
        Mark::Running => {
            let holder = view.history.run.held_by.as_deref().unwrap_or("somebody");
            vec![format!("{holder} drives the run, and this is what it is at")]
        }
        Mark::Waiting => {
            let since = step.waits.last().and_then(|wait| wait.from);
            let since = since.map_or_else(String::new, |since| format!(", since {} ago", ago(since, now)));
            let whom = step
                .plan
                .by
                .map_or_else(|| "a person".to_owned(), |role| format!("the role `{role}`"));
            vec![format!("it waits for {whom}{since}")]
        }
        Mark::Failed => vec!["the run halted over it; when it is driven again, it is tried again".to_owned()],
        Mark::Rejected => {
            let stands = "the rejection stands, and no rework is left".to_owned();
            last.map(|last| told(step, last))
                .into_iter()
                .chain([stands])
                .collect()
        }
        Mark::Skipped => {
            let phase = &view.phases[step.phase];
            vec![match &phase.waived {
                Some(waived) => {
                    let by = waived
                        .by
                        .as_ref()
                        .map_or_else(String::new, |by| format!(" by {by}"));
                    format!("phase `{}` was skipped{by}: {}", phase.plan.name, waived.reason)
                }
                None => format!(
                    "phase `{}` is optional, and was added to the plan when the run had gone by",
                    phase.plan.name
                ),
            }]
        }
        Mark::Undone => vec!["it was done, and taken back".to_owned()],
        Mark::Ready => vec!["its turn has come; nobody drives the run".to_owned()],
        Mark::Open => open(view, step, after),
    }
}

fn open(view: &View, step: &StepView, after: &[String]) -> Vec<String> {
    if view.is_taken_back() {
        return vec!["the run is taken back, so its turn does not come".to_owned()];
    }
    let shown: Vec<_> = after.iter().take(3).map(|path| format!("`{path}`")).collect();
    let more = after.len().saturating_sub(shown.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let phase = view.phases[step.phase].plan;
    match view.current_phase() {
        Some(current) if current.plan.name != phase.name => vec![format!(
            "it comes after {}{more}, and the run is in phase `{}`",
            shown.join(", "),
            current.plan.name
        )],
        _ if shown.is_empty() => vec!["another step of its phase failed or was rejected".to_owned()],
        _ => vec![format!("it comes after {}{more}", shown.join(", "))],
    }
}

/// What was tried and failed, the newest last.
fn failed(step: &StepView) -> Vec<String> {
    const SHOWN: usize = 5;
    let is_failed = |attempt: &&Attempt| matches!(attempt.outcome, Outcome::Failed { .. });
    let failed: Vec<_> = step.attempts.iter().filter(is_failed).collect();
    let earlier = failed.len().saturating_sub(SHOWN);
    let mut reasons = Vec::new();
    if earlier > 0 {
        let attempts = if earlier == 1 { "attempt" } else { "attempts" };
        reasons.push(format!("{earlier} {attempts} before that failed too"));
    }
    reasons.extend(failed[earlier..].iter().map(|attempt| told(step, attempt)));
    reasons
}

/// The rejections that sent the run back to it or before it.
fn sent_back(view: &View, step: &StepView) -> Vec<String> {
    let mut reasons = Vec::new();
    for gate in view.steps.iter().filter(|gate| step.phase <= gate.phase) {
        for attempt in &gate.attempts {
            let Outcome::Rejected {
                reason,
                back_to: Some(to),
                by,
            } = &attempt.outcome
            else {
                continue;
            };
            let target = view.layout.phase_named(to);
            if target.is_none_or(|to| usize::from(to) > step.phase) {
                continue;
            }
            let by = by
                .as_ref()
                .map_or_else(String::new, |by| format!(" by {}", by.by));
            reasons.push(format!(
                "`{}` was rejected in round {}{by} and sent the run back to `{to}`: {reason}",
                gate.path, attempt.round
            ));
        }
    }
    reasons
}

/// An attempt in a sentence.
fn told(step: &StepView, attempt: &Attempt) -> String {
    let when = attempt
        .at
        .map_or_else(String::new, |at| format!("{}: ", local(at)));
    let time = attempt
        .took
        .map_or_else(String::new, |time| format!(" in {}", span(time)));
    match &attempt.outcome {
        Outcome::Done { by: Some(by), .. } if step.plan.gate => when + &signed("approved", by),
        Outcome::Done { by: Some(by), .. } => when + &signed("handed in", by),
        Outcome::Done { .. } => format!("{when}attempt {} did it{time}", attempt.number),
        Outcome::Stands { by, given_in } => format!("{when}what {by} said in round {given_in} stands"),
        Outcome::Failed { error, .. } => {
            let round = match attempt.round {
                0 => String::new(),
                round => format!(" of round {round}"),
            };
            format!("{when}attempt {}{round} failed: {error}", attempt.number)
        }
        Outcome::Rejected { reason, by, .. } => {
            let by = by
                .as_ref()
                .map_or_else(String::new, |by| format!(" by {}", by.by));
            format!("{when}rejected{by}: {reason}")
        }
    }
}
