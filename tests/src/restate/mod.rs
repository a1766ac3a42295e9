//! A Restate server, or a cluster of them, on loopback, for the tests and benchmarks of `workflow-restate`.
//!
//! The server is BSL 1.1: `npm ci --prefix tests/tools/restate` installs it, nothing here brings it along. Where it is
//! missing, a test says loudly that it is skipped. Whatever is started here ends with the process that started it, also
//! when that is killed, and no wait is without a deadline.

mod binary;
mod cluster;
mod leash;
mod node;
mod ports;
mod server;
mod service;
mod usage;
mod web;

pub use self::cluster::Cluster;
pub use self::ports::free;
pub use self::server::Server;
pub use self::service::Service;
pub use self::usage::Usage;
pub use self::web::{Answer, ask, order, register};
