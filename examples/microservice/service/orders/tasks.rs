//! What an instance does besides answering: it settles orders that are pending, and says that it is there.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::http::HeaderMap;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::{Registered, Shared};
use crate::{
    artifacts::ProbeKind,
    service::{core::Standing, registry::Entry, reserving, store::Orders, traces},
};

/// How often pending orders are looked for.
const SETTLES_EVERY: Duration = Duration::from_millis(100);
/// How many of them are settled in one go.
const SETTLES_AT_MOST: u32 = 32;

/// Starts what the settings ask for.
pub(super) fn start(shared: &Arc<Shared>, address: SocketAddr) -> Vec<JoinHandle<()>> {
    let mut tasks = Vec::new();
    if shared
        .client
        .as_ref()
        .is_some_and(super::StockClient::has_fallback)
    {
        let shared = Arc::clone(shared);
        tasks.push(tokio::spawn(async move {
            loop {
                tokio::time::sleep(SETTLES_EVERY).await;
                shared.settle().await;
            }
        }));
    }
    if let Some(registered) = shared.settings.registered.clone() {
        let shared = Arc::clone(shared);
        tasks.push(tokio::spawn(async move {
            loop {
                shared.announce(&registered, address).await;
                tokio::time::sleep(registered.heartbeat).await;
            }
        }));
    }
    tasks
}

impl Shared {
    /// Asks for what the stock did not answer for yet.
    async fn settle(self: &Arc<Self>) {
        let Some(client) = self.client.clone() else {
            return;
        };
        let look = |store: &dyn Orders| Ok((store.count_pending()?, store.pending(SETTLES_AT_MOST)?));
        let Ok((count, pending)) = self.on_store(look).await else {
            return;
        };
        self.metrics.pending_are(count);
        self.metrics.circuit_is(client.is_circuit_open());
        for order in pending {
            // One that gets no answer shows that the others would get none either.
            let asked = self.recorder.scope(async {
                // No request asks for it any more: it is a trace of its own.
                let span = traces::continued("settle", &HeaderMap::new());
                let asking = reserving::reserve(&client, &order.id, &order.lines);
                asking.instrument(span).await
            });
            let Ok(standing) = asked.await else { return };
            if standing != Standing::Pending {
                let _ = self
                    .on_store(move |store| store.settle(&order.id, standing))
                    .await;
            }
        }
    }

    /// Only who can serve is found by others.
    async fn announce(self: &Arc<Self>, registered: &Registered, address: SocketAddr) {
        let probes = &self.settings.code.probes;
        let ready = probes.iter().find(|probe| probe.kind == ProbeKind::Ready);
        let requires = ready.map_or(&[][..], |probe| &probe.requires);
        if self.not_ready(requires).await.is_some() {
            self.leave();
            return;
        }
        let entry = Entry {
            instance: registered.instance.clone(),
            address,
        };
        // Who cannot say that it is there is not found; the next heartbeat tries again.
        let _ = registered.registry.announce(&self.settings.code.service, &entry);
    }
}
