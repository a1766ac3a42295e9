//! Routes and what each of them does: who calls, whether they may, what is sent, what is answered.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{RawPathParams, Request, State},
    http::{Response, header},
    routing::{MethodRouter, get, post},
};
use rusqlite::Connection;
use serde_json::Value;

use super::{
    Fault,
    carrier::Carrier,
    log,
    refusal::Refusal,
    rules::{NewParcel, NewScan, Operation, Wanted, read},
    store,
};
use crate::outputs::sha256_hex;

/// What every request can reach.
#[derive(Debug)]
pub(super) struct App {
    pub(super) database: Arc<Mutex<Connection>>,
    /// By the SHA-256 of the token.
    pub(super) callers: HashMap<String, String>,
    pub(super) carrier: Carrier,
    pub(super) fault: Option<Fault>,
}

type Answer = std::pin::Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// The largest body that is read.
const BODY_BYTES: usize = 16 * 1024;

/// A call as it is worked on, with what it cost.
struct Work {
    path: Option<String>,
    query: Option<String>,
    body: Vec<u8>,
    database: Duration,
    carrier: Duration,
}

pub(super) fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/health", get(serves(Operation::Health)))
        .route("/v1/parcels", parcels())
        .route("/v1/parcels/{id}", get(serves(Operation::Read)))
        .route("/v1/parcels/{id}/dispatch", post(serves(Operation::Dispatch)))
        .route("/v1/parcels/{id}/scans", post(serves(Operation::Scan)))
        .route("/v1/tracking/{code}", get(serves(Operation::Track)))
        .fallback(|| async { answer(404, &Refusal::NotFound.body()) })
        .with_state(Arc::clone(app))
}

fn parcels() -> MethodRouter<Arc<App>> {
    get(serves(Operation::List)).post(serves(Operation::Register))
}

fn serves(
    operation: Operation,
) -> impl Fn(State<Arc<App>>, RawPathParams, Request) -> Answer + Clone + Send + Sync + 'static {
    move |State(app), parameters, request| {
        let path = parameters.iter().next().map(|(_, value)| value.to_owned());
        Box::pin(async move { respond(&app, operation, path, request).await })
    }
}

async fn respond(
    app: &Arc<App>,
    operation: Operation,
    path: Option<String>,
    request: Request,
) -> Response<Body> {
    let begun = Instant::now();
    let request_id = random(6);
    let query = request.uri().query().map(str::to_owned);
    let mut work = Work {
        path,
        query,
        body: Vec::new(),
        database: Duration::ZERO,
        carrier: Duration::ZERO,
    };
    let done = carry_out(app, operation, request, &mut work).await;
    let (status, body, class) = match &done {
        Ok((status, body)) => (*status, body.clone(), None),
        Err(refusal) => (refusal.status(), told(app, refusal), Some(refusal.class())),
    };
    let careless = (app.fault == Some(Fault::LogsRecipient)).then(|| String::from_utf8_lossy(&work.body));
    log::Entry {
        request_id: &request_id,
        operation: operation.id(),
        status,
        class,
        took: begun.elapsed(),
        careless: careless.as_deref(),
    }
    .write();
    let mut response = answer(status, &body);
    let rest = begun
        .elapsed()
        .saturating_sub(work.database)
        .saturating_sub(work.carrier);
    let timing = format!(
        "database;dur={:.3}, carrier;dur={:.3}, rest;dur={:.3}",
        work.database.as_secs_f64() * 1e3,
        work.carrier.as_secs_f64() * 1e3,
        rest.as_secs_f64() * 1e3
    );
    if let Ok(timing) = timing.parse() {
        response.headers_mut().insert("server-timing", timing);
    }
    response
}

/// What the caller is told; a planted fault tells more.
fn told(app: &App, refusal: &Refusal) -> Value {
    let mut body = refusal.body();
    if let (Some(Fault::TellsInside), Refusal::StorageAway(inside)) = (app.fault, refusal) {
        body["message"] = format!("{}: rusqlite said {inside}", body["message"]).into();
    }
    body
}

async fn carry_out(
    app: &Arc<App>,
    operation: Operation,
    request: Request,
    work: &mut Work,
) -> Result<(u16, Value), Refusal> {
    permitted(app, operation, &request)?;
    work.body = axum::body::to_bytes(request.into_body(), BODY_BYTES)
        .await
        .map_err(|_| Refusal::TooLarge)?
        .to_vec();
    match operation {
        Operation::Health => Ok((200, stored(app, work, |db| store::health(db)).await?)),
        Operation::Register => {
            let parcel: NewParcel = read(&work.body)?;
            parcel.check(app.fault == Some(Fault::AnyWeight))?;
            let code = random(16);
            let made = stored(app, work, move |db| store::register(db, &parcel, &code)).await?;
            Ok((201, made))
        }
        Operation::Read => {
            let id = id(work)?;
            Ok((200, stored(app, work, move |db| store::read(db, id)).await?))
        }
        Operation::List => {
            let wanted = Wanted::of(work.query.as_deref())?;
            Ok((200, stored(app, work, move |db| store::list(db, &wanted)).await?))
        }
        Operation::Dispatch => Ok((200, dispatch(app, work).await?)),
        Operation::Scan => {
            let (id, scan) = (id(work)?, read::<NewScan>(&work.body)?);
            scan.check()?;
            Ok((
                201,
                stored(app, work, move |db| store::scan(db, id, &scan)).await?,
            ))
        }
        Operation::Track => {
            if app.fault == Some(Fault::SlowTracking) {
                tokio::time::sleep(Duration::from_millis(600)).await;
            }
            let code = work.path.clone().unwrap_or_default();
            Ok((200, stored(app, work, move |db| store::track(db, &code)).await?))
        }
    }
}

/// Asks for the label before anything is written, so that a carrier that fails leaves the parcel as it was.
async fn dispatch(app: &Arc<App>, work: &mut Work) -> Result<Value, Refusal> {
    let id = id(work)?;
    let parcel = stored(app, work, move |db| store::read(db, id)).await?;
    if parcel["status"] != "registered" {
        return Err(Refusal::Conflict);
    }
    let begun = Instant::now();
    let key = parcel["code"].as_str().unwrap_or_default();
    let label = app
        .carrier
        .label(key, &parcel["postcode"], &parcel["weight_g"])
        .await;
    work.carrier += begun.elapsed();
    let label = label?;
    stored(app, work, move |db| store::dispatch(db, id, &label)).await
}

fn permitted(app: &App, operation: Operation, request: &Request) -> Result<(), Refusal> {
    if operation.callers().is_empty() {
        return Ok(());
    }
    let token = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let caller = token.and_then(|token| app.callers.get(&sha256_hex(token.as_bytes())));
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    let may = operation.callers().contains(&caller.as_str()) || app.fault == Some(Fault::AnyCaller);
    if may { Ok(()) } else { Err(Refusal::NotPermitted) }
}

fn id(work: &Work) -> Result<i64, Refusal> {
    let path = work.path.as_deref().unwrap_or_default();
    path.parse().map_err(|_| Refusal::NotFound)
}

/// Runs something on the database, beside the threads that answer.
async fn stored(
    app: &Arc<App>,
    work: &mut Work,
    what: impl FnOnce(&mut Connection) -> Result<Value, Refusal> + Send + 'static,
) -> Result<Value, Refusal> {
    let database = Arc::clone(&app.database);
    let begun = Instant::now();
    let done = tokio::task::spawn_blocking(move || {
        what(&mut database.lock().unwrap_or_else(PoisonError::into_inner))
    });
    let done = done.await;
    work.database += begun.elapsed();
    done.map_err(|error| Refusal::StorageAway(error.to_string()))?
}

fn answer(status: u16, body: &Value) -> Response<Body> {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response.body(Body::from(body.to_string())).unwrap_or_default()
}

/// So many bytes that nobody can guess, in hexadecimal.
fn random(bytes: usize) -> String {
    // Without randomness from the system there is no code that is safe to hand out.
    examples::hex::random(bytes).unwrap_or_else(|_| std::process::abort())
}
