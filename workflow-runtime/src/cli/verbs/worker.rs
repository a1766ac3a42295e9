//! `worker`: carries out the runs that an engine has.

use std::sync::Arc;

use serde::Serialize;

use crate::cli::arguments::from_env;
use crate::cli::desk::Desk;
use crate::cli::fault::{Code, Fault};
use crate::cli::output::{Output, Reply};
use crate::cli::progress::{document, line};
use crate::engine::{self, Serving};
use crate::observe::{Observer, RunEvent};
use crate::plan::Plan;

/// What was served, as scripts get it once that is over.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WorkerDocument {
    schema: &'static str,
    engine: &'static str,
    url: String,
    workflow: &'static str,
}

impl WorkerDocument {
    pub(crate) const SCHEMA: &str = "workflow.worker/1";
}

pub(super) async fn worker(
    desk: &mut Desk,
    listen: String,
    advertise: Option<String>,
) -> Result<Reply, Fault> {
    let (kind, url) = match desk.engine()? {
        Some(engine) => engine,
        None => {
            let known = engine::installed().ok_or_else(|| {
                Fault::new(Code::Usage, "this program has no engine to serve its plan to")
                    .fix("have its `main` install one first, as `workflow_restate::install()` does")
            })?;
            let set = from_env("WORKFLOW_ENGINE_URL").and_then(|url| url.into_string().ok());
            (known, set.unwrap_or_else(|| known.default_url().to_owned()))
        }
    };
    let team = desk.team()?;
    let (plan, output) = (desk.plan, desk.output);
    let at = Serving {
        url: url.clone(),
        listen,
        advertise,
        ready: Arc::new(move |sentence| output.tell(&format!("{sentence}\n"))),
    };
    let served = kind
        .serve(team.staffed().with_observer(Told { plan, output }), at)
        .await;
    served.map_err(|error| Fault::from(error).of(url.clone()))?;
    let document = WorkerDocument {
        schema: WorkerDocument::SCHEMA,
        engine: kind.name(),
        url,
        workflow: desk.plan.name,
    };
    Ok(Reply::new("", &document))
}

/// Tells of each run that is carried out here, a line an event.
struct Told {
    plan: &'static Plan,
    output: Output,
}

impl Observer for Told {
    fn observe(&self, event: &RunEvent<'_>) {
        match (self.output.is_lines(), line(self.plan, event)) {
            (true, _) => self.output.print_line(&document(event)),
            (false, Some(line)) => self.output.tell(&line),
            (false, None) => {}
        }
    }
}
