//! The unit tests, and the integration tests: the service on a real store, beside a stand-in of each neighbour.

use std::time::Instant;

use serde_json::{Value, json};

use super::{
    bed::{Bed, Making},
    samples, unit,
};
use crate::{
    artifacts::{Direction, ServiceCode, ServiceInterfaces, TestReport},
    client::Call,
    failure::Outcome,
    outputs::Outputs,
};

/// Where the report lies.
pub const REPORT: &str = "reports/functional.json";

/// Runs them all.
///
/// # Errors
/// When the service does not start or breaks off.
pub async fn run(
    code: &ServiceCode,
    interfaces: &ServiceInterfaces,
    outputs: &Outputs,
) -> Outcome<TestReport> {
    let begun = Instant::now();
    let mut tests = unit::run();
    let scratch = outputs.scratch()?;
    let making = Making {
        store: Some(scratch.path().join("orders.db")),
        ..Making::default()
    };
    let bed = Bed::start(code, &making).await?;
    let inbound = interfaces
        .exchanges
        .iter()
        .filter(|it| it.direction == Direction::Inbound);
    for exchange in inbound {
        let served = code.serves.contains(&exchange.asked_as).to_string();
        tests.note(&format!("`{}` is served", exchange.asked_as), "true", &served);
    }
    take(&bed, &mut tests).await?;
    refuse(&bed, &mut tests).await?;
    repeat(&bed, &mut tests).await?;
    remember(code, bed, &making, &mut tests).await?;
    let report = TestReport {
        suite: "unit and integration".to_owned(),
        commit: code.change.commit.clone(),
        passed: tests.passed,
        failures: tests.failures,
        skipped: Vec::new(),
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    outputs.write_json(REPORT, &report)?;
    Ok(report)
}

fn posted(order: &impl serde::Serialize) -> Call {
    Call::new("POST", "/orders").with_json(&json!(order))
}

async fn take(bed: &Bed, tests: &mut unit::UnitTests) -> Outcome<()> {
    let reply = bed.ask(&posted(&samples::order(1, 3))).await?;
    tests.note("an order is taken", "201", &reply.status.to_string());
    let taken = reply.json()?;
    let standing = taken["standing"].as_str().unwrap_or("nothing");
    tests.note("it is confirmed", "confirmed", standing);
    let held = bed.stock.reservations().to_string();
    tests.note("stock holds each line", "3", &held);
    let id = taken["id"].as_str().unwrap_or("none");
    let shown = bed.ask(&Call::new("GET", format!("/orders/{id}"))).await?;
    tests.note(
        "it is shown as it was taken",
        &taken.to_string(),
        &shown.json()?.to_string(),
    );
    let events = bed
        .ask(&Call::new("GET", "/events/orders.placed"))
        .await?
        .json()?;
    let told = events["events"][0]["order"].as_str().unwrap_or("nobody");
    tests.note("others are told of it", id, told);
    let mut sold_out = samples::order(2, 1);
    for line in &mut sold_out.lines {
        line.sku = format!("sold-out-{}", line.sku);
    }
    let reply = bed.ask(&posted(&sold_out)).await?;
    tests.note("what is sold out is refused", "409", &reply.status.to_string());
    Ok(())
}

async fn refuse(bed: &Bed, tests: &mut unit::UnitTests) -> Outcome<()> {
    let mut order = samples::order(3, 1);
    order.customer.clear();
    let reply = bed.ask(&posted(&order)).await?;
    let rule = reply.json()?["problems"][0]["rule"].clone();
    tests.note(
        "a broken rule is named",
        "422 \"names_its_customer\"",
        &format!("{} {rule}", reply.status),
    );
    let mut unknown = json!(samples::order(4, 1));
    unknown["discount"] = Value::from(100);
    let cases = [
        ("a field that nobody knows is refused", posted(&unknown)),
        (
            "what is no order is refused",
            Call::new("POST", "/orders").with_body("application/json", "{"),
        ),
    ];
    for (name, call) in cases {
        let status = bed.ask(&call).await?.status;
        tests.note(name, "400", &status.to_string());
    }
    let status = bed.status("/orders/none").await?;
    tests.note(
        "an order that is not there is not shown",
        "404",
        &status.to_string(),
    );
    Ok(())
}

async fn repeat(bed: &Bed, tests: &mut unit::UnitTests) -> Outcome<()> {
    let call = posted(&samples::order(5, 2)).with_header("idempotency-key", "order-5");
    let first = bed.ask(&call).await?.json()?;
    let held = bed.stock.reservations();
    let again = bed.ask(&call).await?.json()?;
    tests.note(
        "sending again orders once",
        &first.to_string(),
        &again.to_string(),
    );
    let held = (bed.stock.reservations() - held).to_string();
    tests.note("and reserves once", "0", &held);
    Ok(())
}

/// What was taken is there after the instance has gone.
async fn remember(code: &ServiceCode, bed: Bed, making: &Making, tests: &mut unit::UnitTests) -> Outcome<()> {
    let taken = bed.ask(&posted(&samples::order(6, 1))).await?.json()?;
    let id = taken["id"].as_str().unwrap_or("none").to_owned();
    bed.orders.stop().await?;
    let bed = Bed::start(code, making).await?;
    let shown = bed.ask(&Call::new("GET", format!("/orders/{id}"))).await?;
    tests.note(
        "orders outlive the instance",
        &taken.to_string(),
        &shown.json()?.to_string(),
    );
    bed.orders.stop().await
}
