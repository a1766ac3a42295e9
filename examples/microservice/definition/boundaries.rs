//! The line around the service: a capability belongs to whoever owns the data that it changes, or else looks at.

use crate::{
    artifacts::{Capability, ExcludedCapability, ServiceBoundaries, ServiceCharter, Term},
    failure::{Failure, Outcome, ensure},
};

/// Draws it.
///
/// # Errors
/// When nothing is left inside, or the service is none that this code base can become.
pub fn draw(charter: &ServiceCharter) -> Outcome<ServiceBoundaries> {
    let (mut inside, mut outside, mut excluded) = (Vec::new(), Vec::new(), Vec::new());
    for capability in &charter.capabilities {
        let owner = home(charter, capability)?;
        if owner == charter.service {
            inside.push(capability.clone());
        } else {
            excluded.push(ExcludedCapability {
                capability: capability.name.clone(),
                belongs_to: owner.to_owned(),
            });
            outside.push(capability.clone());
        }
    }
    ensure(
        !inside.is_empty(),
        format_args!(
            "nothing belongs to `{}`; give it data that some capability changes",
            charter.service
        ),
    )?;
    let own = charter.data.iter().filter(|data| data.owner == charter.service);
    let asked = |name: &String| inside.iter().any(|capability| capability.asks.contains(name));
    let neighbours = charter
        .neighbours
        .iter()
        .filter(|neighbour| neighbour.offers.iter().any(asked));
    Ok(ServiceBoundaries {
        capabilities: inside.iter().map(|capability| capability.name.clone()).collect(),
        excluded,
        vocabulary: own
            .map(|data| Term {
                word: data.entity.clone(),
                meaning: data.meaning.clone(),
            })
            .collect(),
        neighbours: neighbours.cloned().collect(),
        inside,
        outside,
    })
}

fn home<'a>(charter: &'a ServiceCharter, capability: &'a Capability) -> Outcome<&'a str> {
    let first = capability.writes.first().or(capability.reads.first());
    let owner = first.and_then(|entity| charter.owner(entity));
    owner.ok_or_else(|| {
        Failure::new(format_args!(
            "`{}` touches no data that has an owner; say in `data` whose it is",
            capability.name
        ))
    })
}
