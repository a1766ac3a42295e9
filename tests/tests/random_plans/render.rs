//! The program that runs random plans in every way: each plan with the code that drives it by phase and by step.

use std::fmt::Write as _;

use crate::plan::{Phase, Plan, Step};

/// Its `main.rs`.
pub(crate) fn program(plans: &[Plan]) -> String {
    let mut text = String::from("#![allow(warnings)]\nuse workflow_runtime::prelude::*;\n");
    text.push_str(include_str!("spell.rs"));
    text.push_str(include_str!("program.rs"));
    for plan in plans {
        text.push_str(&module(plan));
    }
    text.push_str("#[tokio::main(flavor = \"current_thread\")]\nasync fn main() {\n");
    text.push_str(
        "    let folder = std::env::args().nth(1).unwrap();\n    let folder = Path::new(&folder);\n",
    );
    for plan in plans {
        let module = plan.module();
        writeln!(text, "    {module}::all_ways(&folder.join(\"{module}\")).await;").expect("text");
    }
    text + "}\n"
}

fn module(plan: &Plan) -> String {
    let (module, seed) = (plan.module(), plan.seed);
    let decisions: String = plan
        .phases
        .iter()
        .enumerate()
        .map(|(at, phase)| team(plan, at, phase))
        .collect();
    let by_phase: String = (0..plan.phases.len()).map(|at| by_phase(plan, at)).collect();
    let by_step: String = (0..plan.phases.len()).map(|at| by_step(plan, at)).collect();
    let inputs: String = plan
        .inputs
        .iter()
        .map(|name| format!(", {name:?}.to_owned()"))
        .collect();
    let finals = plan.artifacts().into_iter().map(|name| {
        format!("        note(format!(\"= {name} {{}}\", done.artifacts().{name}().given()));\n")
    });
    let finals: String = finals.collect();
    let outcome = |phase: &Phase| match phase.targets().is_empty() {
        true => phase.name.to_owned(),
        false => format!("{0}, {0}Outcome", phase.name),
    };
    let imports: Vec<String> = plan.phases.iter().map(outcome).collect();
    let imports = imports.join(", ");
    let visits: String = (0..plan.phases.len())
        .map(|at| {
            let from = position(plan, at);
            format!(
                "            Position::{from}(run) if place.way == Way::Step => step_{at}(run, place).await?,\n            \
                 Position::{from}(run) => phase_{at}(run, place).await?,\n"
            )
        })
        .collect();
    format!(
        r#"
mod {module} {{
    use super::*;
    use self::inner::*;
    mod inner {{
        use super::*;
        workflow! {{
{plan}
        }}
    }}
    use plan{seed}::{{Done, Halted, Position, Start, after, {imports}}};
    pub(crate) struct Team;
{decisions}
    fn team() -> std::sync::Arc<Team> {{ std::sync::Arc::new(Team) }}

    fn finals(done: &Plan{seed}<Done>) {{
{finals}    }}

    /// Drives one phase after the other; of a run that goes on by itself only the first two.
    async fn drive(place: &mut Place<'_>) -> Result<(), Halted> {{
        place.open();
        let mut at = Position::Start(Plan{seed}::start(place.runtime(), "r"{inputs}).await?);
        loop {{
            if let Position::Done(done) = &at {{ finals(done); return Ok(()); }}
            if place.way == Way::Run && place.visits == 2 {{ break; }}
            place.visits += 1;
            at = visit(at, place).await?;
            if place.resumes {{
                let before = std::mem::discriminant(&at);
                drop(at);
                place.open();
                at = Plan{seed}::resume(place.runtime(), "r").await.unwrap_or_else(|error| panic!("{{error}}"));
                assert_eq!(before, std::mem::discriminant(&at), "{{at:?}}");
            }}
        }}
        drop(at);
        place.open();
        finals(&Plan{seed}::run(place.runtime(), "r", &team(){inputs}).await?);
        Ok(())
    }}

    async fn run(place: &mut Place<'_>) -> Result<(), Halted> {{
        place.open();
        finals(&Plan{seed}::run(place.runtime(), "r", &team(){inputs}).await?);
        Ok(())
    }}

    async fn visit(at: Position, place: &mut Place<'_>) -> Result<Position, Halted> {{
        Ok(match at {{
{visits}            Position::Done(done) => Position::Done(done),
        }})
    }}
{by_phase}{by_step}
    pub async fn all_ways(file: &Path) {{
        for on_file in [false, true] {{
            for way in [Way::Run, Way::Phase, Way::Step] {{
                for resumes in [false, true] {{
                    let file = file.with_extension(format!("{{way:?}}{{resumes}}"));
                    let file = on_file.then_some(&*file);
                    let mut place = Place {{ file, runtime: None, way, resumes, round: 0, visits: 0 }};
                    let ended = if way == Way::Run && !resumes {{ run(&mut place).await }} else {{ drive(&mut place).await }};
                    if let Err(halt) = ended {{ halted(&halt.cause); }}
                    tell(&format!("{seed} {{way:?}} {{}} {{}}", if on_file {{ "file" }} else {{ "memory" }}, if resumes {{ "resumed" }} else {{ "at once" }}));
                }}
            }}
        }}
    }}
}}
"#
    )
}

/// All bodies are in the declaration; decisions are the team's.
fn team(plan: &Plan, at: usize, phase: &Phase) -> String {
    let Phase { name, optional, .. } = phase;
    let Some(decision) = optional else {
        return format!("    impl {name} for Team {{}}\n");
    };
    let ty = |name: &String| {
        if plan.is_option(name, Some(at)) {
            "Option<&String>"
        } else {
            "&String"
        }
    };
    let takes: String = decision
        .looks_at
        .iter()
        .map(|name| format!(", {name}: {}", ty(name)))
        .collect();
    let given: Vec<_> = decision
        .looks_at
        .iter()
        .map(|name| format!("{name}.given()"))
        .collect();
    let (given, waived_in) = (given.join(", "), &decision.waived_in);
    format!(
        "    impl {name} for Team {{\n        async fn waive(&self, cx: &StepContext{takes}) -> StepResult<Option<Waiver>> {{\n            \
         Ok(decide(cx, \"{name}\", &[{given}], &{waived_in:?}))\n        }}\n    }}\n"
    )
}

/// The variant of a position before a phase, and the state.
fn position(plan: &Plan, before: usize) -> String {
    match before.checked_sub(1) {
        None => "Start".to_owned(),
        Some(_) if before == plan.phases.len() => "Done".to_owned(),
        Some(last) => format!("After{}", plan.phases[last].name),
    }
}

fn state(plan: &Plan, before: usize) -> String {
    match before.checked_sub(1) {
        None => "Start".to_owned(),
        Some(last) => format!("after::{}", plan.phases[last].name),
    }
}

/// The head of a function that does one phase, waived or not.
fn head(plan: &Plan, at: usize, way: &str) -> String {
    let (seed, phase) = (plan.seed, &plan.phases[at]);
    let (from, to) = (state(plan, at), position(plan, at + 1));
    let skip = phase.optional.as_ref().map(|decision| {
        format!(
            "        if waived(&{:?}, place.round) {{\n            \
             return Ok(Position::{to}(run.skip_{}(Waiver::because(\"as planned\")).await?));\n        }}\n",
            &decision.waived_in,
            phase.name.to_lowercase(),
        )
    });
    format!(
        "    async fn {way}_{at}(run: Plan{seed}<{from}>, place: &mut Place<'_>) -> Result<Position, Halted> {{\n{}",
        skip.unwrap_or_default()
    )
}

/// The arms for a run that was sent back.
fn backs(plan: &Plan, phase: &Phase) -> String {
    let arm = |to: usize| {
        let (target, position) = (plan.phases[to].name, position(plan, to));
        format!(
            "            {}Outcome::BackTo{target}(run, rejection) => {{ place.back(rejection); return Ok(Position::{position}(run)); }}\n",
            phase.name
        )
    };
    phase.targets().into_iter().map(arm).collect()
}

fn by_phase(plan: &Plan, at: usize) -> String {
    let phase = &plan.phases[at];
    let (name, to) = (phase.name, position(plan, at + 1));
    let head = head(plan, at, "phase");
    let enter = format!("run.{}(&team()).await?", name.to_lowercase());
    let left = match phase.targets().is_empty() {
        true => enter,
        false => format!(
            "match {enter} {{\n            {name}Outcome::Passed(run) => run,\n{}        }}",
            backs(plan, phase)
        ),
    };
    format!("{head}        let run = {left};\n        Ok(Position::{to}(run))\n    }}\n")
}

fn by_step(plan: &Plan, at: usize) -> String {
    let phase = &plan.phases[at];
    let mut text = head(plan, at, "step");
    writeln!(
        text,
        "        let at = run.{}(&team());",
        phase.name.to_lowercase()
    )
    .expect("text");
    for step in phase.by_step() {
        let Step { name, rework, .. } = &phase.steps[step];
        let left = match rework {
            None => format!("at.{name}().await?"),
            Some(_) => format!(
                "match at.{name}().await? {{\n            {}Outcome::Passed(at) => at,\n{}        }}",
                phase.name,
                backs(plan, phase)
            ),
        };
        writeln!(text, "        let at = {left};").expect("text");
    }
    let to = position(plan, at + 1);
    writeln!(text, "        Ok(Position::{to}(at))\n    }}").expect("text");
    text
}
