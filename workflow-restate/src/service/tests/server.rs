//! A Restate server of one's own, and what is asked of it.

use std::time::Duration;

use serde_json::{Value, json};
use tests::restate;

use crate::server::http;

/// A server that ends with the test.
pub(super) struct Server {
    pub(super) admin: String,
    ingress: String,
    pub(super) client: reqwest::Client,
    _runs: restate::Server,
}

impl Server {
    /// `None` where there is none, and then a loud word was said about it.
    pub(super) fn start() -> Option<Server> {
        let server = restate::Server::start()?;
        let (admin, client) = http::client(&server.admin_url()).unwrap();
        Some(Server {
            admin,
            ingress: server.ingress_url(),
            client,
            _runs: server,
        })
    }

    /// Begins a run; yields its invocation.
    pub(super) async fn begin(&self, service: &str, id: &str) -> String {
        let url = format!("{}/{service}/{id}/run/send", self.ingress);
        let answer = self
            .client
            .post(url)
            .json(&json!({ "id": id }))
            .send()
            .await
            .unwrap();
        let said: Value = answer.json().await.unwrap();
        said["invocationId"].as_str().unwrap().to_owned()
    }

    pub(super) fn url(&self, service: &str, id: &str, handler: &str) -> String {
        format!("{}/{service}/{id}/{handler}", self.ingress)
    }

    /// Asks a handler of a run; yields the status and the text.
    pub(super) async fn ask(&self, service: &str, id: &str, handler: &str, input: Value) -> (u16, String) {
        let url = self.url(service, id, handler);
        let answer = self.client.post(url).json(&input).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Waits for the end of a run.
    pub(super) async fn end(&self, service: &str, id: &str) -> (u16, String) {
        let url = format!("{}/restate/workflow/{service}/{id}/attach", self.ingress);
        let answer = self.client.get(url).send();
        let answer = tokio::time::timeout(Duration::from_secs(30), answer).await;
        let answer = answer.expect("the run does not end").unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    pub(super) async fn cancel(&self, invocation: &str) {
        let url = format!("{}/invocations/{invocation}/cancel", self.admin);
        let answer = self.client.patch(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let answer = self
            .client
            .get(format!("{}{path}", self.admin))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    pub(super) async fn rows(&self, sql: &str) -> Vec<Value> {
        let asked = self.client.post(format!("{}/query", self.admin));
        let asked = asked
            .header("accept", "application/json")
            .json(&json!({ "query": sql }));
        let said: Value = asked.send().await.unwrap().json().await.unwrap();
        said["rows"].as_array().unwrap().clone()
    }
}
