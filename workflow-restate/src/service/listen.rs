//! The server of the endpoint.
//!
//! The SDK has one, which stops accepting for good after the first error of the listener, leaves Nagle's algorithm on
//! and takes at most 200 invocations on a connection; hence this.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::graceful::GracefulShutdown;
use restate_sdk::endpoint::Endpoint;
use restate_sdk::hyper::HyperEndpoint;
use tokio::net::{TcpListener, TcpStream};
use workflow_runtime::__engine as engine;
use workflow_runtime::RuntimeError;

/// For how long what is under way may go on after the service was told to end.
const GRACE: Duration = Duration::from_secs(10);
/// Until connections are accepted again after that failed.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes the address.
pub(super) async fn bind(address: &str) -> Result<(TcpListener, SocketAddr), RuntimeError> {
    let failed = |error: std::io::Error| {
        let remedy = match error.kind() {
            std::io::ErrorKind::AddrInUse => "end the program that has it, or listen elsewhere",
            _ => "name an address of this machine, as in `127.0.0.1:9080`",
        };
        engine::unavailable(format!("cannot listen on `{address}`: {error}; {remedy}"))
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Serves until `end` is ready, and for the time of grace what is under way then.
pub(super) async fn serve(endpoint: Endpoint, listener: TcpListener, end: impl Future) {
    let endpoint = HyperEndpoint::new(endpoint);
    let under_way = GracefulShutdown::new();
    let mut end = std::pin::pin!(end);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => connected(stream, endpoint.clone(), &under_way),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            _ = &mut end => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, under_way.shutdown()).await;
}

fn connected(stream: TcpStream, endpoint: HyperEndpoint, under_way: &GracefulShutdown) {
    // Each line is one small message whose answer is waited for.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot turn off Nagle's algorithm");
    }
    let connection = http2::Builder::new(TokioExecutor::new())
        // A run that waits for its attempts must not keep them from being made.
        .max_concurrent_streams(None)
        .serve_connection(TokioIo::new(stream), endpoint);
    let connection = under_way.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection of the Restate server ended");
        }
    });
}
