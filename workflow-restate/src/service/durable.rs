//! What Restate keeps for a run: [`Durable`] on the context of an invocation.
//!
//! Repeats must issue the same commands in the same order, so nothing here decides by anything but what came back.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use elsa::sync::FrozenVec;
use restate_sdk::context::macro_support::SealedDurableFuture as _;
use restate_sdk::context::{DurableFuture, RequestTarget, RunFuture as _};
use restate_sdk::endpoint::ContextInternal;
use restate_sdk::errors::TerminalError;
use restate_sdk::serde::Json;
use serde_json::value::RawValue;
use workflow_runtime::__engine::{Doing, Durable, Outcome, Part, Stopped, Ticket};

use super::ending::Working;
use super::text::Text;
use crate::names::{ATTEMPT, AttemptTask, Given, kept_late};

type Begun<'a> = Pin<Box<dyn DurableFuture<Output = Result<Outcome, TerminalError>> + Send + 'a>>;

/// The names that the SDK borrows for as long as it waits for them.
pub(super) type Names = FrozenVec<Box<str>>;

/// An invocation that carries out a run, or a part of one.
pub(super) struct Invocation<'a> {
    ctx: &'a ContextInternal,
    /// The run's id.
    key: &'a str,
    names: &'a Names,
    working: &'a Working,
    /// By their tickets; those that were yielded are gone.
    parts: Mutex<Vec<Option<Begun<'a>>>>,
    /// The run was told to stop while work was under way that came to its end: what comes next is told.
    is_stopped: AtomicBool,
}

impl<'a> Invocation<'a> {
    pub(super) fn new(
        ctx: &'a ContextInternal,
        key: &'a str,
        names: &'a Names,
        working: &'a Working,
    ) -> Self {
        Invocation {
            ctx,
            key,
            names,
            working,
            parts: Mutex::default(),
            is_stopped: AtomicBool::new(false),
        }
    }

    fn parts(&self) -> MutexGuard<'_, Vec<Option<Begun<'a>>>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run_once(&self, name: &str, work: Doing<'_, String>) -> Result<String, Stopped> {
        if self.is_stopped.swap(false, Ordering::Relaxed) {
            return Err(Stopped);
        }
        // Until the server has the result.
        let _at_work = self.working.begin().await;
        let done = Mutex::new(None);
        let keep = &done;
        let text = self.ctx.run(move || async move {
            let text = Text(work.await);
            *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.clone());
            Ok(text)
        });
        if let Ok(Text(text)) = text.name(name).await {
            return Ok(text);
        }
        let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.keep_late(name, done.unwrap_or_default()).await
    }

    /// The run was told to stop before it heard of the work's result. If the work was done, it is not to be done again:
    /// its text is kept once more, where the run hears of it. An empty text says that it was not.
    async fn keep_late(&self, name: &str, done: Text) -> Result<String, Stopped> {
        loop {
            let text = done.clone();
            let kept = self.ctx.run(move || async move { Ok(text) });
            match kept.name(kept_late(name)).await {
                Ok(Text(text)) if text.is_empty() => return Err(Stopped),
                Ok(Text(text)) => {
                    self.is_stopped.store(true, Ordering::Relaxed);
                    return Ok(text);
                }
                // Told to stop once more.
                Err(_) => {}
            }
        }
    }

    fn begun(&self, part: Part) -> Begun<'a> {
        let ctx = self.ctx;
        match part {
            Part::Attempt { name, task } => {
                let target = RequestTarget::workflow(ctx.service_name(), self.key, ATTEMPT);
                let task = AttemptTask {
                    name,
                    task: raw(task),
                };
                let call = ctx.call::<_, Text>(target, None, None, None, Vec::new(), Json(task));
                Box::pin(call.map_ok(|Text(text)| Outcome::Text(text)))
            }
            Part::Timer(time) => Box::pin(ctx.sleep(time).map_ok(|()| Outcome::Rang)),
            Part::Promise(key) => {
                let key = self.names.push_get(key.into_boxed_str());
                let promise = ctx.promise::<Json<Given>>(key);
                Box::pin(promise.map_ok(|Json(given)| Outcome::Text(given.text.get().to_owned())))
            }
        }
    }

    async fn first_of(&self, tickets: &[Ticket]) -> Result<(Ticket, Outcome), Stopped> {
        if self.is_stopped.swap(false, Ordering::Relaxed) {
            return Err(Stopped);
        }
        let (open, handles): (Vec<_>, Vec<_>) = {
            let parts = self.parts();
            let handle = |ticket: &Ticket| Some((*ticket, parts.get(*ticket)?.as_ref()?.handle()));
            tickets.iter().filter_map(handle).unzip()
        };
        let at = self.ctx.select(handles).await.map_err(|_| Stopped)?;
        let ticket = open.get(at).copied();
        let part = ticket.and_then(|ticket| Some((ticket, self.parts().get_mut(ticket)?.take()?)));
        let Some((ticket, part)) = part else {
            return std::future::pending().await;
        };
        let outcome = part.await;
        let lost = |error: TerminalError| Outcome::Lost(error.message().to_owned());
        Ok((ticket, outcome.unwrap_or_else(lost)))
    }
}

impl Durable for Invocation<'_> {
    fn once<'a>(&'a self, name: &'a str, work: Doing<'a, String>) -> Doing<'a, Result<String, Stopped>> {
        Box::pin(self.run_once(name, work))
    }

    fn begin(&self, part: Part) -> Ticket {
        let begun = self.begun(part);
        let mut parts = self.parts();
        parts.push(Some(begun));
        parts.len() - 1
    }

    fn next<'a>(&'a self, tickets: &'a [Ticket]) -> Doing<'a, Result<(Ticket, Outcome), Stopped>> {
        Box::pin(self.first_of(tickets))
    }
}

/// Text that is JSON, as all texts of the runtime are; any other is carried as a string.
pub(super) fn raw(text: String) -> Box<RawValue> {
    let is_json = |text: &String| serde_json::from_str::<&RawValue>(text).is_ok();
    let text = if is_json(&text) {
        text
    } else {
        serde_json::Value::String(text).to_string()
    };
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
