//! How the driver of a run hears of what others do to it: something was appended, or it is to stop.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// One a handle of a run. It is rung from any thread; ringing it twice is as good as once.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    stop: AtomicBool,
    rings: AtomicU64,
    notify: Notify,
}

impl Bell {
    /// Something was appended to the run by others.
    pub(crate) fn ring(&self) {
        self.rings.fetch_add(1, Ordering::SeqCst);
        self.notify.notify_waiters();
    }

    /// Whoever drives the run is to stop.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.ring();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The driver has stopped; it may be set going again.
    pub(crate) fn has_stopped(&self) {
        self.stop.store(false, Ordering::SeqCst);
    }

    /// How often it was rung, for [`Bell::rung_since`].
    pub(crate) fn rings(&self) -> u64 {
        self.rings.load(Ordering::SeqCst)
    }

    /// Ends when it is rung more often than that.
    pub(crate) async fn rung_since(&self, rings: u64) {
        loop {
            let rung = self.notify.notified();
            if self.rings() != rings {
                return;
            }
            rung.await;
        }
    }

    /// The work, unless the driver is to stop before it is over: then it is dropped at the await where it is.
    pub(crate) fn unless_stopped<F: Future + Unpin>(&self, work: F) -> UnlessStopped<'_, F> {
        UnlessStopped {
            work,
            bell: self,
            rung: None,
        }
    }
}

/// Yields `None` if it was stopped.
pub(crate) struct UnlessStopped<'b, F> {
    work: F,
    bell: &'b Bell,
    /// Made when the work is first found not to be over; most steps in memory never need it.
    rung: Option<Pin<Box<Notified<'b>>>>,
}

impl<F: Future + Unpin> Future for UnlessStopped<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        if let Poll::Ready(output) = Pin::new(&mut self.work).poll(cx) {
            return Poll::Ready(Some(output));
        }
        let bell = self.bell;
        loop {
            let rung = self.rung.get_or_insert_with(|| Box::pin(bell.notify.notified()));
            if bell.is_stopped() {
                return Poll::Ready(None);
            }
            match rung.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) => self.rung = None,
            }
        }
    }
}
