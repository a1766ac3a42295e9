//! The guard of each outbound call, out of how it is to be carried, and of what earlier rounds of tests taught.

use super::interfaces::wait_while_slow;
use crate::{
    artifacts::{CallDesign, CommunicationDesign, DependencyMap, Guard, ServiceCharter, ServiceCode},
    failure::{Failure, Outcome},
    implementation::{Stage, finish},
    lessons::Lesson,
    outputs::Outputs,
    testing::bed::{Bed, Making},
};

/// After so many failures in a row the neighbour is left alone.
const OPENS_AFTER: u32 = 5;
/// For how long, in milliseconds.
const HALF_OPEN_AFTER_MS: u32 = 300;
/// Places in the bulkhead at least; and so many times what Little's law says.
const PLACES_AT_LEAST: u32 = 16;
const PLACES_SPARE: u32 = 4;
/// Lines of an order, as the shop has them.
const LINES: u32 = 3;

/// Adds the guards, and takes the time again while the stock is slow.
///
/// # Errors
/// When nothing is known of what is called, or the service does not start.
pub async fn add(
    code: &ServiceCode,
    communication: &CommunicationDesign,
    dependencies: &DependencyMap,
    charter: &ServiceCharter,
    lessons: &[Lesson],
    outputs: &Outputs,
) -> Outcome<ServiceCode> {
    let bare = code.clone();
    let mut code = code.clone();
    let mut slow_ms = 0;
    for call in &mut code.calls {
        let design = communication.calls.iter().find(|it| it.exchange == call.exchange);
        let dependency = dependencies
            .dependencies
            .iter()
            .find(|it| it.name == call.dependency);
        let (Some(design), Some(dependency)) = (design, dependency) else {
            return Err(Failure::new(format_args!(
                "nothing is decided of `{}`; design how it is carried",
                call.exchange
            )));
        };
        let rate = charter.expected_requests_per_second;
        let under_way = rate * LINES * dependency.answers_in_ms / 1_000;
        call.guard = Some(Guard {
            timeout_ms: design.timeout_ms,
            attempts: design.attempts,
            pause_ms: design.pause_ms,
            all_calls_ms: all_calls_ms(design, lessons),
            opens_after_failures: OPENS_AFTER,
            half_open_after_ms: HALF_OPEN_AFTER_MS,
            at_once_at_most: (under_way * PLACES_SPARE).max(PLACES_AT_LEAST),
            fallback: dependency.when_away.clone(),
        });
        slow_ms = slow_ms.max(u64::from(design.timeout_ms) * 2);
    }
    let (without, with) = tokio::join!(waited(&bare, slow_ms), waited(&code, slow_ms));
    let (without, with) = (without?, with?);
    let done = format!("ordered three things from a stock that is {slow_ms} ms late");
    let seen = format!("it took {without} ms before, {with} ms now");
    finish(code, Stage::Resilience, &done, &seen, outputs)
}

async fn waited(code: &ServiceCode, slow_ms: u64) -> Outcome<u128> {
    let bed = Bed::start(code, &Making::default()).await?;
    let waited = wait_while_slow(&bed, slow_ms).await?;
    bed.orders.stop().await?;
    Ok(waited.as_millis())
}

/// Nobody thinks of all calls of a request together until callers have waited; each time that they did, it gets less.
#[must_use]
pub fn all_calls_ms(design: &CallDesign, lessons: &[Lesson]) -> Option<u32> {
    let waited = lessons
        .iter()
        .filter(|lesson| matches!(lesson, Lesson::CallersWaited { .. }));
    let rounds = u32::try_from(waited.count()).unwrap_or(u32::MAX);
    if rounds == 0 {
        return None;
    }
    // Six tenths leave room for the rest of the request, and for a busy machine.
    let first = design.caller_waits_ms * 6 / 10;
    Some(
        (0..(rounds - 1).min(8))
            .fold(first, |left, _| left * 3 / 4)
            .max(50),
    )
}
