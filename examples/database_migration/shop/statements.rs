//! The statements of the application, by name: as they are on the old schema, and as they become on the new one.

use examples::{
    database_migration_plan::artifacts::Engine,
    failure::{Failure, Outcome},
};

use crate::engine::{Database, Value};

/// A statement of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// The name by which everything refers to it.
    pub name: &'static str,
    /// On the old schema.
    pub old: &'static str,
    /// On the new one.
    pub new: &'static str,
    /// The table that it searches.
    pub table: &'static str,
    /// The column by which it searches, on the old schema, if it looks something up.
    pub looks_up: Option<&'static str>,
    /// The column by which it puts what it found in order.
    pub ordered_by: Option<&'static str>,
    /// Yields the values that it may be asked with, on the old schema.
    asked_with: &'static str,
}

/// All of them.
pub const STATEMENTS: [Statement; 5] = [
    Statement {
        name: "orders_of_customer",
        old: "SELECT id, placed_at, status, total FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 20",
        new: "SELECT id, placed_at, status, total_cents FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 20",
        table: "orders",
        looks_up: Some("customer_id"),
        ordered_by: Some("placed_at"),
        asked_with: "SELECT id FROM customers ORDER BY id",
    },
    Statement {
        name: "lines_of_order",
        old: "SELECT id, product, quantity, price FROM order_lines WHERE order_id = $1",
        new: "SELECT id, product, quantity, price_cents FROM order_lines WHERE order_id = $1",
        table: "order_lines",
        looks_up: Some("order_id"),
        ordered_by: None,
        asked_with: "SELECT id FROM orders ORDER BY id",
    },
    Statement {
        name: "customer_by_email",
        old: "SELECT id, name FROM customers WHERE contact = $1",
        new: "SELECT id, name FROM customers WHERE email = $1",
        table: "customers",
        looks_up: Some("contact"),
        ordered_by: None,
        asked_with: "SELECT contact FROM customers WHERE contact LIKE '%@%' AND contact = lower(contact) ORDER BY id",
    },
    Statement {
        name: "oldest_open_orders",
        old: "SELECT id, customer_id, placed_at, total FROM orders WHERE status = $1 ORDER BY placed_at LIMIT 20",
        new: "SELECT id, customer_id, placed_at, total_cents FROM orders WHERE status = $1 ORDER BY placed_at LIMIT 20",
        table: "orders",
        looks_up: Some("status"),
        ordered_by: Some("placed_at"),
        asked_with: "SELECT DISTINCT status FROM orders WHERE status = 'open'",
    },
    Statement {
        name: "turnover_since",
        old: "SELECT sum(total) FROM orders WHERE placed_at >= $1 AND total >= 0",
        new: "SELECT CAST(sum(total_cents) AS BIGINT) FROM orders WHERE placed_at >= $1",
        table: "orders",
        looks_up: None,
        ordered_by: None,
        asked_with: "SELECT DISTINCT substr(placed_at, 1, 10) FROM orders ORDER BY 1",
    },
];

/// The statement of that name.
///
/// # Errors
/// When there is none.
pub fn named(name: &str) -> Outcome<&'static Statement> {
    STATEMENTS
        .iter()
        .find(|statement| statement.name == name)
        .ok_or_else(|| Failure::new(format_args!("the application has no statement `{name}`")))
}

impl Statement {
    /// So many values to ask with, spread evenly over all that there are; fewer if there are fewer.
    ///
    /// # Errors
    /// What the engine says, or that there is nothing to ask for.
    pub fn arguments(&self, old: &mut dyn Database, samples: u32) -> Outcome<Vec<Vec<Value>>> {
        let mut all = old.rows(self.asked_with, &[])?;
        if all.is_empty() {
            return Err(Failure::new(format_args!(
                "there is nothing to ask `{}` with",
                self.name
            )));
        }
        let wanted = samples.max(1) as usize;
        if let [only] = all.as_slice() {
            // Always the same question: it is asked as often, for its slow answers to show.
            return Ok(vec![only.clone(); wanted]);
        }
        let step = all.len().div_ceil(wanted);
        let mut at = 0;
        all.retain(|_| {
            at += 1;
            (at - 1) % step == 0
        });
        Ok(all)
    }

    /// As it is on either schema.
    #[must_use]
    pub fn on(&self, new_schema: bool) -> &'static str {
        if new_schema { self.new } else { self.old }
    }

    /// Whether the engine's plan reads the searched table from end to end.
    #[must_use]
    pub fn is_searched_whole(&self, engine: Engine, plan: &[String]) -> bool {
        let (scan, by_index) = match engine {
            Engine::Sqlite => (format!("SCAN {}", self.table), "USING"),
            Engine::Postgres => (format!("Seq Scan on {}", self.table), "Index"),
        };
        plan.iter()
            .any(|line| line.contains(&scan) && !line.contains(by_index))
    }
}
