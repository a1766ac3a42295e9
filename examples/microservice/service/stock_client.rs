//! The client of the stock: bare at first, and guarded once the definition has a guard. Everything that the guard says is done
//! here: a bulkhead around retries around a circuit breaker around a time limit.

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use backon::{ExponentialBuilder, Retryable};
use tokio::sync::Semaphore;
use tower::Service;
use tower_resilience_circuitbreaker::{
    CircuitBreaker, CircuitBreakerError, CircuitBreakerHandle, CircuitBreakerLayer, DefaultClassifier,
};

use super::{
    metrics::Metrics,
    stock::{Reservation, Reserved},
    traces,
};
use crate::{
    artifacts::{Guard, OutboundCall},
    client::{Call, Client},
    failure::{During, Outcome},
};

/// Why the stock said nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// It took too long.
    TimedOut,
    /// Nobody listens there, or the connection broke off.
    Unreachable,
    /// It answered with an error.
    Failed,
    /// It answered something that nobody can read.
    Garbled,
    /// It was not asked: it had failed too often.
    CircuitOpen,
    /// It was not asked: too many are asking.
    Full,
    /// It was not asked: the request had no time left.
    OutOfTime,
}

impl Away {
    /// As it stands in metrics and logs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Away::TimedOut => "timeout",
            Away::Unreachable => "unreachable",
            Away::Failed => "error",
            Away::Garbled => "garbled",
            Away::CircuitOpen => "circuit_open",
            Away::Full => "full",
            Away::OutOfTime => "out_of_time",
        }
    }

    /// Whether asking again at once may help.
    fn may_pass(self) -> bool {
        matches!(
            self,
            Away::TimedOut | Away::Unreachable | Away::Failed | Away::Garbled
        )
    }
}

/// One attempt.
#[derive(Debug, Clone)]
struct Ask {
    wanted: Reservation,
    time_limit: Option<Duration>,
}

/// Asks over a few connections that are kept.
#[derive(Debug, Clone)]
struct Line {
    address: SocketAddr,
    idle: Arc<Mutex<Vec<Client>>>,
    metrics: Arc<Metrics>,
}

/// Connections that are kept while nobody asks.
const IDLE_AT_MOST: usize = 64;

impl Service<Ask> for Line {
    type Response = Reserved;
    type Error = Away;
    type Future = Pin<Box<dyn Future<Output = Result<Reserved, Away>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Away>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, ask: Ask) -> Self::Future {
        let line = self.clone();
        Box::pin(async move {
            let answer = match ask.time_limit {
                None => line.ask(&ask.wanted).await,
                Some(limit) => tokio::time::timeout(limit, line.ask(&ask.wanted))
                    .await
                    .unwrap_or(Err(Away::TimedOut)),
            };
            line.metrics
                .stock_was_asked(answer.map_or_else(Away::word, |_| "ok"));
            if let Err(away) = answer {
                tracing::warn!(outcome = away.word(), "stock gave no answer");
            }
            answer
        })
    }
}

impl Line {
    async fn ask(&self, wanted: &Reservation) -> Result<Reserved, Away> {
        let body = serde_json::json!(wanted);
        let mut call = Call::new("POST", "/reservations").with_json(&body);
        call.headers = traces::headers();
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut client = kept.unwrap_or_else(|| Client::new(self.address));
        let reply = client.send(&call).await.map_err(|_| Away::Unreachable)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_AT_MOST {
            idle.push(client);
        }
        drop(idle);
        match reply.status {
            200 => serde_json::from_slice(&reply.body).map_err(|_| Away::Garbled),
            _ => Err(Away::Failed),
        }
    }
}

/// A client of the stock.
#[derive(Clone)]
pub struct StockClient {
    line: Line,
    guarded: Option<Guarded>,
    at_once: usize,
}

#[derive(Clone)]
struct Guarded {
    guard: Arc<Guard>,
    breaker: CircuitBreaker<Line, DefaultClassifier>,
    handle: CircuitBreakerHandle<DefaultClassifier>,
    places: Arc<Semaphore>,
}

impl StockClient {
    /// A client as the definition has it.
    ///
    /// # Errors
    /// When the guard's values make no circuit breaker.
    pub fn new(address: SocketAddr, call: &OutboundCall, metrics: Arc<Metrics>) -> Outcome<Self> {
        let line = Line {
            address,
            idle: Arc::default(),
            metrics,
        };
        let guarded = match &call.guard {
            None => None,
            Some(guard) => Some(Guarded::around(&line, guard)?),
        };
        Ok(StockClient {
            line,
            guarded,
            at_once: (call.at_once as usize).max(1),
        })
    }

    /// How many of the calls of one request may be under way together.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.at_once
    }

    /// What is answered instead, once anything is.
    #[must_use]
    pub fn has_fallback(&self) -> bool {
        self.guarded.is_some()
    }

    /// Whether it would not ask just now.
    #[must_use]
    pub fn is_circuit_open(&self) -> bool {
        self.guarded
            .as_ref()
            .is_some_and(|guarded| guarded.handle.is_open())
    }

    /// When a request that begins now must be done with all of its calls.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let all_calls_ms = self.guarded.as_ref()?.guard.all_calls_ms?;
        Instant::now().checked_add(Duration::from_millis(u64::from(all_calls_ms)))
    }

    /// Asks for a reservation.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn reserve(&self, wanted: &Reservation, deadline: Option<Instant>) -> Result<Reserved, Away> {
        let Some(guarded) = &self.guarded else {
            let ask = Ask {
                wanted: wanted.clone(),
                time_limit: None,
            };
            return self.line.clone().call(ask).await;
        };
        let answer = guarded.reserve(wanted, deadline).await;
        self.line.metrics.circuit_is(self.is_circuit_open());
        if let Err(away) = answer
            && !away.may_pass()
        {
            // The attempts count themselves; what was not attempted is counted here.
            self.line.metrics.stock_was_asked(away.word());
        }
        answer
    }
}

impl Guarded {
    fn around(line: &Line, guard: &Guard) -> Outcome<Self> {
        let (layer, handle) = CircuitBreakerLayer::builder()
            .name("stock")
            .consecutive_failures(guard.opens_after_failures as usize)
            .wait_duration_in_open(Duration::from_millis(u64::from(guard.half_open_after_ms)))
            .permitted_calls_in_half_open(1)
            .build_with_handle()
            .during("making the circuit breaker")?;
        Ok(Guarded {
            guard: Arc::new(guard.clone()),
            breaker: layer.layer_fn(line.clone()),
            handle,
            places: Arc::new(Semaphore::new(guard.at_once_at_most as usize)),
        })
    }

    async fn reserve(&self, wanted: &Reservation, deadline: Option<Instant>) -> Result<Reserved, Away> {
        let _place = self.places.try_acquire().map_err(|_| Away::Full)?;
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(u64::from(self.guard.pause_ms / 2).max(1)))
            .with_max_delay(Duration::from_millis(u64::from(self.guard.pause_ms).max(1)))
            .with_max_times(self.guard.attempts.saturating_sub(1) as usize);
        (|| self.attempt(wanted, deadline))
            .retry(pauses)
            .when(|away| away.may_pass())
            .await
    }

    async fn attempt(&self, wanted: &Reservation, deadline: Option<Instant>) -> Result<Reserved, Away> {
        let usual = Duration::from_millis(u64::from(self.guard.timeout_ms));
        let left = deadline.map_or(usual, |deadline| {
            deadline.saturating_duration_since(Instant::now())
        });
        if left.is_zero() {
            return Err(Away::OutOfTime);
        }
        let ask = Ask {
            wanted: wanted.clone(),
            time_limit: Some(usual.min(left)),
        };
        let mut breaker = self.breaker.clone();
        std::future::poll_fn(|cx| breaker.poll_ready(cx))
            .await
            .map_err(why)?;
        breaker.call(ask).await.map_err(why)
    }
}

fn why(error: CircuitBreakerError<Away>) -> Away {
    error.into_inner().unwrap_or(Away::CircuitOpen)
}
