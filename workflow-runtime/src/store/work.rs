//! What can be asked of the writer, one type each.

use std::sync::Arc;

use super::chain;
use super::error::Fault;
use super::ledger::Ledger;
use super::queue::Work;
use super::reader::{Living, Plans, Record, unknown};
use super::{Claim, Claimed, NewLine, NewRun, Status, StoreError};

/// Enter a run and hold it.
pub(super) struct Create(pub(super) NewRun);

impl Work for Create {
    type Done = Claim;

    fn perform(&self, ledger: &mut Ledger) -> Result<Claim, Fault> {
        let new = &self.0;
        if Record::find(&ledger.connection, &new.id)?.is_some() {
            return Err(StoreError::Exists { id: new.id.clone() }.into());
        }
        let (run, head) = ledger.enter(new)?;
        let head = ledger.append(run, head, &new.lines, None)?;
        let (claim, _) = ledger.hold(&new.id, run, 0, head)?;
        Ok(claim)
    }
}

/// Hold a run that is there.
pub(super) struct Take {
    pub(super) id: String,
    pub(super) after: u64,
    pub(super) by_force: bool,
}

impl Work for Take {
    type Done = Claimed;

    fn perform(&self, ledger: &mut Ledger) -> Result<Claimed, Fault> {
        let id = &self.id;
        let record = Record::find(&ledger.connection, id)?.ok_or_else(|| unknown(&ledger.path, id))?;
        if let Some(holder) = ledger.holder(&record).filter(|_| !self.by_force) {
            return Err(StoreError::Held {
                id: id.clone(),
                holder: holder.clone(),
            }
            .into());
        }
        // All is read before anything is written: then a broken chain is a refusal.
        let (run, epoch, head) = (record.run, record.epoch, record.head);
        let mut lines = Vec::new();
        chain::read(&ledger.connection, id, run, &head, self.after, |line| {
            lines.push(line)
        })?;
        let mut header = record.into_header(
            &mut Plans::new(&ledger.connection),
            &mut Living::new(&ledger.path),
        )?;
        let (claim, holder) = ledger.hold(id, run, epoch, head)?;
        header.holder = Some(holder);
        Ok(Claimed { claim, header, lines })
    }
}

/// Let go of a run.
pub(super) struct Release {
    pub(super) run: i64,
    pub(super) epoch: i64,
    pub(super) number: u64,
}

impl Work for Release {
    type Done = ();

    fn perform(&self, ledger: &mut Ledger) -> Result<(), Fault> {
        Ok(ledger.release(self.run, self.epoch, self.number)?)
    }
}

/// Go on with a run that is held.
pub(super) struct Append {
    pub(super) id: Arc<str>,
    pub(super) run: i64,
    pub(super) number: u64,
    pub(super) lines: Vec<NewLine>,
    pub(super) status: Option<Status>,
}

impl Work for Append {
    type Done = u64;

    fn perform(&self, ledger: &mut Ledger) -> Result<u64, Fault> {
        let head = ledger.held(&self.id, self.run, self.number)?;
        let head = ledger.append(self.run, head, &self.lines, self.status.as_ref())?;
        ledger.now_ends(self.run, head);
        Ok(head.seq.cast_unsigned())
    }
}

/// Add to a run that somebody else may hold.
pub(super) struct AppendIf {
    pub(super) id: String,
    pub(super) expected: u64,
    pub(super) lines: Vec<NewLine>,
    pub(super) status: Option<Status>,
}

impl Work for AppendIf {
    type Done = u64;

    fn perform(&self, ledger: &mut Ledger) -> Result<u64, Fault> {
        let id = &self.id;
        let record = Record::find(&ledger.connection, id)?.ok_or_else(|| unknown(&ledger.path, id))?;
        let found = record.head.seq.cast_unsigned();
        if found != self.expected {
            return Err(StoreError::Conflict {
                id: id.clone(),
                expected: self.expected,
                found,
            }
            .into());
        }
        let head = ledger.append(record.run, record.head, &self.lines, self.status.as_ref())?;
        ledger.now_ends(record.run, head);
        Ok(head.seq.cast_unsigned())
    }
}

/// Tell whoever holds a run to stop.
pub(super) struct Stop {
    pub(super) id: String,
    pub(super) line: NewLine,
    /// How the run stands then, by how it stood; nothing is done if it says nothing.
    pub(super) status: fn(&Status) -> Option<Status>,
}

impl Work for Stop {
    /// How the run stood.
    type Done = Status;

    fn perform(&self, ledger: &mut Ledger) -> Result<Status, Fault> {
        let id = &self.id;
        let record = Record::find(&ledger.connection, id)?.ok_or_else(|| unknown(&ledger.path, id))?;
        if let Some(status) = (self.status)(&record.status) {
            let line = std::slice::from_ref(&self.line);
            let head = ledger.append(record.run, record.head, line, Some(&status))?;
            ledger.stop(record.run)?;
            ledger.now_ends(record.run, head);
        }
        Ok(record.status)
    }
}
