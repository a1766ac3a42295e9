//! Ctrl-C in a program that drives runs: they stop at the next await, and can be taken up again.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use futures_util::future::{Either, select};

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

/// A run, as long as somebody has a handle of it.
struct Driven {
    id: Arc<str>,
    bell: Weak<Bell>,
    /// The value that it is driven through, which need not be the one that was told to listen.
    runtime: WeakRuntime,
}

impl Interrupt {
    /// Stops these too, as long as they live.
    pub(crate) fn add(&self, runtime: &Runtime, id: &Arc<str>, bell: &Arc<Bell>) {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.retain(|driven| driven.bell.strong_count() > 0);
        live.push(Driven {
            id: Arc::clone(id),
            bell: Arc::downgrade(bell),
            runtime: runtime.downgrade(),
        });
    }

    fn live(&self) -> Vec<(Runtime, Arc<str>, Arc<Bell>)> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let still = |driven: &Driven| {
            let (runtime, bell) = (driven.runtime.upgrade()?, driven.bell.upgrade()?);
            Some((runtime, Arc::clone(&driven.id), bell))
        };
        live.iter().filter_map(still).collect()
    }

    /// Stops them; says whether there was one to be stopped.
    async fn stop_all(&self) -> bool {
        let mut any = false;
        for (runtime, id, bell) in self.live() {
            match runtime.cancel(&id).await {
                Ok(()) => any = true,
                // Somebody keeps its handle, for what it made.
                Err(error) if error.is_over() => {}
                Err(error) => {
                    tracing::warn!(run = &*id, %error, "it stops without a line in its journal");
                    bell.stop();
                    any = true;
                }
            }
        }
        any
    }
}

/// Who was told to listen; `None` before anybody was. There is one Ctrl-C in a program, however many runtimes there are.
static LISTENING: Mutex<Option<Vec<Weak<Interrupt>>>> = Mutex::new(None);

/// Listens from now on: where `and_terminations`, also for what `kill` sends, unless somebody listens already.
pub(crate) fn listen(interrupt: &Arc<Interrupt>, and_terminations: bool) -> Result<(), RuntimeError> {
    let mut listening = LISTENING.lock().unwrap_or_else(PoisonError::into_inner);
    if listening.is_none() {
        start(and_terminations).map_err(|error| {
            RuntimeError::new(Kind::Refused, format!("Ctrl-C cannot be listened for: {error}"))
        })?;
    }
    let interrupts = listening.get_or_insert_default();
    interrupts.retain(|interrupt| interrupt.strong_count() > 0);
    interrupts.push(Arc::downgrade(interrupt));
    Ok(())
}

/// Whether Ctrl-C stops runs by now.
#[cfg(feature = "cli")]
pub(crate) fn is_listened_for() -> bool {
    let listening = LISTENING.lock().unwrap_or_else(PoisonError::into_inner);
    listening.is_some()
}

/// On a thread of its own, so that a step which blocks the program's threads is no obstacle.
fn start(and_terminations: bool) -> std::io::Result<()> {
    // An engine is told over its network, with deadlines.
    let listener = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut presses = {
        let _in_listener = listener.enter();
        match and_terminations {
            true => Presses::and_terminations()?,
            false => Presses::new()?,
        }
    };
    let listening = move || {
        listener.block_on(async {
            presses.next().await;
            let (stopping, again) = (pin!(stop_all()), pin!(presses.next()));
            // Who presses again does not wait for the journal either.
            if let Either::Left((true, again)) = select(stopping, again).await {
                again.await;
            }
            std::process::exit(INTERRUPTED);
        });
    };
    thread::Builder::new()
        .name("workflow-ctrl-c".to_owned())
        .spawn(listening)?;
    Ok(())
}

/// Stops the runs of all who listen; says whether there was one to be stopped.
async fn stop_all() -> bool {
    let interrupts: Vec<_> = {
        let listening = LISTENING.lock().unwrap_or_else(PoisonError::into_inner);
        listening.iter().flatten().filter_map(Weak::upgrade).collect()
    };
    let mut any = false;
    for interrupt in interrupts {
        any |= interrupt.stop_all().await;
    }
    any
}

/// Ctrl-C, each time it is pressed.
pub(crate) struct Presses {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
    #[cfg(unix)]
    termination: Option<tokio::signal::unix::Signal>,
    #[cfg(windows)]
    signal: tokio::signal::windows::CtrlC,
}

#[cfg(unix)]
impl Presses {
    /// From here on Ctrl-C no longer ends the program by itself.
    pub(crate) fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Presses {
            signal: signal(SignalKind::interrupt())?,
            termination: None,
        })
    }

    /// With what `kill` sends, as if Ctrl-C were pressed.
    fn and_terminations() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Presses {
            termination: Some(signal(SignalKind::terminate())?),
            ..Self::new()?
        })
    }

    pub(crate) async fn next(&mut self) {
        // They never end.
        match &mut self.termination {
            Some(termination) => {
                select(pin!(self.signal.recv()), pin!(termination.recv())).await;
            }
            None => {
                self.signal.recv().await;
            }
        }
    }
}

#[cfg(windows)]
impl Presses {
    /// From here on Ctrl-C no longer ends the program by itself.
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Presses {
            signal: tokio::signal::windows::ctrl_c()?,
        })
    }

    fn and_terminations() -> std::io::Result<Self> {
        Self::new()
    }

    pub(crate) async fn next(&mut self) {
        // It never ends.
        self.signal.recv().await;
    }
}
