//! What the service answers, over HTTP.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;
use tracing::Instrument;

use super::{OwnFault, Shared};
use crate::{
    artifacts::ProbeKind,
    outputs::sha256_hex,
    service::{
        core::{NewOrder, Order, Standing},
        json, reserving,
        store::PLACED,
        traces,
    },
};

type Served = State<Arc<Shared>>;

/// A body may be that long.
const BODY_AT_MOST: usize = 2 << 20;

/// The routes that the definition has.
pub(super) fn router(shared: &Arc<Shared>) -> Router {
    let code = &shared.settings.code;
    let mut router = Router::new().route("/about", get(about));
    for served in &code.serves {
        router = match served.as_str() {
            "POST /orders" => router.route("/orders", post(take)),
            "GET /orders/{id}" => router.route("/orders/{id}", get(show)),
            PLACED => router.route("/events/orders.placed", get(events)),
            _ => router,
        };
    }
    for probe in &code.probes {
        router = match probe.kind {
            ProbeKind::Alive => router.route(&probe.path, get(|| async { "alive" })),
            ProbeKind::Ready => {
                let (requires, limit) = (probe.requires.clone(), u64::from(probe.timeout_ms));
                let answer = move |State(shared): Served| async move {
                    ready(&shared, &requires, Duration::from_millis(limit)).await
                };
                router.route(&probe.path, get(answer))
            }
        };
    }
    if !code.metrics.is_empty() {
        router = router.route("/metrics", get(metrics));
    }
    router
        .layer(axum::extract::DefaultBodyLimit::max(BODY_AT_MOST))
        .layer(from_fn_with_state(Arc::clone(shared), observed))
        .with_state(Arc::clone(shared))
}

/// Counts, times, logs and traces each request.
async fn observed(State(shared): Served, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = route(&shared, request.uri().path()).to_owned();
    let recorder = shared.recorder.clone();
    recorder
        .scope(async move {
            let name = format!("{} {route}", request.method());
            let span = traces::continued(&name, request.headers());
            async {
                let response = next.run(request).await;
                let (status, took) = (response.status().as_u16(), begun.elapsed());
                shared.metrics.answered(&route, status, took);
                let elapsed_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                tracing::info!(route, status, elapsed_ms, "answered");
                response
            }
            .instrument(span)
            .await
        })
        .await
}

/// The route of a path, so that each order does not become a series of its own.
fn route<'a>(shared: &Shared, path: &'a str) -> &'a str {
    let probed = shared.settings.code.probes.iter().any(|probe| probe.path == path);
    match path {
        "/orders" | "/events/orders.placed" | "/metrics" | "/about" => path,
        path if probed => path,
        path if path.starts_with("/orders/") => "/orders/{id}",
        _ => "none",
    }
}

async fn about(State(shared): Served) -> Response {
    let settings = &shared.settings;
    let about = json!({
        "service": settings.code.service,
        "version": settings.code.change.commit,
        "environment": settings.environment,
        "store": settings.store.choice,
        "sqlite": rusqlite::version(),
        "store_pages_at_most": settings.store.pages_at_most,
        "program": env!("CARGO_PKG_VERSION"),
    });
    json::answer(StatusCode::OK, &about)
}

fn refusal(status: StatusCode, problem: impl std::fmt::Display) -> Response {
    json::answer(status, &json!({ "problem": problem.to_string() }))
}

async fn take(State(shared): Served, headers: axum::http::HeaderMap, body: Bytes) -> Response {
    let new: NewOrder = match serde_json::from_slice(&body) {
        Ok(new) => new,
        Err(error) => {
            return refusal(
                StatusCode::BAD_REQUEST,
                format_args!("the body is no order: {error}"),
            );
        }
    };
    let broken = new.broken();
    if !broken.is_empty() {
        let problems: Vec<_> = broken
            .iter()
            .map(|rule| json!({ "rule": rule, "remedy": rule.remedy() }))
            .collect();
        return json::answer(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "problems": problems }));
    }
    // Who sends an order again with the same key gets the order of then.
    let key = headers
        .get("idempotency-key")
        .map(|key| sha256_hex(key.as_bytes()));
    let id = key.map_or_else(|| shared.new_id(), |key| key.chars().take(24).collect());
    if let Ok(Some(known)) = shared
        .on_store({
            let id = id.clone();
            move |store| store.get(&id)
        })
        .await
    {
        return answer(&known);
    }
    if let Some(spoiled) = shared.spoil().await {
        return spoiled;
    }
    let standing = match &shared.client {
        None => Standing::Pending,
        Some(client) => match reserving::reserve(client, &id, &new.lines).await {
            Ok(standing) => standing,
            Err(_) if client.has_fallback() => Standing::Pending,
            Err(away) => {
                return refusal(StatusCode::BAD_GATEWAY, format_args!("stock: {}", away.word()));
            }
        },
    };
    keep(&shared, new.taken(id, standing)).await
}

async fn keep(shared: &Arc<Shared>, order: Order) -> Response {
    let kept = order.clone();
    match shared.on_store(move |store| store.put(&kept)).await {
        Ok(()) => answer(&order),
        Err(failure) => {
            shared.metrics.store_refused();
            tracing::error!(outcome = "store_refused", reason = %failure, "an order was not kept");
            refusal(StatusCode::SERVICE_UNAVAILABLE, "the order cannot be kept now")
        }
    }
}

fn answer(order: &Order) -> Response {
    let status = match order.standing {
        Standing::Confirmed => StatusCode::CREATED,
        Standing::Pending => StatusCode::ACCEPTED,
        Standing::OutOfStock => StatusCode::CONFLICT,
    };
    json::answer(status, order)
}

async fn show(State(shared): Served, Path(id): Path<String>) -> Response {
    match shared.on_store(move |store| store.get(&id)).await {
        Ok(Some(order)) => json::answer(StatusCode::OK, &order),
        Ok(None) => refusal(StatusCode::NOT_FOUND, "there is no such order"),
        Err(_) => refusal(StatusCode::SERVICE_UNAVAILABLE, "orders cannot be read now"),
    }
}

#[derive(Debug, Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
}

async fn events(State(shared): Served, Query(After { after }): Query<After>) -> Response {
    match shared.on_store(move |store| store.events_after(after, 100)).await {
        Ok(events) => json::answer(StatusCode::OK, &json!({ "events": events })),
        Err(_) => refusal(StatusCode::SERVICE_UNAVAILABLE, "events cannot be read now"),
    }
}

async fn ready(shared: &Arc<Shared>, requires: &[String], limit: Duration) -> Response {
    match tokio::time::timeout(limit, shared.not_ready(requires)).await {
        Ok(None) => "ready".into_response(),
        Ok(Some(why)) => refusal(StatusCode::SERVICE_UNAVAILABLE, why),
        Err(_) => refusal(StatusCode::SERVICE_UNAVAILABLE, "it takes too long to find out"),
    }
}

async fn metrics(State(shared): Served) -> Response {
    let head = [(
        header::CONTENT_TYPE,
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
    )];
    match shared.metrics.text() {
        Ok(text) => (head, text).into_response(),
        Err(failure) => refusal(StatusCode::INTERNAL_SERVER_ERROR, failure),
    }
}

impl Shared {
    /// The fault of a bad version.
    async fn spoil(&self) -> Option<Response> {
        match self.settings.fault? {
            OwnFault::Slow => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                None
            }
            OwnFault::Errors => {
                let nth = self.orders.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let fails = nth.is_multiple_of(3);
                fails.then(|| refusal(StatusCode::INTERNAL_SERVER_ERROR, "a fault of this version"))
            }
            OwnFault::Unready => None,
        }
    }
}
