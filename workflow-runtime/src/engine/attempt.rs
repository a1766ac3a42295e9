//! One attempt at a step, to the line that is kept of it: in the process that carries the run out, or in another.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::bell::Bell;
use crate::call::Taken;
use crate::engine::{Durable, Staffed, Stopped, kept};
use crate::journal::event::Event;
use crate::layout::Layout;
use crate::observe::RunEventKind;
use crate::run::perform::{Crew, Missed, Ready, Task, next_try, wait_before};
use crate::step::{RunOf, StepError};
use crate::verdict::Verdict;

/// What is longer than that is not given to an engine: Restate takes half of it again as much, and breaks off what is
/// longer, over and over, with the step done each time.
const LONGEST: usize = 16 << 20;

/// Which attempt, and what it is made with.
pub(super) struct Attempt {
    pub(super) step: u16,
    pub(super) round: u32,
    /// From 1, in that round.
    pub(super) attempt: u32,
    /// How many failed in a row before it.
    pub(super) failed: u32,
    /// Where a rejection sends the run.
    pub(super) back: Option<u16>,
    pub(super) taken: Taken,
}

/// The same for another process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AttemptTask {
    step: String,
    round: u32,
    attempt: u32,
    failed: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    back_to: Option<String>,
    taken: Vec<Option<Box<RawValue>>>,
}

impl Attempt {
    /// Without what it takes, which goes as it is kept.
    pub(super) fn task(&self, layout: &Layout, taken: Vec<Option<Box<RawValue>>>) -> AttemptTask {
        AttemptTask {
            step: layout.path(self.step).to_owned(),
            round: self.round,
            attempt: self.attempt,
            failed: self.failed,
            back_to: self.back.map(|phase| layout.phase(phase).name.to_owned()),
            taken,
        }
    }
}

impl AttemptTask {
    pub(super) fn text(&self) -> Result<String, String> {
        let text = serde_json::to_string(self).map_err(|error| error.to_string())?;
        fits("what it takes", text)
    }

    fn read(layout: &Layout, text: &str) -> Result<Attempt, String> {
        let task: AttemptTask = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let step = layout.find(&task.step);
        let step = step.ok_or_else(|| format!("this plan has no step `{}`", task.step))?;
        Ok(Attempt {
            step,
            round: task.round,
            attempt: task.attempt,
            failed: task.failed,
            back: task.back_to.and_then(|name| layout.phase_named(&name)),
            taken: kept::taken(layout, layout.step(step).takes, task.taken)?,
        })
    }
}

/// Makes an attempt that a run has given out.
pub(super) async fn elsewhere(
    staffed: &Staffed,
    durable: &dyn Durable,
    id: &str,
    task: &str,
) -> Result<String, Stopped> {
    let layout = &staffed.layout;
    let attempt = match AttemptTask::read(layout, task) {
        Ok(attempt) => attempt,
        // Nothing that this build can do anything with: the run takes it for a failure of the attempt.
        Err(why) => return Ok(unreadable(task, &why)),
    };
    let of = staffed.run_of(id);
    let crew = staffed.crews.of(layout.phase_of(attempt.step));
    let name = layout.path(attempt.step);
    let work = async { line_of(staffed, &of, &*crew, attempt).await };
    durable.once(name, Box::pin(work)).await
}

/// The line of an attempt that could not be made.
fn unreadable(task: &str, why: &str) -> String {
    let read: Option<AttemptTask> = serde_json::from_str(task).ok();
    let (step, round, attempt) =
        read.map_or_else(Default::default, |task| (task.step, task.round, task.attempt));
    serde_json::json!({ "failed": {
        "step": step, "round": round, "attempt": attempt, "error": why, "terminal": true, "halts": true,
    } })
    .to_string()
}

/// Makes the attempt here, and yields the line of what came of it.
pub(super) async fn line_of(staffed: &Staffed, of: &Arc<RunOf>, crew: &dyn Crew, attempt: Attempt) -> String {
    let layout = &staffed.layout;
    let (step, number, round, failed) = (attempt.step, attempt.attempt, attempt.round, attempt.failed + 1);
    let tell = |kind: RunEventKind<'_>| staffed.runtime.tell(layout, &of.id, round, kind);
    let path = layout.path(step);
    tell(RunEventKind::StepStarted {
        step: path,
        attempt: number,
    });
    let started = Instant::now();
    let event = event_of(staffed, of, crew, attempt, started).await;
    let (event, line) = match kept::line(layout, &event).and_then(|line| fits("what it came to", line)) {
        Ok(line) => (event, line),
        Err(why) => unwritable(layout, step, round, number, &why),
    };
    let took = started.elapsed();
    match &event {
        Event::Done { .. } => tell(RunEventKind::StepDone {
            step: path,
            attempt: number,
            took,
        }),
        Event::Rejected { reason, back, .. } => tell(RunEventKind::Rejected {
            gate: path,
            reason,
            back_to: back.map(|phase| layout.phase(phase).name),
        }),
        Event::Failed { error, .. } => {
            tracing::warn!(step = path, attempt = number, error = &**error, "attempt failed");
            tell(RunEventKind::StepFailed {
                step: path,
                attempt: number,
                error,
                retry_in: retry_in(of, step, &event, failed),
            });
        }
        _ => {}
    }
    line
}

async fn event_of(
    staffed: &Staffed,
    of: &Arc<RunOf>,
    crew: &dyn Crew,
    attempt: Attempt,
    started: Instant,
) -> Event {
    let layout = &staffed.layout;
    let plan = layout.step(attempt.step);
    // What stops a run on an engine is asked between attempts: one that was begun is let finish.
    let bell = Bell::default();
    let (step, round, back, failed, number) = (
        attempt.step,
        attempt.round,
        attempt.back,
        attempt.failed + 1,
        attempt.attempt,
    );
    let task = Task {
        runtime: &staffed.runtime,
        layout,
        of,
        bell: &bell,
        crew,
        step,
        round,
        taken: attempt.taken,
        writes: true,
    };
    let ready = task.attempt(plan, number, None).await;
    let took_ms = Some(u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX));
    let said = of.said_by(step);
    let payload = match ready {
        Ok(Ready::Payload(payload)) => payload,
        Ok(Ready::Verdict(Verdict::Pass)) => None,
        Ok(Ready::Verdict(Verdict::Reject(reason))) => {
            return Event::Rejected {
                step,
                round,
                reason: reason.into(),
                back,
                by: None,
                took_ms,
                said,
            };
        }
        Err(missed) => {
            let error = match missed {
                Missed::Failed(error) => error,
                Missed::Stopped => StepError::new("it was stopped"),
            };
            let (retry_in, text) = next_try(plan.retry, failed, &error);
            return Event::Failed {
                step,
                round,
                attempt: number,
                error: text,
                terminal: error.is_terminal(),
                last: retry_in.is_none(),
                took_ms,
                said,
            };
        }
    };
    Event::Done {
        step,
        round,
        attempt: number,
        payload,
        by: None,
        took_ms,
        said,
    }
}

/// How long to wait before the next attempt, if there is one.
pub(super) fn retry_in(of: &RunOf, step: u16, event: &Event, failed: u32) -> Option<Duration> {
    let Event::Failed { attempt, last, .. } = event else {
        return None;
    };
    (!last).then(|| wait_after(of, of.layout.path(step), step, *attempt, failed))
}

/// How long to wait after an attempt at what is done under that name. A repeat waits as long, so chance has no say in it.
pub(super) fn wait_after(of: &RunOf, name: &str, step: u16, attempt: u32, failed: u32) -> Duration {
    let mut chance = std::hash::DefaultHasher::new();
    (&of.id, name, attempt).hash(&mut chance);
    wait_before(of.layout.step(step).retry, failed, chance.finish())
}

/// The text, if it is not too long for an engine.
pub(super) fn fits(what: &str, text: String) -> Result<String, String> {
    if text.len() <= LONGEST {
        return Ok(text);
    }
    let (mib, most) = (text.len() >> 20, LONGEST >> 20);
    Err(format!(
        "{what} is {mib} MiB long, and an engine is given {most} MiB at most: keep it elsewhere, and have the step make where \
         it is"
    ))
}

fn unwritable(layout: &Layout, step: u16, round: u32, attempt: u32, why: &str) -> (Event, String) {
    let failed = without_result(step, round, attempt, why);
    let line = kept::line(layout, &failed).unwrap_or_default();
    (failed, line)
}

/// An attempt of which nothing can be kept.
pub(super) fn without_result(step: u16, round: u32, attempt: u32, why: &str) -> Event {
    Event::Failed {
        step,
        round,
        attempt,
        error: why.into(),
        terminal: true,
        last: true,
        took_ms: None,
        said: None,
    }
}
