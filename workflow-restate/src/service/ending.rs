//! When a program is told to end.

use workflow_runtime::__engine as engine;
use workflow_runtime::RuntimeError;

/// Ready at Ctrl-C or a request to terminate.
#[cfg(unix)]
pub(super) fn told() -> Result<impl Future<Output = ()> + Send, RuntimeError> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt()).map_err(unheard)?;
    let mut termination = signal(SignalKind::terminate()).map_err(unheard)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = termination.recv() => {}
        }
    })
}

/// Ready at Ctrl-C.
#[cfg(not(unix))]
pub(super) fn told() -> Result<impl Future<Output = ()> + Send, RuntimeError> {
    let mut interrupt = tokio::signal::windows::ctrl_c().map_err(unheard)?;
    Ok(async move {
        let _ = interrupt.recv().await;
    })
}

fn unheard(error: std::io::Error) -> RuntimeError {
    engine::unavailable(format!("cannot listen for Ctrl-C: {error}"))
}
