//! An opened journal plus observers: where runs begin, go on and are looked up.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::bell::Bell;
use crate::cancel;
use crate::ctrl_c::{self, Interrupt};
#[cfg(doc)]
use crate::error::Halted;
use crate::error::RuntimeError;
use crate::hand_in;
use crate::history::History;
use crate::journal::backend::Backend;
use crate::journal::memory::Memory;
use crate::journal::sqlite::Sqlite;
use crate::layout::{Layout, Outline};
use crate::observe::{Observer, RunEvent, RunEventKind};
use crate::plan::{Plan, Workflow};
use crate::roster::Roster;
use crate::run::begin;
use crate::summary::RunSummary;
#[cfg(feature = "testing")]
use crate::testing::stage::Stage;
use crate::verdict::{Actor, Verdict};

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

#[derive(Clone)]
struct Shared {
    backend: Arc<dyn Backend>,
    observers: Vec<Arc<dyn Observer>>,
    /// By the address of the plan, which is a static.
    layouts: Arc<Mutex<HashMap<usize, Arc<Layout>>>>,
    roster: Option<Arc<Roster>>,
    waits: bool,
    interrupt: Option<Arc<Interrupt>>,
    #[cfg(feature = "testing")]
    stage: Option<Arc<Stage>>,
}

/// A run that this build could not take up.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::PlanConflict;
/// fn told(conflict: &PlanConflict) -> String {
///     format!("{}: {}", conflict.run, conflict.error.differences().join(", "))
/// }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PlanConflict {
    /// The id of the run.
    pub run: String,
    /// Why: the plan was changed, or an artifact is no longer what its type reads.
    pub error: RuntimeError,
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

    pub(crate) fn on(backend: Arc<dyn Backend>) -> Self {
        Runtime {
            shared: Arc::new(Shared {
                backend,
                observers: Vec::new(),
                layouts: Arc::default(),
                roster: None,
                waits: false,
                interrupt: None,
                #[cfg(feature = "testing")]
                stage: None,
            }),
        }
    }

    /// A rehearsal: in memory, with what takers get read back from text.
    #[cfg(feature = "testing")]
    pub(crate) fn on_stage(stage: Arc<Stage>) -> Self {
        Self::on(Arc::new(Memory::that_writes())).but(|shared| shared.stage = Some(stage))
    }

    #[cfg(feature = "testing")]
    pub(crate) fn stage(&self) -> Option<&Arc<Stage>> {
        self.shared.stage.as_ref()
    }

    fn but(&self, change: impl FnOnce(&mut Shared)) -> Self {
        let mut shared = Shared::clone(&self.shared);
        change(&mut shared);
        Runtime {
            shared: Arc::new(shared),
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
        self.but(|shared| shared.observers.push(Arc::new(observer)))
    }

    /// The same journal with a roster: who hands something in for a step with `#[by(Role)]` through this value must hold
    /// that role. Without one, the role is recorded and not enforced.
    ///
    /// # Examples
    ///
    /// ```
    /// use workflow_runtime::prelude::*;
    ///
    /// workflow! {
    ///     workflow Publish(text: String) {
    ///         role Editor;
    ///         phase Review {
    ///             #[by(Editor)]
    ///             manual gate sign_off(text);
    ///         }
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = Runtime::in_memory().with_roster("roles.Editor = ['ada']".parse()?);
    /// let team = std::sync::Arc::new(());
    /// drop(Publish::run(&runtime, "essay", &team, "draft".to_owned()).await);
    ///
    /// let error = publish::hand_in::sign_off(&runtime, "essay", Actor::new("linus"), Verdict::Pass).await.unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "run `essay`: what `linus` handed in for `Review.sign_off` is refused; \
    ///      it takes the role `Editor`, which is held by `ada`"
    /// );
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "the roster counts for what is handed in through what this returns"]
    pub fn with_roster(self, roster: Roster) -> Self {
        self.but(|shared| shared.roster = Some(Arc::new(roster)))
    }

    /// The same journal, where runs wait for what is to be handed in, from any process, instead of halting there.
    ///
    /// They wait without end; [`Runtime::cancel`] stops that.
    ///
    /// # Examples
    ///
    /// ```
    /// use workflow_runtime::prelude::*;
    ///
    /// workflow! {
    ///     workflow Publish(text: String) {
    ///         phase Review {
    ///             manual gate sign_off(text);
    ///         }
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = Runtime::in_memory().wait_for_hand_ins();
    /// let driving = tokio::spawn({
    ///     let runtime = runtime.clone();
    ///     async move { Publish::run(&runtime, "essay", &std::sync::Arc::new(()), "draft".to_owned()).await }
    /// });
    /// while publish::hand_in::sign_off(&runtime, "essay", Actor::new("ada"), Verdict::Pass).await.is_err() {
    ///     tokio::task::yield_now().await;
    /// }
    /// let done = driving.await??;
    /// assert_eq!(done.artifacts().text(), "draft");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "runs wait only when they are driven through what this returns"]
    pub fn wait_for_hand_ins(self) -> Self {
        self.but(|shared| shared.waits = true)
    }

    /// The same journal, where Ctrl-C cancels the runs that are driven through this value: each stops at its next await
    /// and can be taken up again. A second Ctrl-C, or one while no run is driven, ends the program at once with status
    /// 130; that loses nothing either.
    ///
    /// # Errors
    ///
    /// If the system does not let it listen.
    ///
    /// # Examples
    ///
    /// ```
    /// use workflow_runtime::Runtime;
    ///
    /// let runtime = Runtime::in_memory().cancel_on_ctrl_c()?;
    /// # drop(runtime);
    /// # Ok::<(), workflow_runtime::RuntimeError>(())
    /// ```
    pub fn cancel_on_ctrl_c(self) -> Result<Self, RuntimeError> {
        self.cancel_on(false)
    }

    /// The same for a program of ours, which is told to end by `kill` too.
    #[cfg(feature = "cli")]
    pub(crate) fn cancel_on_ctrl_c_and_termination(self) -> Result<Self, RuntimeError> {
        self.cancel_on(true)
    }

    fn cancel_on(self, and_terminations: bool) -> Result<Self, RuntimeError> {
        let interrupt = Arc::<Interrupt>::default();
        let runtime = self.but(|shared| shared.interrupt = Some(Arc::clone(&interrupt)));
        ctrl_c::listen(&interrupt, and_terminations)?;
        Ok(runtime)
    }

    /// The same journal, with a plan that artifacts handed in by name are read by. A plan that was used through this
    /// runtime is known already.
    ///
    /// # Examples
    ///
    /// See [`Runtime::hand_in_artifact`].
    #[must_use = "the plan is known to what this returns"]
    pub fn knows<W: Workflow>(self) -> Self {
        self.knows_plan(W::PLAN)
    }

    pub(crate) fn knows_plan(self, plan: &'static Plan) -> Self {
        self.layout(plan);
        self
    }

    /// Hands in the verdict of a manual gate by the names of the run and the gate, as in `Review.sign_off`.
    ///
    /// It does the same as the function in the workflow's module `hand_in`. No plan need be known: the journal has the
    /// one that the run goes under.
    ///
    /// # Errors
    ///
    /// Refused with the reason if the run does not wait for it, or the actor lacks the role of `#[by(..)]` by the
    /// [roster](Runtime::with_roster).
    ///
    /// # Examples
    ///
    /// ```
    /// use workflow_runtime::{Actor, Runtime, Verdict};
    ///
    /// # async fn example(runtime: Runtime) -> Result<(), workflow_runtime::RuntimeError> {
    /// runtime.hand_in("orders", "ApiDesign.sign_off", Actor::new("ada"), Verdict::Pass).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn hand_in(
        &self,
        id: &str,
        gate: &str,
        actor: Actor,
        verdict: Verdict,
    ) -> Result<(), RuntimeError> {
        hand_in::verdict_by_name(self, id, gate, actor, verdict).await
    }

    /// Hands in the artifact of a manual step by the names of the run and the step: anything that serializes as the
    /// artifact's type does, a [`serde_json::Value`] for instance; `()` for a step that yields none.
    ///
    /// # Errors
    ///
    /// Refused with the reason if the run does not wait for it, the artifact does not read as its type (the path of the
    /// field is named), its check rejects it, the actor lacks the role of `#[by(..)]`, or this runtime does not
    /// [know](Runtime::knows) the plan.
    ///
    /// # Examples
    ///
    /// ```
    /// use workflow_runtime::prelude::*;
    ///
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Photo {
    ///     width: u32,
    /// }
    ///
    /// workflow! {
    ///     workflow Portrait(name: String) {
    ///         phase Sitting {
    ///             manual step photograph(name) -> photo: Photo;
    ///         }
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = Runtime::in_memory().knows::<Portrait>();
    /// # let team = std::sync::Arc::new(());
    /// # drop(Portrait::run(&runtime, "ada", &team, "Ada".to_owned()).await);
    /// let photo = serde_json::json!({ "width": "wide" });
    /// let error = runtime
    ///     .hand_in_artifact("ada", "Sitting.photograph", Actor::new("linus"), &photo)
    ///     .await
    ///     .unwrap_err();
    /// assert!(error.to_string().contains("it is no `Photo`: at `width`: invalid type: string"));
    ///
    /// let photo = serde_json::json!({ "width": 300 });
    /// runtime.hand_in_artifact("ada", "Sitting.photograph", Actor::new("linus"), &photo).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn hand_in_artifact(
        &self,
        id: &str,
        step: &str,
        actor: Actor,
        artifact: &(impl Serialize + ?Sized),
    ) -> Result<(), RuntimeError> {
        let json = serde_json::value::to_raw_value(artifact);
        hand_in::artifact_by_name(self, id, step, actor, json).await
    }

    /// Tells whoever drives a run, in this process or another, to stop. It stops at its next await, halts with a cause
    /// that [is cancelled](Halted::is_cancelled), and can be driven again. A run that nobody drives is marked as
    /// cancelled, and can be driven again too.
    ///
    /// Returns when that is in the journal; the driver of another process hears of it within a tenth of a second. A step
    /// that is stopped is dropped at the await where it is, as by a crash: it is run again when the run is taken up.
    ///
    /// # Errors
    ///
    /// If there is no such run, [it is over](RuntimeError::is_over), or the journal cannot be written.
    ///
    /// # Examples
    ///
    /// ```
    /// use workflow_runtime::prelude::*;
    ///
    /// workflow! {
    ///     workflow Vigil() {
    ///         phase Night {
    ///             step watch() {
    ///                 std::future::pending().await
    ///             }
    ///         }
    ///     }
    /// }
    /// # struct Team;
    /// # impl vigil::Night for Team {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = Runtime::in_memory();
    /// let driving = Vigil::run(&runtime, "eve", &std::sync::Arc::new(Team));
    /// let (halted, cancelled) = tokio::join!(driving, runtime.cancel("eve"));
    /// cancelled?;
    /// assert!(halted.unwrap_err().is_cancelled());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn cancel(&self, id: &str) -> Result<(), RuntimeError> {
        cancel::cancel(self, id).await
    }

    /// The unfinished runs of a workflow that this build could not take up, because its plan or its artifacts were
    /// changed in a way that changes what is recorded. Nothing is touched, so it can be asked before a new build is
    /// deployed.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use workflow_runtime::prelude::*;
    ///
    /// workflow! {
    ///     workflow Publish(text: String) {
    ///         phase Review {
    ///             manual gate sign_off(text);
    ///         }
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = Runtime::in_memory();
    /// for conflict in runtime.check_plan::<Publish>().await? {
    ///     eprintln!("{}", conflict.error);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn check_plan<W: Workflow>(&self) -> Result<Vec<PlanConflict>, RuntimeError> {
        let layout = self.layout(W::PLAN);
        let mut conflicts = Vec::new();
        for run in self.runs().await? {
            if run.workflow != W::PLAN.name || run.standing.is_over() {
                continue;
            }
            match begin::could_take_up(self, &layout, &run.id).await {
                Ok(()) => {}
                Err(error) if error.is_plan_changed() || error.is_artifact() => {
                    conflicts.push(PlanConflict { run: run.id, error })
                }
                Err(error) => return Err(error),
            }
        }
        Ok(conflicts)
    }

    /// All runs of the journal, in the order in which they began.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub async fn runs(&self) -> Result<Vec<RunSummary>, RuntimeError> {
        self.backend().list().await
    }

    /// Everything that was recorded of a run, whoever drives it.
    ///
    /// # Errors
    ///
    /// If there is no such run, or the journal cannot be read.
    ///
    /// # Examples
    ///
    /// See [`History`].
    pub async fn history(&self, id: &str) -> Result<History, RuntimeError> {
        let history = self.backend().history(id).await?;
        let (run, outline, records) = history.ok_or_else(|| hand_in::no_such_run(id))?;
        let plan = self.plan_by(&outline);
        Ok(History { run, plan, records })
    }

    /// Checks that the journal of a run is as it was recorded: that no line was edited, dropped or put elsewhere, and that
    /// the plan is the one that it was begun under.
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
    /// back, it is fenced off: its next event is refused, and [`RuntimeError::is_fenced`] holds. One that waits for what
    /// is to be handed in hears of it at once.
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

    /// The plan that a run goes under: one that this program knows, if only by its name, or else without its types.
    pub(crate) async fn layout_of(&self, id: &str) -> Result<Arc<Layout>, RuntimeError> {
        let outline = self.backend().plan_of(id).await?;
        let outline = outline.ok_or_else(|| hand_in::no_such_run(id))?;
        let mut layouts = self.shared.layouts.lock().unwrap_or_else(PoisonError::into_inner);
        // One without types may be the same as one that became known after it.
        let rank = |layout: &Layout| match (layout.is_typed, layout.outline == outline) {
            (true, true) => Some(3),
            (true, false) => (layout.plan.name == outline.workflow).then_some(2),
            (false, true) => Some(1),
            (false, false) => None,
        };
        let known = layouts
            .values()
            .filter_map(|layout| Some((rank(layout)?, layout)));
        if let Some((_, known)) = known.max_by_key(|(rank, _)| *rank) {
            return Ok(Arc::clone(known));
        }
        let layout = Arc::new(Layout::untyped(&outline));
        layouts.insert(std::ptr::from_ref(layout.plan).addr(), Arc::clone(&layout));
        Ok(layout)
    }

    /// The very plan of that outline: as this program has it, or else what the outline tells.
    fn plan_by(&self, outline: &Outline) -> &'static Plan {
        let mut layouts = self.shared.layouts.lock().unwrap_or_else(PoisonError::into_inner);
        let same = layouts.values().filter(|layout| layout.outline == *outline);
        if let Some(known) = same.max_by_key(|layout| layout.is_typed) {
            return known.plan;
        }
        let layout = Arc::new(Layout::untyped(outline));
        layouts.insert(std::ptr::from_ref(layout.plan).addr(), Arc::clone(&layout));
        layout.plan
    }

    pub(crate) fn roster(&self) -> Option<&Roster> {
        self.shared.roster.as_deref()
    }

    /// Whether runs wait for what is to be handed in.
    pub(crate) fn waits(&self) -> bool {
        self.shared.waits
    }

    /// Ctrl-C stops this run too, if it is listened for.
    pub(crate) fn drives(&self, id: &Arc<str>, bell: &Arc<Bell>) {
        if let Some(interrupt) = &self.shared.interrupt {
            interrupt.add(self, id, bell);
        }
    }

    /// The same, without keeping the journal open.
    pub(crate) fn downgrade(&self) -> WeakRuntime {
        WeakRuntime(Arc::downgrade(&self.shared))
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

/// A runtime that may be closed.
pub(crate) struct WeakRuntime(std::sync::Weak<Shared>);

impl WeakRuntime {
    pub(crate) fn upgrade(&self) -> Option<Runtime> {
        self.0.upgrade().map(|shared| Runtime { shared })
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("observers", &self.shared.observers.len())
            .finish_non_exhaustive()
    }
}
