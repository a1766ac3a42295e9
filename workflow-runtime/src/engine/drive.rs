//! Carries a run out on an engine, from its beginning to its end: after an interruption all of this is done again, and what
//! was kept is not. So nothing here may depend on anything but the plan and what was kept.

use std::sync::Arc;
use std::time::Duration;

use crate::bell::Bell;
use crate::call::{Taken, WAIVE};
use crate::engine::attempt::{Attempt, line_of, retry_in};
use crate::engine::promises::Promise;
use crate::engine::{Durable, Ended, Outcome, Part, Staffed, Stopped, kept};
use crate::journal::event::Event;
use crate::layout::Layout;
use crate::observe::RunEventKind;
use crate::run::perform::{Job, Missed};
use crate::run::state::State;
use crate::step::{RunOf, StepContext, StepError};
use crate::summary::Standing;

/// A run that is carried out.
pub(super) struct Run<'e> {
    pub(super) staffed: &'e Staffed,
    pub(super) durable: &'e dyn Durable,
    pub(super) layout: &'e Arc<Layout>,
    pub(super) of: Arc<RunOf>,
    /// Where it stands, with values as takers get them.
    pub(super) state: State,
    /// The same, with values as they are kept.
    pub(super) texts: State,
    /// All that happened, with values as they are kept.
    pub(super) events: Vec<Event>,
    /// How often it was asked how to go on.
    words: u32,
    /// Whether it was told to stop since it last went on.
    pub(super) is_cancelled: bool,
}

/// Why a run does not go on by itself.
pub(super) enum Break {
    /// It waits to be told how to go on: a step failed for good, a gate rejected for good, or it was told to stop.
    Halted,
    /// This build cannot read what was kept.
    Unreadable(String),
}

impl From<String> for Break {
    fn from(why: String) -> Self {
        Break::Unreadable(why)
    }
}

/// How a phase or step left the run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Done,
    /// A gate sent it back.
    Back,
}

/// What somebody said to a halted run.
enum Word {
    GoOn,
    TakeBack,
}

/// Carries it out to its end.
pub(super) async fn drive(
    staffed: &Staffed,
    durable: &dyn Durable,
    id: &str,
    begun: &str,
) -> Result<Ended, String> {
    let mut run = Run::new(staffed, durable, id);
    run.take_in(begun)?;
    tracing::info!(workflow = staffed.workflow(), run = id, "carried out");
    loop {
        match run.go_on().await {
            Ok(()) => return Ok(Ended::Done),
            Err(Break::Unreadable(why)) => return Err(why),
            Err(Break::Halted) => {}
        }
        if let Word::TakeBack = run.told_how_to_go_on().await? {
            return run.take_back_to_the_end().await;
        }
    }
}

impl<'e> Run<'e> {
    pub(super) fn new(staffed: &'e Staffed, durable: &'e dyn Durable, id: &str) -> Self {
        let layout = &staffed.layout;
        Run {
            staffed,
            durable,
            layout,
            of: staffed.run_of(id),
            state: State::new(layout),
            texts: State::new(layout),
            events: Vec::new(),
            words: 0,
            is_cancelled: false,
        }
    }

    /// Takes in a line.
    pub(super) fn take_in(&mut self, line: &str) -> Result<Event, String> {
        let event = kept::event(self.layout, line)?;
        self.apply(event)
    }

    /// Takes in what happened, whether it is kept or follows from what is.
    pub(super) fn apply(&mut self, event: Event) -> Result<Event, String> {
        let before = self.state.phases_done();
        self.texts.apply(self.layout, &event);
        self.state.apply(self.layout, &event);
        self.state.decode(self.layout).map_err(|(artifact, error)| {
            kept::undecodable(self.layout, crate::layout::index(artifact), &error)
        })?;
        self.events.push(event.clone());
        for phase in before..self.state.phases_done() {
            let name = self.layout.phase(phase).name;
            tracing::debug!(phase = name, "phase done");
        }
        Ok(event)
    }

    async fn go_on(&mut self) -> Result<(), Break> {
        while !self.state.is_done(self.layout) {
            let phase = self.state.phases_done();
            if self.layout.phase(phase).optional && self.is_waived(phase).await? {
                continue;
            }
            if self.layout.phase(phase).parallel {
                self.drive_parallel(phase).await?;
                continue;
            }
            for step in self.layout.members(phase) {
                if self.drive_step(step).await? == Left::Back {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn drive_step(&mut self, step: u16) -> Result<Left, Break> {
        if self.state.step_is_done(step) {
            return Ok(Left::Done);
        }
        if self.state.rejection(self.layout, step).is_some() {
            return Err(Break::Halted);
        }
        if self.layout.step(step).manual {
            return self.drive_manual(step).await;
        }
        let crew = self.staffed.crews.of(self.layout.phase_of(step));
        loop {
            let attempt = self.attempt(step);
            self.begins(&attempt)?;
            let (staffed, of) = (self.staffed, Arc::clone(&self.of));
            let crew = &*crew;
            let work = Box::pin(async move { line_of(staffed, &of, crew, attempt).await });
            let line = self.durable.once(self.layout.path(step), work).await;
            let line = line.or_else(|stopped| self.is_stopped(stopped))?;
            match self.came_to(step, &line)? {
                Came::To(left) => return Ok(left),
                Came::Again(wait) => self.wait(wait).await?,
            }
        }
    }

    /// Waits until it is handed in.
    async fn drive_manual(&mut self, step: u16) -> Result<Left, Break> {
        if self.stands(step).await? {
            return Ok(Left::Done);
        }
        let ticket = self.wait_for(step)?;
        let line = match self.durable.next(&[ticket]).await {
            Ok((_, Outcome::Text(line))) => line,
            // Nothing ends a promise but what is given.
            Ok((_, other)) => return Err(Break::Unreadable(format!("it was handed in as {other:?}"))),
            Err(stopped) => return self.is_stopped(stopped),
        };
        match self.came_to(step, &line)? {
            Came::To(left) => Ok(left),
            Came::Again(_) => Err(Break::Unreadable(format!(
                "what was handed in is a failure: {line}"
            ))),
        }
    }

    /// Begins to wait until a manual step is handed in.
    pub(super) fn wait_for(&mut self, step: u16) -> Result<crate::engine::Ticket, Break> {
        let round = self.state.round;
        self.apply(Event::Waiting { step, round })?;
        self.tell(RunEventKind::Waiting {
            step: self.layout.path(step),
        });
        Ok(self.durable.begin(self.hand_in_of(step)))
    }

    /// What a manual step waits for in this round.
    pub(super) fn hand_in_of(&self, step: u16) -> Part {
        let promise = Promise::HandIn {
            path: self.layout.path(step).to_owned(),
            round: self.state.round,
        };
        Part::Promise(promise.key())
    }

    /// Passes a gate by what somebody said of the same artifacts in an earlier round.
    pub(super) async fn stands(&mut self, step: u16) -> Result<bool, Break> {
        let Some(approval) = self.texts.approval(self.layout, step) else {
            return Ok(false);
        };
        let event = Event::Stands {
            step,
            round: self.state.round,
            given_in: approval.round,
            by: approval.by.clone(),
        };
        let line = self.keep(self.layout.path(step), &event).await?;
        self.take_in(&line)?;
        Ok(true)
    }

    /// Keeps what follows from what is known, and yields its line.
    pub(super) async fn keep(&mut self, name: &str, event: &Event) -> Result<String, Break> {
        let line = kept::line(self.layout, event)?;
        let line = self.durable.once(name, Box::pin(async { line })).await;
        line.or_else(|stopped| self.is_stopped(stopped))
    }

    /// Lets that time pass.
    pub(super) async fn wait(&mut self, time: Duration) -> Result<(), Break> {
        let timer = self.durable.begin(Part::Timer(time));
        let rang = self.durable.next(&[timer]).await;
        rang.map(drop).or_else(|stopped| self.is_stopped(stopped))
    }

    /// The next attempt at a step.
    pub(super) fn attempt(&self, step: u16) -> Attempt {
        let (attempts, failed) = self.state.attempts(step);
        Attempt {
            step,
            round: self.state.round,
            attempt: attempts + 1,
            failed,
            back: self.state.back_from(self.layout, step),
            taken: self.taken(self.layout.step(step).takes),
        }
    }

    /// What can be undone may have done a part from here on.
    pub(super) fn begins(&mut self, attempt: &Attempt) -> Result<(), Break> {
        let Attempt {
            step, round, attempt, ..
        } = *attempt;
        if self.layout.step(step).undo.is_some() {
            self.apply(Event::Started { step, round, attempt })?;
        }
        Ok(())
    }

    /// Takes in what an attempt came to.
    pub(super) fn came_to(&mut self, step: u16, line: &str) -> Result<Came, Break> {
        let event = self.take_in(line)?;
        Ok(match &event {
            Event::Done { .. } | Event::Stands { .. } => Came::To(Left::Done),
            Event::Rejected { back: Some(_), .. } => Came::To(Left::Back),
            // Beside a gate that sent the run back: there is no next attempt in that round.
            Event::Failed { round, .. } if *round != self.state.round => Came::To(Left::Back),
            Event::Failed { last: false, .. } => {
                let (_, failed) = self.state.attempts(step);
                Came::Again(retry_in(&self.of, step, &event, failed).unwrap_or_default())
            }
            _ => return Err(Break::Halted),
        })
    }

    pub(super) fn taken(&self, takes: &[crate::plan::Take]) -> Taken {
        takes
            .iter()
            .map(|take| self.state.newest(take.artifact).cloned())
            .collect()
    }

    /// It was told to stop, and waits to be told how to go on.
    pub(super) fn is_stopped<T>(&mut self, _: Stopped) -> Result<T, Break> {
        self.is_cancelled = true;
        self.apply(Event::Cancelled)?;
        Err(Break::Halted)
    }

    /// Asks the team whether the optional phase is waived, unless it was begun.
    async fn is_waived(&mut self, phase: u16) -> Result<bool, Break> {
        let plan = self.layout.phase(phase);
        let nobody_to_ask = plan.steps.iter().all(|step| step.manual);
        if nobody_to_ask || self.state.phase_has_begun(self.layout, phase) {
            return Ok(false);
        }
        let (round, layout) = (self.state.round, self.layout);
        let cx = StepContext {
            of: Arc::clone(&self.of),
            step: layout.members(phase).start,
            attempt: 1,
            round,
            undoes: false,
        };
        let crew = self.staffed.crews.of(phase);
        let taken = self.taken(plan.waive_takes);
        let ask = async move {
            let bell = Bell::default();
            let answer = Job::asked(bell.unless_stopped(crew.work(WAIVE, cx, taken))).await;
            kept::answer(
                layout,
                phase,
                round,
                answer.map_err(|missed| match missed {
                    Missed::Failed(error) => error,
                    Missed::Stopped => StepError::new("it was stopped"),
                }),
            )
        };
        let text = self.durable.once(&kept::asking(plan.name), Box::pin(ask)).await;
        let text = text.or_else(|stopped| self.is_stopped(stopped))?;
        match kept::asked(&text) {
            Some(kept::Asked::NotWaived {}) => Ok(false),
            Some(kept::Asked::CouldNotSay { .. }) => Err(Break::Halted),
            None => {
                self.take_in(&text)?;
                Ok(true)
            }
        }
    }

    /// Waits for a word.
    async fn told_how_to_go_on(&mut self) -> Result<Word, String> {
        loop {
            let word = Promise::Word {
                number: self.words,
                standing: match (self.state.undoing(), self.is_cancelled) {
                    ((true, _), _) => Standing::Undoing,
                    (_, true) => Standing::Cancelled,
                    (_, false) => Standing::Halted,
                },
            };
            self.words += 1;
            self.is_cancelled = false;
            let ticket = self.durable.begin(Part::Promise(word.key()));
            match self.durable.next(&[ticket]).await {
                Ok((_, Outcome::Text(word))) if word == kept::GO_ON => return Ok(Word::GoOn),
                Ok((_, Outcome::Text(word))) => {
                    self.take_in(&word)?;
                    return Ok(Word::TakeBack);
                }
                Ok((_, other)) => return Err(format!("it was told {other:?}")),
                Err(Stopped) => {
                    self.is_cancelled = true;
                    self.apply(Event::Cancelled)?;
                }
            }
        }
    }

    /// Takes back all that can be, however often that halts on the way.
    pub(super) async fn take_back_to_the_end(&mut self) -> Result<Ended, String> {
        loop {
            match self.take_back().await {
                Ok(()) => return Ok(Ended::Undone),
                Err(Break::Unreadable(why)) => return Err(why),
                // Whatever is said, there is one way to go.
                Err(Break::Halted) => {
                    self.told_how_to_go_on().await?;
                }
            }
        }
    }

    pub(super) fn tell(&self, kind: RunEventKind<'_>) {
        let (layout, id) = (self.layout, &self.of.id);
        self.staffed.runtime.tell(layout, id, self.state.round, kind);
    }
}

/// What an attempt came to.
pub(super) enum Came {
    To(Left),
    /// It is made again after that wait.
    Again(Duration),
}
