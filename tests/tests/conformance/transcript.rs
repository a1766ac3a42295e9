//! A history in short, without what differs by nature: times, and the order of what happens at once.

use workflow_runtime::{History, Record, RecordKind, Signature};

/// A line per record. What is told of members of a parallel phase in a row is sorted.
pub(crate) fn transcript(history: &History) -> Vec<String> {
    let is_parallel = |phase: &str| {
        let named = history.plan.phases.iter().find(|known| known.name == phase);
        named.is_some_and(|phase| phase.parallel)
    };
    let mut lines = Vec::new();
    let mut at_once: Vec<String> = Vec::new();
    for record in &history.records {
        let (line, step) = told(record);
        let phase = step.split('.').next().unwrap_or_default();
        if is_parallel(phase) {
            at_once.push(line);
            continue;
        }
        at_once.sort();
        lines.append(&mut at_once);
        lines.push(line);
    }
    at_once.sort();
    lines.append(&mut at_once);
    lines
}

fn told(record: &Record) -> (String, String) {
    let line = match &record.kind {
        RecordKind::Began { inputs } => return (format!("began {inputs:?}"), String::new()),
        RecordKind::StepStarted { step, round, attempt } => format!("started {step} r{round} a{attempt}"),
        RecordKind::StepDone {
            step,
            round,
            attempt,
            artifact,
            by,
            said,
            ..
        } => format!(
            "done {step} r{round} a{attempt} {artifact:?}{} {said:?}",
            signed(by.as_ref())
        ),
        RecordKind::StepFailed {
            step,
            round,
            attempt,
            error,
            terminal,
            halts,
            said,
            ..
        } => format!("failed {step} r{round} a{attempt}: {error} ({terminal}, {halts}) {said:?}"),
        RecordKind::Rejected {
            gate,
            round,
            reason,
            back_to,
            by,
            ..
        } => format!(
            "rejected {gate} r{round}: {reason}, to {back_to:?}{}",
            signed(by.as_ref())
        ),
        RecordKind::Waiting { step, round } => format!("waiting {step} r{round}"),
        RecordKind::Stands {
            gate,
            round,
            given_in,
            by,
        } => format!("stands {gate} r{round}: of r{given_in} by {by}"),
        RecordKind::Waived {
            phase,
            round,
            reason,
            by,
        } => format!("waived {phase} r{round}: {reason} by {by:?}"),
        RecordKind::Cancelled => "cancelled".to_owned(),
        RecordKind::Replanned { differences } => format!("replanned {differences:?}"),
        RecordKind::UndoBegan => "undo began".to_owned(),
        RecordKind::StepUndone { step, round, attempt } => {
            return (format!("undone {step} r{round} a{attempt}"), String::new());
        }
        RecordKind::UndoFailed {
            step,
            round,
            attempt,
            error,
            terminal,
            halts,
        } => {
            let line = format!("undo failed {step} r{round} a{attempt}: {error} ({terminal}, {halts})");
            return (line, String::new());
        }
        RecordKind::Undone => "undone".to_owned(),
        other => panic!("`{other:?}` is new, and is to be told here"),
    };
    let step = line.split(' ').nth(1).unwrap_or_default().to_owned();
    (line, step)
}

fn signed(by: Option<&Signature>) -> String {
    by.map_or_else(String::new, |by| {
        format!(" by {} as {:?}, noting {:?}", by.by, by.role, by.note)
    })
}
