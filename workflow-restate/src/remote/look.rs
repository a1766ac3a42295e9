//! All that is kept of one run.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use workflow_runtime::__engine::{Entry, EntryKind, Seen};
use workflow_runtime::RuntimeError;

use super::catalog::{self, Found, Served};
use super::invocations::{self, Group, Of};
use super::{Restate, faults, journal};
use crate::server::faults::unreadable;

impl Restate {
    pub(super) async fn see(&self, id: &str) -> Result<Option<Seen>, RuntimeError> {
        let what = format!("reading the run `{id}`");
        let Some((group, served)) = self.newest(&what, id).await? else {
            return Ok(None);
        };
        let causes = invocations::causes(&self.server, &what, std::slice::from_ref(&group)).await?;
        let illegible = |error| unreadable(&what, self.server.admin(), error);
        let rows = journal::read(&self.server, &what, &group.run.id).await?;
        if rows.is_empty() && group.run.is_over() {
            return Err(faults::purged(&what, &self.server.place()));
        }
        let (mut entries, mut standing) = journal::entries(&group.run.service, &rows).map_err(illegible)?;
        for take_back in group.take_backs.iter().filter(|_| group.run.is_over()) {
            let rows = journal::read(&self.server, &what, &take_back.id).await?;
            let (taken, stands) = journal::entries(&take_back.service, &rows).map_err(illegible)?;
            standing = stands;
            entries.push(Entry {
                at_ms: take_back.created_ms,
                kind: EntryKind::TakingBack,
            });
            // What it was given are lines that stand above already.
            entries.extend(
                taken
                    .into_iter()
                    .filter(|entry| !matches!(entry.kind, EntryKind::Begun(_))),
            );
        }
        Ok(Some(Seen {
            id: id.to_owned(),
            workflow: served.workflow,
            plan: served.plan,
            handle: Handle {
                service: &group.run.service,
                invocation: &group.current().id,
            }
            .to_text(),
            status: group.status(&standing, &causes),
            entries,
            began_ms: group.run.created_ms,
            changed_ms: group.changed_ms(&standing),
        }))
    }

    /// The run of that id that began last, if several plans have one.
    async fn newest(&self, what: &str, id: &str) -> Result<Option<(Group, Served)>, RuntimeError> {
        let groups = invocations::read(&self.server, what, Of::Id(id, self.places.of(id))).await?;
        for group in groups.into_iter().rev() {
            let service = &group.run.service;
            match self.catalog.find(&self.server, what, service).await? {
                Found::Plan(served) => {
                    served.check_format()?;
                    self.places.keep(id, group.run.partition);
                    return Ok(Some((group, served)));
                }
                Found::Gone if catalog::workflow_of(service).is_some() => {
                    return Err(faults::unserved(what, &self.server.place(), service, ""));
                }
                // Others may have workflows with a `run` as well.
                Found::Gone | Found::Foreign => {}
            }
        }
        Ok(None)
    }
}

/// Where runs that were looked at are kept: who follows one looks again and again.
#[derive(Debug, Default)]
pub(super) struct Places {
    known: Mutex<HashMap<String, u64>>,
}

/// More are not followed at once.
const PLACES: usize = 10_000;

impl Places {
    fn of(&self, id: &str) -> Option<u64> {
        self.known().get(id).copied()
    }

    fn keep(&self, id: &str, partition: u64) {
        let mut known = self.known();
        if known.len() >= PLACES {
            known.clear();
        }
        known.insert(id.to_owned(), partition);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, u64>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a run is called here: its service, and the invocation that it is in. The names of services have no space.
pub(super) struct Handle<'a> {
    pub(super) service: &'a str,
    pub(super) invocation: &'a str,
}

impl<'a> Handle<'a> {
    fn to_text(&self) -> String {
        format!("{} {}", self.service, self.invocation)
    }

    pub(super) fn of(run: &'a Seen) -> Self {
        let (service, invocation) = run.handle.split_once(' ').unwrap_or((&run.handle, ""));
        Handle { service, invocation }
    }
}
