//! Where data is kept and what is remembered for a while, by what was measured of the store.

use crate::{
    architecture::stack::StoreTrial,
    artifacts::{AccessWay, Cache, DataOwnership, ServiceCharter, StoragePlan, Store},
};

/// Gives each kind of data its store, and what may be old a cache.
#[must_use]
pub fn plan(charter: &ServiceCharter, ownership: &DataOwnership, trial: StoreTrial) -> StoragePlan {
    let own = |entity: &&crate::artifacts::OwnedEntity| entity.writers.contains(&charter.service);
    let entities: Vec<String> = ownership
        .entities
        .iter()
        .filter(own)
        .map(|entity| entity.entity.clone())
        .collect();
    let year_s = 365 * 24 * 3_600;
    let orders = u64::from(charter.expected_requests_per_second) * year_s;
    let opened_s = trial.opened_in.as_secs() + 1;
    let foreign = ownership.entities.iter().filter(|entity| !own(entity));
    let caches = foreign.flat_map(|entity| {
        let readers = entity
            .readers
            .iter()
            .filter(|reader| reader.service == charter.service && reader.way == AccessWay::Copy);
        readers.map(|reader| Cache {
            content: entity.entity.clone(),
            max_age_ms: u64::from(reader.stale_s) * 1_000,
            max_bytes: 16 << 20,
            invalidated_by: format!("events of {}", entity.writers.join(", ")),
        })
    });
    StoragePlan {
        stores: vec![Store {
            product: "SQLite".to_owned(),
            entities,
            bytes_after_a_year: orders * trial.bytes_per_order,
            // Each order is synced before it is answered.
            recovery_point_s: 0,
            recovery_time_s: u32::try_from(opened_s).unwrap_or(u32::MAX),
        }],
        caches: caches.collect(),
    }
}
