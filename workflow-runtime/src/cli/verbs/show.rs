//! `show`: what a step made.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::cli::desk::{Desk, Wanted};
use crate::cli::fault::{Code, Fault};
use crate::cli::harmless;
use crate::cli::mark::Mark;
use crate::cli::names;
use crate::cli::output::{Reply, pretty};
use crate::cli::view::{Outcome, StepView, View};

/// What a step made, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ShowDocument {
    schema: &'static str,
    run: String,
    step: String,
    mark: Mark,
    round: u32,
    /// The artifact's name; none if the step makes none.
    artifact: Option<&'static str>,
    #[serde(rename = "type")]
    ty: Option<&'static str>,
    #[cfg_attr(test, schemars(with = "Option<serde_json::Value>"))]
    value: Option<Box<RawValue>>,
}

impl ShowDocument {
    pub(crate) const SCHEMA: &str = "workflow.show/1";
}

pub(super) async fn show(
    desk: &Desk,
    typed: &str,
    round: Option<u32>,
    id: Option<&str>,
) -> Result<Reply, Fault> {
    let runtime = desk.open()?;
    let run = desk.run(&runtime, id, Wanted::Any).await?;
    let view = desk.view(&runtime, &run.id).await?;
    let step = &view.steps[names::step(view.history.plan, typed)?];
    let path = &step.path;
    let plan = step
        .plan
        .yields
        .map(|at| &view.history.plan.artifacts[usize::from(at)]);
    let is_wanted = |of: u32| round.is_none_or(|round| round == of);
    let mut done = step.attempts.iter().rev().filter(|attempt| attempt.is_done());
    let made = done.find(|attempt| is_wanted(attempt.round));
    let Some(made) = made else {
        return Err(nothing(desk, &view, step, round));
    };
    if round.is_none() && made.round < view.round && step.mark != Mark::Done {
        let (round, now) = (made.round, view.round);
        desk.output.warn(&format!(
            "this is of round {round}; the run is in round {now}, and makes it anew"
        ));
    }
    let json = match &made.outcome {
        Outcome::Done { artifact, .. } => artifact.as_deref(),
        _ => None,
    };
    let document = ShowDocument {
        schema: ShowDocument::SCHEMA,
        run: run.id.clone(),
        step: path.clone(),
        mark: step.mark,
        round: made.round,
        artifact: plan.map(|plan| plan.name),
        ty: plan.map(|plan| plan.ty),
        value: json.and_then(|json| RawValue::from_string(json.to_owned()).ok()),
    };
    let text = match json {
        // Escaped, what a terminal would act on stays what it is; else it would be shown by a sign.
        Some(json) => harmless::json(&pretty(json)).into_owned(),
        None => format!("`{path}` is done; it makes no artifact\n"),
    };
    Ok(Reply::new(text, &document))
}

/// It was not done, or not in that round.
fn nothing(desk: &Desk, view: &View, step: &StepView, round: Option<u32>) -> Fault {
    let path = &step.path;
    let last = step.attempts.iter().rev().find(|attempt| attempt.is_done());
    if let (Some(round), Some(last)) = (round, last) {
        let last = last.round.to_string();
        let command = desk.command_of(view.id(), &["show", path, "--round", &last]);
        return Fault::new(
            Code::NotWaiting,
            format!("`{path}` was not done in round {round}"),
        )
        .of(path.clone())
        .fix(format!("see what it made in round {last} with `{command}`"));
    }
    let command = desk.command_of(view.id(), &["why", path]);
    Fault::new(
        Code::NotWaiting,
        format!("`{path}` has made nothing: it {}", step.mark.told()),
    )
    .of(path.clone())
    .fix(format!("see why with `{command}`"))
}
