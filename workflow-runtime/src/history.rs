//! What was recorded of a run, for those who look at it from outside.

use std::time::{Duration, SystemTime};

use crate::plan::Plan;
use crate::summary::RunSummary;

/// Everything that the journal has of a run, as of one moment.
///
/// Steps, gates and phases are named as they were called when the line was written, so a record may name one that an
/// edited plan no longer has.
///
/// # Examples
///
/// ```
/// use workflow_runtime::prelude::*;
/// use workflow_runtime::RecordKind;
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
/// drop(Publish::run(&runtime, "essay", &std::sync::Arc::new(()), "draft".to_owned()).await);
/// let ada = Actor::new("ada").noting("read it twice");
/// publish::hand_in::sign_off(&runtime, "essay", ada, Verdict::Pass).await?;
///
/// let history = runtime.history("essay").await?;
/// let last = history.records.last().expect("it began");
/// let RecordKind::StepDone { step, by: Some(by), .. } = &last.kind else { panic!("it was handed in") };
/// assert_eq!((step.as_str(), by.by.as_str(), by.note.as_deref()), ("Review.sign_off", "ada", Some("read it twice")));
/// assert_eq!(history.plan.name, "Publish");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct History {
    /// The run as it is listed.
    pub run: RunSummary,
    /// The plan that it goes under. Docs, estimates, retries and time limits are in it if this program has that plan; the
    /// journal keeps no more than what decides the order.
    pub plan: &'static Plan,
    /// What happened, in that order.
    pub records: Vec<Record>,
}

/// One line of the journal.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::{Record, RecordKind};
/// fn failures(records: &[Record]) -> usize {
///     records.iter().filter(|record| matches!(record.kind, RecordKind::StepFailed { .. })).count()
/// }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Record {
    /// Its number within the run, from 1.
    pub number: u64,
    /// When it was written; unknown in memory.
    pub at: Option<SystemTime>,
    /// What happened.
    pub kind: RecordKind,
}

/// Who handed something in, as what, and what they say about it.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Signature;
/// fn told(signature: &Signature) -> String {
///     match &signature.role {
///         Some(role) => format!("{} as {role}", signature.by),
///         None => signature.by.clone(),
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// The name of the actor.
    pub by: String,
    /// The role that the plan asks for.
    pub role: Option<String>,
    /// What they say about it.
    pub note: Option<String>,
}

/// What a [`Record`] says. Steps and gates are named by path, as in `Testing.unit_tests`; artifacts are JSON; `took` is
/// how long the attempt took, in whole milliseconds.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named by what they hold")]
pub enum RecordKind {
    /// The run began with these inputs, each with its name.
    Began { inputs: Vec<(String, String)> },
    /// An attempt was about to be made at a step that can be undone; of others only the end is recorded.
    StepStarted { step: String, round: u32, attempt: u32 },
    /// A step is done, or a gate passed.
    StepDone {
        step: String,
        round: u32,
        attempt: u32,
        artifact: Option<String>,
        by: Option<Signature>,
        took: Option<Duration>,
        said: Vec<String>,
    },
    /// An attempt failed; with `halts` it is not tried again.
    StepFailed {
        step: String,
        round: u32,
        attempt: u32,
        error: String,
        terminal: bool,
        halts: bool,
        took: Option<Duration>,
        said: Vec<String>,
    },
    /// A gate rejected; `back_to` names the phase that the run was sent back to.
    Rejected {
        gate: String,
        round: u32,
        reason: String,
        back_to: Option<String>,
        by: Option<Signature>,
        took: Option<Duration>,
        said: Vec<String>,
    },
    /// The run came to a manual step that nothing was handed in for yet.
    Waiting { step: String, round: u32 },
    /// What somebody said of the same artifacts in an earlier round stands.
    Stands {
        gate: String,
        round: u32,
        given_in: u32,
        by: String,
    },
    /// An optional phase was waived.
    Waived {
        phase: String,
        round: u32,
        reason: String,
        by: Option<String>,
    },
    /// Whoever drove the run was told to stop.
    Cancelled,
    /// From here on the run goes under an edited plan.
    Replanned { differences: Vec<String> },
    /// From here on the run can only be taken back.
    UndoBegan,
    /// What a step did in that round was taken back.
    StepUndone { step: String, round: u32, attempt: u32 },
    /// An attempt to take it back failed; with `halts` it is not tried again.
    UndoFailed {
        step: String,
        round: u32,
        attempt: u32,
        error: String,
        terminal: bool,
        halts: bool,
    },
    /// All that can be undone is.
    Undone,
}
