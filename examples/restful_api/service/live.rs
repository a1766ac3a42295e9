//! The service as it runs, on its database.

use std::{net::SocketAddr, path::Path, sync::Arc};

use examples::live::Live;

use super::{
    definition::ServiceDefinition,
    http::{App, router},
    store::Store,
};
use crate::{database::migrations, failure::Outcome};

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
pub struct LiveService(Live);

impl LiveService {
    /// Opens the database, brings it to the schema, and listens.
    ///
    /// # Errors
    /// When the database is not ours or the port is in use.
    pub async fn start(definition: &ServiceDefinition, database: &Path, start: Start) -> Outcome<Self> {
        migrations::apply_to(database, &definition.migrations)?;
        let store = Store::open(database, definition.reading_connections)?;
        let app = Arc::new(App::new(definition.clone(), store, start.throttled));
        Live::start(router(&app), start.port).await.map(LiveService)
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
        self.0.address()
    }

    /// Finishes what is being answered and stops; what takes longer than two seconds is cut off.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn stop(self) -> Outcome<()> {
        self.0.stop().await
    }
}
