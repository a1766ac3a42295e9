//! Plans that pictures find hard, and runs of them.

use super::read;
use crate::artifact::Artifact;
use crate::cli::graph::flow::driven;
use crate::cli::mark::{Mark, Marks};
use crate::plan::{PhasePlan, Plan, StepPlan, write};

/// Everything that a plan can be, in small.
pub(super) fn poster() -> &'static Plan {
    read::plan(
        "workflow! {
            /// From a brief to a printed poster.
            pub workflow Poster(brief: String, size: Size) {
                phase Drafting {
                    step sketch(brief, size) -> sketch: String;
                    step letter(sketch) -> lettering: Vec<String>;
                    /// Later takers get the newest.
                    step tidy(sketch, lettering) -> sketch;
                }
                parallel phase Review {
                    gate all_is_well(spelling, colours);
                    step check_spelling(lettering) -> spelling: Report;
                    step check_colours(sketch) -> colours: Report;
                    #[by(Editor)]
                    #[rework(to = Drafting, max = 2)]
                    manual gate sign_off(sketch);
                    #[rework(to = Review, max = 1)]
                    gate once_more(sketch);
                }
                optional(lettering, size) phase Translation {
                    step translate(lettering) -> translation: String;
                    step proofread(translation) -> translation;
                }
                parallel optional phase Framing {
                    #[by(Carpenter)]
                    manual step saw(size) -> frame: Frame;
                }
                phase Printing {
                    step print(sketch, translation, frame) -> copies: u32;
                }
            }
        }",
    )
}

pub(super) fn one_step() -> &'static Plan {
    read::plan("workflow! { workflow One { phase Only { step act(); } } }")
}

/// Names that are words of Mermaid or DOT, of many scripts and lengths, and docs that try to get out.
pub(super) fn adversarial() -> &'static Plan {
    const DOC: &str = "a \"quote\" 'so' `tick`\n\n<script>alert(1)</script> --> x; -- %%{init: {}}%% &lt; &amp; #quot; \\N \\ end\n\
                       ]]> 1. {{no}} | §€ \u{1}\u{7}\u{202e} 漢字 🎉 \u{0} ```mermaid";
    let names = [
        "end",
        "graph",
        "subgraph",
        "style",
        "class",
        "click",
        "node",
        "edge",
        "strict",
        "digraph",
        "default",
        "linkStyle",
        "classDef",
        "direction",
        "flowchart",
        "o",
        "x",
        "_",
        "_so_",
        "__init__",
        "größe",
        "漢字の名前",
        "a_name_that_goes_on_and_on_until_it_is_much_wider_than_any_box_should_ever_be_and_then_some",
        "anamewithoutanyplaceatwhichitcouldbebrokenintolinesasgoodtypesettingwouldwanttodowithit",
    ];
    let codec = <serde_json::Value as Artifact>::CODEC;
    let artifacts: Vec<_> = names
        .iter()
        .map(|name| {
            write::artifact(
                name,
                "std::collections::HashMap<&'static str, [\"u8\"; {3}]\u{7}>",
                codec,
            )
        })
        .collect();
    let steps: Vec<StepPlan> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let at = u16::try_from(at).unwrap();
            let step = write::step(name, DOC, vec![write::take(at, false)].leak()).yields(at);
            match at % 5 {
                1 => step.manual().by("style"),
                2 => step.gate().rework(0, u32::from(at)),
                3 => step.gate().manual().by("end"),
                _ => step,
            }
        })
        .collect();
    let order: Vec<u16> = (0..u16::try_from(names.len()).unwrap()).collect();
    let all = write::take(0, false);
    let phases = vec![
        write::phase("end", DOC, steps.leak(), order.leak()).optional(vec![all].leak()),
        write::phase(
            "subgraph",
            DOC,
            vec![write::step("end", DOC, vec![all].leak()).gate().rework(1, 1)].leak(),
            &[0],
        )
        .parallel(),
    ];
    let inputs = artifacts.len();
    let plan = write::plan(
        "digraph",
        "digraph",
        DOC,
        &[],
        phases.leak(),
        artifacts.leak(),
        inputs,
    );
    Box::leak(Box::new(plan))
}

/// Ten phases of a hundred steps, every other one parallel; steps take what is near, far and in the phase before.
pub(super) fn thousand() -> &'static Plan {
    const DOC: &str = "Does what has to be done here, and says so in about one line.";
    let codec = <serde_json::Value as Artifact>::CODEC;
    let name = |at: u16| -> &'static str { format!("artifact_{at}").leak() };
    let artifacts: Vec<_> = (0..=1000)
        .map(|at| write::artifact(name(at), "Vec<String>", codec))
        .collect();
    let take = |at: u16| write::take(at, false);
    let step = |phase: u16, member: u16| {
        let made = phase * 100 + member + 1;
        let mut takes = match (phase % 2, member) {
            (0, _) => vec![take(made - 1), take(made.saturating_sub(37))],
            (_, 99) => vec![take(made - 1)],
            (..) => vec![take(phase * 100)],
        };
        takes.push(take(made.saturating_sub(120)));
        takes.dedup_by_key(|take| take.artifact);
        let name: &'static str = format!("step_{phase}_{member}").leak();
        write::step(name, DOC, takes.leak()).yields(made)
    };
    let phases: Vec<PhasePlan> = (0..10)
        .map(|phase| {
            let steps: Vec<_> = (0..100).map(|member| step(phase, member)).collect();
            let order: Vec<u16> = (0..100).collect();
            let name: &'static str = format!("Phase{phase}").leak();
            let written = write::phase(name, DOC, steps.leak(), order.leak());
            if phase % 2 == 1 {
                written.parallel()
            } else {
                written
            }
        })
        .collect();
    Box::leak(Box::new(write::plan(
        "Thousand",
        "thousand",
        DOC,
        &[],
        phases.leak(),
        artifacts.leak(),
        1,
    )))
}

/// Every plan that there is here, by name; the thousand steps are too much for some tools.
pub(super) fn all_but_the_thousand() -> Vec<(&'static str, &'static Plan)> {
    let mut plans: Vec<_> = read::EXAMPLES
        .iter()
        .map(|name| (*name, read::example(name)))
        .collect();
    plans.extend([
        ("poster", poster()),
        ("one_step", one_step()),
        ("adversarial", adversarial()),
    ]);
    plans
}

/// A run that has come about half way, with something of everything.
pub(super) fn half_way(plan: &Plan) -> Marks {
    let count = plan.phases.iter().map(|phase| phase.steps.len()).sum::<usize>();
    let half = count / 2;
    let mut steps = vec![Mark::Open; count];
    let mut first = 0;
    for phase in plan.phases {
        for (at, member) in driven(phase).into_iter().enumerate() {
            steps[first + member] = match first + at {
                at if at < half => Mark::Done,
                at if at == half => Mark::Failed,
                at if at == half + 1 => Mark::Running,
                at if at == half + 2 => Mark::Waiting,
                at if at == half + 3 => Mark::Ready,
                at if at == half + 4 => Mark::Rejected,
                at if at == half + 5 => Mark::Undone,
                at if at + 1 == count => Mark::Skipped,
                _ => Mark::Open,
            };
        }
        first += phase.steps.len();
    }
    let phases = plan.phases.len();
    let stands = |at: usize| match at {
        at if at < phases / 2 => Mark::Done,
        at if at == phases / 2 => Mark::Running,
        at if at + 1 == phases => Mark::Skipped,
        _ => Mark::Open,
    };
    Marks {
        phases: (0..phases).map(stands).collect(),
        steps,
    }
}
