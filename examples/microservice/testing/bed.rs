//! A place to try the service in: a stock that can be made to fail, and an instance in this process that asks it.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use super::callers::{self, Answer, Pace};
use crate::{
    artifacts::ServiceCode,
    client::{Call, Client, Reply},
    failure::{Failure, Outcome},
    service::{
        orders::{OrdersService, Settings},
        record::{RecordFiles, Recorder},
        stock::{ANYWHERE, Stock},
        store::StoreSettings,
    },
};

/// The service with its neighbour.
pub struct Bed {
    /// The neighbour.
    pub stock: Stock,
    /// The service.
    pub orders: OrdersService,
}

/// What a bed is made with.
#[derive(Debug, Clone, Default)]
pub struct Making {
    /// Where both write their logs and traces.
    pub records: Option<PathBuf>,
    /// Where the service keeps orders; in memory where this is not said.
    pub store: Option<PathBuf>,
    /// How large that may grow.
    pub pages_at_most: Option<u32>,
}

/// How long the service may take to be well again.
const WELL_WITHIN: Duration = Duration::from_secs(20);

impl Bed {
    /// Starts both.
    ///
    /// # Errors
    /// When one does not start.
    pub async fn start(code: &ServiceCode, making: &Making) -> Outcome<Self> {
        let recorder = match &making.records {
            Some(folder) => Recorder::to_files("stock", &RecordFiles::within(folder, "stock"), 1)?,
            None => Recorder::silent("stock"),
        };
        let stock = Stock::start(ANYWHERE, Duration::from_millis(1), recorder).await?;
        let mut settings = Settings::plain(code, stock.address());
        settings.records.clone_from(&making.records);
        if let Some(file) = &making.store {
            settings.store = StoreSettings::of(code.store, file);
            settings.store.pages_at_most = making.pages_at_most;
        }
        let orders = OrdersService::start(settings).await?;
        Ok(Bed { stock, orders })
    }

    /// Asks the service.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ask(&self, call: &Call) -> Outcome<Reply> {
        Client::new(self.orders.address()).send(call).await
    }

    /// Asks for a path, and says the status.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn status(&self, path: &str) -> Outcome<u16> {
        Ok(self.ask(&Call::new("GET", path)).await?.status)
    }

    /// Sends orders.
    ///
    /// # Errors
    /// When a caller cannot work.
    pub async fn send(&self, pace: Pace) -> Outcome<Vec<Answer>> {
        callers::send(self.orders.address(), pace).await
    }

    /// Waits until orders are confirmed at once and none is pending; yields how long that took.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn until_well(&self) -> Outcome<Duration> {
        let begun = Instant::now();
        loop {
            let one = self.send(one_order()).await?;
            if one.iter().all(|answer| answer.status == 201) && !self.orders.has_pending()? {
                return Ok(begun.elapsed());
            }
            if begun.elapsed() > WELL_WITHIN {
                return Err(Failure::new(
                    "the service is not well again though nothing ails its neighbour any more",
                ));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// One order of three lines, by one caller.
#[must_use]
pub fn one_order() -> Pace {
    Pace {
        orders: 1,
        callers: 1,
        per_second: None,
        lines: 3,
    }
}
