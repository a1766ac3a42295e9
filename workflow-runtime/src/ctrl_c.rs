//! Ctrl-C in a program that drives runs: they stop at the next await, and can be taken up again.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use crate::bell::Bell;
use crate::error::{Kind, RuntimeError};
use crate::runtime::{Runtime, WeakRuntime};

/// The status of a program that was ended by Ctrl-C: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

/// The runs that Ctrl-C stops.
#[derive(Default)]
pub(crate) struct Interrupt {
    live: Mutex<Vec<Driven>>,
}

/// A run, as long as it lives, with the runtime that it is driven through.
struct Driven {
    id: Arc<str>,
    bell: Weak<Bell>,
    runtime: WeakRuntime,
}

impl Interrupt {
    /// Stops this one too.
    pub(crate) fn add(&self, runtime: &Runtime, id: &Arc<str>, bell: &Arc<Bell>) {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.retain(|driven| driven.bell.strong_count() > 0);
        live.push(Driven {
            id: Arc::clone(id),
            bell: Arc::downgrade(bell),
            runtime: runtime.downgrade(),
        });
    }

    fn live(&self) -> Vec<(Arc<str>, Arc<Bell>, Runtime)> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let still = live.iter().filter_map(|driven| {
            let Driven { id, bell, runtime } = driven;
            Some((Arc::clone(id), bell.upgrade()?, runtime.upgrade()?))
        });
        still.collect()
    }
}

/// Listens from now on, on a thread of its own, so that a step which blocks the program's threads is no obstacle.
pub(crate) fn listen(interrupt: Arc<Interrupt>) -> Result<(), RuntimeError> {
    let failed = |error: std::io::Error| {
        RuntimeError::new(Kind::Refused, format!("Ctrl-C cannot be listened for: {error}"))
    };
    let listener = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .map_err(failed)?;
    // From here on Ctrl-C no longer ends the program by itself.
    let mut presses = {
        let _in_listener = listener.enter();
        Presses::new().map_err(failed)?
    };
    let listening = move || {
        listener.block_on(async {
            let mut stopped = false;
            loop {
                presses.next().await;
                let live = interrupt.live();
                if std::mem::replace(&mut stopped, true) || live.is_empty() {
                    std::process::exit(INTERRUPTED);
                }
                for (id, bell, runtime) in live {
                    if let Err(error) = runtime.cancel(&id).await {
                        tracing::warn!(run = &*id, %error, "it stops without a line in its journal");
                        bell.stop();
                    }
                }
            }
        });
    };
    thread::Builder::new()
        .name("workflow-ctrl-c".to_owned())
        .spawn(listening)
        .map_err(failed)?;
    Ok(())
}

/// Ctrl-C, each time it is pressed.
struct Presses {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
    #[cfg(windows)]
    signal: tokio::signal::windows::CtrlC,
}

impl Presses {
    fn new() -> std::io::Result<Self> {
        Ok(Presses {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?,
            #[cfg(windows)]
            signal: tokio::signal::windows::ctrl_c()?,
        })
    }

    async fn next(&mut self) {
        // It never ends.
        self.signal.recv().await;
    }
}
