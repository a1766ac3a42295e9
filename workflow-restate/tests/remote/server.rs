//! The Restate server of these tests, with their service, for as long as this process lives.

use std::sync::OnceLock;
use std::thread;

use restate_sdk::endpoint::Endpoint;
use restate_sdk::http_server::HttpServer;
use tests::restate::{Server, free, register};

/// The plans that the service has.
pub(crate) const PLANS: [(&str, &str); 3] = [
    ("Flow", "0123456789abcdef"),
    ("Flow", "fedcba9876543210"),
    ("Other", "00000000000000ff"),
];

/// `None` where there is none, and then a loud word was said about it.
pub(crate) fn server() -> Option<&'static Server> {
    static REGISTERED: OnceLock<()> = OnceLock::new();
    let server = Server::shared()?;
    REGISTERED.get_or_init(|| {
        register(&server.admin_url(), &serve(super::service::endpoint(&PLANS)));
    });
    Some(server)
}

/// Serves it on a thread of its own, as the runtime of a test ends with the test.
pub(crate) fn serve(endpoint: Endpoint) -> String {
    let port = free();
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
