//! A real server of Restate, and workers that serve plans to it from this process.

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use tests::restate::{Server, free};
use tests::soon::LONG;
use tokio::sync::oneshot;
use workflow_restate::{__engine, connect};
use workflow_runtime::__engine::{Serving, Staffed};
use workflow_runtime::Runtime;

use crate::scene::{Place, Served};

/// A server for one behaviour, so that each may name its runs as it likes.
pub(crate) struct Restate {
    server: Server,
    /// Where each plan is served: its runs are looked for there again.
    ports: Mutex<HashMap<String, u16>>,
}

/// Serves until it is dropped, and ends like a process that is killed.
struct Worker {
    _end: oneshot::Sender<()>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Restate {
    /// `None` where it is not installed, which is said loudly.
    pub(crate) fn start() -> Option<Self> {
        Some(Restate {
            server: Server::start()?,
            ports: Mutex::default(),
        })
    }

    fn worker(&self, staffed: Staffed) -> Worker {
        let port = {
            let mut ports = self.ports.lock().unwrap_or_else(PoisonError::into_inner);
            *ports.entry(staffed.fingerprint().to_owned()).or_insert_with(free)
        };
        let (said, ready) = mpsc::channel();
        let at = Serving {
            url: self.server.admin_url(),
            listen: format!("127.0.0.1:{port}"),
            advertise: None,
            ready: Arc::new(move |_| said.send(()).unwrap_or_default()),
        };
        let (end, ended) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let tokio = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .expect("a tokio runtime can be made");
            tokio.block_on(async {
                tokio::select! {
                    served = __engine().serve(staffed, at) => served.expect("it is served"),
                    _ = ended => {}
                }
            });
            tokio.shutdown_background();
        });
        ready.recv_timeout(LONG).expect("the worker is registered");
        Worker {
            _end: end,
            thread: Some(thread),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self._end = oneshot::channel().0;
        drop(self.thread.take().map(thread::JoinHandle::join));
    }
}

impl Place for Restate {
    fn runtime(&self) -> Runtime {
        connect(&self.server.admin_url()).expect("it is an address")
    }

    fn serve(&self, staffed: Staffed) -> Pin<Box<dyn Future<Output = Served> + Send + '_>> {
        Box::pin(async move { Box::new(self.worker(staffed)) as Box<dyn Any + Send> })
    }

    /// It sees to its rules by itself: what breaks them does not come to its end.
    fn faults(&self) -> Vec<String> {
        Vec::new()
    }
}
