//! One Restate server: its admin API, its ingress, and whether it is of a version that is known here.

pub(crate) mod faults;
pub(crate) mod http;
mod patience;
#[cfg(feature = "tls")]
mod tls;

use reqwest::{Client, RequestBuilder, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;
use workflow_runtime::RuntimeError;

use self::faults::Lost;
use self::http::Reply;

/// A server.
#[derive(Debug)]
pub(crate) struct Server {
    client: Client,
    /// Without a slash at its end.
    admin: String,
    /// Known once the version was asked for.
    ingress: OnceCell<String>,
}

#[derive(Deserialize)]
struct Version {
    version: String,
    ingress_endpoint: Option<String>,
}

#[derive(Deserialize)]
struct Rows<T> {
    rows: Vec<T>,
}

impl Server {
    pub(crate) fn at(url: &str) -> Result<Self, RuntimeError> {
        let (admin, client) = http::client(url)?;
        Ok(Server {
            client,
            admin,
            ingress: OnceCell::new(),
        })
    }

    pub(crate) fn place(&self) -> String {
        format!("the Restate server at `{}`", self.admin)
    }

    pub(crate) fn admin(&self) -> &str {
        &self.admin
    }

    /// Where the ingress is; the version was checked then.
    pub(crate) async fn ingress(&self, what: &str) -> Result<&str, RuntimeError> {
        let found = self.ingress.get_or_try_init(|| self.find_ingress(what));
        Ok(found.await?)
    }

    async fn find_ingress(&self, what: &str) -> Result<String, RuntimeError> {
        let request = self.client.get(format!("{}/version", self.admin));
        let reply = http::ask(request)
            .await
            .map_err(|lost| faults::no_http(lost, what, &self.admin))?;
        let answer = reply
            .is_success()
            .then(|| serde_json::from_slice::<Version>(&reply.body).ok());
        let Some(Version {
            version,
            ingress_endpoint,
        }) = answer.flatten()
        else {
            return Err(faults::no_restate(&reply, &self.admin));
        };
        if !is_known(&version) {
            return Err(faults::other_version(&self.admin, &version));
        }
        let said = ingress_endpoint.unwrap_or_else(|| "http://0.0.0.0:8080".to_owned());
        Ok(reachable(&said, &self.admin))
    }

    /// Asks the admin API. All that is asked may be asked twice.
    pub(crate) async fn ask_admin(
        &self,
        what: &str,
        request: impl Fn(&Client, &str) -> RequestBuilder,
    ) -> Result<Reply, RuntimeError> {
        self.ingress(what).await?;
        let asked = patience::ask(|| request(&self.client, &self.admin)).await;
        asked.map_err(|lost| lost.at_admin(what, &self.admin))
    }

    /// Asks the ingress. All that is asked may be asked twice.
    pub(crate) async fn ask_ingress(
        &self,
        what: &str,
        request: impl Fn(&Client, &str) -> RequestBuilder,
    ) -> Result<Reply, RuntimeError> {
        let ingress = self.ingress(what).await?;
        let asked = patience::ask(|| request(&self.client, ingress)).await;
        asked.map_err(|lost| lost.at_ingress(what, ingress))
    }

    /// Waits for what comes of something that was left to the server.
    pub(crate) async fn attach(
        &self,
        what: &str,
        invocation: &str,
    ) -> Result<Result<Reply, Lost>, RuntimeError> {
        let ingress = self.ingress(what).await?;
        let path = format!("{ingress}/restate/invocation/{invocation}/attach");
        Ok(patience::ask(|| self.client.get(&path)).await)
    }

    /// What the admin API yields.
    pub(crate) async fn get<T: DeserializeOwned>(&self, what: &str, path: &str) -> Result<T, RuntimeError> {
        let reply = self
            .ask_admin(what, |client, admin| client.get(format!("{admin}{path}")))
            .await?;
        self.read(what, &reply)
    }

    /// The rows of a question in SQL.
    pub(crate) async fn rows<T: DeserializeOwned>(
        &self,
        what: &str,
        sql: &str,
    ) -> Result<Vec<T>, RuntimeError> {
        let query = serde_json::json!({ "query": sql });
        let asked = self.ask_admin(what, |client, admin| {
            client
                .post(format!("{admin}/query"))
                .header("accept", "application/json")
                // The server sends an answer in parts and waits in between, which takes 40 ms on a connection that was
                // used before.
                .header("connection", "close")
                .json(&query)
        });
        let Rows { rows } = self.read(what, &asked.await?)?;
        Ok(rows)
    }

    /// What the admin API answered.
    pub(crate) fn read<T: DeserializeOwned>(&self, what: &str, reply: &Reply) -> Result<T, RuntimeError> {
        if !reply.is_success() {
            return Err(faults::unexpected(what, &self.admin, reply));
        }
        serde_json::from_slice(&reply.body).map_err(|error| faults::unreadable(what, &self.admin, error))
    }
}

/// Newer ones of the same major are taken: their API is meant to stay.
fn is_known(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().ok());
    matches!((numbers.next().flatten(), numbers.next().flatten()), (Some(1), Some(minor)) if minor >= 7)
}

/// A server that listens everywhere says so, which is no address to send to: its host is then that of the admin API.
fn reachable(ingress: &str, admin: &str) -> String {
    let (Ok(mut url), Ok(admin)) = (Url::parse(ingress), Url::parse(admin)) else {
        return ingress.trim_end_matches('/').to_owned();
    };
    if matches!(url.host_str(), Some("0.0.0.0" | "[::]")) {
        // Both are HTTP, for which every host is fit.
        let _ = url.set_host(admin.host_str());
    }
    url.as_str().trim_end_matches('/').to_owned()
}

/// A text in SQL. There are no other escapes in it.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::{is_known, quoted, reachable};

    #[test]
    fn versions_from_1_7_on_are_taken() {
        for version in ["1.7.0", "1.7.12", "1.8.0-rc.1", "1.12.0"] {
            assert!(is_known(version), "{version}");
        }
        for version in ["1.6.2", "0.9.0", "2.0.0", "", "1", "latest"] {
            assert!(!is_known(version), "{version}");
        }
    }

    #[test]
    fn an_ingress_that_listens_everywhere_is_reached_where_the_admin_api_is() {
        let of = |ingress| reachable(ingress, "http://10.1.2.3:9070");
        assert_eq!(of("http://0.0.0.0:8080/"), "http://10.1.2.3:8080");
        assert_eq!(of("http://[::]:8080/"), "http://10.1.2.3:8080");
        assert_eq!(of("http://restate.local:8080/"), "http://restate.local:8080");
    }

    #[test]
    fn texts_cannot_leave_their_quotes() {
        assert_eq!(quoted("it's"), "'it''s'");
        assert_eq!(quoted(r"a\'b"), r"'a\''b'");
    }
}
