//! What the pictures say.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::plans;
use crate::cli::graph::Picture;
use crate::cli::graph::flow::{Arrow, Flow, Maker, Taker};
use crate::cli::mark::{Mark, Marks};

fn arrow(from: Maker, to: Taker, artifact: usize, perhaps: bool) -> Arrow {
    Arrow {
        from,
        to,
        artifact,
        perhaps,
    }
}

#[test]
fn an_artifact_comes_from_who_made_the_newest_version() {
    use Maker::{Input, Step};
    use Taker::{Step as To, Waiver};
    // brief, size, sketch, lettering, spelling, colours ..; steps: sketch 0, letter 1, tidy 2, all_is_well 3,
    // check_spelling 4, check_colours 5, sign_off 6, once_more 7, translate 8, proofread 9, saw 10, print 11.
    let plan = plans::poster();
    let artifact = |name: &str| {
        plan.artifacts
            .iter()
            .position(|artifact| artifact.name == name)
            .unwrap()
    };
    let arrows = Flow::of(plan).arrows;
    let expected = [
        arrow(Input(0), To(0), artifact("brief"), false),
        arrow(Step(0), To(2), artifact("sketch"), false),
        arrow(Step(2), To(5), artifact("sketch"), false),
        // A sibling that is declared later makes it: the phase is parallel.
        arrow(Step(4), To(3), artifact("spelling"), false),
        arrow(Step(1), Waiver(2), artifact("lettering"), false),
        arrow(Step(8), To(9), artifact("translation"), false),
        // What an optional phase made anew, and may not have made.
        arrow(Step(9), To(11), artifact("translation"), true),
        arrow(Step(10), To(11), artifact("frame"), true),
        arrow(Step(2), To(11), artifact("sketch"), false),
    ];
    for arrow in expected {
        assert!(arrows.contains(&arrow), "{arrow:?} in {arrows:#?}");
    }
    assert_eq!(arrows.len(), 19);
}

#[test]
fn siblings_of_a_parallel_phase_see_what_was_there_before_one_of_them_yields_anew() {
    let plan = super::read::plan(
        "workflow! { workflow Twice(text: String) { parallel phase A { step anew(text) -> text; step look(text); }
         phase B { step after(text); } } }",
    );
    let arrows = Flow::of(plan).arrows;
    let input = |to: usize| arrow(Maker::Input(0), Taker::Step(to), 0, false);
    assert_eq!(
        arrows,
        [
            input(0),
            input(1),
            arrow(Maker::Step(0), Taker::Step(2), 0, false)
        ]
    );
}

#[test]
fn what_a_waivable_phase_yields_anew_may_as_well_come_from_before_it() {
    use Maker::Step;
    let plan = super::read::plan(
        "workflow! { workflow Tuned(load: u32) { phase A { step build(load) -> code: String; }
         optional phase B { step tune(code) -> code; step measure(code) -> gain: u32; }
         optional(code) phase C { step polish(code) -> code; } phase D { step ship(code, gain); } } }",
    );
    let (code, gain) = (1, 2);
    let to = Taker::Step;
    assert_eq!(
        Flow::of(plan).arrows,
        [
            arrow(Maker::Input(0), to(0), 0, false),
            arrow(Step(0), to(1), code, false),
            arrow(Step(1), to(2), code, false),
            arrow(Step(0), Taker::Waiver(2), code, true),
            arrow(Step(1), Taker::Waiver(2), code, true),
            arrow(Step(0), to(3), code, true),
            arrow(Step(1), to(3), code, true),
            arrow(Step(0), to(4), code, true),
            arrow(Step(1), to(4), code, true),
            arrow(Step(3), to(4), code, true),
            arrow(Step(2), to(4), gain, true),
        ]
    );
}

#[test]
fn all_pictures_say_what_is_manual_who_does_it_and_how_often_it_goes_back() {
    let plan = plans::poster();
    let picture = Picture { plan, marks: None };
    for text in [picture.mermaid(), picture.dot(), picture.svg()] {
        for said in [
            "manual gate, by Editor",
            "manual, by Carpenter",
            "at most 2 times",
            "at most once",
            "parallel",
            "optional",
            "Later takers get the newest.",
            "#step-Drafting.tidy",
            "→ copies",
        ] {
            assert!(text.contains(said), "{said} in {text}");
        }
    }
}

#[test]
fn a_mark_is_a_sign_a_word_and_a_colour() {
    let plan = plans::one_step();
    for mark in Mark::ALL {
        let marks = Marks {
            phases: vec![Mark::Open],
            steps: vec![mark],
        };
        let picture = Picture {
            plan,
            marks: Some(&marks),
        };
        let (sign, word, tint) = (mark.sign(), mark.word(), mark.by_day());
        let svg = picture.svg();
        assert!(svg.contains(&format!("<a class=\"step {word}\" href=\"#step-Only.act\">")));
        assert!(svg.contains(&format!("<title>Only.act: {word}</title>")));
        assert!(svg.contains("<desc>Only, open: act.</desc>"));
        assert!(svg.contains(&format!(">{sign}</text><text x=\"58\"")), "{svg}");
        assert!(svg.contains(&format!(
            "--plan-{word}:{};--plan-{word}-fill:{}",
            tint.edge, tint.fill
        )));
        let dot = picture.dot();
        assert!(dot.contains(&format!(
            "s0 [label=\"{sign} act\", fillcolor=\"{}\", color=\"{}\"",
            tint.fill, tint.edge
        )));
        let mermaid = picture.mermaid();
        let written = if sign == "!" { "#33;" } else { sign };
        assert!(
            mermaid.contains(&format!("s0[\"{written} act\"]:::{word}")),
            "{mermaid}"
        );
        assert!(mermaid.contains(&format!(
            "classDef {word} fill:{},stroke:{}",
            tint.fill, tint.edge
        )));
    }
}

#[test]
fn the_legend_has_the_marks_that_occur_and_no_other() {
    let plan = plans::one_step();
    let marks = Marks {
        phases: vec![Mark::Running],
        steps: vec![Mark::Waiting],
    };
    let picture = Picture {
        plan,
        marks: Some(&marks),
    };
    assert_eq!(picture.legend(), [Mark::Running, Mark::Waiting]);
    for text in [picture.mermaid(), picture.dot(), picture.svg()] {
        assert!(text.contains("running") && text.contains("waiting") && !text.contains("rejected"));
    }
    let plain = Picture { plan, marks: None };
    for text in [plain.mermaid(), plain.dot(), plain.svg()] {
        assert!(!text.contains("running") && !text.contains("legend\""), "{text}");
    }
}

#[test]
fn marks_that_do_not_fit_the_plan_are_no_fault() {
    let plan = plans::poster();
    let marks = Marks {
        phases: vec![Mark::Done],
        steps: vec![],
    };
    let picture = Picture {
        plan,
        marks: Some(&marks),
    };
    for text in [picture.mermaid(), picture.dot(), picture.svg()] {
        assert!(text.contains("sign_off"));
    }
}

#[test]
fn an_svg_is_xml_whatever_the_names_and_docs() {
    for (name, plan) in plans::all_but_the_thousand() {
        let marks = plans::half_way(plan);
        let svg = Picture {
            plan,
            marks: Some(&marks),
        }
        .svg();
        let mut reader = Reader::from_str(&svg);
        let (mut titles, mut steps) = (0, 0);
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Start(tag) | Event::Empty(tag) => {
                    for attribute in tag.attributes() {
                        attribute.unwrap();
                    }
                    match tag.name().as_ref() {
                        b"path" => {
                            let path = tag.try_get_attribute("d").unwrap().unwrap().value;
                            let is_known = |byte: &u8| b"MHVaclhmqvtz0123456789 .-".contains(byte);
                            assert!(
                                path.starts_with(b"M") && path.iter().all(is_known),
                                "{name}: {tag:?}"
                            );
                        }
                        b"title" => titles += 1,
                        b"a" => steps += 1,
                        b"script" => panic!("{name}: a doc got out"),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        let count: usize = plan.phases.iter().map(|phase| phase.steps.len()).sum();
        assert_eq!(steps, count, "{name}");
        assert!(titles > count + plan.phases.len(), "{name}");
        assert!(
            !svg.chars().any(|letter| letter.is_control() && letter != '\n'),
            "{name}"
        );
    }
}

/// What is within an image is hidden from those who hear it.
#[test]
fn the_steps_of_an_svg_are_links_for_everybody() {
    let plan = plans::poster();
    let svg = Picture { plan, marks: None }.svg();
    let head = svg.split('>').next().unwrap();
    assert!(head.contains("role=\"group\" aria-label=\"Poster\""), "{head}");
}

#[test]
fn an_svg_needs_nothing_from_elsewhere() {
    let plan = plans::poster();
    let marks = plans::half_way(plan);
    let svg = Picture {
        plan,
        marks: Some(&marks),
    }
    .svg();
    let svg = svg.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for word in ["http", "url(", "@import", "<script", "<image", "xlink"] {
        assert!(!svg.contains(word), "{word}");
    }
    // Every colour in use has a value by day and by night.
    let (styles, _) = svg.split_once("</style>").unwrap();
    for used in styles.split("var(").skip(1) {
        let name = used.split(')').next().unwrap();
        assert_eq!(styles.matches(&format!("{name}:")).count(), 2, "{name}");
    }
}

#[test]
fn a_plan_with_positions_that_lead_nowhere_is_drawn_as_far_as_it_goes() {
    use crate::plan::write;
    let step = write::step("lost", "", const { &[write::take(9, false)] })
        .yields(8)
        .gate()
        .rework(7, 1);
    let phase =
        write::phase("Only", "", vec![step].leak(), &[5]).optional(const { &[write::take(6, false)] });
    let plan = Box::leak(Box::new(write::plan(
        "Lost",
        "lost",
        "",
        &[],
        vec![phase].leak(),
        &[],
        3,
    )));
    let picture = Picture { plan, marks: None };
    for text in [picture.mermaid(), picture.dot(), picture.svg()] {
        assert!(text.contains("lost"));
    }
}
