//! Waiting, but not for ever.

use std::future::{Future, IntoFuture, poll_fn};
use std::pin::pin;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;

/// How long nothing that works takes, also on a machine that is busy.
pub const LONG: Duration = Duration::from_secs(40);

/// What comes of it, in a time that the wall clock keeps: also where tokio's is paused.
///
/// # Panics
///
/// If nothing comes of it.
pub async fn soon<F: IntoFuture>(work: F) -> F::Output {
    let (late, mut is_late) = oneshot::channel();
    let (_over, is_over) = channel::<()>();
    std::thread::spawn(move || {
        if is_over.recv_timeout(LONG) == Err(RecvTimeoutError::Timeout) {
            let _ = late.send(());
        }
    });
    let mut work = pin!(work.into_future());
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(output),
        Poll::Pending => match pin!(&mut is_late).poll(cx) {
            Poll::Ready(_) => panic!("nothing came of it in {LONG:?}"),
            Poll::Pending => Poll::Pending,
        },
    })
    .await
}
