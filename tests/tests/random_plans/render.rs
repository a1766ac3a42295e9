//! The programs that run random plans: each plan with the code that drives it by phase and by step.

use std::fmt::Write as _;

use crate::fate::Fate;
use crate::plan::{Phase, Plan, Step};

/// The `main.rs` of the one that runs them in every way.
pub(crate) fn ways_program(plans: &[Plan]) -> String {
    program(include_str!("program_ways.rs"), plans, |plan| {
        let module = plan.module();
        (
            all_ways(plan),
            format!("    {module}::all_ways(&folder.join(\"{module}\")).await;\n"),
        )
    })
}

/// The `main.rs` of the one in which runs meet their fates.
pub(crate) fn fates_program(plans: &[Plan], fates: impl Fn(&Plan) -> Vec<Fate>) -> String {
    program(include_str!("program_fates.rs"), plans, |plan| {
        let fates = fates(plan);
        let fates: Vec<_> = fates.iter().map(|fate| fate_text(plan, fate)).collect();
        let (module, seed, fates) = (plan.module(), plan.seed, fates.join(",\n        "));
        let calls = format!(
            "    for (at, fate) in [\n        {fates}\n    ].into_iter().enumerate() {{\n        \
             live::<{module}::Team>(&format!(\"{seed} {{at}}\"), fate, folder).await;\n    }}\n"
        );
        (case(plan), calls)
    })
}

/// Of a plan, what its module has besides, and what is called.
fn program(fixed: &str, plans: &[Plan], of: impl Fn(&Plan) -> (String, String)) -> String {
    let mut text = String::from("#![allow(warnings)]\nuse workflow_runtime::prelude::*;\n");
    text.push_str(include_str!("spell.rs"));
    text.push_str(include_str!("program.rs"));
    text.push_str(fixed);
    let mut calls = String::new();
    for plan in plans {
        let (more, call) = of(plan);
        text.push_str(&module(plan, &more));
        calls.push_str(&call);
    }
    text.push_str("#[tokio::main(flavor = \"current_thread\")]\nasync fn main() {\n");
    text.push_str(
        "    let folder = std::env::args().nth(1).unwrap();\n    let folder = Path::new(&folder);\n",
    );
    text + &calls + "}\n"
}

fn module(plan: &Plan, more: &str) -> String {
    let (module, seed) = (plan.module(), plan.seed);
    let decisions: String = plan
        .phases
        .iter()
        .enumerate()
        .map(|(at, phase)| team(plan, at, phase))
        .collect();
    let by_phase: String = (0..plan.phases.len()).map(|at| by_phase(plan, at)).collect();
    let by_step: String = (0..plan.phases.len()).map(|at| by_step(plan, at)).collect();
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

    async fn visit(at: Position, place: &mut Place) -> Result<Position, Halted> {{
        Ok(match at {{
{visits}            Position::Done(done) => Position::Done(done),
        }})
    }}
{by_phase}{by_step}
{more}}}
"#
    )
}

/// What `start` and `run` are given.
fn inputs(plan: &Plan) -> String {
    let inputs = plan.inputs.iter().map(|name| format!(", {name:?}.to_owned()"));
    inputs.collect()
}

fn all_ways(plan: &Plan) -> String {
    let (seed, inputs) = (plan.seed, inputs(plan));
    format!(
        r#"
    /// Drives one phase after the other; of a run that goes on by itself only the first two.
    async fn drive(place: &mut Place) -> Result<(), Halted> {{
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

    async fn run(place: &mut Place) -> Result<(), Halted> {{
        place.open();
        finals(&Plan{seed}::run(place.runtime(), "r", &team(){inputs}).await?);
        Ok(())
    }}

    pub async fn all_ways(file: &Path) {{
        for on_file in [false, true] {{
            for way in [Way::Run, Way::Phase, Way::Step] {{
                for resumes in [false, true] {{
                    let file = file.with_extension(format!("{{way:?}}{{resumes}}"));
                    let file = on_file.then_some(file);
                    let mut place = Place {{ file, runtime: None, way, resumes, round: 0, visits: 0 }};
                    let ended = if way == Way::Run && !resumes {{ run(&mut place).await }} else {{ drive(&mut place).await }};
                    if let Err(halt) = ended {{ halted(&halt.cause); }}
                    tell(&format!("{seed} {{way:?}} {{}} {{}}", if on_file {{ "file" }} else {{ "memory" }}, if resumes {{ "resumed" }} else {{ "at once" }}));
                }}
            }}
        }}
    }}
"#
    )
}

/// The run of a plan, as those drive it who know it by its type only.
fn case(plan: &Plan) -> String {
    let (seed, inputs) = (plan.seed, inputs(plan));
    let phases = plan.phases.iter();
    let steps = phases.flat_map(|phase| phase.steps.iter().map(move |step| (phase, step)));
    let by_hand = steps.filter(|(_, step)| step.manual).map(|(phase, step)| {
        let Step { name, rejects_in, gate, yields, .. } = step;
        let path = format!("{}.{name}", phase.name);
        let (rejects, given) = match (gate, yields) {
            (true, _) => (
                format!("{rejects_in:?}.contains(&round)"),
                "Verdict::pass_if(!rejects, \"by hand\")",
            ),
            (false, Some(_)) => ("false".to_owned(), "by_hand(step, round)"),
            (false, None) => ("false".to_owned(), "()"),
        };
        format!(
            "                \"{path}\" => {{\n                    let rejects = {rejects};\n                    \
             hand_in::{name}(runtime, \"r\", by, {given}).await.map(|()| rejects)\n                }}\n"
        )
    });
    let by_hand: String = by_hand.collect();
    format!(
        r#"
    use plan{seed}::hand_in;

    impl Case for Team {{
        type Position = Position;

        async fn drive(place: &mut Place, run: Option<Position>) -> Result<(), Halted> {{
            if place.way == Way::Run {{
                finals(&Plan{seed}::run(place.runtime(), "r", &team(){inputs}).await?);
                return Ok(());
            }}
            let mut at = match run {{
                Some(run) => run,
                None => match Plan{seed}::resume(place.runtime(), "r").await {{
                    Ok(run) => run,
                    Err(error) if error.is_not_found() => {{
                        Position::Start(Plan{seed}::start(place.runtime(), "r"{inputs}).await?)
                    }}
                    Err(error) => panic!("{{error}}"),
                }},
            }};
            place.round = ROUND.load(SeqCst);
            loop {{
                if let Position::Done(done) = &at {{ finals(done); return Ok(()); }}
                at = visit(at, place).await?;
            }}
        }}

        async fn hand_in(runtime: &Runtime, step: &str, round: u32) -> Result<bool, RuntimeError> {{
            let by = Actor::new("ada");
            match step {{
{by_hand}                _ => panic!("nobody hands in {{step}}"),
            }}
        }}
    }}
"#
    )
}

fn fate_text(plan: &Plan, fate: &Fate) -> String {
    let acts = fate.acts.iter().map(|((phase, step), acts)| {
        let phase = &plan.phases[*phase];
        let acts: Vec<_> = acts.iter().map(|act| format!("Act::{act:?}")).collect();
        format!(
            "(\"{}.{}\", &[{}])",
            phase.name,
            phase.steps[*step].name,
            acts.join(", ")
        )
    });
    let acts: Vec<_> = acts.collect();
    let drives = fate
        .drives
        .iter()
        .map(|drive| format!("(Way::{:?}, {}, {})", drive.way, drive.restarts, drive.hands_in));
    let drives: Vec<_> = drives.collect();
    format!(
        "Fate {{ on_file: {}, acts: &[{}], ends_after: &{:?}, drives: &[{}] }}",
        fate.on_file,
        acts.join(", "),
        fate.ends_after,
        drives.join(", ")
    )
}

/// All bodies are in the declaration; decisions are the team's.
fn team(plan: &Plan, at: usize, phase: &Phase) -> String {
    let Phase { name, optional, .. } = phase;
    let Some(decision) = optional else {
        // A phase that people do alone holds for every team already.
        return match phase.steps.iter().all(|step| step.manual) {
            true => String::new(),
            false => format!("    impl {name} for Team {{}}\n"),
        };
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
        "    async fn {way}_{at}(run: Plan{seed}<{from}>, place: &mut Place) -> Result<Position, Halted> {{\n{}",
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
