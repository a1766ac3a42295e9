//! A service that runs: on a port of the loopback interface, stopped by `stop` or, at the latest, when it is dropped.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{
    definition::ServiceDefinition,
    http::{App, router},
    store::Store,
};
use crate::{
    database::migrations,
    failure::{During, Outcome},
};

/// How a service is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The port, zero for any that is free.
    pub port: u16,
    /// Whether the rate limit counts; false only where a test measures something else.
    pub throttled: bool,
}

/// A running service.
#[derive(Debug)]
pub struct LiveService {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl LiveService {
    /// Opens the database, brings it to the schema, and listens.
    ///
    /// # Errors
    /// When the database is not ours or the port is in use.
    pub async fn start(definition: &ServiceDefinition, database: &Path, start: Start) -> Outcome<Self> {
        migrations::apply_to(database, &definition.migrations)?;
        let store = Store::open(database, definition.reading_connections)?;
        let wanted = SocketAddr::from(([127, 0, 0, 1], start.port));
        let listener = TcpListener::bind(wanted).await.during(format_args!(
            "listening on {wanted} (if the port is in use, choose another with `--port`)"
        ))?;
        let address = listener
            .local_addr()
            .during("asking for the address of the listener")?;
        let app = Arc::new(App::new(definition.clone(), store, start.throttled));
        let service = router(&app).into_make_service_with_connect_info::<SocketAddr>();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(listener, service).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        let serving = tokio::spawn(serving.into_future());
        Ok(LiveService {
            address,
            stop: Some(stop),
            serving,
        })
    }

    /// Starts it on any free port, with the rate limit out of the way, for a test of something else.
    ///
    /// # Errors
    /// As [`LiveService::start`].
    pub async fn start_unthrottled(definition: &ServiceDefinition, database: &Path) -> Outcome<Self> {
        Self::start(
            definition,
            database,
            Start {
                port: 0,
                throttled: false,
            },
        )
        .await
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Finishes what is being answered and stops; what takes longer than two seconds is cut off.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn stop(mut self) -> Outcome<()> {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        match tokio::time::timeout(Duration::from_secs(2), &mut self.serving).await {
            Ok(Ok(served)) => served.during("serving"),
            Ok(Err(error)) => Err(error).during("serving"),
            Err(_) => Ok(()),
        }
    }
}

impl Drop for LiveService {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
