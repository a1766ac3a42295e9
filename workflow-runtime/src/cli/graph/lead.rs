//! Which way the arrows of an SVG go: an artifact to the right of the boxes, a rework to the left of them.

use std::collections::HashMap;

use super::flow::{Arrow, Flow, Maker, Taker};
use super::lanes::{self, Way};
use super::palette::TONES;
use super::place::{Frame, Kind, Look, Node, PAD, PHASE_SIZE, PortWay};

/// From the border of a box to the name of an artifact, over an arrowhead.
pub(super) const LABEL_START: i32 = 13;
/// From one lane to the next.
const LANE: i32 = 9;

/// All arrows of one version of an artifact: they share the lane from who made it.
#[derive(Debug)]
pub(super) struct Strand {
    pub(super) artifact: usize,
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests ask what an arrow joins"))]
    pub(super) from: Kind,
    pub(super) start: (i32, i32),
    pub(super) lane: i32,
    /// Its colour, by number.
    pub(super) tone: usize,
    /// From top to bottom.
    pub(super) ends: Vec<End>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests ask what an arrow joins"))]
    pub(super) to: Kind,
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) perhaps: bool,
}

/// From a gate back to a phase.
#[derive(Debug)]
pub(super) struct Back {
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests ask what an arrow joins"))]
    pub(super) step: usize,
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests ask what an arrow joins"))]
    pub(super) phase: usize,
    pub(super) start: (i32, i32),
    pub(super) lane: i32,
    pub(super) end: (i32, i32),
}

pub(super) fn strands(flow: &Flow, nodes: &[Node], frame_width: i32) -> Vec<Strand> {
    let by_kind: HashMap<Kind, &Node> = nodes.iter().map(|node| (node.kind, node)).collect();
    let mut by_maker: HashMap<Maker, Vec<&Arrow>> = HashMap::new();
    for arrow in &flow.arrows {
        by_maker.entry(arrow.from).or_default().push(arrow);
    }
    let mut strands: Vec<Strand> = nodes
        .iter()
        .filter_map(|node| {
            let maker = match node.kind {
                Kind::Input(input) => Maker::Input(input),
                Kind::Step(step) => Maker::Step(step),
                Kind::Waiver(_) => return None,
            };
            strand(node, by_maker.get(&maker)?, &by_kind)
        })
        .collect();
    let ways: Vec<_> = strands
        .iter()
        .map(|strand| Way {
            top: strand.start.1,
            bottom: strand.ends.last().map_or(strand.start.1, |end| end.y),
        })
        .collect();
    let assigned = lanes::assign(&ways);
    for (strand, lane) in strands.iter_mut().zip(assigned) {
        strand.lane = frame_width + PAD + pixels(lane);
        strand.tone = lane % TONES;
    }
    strands
}

fn strand(maker: &Node, arrows: &[&Arrow], by_kind: &HashMap<Kind, &Node>) -> Option<Strand> {
    let leaves = maker.ports.iter().find(|port| port.way == PortWay::Leaves)?;
    let mut ends: Vec<End> = arrows
        .iter()
        .filter_map(|arrow| {
            let to = match arrow.to {
                Taker::Step(step) => Kind::Step(step),
                Taker::Waiver(phase) => Kind::Waiver(phase),
            };
            let taker = by_kind.get(&to)?;
            let port = taker
                .ports
                .iter()
                .find(|port| port.way == PortWay::Arrives(arrow.from))?;
            let (x, y) = (taker.area.right(), port.y);
            Some(End {
                to,
                x,
                y,
                perhaps: arrow.perhaps,
            })
        })
        .collect();
    ends.sort_by_key(|end| end.y);
    Some(Strand {
        artifact: leaves.artifact,
        from: maker.kind,
        start: (maker.area.right(), leaves.y),
        lane: 0,
        tone: 0,
        ends,
    })
}

pub(super) fn backs(flow: &Flow, nodes: &[Node], frames: &[Frame]) -> Vec<Back> {
    let mut backs: Vec<Back> = nodes
        .iter()
        .filter_map(|node| {
            let Kind::Step(step) = node.kind else { return None };
            let phase = usize::from(flow.steps.get(step)?.plan.rework?.to);
            let frame = frames.iter().find(|frame| frame.phase == Some(phase))?;
            let line = node.texts.iter().find(|text| text.look == Look::Back)?;
            Some(Back {
                step,
                phase,
                start: (node.area.x, line.y - 4),
                lane: 0,
                end: (frame.area.x, frame.area.y + PAD + PHASE_SIZE / 2),
            })
        })
        .collect();
    let ways: Vec<_> = backs
        .iter()
        .map(|back| Way {
            top: back.end.1,
            bottom: back.start.1,
        })
        .collect();
    for (back, lane) in backs.iter_mut().zip(lanes::assign(&ways)) {
        back.lane = -PAD - pixels(lane);
    }
    backs
}

fn pixels(lanes: usize) -> i32 {
    i32::try_from(lanes)
        .unwrap_or(i32::MAX / LANE)
        .saturating_mul(LANE)
}
