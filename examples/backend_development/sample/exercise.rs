//! The sample service's own integration tests: the service whole, on a real database, with a carrier that prints labels. Says
//! how each went as TAP lines.

use std::{
    collections::HashMap,
    path::Path,
    process::ExitCode,
    sync::{Arc, Mutex},
};

use axum::{Router, routing::post};
use serde_json::{Value, json};

use super::{callers, carrier::Carrier, http, store};
use crate::{
    client::{Call, Client},
    failure::{Failure, Outcome, ensure},
    live::Live,
};

const PACKER: &str = "exercise-packer-token";
const SCANNER: &str = "exercise-scanner-token";

/// Runs them on a database of their own.
pub(super) async fn run(database: &Path, say: impl Fn(String)) -> Outcome<ExitCode> {
    let labels = Router::new().route("/labels", post(|| async { r#"{"label":"CARR-0001"}"# }));
    let carrier = Live::start(labels, 0).await?;
    let tokens: HashMap<String, String> = callers(&format!("packer={PACKER},scanner={SCANNER}"))?;
    let app = http::App {
        database: Arc::new(Mutex::new(store::open(database)?)),
        callers: tokens,
        carrier: Carrier::new(carrier.address()),
        fault: None,
    };
    let live = Live::start(http::router(&Arc::new(app)), 0).await?;
    let mut client = Client::new(live.address());
    let results = [
        (
            "a parcel goes from the table to the door",
            journey(&mut client).await,
        ),
        ("an order has one parcel", order_has_one_parcel(&mut client).await),
        (
            "a parcel is scanned only under way",
            no_scan_before(&mut client).await,
        ),
    ];
    say(format!("1..{}", results.len()));
    let mut code = ExitCode::SUCCESS;
    for (at, (name, result)) in results.into_iter().enumerate() {
        match result {
            Ok(()) => say(format!("ok {} - {name}", at + 1)),
            Err(failure) => {
                code = ExitCode::FAILURE;
                say(format!("not ok {} - {name}: {failure}", at + 1));
            }
        }
    }
    live.stop().await?;
    carrier.stop().await?;
    Ok(code)
}

fn parcel(order: &str) -> Value {
    json!({
        "order_number": order, "recipient": "Ines Okafor", "postcode": "10115", "weight_g": 740,
        "contents": [{ "isbn": "9780140328721", "copies": 1 }],
    })
}

async fn send(client: &mut Client, path: &str, token: &str, body: &Value, status: u16) -> Outcome<Value> {
    let reply = client
        .send(&Call::new("POST", path).with_token(token).with_json(body))
        .await?;
    ensure(
        reply.status == status,
        format_args!("{path} was answered with {}", reply.status),
    )?;
    reply.json()
}

async fn journey(client: &mut Client) -> Outcome<()> {
    let made = send(client, "/v1/parcels", PACKER, &parcel("B-00000001"), 201).await?;
    let parcel = format!("/v1/parcels/{}", made["id"]);
    send(client, &format!("{parcel}/dispatch"), PACKER, &json!({}), 200).await?;
    let scan = json!({ "kind": "delivered", "place": "Berlin", "seen_at": "2027-01-31T08:15:00Z" });
    send(client, &format!("{parcel}/scans"), SCANNER, &scan, 201).await?;
    let code = made["code"].as_str().unwrap_or_default();
    let tracked = client
        .send(&Call::new("GET", format!("/v1/tracking/{code}")))
        .await?
        .json()?;
    ensure(
        tracked["status"] == "delivered",
        format_args!("it ends as {}", tracked["status"]),
    )
}

async fn order_has_one_parcel(client: &mut Client) -> Outcome<()> {
    send(client, "/v1/parcels", PACKER, &parcel("B-00000002"), 201).await?;
    send(client, "/v1/parcels", PACKER, &parcel("B-00000002"), 409)
        .await
        .map(drop)
}

async fn no_scan_before(client: &mut Client) -> Outcome<()> {
    let made = send(client, "/v1/parcels", PACKER, &parcel("B-00000003"), 201).await?;
    let scan = json!({ "kind": "accepted", "place": "Berlin", "seen_at": "2027-01-31T08:15:00Z" });
    let path = format!("/v1/parcels/{}/scans", made["id"]);
    send(client, &path, SCANNER, &scan, 409)
        .await
        .map(drop)
        .map_err(Failure::new)
}
