//! The probes: alive says that the process is not stuck, ready that it can serve.

use crate::{
    artifacts::{ContainerSetup, DependencyMap, Probe, ProbeKind, ServiceCode},
    failure::{Outcome, ensure},
    implementation::{Stage, finish},
    infrastructure::skeleton::{ALIVE, PROBE_TIMEOUT_MS, READY},
    outputs::Outputs,
    testing::bed::{Bed, Making},
};

/// Adds them, and asks them while the neighbour is cut off and while the store is full.
///
/// # Errors
/// When they say something else than they should.
pub async fn implement(
    code: &ServiceCode,
    containers: &ContainerSetup,
    dependencies: &DependencyMap,
    outputs: &Outputs,
) -> Outcome<ServiceCode> {
    let before = Bed::start(code, &Making::default()).await?;
    let missing = before.status(ALIVE).await?;
    before.orders.stop().await?;
    let mut code = code.clone();
    let essential = dependencies.dependencies.iter().filter(|it| it.essential);
    let mut requires = vec!["store".to_owned()];
    requires.extend(essential.map(|it| it.name.clone()));
    // An instance that is told to stop must have been found out within its grace.
    let timeout_ms = PROBE_TIMEOUT_MS.min(containers.grace_s * 1_000);
    let probe = |kind, path: &str, requires| Probe {
        kind,
        path: path.to_owned(),
        timeout_ms,
        requires,
    };
    code.probes = vec![
        probe(ProbeKind::Alive, ALIVE, Vec::new()),
        probe(ProbeKind::Ready, READY, requires.clone()),
    ];
    let scratch = outputs.scratch()?;
    let making = Making {
        store: Some(scratch.path().join("little.db")),
        ..Making::default()
    };
    let mut bed = Bed::start(&code, &making).await?;
    let well = (bed.status(ALIVE).await?, bed.status(READY).await?);
    bed.stock.cut();
    let cut = (bed.status(ALIVE).await?, bed.status(READY).await?);
    bed.orders.stop().await?;
    let full = Bed::start(
        &code,
        &Making {
            pages_at_most: Some(1),
            ..making
        },
    )
    .await?;
    let full_says = (full.status(ALIVE).await?, full.status(READY).await?);
    full.orders.stop().await?;
    let expected_cut = if requires.len() > 1 { 503 } else { 200 };
    ensure(
        well == (200, 200) && cut == (200, expected_cut) && full_says == (200, 503),
        format_args!(
            "alive and ready say {well:?} when all is well, {cut:?} without stock, {full_says:?} with a full store"
        ),
    )?;
    let seen = format!(
        "alive was {missing} before; now alive and ready say {well:?}, {cut:?} without stock, {full_says:?} with a full store"
    );
    finish(
        code,
        Stage::Probes,
        "asked both probes, with stock cut off and with a full store",
        &seen,
        outputs,
    )
}
