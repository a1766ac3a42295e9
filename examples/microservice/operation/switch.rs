//! The switch between callers and two instances: it sends so many of a hundred requests to the new one, and counts what both
//! answer.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    client::{Call, Client},
    failure::Outcome,
    live::Live,
    testing::callers::Answer,
};

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What was there.
    Old,
    /// What comes.
    New,
}

/// A body that goes through may be that long.
const BODY_AT_MOST: usize = 2 << 20;
/// Connections to one side that are kept while nobody asks.
const IDLE_AT_MOST: usize = 64;
/// Answers that are remembered at most, between two looks at them.
const REMEMBERED: usize = 1_000_000;

struct Way {
    address: SocketAddr,
    idle: Mutex<Vec<Client>>,
    answers: Mutex<Vec<Answer>>,
}

struct Ways {
    old: Way,
    new: Way,
    percent: AtomicU64,
    requests: AtomicU64,
}

/// A running switch.
pub struct Switch {
    live: Live,
    ways: Arc<Ways>,
}

impl Switch {
    /// Starts it, with all traffic on the old side.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(old: SocketAddr, new: SocketAddr) -> Outcome<Self> {
        let way = |address| Way {
            address,
            idle: Mutex::default(),
            answers: Mutex::default(),
        };
        let ways = Arc::new(Ways {
            old: way(old),
            new: way(new),
            percent: AtomicU64::new(0),
            requests: AtomicU64::new(0),
        });
        let router = Router::new().fallback(forward).with_state(Arc::clone(&ways));
        let live = Live::start(router, 0).await?;
        Ok(Switch { live, ways })
    }

    /// Where callers ask.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.live.address()
    }

    /// So many of a hundred requests go to the new side from now on.
    pub fn shift(&self, percent: u8) {
        self.ways
            .percent
            .store(u64::from(percent.min(100)), Ordering::Relaxed);
    }

    /// What a side has answered since this was asked last.
    #[must_use]
    pub fn taken_answers(&self, side: Side) -> Vec<Answer> {
        let way = self.ways.of(side);
        std::mem::take(&mut *way.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ways {
    fn of(&self, side: Side) -> &Way {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }

    /// Evenly: of any hundred requests in a row, so many go to the new side.
    fn next(&self) -> Side {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let percent = self.percent.load(Ordering::Relaxed);
        if (number + 1) * percent / 100 > number * percent / 100 {
            Side::New
        } else {
            Side::Old
        }
    }
}

async fn forward(State(ways): State<Arc<Ways>>, request: Request) -> Response {
    let way = ways.of(ways.next());
    let begun = Instant::now();
    let response = way.ask(request).await;
    let answer = Answer {
        status: response.status().as_u16(),
        took: begun.elapsed(),
    };
    let mut answers = way.answers.lock().unwrap_or_else(PoisonError::into_inner);
    if answers.len() < REMEMBERED {
        answers.push(answer);
    }
    drop(answers);
    response
}

impl Way {
    async fn ask(&self, request: Request) -> Response {
        let (head, body) = request.into_parts();
        let Ok(body) = to_bytes(body, BODY_AT_MOST).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut call = Call::new(head.method.as_str(), path);
        call.body = body.to_vec();
        for name in ["content-type", "traceparent", "tracestate", "idempotency-key"] {
            if let Some(value) = head.headers.get(name).and_then(|value| value.to_str().ok()) {
                call = call.with_header(name, value);
            }
        }
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut client = kept.unwrap_or_else(|| Client::new(self.address));
        let Ok(reply) = client.send(&call).await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_AT_MOST {
            idle.push(client);
        }
        drop(idle);
        let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
        let kind = reply.header("content-type").unwrap_or("text/plain").to_owned();
        (status, [(header::CONTENT_TYPE, kind)], reply.body).into_response()
    }
}
