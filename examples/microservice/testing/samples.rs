//! Orders to try things with.

use crate::service::core::{Line, NewOrder, Personal};

/// The address of the customers; it must be found in no log.
pub const EMAIL: &str = "ada.private@customers.example";

/// An order of so many lines that breaks no rule.
#[must_use]
pub fn order(number: u32, lines: u32) -> NewOrder {
    NewOrder {
        customer: format!("c-{number}"),
        email: Personal(EMAIL.to_owned()),
        lines: (1..=lines)
            .map(|line| Line {
                sku: format!("tea-{line}"),
                quantity: 1 + (number + line) % 5,
            })
            .collect(),
    }
}
