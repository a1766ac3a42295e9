//! What users get, as numbers that the dependencies allow.

use crate::artifacts::{Agreement, DependencyMap, Objective, ServiceCharter, ServiceLevels};

/// The objectives and agreements; the check refuses those that cannot be kept.
#[must_use]
pub fn define(charter: &ServiceCharter, dependencies: &DependencyMap) -> ServiceLevels {
    let essential = dependencies.dependencies.iter().filter(|it| it.essential);
    let all_there = essential.fold(1.0, |all, it| all * it.availability_percent / 100.0);
    ServiceLevels {
        objectives: charter
            .promises
            .iter()
            .map(|promise| Objective {
                name: promise.name.clone(),
                good_when: promise.good_when.clone(),
                target_percent: promise.target_percent,
                window_days: promise.window_days,
            })
            .collect(),
        agreements: charter
            .promises
            .iter()
            .map(|promise| Agreement {
                objective: promise.name.clone(),
                promised_percent: promise.promised_percent,
                consequence: promise.consequence.clone(),
            })
            .collect(),
        dependencies_available_percent: all_there * 100.0,
    }
}
