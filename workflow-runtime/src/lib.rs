//! Write your process as Rust code: skipping a phase does not compile, and a journal carries it out durably.
//!
//! - [`workflow!`] declares the process and says what it becomes; its page is the reference of the language.
//! - [`Runtime`] is an opened journal; runs begin and go on in it.
//! - [`StepContext`], [`StepResult`] and [`StepError`] are what the author of a step works with.
//! - [`Halted`] is a run that stopped, with the reason, and can be driven on.
//! - [`program`](./program/index.html) is each plan as a command-line program, with the feature `cli`, which is on by
//!   default: from nothing to the first picture in five minutes.
//!
//! # What is promised
//!
//! **Order.** The types let a phase start only where it comes next. Nobody can make a state, and nobody outside can
//! implement the traits over states. What types cannot see (other processes, old builds, people) acts through the
//! journal, which checks again.
//!
//! **Durability.** With [`Runtime::open`], the result of a step is on disk, written and fsynced, before the next step
//! starts. After a crash, a power cut included, a run goes on from its journal: completed steps are not run again; only
//! those that were in flight may be. [`StepContext::idempotency_key`] is the same over such repeats.
//!
//! **No replay.** Resuming loads the artifacts and jumps to where the run stands; code that has run does not run again,
//! so it need not be deterministic.
//!
//! **One writer.** Each run has one live handle, over all processes. Dropping it, or the end of its process, frees the
//! run.
//!
//! **Failure is a value.** An error is retried as the plan says, then halts the run and hands it back. A panic in a step
//! is such an error. Nothing is lost, and driving the run again takes it up from that step.
//!
//! # When it does not go as planned
//!
//! | | |
//! |---|---|
//! | a step fails | it is retried as `#[retry]` says, then the run halts and is handed back; drive it again to take it up from that step |
//! | you want it to stop | [`Runtime::cancel`] from anywhere, [`Runtime::cancel_on_ctrl_c`] in a program; it can be driven on |
//! | you want it undone | `run.undo(&team)`: see [taking back](macro@workflow#taking-back) |
//! | a person is asked | the run halts, or [waits](Runtime::wait_for_hand_ins); the workflow's module `hand_in`, [`Runtime::hand_in`] and [`Runtime::hand_in_artifact`] answer from any process, held to a [`Roster`] if there is one |
//! | the process is killed | drive the run again: it goes on from its journal |
//! | a process hangs with a run in its hold | [`Runtime::break_hold`]; should it come back, its next event is refused |
//! | you edit the plan | runs under way go on if everything recorded still means the same (an optional phase that is added before where a run stands is passed); else the error lists the differences, and [`Runtime::check_plan`] tells before you deploy. `#[was(old_name)]` declares a rename |
//! | somebody edits the file | [`Runtime::verify`] names the first line, or the plan, that is not as it was recorded. Driving does not ask it, and the list of runs is no part of it |
//!
//! The module `testing`, with the feature of that name, rehearses all of it in memory.
//!
//! # What is not
//!
//! The effects of a step happen at least once: a step that was killed in the middle is run again, and so is an undo. Steps of a parallel
//! phase run at once in one task; a step that computes for long should use `tokio::task::spawn_blocking`. Steps with a
//! retry or a time limit need tokio's timer, so drive runs on a tokio runtime.

// A library does not print, and a user's mistake is never a panic; an `expect` says why it cannot fail.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::panic,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]

// What `workflow!` expands to names the crate from outside.
#[cfg(test)]
extern crate self as workflow_runtime;

mod artifact;
mod bell;
mod call;
mod cancel;
mod change;
#[cfg(feature = "cli")]
mod cli;
mod ctrl_c;
mod engine;
mod error;
mod hand_in;
mod history;
mod journal;
mod layout;
mod nearest;
mod observe;
pub mod plan;
#[cfg(feature = "cli")]
pub mod program;
mod roster;
mod run;
mod runtime;
mod step;
mod store;
mod summary;
#[cfg(feature = "testing")]
pub mod testing;
mod verdict;
mod wall_clock;

#[doc = include_str!("../docs/language.md")]
pub use workflow_macros::workflow;

pub use crate::artifact::Artifact;
pub use crate::error::{Cause, Halted, RuntimeError};
pub use crate::history::{History, Record, RecordKind, Signature};
pub use crate::observe::{Observer, RunEvent, RunEventKind};
pub use crate::plan::{Plan, Workflow};
pub use crate::roster::Roster;
pub use crate::runtime::{PlanConflict, Runtime};
pub use crate::step::{CarriedOutBy, Given, Step, StepContext, StepError, StepResult, Takeable, Team};
pub use crate::summary::{RunSummary, Standing};
pub use crate::verdict::{Actor, Rejection, Verdict, Waiver};

/// Everything that a plan and its team name, in one import.
///
/// # Examples
///
/// ```
/// use workflow_runtime::prelude::*;
///
/// async fn no_work(_: &StepContext) -> StepResult<Verdict> {
///     Ok(Verdict::Pass)
/// }
/// ```
pub mod prelude {
    pub use crate::{
        Actor, Given, Halted, Rejection, Runtime, RuntimeError, Step, StepContext, StepError, StepResult,
        Verdict, Waiver, workflow,
    };
}

/// What generated code names. Not public API: it changes without notice.
#[doc(hidden)]
pub mod __private;

/// The seam that adapters of engines are written against. Not public API: it changes without notice.
#[doc(hidden)]
pub mod __engine {
    pub use crate::engine::{
        Doing, Durable, Ended, EngineKind, Entry, EntryKind, Listed, Outcome, Part, PlanName, Remote, Seen,
        Serving, Staffed, Status, Stopped, Ticket, install, misplaced, other_workflow, refused, runtime_on,
        unavailable,
    };
}
