//! The modules of the service, and which may know of which: read out of the code itself, not out of anybody's intention.

use crate::{
    artifacts::{InternalArchitecture, Module, ServiceBoundaries},
    failure::{Outcome, ensure},
};

/// Those that know least first, each with its text.
const MODULES: &[(&str, &str, &str)] = &[
    (
        "core",
        "orders and their rules",
        include_str!("../service/core.rs"),
    ),
    (
        "store",
        "where orders are kept",
        include_str!("../service/store.rs"),
    ),
    (
        "metrics",
        "what is counted and timed",
        include_str!("../service/metrics.rs"),
    ),
    (
        "traces",
        "spans over services",
        include_str!("../service/traces.rs"),
    ),
    (
        "record",
        "logs and traces of an instance",
        include_str!("../service/record.rs"),
    ),
    (
        "registry",
        "where instances are found",
        include_str!("../service/registry.rs"),
    ),
    (
        "stock",
        "the contract of the neighbour",
        include_str!("../service/stock.rs"),
    ),
    (
        "stock_client",
        "the guarded client of the neighbour",
        include_str!("../service/stock_client.rs"),
    ),
    (
        "reserving",
        "has put aside what an order wants",
        include_str!("../service/reserving.rs"),
    ),
    (
        "orders",
        "the service around the core",
        concat!(
            include_str!("../service/orders.rs"),
            include_str!("../service/orders/routes.rs"),
            include_str!("../service/orders/tasks.rs")
        ),
    ),
];

/// Divides the service.
///
/// # Errors
/// When the core knows of the network or the store.
pub fn design(boundaries: &ServiceBoundaries) -> Outcome<InternalArchitecture> {
    let modules: Vec<Module> = MODULES
        .iter()
        .map(|(name, purpose, text)| Module {
            name: (*name).to_owned(),
            purpose: purpose_of(name, purpose, boundaries),
            knows: known_in(name, text),
        })
        .collect();
    let core_text = MODULES.first().map_or("", |(_, _, text)| text);
    for forbidden in ["axum", "rusqlite", "tokio", "super::"] {
        ensure(
            !core_text.contains(forbidden),
            format_args!("the core names `{forbidden}`; it must know neither network nor store"),
        )?;
    }
    Ok(InternalArchitecture { modules })
}

fn purpose_of(name: &str, purpose: &str, boundaries: &ServiceBoundaries) -> String {
    if name == "core" {
        return format!("{purpose}: {}", boundaries.capabilities.join(", "));
    }
    purpose.to_owned()
}

/// The modules that the text imports.
fn known_in(name: &str, text: &str) -> Vec<String> {
    let imports: String = text
        .split("use ")
        .skip(1)
        .filter_map(|import| import.split(';').next())
        .filter(|import| import.starts_with("super::") || import.starts_with("crate::"))
        .collect();
    let others = MODULES
        .iter()
        .map(|(other, _, _)| *other)
        .filter(|other| *other != name);
    let imported = |other: &&str| {
        let words = imports.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let mut words = words.peekable();
        words.any(|word| word == *other)
    };
    others.filter(imported).map(String::from).collect()
}
