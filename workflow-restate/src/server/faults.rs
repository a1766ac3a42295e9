//! What goes wrong between here and the server, in words: what was tried, where, what is wrong, and what to do.

use std::error::Error;
use std::io;

use serde::Deserialize;
use workflow_runtime::__engine::{misplaced, unavailable};
use workflow_runtime::RuntimeError;

use super::http::{ANSWER, CONNECT, Reply};

/// How the admin API is found.
const ADMIN: &str =
    "give the address of the admin API of a Restate server, which is on port 9070 unless set otherwise";

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Lost {
    /// Nothing is there.
    Unreached(String),
    /// It is there, but does not prove who it is, or speaks without TLS.
    Untrusted(String),
    /// Not in time.
    Silent,
    /// It broke off, or is no HTTP.
    Broken(String),
}

impl Lost {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() && causes(error).any(is_of_tls) {
            return Lost::Untrusted(innermost(error));
        }
        match (error.is_connect(), error.is_timeout()) {
            (true, true) => Lost::Unreached(format!("no answer within {} s", CONNECT.as_secs())),
            (true, false) => Lost::Unreached(innermost(error)),
            (false, true) => Lost::Silent,
            (false, false) => Lost::Broken(innermost(error)),
        }
    }

    /// It was the admin API that was asked.
    pub(crate) fn at_admin(self, what: &str, url: &str) -> RuntimeError {
        match self {
            Lost::Unreached(cause) => unavailable(format!(
                "{what}: nothing can be reached at `{url}`: {cause}; start the Restate server, or {ADMIN}"
            )),
            other => other.told(what, url),
        }
    }

    /// It was the ingress, whose address the server says.
    pub(crate) fn at_ingress(self, what: &str, url: &str) -> RuntimeError {
        match self {
            Lost::Unreached(cause) => unavailable(format!(
                "{what}: nothing can be reached at `{url}`, where the server says that its ingress is: {cause}; \
                 start the server again, or, if it runs, set `advertised-address` under `[ingress]` in its \
                 configuration to an address that is reached from here"
            )),
            other => other.told(what, url),
        }
    }

    fn told(self, what: &str, url: &str) -> RuntimeError {
        unavailable(match self {
            Lost::Silent => format!(
                "{what}: `{url}` did not answer within {} s; see whether the server is well, and do it again",
                ANSWER.as_secs()
            ),
            Lost::Untrusted(cause) => format!(
                "{what}: no TLS with `{url}`: {cause}; write `http://` if it speaks without, else see that its certificate \
                 is one that this system trusts"
            ),
            Lost::Unreached(cause) | Lost::Broken(cause) => format!(
                "{what}: the connection to `{url}` was lost: {cause}; do it again, what was done is not done twice"
            ),
        })
    }
}

/// The cause of all: what wraps it says the address once more.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| error.source())
}

/// Until a connection stands nothing else can be malformed.
fn is_of_tls(cause: &(dyn Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| {
        // What one of these wraps is not its source.
        error.kind() == io::ErrorKind::InvalidData || error.get_ref().is_some_and(|inner| is_of_tls(inner))
    })
}

/// The first question, for the version, was not answered by HTTP.
pub(crate) fn no_http(lost: Lost, what: &str, url: &str) -> RuntimeError {
    match lost {
        Lost::Broken(cause) => {
            // So breaks off, too, what is being ended.
            let ended = if cause.contains("reset") {
                ", or one that just ended"
            } else {
                ""
            };
            misplaced(format!(
                "what answers at `{url}` is no Restate server{ended}: {cause}; {ADMIN}"
            ))
        }
        other => other.at_admin(what, url),
    }
}

/// The first question was not answered as a Restate server does.
pub(crate) fn no_restate(reply: &Reply, url: &str) -> RuntimeError {
    if reply.from_ingress {
        return misplaced(format!(
            "`{url}` is the ingress of a Restate server, not its admin API; give the address of the latter, \
             which is on port 9070 unless set otherwise"
        ));
    }
    let (status, said) = (reply.status, said(reply));
    misplaced(format!(
        "what answers at `{url}` is no Restate server: it says {status}{said}; {ADMIN}"
    ))
}

/// A server that this crate does not know.
pub(crate) fn other_version(url: &str, version: &str) -> RuntimeError {
    misplaced(format!(
        "the Restate server at `{url}` has version {version}; use one of version 1.7 or a later 1.x"
    ))
}

/// An answer that says no, where that has no meaning of its own.
pub(crate) fn unexpected(what: &str, url: &str, reply: &Reply) -> RuntimeError {
    let (status, said) = (reply.status, said(reply));
    let remedy = match status {
        401 | 403 => "it asks for a permission that this crate cannot show; give an address without",
        500.. => "see the log of the server, and do it again",
        _ => "see the log of the server",
    };
    unavailable(format!("{what}: `{url}` answers {status}{said}; {remedy}"))
}

/// An answer that is not understood.
pub(crate) fn unreadable(what: &str, url: &str, cause: impl std::fmt::Display) -> RuntimeError {
    unavailable(format!(
        "{what}: the answer of `{url}` cannot be read: {cause}; use a server of a version that this crate was tried with: 1.7"
    ))
}

/// What a reply says, after a colon.
pub(crate) fn said(reply: &Reply) -> String {
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    let message = match serde_json::from_slice(&reply.body) {
        Ok(Said { message }) => message,
        Err(_) => String::from_utf8_lossy(&reply.body).into_owned(),
    };
    let line = message.trim().lines().next().unwrap_or_default();
    let short: String = line.chars().take(200).collect();
    let short = short.trim_end_matches('.');
    if short.is_empty() {
        String::new()
    } else {
        format!(": {short}")
    }
}
