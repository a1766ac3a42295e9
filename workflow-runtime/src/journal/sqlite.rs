//! The journal in a SQLite file: events become lines of text here, and lines become events.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::bell::Bell;
use crate::error::{Kind, RuntimeError};
use crate::history::Record;
use crate::journal::backend::{Backend, Found, Hold, Reader, Recording, Recordings, Reply};
use crate::journal::event::Event;
use crate::journal::memory::other_workflow;
use crate::journal::wire::{self, Unread};
use crate::layout::{Layout, Outline};
use crate::store::{Claim, Header, Line, NewLine, NewRun, ReadLines, SqliteStore, Status, StoreError};
use crate::summary::{RunSummary, Standing};
use crate::wall_clock::time_of;

/// The journals of many runs, in a file.
pub(crate) struct Sqlite {
    store: SqliteStore,
}

struct SqliteHold {
    store: SqliteStore,
    claim: Claim,
    bell: Arc<Bell>,
}

impl Sqlite {
    pub(crate) fn open(path: &Path) -> Result<Self, RuntimeError> {
        Ok(Sqlite {
            store: SqliteStore::open(path)?,
        })
    }

    /// `last` and `stops`: the last line of the run, and how often it was to stop.
    fn hold(&self, claim: Claim, last: u64, stops: i64) -> Box<dyn Hold> {
        let bell = Arc::default();
        self.store.watch(&claim, last, stops, &bell);
        Box::new(SqliteHold {
            store: self.store.clone(),
            claim,
            bell,
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
            Ok(self.hold(claim, 1, 0))
        })
    }

    fn take_up<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a Arc<str>,
        reader: &'a mut dyn Reader,
    ) -> Reply<'a, Option<Found>> {
        Box::pin(async move {
            // Read first and claimed after, so that a long journal does not keep the writer from other runs.
            let Some((header, lines)) = self
                .store
                .read(id, |header| Lines::of(id, header, layout, reader))?
            else {
                return Ok(None);
            };
            let Lines { reader, fault, .. } = lines;
            fault.map_or(Ok(()), Err)?;
            let claimed = self.store.claim(id, header.last_seq).await?;
            let Header {
                last_seq: seen,
                stops,
                status,
                ..
            } = claimed.header;
            let mut lines = Lines {
                id,
                layout,
                reader,
                fault: None,
            };
            claimed.lines.into_iter().for_each(|line| lines.line(line));
            lines.fault.map_or(Ok(()), Err)?;
            Ok(Some(Found {
                hold: self.hold(claimed.claim, seen, stops),
                seen,
                stood: Standing::named(&status.state),
            }))
        })
    }

    fn read<'a>(
        &'a self,
        layout: &'a Arc<Layout>,
        id: &'a str,
        reader: &'a mut dyn Reader,
    ) -> Reply<'a, Option<(u64, Standing)>> {
        Box::pin(async move {
            let Some((header, lines)) = self
                .store
                .read(id, |header| Lines::of(id, header, layout, reader))?
            else {
                return Ok(None);
            };
            lines.fault.map_or(Ok(()), Err)?;
            Ok(Some((header.last_seq, Standing::named(&header.status.state))))
        })
    }

    fn plan_of<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Outline>> {
        Box::pin(async move {
            let Some((header, last)) = self.store.read(id, |_| LastPlan(None))? else {
                return Ok(None);
            };
            let outline = match last.0 {
                Some(plan) => Arc::unwrap_or_clone(plan),
                None => outline(&header)?,
            };
            Ok(Some(outline))
        })
    }

    fn history<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Recordings>> {
        Box::pin(async move {
            let Some((header, told)) = self.store.read(id, |_| Told::default())? else {
                return Ok(None);
            };
            told.fault
                .map_or(Ok(()), |(line, error)| Err(garbled(id, &line, &error)))?;
            let outline = match told.plan.0 {
                Some(plan) => Arc::unwrap_or_clone(plan),
                None => outline(&header)?,
            };
            Ok(Some((summary(header), outline, told.records)))
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

    fn cancel<'a>(&'a self, id: &'a str) -> Reply<'a, Option<Standing>> {
        Box::pin(async move {
            let line = NewLine {
                at_ms: now(),
                body: wire::cancelled()?,
            };
            let stood = self.store.stop(id, line, |status| {
                let stopped = Standing::named(&status.state).stopped()?;
                Some(Status {
                    state: stopped.name().to_owned(),
                    ..status.clone()
                })
            });
            match stood.await {
                Ok(stood) => {
                    self.store.look_around();
                    Ok(Some(Standing::named(&stood.state)))
                }
                Err(StoreError::Unknown { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            }
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
                Ok(_) => {
                    self.store.look_around();
                    Ok(true)
                }
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

    fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }

    fn record(&self, layout: &Layout, event: Event, standing: Standing) -> Recording<'_> {
        let line = match new_line(layout, &event) {
            Ok(line) => line,
            Err(error) => return Recording::Kept(Err(error)),
        };
        let reply = self
            .store
            .append(&self.claim, vec![line], Some(status(layout, &event, standing)));
        Recording::Writing(Box::pin(async move {
            reply.await?;
            Ok(())
        }))
    }

    fn stands(&self, standing: Standing) -> Reply<'_, ()> {
        Box::pin(async move {
            let header = self.store.header(self.claim.id())?;
            if let Some(Header { mut status, .. }) = header.filter(|now| now.status.state != standing.name())
            {
                status.state = standing.name().to_owned();
                self.store.append(&self.claim, Vec::new(), Some(status)).await?;
            }
            Ok(())
        })
    }

    fn since<'a>(&'a self, layout: &'a Arc<Layout>, seen: u64) -> Reply<'a, (Vec<Event>, u64)> {
        Box::pin(async move {
            let lines = self.store.read_since(&self.claim, seen)?;
            let last = lines.last().map_or(seen, |line| line.seq);
            let mut events = Vec::with_capacity(lines.len());
            for line in lines {
                match wire::read(layout, &line.body) {
                    Ok(event) => events.push(event),
                    // Of another build: only the driver's own lines count here, and what is handed in to it.
                    Err(Unread::Gone(_)) => {}
                    Err(Unread::Garbled(error)) => return Err(garbled(self.claim.id(), &line, &error)),
                }
            }
            Ok((events, last))
        })
    }
}

/// Shows lines to a reader as events.
struct Lines<'a, 'r> {
    id: &'a str,
    layout: &'a Layout,
    reader: &'r mut dyn Reader,
    fault: Option<RuntimeError>,
}

impl<'a, 'r> Lines<'a, 'r> {
    fn of(id: &'a str, header: &Header, layout: &'a Layout, reader: &'r mut dyn Reader) -> Self {
        let other_plan = if header.workflow != layout.plan.name {
            Err(other_workflow(&header.id, &header.workflow, layout.plan.name))
        } else if header.fingerprint == layout.fingerprint {
            Ok(None)
        } else {
            outline(header).map(Some)
        };
        let fault = match other_plan {
            Ok(before) => {
                before.into_iter().for_each(|before| reader.other_plan(before));
                None
            }
            Err(fault) => Some(fault),
        };
        Lines {
            id,
            layout,
            reader,
            fault,
        }
    }
}

impl ReadLines for Lines<'_, '_> {
    fn line(&mut self, line: Line) {
        if self.fault.is_some() {
            return;
        }
        match wire::read(self.layout, &line.body) {
            Ok(event) => self.reader.event(event),
            Err(Unread::Gone(gone)) => self.reader.gone(gone),
            Err(Unread::Garbled(error)) => self.fault = Some(garbled(self.id, &line, &error)),
        }
    }
}

/// Keeps everything, for those who look at a run from outside.
#[derive(Default)]
struct Told {
    plan: LastPlan,
    records: Vec<Record>,
    fault: Option<(Line, String)>,
}

impl ReadLines for Told {
    fn line(&mut self, line: Line) {
        if self.fault.is_some() {
            return;
        }
        match wire::record(&line.body) {
            Ok(kind) => self.records.push(Record {
                number: line.seq,
                at: Some(time(line.at_ms)),
                kind,
            }),
            Err(error) => self.fault = Some((line.clone(), error)),
        }
        self.plan.line(line);
    }
}

/// Finds the plan that a run was put under last.
#[derive(Default)]
struct LastPlan(Option<Arc<Outline>>);

impl ReadLines for LastPlan {
    fn line(&mut self, line: Line) {
        if let Some(plan) = wire::replanned(&line.body) {
            self.0 = Some(plan);
        }
    }
}

fn garbled(id: &str, line: &Line, error: &str) -> RuntimeError {
    let error = format!(
        "run `{id}`: line {} of its journal cannot be read: {error}; restore the file from a backup",
        line.seq
    );
    RuntimeError::new(Kind::Damaged, error)
}

fn outline(header: &Header) -> Result<Outline, RuntimeError> {
    serde_json::from_str(&header.plan).map_err(|error| {
        let error = format!(
            "the plan of run `{}` in the journal is damaged: {error}",
            header.id
        );
        RuntimeError::new(Kind::Damaged, error)
    })
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

fn time(millis: i64) -> SystemTime {
    time_of(u64::try_from(millis).unwrap_or(0))
}

fn summary(header: Header) -> RunSummary {
    RunSummary {
        id: header.id,
        workflow: header.workflow,
        standing: Standing::named(&header.status.state),
        position: header.status.position,
        began_at: time(header.created_at),
        changed_at: time(header.updated_at),
        stuck: None,
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
            StoreError::Broken { .. }
            | StoreError::OtherPlan { .. }
            | StoreError::Damaged { .. }
            | StoreError::NotADatabase { .. } => Kind::Damaged,
            StoreError::Directory { .. }
            | StoreError::NotAFile { .. }
            | StoreError::NoFolder { .. }
            | StoreError::Unwritable { .. }
            | StoreError::ReadOnly { .. }
            | StoreError::Foreign { .. }
            | StoreError::Newer { .. }
            | StoreError::Unsafe { .. } => Kind::Place,
            _ => Kind::Store,
        };
        RuntimeError::new(kind, error.to_string())
    }
}
