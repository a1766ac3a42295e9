//! The neighbour: reserves things, and can be made to fail in the ways that neighbours fail.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use tracing::Instrument;

use super::{json, record::Recorder, traces};
use crate::{failure::Outcome, live::Live};

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// As it should.
    Well,
    /// Late by so many milliseconds.
    Slow(u64),
    /// With so many errors of a hundred answers.
    Errors(u8),
    /// With answers that nobody can read.
    Garbage,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The order, so that asking twice reserves once.
    pub order: String,
    /// The thing.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reserved {
    /// Whether it is put aside.
    pub reserved: bool,
}

/// Any free port of the loopback interface.
pub const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
/// Of everything there is so much; things whose name begins with `sold-out` are not there.
const SOLD_OUT: &str = "sold-out";
/// It remembers so many reservations; older ones are delivered, in this shop.
const REMEMBERED: usize = 100_000;

struct Shelf {
    usual_delay: Duration,
    mode: Mutex<Mode>,
    asked: AtomicU64,
    reserved: Mutex<BTreeMap<(String, String), u32>>,
    recorder: Recorder,
}

/// A running stock service.
pub struct Stock {
    shelf: Arc<Shelf>,
    live: Option<Live>,
    address: SocketAddr,
}

impl Stock {
    /// Starts it at that address; it takes that long for an answer.
    ///
    /// # Errors
    /// When the port is in use.
    pub async fn start(listen: SocketAddr, usual_delay: Duration, recorder: Recorder) -> Outcome<Self> {
        let shelf = Arc::new(Shelf {
            usual_delay,
            mode: Mutex::new(Mode::Well),
            asked: AtomicU64::new(0),
            reserved: Mutex::default(),
            recorder,
        });
        let live = Live::start_at(router(&shelf), listen).await?;
        let address = live.address();
        Ok(Stock {
            shelf,
            live: Some(live),
            address,
        })
    }

    /// Starts it anywhere, with nothing recorded.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start_quietly(usual_delay: Duration) -> Outcome<Self> {
        Self::start(ANYWHERE, usual_delay, Recorder::silent("stock")).await
    }

    /// Where it listens, or did.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How it behaves from now on.
    pub fn behave(&self, mode: Mode) {
        *self.shelf.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// Closes the port and what is connected to it.
    pub fn cut(&mut self) {
        self.live = None;
    }

    /// Listens again, on the same port.
    ///
    /// # Errors
    /// When somebody else took the port meanwhile.
    pub async fn mend(&mut self) -> Outcome<()> {
        self.behave(Mode::Well);
        if self.live.is_none() {
            self.live = Some(Live::start_at(router(&self.shelf), self.address).await?);
        }
        Ok(())
    }

    /// How often it was asked.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.shelf.asked.load(Ordering::Relaxed)
    }

    /// How many reservations it holds.
    #[must_use]
    pub fn reservations(&self) -> usize {
        self.shelf
            .reserved
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}

fn router(shelf: &Arc<Shelf>) -> Router {
    Router::new()
        .route("/reservations", post(reserve))
        .route("/health/alive", get(|| async { "alive" }))
        .with_state(Arc::clone(shelf))
}

async fn reserve(State(shelf): State<Arc<Shelf>>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(wanted) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let recorder = shelf.recorder.clone();
    recorder
        .scope(async move {
            let span = traces::continued("reserve", &headers);
            answer(&shelf, wanted).instrument(span).await
        })
        .await
}

async fn answer(shelf: &Shelf, wanted: Reservation) -> Response {
    let number = shelf.asked.fetch_add(1, Ordering::Relaxed);
    tokio::time::sleep(shelf.usual_delay).await;
    let mode = *shelf.mode.lock().unwrap_or_else(PoisonError::into_inner);
    match mode {
        Mode::Slow(by_ms) => tokio::time::sleep(Duration::from_millis(by_ms)).await,
        // Spread evenly, so that the share is what it should be over any run of requests.
        Mode::Errors(percent) if (number % 100) * 37 % 100 < u64::from(percent) => {
            tracing::error!(sku = wanted.sku, "the shelf cannot be read");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        Mode::Garbage => {
            let head = [(header::CONTENT_TYPE, "application/json")];
            return (head, "{\"reserved\": tru").into_response();
        }
        Mode::Well | Mode::Errors(_) => {}
    }
    let there = !wanted.sku.starts_with(SOLD_OUT);
    if there {
        let mut reserved = shelf.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        if reserved.len() >= REMEMBERED {
            reserved.clear();
        }
        reserved.insert((wanted.order, wanted.sku), wanted.quantity);
    }
    json::answer(StatusCode::OK, &Reserved { reserved: there })
}
