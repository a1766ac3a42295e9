//! The sample: a shop with the faults of shops, and the application that works on it.

pub mod application;
pub mod generator;
pub mod statements;
pub mod suites;

use examples::database_migration_plan::artifacts::Engine;

use crate::engine::dialect;

/// The flag that says which schema the application reads and writes.
pub const FLAG: &str = "new_schema";

/// The tables, the one that is referred to first.
pub const TABLES: [&str; 3] = ["customers", "orders", "order_lines"];

/// Creates the tables as they grew: money in binary fractions, one column for two ways to reach a customer, no index but the
/// keys.
#[must_use]
pub fn old_schema(engine: Engine) -> String {
    let (key, real) = (dialect::counted_key(engine), dialect::real(engine));
    format!(
        "CREATE TABLE customers (id {key}, name TEXT NOT NULL, contact TEXT, registered_at TEXT NOT NULL);\n\
         CREATE TABLE orders (id {key}, customer_id BIGINT NOT NULL, placed_at TEXT NOT NULL, status TEXT NOT NULL, total {real});\n\
         CREATE TABLE order_lines (id {key}, order_id BIGINT NOT NULL, product TEXT NOT NULL, quantity BIGINT NOT NULL, price {real});\n"
    )
}

/// The column of a table that dates its rows, by way of another table where it has none: the expression and the joined table.
#[must_use]
pub fn dated_by(table: &str) -> Option<(&'static str, &'static str)> {
    match table {
        "customers" => Some(("registered_at", "customers")),
        "orders" => Some(("placed_at", "orders")),
        "order_lines" => Some((
            "placed_at",
            "order_lines JOIN orders ON orders.id = order_lines.order_id",
        )),
        _ => None,
    }
}
