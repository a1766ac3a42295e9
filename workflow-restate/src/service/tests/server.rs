//! A Restate server of one's own, and what is asked of it.

use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const BUILT: &str =
    "../tests/tools/restate/node_modules/@restatedev/restate-server-linux-x64/bin/restate-server";

/// A server that ends with the test.
pub(super) struct Server {
    child: Child,
    pub(super) admin: String,
    ingress: String,
    pub(super) client: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl Server {
    /// `None` if there is none on this machine.
    pub(super) async fn start() -> Option<Server> {
        let binary = binary()?;
        let folder = tempfile::tempdir().unwrap();
        let [node, ingress, admin] = [(); 3].map(|()| free_port());
        let config = format!(
            "bind-port = {node}\nnode-name = \"n1\"\nbind-ip = \"127.0.0.1\"\nlisten-mode = \"tcp\"\nbase-dir = {:?}\n\
             disable-telemetry = true\ndefault-num-partitions = 2\n\
             [ingress]\nbind-port = {ingress}\n[admin]\nbind-port = {admin}\n",
            folder.path().join("data")
        );
        let path = folder.path().join("restate.toml");
        std::fs::write(&path, config).unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let mut server = Command::new(binary);
        let server = server.arg("-c").arg(path).arg("--no-logo");
        let child = server.stdout(log).stderr(Stdio::null()).spawn().unwrap();
        let server = Server {
            child,
            admin: format!("http://127.0.0.1:{admin}"),
            ingress: format!("http://127.0.0.1:{ingress}"),
            client: reqwest::Client::new(),
            _folder: folder,
        };
        server.healthy(&format!("{}/health", server.admin)).await;
        server
            .healthy(&format!("{}/restate/health", server.ingress))
            .await;
        Some(server)
    }

    async fn healthy(&self, url: &str) {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            match self.client.get(url).send().await {
                Ok(answer) if answer.status().is_success() => return,
                other => assert!(Instant::now() < until, "{other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
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

impl Drop for Server {
    fn drop(&mut self) {
        let _: io::Result<()> = self.child.kill();
        let _ = self.child.wait();
    }
}

fn binary() -> Option<PathBuf> {
    let told = std::env::var_os("RESTATE_SERVER").map(PathBuf::from);
    let binary = told.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(BUILT));
    if binary.exists() {
        return Some(binary);
    }
    eprintln!(
        "SKIPPED: no Restate server at {}; set RESTATE_SERVER",
        binary.display()
    );
    None
}

pub(super) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
