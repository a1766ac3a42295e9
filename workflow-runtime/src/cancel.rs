//! Telling whoever drives a run, here or in another process, to stop.

use crate::error::{Kind, RuntimeError};
use crate::hand_in::no_such_run;
use crate::observe::RunEventKind;
use crate::run::recorder::Recorder;
use crate::runtime::Runtime;
use crate::summary::Standing;

/// Tells whoever drives the run to stop.
pub(crate) async fn cancel(runtime: &Runtime, id: &str) -> Result<(), RuntimeError> {
    let stood = runtime
        .backend()
        .cancel(id)
        .await?
        .ok_or_else(|| no_such_run(id))?;
    let over = match stood {
        Standing::Undone => "it was undone",
        Standing::Done => "all its phases are done",
        _ => {
            tracing::info!(run = id, "cancelled");
            tell_of_cancelling(runtime, id).await;
            return Ok(());
        }
    };
    let error = format!("run `{id}` cannot be cancelled; {over}");
    Err(RuntimeError::new(Kind::Over, error))
}

/// Observers hear the round too, so for them the journal is read; if that cannot be done, they hear all the same.
async fn tell_of_cancelling(runtime: &Runtime, id: &str) {
    if !runtime.is_observed() {
        return;
    }
    let Ok(layout) = runtime.layout_of(id).await else {
        return;
    };
    let mut recorder = Recorder::new(&layout);
    let read = runtime.backend().read(&layout, id, &mut recorder).await;
    let round = match read.and_then(|_| recorder.finish(id)) {
        Ok(recorded) => recorded.state.round,
        Err(_) => 0,
    };
    runtime.tell(&layout, id, round, RunEventKind::Cancelled);
}
