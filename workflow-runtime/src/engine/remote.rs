//! A runtime whose runs an engine keeps and drives: what is asked of a journal is asked of the engine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::bell::Bell;
use crate::engine::promises::Promise;
use crate::engine::reading::{Halt, ReadLine, Reading, held_by, stuck};
use crate::engine::told::Known;
use crate::engine::{Listed, PlanName, Remote, Seen, Status, kept};
use crate::error::{Kind, RuntimeError};
use crate::hand_in::no_such_run;
use crate::history::Record;
use crate::journal::backend::{Backend, Found, Hold, Reader, Recording, Recordings, Reply};
use crate::journal::event::Event;
use crate::journal::memory::other_workflow;
use crate::journal::wire::{self, Unread};
use crate::layout::{Layout, Outline};
use crate::runtime::Runtime;
use crate::summary::{RunSummary, Standing};
use crate::wall_clock::time_of;

/// A runtime whose runs an engine keeps and drives.
pub fn runtime_on(remote: Arc<dyn Remote>) -> Runtime {
    Runtime::on(Arc::new(OnEngine {
        remote,
        plans: Mutex::default(),
    }))
}

/// How long to wait until what was done shows.
const SHOWS_WITHIN: Duration = Duration::from_secs(30);

/// The journals of an engine.
pub(crate) struct OnEngine {
    remote: Arc<dyn Remote>,
    /// By what is told of them.
    plans: Mutex<HashMap<Arc<str>, Known>>,
}

/// A look at a run that its services drive.
struct Onlooker {
    place: String,
    id: Arc<str>,
    bell: Arc<Bell>,
    found: Halt,
}

impl OnEngine {
    /// The engine and where it is, for messages.
    pub(super) fn place(&self) -> String {
        self.remote.place()
    }

    /// The run as it is now.
    pub(super) async fn reading(&self, id: &str) -> Result<Option<Reading>, RuntimeError> {
        let Some(seen) = self.remote.look(id).await? else {
            return Ok(None);
        };
        let plan = self.plan_of(&seen.id, &seen.plan)?;
        Reading::of(seen, plan).map(Some)
    }

    pub(super) async fn existing(&self, id: &str) -> Result<Reading, RuntimeError> {
        self.reading(id).await?.ok_or_else(|| no_such_run(id))
    }

    /// Has a halted run go on; does nothing to one that is not halted.
    pub(super) async fn go_on(&self, reading: &Reading) -> Result<(), RuntimeError> {
        self.is_not_killed(&reading.seen)?;
        if let Some(word) = &reading.word {
            self.remote
                .give(&reading.seen, word, kept::GO_ON.to_owned())
                .await?;
        }
        Ok(())
    }

    /// An error if an operator ended it: nothing can be done with it any more.
    fn is_not_killed(&self, seen: &Seen) -> Result<(), RuntimeError> {
        let Status::Killed(why) = &seen.status else {
            return Ok(());
        };
        let (id, place) = (&seen.id, self.place());
        let error =
            format!("run `{id}` was ended by an operator of {place}: {why}; begin a run of another id");
        Err(RuntimeError::new(Kind::Over, error))
    }

    /// Has a run taken back, wherever it is.
    pub(super) async fn take_back(&self, id: &str) -> Result<(), RuntimeError> {
        let mut reading = self.existing(id).await?;
        self.is_not_killed(&reading.seen)?;
        if reading.standing() == Standing::Done {
            let lines = reading.lines.into_iter().map(|line| line.body).collect();
            return self.remote.take_back(&reading.seen, lines).await;
        }
        let deadline = Instant::now() + SHOWS_WITHIN;
        while reading.is_stopping() {
            self.in_time(deadline, id, "stop before it is taken back").await?;
            reading = self.existing(id).await?;
        }
        if reading.standing() == Standing::Undoing {
            return self.go_on(&reading).await;
        }
        if reading.word.is_none() {
            self.remote.stop(&reading.seen).await?;
        }
        loop {
            match (&reading.word, reading.standing()) {
                (_, Standing::Undoing | Standing::Undone) => return Ok(()),
                // It came to its end before it heard.
                (None, Standing::Done) => return Box::pin(self.take_back(id)).await,
                // Whether that was heard is seen next: the run may be told to stop at the same time.
                (Some(word), _) => {
                    let line = wire::write(&reading.layout, &Event::Undoing)?;
                    self.remote.give(&reading.seen, word, line).await?;
                }
                (None, _) => {}
            }
            self.in_time(deadline, id, "stop before it is taken back").await?;
            reading = self.existing(id).await?;
        }
    }

    /// A short wait, unless the time is over.
    async fn in_time(&self, deadline: Instant, id: &str, what: &str) -> Result<(), RuntimeError> {
        if Instant::now() > deadline {
            let place = self.place();
            return Err(super::unavailable(format!(
                "run `{id}` was told to {what}, and did not within {SHOWS_WITHIN:?}; it will once {place} reaches a worker \
                 of its plan, or the step under way there is over: ask again then"
            )));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        Ok(())
    }

    fn plan_of(&self, id: &str, told: &Arc<str>) -> Result<Known, RuntimeError> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(told) {
            return Ok(plan.clone());
        }
        let plan = Known::read(told).map_err(|error| {
            let place = self.place();
            let error = format!("the plan of run `{id}`, as {place} has it, cannot be read: {error}");
            RuntimeError::new(Kind::Damaged, error)
        })?;
        plans.insert(Arc::clone(told), plan.clone());
        Ok(plan)
    }

    fn summary(&self, listed: Listed) -> RunSummary {
        let promise = listed.awaits.as_deref().and_then(Promise::of_key);
        let standing = standing_of(&listed, promise.as_ref());
        let position = match standing {
            // Nobody looks into the journal of what is over, and its end is that of the plan.
            Standing::Done => {
                let plan = self.plan_of(&listed.id, &listed.plan).ok();
                plan.map_or_else(String::new, |plan| plan.last_step().to_owned())
            }
            _ => kept::step_of(&listed.last).to_owned(),
        };
        let goes_on = matches!(standing, Standing::Running | Standing::Undoing) && promise.is_none();
        let goes_on = Some(&listed.status).filter(|_| goes_on);
        RunSummary {
            id: listed.id,
            workflow: listed.workflow,
            standing,
            position,
            began_at: time_of(listed.began_ms),
            changed_at: time_of(listed.changed_ms),
            held_by: goes_on.and_then(held_by),
            stuck: goes_on.and_then(stuck),
        }
    }

    /// Shows a run to a reader.
    pub(super) fn show(
        reading: &Reading,
        layout: &Layout,
        reader: &mut dyn Reader,
    ) -> Result<(u64, Standing), RuntimeError> {
        let seen = &reading.seen;
        if seen.workflow != layout.plan.name {
            return Err(other_workflow(&seen.id, &seen.workflow, layout.plan.name));
        }
        if reading.layout.outline != layout.outline {
            reader.other_plan(reading.layout.outline.clone());
        }
        for line in &reading.lines {
            match wire::read(layout, &line.body) {
                Ok(event) => reader.event(event),
                Err(Unread::Gone(gone)) => reader.gone(gone),
                Err(Unread::Garbled(error)) => return Err(garbled(&seen.id, &error)),
            }
        }
        Ok((reading.lines.len() as u64, reading.standing()))
    }

    fn onlooker(&self, id: &Arc<str>, found: Halt) -> Box<dyn Hold> {
        Box::new(Onlooker {
            place: self.place(),
            id: Arc::clone(id),
            bell: Arc::default(),
            found,
        })
    }
}

impl Backend for OnEngine {
    fn writes(&self) -> bool {
        true
    }

    fn engine(&self) -> Option<&OnEngine> {
        Some(self)
    }

    fn begin<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a Arc<str>,
        begun: Event,
    ) -> Reply<'a, Box<dyn Hold>> {
        Box::pin(async move {
            let plan = PlanName {
                workflow: layout.plan.name,
                fingerprint: &layout.fingerprint,
            };
            let line = wire::write(layout, &begun)?;
            match self.remote.begin(plan, id, line).await? {
                true => Ok(self.onlooker(id, Halt::None)),
                false => Err(crate::journal::memory::taken(id)),
            }
        })
    }

    fn take_up<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a Arc<str>,
        reader: &'a mut dyn Reader,
    ) -> Reply<'a, Option<Found>> {
        Box::pin(async move {
            let Some(reading) = self.reading(id).await? else {
                return Ok(None);
            };
            let (seen, stood) = Self::show(&reading, layout, reader)?;
            let hold = self.onlooker(id, reading.halt());
            Ok(Some(Found { hold, seen, stood }))
        })
    }

    fn read<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a str,
        reader: &'a mut dyn Reader,
    ) -> Reply<'a, Option<(u64, Standing)>> {
        Box::pin(async move {
            let reading = self.reading(id).await?;
            reading
                .map(|reading| Self::show(&reading, layout, reader))
                .transpose()
        })
    }

    fn plan_of<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Outline>> {
        Box::pin(async move {
            let reading = self.reading(id).await?;
            Ok(reading.map(|reading| reading.layout.outline.clone()))
        })
    }

    fn history<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Recordings>> {
        Box::pin(async move {
            let Some(reading) = self.reading(id).await? else {
                return Ok(None);
            };
            let record = |(number, line): (u64, &ReadLine)| {
                Ok::<_, RuntimeError>(Record {
                    number,
                    at: Some(time_of(line.at_ms)),
                    kind: wire::record(&line.body).map_err(|error| garbled(id, &error))?,
                })
            };
            let records = (1..).zip(&reading.lines).map(record).collect::<Result<_, _>>()?;
            Ok(Some((reading.summary(), reading.layout.outline.clone(), records)))
        })
    }

    fn list(&self) -> Reply<'_, Vec<RunSummary>> {
        Box::pin(async move {
            let listed = self.remote.list().await?.into_iter();
            Ok(listed.map(|listed| self.summary(listed)).collect())
        })
    }

    fn verify<'a>(&'a self, id: &'a str) -> Reply<'a, ()> {
        // What an engine keeps it checks itself: there is no chain of hashes to follow.
        Box::pin(async move { self.existing(id).await.map(drop) })
    }

    fn break_hold<'a>(&'a self, id: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            self.existing(id).await?;
            let place = self.place();
            let error = format!(
                "run `{id}` has no hold to be broken: {place} gives it to another worker by itself when one is gone; tell it \
                 to stop with `cancel`"
            );
            Err(RuntimeError::new(Kind::Refused, error))
        })
    }

    fn cancel<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Standing>> {
        Box::pin(async move {
            let Some(reading) = self.reading(id).await? else {
                return Ok(None);
            };
            let stood = reading.standing();
            let before = reading.lines.len();
            if stood.stopped().is_none() {
                return Ok(Some(stood));
            }
            self.is_not_killed(&reading.seen)?;
            self.remote.stop(&reading.seen).await?;
            let deadline = Instant::now() + SHOWS_WITHIN;
            loop {
                let now = self.existing(id).await?;
                let is_told =
                    |line: &ReadLine| matches!(wire::read(&now.layout, &line.body), Ok(Event::Cancelled));
                if now.lines.iter().skip(before).any(is_told) || now.standing().is_over() {
                    return Ok(Some(stood));
                }
                self.in_time(deadline, id, "stop").await?;
            }
        })
    }

    fn hand_in<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a str,
        _: u64,
        event: Event,
        _: Standing,
    ) -> Reply<'a, bool> {
        Box::pin(async move {
            let (Event::Done { step, round, .. } | Event::Rejected { step, round, .. }) = &event else {
                return Ok(false);
            };
            let line = wire::write(layout, &event)?;
            let promise = Promise::HandIn {
                path: layout.path(*step).to_owned(),
                round: *round,
            };
            let reading = self.existing(id).await?;
            if reading.state.round != *round {
                return Ok(false);
            }
            let key = promise.key();
            let is_first = self.remote.give(&reading.seen, &key, line).await?;
            let deadline = Instant::now() + SHOWS_WITHIN;
            loop {
                match self.existing(id).await?.is_taken(&key) {
                    Some(is_taken) => return Ok(is_taken && is_first),
                    None => self.in_time(deadline, id, "take in what was handed in").await?,
                }
            }
        })
    }
}

impl Hold for Onlooker {
    fn writes(&self) -> bool {
        true
    }

    fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }

    fn record(&self, _: &Layout, _: Event, _: Standing) -> Recording<'_> {
        Recording::Kept(Err(self.driven_by_workers()))
    }

    fn stands(&self, _: Standing) -> Reply<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn since<'a>(&'a self, _: &'a Arc<Layout>, _: u64) -> Reply<'a, (Vec<Event>, u64)> {
        Box::pin(std::future::ready(Err(self.driven_by_workers())))
    }

    fn found(&self) -> &Halt {
        &self.found
    }
}

impl Onlooker {
    fn driven_by_workers(&self) -> RuntimeError {
        let Onlooker { place, id, .. } = self;
        RuntimeError::new(
            Kind::Refused,
            format!(
                "run `{id}` is driven by the workers of its plan, through {place}; have it go on with `run`, and do in the team \
                 what you would do here"
            ),
        )
    }
}

fn standing_of(listed: &Listed, promise: Option<&Promise>) -> Standing {
    match (&listed.status, promise) {
        (Status::Over, _) if listed.undone => Standing::Undone,
        (Status::Over, _) => Standing::Done,
        (Status::Killed(_), _) => Standing::Halted,
        (_, Some(Promise::Word { standing, .. })) => *standing,
        (_, Some(Promise::HandIn { .. })) => Standing::Waiting,
        (_, None) if kept::is_undo(&listed.last) => Standing::Undoing,
        (_, None) => Standing::Running,
    }
}

fn garbled(id: &str, error: &str) -> RuntimeError {
    let error = format!(
        "what the engine keeps of run `{id}` cannot be read: {error}; was it written by a newer version?"
    );
    RuntimeError::new(Kind::Damaged, error)
}
