//! What the service is built from. The versions are those of this build; the stores were tried before one was chosen.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use examples::lock_file::LockFile;

use crate::{
    artifacts::{ServiceCharter, StackPart, StoreChoice, TechnologyStack},
    decision::{Alternative, Decision, Reference},
    failure::{Outcome, ensure},
    outputs::Outputs,
    service::{core::Standing, store::StoreSettings},
    testing::samples,
};

/// How a store fared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoreTrial {
    /// Orders kept per second, one after the other.
    pub per_second: f64,
    /// Bytes for each of them.
    pub bytes_per_order: u64,
    /// How long it took to open it again.
    pub opened_in: Duration,
}

/// So many orders are kept in a trial.
const TRIED: u32 = 100;

/// Keeps some orders in a store of that kind.
///
/// # Errors
/// When it refuses.
pub fn try_store(choice: StoreChoice, folder: &Path) -> Outcome<StoreTrial> {
    let file = folder.join("trial.db");
    let settings = StoreSettings::of(choice, &file);
    let store = settings.open()?;
    let begun = Instant::now();
    for number in 0..TRIED {
        store.put(&samples::order(number, 3).taken(format!("trial-{number}"), Standing::Confirmed))?;
    }
    let per_second = f64::from(TRIED) / begun.elapsed().as_secs_f64().max(f64::EPSILON);
    drop(store);
    let begun = Instant::now();
    let opened = settings.open()?;
    let opened_in = begun.elapsed();
    drop(opened);
    let bytes = file.metadata().map_or(0, |data| data.len());
    Ok(StoreTrial {
        per_second,
        bytes_per_order: bytes / u64::from(TRIED),
        opened_in,
    })
}

/// Chooses the parts.
///
/// # Errors
/// When no store keeps up with the expected load.
pub fn select(charter: &ServiceCharter, outputs: &Outputs) -> Outcome<(TechnologyStack, StoreTrial)> {
    let scratch = outputs.scratch()?;
    let in_file = try_store(StoreChoice::Sqlite, scratch.path())?;
    let in_memory = try_store(StoreChoice::Memory, scratch.path())?;
    let load = charter.expected_requests_per_second;
    ensure(
        in_file.per_second > f64::from(load),
        format_args!(
            "SQLite keeps {:.0} orders per second here and {load} are expected; use a faster disk, or another store",
            in_file.per_second
        ),
    )?;
    let stack = TechnologyStack {
        parts: parts()?,
        decisions: vec![store_decision(in_file, in_memory, load), circuit_decision()],
    };
    Ok((stack, in_file))
}

fn parts() -> Outcome<Vec<StackPart>> {
    let lock = LockFile::of_this_workspace()?;
    let crates = [
        ("framework", "axum"),
        ("runtime", "tokio"),
        ("store", "rusqlite"),
        ("circuit breaker", "tower-resilience-circuitbreaker"),
        ("retries", "backon"),
        ("metrics", "prometheus-client"),
        ("logs", "tracing-subscriber"),
        ("traces", "opentelemetry_sdk"),
    ];
    let mut parts = vec![StackPart {
        purpose: "language".to_owned(),
        product: "Rust".to_owned(),
        version: env!("CARGO_PKG_RUST_VERSION").to_owned(),
        maintained: "the Rust project; each release until the next, six weeks later".to_owned(),
    }];
    for (purpose, product) in crates {
        let found = lock.packages.iter().find(|package| package.name == product);
        parts.push(StackPart {
            purpose: purpose.to_owned(),
            product: product.to_owned(),
            version: found.map_or_else(String::new, |package| package.version.clone()),
            maintained: "its authors; `cargo audit` and `cargo outdated` in the pipeline tell when that ends"
                .to_owned(),
        });
    }
    Ok(parts)
}

fn store_decision(in_file: StoreTrial, in_memory: StoreTrial, load: u32) -> Decision {
    Decision {
        question: "Where are orders kept?".to_owned(),
        chosen: format!("SQLite {}, in a file with a write-ahead log", rusqlite::version()),
        alternatives: vec![
            Alternative {
                name: "in memory".to_owned(),
                rejected_because: "what is taken must outlive the process".to_owned(),
            },
            Alternative {
                name: "a database server".to_owned(),
                rejected_because: format!(
                    "one more thing that can be away, for {load} requests per second that a file bears"
                ),
            },
        ],
        security_implication: "no port and no password; who may read the file may read the orders, so it \
                               belongs to the service's user alone"
            .to_owned(),
        performance_implication: format!(
            "measured: {:.0} orders per second on disk one after the other, {:.0} in memory; {load} are expected",
            in_file.per_second, in_memory.per_second
        ),
        trade_off: "all instances run on one machine, as long as they share the file".to_owned(),
        references: vec![Reference {
            title: "Appropriate Uses For SQLite".to_owned(),
            place: "https://sqlite.org/whentouse.html".to_owned(),
        }],
    }
}

fn circuit_decision() -> Decision {
    Decision {
        question: "What keeps a slow neighbour from taking the service with it?".to_owned(),
        chosen: "a layer around the client: bulkhead, retries, circuit breaker, time limit".to_owned(),
        alternatives: vec![Alternative {
            name: "a proxy beside each instance".to_owned(),
            rejected_because: "it cannot answer instead of the neighbour, and is one more process".to_owned(),
        }],
        security_implication:
            "a neighbour that is made slow on purpose costs no more than its places in the \
                               bulkhead"
                .to_owned(),
        performance_implication: "a lock per call; measured under load by `test_load`".to_owned(),
        trade_off: "orders are taken that the stock may refuse later".to_owned(),
        references: vec![Reference {
            title: "Release It!, second edition, chapter 5".to_owned(),
            place: "ISBN 978-1-68050-239-8".to_owned(),
        }],
    }
}
