//! The database of a live service: one connection that writes, several that read.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use rusqlite::Connection;

use crate::{database, failure::Outcome};

/// Connections to one database file; clones share them.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    writer: Mutex<Connection>,
    readers: Vec<Mutex<Connection>>,
    next_reader: AtomicUsize,
}

impl Store {
    /// Opens the file with so many connections for reading.
    ///
    /// # Errors
    /// When the file is not a database of ours.
    pub fn open(path: &Path, readers: u32) -> Outcome<Self> {
        let writer = Mutex::new(database::open(path)?);
        let readers = (0..readers.max(1))
            .map(|_| database::open(path).map(Mutex::new))
            .collect::<Outcome<_>>()?;
        Ok(Store {
            inner: Arc::new(Inner {
                writer,
                readers,
                next_reader: AtomicUsize::new(0),
            }),
        })
    }

    /// Works on the writing connection, off the threads that serve; nothing where the work panicked.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> Option<T> {
        let inner = Arc::clone(&self.inner);
        let writing = move || work(&mut inner.writer.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(writing).await.ok()
    }

    /// Works on a reading connection, off the threads that serve; nothing where the work panicked.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> Option<T> {
        let inner = Arc::clone(&self.inner);
        let reading = move || {
            let turn = inner.next_reader.fetch_add(1, Ordering::Relaxed) % inner.readers.len();
            let free = inner
                .readers
                .iter()
                .cycle()
                .skip(turn)
                .take(inner.readers.len())
                .find_map(|one| one.try_lock().ok());
            match free {
                Some(mut reader) => work(&mut reader),
                None => work(&mut inner.readers[turn].lock().unwrap_or_else(PoisonError::into_inner)),
            }
        };
        tokio::task::spawn_blocking(reading).await.ok()
    }
}
