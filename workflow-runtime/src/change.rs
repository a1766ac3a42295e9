//! A plan that was edited while a run was under way: what of its journal still means the same.

use crate::error::{Kind, RuntimeError};
use crate::journal::backend::Gone;
use crate::layout::{Layout, Outline, PhaseOutline, StepOutline, index};
use crate::run::state::State;

/// Accepts the plan as it is now if everything recorded still means the same and nothing required was inserted before
/// the run's position; otherwise lists the differences.
pub(crate) fn accept(
    id: &str,
    before: &Outline,
    layout: &Layout,
    state: &State,
    gone: &[Gone],
) -> Result<(), RuntimeError> {
    let mut renamed = Vec::new();
    let mut differences: Vec<String> = Vec::new();
    for gone in gone {
        let difference = lost(gone, before, layout, &mut renamed);
        // The steps of one phase may all be gone for one reason.
        if !differences.contains(&difference) {
            differences.push(difference);
        }
    }
    differences.extend(inputs(before, layout));
    differences.extend(changed(before, layout, |step| state.step_is_done(step)));
    let inserted = inserted(layout, state).filter(|step| !renamed.contains(step));
    differences
        .extend(inserted.map(|step| format!("`{}` was added before the run's position", layout.path(step))));
    if differences.is_empty() {
        return Ok(());
    }
    Err(refused(id, layout, differences))
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

pub(crate) fn refused(id: &str, layout: &Layout, differences: Vec<String>) -> RuntimeError {
    let workflow = &layout.outline.workflow;
    let mut text =
        format!("run `{id}` goes under another plan of `{workflow}`, and cannot be taken up by this one:");
    for difference in &differences {
        text.push_str("\n  - ");
        text.push_str(difference);
    }
    text.push_str("\nnothing was touched; take it up with the build that drove it last, or begin a new run");
    RuntimeError::new(Kind::PlanChanged, text).with_differences(differences)
}

/// All that is different, for the journal of a run that goes on under the plan as it is now.
pub(crate) fn between(before: &Outline, layout: &Layout) -> Vec<String> {
    let mut differences = inputs(before, layout);
    differences.extend(removed_inputs(before, layout));
    for (path, _) in steps(before) {
        match layout.find(&path) {
            None => differences.push(format!("`{path}` was removed")),
            Some(step) => differences.extend(renamed(&path, layout, step)),
        }
    }
    differences.extend(new_steps(before, layout).map(|step| format!("`{}` was added", layout.path(step))));
    differences.extend(changed(before, layout, |_| true));
    differences.extend(order(before, layout));
    differences.extend(settings(before, layout));
    differences
}

/// What is different in all that decides what one step's line in the journal means.
pub(crate) fn of_step(before: &Outline, layout: &Layout, step: u16) -> Vec<String> {
    let Some((path, was)) = steps(before).find(|(path, _)| layout.find(path) == Some(step)) else {
        return vec![format!("`{}` was added", layout.path(step))];
    };
    let mut differences: Vec<_> = renamed(&path, layout, step).into_iter().collect();
    differences.extend(changed(before, layout, |other| other == step));
    differences.extend(sends_back(&path, was, outline(layout, step)));
    differences
}

fn renamed(path: &str, layout: &Layout, step: u16) -> Option<String> {
    let now = layout.path(step);
    (now != path).then(|| format!("`{path}` is now called `{now}`"))
}

/// Phases, and steps that come one after the other, whose order is another.
fn order(before: &Outline, layout: &Layout) -> Vec<String> {
    let mut differences = Vec::new();
    let phases = before
        .phases
        .iter()
        .filter_map(|was| layout.phase_named(&was.name));
    if !phases.is_sorted() {
        let now = layout.plan.phases.iter().map(|phase| phase.name);
        differences.push(format!("the phases are in another order: {}", names(now)));
    }
    for was in &before.phases {
        let Some(phase) = layout
            .phase_named(&was.name)
            .filter(|phase| !layout.phase(*phase).parallel)
        else {
            continue;
        };
        let now = |step: &StepOutline| layout.find(&format!("{}.{}", was.name, step.name));
        if !was.steps.iter().filter_map(now).is_sorted() {
            let (name, now) = (layout.phase(phase).name, layout.phase(phase).steps.iter());
            let now = names(now.map(|step| step.name));
            differences.push(format!("the steps of phase `{name}` are in another order: {now}"));
        }
    }
    differences
}

/// What is different in how things are done.
fn settings(before: &Outline, layout: &Layout) -> Vec<String> {
    let mut differences = Vec::new();
    for was in &before.phases {
        let Some(at) = layout.phase_named(&was.name) else {
            continue;
        };
        let is = &layout.outline.phases[usize::from(at)];
        for (word, was, now) in [
            ("parallel", was.parallel, is.parallel),
            ("optional", was.optional, is.optional),
        ] {
            if was != now {
                let now = if now { "now" } else { "no longer" };
                differences.push(format!("phase `{}` is {now} {word}", is.name));
            }
        }
    }
    for (path, was) in steps(before) {
        let Some(is) = layout.find(&path).map(|step| outline(layout, step)) else {
            continue;
        };
        if was.by != is.by {
            // An outline of version 1 tells no role.
            let was = was.by.as_ref();
            let was = was.map_or("no role was recorded".to_owned(), |by| {
                format!("it was by `{by}`")
            });
            let by = is
                .by
                .as_ref()
                .map_or("nobody in particular".to_owned(), |by| format!("`{by}`"));
            differences.push(format!("`{path}` is by {by}, {was}"));
        }
        differences.extend(sends_back(&path, was, is));
    }
    differences
}

fn sends_back(path: &str, was: &StepOutline, is: &StepOutline) -> Option<String> {
    let back = |rework: &Option<(String, u32)>| match rework {
        None => "nowhere".to_owned(),
        Some((to, max)) => format!("to `{to}`, at most {max} times"),
    };
    let (now, before) = (back(&is.rework), back(&was.rework));
    (now != before).then(|| format!("`{path}` sends back {now}, it sent back {before}"))
}

/// Names that a journal has and the plan that it went under has not.
pub(crate) fn unknown(gone: &[Gone]) -> Vec<String> {
    gone.iter().map(recorded).collect()
}

fn recorded(gone: &Gone) -> String {
    match gone {
        Gone::Step(path) => format!("step `{path}` is recorded, and the plan has none of that name"),
        Gone::Phase(name) => format!("phase `{name}` is recorded, and the plan has none of that name"),
        Gone::NewInput(name) => format!("input `{name}` is new, and the run was begun without it"),
    }
}

/// Something recorded that is gone, and how to say that it only has another name now; the steps that it is thought to
/// be now are added to `renamed`.
fn lost(gone: &Gone, before: &Outline, layout: &Layout, renamed: &mut Vec<u16>) -> String {
    let fault = recorded(gone);
    match gone {
        Gone::Step(path) => {
            let (phase, name) = path.split_once('.').unwrap_or((path, ""));
            if layout.phase_named(phase).is_none() {
                let fault = recorded(&Gone::Phase(phase.to_owned()));
                return was_phase(fault, phase, before, layout, renamed);
            }
            let now = renamed_step(path, before, layout);
            renamed.extend(now);
            was(fault, name, now.map(|step| layout.path(step)))
        }
        Gone::Phase(name) => was_phase(fault, name, before, layout, renamed),
        Gone::NewInput(_) => fault,
    }
}

fn was_phase(fault: String, name: &str, before: &Outline, layout: &Layout, renamed: &mut Vec<u16>) -> String {
    let now = renamed_phase(name, before, layout);
    renamed.extend(now.into_iter().flat_map(|phase| layout.members(phase)));
    was(fault, name, now.map(|phase| layout.phase(phase).name))
}

fn was(fault: String, name: &str, now: Option<&str>) -> String {
    match now {
        Some(now) => format!("{fault}; if it is `{now}` now, write `#[was({name})]` there"),
        None => format!("{fault}; if it has another name now, write `#[was({name})]` there"),
    }
}

/// A step that is new and of the same kind and signature, if there is just one.
fn renamed_step(path: &str, before: &Outline, layout: &Layout) -> Option<u16> {
    let (_, was) = steps(before).find(|(candidate, _)| candidate == path)?;
    let alike = |step: &u16| {
        let is = outline(layout, *step);
        (is.gate, is.manual, &is.takes, &is.yields) == (was.gate, was.manual, &was.takes, &was.yields)
    };
    let mut new = new_steps(before, layout).filter(alike);
    let first = new.next()?;
    new.next().is_none().then_some(first)
}

/// A phase that is new and has a step of the same name.
fn renamed_phase(name: &str, before: &Outline, layout: &Layout) -> Option<u16> {
    let was = before.phases.iter().find(|phase| phase.name == name)?;
    let had = |step: &StepOutline| was.steps.iter().any(|other| other.name == step.name);
    let is_it = |phase: &PhaseOutline| {
        before.phases.iter().all(|other| other.name != phase.name) && phase.steps.iter().any(had)
    };
    layout.outline.phases.iter().position(is_it).map(index)
}

/// The steps that the plan did not have, under this or an older name.
fn new_steps<'a>(before: &'a Outline, layout: &'a Layout) -> impl Iterator<Item = u16> + 'a {
    let known: Vec<_> = steps(before).filter_map(|(path, _)| layout.find(&path)).collect();
    (0..index(layout.step_count())).filter(move |step| !known.contains(step))
}

fn steps(outline: &Outline) -> impl Iterator<Item = (String, &StepOutline)> {
    outline.phases.iter().flat_map(|phase| {
        let path = |step: &StepOutline| format!("{}.{}", phase.name, step.name);
        phase.steps.iter().map(move |step| (path(step), step))
    })
}

/// Inputs of another type; they are known by name.
fn inputs(before: &Outline, layout: &Layout) -> Vec<String> {
    let changed = |(name, was): &(String, String)| {
        let (_, is) = layout.outline.inputs.iter().find(|(other, _)| other == name)?;
        (was != is).then(|| format!("input `{name}: {was}` is now `{name}: {is}`"))
    };
    before.inputs.iter().filter_map(changed).collect()
}

fn removed_inputs<'a>(before: &'a Outline, layout: &'a Layout) -> impl Iterator<Item = String> + 'a {
    let is_there = |name: &str| layout.outline.inputs.iter().any(|(other, _)| other == name);
    let gone = before.inputs.iter().filter(move |(name, _)| !is_there(name));
    gone.map(|(name, ty)| format!("input `{name}: {ty}` was removed"))
}

/// Steps that now take or yield something else, or are of another kind, among those that count.
fn changed(before: &Outline, layout: &Layout, counts: impl Fn(u16) -> bool) -> Vec<String> {
    let mut differences = Vec::new();
    for (path, was) in steps(before) {
        let Some(step) = layout.find(&path).filter(|step| counts(*step)) else {
            continue;
        };
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
    differences
}

/// Steps that are not done although something after them is.
fn inserted(layout: &Layout, state: &State) -> impl Iterator<Item = u16> {
    let done = |phase: usize| layout.members(index(phase)).any(|step| state.step_is_done(step));
    let last_done = (0..layout.plan.phases.len()).rev().find(|phase| done(*phase));
    (0..index(layout.step_count())).filter(move |step| {
        let phase = layout.phase_of(*step);
        let mut members_after = layout.members(phase).filter(|member| member > step);
        let later_sibling =
            !layout.phase(phase).parallel && members_after.any(|member| state.step_is_done(member));
        let later_phase =
            phase >= state.phases_done() && last_done.is_some_and(|last| usize::from(phase) < last);
        !state.step_is_done(*step) && (later_sibling || later_phase)
    })
}

fn outline(layout: &Layout, step: u16) -> &StepOutline {
    let phase = layout.phase_of(step);
    let at = usize::from(step - layout.members(phase).start);
    &layout.outline.phases[usize::from(phase)].steps[at]
}

/// `` `a`, `b` ``
fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
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
