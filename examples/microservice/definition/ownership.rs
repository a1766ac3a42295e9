//! Whose the data is that the service touches, and how the others get at it.

use std::collections::BTreeSet;

use crate::artifacts::{
    AccessWay, Capability, DataAccess, DataOwnership, OwnedEntity, ServiceBoundaries, ServiceCharter,
    SystemData,
};

/// Works it out of who writes and who reads.
#[must_use]
pub fn identify(charter: &ServiceCharter, boundaries: &ServiceBoundaries) -> DataOwnership {
    let touched: BTreeSet<&str> = boundaries
        .inside
        .iter()
        .flat_map(|capability| capability.writes.iter().chain(&capability.reads))
        .map(String::as_str)
        .collect();
    let touched = charter
        .data
        .iter()
        .filter(|data| touched.contains(data.entity.as_str()));
    DataOwnership {
        entities: touched.map(|data| owned(charter, data)).collect(),
    }
}

fn owned(charter: &ServiceCharter, data: &SystemData) -> OwnedEntity {
    let services = |uses: fn(&Capability) -> &Vec<String>| {
        let users = charter
            .capabilities
            .iter()
            .filter(|it| uses(it).contains(&data.entity));
        let homes = users.filter_map(|it| charter.owner(it.writes.first().or(it.reads.first())?));
        homes.collect::<BTreeSet<_>>()
    };
    let mut writers: Vec<String> = services(|it| &it.writes).into_iter().map(String::from).collect();
    if writers.is_empty() {
        writers.push(data.owner.clone());
    }
    let readers = services(|it| &it.reads);
    let readers = readers.into_iter().filter(|reader| *reader != data.owner);
    OwnedEntity {
        entity: data.entity.clone(),
        writers,
        readers: readers
            .map(|service| DataAccess {
                service: service.to_owned(),
                way: if data.stale_s > 0 {
                    AccessWay::Copy
                } else {
                    AccessWay::Query
                },
                stale_s: data.stale_s,
            })
            .collect(),
        personal: data.personal,
        kept_days: data.kept_days,
    }
}
