//! The service `orders`, started from its definition: what the definition does not have yet, the service does not do.

mod routes;
mod tasks;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::task::JoinHandle;

use super::{
    metrics::Metrics,
    record::{RecordFiles, Recorder},
    registry::Registry,
    stock::ANYWHERE,
    stock_client::StockClient,
    store::{Orders, StoreSettings},
};
use crate::{
    artifacts::{OutboundCall, ServiceCode},
    failure::{During, Outcome},
    live::Live,
    outputs::sha256_hex,
};

/// What an instance is started with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What it does.
    pub code: ServiceCode,
    /// Where the stock is.
    pub stock: SocketAddr,
    /// Where it keeps orders.
    pub store: StoreSettings,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The folder for its log and its traces.
    pub records: Option<PathBuf>,
    /// Where it says that it is there, and how often.
    pub registered: Option<Registered>,
    /// A fault of its own, to see what the others do then.
    pub fault: Option<OwnFault>,
    /// The environment that it runs in.
    pub environment: String,
}

/// How an instance is found by others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Where.
    pub registry: Registry,
    /// Under which name.
    pub instance: String,
    /// How often it says so.
    pub heartbeat: Duration,
}

/// What a bad version does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OwnFault {
    /// Orders are taken late.
    Slow,
    /// Every third order fails.
    Errors,
    /// It never can serve, by its own word.
    Unready,
}

/// What all requests share.
struct Shared {
    settings: Settings,
    client: Option<StockClient>,
    store: Box<dyn Orders>,
    metrics: Arc<Metrics>,
    recorder: Recorder,
    /// Told apart from all other instances.
    node: String,
    orders: AtomicU64,
}

/// A running instance; it ends when this is dropped.
pub struct OrdersService {
    live: Live,
    tasks: Tasks,
    shared: Arc<Shared>,
}

impl Settings {
    /// An instance in memory, anywhere, that records nothing.
    #[must_use]
    pub fn plain(code: &ServiceCode, stock: SocketAddr) -> Self {
        Settings {
            code: code.clone(),
            stock,
            store: StoreSettings::memory(),
            listen: ANYWHERE,
            records: None,
            registered: None,
            fault: None,
            environment: "trial".to_owned(),
        }
    }
}

impl OrdersService {
    /// Starts an instance.
    ///
    /// # Errors
    /// When the store cannot be opened, the definition makes no service, or the port is in use.
    pub async fn start(settings: Settings) -> Outcome<Self> {
        let code = &settings.code;
        let records = code.records.as_ref();
        let buckets = records.map_or(&[][..], |records| &records.buckets_ms);
        let metrics = Arc::new(Metrics::new(&code.metrics, buckets));
        let recorder = match (records, &settings.records) {
            (Some(records), Some(folder)) => {
                std::fs::create_dir_all(folder).during(format_args!("creating `{}`", folder.display()))?;
                let files = RecordFiles::within(folder, "orders");
                Recorder::to_files("orders", &files, records.trace_one_in)?
            }
            _ => Recorder::silent("orders"),
        };
        let to_client = |call: &OutboundCall| StockClient::new(settings.stock, call, Arc::clone(&metrics));
        let client = code.calls.first().map(to_client).transpose()?;
        let shared = Arc::new(Shared {
            store: settings.store.open()?,
            client,
            metrics,
            recorder,
            node: node_name(),
            orders: AtomicU64::new(0),
            settings,
        });
        let live = Live::start_at(routes::router(&shared), shared.settings.listen).await?;
        let tasks = Tasks(tasks::start(&shared, live.address()));
        Ok(OrdersService { live, tasks, shared })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.live.address()
    }

    /// Leaves the registry, finishes what is being answered, and stops.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn stop(mut self) -> Outcome<()> {
        for task in self.tasks.0.drain(..) {
            task.abort();
            let _ = task.await;
        }
        self.shared.leave();
        self.live.stop().await
    }
}

/// They end with the service.
struct Tasks(Vec<JoinHandle<()>>);

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

impl OrdersService {
    /// Whether any order is still pending.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn has_pending(&self) -> Outcome<bool> {
        Ok(!self.shared.store.pending(1)?.is_empty())
    }
}

impl Shared {
    /// A number that no other order has.
    fn new_id(&self) -> String {
        let number = self.orders.fetch_add(1, Ordering::Relaxed);
        format!("{}-{number}", self.node)
    }

    fn leave(&self) {
        if let Some(registered) = &self.settings.registered {
            registered
                .registry
                .leave(&self.settings.code.service, &registered.instance);
        }
    }

    /// Runs work on the store where it holds nobody else up.
    async fn on_store<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&dyn Orders) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let shared = Arc::clone(self);
        let working = tokio::task::spawn_blocking(move || work(shared.store.as_ref()));
        working.await.during("working on the store")?
    }

    /// Why the instance cannot serve, if it cannot.
    async fn not_ready(self: &Arc<Self>, requires: &[String]) -> Option<String> {
        if self.settings.fault == Some(OwnFault::Unready) {
            return Some("a fault of this version".to_owned());
        }
        for required in requires {
            let there = match required.as_str() {
                "store" => self.on_store(|store| store.has_room()).await,
                "stock" => tokio::net::TcpStream::connect(self.settings.stock)
                    .await
                    .map(drop)
                    .during("connecting to stock"),
                _ => Ok(()),
            };
            if let Err(failure) = there {
                return Some(format!("{required}: {failure}"));
            }
        }
        None
    }
}

/// Eight letters that no other instance has, by the moment and the process.
fn node_name() -> String {
    static STARTED: AtomicU64 = AtomicU64::new(0);
    let moment = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let nth = STARTED.fetch_add(1, Ordering::Relaxed);
    let mut name = sha256_hex(format!("{} {} {nth}", moment.as_nanos(), std::process::id()).as_bytes());
    name.truncate(8);
    name
}
