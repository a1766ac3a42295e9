//! What is known of a run from outside: for lists and look-ups.

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
    /// `running`, `waiting`, `halted` or `done`. A run whose driver was killed still says `running`; `held_by` tells
    /// whether somebody drives it.
    pub standing: String,
    /// The path of the step, or the name of the phase, that its last event is about; empty at the start.
    pub position: String,
    /// When it began.
    pub began_at: SystemTime,
    /// When its last event was recorded; in memory, when it was last let go of.
    pub changed_at: SystemTime,
    /// Who drives it now.
    pub held_by: Option<String>,
}
