//! How a service ends: what is under way comes to its end and is kept, and nothing new is begun.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use workflow_runtime::__engine::{self as engine, Doing};
use workflow_runtime::RuntimeError;

/// Who works in a service, and whether it ends.
#[derive(Debug, Clone, Default)]
pub(super) struct Working {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    is_ending: AtomicBool,
    at_work: Mutex<usize>,
    all_rest: Notify,
}

impl Working {
    /// Lets work begin, and holds the end of the service up until what this yields is dropped. In a service that ends it
    /// is never ready: the server has the work done elsewhere, or later.
    pub(super) async fn begin(&self) -> AtWork {
        *self.at_work() += 1;
        let at_work = AtWork(self.clone());
        if self.state.is_ending.load(Ordering::SeqCst) {
            drop(at_work);
            return std::future::pending().await;
        }
        at_work
    }

    /// Lets nothing begin from now on; ready once nothing is under way.
    pub(super) async fn end(&self) {
        self.state.is_ending.store(true, Ordering::SeqCst);
        loop {
            let rests = self.state.all_rest.notified();
            if *self.at_work() == 0 {
                return;
            }
            rests.await;
        }
    }

    fn at_work(&self) -> std::sync::MutexGuard<'_, usize> {
        self.state.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody works.
#[derive(Debug)]
pub(super) struct AtWork(Working);

impl Drop for AtWork {
    fn drop(&mut self) {
        let mut at_work = self.0.at_work();
        *at_work -= 1;
        if *at_work == 0 {
            self.0.state.all_rest.notify_one();
        }
    }
}

/// What a service is told to end by.
pub(super) enum Until {
    /// That the program is.
    Signals(Signals),
    /// What its user said.
    Ready(Doing<'static, ()>),
}

impl Until {
    pub(super) async fn told(&mut self) {
        match self {
            Until::Signals(signals) => signals.told().await,
            Until::Ready(ready) => ready.await,
        }
    }

    /// Told again: somebody does not want to wait.
    pub(super) async fn told_again(&mut self) {
        match self {
            Until::Signals(signals) => signals.told().await,
            Until::Ready(_) => std::future::pending().await,
        }
    }
}

/// Ctrl-C, and a request to terminate.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    termination: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Signals {
    #[cfg(unix)]
    pub(super) fn listen() -> Result<Self, RuntimeError> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt()).map_err(unheard)?,
            termination: signal(SignalKind::terminate()).map_err(unheard)?,
        })
    }

    #[cfg(unix)]
    async fn told(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.termination.recv() => {}
        }
    }

    #[cfg(windows)]
    pub(super) fn listen() -> Result<Self, RuntimeError> {
        let interrupt = tokio::signal::windows::ctrl_c().map_err(unheard)?;
        Ok(Signals { interrupt })
    }

    #[cfg(windows)]
    async fn told(&mut self) {
        self.interrupt.recv().await;
    }
}

fn unheard(error: std::io::Error) -> RuntimeError {
    engine::unavailable(format!("cannot listen for Ctrl-C: {error}"))
}
