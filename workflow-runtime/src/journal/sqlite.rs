//! The journal in a SQLite file: events become lines of text here, and lines become events.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::change::changed_plan;
use crate::error::{Kind, RuntimeError};
use crate::journal::backend::{Backend, Found, Hold, Record, Recording, Reply};
use crate::journal::event::Event;
use crate::journal::memory::other_workflow;
use crate::journal::wire;
use crate::layout::Layout;
use crate::store::{Claim, Header, Line, NewLine, NewRun, SqliteStore, Status, StoreError, StoredRun};
use crate::summary::{RunSummary, Standing};

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
            // Read first and claimed after, so that a long journal does not keep the writer from other runs.
            let Some(StoredRun { header, mut lines }) = self.store.read(id)? else {
                return Ok(None);
            };
            let claimed = self.store.claim(id, header.last_seq).await?;
            lines.extend(claimed.lines);
            let record = record(layout, &claimed.header, &lines)?;
            let hold = self.hold(claimed.claim);
            Ok(Some(Found { hold, record }))
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

    fn list(&self) -> Reply<'_, Vec<RunSummary>> {
        Box::pin(async move { Ok(self.store.list()?.into_iter().map(summary).collect()) })
    }

    fn verify<'a>(&'a self, id: &'a str) -> Reply<'a, ()> {
        Box::pin(async move { Ok(self.store.verify(id)?) })
    }

    fn break_hold<'a>(&'a self, id: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            let last = self.store.header(id)?.map_or(0, |header| header.last_seq);
            self.store.seize(id, last).await?;
            Ok(())
        })
    }

    fn hand_in<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a str,
        seen: u64,
        event: Event,
        standing: Standing,
    ) -> Reply<'a, bool> {
        Box::pin(async move {
            let line = new_line(layout, &event)?;
            let status = Some(status(layout, &event, standing));
            match self.store.append_if(id, seen, vec![line], status).await {
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
    let mut events = Vec::with_capacity(lines.len());
    let mut gone = Vec::new();
    for line in lines {
        match wire::read(layout, &line.body) {
            Ok(event) => events.push(event),
            Err(wire::Unread::Gone(difference)) if gone.contains(&difference) => {}
            Err(wire::Unread::Gone(difference)) => gone.push(difference),
            Err(wire::Unread::Garbled(error)) => {
                let error = format!(
                    "run `{id}`: line {} of its journal cannot be read: {error}; restore the file from a backup",
                    line.seq
                );
                return Err(RuntimeError::new(Kind::Store, error));
            }
        }
    }
    if gone.is_empty() {
        return Ok(events);
    }
    Err(changed_plan(id, layout.plan.name, &gone))
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

fn summary(header: Header) -> RunSummary {
    let time = |millis: i64| UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0));
    RunSummary {
        id: header.id,
        workflow: header.workflow,
        standing: Standing::named(&header.status.state),
        position: header.status.position,
        began_at: time(header.created_at),
        changed_at: time(header.updated_at),
        held_by: header.holder.map(|holder| holder.to_string()),
    }
}

fn status(layout: &Layout, event: &Event, standing: Standing) -> Status {
    Status {
        state: standing.name().to_owned(),
        position: event.position(layout).to_owned(),
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
