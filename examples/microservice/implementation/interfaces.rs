//! The endpoints and events around the core, and a bare client of what it calls.

use std::time::{Duration, Instant};

use crate::{
    artifacts::{CommunicationDesign, Direction, ExchangeMode, OutboundCall, ServiceCode, ServiceInterfaces},
    failure::{Outcome, ensure},
    implementation::{Stage, finish},
    outputs::Outputs,
    service::{stock::Mode, store::PLACED},
    testing::bed::{Bed, Making, one_order},
};

/// What this code base knows to serve.
const SERVED: &[&str] = &["POST /orders", "GET /orders/{id}", PLACED];

/// How slow the stock is made, to see what callers see.
const SLOW_MS: u64 = 300;

/// Adds them, takes an order, and takes the time while the stock is slow.
///
/// # Errors
/// When an interface is asked for that the code base does not have, or the service does not answer.
pub async fn implement(
    code: &ServiceCode,
    interfaces: &ServiceInterfaces,
    communication: &CommunicationDesign,
    outputs: &Outputs,
) -> Outcome<ServiceCode> {
    let mut code = code.clone();
    for exchange in &interfaces.exchanges {
        let served = exchange.direction == Direction::Inbound || exchange.mode == ExchangeMode::Asynchronous;
        if !served || code.serves.contains(&exchange.asked_as) {
            continue;
        }
        ensure(
            SERVED.contains(&exchange.asked_as.as_str()),
            format_args!(
                "this code base cannot serve `{}`; it knows {}",
                exchange.asked_as,
                SERVED.join(", ")
            ),
        )?;
        code.serves.push(exchange.asked_as.clone());
    }
    for call in &communication.calls {
        let exchange = interfaces.exchanges.iter().find(|it| it.name == call.exchange);
        code.calls.push(OutboundCall {
            exchange: call.exchange.clone(),
            dependency: exchange.map_or_else(String::new, |it| it.with.clone()),
            at_once: call.at_once,
            guard: None,
        });
    }
    let bed = Bed::start(&code, &Making::default()).await?;
    let first = bed.send(one_order()).await?;
    ensure(
        first.iter().all(|answer| answer.status == 201),
        format_args!("an order is answered with {first:?}; see what the stock says"),
    )?;
    let waited = wait_while_slow(&bed, SLOW_MS).await?;
    bed.orders.stop().await?;
    let seen = format!(
        "201; with a stock that is {SLOW_MS} ms late an order of three lines took {} ms",
        waited.as_millis()
    );
    finish(
        code,
        Stage::Interfaces,
        "took an order, then one more from a slow stock",
        &seen,
        outputs,
    )
}

/// How long one caller waits for one order while the stock is so late.
///
/// # Errors
/// When the caller cannot work.
pub async fn wait_while_slow(bed: &Bed, by_ms: u64) -> Outcome<Duration> {
    bed.stock.behave(Mode::Slow(by_ms));
    let begun = Instant::now();
    bed.send(one_order()).await?;
    let waited = begun.elapsed();
    bed.stock.behave(Mode::Well);
    Ok(waited)
}
