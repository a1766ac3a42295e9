//! An HTTP service that runs: on a port of the loopback interface, stopped by `stop` or, at the latest, when it is dropped.

use std::{net::SocketAddr, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::failure::{During, Outcome};

/// A running service.
#[derive(Debug)]
pub struct Live {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// How long `stop` waits for what is being answered.
const PATIENCE: Duration = Duration::from_secs(2);

impl Live {
    /// Listens on that port of 127.0.0.1, any that is free where it is 0. Handlers may ask for
    /// `ConnectInfo<SocketAddr>`.
    ///
    /// # Errors
    /// When the port is in use.
    pub async fn start(router: Router, port: u16) -> Outcome<Self> {
        Self::start_at(router, SocketAddr::from(([127, 0, 0, 1], port))).await
    }

    /// Listens on that address, which others may reach if it is not one of the loopback interface.
    ///
    /// # Errors
    /// When the port is in use.
    pub async fn start_at(router: Router, wanted: SocketAddr) -> Outcome<Self> {
        let listener = TcpListener::bind(wanted).await.during(format_args!(
            "listening on {wanted} (if the port is in use, choose another with `--port`)"
        ))?;
        let address = listener
            .local_addr()
            .during("asking for the address of the listener")?;
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(listener, service).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        let serving = tokio::spawn(serving.into_future());
        Ok(Live {
            address,
            stop: Some(stop),
            serving,
        })
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
        match tokio::time::timeout(PATIENCE, &mut self.serving).await {
            Ok(Ok(served)) => served.during("serving"),
            Ok(Err(error)) => Err(error).during("serving"),
            Err(_) => Ok(()),
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
