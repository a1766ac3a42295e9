//! Who is called: a watcher that looks at the metrics and calls, and the pager of a person, on the loopback interface.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::alerts::{self, Rule};
use crate::{
    client::{Call, Client},
    failure::{Failure, Outcome},
    live::Live,
    service::scrape::Scrape,
};

/// A call, as it arrives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The alert.
    pub alert: String,
    /// What it means.
    pub summary: String,
    /// What to do.
    pub procedure: String,
}

type Inbox = Arc<Mutex<Vec<(Instant, Page)>>>;

/// The pager of whoever is on call.
pub struct Pager {
    live: Live,
    inbox: Inbox,
}

impl Pager {
    /// Switches it on.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Outcome<Self> {
        let inbox = Inbox::default();
        let receive = |State(inbox): State<Inbox>, body: Bytes| async move {
            let Ok(page) = serde_json::from_slice::<Page>(&body) else {
                return StatusCode::BAD_REQUEST;
            };
            let mut inbox = inbox.lock().unwrap_or_else(PoisonError::into_inner);
            inbox.push((Instant::now(), page));
            StatusCode::NO_CONTENT
        };
        let router = Router::new()
            .route("/pages", post(receive))
            .with_state(Arc::clone(&inbox));
        Ok(Pager {
            live: Live::start(router, 0).await?,
            inbox,
        })
    }

    /// Where calls go.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.live.address()
    }

    /// The alerts that called, in order.
    #[must_use]
    pub fn called(&self) -> Vec<String> {
        let inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        inbox.iter().map(|(_, page)| page.alert.clone()).collect()
    }

    /// When that alert called first.
    #[must_use]
    pub fn called_at(&self, alert: &str) -> Option<Instant> {
        let inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let call = inbox.iter().find(|(_, page)| page.alert == alert);
        call.map(|(at, _)| *at)
    }
}

/// Looks at the metrics of a service every so often, and calls once for each alert, until it has looked so many times.
///
/// # Errors
/// When the service has no metrics, or nobody can be called.
pub async fn watch(
    service: SocketAddr,
    pager: SocketAddr,
    every: Duration,
    times: u32,
) -> Outcome<Vec<&'static Rule>> {
    let before = Scrape::of(service).await?;
    let mut fired: Vec<&'static Rule> = Vec::new();
    for _ in 0..times {
        tokio::time::sleep(every).await;
        let now = Scrape::of(service).await?;
        for rule in alerts::firing(&before, &now) {
            if !fired.contains(&rule) {
                call(pager, rule).await?;
                fired.push(rule);
            }
        }
    }
    Ok(fired)
}

async fn call(pager: SocketAddr, rule: &Rule) -> Outcome<()> {
    let page = Page {
        alert: rule.name.to_owned(),
        summary: rule.summary.to_owned(),
        procedure: rule.procedure.to_owned(),
    };
    let reply = Client::new(pager)
        .send(&Call::new("POST", "/pages").with_json(&json!(page)))
        .await?;
    match reply.status {
        204 => Ok(()),
        status => Err(Failure::new(format_args!("the pager answers {status}"))),
    }
}
