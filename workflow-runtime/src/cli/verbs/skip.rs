//! `skip`: waives an optional phase.

use serde::Serialize;

use crate::cli::actions::{Action, actions};
use crate::cli::desk::{Desk, Wanted};
use crate::cli::fault::{Code, Fault};
use crate::cli::mark::Mark;
use crate::cli::names;
use crate::cli::output::Reply;
use crate::cli::standing;
use crate::cli::verbs::hand_in::{Signed, a_reason};
use crate::cli::verbs::status::next_steps;
use crate::cli::view::{Fits, View};
use crate::run::begin;
use crate::verdict::Waiver;

/// What was skipped, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SkipDocument {
    schema: &'static str,
    run: String,
    phase: &'static str,
    because: String,
    by: String,
    next: Vec<Action>,
}

impl SkipDocument {
    pub(crate) const SCHEMA: &str = "workflow.skip/1";
}

pub(super) async fn skip(desk: &Desk, typed: &str, signed: Signed) -> Result<Reply, Fault> {
    let runtime = desk.open()?;
    let run = desk.run(&runtime, signed.run.as_deref(), Wanted::Open).await?.id;
    let at = names::phase(desk.plan, typed)?;
    desk.verified(&runtime, &run).await?;
    let phase = &desk.plan.phases[at];
    can_be_skipped(desk, &desk.view(&runtime, &run).await?, at)?;
    let because = match &signed.message {
        Some(reason) => reason.clone(),
        None => a_reason(
            desk,
            &desk.command_of(&run, &["skip", phase.name, "--because", "REASON"]),
            &format!("Why is `{}` skipped? ", phase.name),
        )?,
    };
    let actor = desk.actor(signed.by.as_deref())?;
    let waiver = Waiver::because(because.clone()).by(actor.clone());
    let number = crate::layout::index(at);
    let skipped = begin::skip(&runtime, desk.plan, &run, number, waiver).await;
    skipped.map_err(|halted| desk.halted(&halted.cause, &run).of(phase.name))?;
    // Whoever skipped it held the run, and lets go of it when the journal is closed.
    drop(runtime);
    let runtime = desk.open()?;
    let next = actions(desk, &desk.view(&runtime, &run).await?, desk.roster()?);
    let text = format!(
        "`{}` of `{run}` was skipped by {actor}\n{}",
        phase.name,
        next_steps(&next)
    );
    let document = SkipDocument {
        schema: SkipDocument::SCHEMA,
        run,
        phase: phase.name,
        because,
        by: actor.name().to_owned(),
        next,
    };
    Ok(Reply::new(text, &document))
}

/// Whether it is optional, next, and not begun.
fn can_be_skipped(desk: &Desk, view: &View, at: usize) -> Result<(), Fault> {
    let phase = &desk.plan.phases[at];
    let name = phase.name;
    let refused = |message: String| Fault::new(Code::Refused, message).of(name);
    if !phase.optional {
        let optional = desk.plan.phases.iter().filter(|phase| phase.optional);
        let optional: Vec<_> = optional.map(|phase| format!("`{}`", phase.name)).collect();
        let fix = match optional.is_empty() {
            true => "the plan has no optional phase".to_owned(),
            false => format!("the plan can go without {}", optional.join(", ")),
        };
        return Err(refused(format!("phase `{name}` is not optional")).fix(fix));
    }
    if let Fits::No(error) = &view.fits {
        return Err(desk.fault(error.clone(), view.id()));
    }
    if view.is_taken_back() {
        let message = format!("run `{}` {}", view.id(), standing::told(&view.history.run));
        return Err(Fault::new(Code::Undone, message).of(name));
    }
    let on = || match view.is_held() {
        true => "somebody drives it; wait".to_owned(),
        false => format!("drive it on with `{}`", desk.command_on(view.id(), &["run"])),
    };
    let (phase, current) = (
        view.phases.iter().find(|phase| phase.plan.name == name),
        view.current_phase(),
    );
    Err(match (phase, current) {
        // Under the plan as it is now, it is up to the run itself.
        (None, _) => return Ok(()),
        (Some(phase), Some(current)) if current.plan.name == name => match view.is_untouched(phase) {
            true => return Ok(()),
            false => refused(format!("phase `{name}` was begun already")).fix(on()),
        },
        (Some(phase), _) if matches!(phase.mark, Mark::Done | Mark::Skipped) => refused(format!(
            "phase `{name}` is behind the run: it {}",
            phase.mark.told()
        )),
        (_, Some(current)) => {
            let current = current.plan.name;
            refused(format!("phase `{name}` is not next: the run is in `{current}`")).fix(on())
        }
        (_, None) => refused("the run is at its end".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::run::begin;
    use crate::runtime::Runtime;
    use crate::summary::Standing;
    use crate::verdict::Waiver;

    mod before {
        workflow_runtime::workflow! {
            pub(crate) workflow Trip() {
                phase Way { manual gate start(); }
                phase Home { manual gate arrive(); }
            }
        }
    }

    mod now {
        workflow_runtime::workflow! {
            pub(crate) workflow Trip() {
                phase Way { manual gate start(); }
                phase Home { manual gate arrive(); }
                optional phase Party { manual gate sing(); }
            }
        }
    }

    #[tokio::test]
    async fn a_phase_that_was_added_at_the_end_is_not_skipped_before_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::open(folder.path().join("trip.db")).unwrap();
        drop(before::Trip::run(&runtime, "alps", &Arc::new(())).await);
        let waiver = Waiver::because("too tired");
        let skipped = begin::skip(&runtime, now::Trip::PLAN, "alps", 2, waiver).await;
        let refused = skipped.expect_err("the run is on its way").cause.to_string();
        assert_eq!(
            refused,
            "run `alps`: phase `Party` cannot be skipped, it is not next"
        );
        assert_ne!(runtime.runs().await.unwrap()[0].standing, Standing::Done);
    }
}
