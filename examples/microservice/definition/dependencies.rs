//! What the service needs, and what it does while that is away.

use crate::{
    artifacts::{Dependency, DependencyMap, Direction, ExchangeMode, ServiceBoundaries, ServiceInterfaces},
    failure::{Failure, Outcome},
};

/// Each neighbour that somebody waits for, with what is known of it.
///
/// # Errors
/// When nothing is known of one.
pub fn document(boundaries: &ServiceBoundaries, interfaces: &ServiceInterfaces) -> Outcome<DependencyMap> {
    let mut dependencies: Vec<Dependency> = Vec::new();
    for exchange in &interfaces.exchanges {
        let waited_for =
            exchange.direction == Direction::Outbound && exchange.mode == ExchangeMode::Synchronous;
        if !waited_for || dependencies.iter().any(|known| known.name == exchange.with) {
            continue;
        }
        let known = boundaries.neighbours.iter().find(|it| it.name == exchange.with);
        let known = known.ok_or_else(|| {
            Failure::new(format_args!(
                "nothing is known of `{}`; describe it",
                exchange.with
            ))
        })?;
        dependencies.push(Dependency {
            name: known.name.clone(),
            contract: known.contract.clone(),
            availability_percent: known.availability_percent,
            answers_in_ms: known.answers_in_ms,
            idempotent: known.idempotent,
            essential: known.essential,
            when_away: known.when_away.clone(),
        });
    }
    Ok(DependencyMap { dependencies })
}
