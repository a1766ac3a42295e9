//! The one thread that writes: it takes what waits, does it in one transaction, and answers after the commit.

use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use super::StoreError;
use super::ledger::Ledger;
use super::queue::{Pending, Queue};

/// The running thread; dropping it waits until it has done all it was given and has closed the file.
pub(super) struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, path: Arc<Path>) -> Result<Self, StoreError> {
        let queue = Queue::new(Arc::clone(&path));
        let ledger = Ledger::open(connection, Arc::clone(&path), Arc::clone(&queue))?;
        let thread = thread::Builder::new()
            .name("workflow-journal".to_owned())
            .spawn(move || write(ledger))
            .map_err(|error| StoreError::io(&path, error))?;
        Ok(Self {
            queue,
            thread: Some(thread),
        })
    }

    pub(super) fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // Should it have panicked, whoever waited for an answer knows already.
            let _ = thread.join();
        }
    }
}

fn write(mut ledger: Ledger) {
    let _abandoned = AbandonOnPanic(Arc::clone(&ledger.queue));
    let mut jobs = Vec::new();
    while ledger.queue.take(&mut jobs, ledger.retry_in()) {
        commit_all(&mut ledger, &mut jobs);
        for job in jobs.drain(..) {
            job.answer();
        }
        ledger.tidy();
    }
    ledger.close();
}

/// Does all jobs in one transaction, or, if SQLite gives that up, each in one of its own: then a job that cannot be
/// done fails alone.
fn commit_all(ledger: &mut Ledger, jobs: &mut [Box<dyn Pending>]) {
    match attempt(ledger, jobs) {
        Ok(()) => {}
        Err(Failure::InJob(_)) if jobs.len() > 1 => {
            for job in jobs.chunks_mut(1) {
                commit_all(ledger, job);
            }
        }
        Err(Failure::InJob(error) | Failure::InCommit(error)) => {
            let error = StoreError::sql(&ledger.path, error);
            for job in jobs {
                job.fail(error.clone());
            }
        }
    }
}

enum Failure {
    InJob(rusqlite::Error),
    InCommit(rusqlite::Error),
}

fn attempt(ledger: &mut Ledger, jobs: &mut [Box<dyn Pending>]) -> Result<(), Failure> {
    let done = ledger.begin().map_err(Failure::InCommit).and_then(|()| {
        for job in jobs {
            job.perform(ledger).map_err(Failure::InJob)?;
        }
        ledger.commit().map_err(Failure::InCommit)
    });
    if done.is_err() {
        ledger.roll_back();
    }
    done
}

struct AbandonOnPanic(Arc<Queue>);

impl Drop for AbandonOnPanic {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
