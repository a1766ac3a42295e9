//! Where a behaviour is shown: one backend, what is served there, and what its engine did against the rules.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;
use tests::engine::{Conduct, Engine};
use tests::soon::soon;
use workflow_runtime::__engine::Staffed;
use workflow_runtime::{CarriedOutBy, RunSummary, Runtime, Team, Workflow};

use crate::differences::{DIFFERENCES, Difference};
use crate::transcript::transcript;

/// A kind of place where runs are kept and driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// The journal in a file.
    Embedded,
    /// An engine in this process that may crash.
    InProcess(Conduct),
}

/// A place of that kind, fresh.
pub(crate) trait Place: Send + Sync {
    /// Its runs.
    fn runtime(&self) -> Runtime;

    /// Serves a plan until what is yielded is dropped.
    fn serve(&self, staffed: Staffed) -> Pin<Box<dyn Future<Output = Served> + Send + '_>>;

    /// What it did against its rules.
    fn faults(&self) -> Vec<String>;
}

/// A plan is served until this is dropped.
pub(crate) type Served = Box<dyn Any + Send>;

/// The one place where a backend is made.
fn place(backend: Backend) -> Box<dyn Place> {
    match backend {
        Backend::Embedded => {
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            let runtime = Runtime::open(folder.path().join("plan.db")).expect("a fresh file can be opened");
            Box::new(Embedded {
                runtime,
                _folder: folder,
            })
        }
        Backend::InProcess(crashes) => Box::new(Engine::new(crashes)),
    }
}

struct Embedded {
    runtime: Runtime,
    _folder: TempDir,
}

impl Place for Embedded {
    fn runtime(&self) -> Runtime {
        self.runtime.clone()
    }

    /// Whoever calls `run` drives it.
    fn serve(&self, _: Staffed) -> Pin<Box<dyn Future<Output = Served> + Send + '_>> {
        Box::pin(std::future::ready(Box::new(()) as Served))
    }

    fn faults(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Place for Engine {
    fn runtime(&self) -> Runtime {
        Engine::runtime(self)
    }

    fn serve(&self, staffed: Staffed) -> Pin<Box<dyn Future<Output = Served> + Send + '_>> {
        Box::pin(async move { Box::new(Engine::serve(self, staffed)) as Served })
    }

    fn faults(&self) -> Vec<String> {
        Engine::faults(self)
    }
}

/// A behaviour, shown at a place.
pub(crate) struct Scene {
    place: Box<dyn Place>,
    pub(crate) runtime: Runtime,
    pub(crate) backend: Backend,
    /// `order::steps_run_in_the_order_of_the_plan`
    behaviour: String,
    differed: Mutex<bool>,
}

/// What a behaviour is shown by.
pub(crate) type Showing = for<'a> fn(&'a Scene) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// The histories of all runs, each with its id.
pub(crate) type Histories = Vec<(String, Vec<String>)>;

/// Shows a behaviour; yields the histories of all its runs.
pub(crate) fn show(backend: Backend, behaviour: &str, showing: Showing) -> Histories {
    show_what(backend, behaviour, async |scene: &Scene| showing(scene).await)
}

/// The same for what need not be a function.
pub(crate) fn show_what(backend: Backend, behaviour: &str, showing: impl AsyncFnOnce(&Scene)) -> Histories {
    // On an engine of this process nothing takes real time.
    let is_paused = matches!(backend, Backend::InProcess(_));
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(is_paused)
        .build()
        .expect("a tokio runtime can be made");
    tokio.block_on(async {
        let place = place(backend);
        let scene = Scene {
            runtime: place.runtime(),
            place,
            backend,
            behaviour: behaviour.to_owned(),
            differed: Mutex::new(false),
        };
        soon(Box::pin(showing(&scene))).await;
        assert_eq!(scene.place.faults(), Vec::<String>::new());
        let listed = scene.listed_difference().is_some();
        let differed = *scene.differed.lock().unwrap_or_else(PoisonError::into_inner);
        if scene.is_engine() && listed {
            assert!(
                differed,
                "`{behaviour}` is listed as different, and shows no difference"
            );
        }
        let mut histories = Vec::new();
        for run in scene.runtime.runs().await.expect("runs are listed") {
            let history = scene.runtime.history(&run.id).await.expect("it is kept");
            scene.is_listed_as_it_stands(&run, &history.run);
            histories.push((run.id, transcript(&history)));
        }
        histories
    })
}

impl Scene {
    /// Serves a plan with that team.
    pub(crate) async fn serve<W: CarriedOutBy<T> + Workflow, T: Team + Clone>(
        &self,
        team: &Arc<T>,
    ) -> Served {
        self.place.serve(Staffed::new::<W, T>(T::clone(team))).await
    }

    /// The same, with whatever else is about it.
    pub(crate) async fn serve_staffed(&self, staffed: Staffed) -> Served {
        self.place.serve(staffed).await
    }

    pub(crate) fn is_engine(&self) -> bool {
        self.backend != Backend::Embedded
    }

    /// Whether this backend differs here from the embedded journal: only where that is listed.
    pub(crate) fn differs(&self) -> bool {
        if !self.is_engine() {
            return false;
        }
        let behaviour = &self.behaviour;
        assert!(
            self.listed_difference().is_some(),
            "`{behaviour}` is not listed as different"
        );
        *self.differed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        true
    }

    fn listed_difference(&self) -> Option<&'static Difference> {
        DIFFERENCES
            .iter()
            .find(|difference| difference.behaviour == self.behaviour)
    }

    /// Whether work is done again, because it was done and not kept.
    pub(crate) fn repeats(&self) -> bool {
        self.backend == Backend::InProcess(Conduct::CrashesBeforeEachResult)
    }

    fn is_listed_as_it_stands(&self, listed: &RunSummary, read: &RunSummary) {
        // The file lets go of a hold a moment after its handle is dropped.
        let told = |run: &RunSummary| (run.standing, self.is_engine() && run.held_by.is_some());
        assert_eq!(
            told(listed),
            told(read),
            "run `{}` is listed otherwise",
            listed.id
        );
    }
}
