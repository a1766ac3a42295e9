//! Follows a run that an engine drives, until nothing happens to it by itself.

use std::time::Duration;

use tokio::time::Instant;

use crate::engine::reading::{Halt, Reading};
use crate::engine::remote::OnEngine;
use crate::engine::{Status, unavailable};
use crate::error::{Reason, RuntimeError};
use crate::history::RecordKind;
use crate::journal::event::Event;
use crate::journal::wire;
use crate::layout::Layout;
use crate::observe::RunEventKind;
use crate::run::core::Live;
use crate::run::recorder::Recorder;
use crate::summary::Standing;
use crate::verdict::Rejection;

/// How often the engine is asked; less often the longer nothing happens.
const FIRST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_millis(250);

/// How long the engine may fail to have a run carried out before that is told.
const STUCK_FOR: Duration = Duration::from_secs(30);

/// Between two tries it looks as if the run was carried out: only after that long it is, though nothing was kept.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(300);

impl Live {
    /// Has the run go on if it is halted, and follows it to its end.
    pub(crate) async fn follow_on(&mut self) -> Result<(), Reason> {
        let runtime = self.runtime.clone();
        let Some(engine) = runtime.backend().engine() else {
            return Ok(());
        };
        let hold = self.shared_hold()?;
        let mut from = usize::try_from(self.seen).unwrap_or(usize::MAX);
        let mut reading = engine.existing(&self.id).await.map_err(Reason::Journal)?;
        let found = hold.found();
        if *found == Halt::Coming && reading.is_stopping() {
            reading = self.follow(engine, from, None).await?;
            from = reading.lines.len();
        }
        let word = reading.word.clone().filter(|word| match found {
            Halt::None => false,
            Halt::Coming => true,
            Halt::Asking(before) => before == word,
        });
        if word.is_some() {
            engine.go_on(&reading).await.map_err(Reason::Journal)?;
        }
        let reading = self.follow(engine, from, word.as_deref()).await?;
        self.becomes(&reading).map_err(Reason::Journal)?;
        match reading.standing() {
            Standing::Done => Ok(()),
            _ => Err(reason(&reading)),
        }
    }

    /// Has the run taken back, and follows that to its end.
    pub(crate) async fn follow_back(&mut self, engine: &OnEngine) -> Result<(), Reason> {
        let reading = engine.existing(&self.id).await.map_err(Reason::Journal)?;
        let (from, word) = (reading.lines.len(), reading.word.clone());
        engine.take_back(&self.id).await.map_err(Reason::Journal)?;
        let reading = self.follow(engine, from, word.as_deref()).await?;
        self.becomes(&reading).map_err(Reason::Journal)?;
        match reading.standing() {
            Standing::Undone => Ok(()),
            _ => Err(reason(&reading)),
        }
    }

    /// Follows it until it rests; lines before `from` were told, and a rest for `word` is over.
    async fn follow(
        &self,
        engine: &OnEngine,
        mut from: usize,
        word: Option<&str>,
    ) -> Result<Reading, Reason> {
        let mut wait = FIRST;
        // Since when it is stuck, and when that was last seen.
        let mut stuck: Option<(Instant, Instant)> = None;
        loop {
            let reading = engine.existing(&self.id).await.map_err(Reason::Journal)?;
            if reading.lines.len() > from {
                self.tell_from(&reading, from);
                (from, wait, stuck) = (reading.lines.len(), FIRST, None);
            }
            let is_new = word.is_none() || reading.word.as_deref() != word;
            let is_wanted = reading.standing() != Standing::Waiting || !self.runtime.waits();
            if is_new && is_wanted && reading.is_at_rest() {
                return Ok(reading);
            }
            if let Status::Stuck { why, paused } = &reading.seen.status {
                let now = Instant::now();
                let (since, _) = stuck
                    .filter(|(_, seen)| now - *seen < FORGOTTEN_AFTER)
                    .unwrap_or((now, now));
                if *paused || now - since > STUCK_FOR {
                    return Err(Reason::Journal(self.is_stuck(engine, why, *paused)));
                }
                stuck = Some((since, now));
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST);
        }
    }

    fn is_stuck(&self, engine: &OnEngine, why: &str, paused: bool) -> RuntimeError {
        let (id, place) = (&self.id, engine.place());
        let then = match paused {
            true => "mend that, and tell the engine to resume it",
            false => {
                "see that a worker of the plan runs there: nothing is lost, and it goes on by itself once that is mended"
            }
        };
        unavailable(format!(
            "run `{id}` does not go on, because {place} cannot have it carried out: {why}; {then}"
        ))
    }

    /// Observers hear what the services did, as it is read.
    fn tell_from(&self, reading: &Reading, from: usize) {
        if !self.runtime.is_observed() {
            return;
        }
        for line in reading.lines.iter().skip(from) {
            let event = wire::read(&reading.layout, &line.body).ok();
            let round = event.as_ref().and_then(|event| event.place(&reading.layout));
            if let Ok(kind) = wire::record(&line.body)
                && let Some(told) = told(&kind)
            {
                let round = round.map_or(0, |(_, round)| round);
                self.runtime.tell(&self.layout, &self.id, round, told);
            }
        }
        if reading.standing() == Standing::Done {
            self.tell(RunEventKind::Finished);
        }
    }

    /// Stands as it was read.
    fn becomes(&mut self, reading: &Reading) -> Result<(), RuntimeError> {
        let mut recorder = Recorder::new(&self.layout);
        OnEngine::show(reading, &self.layout, &mut recorder)?;
        let mut state = recorder.finish(&self.id)?.state;
        crate::run::begin::decoded(&self.id, &self.layout, &mut state)?;
        self.state = state;
        Ok(())
    }
}

/// Why a run rests that is not at its end.
fn reason(reading: &Reading) -> Reason {
    let (layout, seen) = (&reading.layout, &reading.seen);
    if let Status::Killed(why) = &seen.status {
        let error = format!(
            "run `{}` was ended by an operator of the engine: {why}; begin a run of another id",
            seen.id
        );
        return Reason::Journal(crate::engine::refused(error));
    }
    if reading.standing() == Standing::Waiting {
        return Reason::Waiting {
            steps: waiting(reading, layout),
        };
    }
    match &reading.failed {
        _ if reading.standing() == Standing::Cancelled => Reason::Cancelled,
        Some(Event::Failed {
            step,
            attempt,
            error,
            terminal,
            ..
        }) => Reason::Failed {
            step: layout.path(*step).to_owned(),
            attempt: *attempt,
            error: error.clone(),
            terminal: *terminal,
        },
        Some(Event::UndoFailed {
            step,
            attempt,
            error,
            terminal,
            ..
        }) => Reason::UndoFailed {
            step: layout.path(*step).to_owned(),
            attempt: *attempt,
            error: error.clone(),
            terminal: *terminal,
            left: vec![layout.path(*step).to_owned()],
        },
        _ if reading.standing() == Standing::Undoing => Reason::UndoCancelled,
        _ => rejected(reading, layout).map_or_else(|| could_not_say(reading), Reason::Rejected),
    }
}

fn waiting(reading: &Reading, layout: &Layout) -> Vec<String> {
    let steps = layout.members(reading.state.phases_done());
    steps
        .filter(|step| reading.state.step_waits(*step))
        .map(|step| layout.path(step).to_owned())
        .collect()
}

fn rejected(reading: &Reading, layout: &Layout) -> Option<Rejection> {
    layout
        .members(reading.state.phases_done())
        .find_map(|step| reading.state.rejection(layout, step))
}

fn could_not_say(reading: &Reading) -> Reason {
    match &reading.could_not_say {
        Some((name, error, terminal)) => Reason::Failed {
            step: name.clone(),
            attempt: 1,
            error: error.as_str().into(),
            terminal: *terminal,
        },
        None => Reason::Cancelled,
    }
}

/// A line as observers hear it.
fn told(kind: &RecordKind) -> Option<RunEventKind<'_>> {
    Some(match kind {
        RecordKind::Began { .. } => RunEventKind::Began,
        RecordKind::StepStarted { step, attempt, .. } => RunEventKind::StepStarted {
            step,
            attempt: *attempt,
        },
        RecordKind::StepDone {
            step, by: Some(by), ..
        } => RunEventKind::HandedIn { step, by: &by.by },
        RecordKind::StepDone {
            step, attempt, took, ..
        } => RunEventKind::StepDone {
            step,
            attempt: *attempt,
            took: took.unwrap_or_default(),
        },
        RecordKind::StepFailed {
            step,
            attempt,
            error,
            halts,
            ..
        } => RunEventKind::StepFailed {
            step,
            attempt: *attempt,
            error,
            retry_in: (!halts).then_some(Duration::ZERO),
        },
        RecordKind::Rejected {
            gate,
            reason,
            back_to,
            ..
        } => RunEventKind::Rejected {
            gate,
            reason,
            back_to: back_to.as_deref(),
        },
        RecordKind::Waiting { step, .. } => RunEventKind::Waiting { step },
        RecordKind::Stands {
            gate, by, given_in, ..
        } => RunEventKind::Stands {
            gate,
            by,
            given_in: *given_in,
        },
        RecordKind::Waived { phase, reason, .. } => RunEventKind::Waived { phase, reason },
        RecordKind::UndoBegan => RunEventKind::UndoBegan,
        RecordKind::StepUndone { step, attempt, .. } => RunEventKind::StepUndone {
            step,
            attempt: *attempt,
        },
        RecordKind::UndoFailed {
            step,
            attempt,
            error,
            halts,
            ..
        } => RunEventKind::UndoFailed {
            step,
            attempt: *attempt,
            error,
            retry_in: (!halts).then_some(Duration::ZERO),
        },
        RecordKind::Undone => RunEventKind::Undone,
        // Whoever told it to stop has told that.
        RecordKind::Cancelled | RecordKind::Replanned { .. } => return None,
    })
}
