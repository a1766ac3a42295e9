//! What goes wrong with a run, in words; what goes wrong on the way to the server is in [`crate::server::faults`].

use workflow_runtime::__engine::{misplaced, unavailable};
use workflow_runtime::RuntimeError;

use crate::server::faults::Lost;
use crate::server::http::ANSWER;

/// The server has a gift, but nobody took it yet.
pub(super) fn untaken(what: &str, lost: Lost) -> RuntimeError {
    let cause = match lost {
        Lost::Silent => format!("no worker of the plan took it within {} s", ANSWER.as_secs()),
        Lost::Unreached(cause) | Lost::Untrusted(cause) | Lost::Broken(cause) => {
            format!("the connection was lost then: {cause}")
        }
    };
    unavailable(format!(
        "{what}: the server keeps it, but {cause}; see that a worker runs, it takes it then, and look at the run"
    ))
}

/// A plan without a service.
pub(super) fn unserved(what: &str, place: &str, service: &str, besides: &str) -> RuntimeError {
    misplaced(format!(
        "{what}: its plan's service `{service}` is not registered with {place}{besides}; \
         start a worker of the plan: the verb `worker` of its program, or `workflow_restate::serve`"
    ))
}

/// A run whose journal is gone.
pub(super) fn purged(what: &str, place: &str) -> RuntimeError {
    unavailable(format!(
        "{what}: {place} has the run, but its journal was removed after it was over; \
         begin another, under another id, and leave journals to the retention that `workflow_restate::serve` asks for"
    ))
}

/// More than the server takes.
pub(super) fn too_long(what: &str, length: usize, most: usize) -> RuntimeError {
    let (length, most) = (length >> 20, most >> 20);
    unavailable(format!(
        "{what}: that takes {length} MiB, and a Restate server is sent {most} MiB at most; keep the bulk of it elsewhere, and \
         say where it is"
    ))
}
