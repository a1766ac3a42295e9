//! What is in each box of an SVG and how large it must be. Boxes are built at the origin; `place` moves them.

use std::collections::{HashMap, HashSet};

use super::flow::{Arrow, Flow, Maker, Taker, driven};
use super::place::{Area, Kind, Look, NAME_SIZE, Node, PAD, Port, PortWay, SIGN, SMALL_SIZE, Text};
use super::{Picture, letters, words};
use crate::plan::StepPlan;

/// Text that is wider is broken.
const TEXT_ROOM: i32 = 210;
/// The least width of a box.
const LEAST: i32 = 120;
const NAME_LINE: i32 = 18;
const SMALL_LINE: i32 = 15;
/// An arrow and the name above it.
const PORT: i32 = 17;
/// For the drawn person.
const PERSON: i32 = 16;

/// A phase, or the inputs, with its boxes from top to bottom.
pub(super) struct Block {
    pub(super) phase: Option<usize>,
    pub(super) parallel: bool,
    pub(super) texts: Vec<Text>,
    pub(super) nodes: Vec<Node>,
    /// In a parallel phase, the steps that wait for no other member.
    pub(super) begins_with: HashSet<usize>,
}

pub(super) fn blocks(picture: &Picture<'_>, flow: &Flow) -> Vec<Block> {
    let plan = picture.plan;
    let mut takes: HashMap<Taker, Vec<Arrow>> = HashMap::new();
    for arrow in &flow.arrows {
        takes.entry(arrow.to).or_default().push(*arrow);
    }
    let taken = flow.taken();
    let way = |maker: Maker| {
        if taken.contains(&maker) {
            PortWay::Leaves
        } else {
            PortWay::Results
        }
    };
    let mut blocks = Vec::new();
    if plan.inputs > 0 {
        blocks.push(Block {
            phase: None,
            parallel: false,
            texts: titles("Inputs", None, false),
            nodes: (0..plan.inputs)
                .map(|input| input_box(picture, input, way(Maker::Input(input))))
                .collect(),
            begins_with: HashSet::new(),
        });
    }
    let mut first = 0;
    for (at, phase) in plan.phases.iter().enumerate() {
        let of = |taker: Taker| takes.get(&taker).map_or(&[][..], Vec::as_slice);
        let mut nodes = Vec::new();
        if phase.optional {
            nodes.extend(waiver_box(at, of(Taker::Waiver(at))));
        }
        let mut begins_with = HashSet::new();
        for member in driven(phase) {
            let Some(step) = phase.steps.get(member) else {
                continue;
            };
            let arrows = of(Taker::Step(first + member));
            nodes.push(step_box(
                picture,
                first + member,
                step,
                arrows,
                way(Maker::Step(first + member)),
            ));
            let siblings = first..first + phase.steps.len();
            let waits = |arrow: &Arrow| matches!(arrow.from, Maker::Step(maker) if siblings.contains(&maker));
            if phase.parallel && !arrows.iter().any(waits) {
                begins_with.insert(first + member);
            }
        }
        blocks.push(Block {
            phase: Some(at),
            parallel: phase.parallel,
            texts: titles(phase.name, words::traits(phase), picture.phase_mark(at).is_some()),
            nodes,
            begins_with,
        });
        first += phase.steps.len();
    }
    blocks
}

fn titles(name: &str, traits: Option<&str>, is_marked: bool) -> Vec<Text> {
    let x = PAD + if is_marked { SIGN } else { 0 };
    let title = Text {
        look: Look::Phase,
        x,
        y: 0,
        words: name.to_owned(),
    };
    let traits = traits.map(|traits| Text {
        look: Look::Small,
        x: x + title.width() + PAD,
        y: 0,
        words: traits.to_owned(),
    });
    [title].into_iter().chain(traits).collect()
}

fn input_box(picture: &Picture<'_>, input: usize, way: PortWay) -> Node {
    let plan = picture.plan;
    let mut content = Content::new(0);
    content.add(Look::Name, words::artifact(plan, input));
    content.add(Look::Small, &words::one_line(words::artifact_type(plan, input)));
    content.into_node(Kind::Input(input), &[], Some((input, way)))
}

fn waiver_box(phase: usize, takes: &[Arrow]) -> Option<Node> {
    let mut content = Content::new(0);
    content.add(Look::Small, "may be waived, looking at");
    // Without a look there is nothing to draw: the frame says that the phase is optional.
    (!takes.is_empty()).then(|| content.into_node(Kind::Waiver(phase), takes, None))
}

fn step_box(picture: &Picture<'_>, at: usize, step: &StepPlan, takes: &[Arrow], way: PortWay) -> Node {
    let mut content = Content::new(picture.step_mark(at).map_or(0, |_| SIGN));
    content.add(Look::Name, step.name);
    if let Some(kind) = words::kind(step) {
        let look = if step.manual { Look::Person } else { Look::Small };
        content.add(look, &kind);
    }
    if let Some(rework) = step.rework {
        let to = words::phase(picture.plan, usize::from(rework.to));
        let back = format!("back to {to}, {}", words::at_most(rework));
        content.add(Look::Back, &back);
    }
    content.into_node(
        Kind::Step(at),
        takes,
        step.yields.map(|made| (usize::from(made), way)),
    )
}

/// The lines of a box, from top to bottom.
struct Content {
    indent: i32,
    width: i32,
    y: i32,
    texts: Vec<Text>,
}

impl Content {
    fn new(indent: i32) -> Self {
        Content {
            indent,
            width: LEAST,
            y: PAD / 2,
            texts: Vec::new(),
        }
    }

    fn add(&mut self, look: Look, words: &str) {
        let (size, line) = match look {
            Look::Name => (NAME_SIZE, NAME_LINE),
            _ => (SMALL_SIZE, SMALL_LINE),
        };
        let (mut look, mut x) = (look, PAD + self.indent);
        if look == Look::Person {
            x += PERSON;
        }
        for words in letters::wrapped(words, size, TEXT_ROOM) {
            let y = self.y + line - 4;
            let text = Text { look, x, y, words };
            self.width = self.width.max(x + text.width() + PAD);
            self.y += line;
            self.texts.push(text);
            // One person is enough.
            if look == Look::Person {
                look = Look::Small;
            }
        }
    }

    /// With what arrives above what leaves.
    fn into_node(mut self, kind: Kind, takes: &[Arrow], yields: Option<(usize, PortWay)>) -> Node {
        let arriving = takes
            .iter()
            .map(|arrow| (arrow.artifact, PortWay::Arrives(arrow.from)));
        let ports: Vec<_> = (1..)
            .zip(arriving.chain(yields))
            .map(|(row, (artifact, way))| Port {
                y: row * PORT,
                artifact,
                way,
            })
            .collect();
        let text_height = self.y + PAD / 2;
        let port_height = ports.last().map_or(0, |port| port.y + PAD);
        let height = text_height.max(port_height);
        // Whichever is less stands in the middle of the other.
        let (text_shift, port_shift) = ((height - text_height) / 2, (height - port_height) / 2);
        self.texts.iter_mut().for_each(|text| text.y += text_shift);
        let shifted = ports.into_iter().map(|port| Port {
            y: port.y + port_shift,
            ..port
        });
        let area = Area {
            x: 0,
            y: 0,
            width: self.width,
            height,
        };
        Node {
            kind,
            area,
            ports: shifted.collect(),
            texts: self.texts,
        }
    }
}
