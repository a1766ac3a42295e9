//! Making a service known to the server.
//!
//! The server keeps what it was first told of an address, unless it is forced; and forced, it forgets the plans that are
//! served there no more, with the runs of them that are under way. So it is forced only if there are none.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use workflow_runtime::__engine as engine;
use workflow_runtime::RuntimeError;

const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(30);

/// The admin API of a server.
pub(super) struct Admin {
    url: String,
    client: Client,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

/// What is served at an address, as the server has it.
#[derive(Deserialize)]
struct Deployment {
    id: String,
    services: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Complaint {
    message: String,
}

impl Admin {
    pub(super) fn new(url: &str) -> Result<Self, RuntimeError> {
        let client = Client::builder().connect_timeout(CONNECT).timeout(ANSWER);
        let failed = |error| engine::unavailable(format!("cannot make an HTTP client: {error}"));
        Ok(Admin {
            url: url.trim_end_matches('/').to_owned(),
            client: client.build().map_err(failed)?,
        })
    }

    /// Makes known that these services are at `address`.
    pub(super) async fn register(&self, address: &str, services: &[String]) -> Result<(), RuntimeError> {
        self.check_version().await?;
        let (is_new, known) = self.deploy(address, false).await?;
        let is_ours = |named: &Named| services.contains(&named.name);
        if let Some(other) = known.services.iter().find(|named| !is_ours(named)) {
            return Err(self.stranding(address, &known.id, &other.name));
        }
        if !is_new {
            // The same plans: what else is said of them may have changed, and more may have been added.
            self.deploy(address, true).await?;
        }
        Ok(())
    }

    async fn check_version(&self) -> Result<(), RuntimeError> {
        let answer = self.client.get(format!("{}/version", self.url)).send().await;
        let answer = answer.map_err(|error| self.unreached(&error))?;
        let status = answer.status();
        let Ok(Version { version }) = answer.json().await else {
            return Err(engine::misplaced(format!(
                "what answers at `{}` is not the admin API of a Restate server ({status}); that has a port of its own, \
                 by default 9070",
                self.url
            )));
        };
        if is_supported(&version) {
            return Ok(());
        }
        Err(engine::misplaced(format!(
            "the Restate server at `{}` is of version {version}; take 1.7, or a newer one of 1",
            self.url
        )))
    }

    /// Tells the server that something is at `address`; yields whether it did not know, and what it has of it now.
    async fn deploy(&self, address: &str, force: bool) -> Result<(bool, Deployment), RuntimeError> {
        let said = serde_json::json!({ "uri": address, "force": force });
        let asked = self.client.post(format!("{}/deployments", self.url));
        let answer = asked.json(&said).send().await;
        let answer = answer.map_err(|error| self.unreached(&error))?;
        if !answer.status().is_success() {
            return Err(self.unwanted(address, answer).await);
        }
        let is_new = answer.status() == StatusCode::CREATED;
        let known = answer.json().await.map_err(|error| {
            engine::unavailable(format!(
                "the Restate server at `{}` answers something unknown: {}; take 1.7, or a newer one of 1",
                self.url,
                innermost(&error)
            ))
        })?;
        Ok((is_new, known))
    }

    fn unreached(&self, error: &reqwest::Error) -> RuntimeError {
        engine::unavailable(format!(
            "no Restate server answers at `{}`: {}; start one, or name the address of its admin API",
            self.url,
            innermost(error)
        ))
    }

    async fn unwanted(&self, address: &str, answer: Response) -> RuntimeError {
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        let complaint = serde_json::from_str(&text).map(|Complaint { message }| message);
        let why = complaint.unwrap_or_else(|_| format!("{status} {text}"));
        let remedy = if why.contains("META0003") {
            "; advertise an address at which the server reaches this program"
        } else {
            ""
        };
        let why = why.trim_start_matches("[META0003] ");
        engine::unavailable(format!(
            "the Restate server at `{}` does not take the service at `{address}`: {why}{remedy}",
            self.url
        ))
    }

    fn stranding(&self, address: &str, deployment: &str, other: &str) -> RuntimeError {
        engine::refused(format!(
            "another build was served at `{address}` before: the Restate server at `{}` has `{other}` there, and its runs \
             under way would be stranded; serve this build at another address, or, if none is under way, let the server \
             forget that one: `curl -X DELETE '{}/deployments/{deployment}?force=true'`",
            self.url, self.url
        ))
    }
}

fn is_supported(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse::<u32>);
    let (major, minor) = (numbers.next(), numbers.next());
    matches!((major, minor), (Some(Ok(1)), Some(Ok(minor))) if minor >= 7)
}

/// The cause of all: what wraps it says the address once more.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::is_supported;

    #[test]
    fn newer_servers_of_the_same_major_version_are_taken() {
        for version in ["1.7.0", "1.7.12", "1.8.0-rc.1", "1.10.3"] {
            assert!(is_supported(version), "{version}");
        }
        for version in ["1.6.9", "2.0.0", "0.9", "", "one"] {
            assert!(!is_supported(version), "{version}");
        }
    }
}
