//! Reading: connections of their own, which see the last commit and are in nobody's way.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use super::chain::{self, Head};
use super::error::Fault;
use super::{Claim, Header, Holder, Line, ReadLines, Status, StoreError, file, owner};

pub(super) struct Readers {
    path: Arc<Path>,
    /// Those that nobody uses just now.
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// More are opened when more read at once; these are kept.
    const KEPT: usize = 4;

    pub(super) fn new(path: Arc<Path>) -> Self {
        Self {
            path,
            idle: Mutex::default(),
        }
    }

    /// Shows the lines of a run to what `begin` yields, first one first, and yields its header.
    pub(super) fn read<R, F>(&self, id: &str, begin: F) -> Result<Option<(Header, R)>, StoreError>
    where
        F: FnOnce(&Header) -> R,
        R: ReadLines,
    {
        self.on_one(|connection| {
            let Some(record) = Record::find(connection, id)? else {
                return Ok(None);
            };
            let (run, head) = (record.run, record.head);
            let header = record.into_header(&mut Plans::new(connection), &mut Living::new(&self.path))?;
            let mut reader = begin(&header);
            chain::read(connection, id, run, &head, 0, |line| reader.line(line))?;
            Ok(Some((header, reader)))
        })
    }

    pub(super) fn read_since(&self, claim: &Claim, after: u64) -> Result<Vec<Line>, StoreError> {
        let id = claim.id();
        self.on_one(|connection| {
            let record = Record::get(connection, claim.run)?.ok_or_else(|| unknown(&self.path, id))?;
            if record.epoch != claim.epoch {
                let mut living = Living::new(&self.path);
                let by = record.owner.filter(|(token, _)| living.has(token));
                return Err(StoreError::Fenced {
                    id: id.to_owned(),
                    by: by.map(|(_, holder)| holder),
                }
                .into());
            }
            let mut lines = Vec::new();
            chain::read(connection, id, record.run, &record.head, after, |line| {
                lines.push(line)
            })?;
            Ok(lines)
        })
    }

    /// `None` if the run is gone.
    pub(super) fn glance(&self, run: i64) -> Result<Option<Glance>, StoreError> {
        self.on_one(|connection| {
            let mut select =
                connection.prepare_cached("SELECT last_seq, stops, epoch FROM runs WHERE key = ?1")?;
            let glance = select.query_row([run], |row| {
                Ok(Glance {
                    last: row.get::<_, i64>(0)?.cast_unsigned(),
                    stops: row.get(1)?,
                    epoch: row.get(2)?,
                })
            });
            Ok(glance.optional()?)
        })
    }

    pub(super) fn header(&self, id: &str) -> Result<Option<Header>, StoreError> {
        self.on_one(|connection| {
            let record = Record::find(connection, id)?;
            let (mut plans, mut living) = (Plans::new(connection), Living::new(&self.path));
            record
                .map(|record| record.into_header(&mut plans, &mut living))
                .transpose()
        })
    }

    pub(super) fn list(&self) -> Result<Vec<Header>, StoreError> {
        self.on_one(|connection| {
            let (mut plans, mut living) = (Plans::new(connection), Living::new(&self.path));
            let mut select = connection.prepare_cached(&format!("{SELECT} ORDER BY key"))?;
            let records = select.query_and_then((), Record::from_row)?;
            records
                .map(|record| record?.into_header(&mut plans, &mut living))
                .collect()
        })
    }

    pub(super) fn verify(&self, id: &str) -> Result<(), StoreError> {
        self.on_one(|connection| {
            let record = Record::find(connection, id)?.ok_or_else(|| unknown(&self.path, id))?;
            chain::verify(connection, id, record.run, &record.head)?;
            record.verify_plan(connection)
        })
    }

    /// A connection for somebody to keep.
    pub(super) fn open(&self) -> Result<Connection, StoreError> {
        file::open_to_read(&self.path)
    }

    /// Runs `look` on one connection, inside one transaction: all it sees is of one moment.
    fn on_one<T>(&self, look: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.open()?,
        };
        let seen = connection
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .map_err(Fault::from)
            .and_then(|transaction| look(&transaction))
            .map_err(|fault| fault.at(&self.path));
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.is_ok() && idle.len() < Self::KEPT {
            idle.push(connection);
        }
        seen
    }
}

pub(super) fn unknown(path: &Path, id: &str) -> StoreError {
    StoreError::Unknown {
        id: id.to_owned(),
        path: path.to_owned(),
    }
}

/// What others may have done to a run that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glance {
    /// Its last line.
    pub(super) last: u64,
    /// How often whoever held it was to stop.
    pub(super) stops: i64,
    /// Another one, once it was taken over.
    pub(super) epoch: i64,
}

/// All that is read of `runs`.
pub(super) const SELECT: &str =
    "SELECT key, id, workflow, fingerprint, plan, created_at, updated_at, state, position,
    last_seq, last_row, head, epoch, owner, holder_pid, holder_host, held_since, stops FROM runs";

/// A row of `runs`.
pub(super) struct Record {
    pub(super) run: i64,
    pub(super) id: String,
    pub(super) head: Head,
    pub(super) epoch: i64,
    pub(super) owner: Option<(String, Holder)>,
    workflow: String,
    fingerprint: String,
    plan: i64,
    created_at: i64,
    updated_at: i64,
    pub(super) status: Status,
    stops: i64,
}

impl Record {
    pub(super) fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<Self>> {
        let mut select = connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
        select.query_row([id], Self::from_row).optional()
    }

    pub(super) fn get(connection: &Connection, run: i64) -> rusqlite::Result<Option<Self>> {
        let mut select = connection.prepare_cached(&format!("{SELECT} WHERE key = ?1"))?;
        select.query_row(params![run], Self::from_row).optional()
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let owner = match row.get(13)? {
            None => None,
            Some(token) => {
                let holder = Holder {
                    pid: row.get::<_, Option<u32>>(14)?.unwrap_or_default(),
                    host: row.get::<_, Option<String>>(15)?.unwrap_or_default(),
                    since_ms: row.get::<_, Option<i64>>(16)?.unwrap_or_default(),
                };
                Some((token, holder))
            }
        };
        Ok(Self {
            run: row.get(0)?,
            id: row.get(1)?,
            workflow: row.get(2)?,
            fingerprint: row.get(3)?,
            plan: row.get(4)?,
            created_at: row.get(5)?,
            updated_at: row.get(6)?,
            status: Status {
                state: row.get(7)?,
                position: row.get(8)?,
            },
            head: Head {
                seq: row.get(9)?,
                row: row.get(10)?,
                hash: row.get(11)?,
            },
            epoch: row.get(12)?,
            owner,
            stops: row.get(17)?,
        })
    }

    /// Whether the plan is the one that the run was entered with.
    fn verify_plan(&self, connection: &Connection) -> Result<(), Fault> {
        let mut select = connection.prepare_cached("SELECT body, digest FROM plans WHERE key = ?1")?;
        let (body, digest): (String, Vec<u8>) =
            select.query_row([self.plan], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if Sha256::digest(body.as_bytes()).as_slice() == digest {
            return Ok(());
        }
        Err(StoreError::OtherPlan { id: self.id.clone() }.into())
    }

    pub(super) fn into_header(self, plans: &mut Plans<'_>, living: &mut Living<'_>) -> Result<Header, Fault> {
        Ok(Header {
            plan: plans.get(self.plan)?,
            holder: self
                .owner
                .filter(|(token, _)| living.has(token))
                .map(|(_, holder)| holder),
            id: self.id,
            workflow: self.workflow,
            fingerprint: self.fingerprint,
            status: self.status,
            last_seq: self.head.seq.max(0).cast_unsigned(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            stops: self.stops,
        })
    }
}

/// The plans by their keys, each read once.
pub(super) struct Plans<'c> {
    connection: &'c Connection,
    known: HashMap<i64, Arc<str>>,
}

impl<'c> Plans<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            known: HashMap::new(),
        }
    }

    fn get(&mut self, key: i64) -> rusqlite::Result<Arc<str>> {
        if let Some(plan) = self.known.get(&key) {
            return Ok(Arc::clone(plan));
        }
        let mut select = self
            .connection
            .prepare_cached("SELECT body FROM plans WHERE key = ?1")?;
        let plan: Arc<str> = select.query_row([key], |row| row.get::<_, String>(0))?.into();
        self.known.insert(key, Arc::clone(&plan));
        Ok(plan)
    }
}

/// Which owners live, each asked once.
pub(super) struct Living<'p> {
    path: &'p Path,
    known: HashMap<String, bool>,
}

impl<'p> Living<'p> {
    pub(super) fn new(path: &'p Path) -> Self {
        Self {
            path,
            known: HashMap::new(),
        }
    }

    fn has(&mut self, token: &str) -> bool {
        if let Some(&lives) = self.known.get(token) {
            return lives;
        }
        let lives = owner::lives(self.path, token);
        self.known.insert(token.to_owned(), lives);
        lives
    }
}
