//! An opened journal plus observers: where runs begin, go on and are looked up.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::RuntimeError;
use crate::journal::backend::Backend;
use crate::journal::memory::Memory;
use crate::journal::sqlite::Sqlite;
use crate::layout::Layout;
use crate::observe::{Observer, RunEvent, RunEventKind};
use crate::plan::Plan;
use crate::summary::RunSummary;

/// An opened journal plus observers; starts and resumes runs.
///
/// Clones share the journal. It is closed when the last clone and the last run of it are dropped.
///
/// # Examples
///
/// ```
/// use workflow_runtime::Runtime;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("plan.db");
/// let durable = Runtime::open(&path)?;
/// let in_memory = Runtime::in_memory();
/// # drop((durable, in_memory));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Runtime {
    shared: Arc<Shared>,
}

struct Shared {
    backend: Arc<dyn Backend>,
    observers: Vec<Arc<dyn Observer>>,
    /// By the address of the plan, which is a static.
    layouts: Arc<Mutex<HashMap<usize, Arc<Layout>>>>,
}

impl Runtime {
    /// Opens the journal in the SQLite file at `path`, which is made if it is not there.
    ///
    /// Every step's result is on disk (written and fsynced) before the next step starts. Several processes may have
    /// the file open; each run is driven by one of them at a time.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or made, is not a journal, is damaged, or was written by a newer version. A file
    /// that is not a journal is left as it is.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RuntimeError> {
        Ok(Self::on(Arc::new(Sqlite::open(path.as_ref())?)))
    }

    /// A journal in memory, with the same semantics but for durability: values are passed on as they are.
    pub fn in_memory() -> Self {
        Self::on(Arc::new(Memory::default()))
    }

    fn on(backend: Arc<dyn Backend>) -> Self {
        Runtime {
            shared: Arc::new(Shared {
                backend,
                observers: Vec::new(),
                layouts: Arc::default(),
            }),
        }
    }

    /// The same journal with one more observer; runs begun through this value tell it everything.
    ///
    /// # Examples
    ///
    /// ```
    /// use workflow_runtime::{RunEvent, Runtime};
    ///
    /// let quiet = Runtime::in_memory();
    /// let loud = quiet.clone().with_observer(|event: &RunEvent<'_>| println!("{event:?}"));
    /// # drop((quiet, loud));
    /// ```
    #[must_use = "runs tell the observer only when they begin through what this returns"]
    pub fn with_observer(self, observer: impl Observer) -> Self {
        let mut observers = self.shared.observers.clone();
        observers.push(Arc::new(observer));
        let Shared { backend, layouts, .. } = &*self.shared;
        Runtime {
            shared: Arc::new(Shared {
                backend: Arc::clone(backend),
                observers,
                layouts: Arc::clone(layouts),
            }),
        }
    }

    /// All runs of the journal, in the order in which they began.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub async fn runs(&self) -> Result<Vec<RunSummary>, RuntimeError> {
        self.backend().list().await
    }

    /// Checks that the journal of a run is as it was recorded: that no line was edited, dropped or put elsewhere.
    ///
    /// # Errors
    ///
    /// Names the first line that is not, or says that there is no such run.
    ///
    /// # Examples
    ///
    /// ```
    /// # use workflow_runtime::Runtime;
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let error = Runtime::in_memory().verify("orders").await.unwrap_err();
    /// assert!(error.is_not_found());
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub async fn verify(&self, id: &str) -> Result<(), RuntimeError> {
        self.backend().verify(id).await
    }

    /// Ends the hold on a run whose driver is alive but will not go on, such as a process that hangs. Should it come
    /// back, it is fenced off: its next event is refused, and [`RuntimeError::is_fenced`] holds.
    ///
    /// The hold of a process that has ended needs no breaking.
    ///
    /// # Errors
    ///
    /// If there is no such run, or the journal cannot be written.
    ///
    /// # Examples
    ///
    /// ```
    /// use workflow_runtime::prelude::*;
    ///
    /// workflow! {
    ///     workflow Walk() {
    ///         phase Leaving {
    ///             step leave() { Ok(()) }
    ///         }
    ///     }
    /// }
    /// # struct Team;
    /// # impl walk::Leaving for Team {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = Runtime::in_memory();
    /// let hangs = Walk::start(&runtime, "sunday").await?;
    /// runtime.break_hold("sunday").await?;
    /// let walk::Position::Start(_run) = Walk::resume(&runtime, "sunday").await? else { panic!("nobody left") };
    ///
    /// let halted = hangs.leaving(&std::sync::Arc::new(Team)).await.unwrap_err();
    /// assert!(halted.cause.journal().is_some_and(RuntimeError::is_fenced));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn break_hold(&self, id: &str) -> Result<(), RuntimeError> {
        self.backend().break_hold(id).await
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        &*self.shared.backend
    }

    pub(crate) fn layout(&self, plan: &'static Plan) -> Arc<Layout> {
        let mut layouts = self.shared.layouts.lock().unwrap_or_else(PoisonError::into_inner);
        let layout = layouts
            .entry(std::ptr::from_ref(plan).addr())
            .or_insert_with(|| Arc::new(Layout::of(plan)));
        Arc::clone(layout)
    }

    pub(crate) fn is_observed(&self) -> bool {
        !self.shared.observers.is_empty()
    }

    pub(crate) fn tell(&self, layout: &Layout, run: &str, round: u32, kind: RunEventKind<'_>) {
        if self.is_observed() {
            let event = RunEvent {
                workflow: layout.plan.name,
                run,
                round,
                kind,
            };
            self.shared
                .observers
                .iter()
                .for_each(|observer| observer.observe(&event));
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("observers", &self.shared.observers.len())
            .finish_non_exhaustive()
    }
}
