//! The same ten steps as a plan.

use std::sync::Arc;
use std::time::Duration;

use tests::place::Place;
use tests::restate::{Server, free};
use tokio::sync::oneshot;
use workflow_runtime::__engine::Staffed;
use workflow_runtime::prelude::*;

use crate::Side;

/// What a step makes.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Made {
    n: u64,
}

macro_rules! ten {
    ($($step:ident)*) => {
        workflow! {
            workflow Ten() {
                phase Work {
                    $(step $step() -> $step: Made;)*
                }
            }
        }

        impl ten::Work for Team {
            $(async fn $step(&self, _: &StepContext) -> StepResult<Made> { Ok(Made { n: 1 }) })*
        }
    };
}

struct Team;

ten!(one two three four five six seven eight nine ten);

/// How long nothing that works takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves it from this process, which tells the server.
pub(super) async fn serve(server: &Server) -> crate::Result<Option<Side>> {
    let (ready, is_ready) = oneshot::channel();
    let service = workflow_restate::serve::<Ten, _>(Team)
        .listen(format!("127.0.0.1:{}", free()))
        .register_at(server.admin_url())
        .on_ready(move |_| ready.send(()).unwrap_or_default());
    drop(tokio::spawn(service.run()));
    tokio::time::timeout(PATIENCE, is_ready).await??;
    let fingerprint = Staffed::new::<Ten, _>(Team).fingerprint()[..12].to_owned();
    Ok(Some(Side {
        name: "ours",
        service: format!("Ten.{fingerprint}"),
        input: begun().await?,
    }))
}

/// The first line of a run, as any journal has it.
async fn begun() -> crate::Result<serde_json::Value> {
    let place = Place::file();
    drop(Ten::run(place.runtime(), "one", &Arc::new(Team)).await?);
    Ok(place.lines("one").swap_remove(0))
}
