//! What is known of a run from outside: for lists and look-ups.

use std::fmt;
use std::time::SystemTime;

/// A run as it stands in the journal.
///
/// # Examples
///
/// ```
/// use workflow_runtime::Runtime;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let runtime = Runtime::in_memory();
/// for run in runtime.runs().await? {
///     println!("{} ({}): {} at {}", run.id, run.workflow, run.standing, run.position);
/// }
/// # Ok::<(), workflow_runtime::RuntimeError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunSummary {
    /// Its id.
    pub id: String,
    /// The name of its workflow.
    pub workflow: String,
    /// How it stands by its last event. A run whose driver was killed is still [`Standing::Running`]; `held_by` tells
    /// whether somebody drives it.
    pub standing: Standing,
    /// The path of the step, or the name of the phase, that the last event with one was about; empty at the start.
    pub position: String,
    /// When it began.
    pub began_at: SystemTime,
    /// When its last event was recorded; in memory, when it was last let go of.
    pub changed_at: SystemTime,
    /// Who drives it now.
    pub held_by: Option<String>,
    /// Why nobody does, where an engine should have it driven: it tries again by itself.
    pub stuck: Option<String>,
}

/// How a run stands, for lists.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Standing;
/// assert_eq!(Standing::Waiting.to_string(), "waiting");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// It goes on, or its driver was stopped in the middle.
    Running,
    /// It waits for something to be handed in.
    Waiting,
    /// A step failed, or a gate rejected for good.
    Halted,
    /// Its driver was told to stop; it goes on when it is driven again.
    Cancelled,
    /// All its phases are done.
    Done,
    /// It is being taken back, and can go no other way.
    Undoing,
    /// What could be undone was taken back.
    Undone,
}

impl Standing {
    /// Whether nothing is left to be done: no phase, and nothing to take back.
    pub fn is_over(self) -> bool {
        matches!(self, Standing::Done | Standing::Undone)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Standing::Running => "running",
            Standing::Waiting => "waiting",
            Standing::Halted => "halted",
            Standing::Cancelled => "cancelled",
            Standing::Done => "done",
            Standing::Undoing => "undoing",
            Standing::Undone => "undone",
        }
    }

    /// The standing of that name; the store's format says that there are no others.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "waiting" => Standing::Waiting,
            "halted" => Standing::Halted,
            "cancelled" => Standing::Cancelled,
            "done" => Standing::Done,
            "undoing" => Standing::Undoing,
            "undone" => Standing::Undone,
            _ => Standing::Running,
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
