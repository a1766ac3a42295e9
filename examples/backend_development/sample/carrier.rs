//! The carrier, who prints labels: asked for a time and a number of times, and never believed without a look.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::client::{Call, Client};

/// The carrier.
#[derive(Debug)]
pub(super) struct Carrier {
    address: SocketAddr,
}

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_millis(400);
/// How often it is asked in all when it cannot be reached or fails.
const ATTEMPTS: u32 = 3;
/// The time between.
const PAUSE: Duration = Duration::from_millis(40);

impl Carrier {
    pub(super) fn new(address: SocketAddr) -> Self {
        Carrier { address }
    }

    /// Has a label printed for a parcel; the same key yields the same label, so it may be asked again.
    pub(super) async fn label(
        &self,
        key: &str,
        postcode: &Value,
        weight_g: &Value,
    ) -> Result<String, Refusal> {
        let call = Call::new("POST", "/labels").with_json(&json!({
            "key": key, "postcode": postcode, "weight_g": weight_g,
        }));
        for attempt in 1..=ATTEMPTS {
            let asked = tokio::time::timeout(PATIENCE, async { Client::new(self.address).send(&call).await });
            match asked.await {
                Err(_) => return Err(Refusal::CarrierSlow),
                Ok(Ok(reply)) if reply.status < 500 => {
                    let label = reply
                        .json()
                        .ok()
                        .and_then(|body| body["label"].as_str().map(str::to_owned));
                    return label
                        .filter(|label| (4..=40).contains(&label.len()))
                        .ok_or(Refusal::CarrierNonsense);
                }
                Ok(_) if attempt < ATTEMPTS => tokio::time::sleep(PAUSE * attempt).await,
                Ok(_) => {}
            }
        }
        Err(Refusal::CarrierAway)
    }
}
