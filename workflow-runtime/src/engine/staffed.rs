//! A plan with the team that carries it out, without the team's type: what a service serves.

use std::fmt;
use std::sync::Arc;

use tracing::Instrument;

use crate::engine::told::Told;
use crate::engine::{Doing, Durable, Stopped, attempt, drive, undo};
use crate::layout::Layout;
use crate::observe::Observer;
use crate::plan::{Plan, Workflow};
use crate::run::core::{Methods, Team};
use crate::run::perform::Crew;
use crate::run::undo::Undos;
use crate::runtime::Runtime;
use crate::step::{CarriedOutBy, RunOf};

/// A plan with the team that carries it out.
#[derive(Clone)]
pub struct Staffed {
    pub(super) layout: Arc<Layout>,
    pub(super) crews: Arc<dyn Crews>,
    told: Arc<str>,
    /// Who is told of what happens here.
    pub(super) runtime: Runtime,
}

/// How a run that was carried out ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All its phases are done.
    Done,
    /// What could be undone was taken back.
    Undone,
}

/// A team of unknown type.
pub(super) trait Crews: Send + Sync {
    /// Its methods of a phase.
    fn of(&self, phase: u16) -> Box<dyn Crew>;

    /// Its undo methods of a phase, if that has any.
    fn undo_of(&self, phase: u16) -> Option<Box<dyn Crew>>;
}

struct Known<T: 'static> {
    team: Arc<T>,
    phases: &'static [Methods<T>],
    undos: Undos<T>,
}

impl<T: Send + Sync + 'static> Crews for Known<T> {
    fn of(&self, phase: u16) -> Box<dyn Crew> {
        self.with(self.phases[usize::from(phase)])
    }

    fn undo_of(&self, phase: u16) -> Option<Box<dyn Crew>> {
        let (_, methods) = self.undos.iter().find(|(of, _)| *of == phase)?;
        Some(self.with(*methods))
    }
}

impl<T: Send + Sync + 'static> Known<T> {
    fn with(&self, methods: Methods<T>) -> Box<dyn Crew> {
        Box::new(Team {
            team: Arc::clone(&self.team),
            methods,
        })
    }
}

impl Staffed {
    /// The plan of `W` with a team.
    pub fn new<W: CarriedOutBy<T> + Workflow, T: crate::Team>(team: T) -> Self {
        let (phases, undos) = W::tables();
        Self::of(W::PLAN, phases, undos, Arc::new(team))
    }

    pub(crate) fn of<T: Send + Sync + 'static>(
        plan: &'static Plan,
        phases: &'static [Methods<T>],
        undos: Undos<T>,
        team: Arc<T>,
    ) -> Self {
        let runtime = Runtime::in_memory();
        let layout = runtime.layout(plan);
        Staffed {
            told: Told::of(&layout).into(),
            layout,
            crews: Arc::new(Known { team, phases, undos }),
            runtime,
        }
    }

    /// With an observer: it hears what happens in this process.
    #[must_use]
    pub fn with_observer(self, observer: impl Observer) -> Self {
        Staffed {
            runtime: self.runtime.with_observer(observer),
            ..self
        }
    }

    /// The name of the workflow.
    pub fn workflow(&self) -> &'static str {
        self.layout.plan.name
    }

    /// What the plan says of itself.
    pub fn doc(&self) -> &'static str {
        self.layout.plan.doc
    }

    /// SHA-256 of the plan's outline, in hexadecimal.
    pub fn fingerprint(&self) -> &str {
        &self.layout.fingerprint
    }

    /// What those who read its runs know of the plan, as JSON: its outline, and what of it can be undone.
    pub fn outline(&self) -> &str {
        &self.told
    }

    /// The longest time limit of its steps; `None` if any has none.
    pub fn longest_step(&self) -> Option<std::time::Duration> {
        let steps = self.layout.plan.phases.iter().flat_map(|phase| phase.steps);
        let by_team = steps.filter(|step| !step.manual);
        by_team
            .map(|step| step.timeout)
            .try_fold(std::time::Duration::ZERO, |longest, limit| {
                Some(longest.max(limit?))
            })
    }

    /// Carries a run out to its end, however often it halts on the way. `begun` is what [`super::Remote::begin`] was
    /// given.
    ///
    /// # Errors
    ///
    /// If it is no line of this plan: the text says why.
    pub fn drive<'a>(
        &'a self,
        durable: &'a dyn Durable,
        id: &'a str,
        begun: &'a str,
    ) -> Doing<'a, Result<Ended, String>> {
        Box::pin(drive::drive(self, durable, id, begun).instrument(self.span(id)))
    }

    /// One attempt at a step of a parallel phase: `task` is what [`super::Part::Attempt`] has. Yields the text that came
    /// of it.
    ///
    /// # Errors
    ///
    /// If the run was told to stop.
    pub fn attempt<'a>(
        &'a self,
        durable: &'a dyn Durable,
        id: &'a str,
        task: &'a str,
    ) -> Doing<'a, Result<String, Stopped>> {
        Box::pin(attempt::elsewhere(self, durable, id, task).instrument(self.span(id)))
    }

    /// Takes back a run that is done: `lines` are what [`super::Remote::take_back`] was given.
    ///
    /// # Errors
    ///
    /// If they are no lines of this plan: the text says why.
    pub fn take_back<'a>(
        &'a self,
        durable: &'a dyn Durable,
        id: &'a str,
        lines: &'a [String],
    ) -> Doing<'a, Result<Ended, String>> {
        Box::pin(undo::take_back(self, durable, id, lines).instrument(self.span(id)))
    }

    fn span(&self, id: &str) -> tracing::Span {
        tracing::info_span!("run", workflow = self.workflow(), id)
    }

    pub(super) fn run_of(&self, id: &str) -> Arc<RunOf> {
        let runtime = self.runtime.clone();
        Arc::new(RunOf {
            id: id.into(),
            layout: Arc::clone(&self.layout),
            runtime: Box::new(move || Some(runtime.clone())),
            saying: Default::default(),
        })
    }
}

impl fmt::Debug for Staffed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staffed")
            .field("workflow", &self.workflow())
            .field("fingerprint", &self.fingerprint())
            .finish_non_exhaustive()
    }
}
