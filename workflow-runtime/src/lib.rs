//! Write your process as Rust code: skipping a phase does not compile, and a journal carries it out durably.

mod artifact;
mod call;
mod change;
mod error;
mod hand_in;
mod journal;
mod layout;
mod observe;
pub mod plan;
mod run;
mod runtime;
mod step;
mod store;
mod verdict;



pub use workflow_macros::workflow;

pub use crate::artifact::Artifact;
pub use crate::error::{Cause, Halted, RuntimeError};
pub use crate::observe::{Observer, RunEvent, RunEventKind};
pub use crate::plan::Plan;
pub use crate::runtime::Runtime;
pub use crate::step::{Given, Step, StepContext, StepError, StepResult, Takeable, Team};
pub use crate::verdict::{Actor, Rejection, Verdict, Waiver};

/// Everything that a plan and its team name, in one import.
pub mod prelude {
    pub use crate::{
        Actor, Given, Halted, Rejection, Runtime, RuntimeError, Step, StepContext, StepError, StepResult, Verdict,
        Waiver, workflow,
    };
}

/// What generated code names. Not public API: it changes without notice.
#[doc(hidden)]
pub mod __private;
