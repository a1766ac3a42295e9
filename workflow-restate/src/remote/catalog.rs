//! The plans that are registered: each is a service whose metadata has our marks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::sync::Mutex;
use workflow_runtime::__engine::misplaced;
use workflow_runtime::RuntimeError;

use crate::names::{FORMAT, METADATA_FINGERPRINT, METADATA_FORMAT, METADATA_PLAN, METADATA_WORKFLOW};
use crate::server::Server;

/// A new plan may go unseen for that long where it is only about a clash of ids.
const FRESH: Duration = Duration::from_secs(5);

/// A plan that is served.
#[derive(Debug, Clone)]
pub(super) struct Served {
    pub(super) service: String,
    pub(super) workflow: String,
    /// Its outline.
    pub(super) plan: Arc<str>,
    format: String,
}

/// All plans, as of a few seconds ago.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    known: Mutex<Option<(Instant, Arc<Plans>)>>,
}

#[derive(Debug)]
pub(super) struct Plans {
    pub(super) served: Vec<Served>,
    /// Services that are not of plans.
    foreign: Vec<String>,
}

#[derive(Deserialize)]
struct Services {
    services: Vec<Service>,
}

#[derive(Deserialize)]
struct Service {
    name: String,
    #[serde(default)]
    metadata: HashMap<String, String>,
}

/// What a service is.
pub(super) enum Found {
    /// Of a plan.
    Plan(Served),
    /// Somebody else's.
    Foreign,
    /// No longer registered.
    Gone,
}

impl Catalog {
    pub(super) async fn plans(&self, server: &Server, what: &str) -> Result<Arc<Plans>, RuntimeError> {
        // Held over the request, so that it is made once, however many wait.
        let mut known = self.known.lock().await;
        match &*known {
            Some((at, plans)) if at.elapsed() < FRESH => Ok(Arc::clone(plans)),
            _ => {
                let plans = Arc::new(read(server, what).await?);
                *known = Some((Instant::now(), Arc::clone(&plans)));
                Ok(plans)
            }
        }
    }

    /// What that service is; one that is not known is asked for again.
    pub(super) async fn find(
        &self,
        server: &Server,
        what: &str,
        service: &str,
    ) -> Result<Found, RuntimeError> {
        match self.plans(server, what).await?.find(service) {
            Found::Gone => {
                *self.known.lock().await = None;
                Ok(self.plans(server, what).await?.find(service))
            }
            found => Ok(found),
        }
    }
}

impl Plans {
    fn find(&self, service: &str) -> Found {
        if let Some(served) = self.served.iter().find(|served| served.service == service) {
            return Found::Plan(served.clone());
        }
        match self.foreign.iter().any(|foreign| foreign == service) {
            true => Found::Foreign,
            false => Found::Gone,
        }
    }
}

async fn read(server: &Server, what: &str) -> Result<Plans, RuntimeError> {
    let Services { services } = server.get(what, "/services").await?;
    let (ours, foreign): (Vec<_>, Vec<_>) = services.into_iter().partition(Service::is_ours);
    Ok(Plans {
        served: ours.into_iter().map(Service::served).collect(),
        foreign: foreign.into_iter().map(|service| service.name).collect(),
    })
}

impl Service {
    /// A service without our marks is somebody else's.
    fn is_ours(&self) -> bool {
        let marks = [
            METADATA_FINGERPRINT,
            METADATA_FORMAT,
            METADATA_PLAN,
            METADATA_WORKFLOW,
        ];
        marks.iter().all(|mark| self.metadata.contains_key(*mark))
    }

    fn served(mut self) -> Served {
        let mut mark = |name| self.metadata.remove(name).unwrap_or_default();
        Served {
            workflow: mark(METADATA_WORKFLOW),
            plan: mark(METADATA_PLAN).into(),
            format: mark(METADATA_FORMAT),
            service: self.name,
        }
    }
}

impl Served {
    /// What a later version of this crate registered may mean something else.
    pub(super) fn check_format(&self) -> Result<(), RuntimeError> {
        if self.format == FORMAT {
            return Ok(());
        }
        let Served { service, format, .. } = self;
        Err(misplaced(format!(
            "the service `{service}` is of format {format}, and this program knows format {FORMAT}; \
             build it with the version of `workflow-restate` that serves the plan"
        )))
    }
}

/// The workflow in the name of a service that may be of a plan: one that is no longer registered has no marks.
pub(super) fn workflow_of(service: &str) -> Option<&str> {
    let (workflow, fingerprint) = service.rsplit_once('.')?;
    let hexadecimal = fingerprint
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (fingerprint.len() == 12 && hexadecimal).then_some(workflow)
}
