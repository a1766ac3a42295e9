//! The server of the endpoint.
//!
//! The SDK has one, which stops accepting for good after the first error of the listener, leaves Nagle's algorithm on,
//! takes at most 200 invocations on a connection, and ends only when nobody waits; hence this.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use restate_sdk::endpoint::Endpoint;
use restate_sdk::hyper::HyperEndpoint;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use workflow_runtime::__engine as engine;

use workflow_runtime::RuntimeError;

use super::ending::{Until, Working};

/// For how long what is under way may go on after the service was told to end.
const GRACE: Duration = Duration::from_secs(10);
/// Until connections are accepted again after that failed.
const PAUSE: Duration = Duration::from_millis(100);

/// How often the server is asked whether it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

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

/// Serves until told to end, and then for the time of grace, or until told again, while somebody works.
pub(super) async fn serve(endpoint: Endpoint, listener: TcpListener, working: Working, mut until: Until) {
    let endpoint = HyperEndpoint::new(endpoint);
    let mut connections = JoinSet::new();
    tokio::select! {
        () = accept(&endpoint, &listener, &mut connections) => {}
        () = until.told() => {}
    }
    drop(listener);
    tokio::select! {
        () = working.end() => {}
        () = until.told_again() => {}
        () = tokio::time::sleep(GRACE) => tracing::warn!("ended with work under way"),
    }
    connections.shutdown().await;
}

async fn accept(endpoint: &HyperEndpoint, listener: &TcpListener, connections: &mut JoinSet<()>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(connected(stream, endpoint.clone()))),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connected(stream: TcpStream, endpoint: HyperEndpoint) {
    // Each line is one small message whose answer is waited for.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot turn off Nagle's algorithm");
    }
    let connection = http2::Builder::new(TokioExecutor::new())
        // Else the server makes another connection for every 200 of them, which takes twice as long.
        .max_concurrent_streams(None)
        // A server that is gone without a word would keep its runs waiting here.
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .serve_connection(TokioIo::new(stream), endpoint);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection of the Restate server ended");
    }
}
