//! The same ten steps as a plan.

use tests::restate::Server;

use crate::Side;

/// Serves it from this process. `None` until a plan can be served: what is left to do is
/// `workflow_restate::serve` of a plan `Work` with the steps `one` to `ten`, each of which makes `{"n":1}`, and to name its
/// service, `{Workflow}.{fingerprint, 12 digits}`, and the first line of a run, which is what `run` is begun with.
pub(super) async fn serve(_: &Server) -> crate::Result<Option<Side>> {
    Ok(None)
}
