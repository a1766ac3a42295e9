//! The lines of a run as a chain: each knows the row of the one before it and has a hash over all of them.
//!
//! A chain is walked from its end. Rows are only ever added, so each step leads to a smaller row and a walk ends also
//! in a file that somebody has tampered with.

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::error::Fault;
use super::{Line, NewLine, StoreError};

pub(super) type Hash = [u8; 32];

/// The end of a run's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) seq: i64,
    /// Row of the last line, 0 before the first.
    pub(super) row: i64,
    pub(super) hash: Hash,
}

impl Head {
    /// Before the first line. The id goes in, so that no run passes for another.
    pub(super) fn start(id: &str) -> Self {
        Self {
            seq: 0,
            row: 0,
            hash: Sha256::digest(id.as_bytes()).into(),
        }
    }

    fn hash_of_next(&self, at_ms: i64, body: &[u8]) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(self.hash);
        hasher.update((self.seq + 1).to_be_bytes());
        hasher.update(at_ms.to_be_bytes());
        hasher.update(body);
        hasher.finalize().into()
    }
}

/// Adds one line to the chain of `run` that ends at `head`, and yields the new end.
pub(super) fn append(
    connection: &Connection,
    run: i64,
    head: &Head,
    line: &NewLine,
) -> rusqlite::Result<Head> {
    let seq = head.seq + 1;
    let hash = head.hash_of_next(line.at_ms, line.body.as_bytes());
    let mut insert = connection.prepare_cached(
        "INSERT INTO journal (run, seq, previous, at_ms, hash, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let row = insert.insert(params![run, seq, head.row, line.at_ms, hash, line.body])?;
    Ok(Head { seq, row, hash })
}

/// Shows the lines after line `after` of the chain that ends at `head` to `visit`, first one first.
///
/// A chain is walked from its end, so its rows are looked up first; what is kept of them is small. The lines themselves
/// are read one by one: a long journal takes no more memory than what `visit` keeps of it.
pub(super) fn read(
    connection: &Connection,
    id: &str,
    run: i64,
    head: &Head,
    after: u64,
    mut visit: impl FnMut(Line),
) -> Result<(), Fault> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut rows = Vec::new();
    walk(connection, id, run, head, after, |row| rows.push(row))?;
    let mut select = connection.prepare_cached("SELECT seq, at_ms, body FROM journal WHERE row = ?1")?;
    for row in rows.into_iter().rev() {
        let line = select.query_row([row], |found| {
            let seq: i64 = found.get(0)?;
            let body = found.get_ref(2)?.as_bytes().map(<[u8]>::to_vec);
            Ok((seq, found.get(1)?, body))
        })?;
        let (seq, at_ms, body) = line;
        let body = body.ok().and_then(|body| String::from_utf8(body).ok());
        let body = body.ok_or_else(|| broken(id, seq, "is not text"))?;
        visit(Line {
            seq: seq.cast_unsigned(),
            at_ms,
            body,
        });
    }
    Ok(())
}

/// Recomputes all hashes of the chain that ends at `head`.
pub(super) fn verify(connection: &Connection, id: &str, run: i64, head: &Head) -> Result<(), Fault> {
    // Walked backwards, computed forwards: what is kept in between is small, the bodies are read again.
    let mut rows = Vec::new();
    walk(connection, id, run, head, 0, |row| rows.push(row))?;
    let mut now = Head::start(id);
    let mut select = connection.prepare_cached("SELECT at_ms, hash, body FROM journal WHERE row = ?1")?;
    for row in rows.into_iter().rev() {
        let seq = now.seq + 1;
        let (hash, recorded) = select.query_row([row], |found| {
            let hash = now.hash_of_next(found.get(0)?, found.get_ref(2)?.as_bytes()?);
            Ok((hash, found.get_ref(1)?.as_blob()? == hash.as_slice()))
        })?;
        if !recorded {
            return Err(broken(
                id,
                seq,
                "is not what was recorded, or does not follow the line before it",
            )
            .into());
        }
        now = Head { seq, row, hash };
    }
    if now.hash != head.hash {
        return Err(broken(id, head.seq, "is not the last line that was recorded").into());
    }
    Ok(())
}

/// Shows the row of each line after line `after` to `visit`, last one first.
fn walk(
    connection: &Connection,
    id: &str,
    run: i64,
    head: &Head,
    after: i64,
    mut visit: impl FnMut(i64),
) -> Result<(), Fault> {
    let mut select = connection.prepare_cached("SELECT run, seq, previous FROM journal WHERE row = ?1")?;
    let (mut row, mut seq, mut limit) = (head.row, head.seq, i64::MAX);
    while seq > after {
        if row >= limit {
            return Err(broken(id, seq, "stands out of order").into());
        }
        let mut rows = select.query([row])?;
        let Some(found) = rows.next()? else {
            return Err(broken(id, seq, "is missing").into());
        };
        if found.get::<_, i64>(0)? != run || found.get::<_, i64>(1)? != seq {
            return Err(broken(id, seq, "is missing, another stands in its place").into());
        }
        visit(row);
        (limit, row, seq) = (row, found.get(2)?, seq - 1);
    }
    if seq == 0 && row != 0 {
        return Err(broken(id, 1, "is not the first that was recorded").into());
    }
    Ok(())
}

fn broken(id: &str, seq: i64, what: &'static str) -> StoreError {
    StoreError::Broken {
        id: id.to_owned(),
        seq: seq.max(0).cast_unsigned(),
        what,
    }
}
