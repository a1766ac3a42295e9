//! A plan that was edited while a run was under way: what of its journal still means the same.

use crate::error::{Kind, RuntimeError};
use crate::layout::{Layout, Outline, StepOutline, index};
use crate::run::state::State;

/// Accepts the plan as it is now if everything recorded still means the same and nothing required was inserted before
/// the run's position; otherwise lists the differences.
pub(crate) fn accept(id: &str, before: &Outline, layout: &Layout, state: &State) -> Result<(), RuntimeError> {
    let mut differences = changed(before, layout, state);
    differences.extend(inserted(layout, state));
    if differences.is_empty() {
        return Ok(());
    }
    Err(changed_plan(id, &layout.outline.workflow, &differences))
}

/// The optional phases that the plan did not have when the run began. Nothing required is missing where one was
/// inserted before the run's position.
pub(crate) fn new_optional(before: &Outline, layout: &Layout) -> Vec<u16> {
    let phases = layout.plan.phases.iter().enumerate();
    let new = phases.filter(|(_, phase)| {
        let was_there = |name: &str| before.phases.iter().any(|phase| phase.name == name);
        phase.optional && !was_there(phase.name) && !phase.was.is_some_and(was_there)
    });
    new.map(|(at, _)| index(at)).collect()
}

pub(crate) fn changed_plan(id: &str, workflow: &str, differences: &[String]) -> RuntimeError {
    let mut text =
        format!("run `{id}` was begun under another plan of `{workflow}`, and cannot be taken up:");
    for difference in differences {
        text.push_str("\n  - ");
        text.push_str(difference);
    }
    text.push_str("\nnothing was touched; take it up with the build that began it, or begin a new run");
    RuntimeError::new(Kind::PlanChanged, text)
}

/// Recorded steps that now take or yield something else, or are of another kind.
fn changed(before: &Outline, layout: &Layout, state: &State) -> Vec<String> {
    let mut differences = Vec::new();
    for (was, is) in before.inputs.iter().zip(&layout.outline.inputs) {
        if was != is {
            differences.push(format!(
                "input `{}: {}` is now `{}: {}`",
                was.0, was.1, is.0, is.1
            ));
        }
    }
    for phase in &before.phases {
        for was in &phase.steps {
            let path = format!("{}.{}", phase.name, was.name);
            let Some(step) = layout.find(&path) else { continue };
            if !state.step_is_done(step) {
                continue;
            }
            let is = outline(layout, step);
            if (was.gate, was.manual) != (is.gate, is.manual) {
                differences.push(format!("`{path}` is now a {}, it was a {}", kind(is), kind(was)));
            }
            if was.takes != is.takes {
                differences.push(format!(
                    "`{path}` takes ({}), it took ({})",
                    list(&is.takes),
                    list(&was.takes)
                ));
            }
            if was.yields != is.yields {
                let text = |yields: &Option<(String, String)>| list(yields.as_slice());
                differences.push(format!(
                    "`{path}` yields ({}), it yielded ({})",
                    text(&is.yields),
                    text(&was.yields)
                ));
            }
        }
    }
    differences
}

/// Steps that are not done although something after them is.
fn inserted(layout: &Layout, state: &State) -> Vec<String> {
    let mut differences = Vec::new();
    let done = |phase: usize| layout.members(index(phase)).any(|step| state.step_is_done(step));
    let last_done = (0..layout.plan.phases.len()).rev().find(|phase| done(*phase));
    for step in 0..index(layout.step_count()) {
        let phase = layout.phase_of(step);
        let members_after = layout.members(phase).filter(|member| *member > step);
        let later_sibling = !layout.phase(phase).parallel
            && members_after.into_iter().any(|member| state.step_is_done(member));
        let later_phase =
            phase >= state.phases_done() && last_done.is_some_and(|last| usize::from(phase) < last);
        if !state.step_is_done(step) && (later_sibling || later_phase) {
            differences.push(format!(
                "`{}` was added before the run's position",
                layout.path(step)
            ));
        }
    }
    differences
}

fn outline(layout: &Layout, step: u16) -> &StepOutline {
    let phase = layout.phase_of(step);
    let at = usize::from(step - layout.members(phase).start);
    &layout.outline.phases[usize::from(phase)].steps[at]
}

fn kind(step: &StepOutline) -> String {
    format!(
        "{}{}",
        if step.manual { "manual " } else { "" },
        if step.gate { "gate" } else { "step" }
    )
}

fn list(artifacts: &[(String, String)]) -> String {
    artifacts
        .iter()
        .map(|(name, ty)| format!("{name}: {ty}"))
        .collect::<Vec<_>>()
        .join(", ")
}
