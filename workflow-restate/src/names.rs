//! What the service of a plan and those who look at it from outside must call the same: names, and the JSON that goes
//! between them.
//!
//! What the runtime writes (lines, tasks, outcomes) is JSON already. It is carried as [`RawValue`], so that nothing is
//! escaped twice and a journal stays readable in the pages of the server.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Metadata of a service: the outline of its plan, as JSON.
pub(crate) const METADATA_PLAN: &str = "workflow.plan";
/// Metadata of a service: SHA-256 of that outline, in hexadecimal.
pub(crate) const METADATA_FINGERPRINT: &str = "workflow.fingerprint";
/// Metadata of a service: the name of the workflow.
pub(crate) const METADATA_WORKFLOW: &str = "workflow.name";
/// Metadata of a service: which version of all this it speaks.
pub(crate) const METADATA_FORMAT: &str = "workflow.format";
/// The only version so far.
pub(crate) const FORMAT: &str = "1";

/// Carries a run out. Its input is the run's first line.
pub(crate) const RUN: &str = "run";
/// Makes one attempt at a step of a parallel phase: an [`AttemptTask`] goes in, what came of it comes out, both JSON.
pub(crate) const ATTEMPT: &str = "attempt";
/// Gives the run something: a [`Gift`] goes in, whether it was the first under its key comes out, as a JSON boolean.
pub(crate) const GIVE: &str = "give";
/// Takes back a run that is done. Its input is a JSON array of all lines.
pub(crate) const TAKE_BACK: &str = "take_back";

/// The message of the terminal error by which `run` ends a run that was taken back.
pub(crate) const UNDONE: &str = "undone";

/// What somebody gives a run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Gift {
    /// The key of the promise.
    pub(crate) key: String,
    /// What is given.
    pub(crate) text: Box<RawValue>,
    /// Tells this giver from all others.
    pub(crate) nonce: String,
}

/// What the promise is resolved with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Given {
    /// What was given.
    pub(crate) text: Box<RawValue>,
    /// By whom: that of the [`Gift`].
    pub(crate) nonce: String,
}

/// What a service needs to know for an attempt.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AttemptTask {
    /// The path of the step.
    pub(crate) name: String,
    /// The rest of it.
    pub(crate) task: Box<RawValue>,
}

/// The name under which the result of work is kept a second time, because the run was told to stop before it heard of the
/// first. The text is the same, or empty if the work was not done or its result is not known any more: it does not count.
pub(crate) fn kept_late(name: &str) -> String {
    format!("{KEPT_LATE}{name}")
}

/// How such names begin.
pub(crate) const KEPT_LATE: char = '~';

/// The service of a plan: a changed one has another fingerprint and therefore another service, which never meets the
/// journals of this one.
///
/// The server takes only some characters, and an identifier of Rust may have others; whose service it is is said by its
/// metadata.
pub(crate) fn service_name(workflow: &str, fingerprint: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let named: String = workflow
        .chars()
        .map(|char| if plain(char) { char } else { '-' })
        .collect();
    let letter = named.starts_with(|first: char| first.is_ascii_alphabetic());
    let prefix = if letter { "" } else { "W" };
    let short: String = fingerprint.chars().take(12).collect();
    format!("{prefix}{named}.{short}")
}

#[cfg(test)]
mod tests {
    use super::service_name;

    #[test]
    fn a_service_is_named_as_the_server_permits() {
        let named = |workflow| service_name(workflow, "0123456789abcdef");
        assert_eq!(named("RestfulApi"), "RestfulApi.0123456789ab");
        assert_eq!(named("__Private"), "W__Private.0123456789ab");
        assert_eq!(named("Übung"), "W-bung.0123456789ab");
    }
}
