//! What others ask of the service and what it asks of others: who waits, and who is told by an event.

use serde::Serialize;

use crate::{
    artifacts::{
        AccessWay, Capability, DataOwnership, Direction, Exchange, ExchangeMode, ServiceBoundaries,
        ServiceInterfaces,
    },
    failure::{Failure, Outcome},
    service::{core::Standing, stock::Reservation, store::PLACED},
    testing::samples,
};

/// Works them out.
///
/// # Errors
/// When something is asked of nobody.
pub fn establish(boundaries: &ServiceBoundaries, ownership: &DataOwnership) -> Outcome<ServiceInterfaces> {
    let mut exchanges = Vec::new();
    for capability in &boundaries.inside {
        exchanges.extend(inbound(capability));
        for asked in &capability.asks {
            exchanges.push(outbound(boundaries, capability, asked)?);
        }
    }
    exchanges.extend(events(ownership));
    Ok(ServiceInterfaces { exchanges })
}

fn inbound(capability: &Capability) -> Option<Exchange> {
    let asked_as = capability.asked_as.clone()?;
    let order = samples::order(0, 1);
    let fields = if capability.writes.is_empty() {
        fields(&order.taken("1".to_owned(), Standing::Confirmed))
    } else {
        fields(&order)
    };
    Some(Exchange {
        name: capability.name.clone(),
        with: capability
            .asked_by
            .clone()
            .unwrap_or_else(|| "anybody".to_owned()),
        direction: Direction::Inbound,
        mode: ExchangeMode::Synchronous,
        asked_as,
        caller_waits_ms: capability.caller_waits_ms.unwrap_or_default(),
        fields,
        because: "the caller shows the answer to somebody who looks at it".to_owned(),
    })
}

fn outbound(boundaries: &ServiceBoundaries, capability: &Capability, asked: &str) -> Outcome<Exchange> {
    let offers = boundaries
        .neighbours
        .iter()
        .find(|it| it.offers.iter().any(|offered| offered == asked));
    let neighbour = offers.ok_or_else(|| {
        Failure::new(format_args!(
            "nobody offers `{asked}`; name it in `offers` of a neighbour"
        ))
    })?;
    let wanted = Reservation {
        order: String::new(),
        sku: String::new(),
        quantity: 1,
    };
    Ok(Exchange {
        name: asked.to_owned(),
        with: neighbour.name.clone(),
        direction: Direction::Outbound,
        mode: ExchangeMode::Synchronous,
        asked_as: "POST /reservations".to_owned(),
        caller_waits_ms: capability.caller_waits_ms.unwrap_or_default(),
        fields: fields(&wanted),
        because: format!("`{}` is answered by what it says", capability.name),
    })
}

/// Whoever keeps a copy is told by an event.
fn events(ownership: &DataOwnership) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for entity in &ownership.entities {
        for reader in entity
            .readers
            .iter()
            .filter(|reader| reader.way == AccessWay::Copy)
        {
            let told = exchanges.iter().any(|told| told.with == reader.service);
            if told {
                continue;
            }
            exchanges.push(Exchange {
                name: format!("tell {} of new orders", reader.service),
                with: reader.service.clone(),
                direction: Direction::Outbound,
                mode: ExchangeMode::Asynchronous,
                asked_as: PLACED.to_owned(),
                caller_waits_ms: 0,
                fields: ["number", "topic", "order"].map(String::from).to_vec(),
                because: format!("{} may be {} s behind", reader.service, reader.stale_s),
            });
        }
    }
    exchanges
}

/// The fields of a value, as they are sent.
fn fields(value: &impl Serialize) -> Vec<String> {
    let value = serde_json::to_value(value).unwrap_or_default();
    let fields = value.as_object().into_iter().flat_map(serde_json::Map::keys);
    fields.cloned().collect()
}
