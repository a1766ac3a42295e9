//! The journal in a SQLite file: events become lines of text here, and lines become events.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::change::changed_plan;
use crate::error::{Kind, RuntimeError};
use crate::journal::backend::{Backend, Found, Hold, Record, Recording, Reply, Standing};
use crate::journal::event::Event;
use crate::journal::memory::other_workflow;
use crate::journal::wire;
use crate::layout::Layout;
use crate::store::{Claim, Claimed, Header, Line, NewLine, NewRun, SqliteStore, Status, StoreError};

/// The journals of many runs, in a file.
pub(crate) struct Sqlite {
    store: SqliteStore,
}

struct SqliteHold {
    store: SqliteStore,
    claim: Claim,
}

impl Sqlite {
    pub(crate) fn open(path: &Path) -> Result<Self, RuntimeError> {
        Ok(Sqlite {
            store: SqliteStore::open(path)?,
        })
    }

    fn hold(&self, claim: Claim) -> Box<dyn Hold> {
        Box::new(SqliteHold {
            store: self.store.clone(),
            claim,
        })
    }
}

impl Backend for Sqlite {
    fn writes(&self) -> bool {
        true
    }

    fn begin<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a Arc<str>,
        begun: Event,
    ) -> Reply<'a, Box<dyn Hold>> {
        Box::pin(async move {
            let line = new_line(layout, &begun)?;
            let run = NewRun {
                id: id.to_string(),
                workflow: layout.plan.name.to_owned(),
                fingerprint: layout.fingerprint.clone(),
                plan: layout.outline_json.as_str().into(),
                created_at: line.at_ms,
                lines: vec![line],
                status: status(layout, &begun, Standing::Running),
            };
            let claim = self.store.create(run).await?;
            Ok(self.hold(claim))
        })
    }

    fn take_up<'a>(&'a self, layout: &'a Arc<Layout>, id: &'a Arc<str>) -> Reply<'a, Option<Found>> {
        Box::pin(async move {
            let Claimed { claim, header, lines } = match self.store.claim(id, 0).await {
                Err(StoreError::Unknown { .. }) => return Ok(None),
                claimed => claimed?,
            };
            let record = record(layout, &header, &lines)?;
            Ok(Some(Found {
                hold: self.hold(claim),
                record,
            }))
        })
    }

    fn read<'a>(&'a self, layout: &'a Arc<Layout>, id: &'a str) -> Reply<'a, Option<Record>> {
        Box::pin(async move {
            let stored = self.store.read(id)?;
            stored
                .map(|run| record(layout, &run.header, &run.lines))
                .transpose()
        })
    }

    fn hand_in<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a str,
        seen: u64,
        event: Event,
    ) -> Reply<'a, bool> {
        Box::pin(async move {
            let line = new_line(layout, &event)?;
            match self.store.append_if(id, seen, vec![line], None).await {
                Ok(_) => Ok(true),
                Err(StoreError::Conflict { .. }) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
    }
}

impl Hold for SqliteHold {
    fn writes(&self) -> bool {
        true
    }

    fn record(&self, layout: &Layout, event: &Event, standing: Standing) -> Recording<'_> {
        let line = match new_line(layout, event) {
            Ok(line) => line,
            Err(error) => return Recording::Kept(Err(error)),
        };
        let reply = self
            .store
            .append(&self.claim, vec![line], Some(status(layout, event, standing)));
        Recording::Writing(Box::pin(async move {
            reply.await?;
            Ok(())
        }))
    }

    fn since<'a>(&'a self, layout: &'a Arc<Layout>, seen: u64) -> Reply<'a, (Vec<Event>, u64)> {
        Box::pin(async move {
            let lines = self.store.read_since(self.claim.id(), seen)?;
            let last = lines.last().map_or(seen, |line| line.seq);
            Ok((events(layout, self.claim.id(), &lines)?, last))
        })
    }
}

fn record(layout: &Layout, header: &Header, lines: &[Line]) -> Result<Record, RuntimeError> {
    if header.workflow != layout.plan.name {
        return Err(other_workflow(&header.id, &header.workflow, layout.plan.name));
    }
    let other_plan = if header.fingerprint == layout.fingerprint {
        None
    } else {
        Some(serde_json::from_str(&header.plan).map_err(|error| {
            let error = format!(
                "the plan of run `{}` in the journal is damaged: {error}",
                header.id
            );
            RuntimeError::new(Kind::Store, error)
        })?)
    };
    Ok(Record {
        other_plan,
        events: events(layout, &header.id, lines)?,
        seen: header.last_seq,
    })
}

fn events(layout: &Layout, id: &str, lines: &[Line]) -> Result<Vec<Event>, RuntimeError> {
    let read = |line: &Line| {
        wire::read(layout, &line.body).map_err(|unread| match unread {
            wire::Unread::Gone(what) => {
                changed_plan(id, layout.plan.name, &[format!("{what} is recorded, and the plan has none")])
            }
            wire::Unread::Garbled(error) => RuntimeError::new(
                Kind::Store,
                format!("run `{id}`: line {} of its journal cannot be read: {error}; restore the file from a backup", line.seq),
            ),
        })
    };
    lines.iter().map(read).collect()
}

fn new_line(layout: &Layout, event: &Event) -> Result<NewLine, RuntimeError> {
    Ok(NewLine {
        at_ms: now(),
        body: wire::write(layout, event)?,
    })
}

/// Milliseconds since 1970; a clock before that counts as 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn status(layout: &Layout, event: &Event, standing: Standing) -> Status {
    let position = match event {
        Event::Begun { .. } => "",
        Event::Done { step, .. }
        | Event::Failed { step, .. }
        | Event::Rejected { step, .. }
        | Event::Waiting { step, .. } => layout.path(*step),
        Event::Waived { phase, .. } => layout.phase(*phase).name,
    };
    Status {
        state: standing.name().to_owned(),
        position: position.to_owned(),
    }
}

impl From<StoreError> for RuntimeError {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Exists { .. } => Kind::Exists,
            StoreError::Unknown { .. } => Kind::Unknown,
            StoreError::Held { .. } => Kind::Held,
            StoreError::Fenced { .. } => Kind::Fenced,
            _ => Kind::Store,
        };
        RuntimeError::new(kind, error.to_string())
    }
}
