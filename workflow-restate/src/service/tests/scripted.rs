//! A plan whose runs follow a script, in a service that can be killed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tests::restate::free;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use workflow_runtime::__engine::{Doing, Durable, Ended, Outcome, Part, Staffed, Stopped, Ticket};
use workflow_runtime::prelude::*;

use super::server::Server;
use crate::names::service_name;
use crate::service::Service;
use crate::service::endpoint::Work;

/// What a run that is done yields.
pub(super) const DONE: &str = r#""done""#;

workflow! {
    pub workflow Walk() {
        phase Leaving {
            #[timeout("3s")]
            step leave();
        }
    }
}

workflow! {
    pub workflow Swim() {
        phase Diving {
            step dive();
        }
    }
}

#[derive(Clone)]
pub(super) struct Dog;

impl walk::Leaving for Dog {
    async fn leave(&self, _: &StepContext) -> StepResult<()> {
        Ok(())
    }
}

impl swim::Diving for Dog {
    async fn dive(&self, _: &StepContext) -> StepResult<()> {
        Ok(())
    }
}

pub(super) type Drive = for<'a> fn(&'a World, &'a dyn Durable, &'a str) -> Doing<'a, Result<Ended, String>>;

/// What outlives a kill of the service.
pub(super) struct World {
    pub(super) log: Mutex<Vec<String>>,
    /// What waits for a permit goes on with one.
    pub(super) gate: Semaphore,
    pub(super) is_set: AtomicBool,
}

impl World {
    pub(super) fn say(&self, what: impl Into<String>) {
        self.log.lock().unwrap().push(what.into());
    }

    pub(super) fn said(&self, what: &str) -> usize {
        self.log
            .lock()
            .unwrap()
            .iter()
            .filter(|said| *said == what)
            .count()
    }

    pub(super) async fn until_said(&self, what: &str, times: usize) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.said(what) < times {
            assert!(Instant::now() < until, "{what}: {:?}", self.log.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(super) async fn pass(&self) {
        self.gate.acquire().await.unwrap().forget();
    }

    /// Whether it is the first time.
    pub(super) fn is_first(&self) -> bool {
        !self.is_set.swap(true, Ordering::SeqCst)
    }
}

struct Scripted {
    drive: Drive,
    world: Arc<World>,
}

impl Work for Scripted {
    fn drive<'a>(
        &'a self,
        durable: &'a dyn Durable,
        _: &'a str,
        begun: &'a str,
    ) -> Doing<'a, Result<Ended, String>> {
        (self.drive)(&self.world, durable, begun)
    }

    fn attempt<'a>(
        &'a self,
        durable: &'a dyn Durable,
        id: &'a str,
        task: &'a str,
    ) -> Doing<'a, Result<String, Stopped>> {
        let work = Box::pin(async move {
            self.world.say(format!("attempt {task}"));
            self.world.pass().await;
            format!(r#"{{"id":"{id}","of":{task}}}"#)
        });
        durable.once("attempt", work)
    }

    fn take_back<'a>(
        &'a self,
        durable: &'a dyn Durable,
        _: &'a str,
        lines: &'a [String],
    ) -> Doing<'a, Result<Ended, String>> {
        Box::pin(async move {
            let taken = durable.once(
                "taken",
                Box::pin(async {
                    self.world.say("taken back");
                    "1".to_owned()
                }),
            );
            taken.await.map_err(|_| "stopped")?;
            assert_eq!(lines, [r#"{"a": 1}"#, r#"{"b":2}"#]);
            Ok(Ended::Undone)
        })
    }
}

/// A service of the plan at its address.
pub(super) struct Served {
    pub(super) world: Arc<World>,
    drive: Drive,
    pub(super) port: u16,
    admin: String,
    pub(super) name: String,
    runtime: Option<Runtime>,
    with: fn(Service) -> Service,
    end: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<Result<(), RuntimeError>>>,
}

impl Served {
    pub(super) async fn new(server: &Server, drive: Drive) -> Served {
        Self::with(server, drive, |service| service).await
    }

    pub(super) async fn with(server: &Server, drive: Drive, with: fn(Service) -> Service) -> Served {
        let plan = Staffed::new::<Walk, _>(Dog);
        let world = World {
            log: Mutex::default(),
            gate: Semaphore::new(0),
            is_set: AtomicBool::new(false),
        };
        let mut served = Served {
            world: Arc::new(world),
            drive,
            port: free(),
            admin: server.admin.clone(),
            name: service_name(plan.workflow(), plan.fingerprint()),
            runtime: None,
            with,
            end: None,
            running: None,
        };
        served.start().await;
        served
    }

    pub(super) async fn start(&mut self) {
        let (ready, is_ready) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let scripted = Arc::new(Scripted {
            drive: self.drive,
            world: Arc::clone(&self.world),
        });
        let service = crate::serve::<Walk, _>(Dog)
            .listen(format!("127.0.0.1:{}", self.port))
            .register_at(&*self.admin)
            .until(async { drop(ended.await) })
            .on_ready(|_| ready.send(()).unwrap());
        let service = (self.with)(service);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let running = runtime.spawn(service.run_by(move |_| scripted.clone() as Arc<dyn Work>));
        if is_ready.await.is_err() {
            panic!("{:?}", running.await);
        }
        self.end = Some(end);
        self.running = Some(running);
        self.runtime = Some(runtime);
    }

    /// Tells it to end, and waits until it has.
    pub(super) async fn end(&mut self) {
        drop(self.end.take());
        self.running.take().unwrap().await.unwrap().unwrap();
        self.kill().await;
    }

    pub(super) async fn kill(&mut self) {
        let runtime = self.runtime.take().unwrap();
        let killing = tokio::task::spawn_blocking(|| runtime.shutdown_timeout(Duration::from_secs(5)));
        killing.await.unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

pub(super) fn attempt(name: &str) -> Part {
    Part::Attempt {
        name: name.to_owned(),
        task: format!(r#"{{"step":"{name}"}}"#),
    }
}

/// Awaits the parts until all are over, and says in which order.
pub(super) async fn all(
    world: &World,
    durable: &dyn Durable,
    mut open: Vec<Ticket>,
) -> Result<Vec<(Ticket, Outcome)>, Stopped> {
    let mut over = Vec::new();
    while !open.is_empty() {
        let (ticket, outcome) = durable.next(&open).await?;
        world.say(format!("{ticket} is over"));
        open.retain(|of| *of != ticket);
        over.push((ticket, outcome));
    }
    Ok(over)
}
