//! x
#[path = "remote/service.rs"]
mod service;
#[tokio::main(flavor = "multi_thread")]
#[test]
async fn serve() {
    let l = tokio::net::TcpListener::bind("127.0.0.1:29080").await.unwrap();
    restate_sdk::http_server::HttpServer::new(service::endpoint(&[
        ("Flow", "0123456789abcdef"),
        ("Flow", "fedcba987654321f"),
        ("Other", "0123456789abcdef"),
    ]))
    .serve(l)
    .await;
}
