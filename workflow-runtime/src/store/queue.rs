//! What waits to be written, and the way an answer takes back.

use std::fmt;
use std::future::Future;
use std::mem;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::oneshot;

use super::StoreError;
use super::error::Fault;
use super::ledger::Ledger;

/// Something to be done inside a transaction. It may be done over, after a rollback.
pub(super) trait Work: Send + 'static {
    type Done: Send + 'static;

    /// To be refused, it must not have written anything.
    fn perform(&self, ledger: &mut Ledger) -> Result<Self::Done, Fault>;
}

/// Work of any kind, with its outcome and with somebody who waits for it.
pub(super) trait Pending: Send {
    /// An error is one of SQLite, after which the transaction is no good any more.
    fn perform(&mut self, ledger: &mut Ledger) -> rusqlite::Result<()>;
    fn fail(&mut self, error: StoreError);
    fn answer(self: Box<Self>);
}

struct Job<W: Work> {
    work: W,
    outcome: Option<Result<W::Done, StoreError>>,
    reply: oneshot::Sender<Result<W::Done, StoreError>>,
}

impl<W: Work> Pending for Job<W> {
    fn perform(&mut self, ledger: &mut Ledger) -> rusqlite::Result<()> {
        self.outcome = Some(match self.work.perform(ledger) {
            Ok(done) => Ok(done),
            Err(Fault::Refused(error)) => Err(error),
            Err(Fault::Sql(error)) => return Err(error),
        });
        Ok(())
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Err(error));
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // Who asked may have lost interest. A claim that reaches nobody gives itself back.
            drop(self.reply.send(outcome));
        }
    }
}

pub(super) struct Queue {
    path: Arc<Path>,
    waiting: Mutex<Waiting>,
    arrival: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: Vec<Box<dyn Pending>>,
    is_closed: bool,
    writer_sleeps: bool,
}

impl Queue {
    pub(super) fn new(path: Arc<Path>) -> Arc<Self> {
        Arc::new(Self {
            path,
            waiting: Mutex::default(),
            arrival: Condvar::new(),
        })
    }

    pub(super) fn submit<W: Work>(&self, work: W) -> Reply<W::Done> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Job {
            work,
            outcome: None,
            reply,
        });
        let mut waiting = self.lock();
        if !waiting.is_closed {
            waiting.jobs.push(job);
            if mem::take(&mut waiting.writer_sleeps) {
                drop(waiting);
                self.arrival.notify_one();
            }
        }
        Reply {
            answer,
            path: Arc::clone(&self.path),
        }
    }

    /// Waits for work, but not for longer than `patience`, and takes all there is; `false` when none will come.
    ///
    /// It does not pay to look out for more before going to sleep: that takes time from those who prepare it (measured).
    pub(super) fn take(&self, jobs: &mut Vec<Box<dyn Pending>>, patience: Option<Duration>) -> bool {
        let mut waiting = self.lock();
        while waiting.jobs.is_empty() && !waiting.is_closed {
            waiting.writer_sleeps = true;
            let Some(patience) = patience else {
                waiting = self.arrival.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let woken = self.arrival.wait_timeout(waiting, patience);
            let (woken, wait) = woken.unwrap_or_else(PoisonError::into_inner);
            waiting = woken;
            if wait.timed_out() {
                break;
            }
        }
        mem::swap(&mut waiting.jobs, jobs);
        !jobs.is_empty() || !waiting.is_closed
    }

    /// Lets nothing more in; what is in will still be done.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.arrival.notify_one();
    }

    /// Lets nothing more in and drops what is in: those who wait learn that the store is closed.
    pub(super) fn abandon(&self) {
        let mut waiting = self.lock();
        waiting.is_closed = true;
        let jobs = mem::take(&mut waiting.jobs);
        drop(waiting);
        drop(jobs);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer that is under way.
#[must_use = "what was asked for is done even so, but nobody learns whether it worked"]
pub(crate) struct Reply<T> {
    answer: oneshot::Receiver<Result<T, StoreError>>,
    path: Arc<Path>,
}

#[cfg(test)]
impl<T> Reply<T> {
    /// Blocks the thread until the answer is there.
    pub(crate) fn wait(self) -> Result<T, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        runtime.block_on(self)
    }
}

impl<T> Future for Reply<T> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(context).map(|answer| {
            answer.unwrap_or_else(|_| {
                Err(StoreError::Closed {
                    path: self.path.to_path_buf(),
                })
            })
        })
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").finish_non_exhaustive()
    }
}
