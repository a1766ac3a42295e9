//! What happens, in a line for people.

use std::time::Duration;

use anstyle::Style;

use crate::cli::columns::fold;
use crate::cli::mark::Mark;
use crate::cli::moment::span;
use crate::observe::RunEventKind;
use crate::plan::Plan;

/// Something that happened, in words.
pub(super) struct Told {
    pub(super) mark: Option<Mark>,
    pub(super) text: String,
}

impl Told {
    /// In lines that fit, after what comes before the sign, which is `first` columns wide.
    pub(super) fn line(&self, before: &str, first: usize, room: usize) -> String {
        let style = self.mark.map(Mark::style).unwrap_or_default();
        let sign = self.mark.map_or(" ", Mark::sign);
        // Where there is little room, it is not spent on setting in.
        let hang = if room < 60 { 4 } else { first + 2 };
        let text = fold(&self.text, room, first + 2, hang);
        format!("{before}{style}{sign}{style:#} {text}\n")
    }
}

/// A command, to be typed as it stands; so it is not folded.
pub(super) fn command(command: &str) -> String {
    let dim = Style::new().dimmed();
    format!("    {dim}${dim:#} {command}\n")
}

/// An event in a line, if it is worth one.
pub(super) fn told(plan: &Plan, kind: &RunEventKind<'_>) -> Option<Told> {
    let steps: usize = plan.phases.iter().map(|phase| phase.steps.len()).sum();
    let again = |retry_in: &Option<Duration>| match retry_in {
        // Whoever follows a run of an engine is not told how long that waits.
        Some(Duration::ZERO) => "; it is tried again".to_owned(),
        Some(wait) => format!("; again in {}", span(*wait)),
        None => String::new(),
    };
    let (mark, text) = match kind {
        RunEventKind::Began => (None, "the run begins".to_owned()),
        RunEventKind::TakenUp { done } => (
            None,
            format!("the run goes on where it was: {done} of {steps} steps are done"),
        ),
        RunEventKind::StepStarted { step, attempt: 1 } => (Some(Mark::Running), format!("{step} begins")),
        RunEventKind::StepStarted { step, attempt } => (
            Some(Mark::Running),
            format!("{step} begins again, attempt {attempt}"),
        ),
        RunEventKind::Said { step, message, .. } => (None, format!("{step}: {message}")),
        RunEventKind::StepDone { step, took: time, .. } => {
            (Some(Mark::Done), format!("{step} ({})", span(*time)))
        }
        RunEventKind::StepFailed {
            step,
            attempt,
            error,
            retry_in,
        } => {
            let line = format!("{step} failed on attempt {attempt}: {error}{}", again(retry_in));
            (Some(Mark::Failed), line)
        }
        RunEventKind::Rejected {
            gate,
            reason,
            back_to,
        } => {
            let back = back_to.map_or_else(String::new, |phase| format!("; back to {phase}"));
            (Some(Mark::Rejected), format!("{gate} rejected: {reason}{back}"))
        }
        RunEventKind::Waiting { step } => {
            let role = plan.step(step).and_then(|(_, step)| step.by);
            let whom = role.unwrap_or("a person");
            (Some(Mark::Waiting), format!("{step} waits for {whom}"))
        }
        RunEventKind::HandedIn { step, by } => (Some(Mark::Done), format!("{step} was handed in by {by}")),
        RunEventKind::Stands { gate, by, given_in } => (
            Some(Mark::Done),
            format!("{gate}: what {by} said in round {given_in} stands"),
        ),
        RunEventKind::Waived { phase, reason } => {
            (Some(Mark::Skipped), format!("{phase} is skipped: {reason}"))
        }
        RunEventKind::PhaseDone { phase } => (Some(Mark::Done), format!("phase {phase} is done")),
        RunEventKind::Cancelled => (
            Some(Mark::Ready),
            "stopping as soon as each step lets go; Ctrl-C again ends at once".to_owned(),
        ),
        RunEventKind::UndoBegan => (Some(Mark::Undone), "the run is taken back".to_owned()),
        RunEventKind::StepUndone { step, .. } => (Some(Mark::Undone), format!("{step} was undone")),
        RunEventKind::UndoFailed {
            step,
            attempt,
            error,
            retry_in,
        } => {
            let line = format!(
                "undoing {step} failed on attempt {attempt}: {error}{}",
                again(retry_in)
            );
            (Some(Mark::Failed), line)
        }
        _ => return None,
    };
    Some(Told { mark, text })
}
