//! The service and the neighbour that it asks, as they run: `orders` is started from its definition, and has what that has.

pub mod core;
pub mod json;
pub mod metrics;
pub mod orders;
pub mod process;
pub mod record;
pub mod registry;
pub mod reserving;
pub mod scrape;
pub mod stock;
pub mod stock_client;
pub mod store;
pub mod traces;
