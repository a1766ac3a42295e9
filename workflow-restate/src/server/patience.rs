//! Waiting out a server that is started again: what was in its connections is lost, then nothing is there, and for some
//! seconds more it cannot read what it has.

use std::time::Duration;

use reqwest::RequestBuilder;
use tokio::time::{Instant, sleep};

use super::faults::{self, Lost};
use super::http::{self, Reply};

/// A server that was killed answers questions in SQL about 5 s after it was started again.
const PATIENCE: Duration = Duration::from_secs(15);
/// Who breaks off that often will do it again.
const BREAKS: usize = 3;
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];

/// Asks again and again while it may be that. Only for a server that was known to be there, and for what may be asked
/// twice.
pub(crate) async fn ask(request: impl Fn() -> RequestBuilder) -> Result<Reply, Lost> {
    let until = Instant::now() + PATIENCE;
    let [mut pause, longest] = PAUSES;
    let mut breaks = 0;
    loop {
        let asked = http::ask(request()).await;
        let again = match &asked {
            Ok(reply) => is_passing(reply),
            Err(Lost::Unreached(_)) => true,
            Err(Lost::Broken(_)) => {
                breaks += 1;
                breaks <= BREAKS
            }
            Err(Lost::Silent | Lost::Untrusted(_)) => false,
        };
        if !again || Instant::now() + pause > until {
            return asked;
        }
        sleep(pause).await;
        pause = longest.min(pause * 2);
    }
}

/// The server, or what stands before it, says that it cannot do it now.
fn is_passing(reply: &Reply) -> bool {
    match reply.status {
        502..=504 => !reply.from_invocation,
        // The server knows of a partition that it has, but not who leads it: it was just started, or a node is gone.
        500 => faults::said(reply).contains("External error"),
        _ => false,
    }
}
