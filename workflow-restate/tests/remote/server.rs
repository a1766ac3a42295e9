//! A Restate server with the service of this test, for as long as this process lives.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use restate_sdk::endpoint::Endpoint;
use restate_sdk::http_server::HttpServer;

pub(crate) struct Server {
    pub(crate) admin: String,
    pub(crate) ingress: String,
    _guard: Child,
    _folder: tempfile::TempDir,
}

/// The plans that the service has.
pub(crate) const PLANS: [(&str, &str); 3] = [
    ("Flow", "0123456789abcdef"),
    ("Flow", "fedcba9876543210"),
    ("Other", "00000000000000ff"),
];

/// `None` if there is no binary: then the test says so, and is skipped.
pub(crate) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| Some(start(binary()?)));
    if server.is_none() {
        eprintln!("SKIPPED: there is no Restate server; set RESTATE_SERVER to its binary");
    }
    server.as_ref()
}

fn binary() -> Option<PathBuf> {
    let installed =
        "../tests/tools/restate/node_modules/@restatedev/restate-server-linux-x64/bin/restate-server";
    let path = env::var_os("RESTATE_SERVER").map_or_else(|| PathBuf::from(installed), PathBuf::from);
    path.exists().then_some(path)
}

fn start(binary: PathBuf) -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let [node, ingress, admin] = [free_port(), free_port(), free_port()];
    let base = folder.path().join("data");
    let config = format!(
        "bind-port = {node}\nnode-name = \"n1\"\nbind-ip = \"127.0.0.1\"\nlisten-mode = \"tcp\"\n\
         base-dir = {base:?}\ndisable-telemetry = true\n[ingress]\nbind-port = {ingress}\n\
         [admin]\nbind-port = {admin}\n"
    );
    let path = folder.path().join("restate.toml");
    fs::write(&path, config).expect("it is written");
    // A static is never dropped, so a shell ends the server when the pipe from this process breaks.
    let script =
        r#""$0" -c "$1" --no-logo >"$2/log" 2>&1 & pid=$!; cat >/dev/null; kill -9 $pid; rm -rf "$2""#;
    let guard = Command::new("sh")
        .arg("-c")
        .arg(script)
        .args([binary.as_os_str(), path.as_os_str(), folder.path().as_os_str()])
        .stdin(Stdio::piped())
        .spawn()
        .expect("there is a shell");
    let server = Server {
        admin: format!("http://127.0.0.1:{admin}"),
        ingress: format!("http://127.0.0.1:{ingress}"),
        _guard: guard,
        _folder: folder,
    };
    let at = serve(super::service::endpoint(&PLANS));
    server.register(&at);
    server
}

/// Serves it on a thread of its own, as the runtime of a test ends with the test.
pub(crate) fn serve(endpoint: Endpoint) -> String {
    let port = free_port();
    thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
                .await
                .expect("the port is free");
            HttpServer::new(endpoint).serve(listener).await;
        });
    });
    format!("http://127.0.0.1:{port}")
}

impl Server {
    /// Registers a service, once the server answers; yields the id of the deployment.
    pub(crate) fn register(&self, at: &str) -> String {
        let body = format!(r#"{{"uri":"{at}"}}"#);
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = curl("POST", &format!("{}/deployments", self.admin), &body);
            if let Some(id) = answer.split('"').find(|part| part.starts_with("dp_")) {
                return id.to_owned();
            }
            assert!(Instant::now() < until, "the service was not registered: {answer}");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// In a thread of its own, as it is called from within runtimes and outside of them.
pub(crate) fn curl(method: &str, url: &str, body: &str) -> String {
    let (method, url, body) = (method.to_owned(), url.to_owned(), body.to_owned());
    let asked = thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let method = method.parse().expect("a method");
            let request = reqwest::Client::new()
                .request(method, url)
                .header("content-type", "application/json");
            match request.body(body).send().await {
                Ok(response) => response.text().await.unwrap_or_default(),
                Err(error) => error.to_string(),
            }
        })
    });
    asked.join().expect("it does not panic")
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there are free ports");
    listener.local_addr().expect("it is bound").port()
}
