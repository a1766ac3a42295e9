//! Why a run could not begin, go on or be read: opaque errors with predicates.

use std::fmt;
use std::sync::Arc;

use crate::verdict::Rejection;

/// The journal could not do what was asked, or would not.
///
/// Says what was attempted, on which run, and what to do about it; ask it by its predicates.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Runtime;
/// let error = Runtime::open("/no/such/folder/plan.db").unwrap_err();
/// assert!(error.to_string().contains("/no/such/folder"));
/// assert!(!error.is_held());
/// ```
#[derive(Clone)]
pub struct RuntimeError {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: Kind,
    message: String,
    differences: Vec<String>,
}

/// What kind of refusal or failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It could not be read or written.
    Store,
    /// What is recorded is not what was recorded.
    Damaged,
    /// There is something else at that place, or nothing can be there.
    Place,
    Held,
    Fenced,
    Exists,
    Unknown,
    OtherWorkflow,
    OtherInputs,
    PlanChanged,
    Artifact,
    NotWaiting,
    Refused,
    Undone,
    Over,
}

impl RuntimeError {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        RuntimeError {
            inner: Arc::new(Inner {
                kind,
                message: message.into(),
                differences: Vec::new(),
            }),
        }
    }

    pub(crate) fn with_differences(self, differences: Vec<String>) -> Self {
        let message = self.inner.message.clone();
        let kind = self.kind();
        RuntimeError {
            inner: Arc::new(Inner {
                kind,
                message,
                differences,
            }),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.inner.kind
    }

    /// What the journal has is not what was recorded: the file was damaged or edited.
    pub fn is_damaged(&self) -> bool {
        self.kind() == Kind::Damaged
    }

    /// Another handle, here or in another process, drives this run.
    pub fn is_held(&self) -> bool {
        self.kind() == Kind::Held
    }

    /// Another driver took this run over while this one was away; nothing was written.
    pub fn is_fenced(&self) -> bool {
        self.kind() == Kind::Fenced
    }

    /// A run of that id exists already.
    pub fn is_taken(&self) -> bool {
        self.kind() == Kind::Exists
    }

    /// There is no run of that id.
    pub fn is_not_found(&self) -> bool {
        self.kind() == Kind::Unknown
    }

    /// The run of that id belongs to another workflow.
    pub fn is_other_workflow(&self) -> bool {
        self.kind() == Kind::OtherWorkflow
    }

    /// The run of that id was begun with other inputs.
    pub fn is_other_inputs(&self) -> bool {
        self.kind() == Kind::OtherInputs
    }

    /// The plan was edited in a way that changes what the run's journal means.
    pub fn is_plan_changed(&self) -> bool {
        self.kind() == Kind::PlanChanged
    }

    /// In what the plan differs, if it [was changed](RuntimeError::is_plan_changed): a line each, in its own words.
    pub fn differences(&self) -> &[String] {
        &self.inner.differences
    }

    /// The run was taken back, or is being taken back: it can go no other way.
    pub fn is_undone(&self) -> bool {
        self.kind() == Kind::Undone
    }

    /// Nothing is left to be stopped: the run is at its end.
    pub fn is_over(&self) -> bool {
        self.kind() == Kind::Over
    }

    /// An artifact could not be written, or read back as its type.
    pub fn is_artifact(&self) -> bool {
        self.kind() == Kind::Artifact
    }

    /// What was given or asked for does not fit and changed nothing: an input or something handed in that its check
    /// rejects, somebody without the role, an id without a name, a waiver of a phase that was begun.
    pub fn is_refused(&self) -> bool {
        self.kind() == Kind::Refused
    }

    /// Something was handed in for a step that does not wait for it.
    pub fn is_not_waiting(&self) -> bool {
        self.kind() == Kind::NotWaiting
    }
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)
    }
}

impl fmt::Debug for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuntimeError({:?}: {})", self.inner.kind, self.inner.message)
    }
}

impl std::error::Error for RuntimeError {}

/// A run that stopped before its end, handed back with the reason.
///
/// The run is a `Position` of its workflow: match on it, mend what is wrong, and drive it on; or drop it, which ends
/// the hold on the run, and start the program again later.
///
/// If the journal refused the run before it was taken up (another process holds it, the id belongs to another
/// workflow), `run` is at `Start` and detached: it shows the inputs that were given, holds nothing, and every call on
/// it is refused with the same cause.
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
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let runtime = Runtime::in_memory();
/// let halted = Publish::run(&runtime, "essay", &std::sync::Arc::new(()), "draft".to_owned()).await.unwrap_err();
/// assert!(halted.is_waiting());
/// let publish::Position::Start(run) = halted.run else { panic!("Review is not done") };
///
/// publish::hand_in::sign_off(&runtime, "essay", Actor::new("ada"), Verdict::Pass).await?;
/// let run = run.review(&std::sync::Arc::new(())).await?;
/// assert_eq!(run.artifacts().text(), "draft");
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
/// ```
pub struct Halted<P> {
    /// The run, where it stands.
    pub run: P,
    /// Why it stopped.
    pub cause: Cause,
}

impl<P> Halted<P> {
    /// Whether it waits for something to be handed in: a planned stop, not a fault.
    pub fn is_waiting(&self) -> bool {
        self.cause.is_waiting()
    }

    /// Whether a gate rejected and there is no rework left, or it sent the run back while another step was driven.
    pub fn is_rejected(&self) -> bool {
        self.cause.is_rejected()
    }

    /// Whether a step failed.
    pub fn is_failed(&self) -> bool {
        self.cause.is_failed()
    }

    /// Whether it was told to stop: a planned stop, not a fault.
    pub fn is_cancelled(&self) -> bool {
        self.cause.is_cancelled()
    }

    /// Whether the journal failed or refused.
    pub fn is_journal(&self) -> bool {
        self.cause.is_journal()
    }
}

impl<P> fmt::Display for Halted<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl<P> fmt::Debug for Halted<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Halted({})", self.cause)
    }
}

// Its text is that of the cause, which therefore is not its source: a chain says everything once.
impl<P> std::error::Error for Halted<P> {}

/// Why a run stopped.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Cause;
/// fn exit_code(cause: &Cause) -> u8 {
///     if cause.is_waiting() { 0 } else { 1 }
/// }
/// ```
pub struct Cause {
    inner: Box<CauseInner>,
}

/// The reasons a run stops for.
#[derive(Debug)]
pub(crate) enum Reason {
    Failed {
        step: String,
        attempt: u32,
        error: Arc<str>,
        terminal: bool,
    },
    Rejected(Rejection),
    /// A gate sent the run back while another member of its phase was driven alone.
    SentBack {
        rejection: Rejection,
        to: &'static str,
    },
    Waiting {
        steps: Vec<String>,
    },
    Cancelled,
    UndoCancelled,
    UndoFailed {
        step: String,
        attempt: u32,
        error: Arc<str>,
        terminal: bool,
        /// What is left to take back, this one first.
        left: Vec<String>,
    },
    Journal(RuntimeError),
}

#[derive(Debug)]
struct CauseInner {
    workflow: &'static str,
    run: Arc<str>,
    reason: Reason,
}

impl Cause {
    pub(crate) fn new(workflow: &'static str, run: Arc<str>, reason: Reason) -> Self {
        Cause {
            inner: Box::new(CauseInner {
                workflow,
                run,
                reason,
            }),
        }
    }

    /// Whether it waits for something to be handed in: a planned stop, not a fault.
    pub fn is_waiting(&self) -> bool {
        matches!(self.inner.reason, Reason::Waiting { .. })
    }

    /// Whether a gate rejected and there is no rework left, or it sent the run back while another step was driven.
    pub fn is_rejected(&self) -> bool {
        self.rejection().is_some()
    }

    /// Whether a step failed, or the undoing of one.
    pub fn is_failed(&self) -> bool {
        matches!(
            self.inner.reason,
            Reason::Failed { .. } | Reason::UndoFailed { .. }
        )
    }

    /// Whether it was being undone.
    #[cfg(feature = "cli")]
    pub(crate) fn is_undo(&self) -> bool {
        matches!(
            self.inner.reason,
            Reason::UndoFailed { .. } | Reason::UndoCancelled
        )
    }

    /// Whether it was told to stop: a planned stop, not a fault.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.inner.reason, Reason::Cancelled | Reason::UndoCancelled)
    }

    /// Whether the journal failed or refused.
    pub fn is_journal(&self) -> bool {
        matches!(self.inner.reason, Reason::Journal(_))
    }

    /// The paths of the steps it is about, as in `Testing.quality`: the one that failed or rejected, all that wait, or all
    /// that are left to be undone.
    pub fn steps(&self) -> Vec<&str> {
        match &self.inner.reason {
            Reason::Failed { step, .. } => vec![step],
            Reason::Rejected(rejection) | Reason::SentBack { rejection, .. } => vec![rejection.gate()],
            Reason::Waiting { steps } | Reason::UndoFailed { left: steps, .. } => {
                steps.iter().map(String::as_str).collect()
            }
            Reason::Cancelled | Reason::UndoCancelled | Reason::Journal(_) => Vec::new(),
        }
    }

    /// The rejection, if a gate rejected.
    pub fn rejection(&self) -> Option<&Rejection> {
        match &self.inner.reason {
            Reason::Rejected(rejection) | Reason::SentBack { rejection, .. } => Some(rejection),
            _ => None,
        }
    }

    /// The journal's error, if it failed or refused.
    pub fn journal(&self) -> Option<&RuntimeError> {
        match &self.inner.reason {
            Reason::Journal(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CauseInner {
            workflow,
            run,
            reason,
        } = &*self.inner;
        match reason {
            Reason::Failed {
                step,
                attempt,
                error,
                terminal,
            } => {
                let terminal = if *terminal { "terminally " } else { "" };
                write!(
                    f,
                    "run `{run}` of `{workflow}`: step `{step}` failed {terminal}on attempt {attempt}: {error}; "
                )?;
                f.write_str("drive the run again to take it up from this step")
            }
            Reason::Rejected(rejection) => {
                let Rejection { gate, reason, .. } = rejection;
                write!(
                    f,
                    "run `{run}` of `{workflow}`: gate `{gate}` rejected: {reason}; "
                )?;
                f.write_str("the rejection stands and no rework is left; `undo` the run, or begin another")
            }
            Reason::SentBack { rejection, to } => {
                write!(f, "run `{run}` of `{workflow}`: {rejection}; ")?;
                write!(f, "the run was sent back to `{to}`, drive it on from there")
            }
            Reason::Waiting { steps } => {
                write!(f, "run `{run}` of `{workflow}` waits for {}; ", quoted(steps))?;
                let it = if steps.len() == 1 { "it" } else { "them" };
                write!(f, "hand {it} in, then drive the run again")
            }
            Reason::Cancelled => {
                write!(
                    f,
                    "run `{run}` of `{workflow}` was told to stop; drive it again to go on"
                )
            }
            Reason::UndoCancelled => {
                write!(
                    f,
                    "run `{run}` of `{workflow}` was told to stop while it is undone; call `undo` again to go on"
                )
            }
            Reason::UndoFailed {
                step,
                attempt,
                error,
                terminal,
                left,
            } => {
                let terminal = if *terminal { "terminally " } else { "" };
                write!(
                    f,
                    "run `{run}` of `{workflow}`: undoing `{step}` failed {terminal}on attempt {attempt}: {error}; "
                )?;
                write!(
                    f,
                    "{} left to be undone, call `undo` again to go on",
                    quoted(left)
                )
            }
            Reason::Journal(error) => error.fmt(f),
        }
    }
}

/// `` `a`, `b` and `c` ``
fn quoted(steps: &[String]) -> String {
    let steps: Vec<_> = steps.iter().map(|step| format!("`{step}`")).collect();
    match steps.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => steps.concat(),
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cause({self})")
    }
}

// Like `Halted`: `journal()` has the error whose text it repeats.
impl std::error::Error for Cause {}
