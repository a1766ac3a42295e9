//! What must be true of every drawing, whatever the plan.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::plans;
use crate::cli::graph::Picture;
use crate::cli::graph::flow::{Flow, Maker, Taker};
use crate::cli::graph::letters;
use crate::cli::graph::place::{Area, Kind, Look, Node, Place, SMALL_SIZE, Text};
use crate::cli::graph::words;

/// Each plan, plain and with marks.
fn each(check: impl Fn(&str, &Picture<'_>, &Place)) {
    let thousand = ("thousand", plans::thousand());
    for (name, plan) in plans::all_but_the_thousand().into_iter().chain([thousand]) {
        let marks = plans::half_way(plan);
        for marks in [None, Some(&marks)] {
            let picture = Picture { plan, marks };
            check(name, &picture, &Place::of(&picture, &Flow::of(plan)));
        }
    }
}

fn overlap(one: &Area, other: &Area) -> bool {
    one.x < other.right() && other.x < one.right() && one.y < other.bottom() && other.y < one.bottom()
}

fn contains(outer: &Area, inner: &Area) -> bool {
    outer.x <= inner.x
        && outer.y <= inner.y
        && inner.right() <= outer.right()
        && inner.bottom() <= outer.bottom()
}

fn extent(text: &Text) -> Area {
    let size = text.look.size();
    Area {
        x: text.x,
        y: text.y - size + 3,
        width: text.width(),
        height: size,
    }
}

#[test]
fn no_two_boxes_overlap() {
    each(|name, _, place| {
        for (at, one) in place.nodes.iter().enumerate() {
            for other in &place.nodes[at + 1..] {
                assert!(
                    !overlap(&one.area, &other.area),
                    "{name}: {:?} {:?}",
                    one.kind,
                    other.kind
                );
            }
        }
        for (at, one) in place.frames.iter().enumerate() {
            for other in &place.frames[at + 1..] {
                assert!(
                    !overlap(&one.area, &other.area),
                    "{name}: {:?} {:?}",
                    one.phase,
                    other.phase
                );
            }
        }
    });
}

#[test]
fn every_step_stands_in_its_phase() {
    each(|name, picture, place| {
        let flow = Flow::of(picture.plan);
        let drawn: HashMap<Kind, &Node> = place.nodes.iter().map(|node| (node.kind, node)).collect();
        for (step, member) in flow.steps.iter().enumerate() {
            let frame = place
                .frames
                .iter()
                .find(|frame| frame.phase == Some(member.phase))
                .unwrap();
            let node = drawn[&Kind::Step(step)];
            assert!(contains(&frame.area, &node.area), "{name}: {}", member.plan.name);
            let title_bottom = frame.texts.iter().map(|text| text.y).max().unwrap();
            assert!(title_bottom < node.area.y, "{name}: {}", member.plan.name);
        }
        let drawn_inputs = (0..picture.plan.inputs).filter(|input| drawn.contains_key(&Kind::Input(*input)));
        assert_eq!(drawn_inputs.count(), picture.plan.inputs, "{name}");
    });
}

#[test]
fn every_text_fits_its_box() {
    each(|name, picture, place| {
        for node in &place.nodes {
            for text in &node.texts {
                assert!(
                    contains(&node.area, &extent(text)),
                    "{name}: {text:?} in {:?}",
                    node.area
                );
            }
            for pair in node.texts.windows(2) {
                assert!(!overlap(&extent(&pair[0]), &extent(&pair[1])), "{name}: {pair:?}");
            }
        }
        for frame in &place.frames {
            for text in &frame.texts {
                assert!(
                    contains(&frame.area, &extent(text)),
                    "{name}: {text:?} in {:?}",
                    frame.area
                );
            }
        }
        let right = place.frames[0].area.right();
        for node in &place.nodes {
            for port in &node.ports {
                let label = words::artifact(picture.plan, port.artifact);
                let end =
                    node.area.right() + super::super::lead::LABEL_START + letters::width(label, SMALL_SIZE);
                assert!(end <= right, "{name}: {label}");
                assert!(
                    node.area.y < port.y && port.y < node.area.bottom(),
                    "{name}: {label}"
                );
            }
        }
    });
}

#[test]
fn a_name_that_is_too_long_is_broken_and_not_cut() {
    let place = Place::of(
        &Picture {
            plan: plans::adversarial(),
            marks: None,
        },
        &Flow::of(plans::adversarial()),
    );
    let flow = Flow::of(plans::adversarial());
    for node in &place.nodes {
        if let Kind::Step(step) = node.kind {
            let lines = node.texts.iter().filter(|text| text.look == Look::Name);
            let drawn: String = lines.map(|text| text.words.as_str()).collect();
            assert_eq!(drawn, flow.steps[step].plan.name);
        }
        assert!(node.area.width < 300, "{:?}", node.area);
    }
}

#[test]
fn every_artifact_arrow_goes_from_its_maker_to_its_taker() {
    each(|name, picture, place| {
        let drawn: HashMap<Kind, &Node> = place.nodes.iter().map(|node| (node.kind, node)).collect();
        let mut arrows = Vec::new();
        for strand in &place.strands {
            let maker = drawn[&strand.from].area;
            assert_eq!(strand.start.0, maker.right(), "{name}");
            assert!(
                maker.y < strand.start.1 && strand.start.1 < maker.bottom(),
                "{name}"
            );
            assert!(
                place.frames.iter().all(|frame| frame.area.right() < strand.lane),
                "{name}"
            );
            for end in &strand.ends {
                let taker = drawn[&end.to].area;
                assert_eq!(end.x, taker.right(), "{name}");
                assert!(taker.y < end.y && end.y < taker.bottom(), "{name}");
                assert!(end.y > strand.start.1 + 10, "{name}: arrows go down");
                arrows.push((strand.from, end.to, strand.artifact));
            }
        }
        let flow = Flow::of(picture.plan);
        assert_eq!(arrows.len(), flow.arrows.len(), "{name}");
        for arrow in flow.arrows {
            let from = match arrow.from {
                Maker::Input(input) => Kind::Input(input),
                Maker::Step(step) => Kind::Step(step),
            };
            let to = match arrow.to {
                Taker::Step(step) => Kind::Step(step),
                Taker::Waiver(phase) => Kind::Waiver(phase),
            };
            assert!(arrows.contains(&(from, to, arrow.artifact)), "{name}: {arrow:?}");
        }
    });
}

#[test]
fn no_two_arrows_share_a_piece_of_a_lane() {
    each(|name, _, place| {
        let mut lanes: HashMap<i32, Vec<(i32, i32)>> = HashMap::new();
        for strand in &place.strands {
            let way = (strand.start.1, strand.ends.last().unwrap().y);
            lanes.entry(strand.lane).or_default().push(way);
        }
        for back in &place.backs {
            lanes
                .entry(back.lane)
                .or_default()
                .push((back.end.1, back.start.1));
        }
        for ways in lanes.values_mut() {
            ways.sort_unstable();
            assert!(
                ways.windows(2).all(|pair| pair[0].1 < pair[1].0),
                "{name}: {ways:?}"
            );
        }
    });
}

#[test]
fn every_rework_goes_from_its_gate_up_to_its_phase() {
    each(|name, picture, place| {
        let flow = Flow::of(picture.plan);
        let reworks = flow
            .steps
            .iter()
            .filter(|member| member.plan.rework.is_some())
            .count();
        assert_eq!(place.backs.len(), reworks, "{name}");
        for back in &place.backs {
            let rework = flow.steps[back.step].plan.rework.unwrap();
            assert_eq!(back.phase, usize::from(rework.to), "{name}");
            let gate = place
                .nodes
                .iter()
                .find(|node| node.kind == Kind::Step(back.step))
                .unwrap();
            let phase = place
                .frames
                .iter()
                .find(|frame| frame.phase == Some(back.phase))
                .unwrap();
            assert_eq!(back.start.0, gate.area.x, "{name}");
            assert!(
                gate.area.y < back.start.1 && back.start.1 < gate.area.bottom(),
                "{name}"
            );
            assert_eq!(back.end.0, phase.area.x, "{name}");
            assert!(
                phase.area.y < back.end.1 && back.end.1 < phase.area.bottom(),
                "{name}"
            );
            assert!(back.lane < phase.area.x && back.end.1 < back.start.1, "{name}");
        }
    });
}

#[test]
fn everything_is_within_the_picture() {
    each(|name, _, place| {
        let boxes = place.nodes.iter().map(|node| node.area);
        let frames = place.frames.iter().map(|frame| frame.area);
        let legend = place.legend.iter().map(|entry| entry.area);
        for area in boxes.chain(frames).chain(legend) {
            assert!(contains(&place.all, &area), "{name}: {area:?}");
        }
        let lanes = place.strands.iter().map(|strand| strand.lane);
        for lane in lanes.chain(place.backs.iter().map(|back| back.lane)) {
            assert!(place.all.x < lane && lane < place.all.right(), "{name}: {lane}");
        }
    });
}

#[test]
fn the_order_of_the_steps_and_phases_can_be_followed() {
    let plan = plans::poster();
    let place = Place::of(&Picture { plan, marks: None }, &Flow::of(plan));
    let joins_phases = place.orders.iter().filter(|order| order.joins_phases).count();
    assert_eq!(joins_phases, plan.phases.len() - 1);
    let within: usize = plan
        .phases
        .iter()
        .filter(|phase| !phase.parallel)
        .map(|phase| phase.steps.len() - 1)
        .sum();
    assert_eq!(place.orders.len() - joins_phases, within);
    for order in &place.orders {
        assert!(order.bottom - order.top > 10);
    }
    // Of the parallel review, four begin at once; the fifth waits for two of them.
    assert_eq!(place.forks[0].tines.len(), 4);
}

#[test]
fn a_thousand_steps_are_drawn_fast_and_small() {
    let plan = plans::thousand();
    let marks = plans::half_way(plan);
    let picture = Picture {
        plan,
        marks: Some(&marks),
    };
    let took = (0..3).map(|_| {
        let start = Instant::now();
        picture.svg();
        start.elapsed()
    });
    let took = took.min().unwrap();
    println!("{took:?} for {} bytes", picture.svg().len());
    let limit = if cfg!(debug_assertions) { 1000 } else { 300 };
    assert!(took < Duration::from_millis(limit), "{took:?}");
    assert!(picture.svg().len() < 700_000, "{}", picture.svg().len());
}
