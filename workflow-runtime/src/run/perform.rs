//! Carries one step out: attempts, their time limits and the waits between them, a panic caught, each result recorded.

use std::hash::{BuildHasher, Hasher};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tracing::Instrument;

use crate::artifact::Value;
use crate::bell::{Bell, UnlessStopped};
use crate::call::{Product, Taken, Work};
use crate::error::RuntimeError;
use crate::journal::backend::Hold;
use crate::journal::event::{Event, Payload};
use crate::layout::Layout;
use crate::observe::RunEventKind;
use crate::plan::{Retry, StepPlan};
use crate::run::together::Together;
use crate::runtime::Runtime;
use crate::step::{RunOf, StepContext, StepError};
use crate::verdict::{Verdict, Waiver};

/// A team with its methods of one phase, without its type.
pub(crate) trait Crew: Send + Sync {
    /// One attempt at the step of that number within the phase.
    fn work(&self, member: u16, cx: StepContext, taken: Taken) -> Work;
}

/// What an attempt at a step is made with.
pub(crate) struct Task<'a> {
    pub(crate) runtime: &'a Runtime,
    pub(crate) layout: &'a Arc<Layout>,
    pub(crate) of: &'a Arc<RunOf>,
    pub(crate) bell: &'a Bell,
    pub(crate) crew: &'a dyn Crew,
    pub(crate) step: u16,
    pub(crate) round: u32,
    pub(crate) taken: Taken,
    /// Whether values become text, so that takers must get what is read back.
    pub(crate) writes: bool,
}

/// One step to be carried out.
pub(crate) struct Job<'a> {
    pub(crate) task: Task<'a>,
    pub(crate) hold: &'a dyn Hold,
    /// Attempts in this round, and how many failed since the run last halted here.
    pub(crate) attempts: (u32, u32),
    /// Where a rejection sends the run, if rework is left.
    pub(crate) back: Option<u16>,
    pub(crate) together: &'a Together,
}

/// How it ended.
pub(crate) enum Carried {
    /// Recorded: `Done` or `Rejected`.
    Out(Event),
    /// Given up; the failure is recorded.
    Failed {
        event: Event,
        attempt: u32,
        error: Arc<str>,
        terminal: bool,
    },
    /// It came to nothing that is recorded: it was to stop, or could not be recorded. So many attempts at it are, and so
    /// many of them failed in a row.
    Nothing {
        step: u16,
        attempts: (u32, u32),
        why: Unrecorded,
    },
}

/// Why nothing is recorded of what was carried out.
pub(crate) enum Unrecorded {
    Stopped,
    Failed(RuntimeError),
}

/// What an attempt came to that has no product.
pub(crate) enum Missed {
    Failed(StepError),
    Stopped,
}

impl From<StepError> for Missed {
    fn from(error: StepError) -> Self {
        Missed::Failed(error)
    }
}

/// A product ready for the journal.
pub(crate) enum Ready {
    Payload(Option<Payload>),
    Verdict(Verdict),
}

impl<'a> std::ops::Deref for Job<'a> {
    type Target = Task<'a>;

    fn deref(&self) -> &Task<'a> {
        &self.task
    }
}

impl Job<'_> {
    /// `begun`: the first attempt, if it was begun already.
    pub(crate) async fn carry_out(&self, mut begun: Option<Work>) -> Carried {
        let plan = self.layout.step(self.step);
        let mut recorded = self.attempts;
        let (mut attempt, mut failed) = recorded;
        // What is on disk tells how long it took; in memory only observers ask.
        let is_timed = self.runtime.is_observed() || self.hold.writes();
        let nothing = |attempts, why| Carried::Nothing {
            step: self.step,
            attempts,
            why,
        };
        loop {
            if self.bell.is_stopped() {
                return nothing(recorded, Unrecorded::Stopped);
            }
            attempt += 1;
            if plan.undo.is_some() {
                if let Err(error) = self.record_start(attempt).await {
                    return nothing(recorded, Unrecorded::Failed(error));
                }
                recorded.0 = attempt;
            }
            if begun.is_none() {
                // What an attempt said that was cut short is nobody's.
                drop(self.of.said_by(self.step));
            }
            let started = is_timed.then(Instant::now);
            self.tell(|step| RunEventKind::StepStarted { step, attempt });
            let error = match self.attempt(plan, attempt, begun.take()).await {
                Ok(ready) => match self.keep(ready, attempt, started).await {
                    Ok(event) => return Carried::Out(event),
                    Err(error) => return nothing(recorded, Unrecorded::Failed(error)),
                },
                Err(Missed::Stopped) => return nothing(recorded, Unrecorded::Stopped),
                Err(Missed::Failed(error)) => error,
            };
            failed += 1;
            let terminal = error.is_terminal();
            let (retry_in, text) = next_try(plan.retry, failed, &error);
            let event = match self
                .record_failure(attempt, &error, &text, retry_in, started)
                .await
            {
                Ok(event) => event,
                Err(error) => return nothing(recorded, Unrecorded::Failed(error)),
            };
            recorded = (attempt, failed);
            let Some(wait) = retry_in else {
                return Carried::Failed {
                    event,
                    attempt,
                    error: text,
                    terminal,
                };
            };
            let waited = self.bell.unless_stopped(Box::pin(tokio::time::sleep(wait))).await;
            if waited.is_none() {
                return nothing(recorded, Unrecorded::Stopped);
            }
        }
    }

    async fn record_start(&self, attempt: u32) -> Result<(), RuntimeError> {
        let event = Event::Started {
            step: self.step,
            round: self.round,
            attempt,
        };
        let standing = self.together.goes_on();
        self.hold.record(self.layout, event, standing).await
    }

    /// Without a wait the run halts over it.
    async fn record_failure(
        &self,
        attempt: u32,
        error: &StepError,
        text: &Arc<str>,
        retry_in: Option<Duration>,
        started: Option<Instant>,
    ) -> Result<Event, RuntimeError> {
        let event = Event::Failed {
            step: self.step,
            round: self.round,
            attempt,
            error: Arc::clone(text),
            terminal: error.is_terminal(),
            last: retry_in.is_none(),
            took_ms: started.map(|started| took_ms(started.elapsed())),
            said: self.of.said_by(self.step),
        };
        let standing = match retry_in {
            Some(_) => self.together.goes_on(),
            None => self.together.halt(),
        };
        self.hold.record(self.layout, event.clone(), standing).await?;
        tracing::warn!(
            step = self.path(),
            attempt,
            error = &**text,
            ?retry_in,
            "attempt failed"
        );
        self.tell(|step| RunEventKind::StepFailed {
            step,
            attempt,
            error: text,
            retry_in,
        });
        Ok(event)
    }

    async fn keep(
        &self,
        ready: Ready,
        attempt: u32,
        started: Option<Instant>,
    ) -> Result<Event, RuntimeError> {
        let (step, round, by) = (self.step, self.round, None);
        // Before it is written down: that is no work of the step.
        let took = started.map(|started| started.elapsed());
        let took_ms = took.map(took_ms);
        let said = self.of.said_by(step);
        // Each event where it is known: building the two that are alike in one place was seen to cost every step 10 ns.
        let (event, standing) = match ready {
            Ready::Verdict(Verdict::Reject(reason)) => {
                let standing = if self.back.is_some() {
                    self.together.send_back()
                } else {
                    self.together.halt()
                };
                (
                    Event::Rejected {
                        step,
                        round,
                        reason: reason.into(),
                        back: self.back,
                        by,
                        took_ms,
                        said,
                    },
                    standing,
                )
            }
            Ready::Verdict(Verdict::Pass) => (
                Event::Done {
                    step,
                    round,
                    attempt,
                    payload: None,
                    by,
                    took_ms,
                    said,
                },
                self.together.done(),
            ),
            Ready::Payload(payload) => (
                Event::Done {
                    step,
                    round,
                    attempt,
                    payload,
                    by,
                    took_ms,
                    said,
                },
                self.together.done(),
            ),
        };
        self.hold.record(self.layout, event.clone(), standing).await?;
        if let Some(took) = took.filter(|_| self.runtime.is_observed()) {
            self.tell(|path| match &event {
                Event::Rejected { reason, back, .. } => RunEventKind::Rejected {
                    gate: path,
                    reason,
                    back_to: back.map(|phase| self.layout.phase(phase).name),
                },
                _ => RunEventKind::StepDone {
                    step: path,
                    attempt,
                    took,
                },
            });
        }
        #[cfg(feature = "testing")]
        if let Some(stage) = self.runtime.stage() {
            Box::pin(stage.boundary()).await;
        }
        Ok(event)
    }

    /// Asks a team whether a phase is waived; a panic is an error here too.
    pub(crate) async fn asked(work: UnlessStopped<'_, Work>) -> Result<Option<Waiver>, Missed> {
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(Some(Ok(Product::Waived(waiver)))) => Ok(waiver),
            Ok(Some(Ok(_))) => Ok(None),
            Ok(Some(Err(error))) => Err(error.into()),
            Ok(None) => Err(Missed::Stopped),
            Err(panic) => Err(StepError::panicked(&*panic).into()),
        }
    }
}

impl Task<'_> {
    /// One attempt, to a product that the journal can keep. Nothing the team does can unwind past this.
    pub(crate) async fn attempt(
        &self,
        plan: &'static StepPlan,
        attempt: u32,
        begun: Option<Work>,
    ) -> Result<Ready, Missed> {
        let cx = StepContext {
            of: Arc::clone(self.of),
            step: self.step,
            attempt,
            round: self.round,
            undoes: false,
        };
        let span = tracing::info_span!("step", path = self.path(), attempt, round = self.round);
        let work = async {
            let member = self.step - self.layout.members(self.layout.phase_of(self.step)).start;
            let work = begun.unwrap_or_else(|| self.crew.work(member, cx, self.taken.clone()));
            #[cfg(feature = "testing")]
            let work = match self.runtime.stage() {
                Some(stage) => stage.work(self.layout, self.step, self.round, false, work),
                None => work,
            };
            let product = within(plan.timeout, self.bell.unless_stopped(work)).await?;
            Ok(self.ready(plan, product)?)
        };
        // What is rare is boxed, so that the future of a step that is neither traced, limited nor tried again is small.
        let caught = if span.is_disabled() {
            AssertUnwindSafe(work).catch_unwind().await
        } else {
            Box::pin(AssertUnwindSafe(work.instrument(span)).catch_unwind()).await
        };
        caught.unwrap_or_else(|panic| Err(StepError::panicked(&*panic).into()))
    }

    /// Takes a product through the journal's text and its check.
    fn ready(&self, plan: &'static StepPlan, product: Product) -> Result<Ready, StepError> {
        let value = match product {
            Product::Judged(verdict) => return Ok(Ready::Verdict(verdict)),
            Product::Nothing | Product::Waived(_) => return Ok(Ready::Payload(None)),
            Product::Made(value) => value,
        };
        let Some(artifact) = plan.yields else {
            return Ok(Ready::Payload(None));
        };
        let payload = through_text(self.layout, artifact, value, self.writes)
            .map_err(|error| StepError::terminal(format!("its artifact cannot be journaled: {error}")))?;
        if let Some(reason) = payload.rejected_by(plan.check) {
            let name = self.layout.plan.artifacts[usize::from(artifact)].name;
            return Err(StepError::new(format!(
                "artifact `{name}` was rejected by its check: {reason}"
            )));
        }
        Ok(Ready::Payload(Some(payload)))
    }

    pub(crate) fn path(&self) -> &str {
        self.layout.path(self.step)
    }

    pub(crate) fn tell<'s>(&'s self, kind: impl FnOnce(&'s str) -> RunEventKind<'s>) {
        if self.runtime.is_observed() {
            self.runtime
                .tell(self.layout, &self.of.id, self.round, kind(self.path()));
        }
    }
}

/// A value as takers will get it: what the journal reads back, where it is written.
pub(crate) fn through_text(
    layout: &Layout,
    artifact: u16,
    value: Value,
    writes: bool,
) -> Result<Payload, String> {
    if !writes {
        return Ok(Payload::Live(value));
    }
    let codec = layout.plan.artifacts[usize::from(artifact)].codec;
    let json = Arc::from((codec.encode)(&*value)?);
    let value = (codec.decode)(&json).map_err(|error| error.to_string())?;
    Ok(Payload::Both(Box::new((value, json))))
}

/// What comes of the work within its time limit, unless it is to stop.
pub(crate) async fn within(
    limit: Option<Duration>,
    work: UnlessStopped<'_, Work>,
) -> Result<Product, Missed> {
    let product = match limit {
        None => work.await,
        Some(_) if !has_timer() => return Err(StepError::terminal(NO_TIMER).into()),
        Some(limit) => Box::pin(tokio::time::timeout(limit, work))
            .await
            .map_err(|_| StepError::new(format!("took longer than its time limit of {limit:?}")))?,
    };
    Ok(product.ok_or(Missed::Stopped)??)
}

/// In whole milliseconds.
fn took_ms(took: Duration) -> u32 {
    u32::try_from(took.as_millis()).unwrap_or(u32::MAX)
}

/// Whether, and after which wait, something that failed so often in a row is tried again; and the error as it is told.
pub(crate) fn next_try(retry: Retry, failed: u32, error: &StepError) -> (Option<Duration>, Arc<str>) {
    let text = error.text();
    let is_left = !error.is_terminal() && failed < retry.attempts;
    if is_left && !has_timer() {
        let text = format!("{text}; and it cannot be tried again: {NO_TIMER}");
        return (None, text.into());
    }
    // The standard library's random hasher keys are the only randomness that is needed here.
    let chance = || std::hash::RandomState::new().build_hasher().finish();
    (is_left.then(|| wait_before(retry, failed, chance())), text.into())
}

const NO_TIMER: &str =
    "a retry or a time limit needs tokio's timer, drive the run on a tokio runtime with time enabled";

fn has_timer() -> bool {
    let timer = || drop(tokio::time::sleep(Duration::ZERO));
    tokio::runtime::Handle::try_current().is_ok() && std::panic::catch_unwind(timer).is_ok()
}

/// Exponential with jitter: between the first wait and twice as much for each failure, at most the longest. `chance` is
/// any number.
pub(crate) fn wait_before(retry: Retry, failed: u32, chance: u64) -> Duration {
    let doubled = retry
        .first
        .saturating_mul(1 << (failed - 1).min(31))
        .min(retry.longest);
    let spread = doubled.saturating_sub(retry.first);
    retry.first + spread.mul_f64(chance as f64 / u64::MAX as f64)
}
