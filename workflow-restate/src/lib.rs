//! Runs the plans of `workflow-runtime` on the Restate engine, unchanged.

// A library does not print, and a user's mistake is never a panic; an `expect` says why it cannot fail.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::panic,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]

mod engine;
mod names;
mod service;

pub use crate::engine::install;
pub use crate::service::{Service, serve};

/// The admin API of a Restate server that was told nothing else.
const DEFAULT_URL: &str = "http://127.0.0.1:9070";
/// Where services of Restate listen by custom.
const DEFAULT_LISTEN: &str = "127.0.0.1:9080";
