//! The core: what the service is for, with its unit tests, on the store that was planned.

use crate::{
    artifacts::{InternalArchitecture, ServiceBoundaries, ServiceCode, StoragePlan, StoreChoice},
    evidence::Change,
    failure::{Outcome, ensure},
    implementation::{Stage, finish},
    outputs::Outputs,
    service::{
        core::{Rule, Standing},
        store::StoreSettings,
    },
    testing::{samples, unit},
};

/// Runs the unit tests, and keeps an order in the store.
///
/// # Errors
/// When a unit test fails or the store does not keep what it was given.
pub fn develop(
    service: &str,
    boundaries: &ServiceBoundaries,
    internals: &InternalArchitecture,
    storage: &StoragePlan,
    outputs: &Outputs,
) -> Outcome<ServiceCode> {
    let core = internals.modules.first();
    ensure(
        core.is_some_and(|module| module.name == "core" && module.knows.is_empty()),
        "the core knows of other modules; it must stand alone to be tested alone",
    )?;
    let planned = storage.stores.first();
    let store = match planned.map(|store| store.product.as_str()) {
        Some("SQLite") => StoreChoice::Sqlite,
        _ => StoreChoice::Memory,
    };
    let tests = unit::run();
    if let Some(failure) = tests.failures.first() {
        return Err(crate::failure::Failure::new(format_args!(
            "unit test `{}`: expected {}, seen {}",
            failure.test, failure.expected, failure.seen
        )));
    }
    keep_one(store, outputs)?;
    let code = ServiceCode {
        service: service.to_owned(),
        change: Change {
            repository: String::new(),
            commit: String::new(),
            paths: Vec::new(),
            reviewed_by: Vec::new(),
        },
        coverage_percent: tests.rules_percent,
        store,
        serves: Vec::new(),
        calls: Vec::new(),
        probes: Vec::new(),
        metrics: Vec::new(),
        records: None,
        tried: Vec::new(),
    };
    let seen = format!(
        "{} unit tests passed, {} rules decided, an order was there when the store was opened again",
        tests.passed,
        Rule::ALL.len()
    );
    let done = format!("ran the unit tests of {}", boundaries.capabilities.join(", "));
    finish(code, Stage::Core, &done, &seen, outputs)
}

fn keep_one(store: StoreChoice, outputs: &Outputs) -> Outcome<()> {
    let scratch = outputs.scratch()?;
    let settings = StoreSettings::of(store, scratch.path().join("orders.db"));
    let order = samples::order(1, 3).taken("1".to_owned(), Standing::Confirmed);
    settings.open()?.put(&order)?;
    let found = settings.open()?.get("1")?;
    ensure(
        store == StoreChoice::Memory || found.as_ref() == Some(&order),
        "the store lost an order when it was opened again",
    )
}
