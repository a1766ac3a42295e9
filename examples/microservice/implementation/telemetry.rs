//! Metrics, logs and traces, as the observability plan asks for them.

use crate::{
    artifacts::{ObservabilityPlan, Records, ServiceCode},
    failure::{During, Outcome, ensure},
    implementation::{Stage, finish},
    outputs::Outputs,
    service::{record::RecordFiles, scrape::Scrape},
    testing::bed::{Bed, Making, one_order},
};

/// Adds them, takes an order, and looks at what is exposed and written.
///
/// # Errors
/// When nothing is.
pub async fn add(code: &ServiceCode, plan: &ObservabilityPlan, outputs: &Outputs) -> Outcome<ServiceCode> {
    let before = Bed::start(code, &Making::default()).await?;
    let missing = before.status("/metrics").await?;
    before.orders.stop().await?;
    let mut code = code.clone();
    code.metrics = plan.metrics.iter().map(|metric| metric.name.clone()).collect();
    code.records = Some(Records {
        log_fields: plan.log_fields.clone(),
        never_logged: plan.never_logged.clone(),
        trace_one_in: plan.trace_one_in,
        buckets_ms: plan.buckets_ms.clone(),
    });
    let scratch = outputs.scratch()?;
    let making = Making {
        records: Some(scratch.path().to_owned()),
        ..Making::default()
    };
    let bed = Bed::start(&code, &making).await?;
    bed.send(one_order()).await?;
    let scrape = Scrape::of(bed.orders.address()).await?;
    bed.orders.stop().await?;
    let exposed = code.metrics.iter().filter(|name| scrape.has(name)).count();
    let files = RecordFiles::within(scratch.path(), "orders");
    let lines = |file| std::fs::read_to_string(file).map(|text| text.lines().count());
    let logged = lines(&files.log).during("reading the log")?;
    let spans = lines(&files.spans).during("reading the spans")?;
    ensure(
        exposed > 0 && logged > 0 && spans > 0,
        format_args!(
            "{exposed} metrics, {logged} lines and {spans} spans came of an order; all must be more than 0"
        ),
    )?;
    let seen = format!(
        "/metrics was {missing} before; now {exposed} metrics are exposed, and an order left {logged} lines and {spans} spans"
    );
    finish(
        code,
        Stage::Telemetry,
        "took an order and looked at what it left",
        &seen,
        outputs,
    )
}
