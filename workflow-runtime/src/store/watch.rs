//! Looking out for what others do to the runs that are held here: SQLite tells other processes nothing, so a thread
//! asks it, as long as a run is held.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;

use super::reader::{Glance, Readers};
use crate::bell::Bell;

/// How long what another process did may go unnoticed.
const PAUSE: Duration = Duration::from_millis(50);

/// The thread that looks; it is started with the first run that is held, and ends when this is dropped.
pub(super) struct Watch {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    readers: Arc<Readers>,
    watched: Mutex<Watched>,
    changed: Condvar,
}

#[derive(Default)]
struct Watched {
    runs: Vec<Run>,
    /// One was added since the last look, and what others did to it before that may be older than that look.
    has_new: bool,
    is_closed: bool,
}

struct Run {
    key: i64,
    seen: Glance,
    bell: Weak<Bell>,
}

impl Watch {
    pub(super) fn new(readers: Arc<Readers>) -> Self {
        Self {
            shared: Arc::new(Shared {
                readers,
                watched: Mutex::default(),
                changed: Condvar::new(),
            }),
            thread: Mutex::default(),
        }
    }

    pub(super) fn add(&self, key: i64, seen: Glance, bell: &Arc<Bell>) {
        let mut watched = self.shared.lock();
        watched.runs.push(Run {
            key,
            seen,
            bell: Arc::downgrade(bell),
        });
        watched.has_new = true;
        drop(watched);
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            let shared = Arc::clone(&self.shared);
            let started = thread::Builder::new()
                .name("workflow-watch".to_owned())
                .spawn(move || shared.keep_looking());
            // Without a thread to spare, what other processes do is noticed at the next start.
            *thread = started.ok();
        }
        self.shared.changed.notify_one();
    }

    /// What cannot be seen now, the thread looks at again.
    pub(super) fn look(&self) {
        self.shared.look();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_one();
        let thread = self
            .thread
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // Should it have panicked, there is nothing more to look after.
            let _ = thread.join();
        }
    }
}

fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "data_version", |row| row.get(0))
}

impl Shared {
    fn keep_looking(&self) {
        // One connection of its own: what it is asked for tells what others committed since.
        let mut asking = self.readers.open().ok();
        let mut version = None;
        let mut watched = self.lock();
        while !watched.is_closed {
            watched.runs.retain(|run| run.bell.strong_count() > 0);
            if watched.runs.is_empty() {
                watched = self.changed.wait(watched).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let waited = self.changed.wait_timeout(watched, PAUSE);
            let mut woken = waited.unwrap_or_else(PoisonError::into_inner).0;
            let has_new = std::mem::take(&mut woken.has_new);
            drop(woken);
            let now = asking
                .as_ref()
                .and_then(|connection| data_version(connection).ok());
            if now.is_none() {
                // An error is one of the moment; until then each look is a look at all.
                asking = self.readers.open().ok();
            }
            if now.is_none() || now != version || has_new {
                // What could not be seen just now is looked at again, even if nobody writes anything more.
                version = if self.look() { now } else { None };
            }
            watched = self.lock();
        }
    }

    /// Says whether all could be seen.
    fn look(&self) -> bool {
        let mut saw_all = true;
        for run in &mut self.lock().runs {
            let Some(bell) = run.bell.upgrade() else { continue };
            let now = match self.readers.glance(run.key) {
                Ok(Some(now)) => now,
                Ok(None) => continue,
                Err(_) => {
                    saw_all = false;
                    continue;
                }
            };
            let before = std::mem::replace(&mut run.seen, now);
            if now.stops > before.stops {
                bell.stop();
            } else if now != before {
                bell.ring();
            }
        }
        saw_all
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
