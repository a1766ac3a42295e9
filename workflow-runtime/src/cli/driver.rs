//! What drives runs for the program: the generated tables and the team, without their types.

use std::sync::Arc;

use crate::artifact::Value;
use crate::engine::Staffed;
use crate::error::{Cause, Halted};
use crate::plan::Plan;
use crate::run::begin::{self, Input};
use crate::run::core::{Core, Driving, Methods};
use crate::run::undo::Undos;
use crate::runtime::Runtime;

/// A team of unknown type that can be asked to drive.
pub(crate) trait Driver {
    /// Begins a run with these inputs, or takes it up; without inputs, takes it up whatever it was begun with.
    fn run(&self, runtime: &Runtime, id: &str, inputs: Option<Vec<Value>>) -> Driving<Result<(), Cause>>;

    /// The team with its plan, to be served to an engine.
    fn staffed(&self) -> Staffed;

    /// Takes a run back. `goes_on`: it was begun to be taken back before.
    fn undo(&self, runtime: &Runtime, id: &str, goes_on: bool) -> Driving<Result<(), Cause>>;
}

/// Makes the team, when a verb needs one.
pub(crate) type Hire = Box<dyn FnOnce() -> Result<Box<dyn Driver>, String>>;

/// The team with the generated tables.
pub(crate) struct Crew<T: 'static> {
    pub(crate) plan: &'static Plan,
    pub(crate) phases: &'static [Methods<T>],
    pub(crate) undos: Undos<T>,
    pub(crate) team: Arc<T>,
}

impl Crew<()> {
    /// The services of an engine do the work; whoever drives a run there has it go on, and looks on.
    pub(crate) fn of_engine(plan: &'static Plan) -> Self {
        Crew {
            plan,
            phases: &[],
            undos: &[],
            team: Arc::new(()),
        }
    }
}

impl<T: Send + Sync + 'static> Driver for Crew<T> {
    fn run(&self, runtime: &Runtime, id: &str, inputs: Option<Vec<Value>>) -> Driving<Result<(), Cause>> {
        let driving = match inputs {
            Some(inputs) => {
                let inputs = inputs.into_iter().map(Input).collect();
                let (team, phases) = (&self.team, self.phases);
                begin::drive(runtime, self.plan, id, inputs, team, phases, drop, drop)
            }
            None => begin::drive_on(runtime, self.plan, id, &self.team, self.phases),
        };
        Box::pin(async move { driving.await.map_err(|halted: Halted<()>| halted.cause) })
    }

    fn staffed(&self) -> Staffed {
        Staffed::of(self.plan, self.phases, self.undos, Arc::clone(&self.team))
    }

    fn undo(&self, runtime: &Runtime, id: &str, goes_on: bool) -> Driving<Result<(), Cause>> {
        let as_it_is: fn(Core) -> Core = |core| core;
        let taken_up = match goes_on {
            true => begin::resume_undo(runtime, self.plan, id, as_it_is),
            false => begin::resume(runtime, self.plan, id, as_it_is),
        };
        let (team, undos, workflow, id) = (Arc::clone(&self.team), self.undos, self.plan.name, Arc::from(id));
        Box::pin(async move {
            let core = taken_up
                .await
                .map_err(|error| Cause::new(workflow, id, crate::error::Reason::Journal(error)))?;
            let undone = core.undo(&team, undos, drop, drop).await;
            undone.map_err(|halted: Halted<()>| halted.cause)
        })
    }
}
