//! How each exchange is carried, out of how long callers wait and how long neighbours take. What a load test found is heeded.

use crate::{
    artifacts::{
        CallDesign, CommunicationDesign, Delivery, DependencyMap, Direction, EventDesign, Exchange,
        ExchangeMode, Protocol, ServiceInterfaces,
    },
    lessons::Lesson,
};

/// The longest pause between two attempts.
const PAUSE_MS: u32 = 20;
/// How often something is tried that may be tried again.
const ATTEMPTS: u32 = 3;
/// A neighbour that takes ten times as long as it does will not answer.
const PATIENCE: u32 = 10;
/// No attempt is given up before that: machines are busy at times.
const LEAST_TIMEOUT_MS: u32 = 250;
/// Lines that are asked for together, once asking one after the other took too long.
const TOGETHER: u32 = 8;

/// Designs them.
#[must_use]
pub fn design(
    interfaces: &ServiceInterfaces,
    dependencies: &DependencyMap,
    lessons: &[Lesson],
) -> CommunicationDesign {
    let of = |mode| {
        let outbound = interfaces
            .exchanges
            .iter()
            .filter(|it| it.direction == Direction::Outbound);
        outbound.filter(move |it| it.mode == mode)
    };
    let missed = lessons
        .iter()
        .any(|lesson| matches!(lesson, Lesson::ObjectiveMissed { .. }));
    CommunicationDesign {
        calls: of(ExchangeMode::Synchronous)
            .map(|exchange| call(exchange, dependencies, if missed { TOGETHER } else { 1 }))
            .collect(),
        events: of(ExchangeMode::Asynchronous).map(event).collect(),
    }
}

fn call(exchange: &Exchange, dependencies: &DependencyMap, at_once: u32) -> CallDesign {
    let dependency = dependencies
        .dependencies
        .iter()
        .find(|it| it.name == exchange.with);
    let idempotent = dependency.is_some_and(|it| it.idempotent);
    let usual_ms = dependency.map_or(0, |it| it.answers_in_ms);
    let attempts = if idempotent { ATTEMPTS } else { 1 };
    let room_ms = exchange.caller_waits_ms.saturating_sub((attempts - 1) * PAUSE_MS) / attempts;
    CallDesign {
        exchange: exchange.name.clone(),
        protocol: Protocol::Rest,
        caller_waits_ms: exchange.caller_waits_ms,
        timeout_ms: (usual_ms * PATIENCE).max(LEAST_TIMEOUT_MS).min(room_ms),
        attempts,
        pause_ms: PAUSE_MS,
        idempotent,
        at_once,
    }
}

fn event(exchange: &Exchange) -> EventDesign {
    EventDesign {
        exchange: exchange.name.clone(),
        topic: exchange.asked_as.clone(),
        ordering_key: "order".to_owned(),
        delivery: Delivery::AtLeastOnce,
        dead_letters: format!("{}.unread, kept by {}", exchange.asked_as, exchange.with),
    }
}
