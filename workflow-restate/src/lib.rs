#![doc = include_str!("../README.md")]
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
mod remote;
mod server;
mod service;

use std::sync::Arc;

use workflow_runtime::__engine::{Remote, runtime_on};
use workflow_runtime::{Runtime, RuntimeError};

pub use crate::engine::install;
pub use crate::service::{Service, serve};

/// The admin API of a Restate server that was told nothing else.
const DEFAULT_URL: &str = "http://127.0.0.1:9070";
/// Where services of Restate listen by custom.
const DEFAULT_LISTEN: &str = "127.0.0.1:9080";

/// The runs of a Restate server, as a [`Runtime`]: begin them, look at them, hand in, stop and take back, as with a
/// journal of one's own. `url` is the address of the server's **admin** API, as in `http://127.0.0.1:9070`; where the
/// rest of it is the server says itself.
///
/// Nothing is sent yet: whether a server answers, and whether it is one that this crate can talk to, is found out by
/// the first call. Each call has a deadline.
///
/// # Errors
///
/// If `url` is no address of HTTP, or begins with `https` and this crate was built without its feature `tls`.
///
/// # Examples
///
/// ```
/// let runtime = workflow_restate::connect("http://127.0.0.1:9070")?;
/// # drop(runtime);
///
/// let error = workflow_restate::connect("localhost:9070").unwrap_err();
/// assert!(error.to_string().contains("write it as in `http://127.0.0.1:9070`"));
/// # Ok::<(), workflow_runtime::RuntimeError>(())
/// ```
pub fn connect(url: &str) -> Result<Runtime, RuntimeError> {
    Ok(runtime_on(__remote(url)?))
}

/// What [`install`] installs. Not public API: it changes without notice.
#[doc(hidden)]
pub fn __engine() -> &'static dyn workflow_runtime::__engine::EngineKind {
    engine::KIND
}

/// What [`connect`] wraps. Not public API: it changes without notice.
#[doc(hidden)]
pub fn __remote(url: &str) -> Result<Arc<dyn Remote>, RuntimeError> {
    Ok(Arc::new(remote::Restate::at(url)?))
}
