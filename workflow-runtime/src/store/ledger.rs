//! The writer's side of the file: its transactions, and what it knows without asking.
//!
//! The ends of the chains that this store holds are known here, so that an append is one insert and one update. What is
//! known goes stale when another connection has written (SQLite counts that) and after a rollback; then it is read again.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::chain::{self, Head};
use super::error::Fault;
use super::owner::{self, Owner};
use super::queue::Queue;
use super::reader::Record;
use super::{Claim, Holder, NewLine, NewRun, Status, StoreError};

pub(super) struct Ledger {
    pub(super) connection: Connection,
    pub(super) path: Arc<Path>,
    pub(super) queue: Arc<Queue>,
    owner: Owner,
    held: HashMap<i64, Held>,
    /// Runs taken hold of in the open transaction.
    granted: Vec<i64>,
    /// Runs let go of, with their epochs, of which the file does not know yet.
    let_go: Vec<(i64, i64)>,
    last_number: u64,
    /// Rises when all that is known goes stale.
    generation: u64,
    /// What SQLite counted when the last transaction began.
    data_version: i64,
    commits_since_look: u32,
}

struct Held {
    number: u64,
    epoch: i64,
    head: Head,
    /// When `head` was known to be true.
    generation: u64,
}

impl Ledger {
    /// The size of the log, in pages, from which on it is written back.
    const LOG_PAGES: i64 = 1000;
    /// The size of the log is looked at once in so many commits.
    const COMMITS_PER_LOOK: u32 = 32;
    const PATIENCE_AT_CLOSE: Duration = Duration::from_millis(500);
    const RETRY: Duration = Duration::from_secs(1);

    pub(super) fn open(
        mut connection: Connection,
        path: Arc<Path>,
        queue: Arc<Queue>,
    ) -> Result<Self, StoreError> {
        let sql = |error| StoreError::sql(&path, error);
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(sql)?;
        let token = transaction
            .query_row("SELECT lower(hex(randomblob(16)))", (), |row| row.get(0))
            .map_err(sql)?;
        let owner = Owner::register(&path, token)?;
        transaction.commit().map_err(sql)?;
        Ok(Self {
            connection,
            path,
            queue,
            owner,
            held: HashMap::new(),
            granted: Vec::new(),
            let_go: Vec::new(),
            last_number: 0,
            generation: 0,
            data_version: 0,
            commits_since_look: 0,
        })
    }

    pub(super) fn begin(&mut self) -> rusqlite::Result<()> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
        let version = self
            .connection
            .prepare_cached("PRAGMA data_version")?
            .query_row((), |row| row.get(0))?;
        if version != self.data_version {
            self.data_version = version;
            self.generation += 1;
        }
        // Those that could not be written when they were asked for.
        self.let_go
            .iter()
            .try_for_each(|(run, epoch)| self.write_release(*run, *epoch))
    }

    /// When to try again what could not be written, should nothing else be asked for: others wait for these runs.
    pub(super) fn retry_in(&self) -> Option<Duration> {
        (!self.let_go.is_empty()).then_some(Self::RETRY)
    }

    pub(super) fn commit(&mut self) -> rusqlite::Result<()> {
        self.connection.prepare_cached("COMMIT")?.execute(())?;
        self.granted.clear();
        self.let_go.clear();
        self.commits_since_look += 1;
        Ok(())
    }

    pub(super) fn roll_back(&mut self) {
        // After some errors SQLite has rolled back by itself.
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        self.generation += 1;
        for run in self.granted.drain(..) {
            self.held.remove(&run);
        }
    }

    /// Writes the log back into the file when it has grown long.
    pub(super) fn tidy(&mut self) {
        if self.commits_since_look < Self::COMMITS_PER_LOOK {
            return;
        }
        self.commits_since_look = 0;
        // Should it fail, nothing is lost: the log stays and the next attempt writes it back.
        if self
            .checkpoint("NOOP")
            .is_ok_and(|pages| pages >= Self::LOG_PAGES)
        {
            let _ = self.checkpoint("PASSIVE");
        }
    }

    /// Yields the size of the log in pages.
    fn checkpoint(&self, mode: &str) -> rusqlite::Result<i64> {
        let mut pragma = self
            .connection
            .prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?;
        pragma.query_row((), |row| row.get(1))
    }

    /// Lets go of all runs and closes the file.
    pub(super) fn close(mut self) {
        // Whoever drops the last handle waits for this.
        let _ = self.connection.busy_timeout(Self::PATIENCE_AT_CLOSE);
        if !self.held.is_empty() && self.begin().is_ok() {
            let held = std::mem::take(&mut self.held);
            let released = held
                .into_iter()
                .try_for_each(|(run, held)| self.write_release(run, held.epoch));
            if released.and_then(|()| self.commit()).is_err() {
                // Who wants them finds this owner dead.
                self.roll_back();
            }
        }
        // The last to close the file writes the log back and removes it; only then is this owner gone.
        drop(self.connection);
        drop(self.owner);
    }

    pub(super) fn enter(&mut self, new: &NewRun) -> rusqlite::Result<(i64, Head)> {
        let plan = self.plan(&new.plan)?;
        let head = Head::start(&new.id);
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO runs (id, workflow, fingerprint, plan, created_at, updated_at, state, position,
                last_seq, last_row, head, epoch) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, 0, 0, ?8, 0)",
        )?;
        let Status { state, position } = &new.status;
        let run = insert.insert(params![
            new.id,
            new.workflow,
            new.fingerprint,
            plan,
            new.created_at,
            state,
            position,
            head.hash
        ])?;
        Ok((run, head))
    }

    fn plan(&self, body: &str) -> rusqlite::Result<i64> {
        let digest: chain::Hash = Sha256::digest(body.as_bytes()).into();
        let mut select = self
            .connection
            .prepare_cached("SELECT key FROM plans WHERE digest = ?1")?;
        if let Some(key) = select.query_row([&digest], |row| row.get(0)).optional()? {
            return Ok(key);
        }
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO plans (digest, body) VALUES (?1, ?2)")?;
        insert.insert(params![digest, body])
    }

    /// Adds lines to the chain that ends at `head`, and puts the run's new state beside them.
    pub(super) fn append(
        &self,
        run: i64,
        mut head: Head,
        lines: &[NewLine],
        status: Option<&Status>,
    ) -> rusqlite::Result<Head> {
        for line in lines {
            head = chain::append(&self.connection, run, &head, line)?;
        }
        let updated_at = lines.last().map(|line| line.at_ms);
        match status {
            Some(Status { state, position }) => self
                .connection
                .prepare_cached(
                    "UPDATE runs SET last_seq = ?2, last_row = ?3, head = ?4, updated_at = ifnull(?5, updated_at),
                        state = ?6, position = iif(?7 = '', position, ?7) WHERE key = ?1",
                )?
                .execute(params![run, head.seq, head.row, head.hash, updated_at, state, position])?,
            None => self
                .connection
                .prepare_cached(
                    "UPDATE runs SET last_seq = ?2, last_row = ?3, head = ?4, updated_at = ifnull(?5, updated_at)
                        WHERE key = ?1",
                )?
                .execute(params![run, head.seq, head.row, head.hash, updated_at])?,
        };
        Ok(head)
    }

    /// Counts that who holds the run is to stop.
    pub(super) fn stop(&self, run: i64) -> rusqlite::Result<()> {
        let mut update = self
            .connection
            .prepare_cached("UPDATE runs SET stops = stops + 1 WHERE key = ?1")?;
        update.execute([run]).map(drop)
    }

    /// Who lives and holds the run of this record.
    pub(super) fn holder<'r>(&self, record: &'r Record) -> Option<&'r Holder> {
        let (token, holder) = record.owner.as_ref()?;
        let lives = if *token == self.owner.token {
            // A release that could not be written leaves our name behind.
            self.held.contains_key(&record.run)
        } else {
            owner::lives(&self.path, token)
        };
        lives.then_some(holder)
    }

    /// Takes hold of a run, whoever held it.
    pub(super) fn hold(
        &mut self,
        id: &str,
        run: i64,
        epoch: i64,
        head: Head,
    ) -> rusqlite::Result<(Claim, Holder)> {
        let holder = Holder::here();
        let epoch = epoch + 1;
        let mut update = self.connection.prepare_cached(
            "UPDATE runs SET epoch = ?2, owner = ?3, holder_pid = ?4, holder_host = ?5, held_since = ?6
                WHERE key = ?1",
        )?;
        update.execute(params![
            run,
            epoch,
            self.owner.token,
            holder.pid,
            holder.host,
            holder.since_ms
        ])?;
        self.last_number += 1;
        let number = self.last_number;
        self.granted.push(run);
        self.held.insert(
            run,
            Held {
                number,
                epoch,
                head,
                generation: self.generation,
            },
        );
        Ok((
            Claim {
                id: id.into(),
                run,
                epoch,
                number,
                queue: Arc::clone(&self.queue),
            },
            holder,
        ))
    }

    /// The end of the chain of a run that is held by claim `number`, or who took it over.
    pub(super) fn held(&mut self, id: &str, run: i64, number: u64) -> Result<Head, Fault> {
        let fenced = |by: Option<Holder>| StoreError::Fenced {
            id: id.to_owned(),
            by,
        };
        let generation = self.generation;
        let ours = self
            .held
            .get(&run)
            .filter(|held| held.number == number)
            .map(|held| (held.epoch, held.head, held.generation));
        match ours {
            Some((_, head, as_of)) if as_of == generation => return Ok(head),
            _ => {}
        }
        let record = Record::get(&self.connection, run)?;
        let current = match (&record, ours) {
            (Some(record), Some((epoch, ..))) if record.epoch == epoch && record.id == id => {
                Some(record.head)
            }
            _ => None,
        };
        let Some(head) = current else {
            if ours.is_some() {
                self.held.remove(&run);
            }
            let by = record.as_ref().and_then(|record| self.holder(record)).cloned();
            return Err(fenced(by).into());
        };
        self.now_ends(run, head);
        Ok(head)
    }

    /// Takes note of the new end of a chain, if the run is held here.
    pub(super) fn now_ends(&mut self, run: i64, head: Head) {
        if let Some(held) = self.held.get_mut(&run) {
            held.head = head;
            held.generation = self.generation;
        }
    }

    /// Lets go of a run, unless it is held by another claim by now.
    pub(super) fn release(&mut self, run: i64, epoch: i64, number: u64) -> rusqlite::Result<()> {
        if self.held.get(&run).is_some_and(|held| held.number != number) {
            return Ok(());
        }
        self.held.remove(&run);
        if !self.let_go.contains(&(run, epoch)) {
            self.let_go.push((run, epoch));
        }
        self.write_release(run, epoch)
    }

    fn write_release(&self, run: i64, epoch: i64) -> rusqlite::Result<()> {
        let mut update = self.connection.prepare_cached(
            "UPDATE runs SET owner = NULL, holder_pid = NULL, holder_host = NULL, held_since = NULL
                WHERE key = ?1 AND epoch = ?2 AND owner = ?3",
        )?;
        update.execute(params![run, epoch, self.owner.token]).map(drop)
    }
}
