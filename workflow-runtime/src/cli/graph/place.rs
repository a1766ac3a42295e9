//! Where everything of an SVG stands, in pixels: phases from top to bottom, their steps one under the other in the order
//! in which they are driven, what goes between them in lanes to the right, and reworks in lanes to the left.
//!
//! Made for phones and for long plans: a picture grows downwards with its steps, and to the right only with the number
//! of artifacts that are under way at once.

use super::boxes::{self, Block};
use super::flow::{Flow, Maker};
use super::lead::{self, Back, Strand};
use super::{Picture, letters, words};
use crate::cli::mark::Mark;

pub(super) const TITLE_SIZE: i32 = 18;
pub(super) const PHASE_SIZE: i32 = 15;
pub(super) const NAME_SIZE: i32 = 13;
pub(super) const SMALL_SIZE: i32 = 11;
/// Around the whole.
pub(super) const MARGIN: i32 = 16;
/// Between a border and what is within it.
pub(super) const PAD: i32 = 12;
/// For a sign before a name.
pub(super) const SIGN: i32 = 20;
/// From the border of a phase to its steps; a parallel one has its fork there.
const RAIL: i32 = 26;
const STEP_GAP: i32 = 18;
const PHASE_GAP: i32 = 30;
const LEGEND_HEIGHT: i32 = 22;

/// Everything of a picture. The phases' left border is at zero; what leads back lies left of it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) all: Area,
    pub(super) legend: Vec<Entry>,
    pub(super) frames: Vec<Frame>,
    pub(super) nodes: Vec<Node>,
    pub(super) strands: Vec<Strand>,
    pub(super) backs: Vec<Back>,
    pub(super) orders: Vec<Order>,
    pub(super) forks: Vec<Fork>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Area {
    pub(super) fn right(&self) -> i32 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> i32 {
        self.y + self.height
    }
}

/// An entry of the legend.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) mark: Mark,
    pub(super) area: Area,
}

/// The border of a phase; without one, of the inputs.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) phase: Option<usize>,
    pub(super) area: Area,
    pub(super) texts: Vec<Text>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) area: Area,
    pub(super) texts: Vec<Text>,
    pub(super) ports: Vec<Port>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Input(usize),
    Step(usize),
    /// The decision whether to waive that phase.
    Waiver(usize),
}

/// A line of text; `y` is its baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) look: Look,
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Phase,
    Name,
    Small,
    /// Small, with a person drawn before it.
    Person,
    /// Where a gate sends the run back to.
    Back,
}

impl Text {
    pub(super) fn width(&self) -> i32 {
        letters::width(&self.words, self.look.size())
    }
}

impl Look {
    pub(super) fn size(self) -> i32 {
        match self {
            // Bold letters are wider; they are measured as if they were larger.
            Look::Phase => PHASE_SIZE + 2,
            Look::Name => NAME_SIZE,
            Look::Small | Look::Person | Look::Back => SMALL_SIZE,
        }
    }
}

/// Where an artifact arrives at a box or leaves it, on its right border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) y: i32,
    pub(super) artifact: usize,
    pub(super) way: PortWay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PortWay {
    Arrives(Maker),
    Leaves,
    /// It is made, and nobody takes it.
    Results,
}

/// What comes next: straight down.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) x: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
    pub(super) joins_phases: bool,
}

/// What a parallel phase begins with, all at once.
#[derive(Debug)]
pub(super) struct Fork {
    pub(super) x: i32,
    pub(super) top: i32,
    /// Where its tines end, to the right.
    pub(super) tines: Vec<(i32, i32)>,
}

impl Place {
    pub(super) fn of(picture: &Picture<'_>, flow: &Flow) -> Self {
        let blocks = boxes::blocks(picture, flow);
        let room = Room::of(picture, &blocks);
        let mut place = Place {
            all: Area {
                x: -MARGIN,
                y: 0,
                width: 0,
                height: 0,
            },
            legend: Vec::new(),
            frames: Vec::new(),
            nodes: Vec::new(),
            strands: Vec::new(),
            backs: Vec::new(),
            orders: Vec::new(),
            forks: Vec::new(),
        };
        let mut y = place.place_legend(picture, &room);
        for block in blocks {
            y = place.place_block(block, y, &room) + PHASE_GAP;
        }
        place.strands = lead::strands(flow, &place.nodes, room.frame);
        place.backs = lead::backs(flow, &place.nodes, &place.frames);

        let title = letters::width(picture.plan.name, TITLE_SIZE + 2);
        let lanes = place.strands.iter().map(|strand| strand.lane);
        let legend = place.legend.iter().map(|entry| entry.area.right());
        let right = lanes.chain(legend).fold(title.max(room.frame), i32::max) + MARGIN;
        let left = place.backs.iter().map(|back| back.lane).fold(0, i32::min) - MARGIN;
        place.all = Area {
            x: left,
            y: 0,
            width: right - left,
            height: y - PHASE_GAP + MARGIN,
        };
        place
    }

    /// Says where the first block begins.
    fn place_legend(&mut self, picture: &Picture<'_>, room: &Room) -> i32 {
        let (mut x, mut y) = (0, MARGIN + TITLE_SIZE + PAD);
        for mark in picture.legend() {
            let width = SIGN + letters::width(mark.word(), SMALL_SIZE) + PAD;
            if x > 0 && x + width > room.frame {
                (x, y) = (0, y + LEGEND_HEIGHT + 6);
            }
            let area = Area {
                x,
                y,
                width,
                height: LEGEND_HEIGHT,
            };
            self.legend.push(Entry { mark, area });
            x += width + 6;
        }
        match self.legend.is_empty() {
            true => y,
            false => y + LEGEND_HEIGHT + PAD,
        }
    }

    /// Says where it ends.
    fn place_block(&mut self, block: Block, top: i32, room: &Room) -> i32 {
        let above = self.frames.last().filter(|frame| frame.phase.is_some());
        if let Some(above) = above {
            self.orders.push(Order {
                x: RAIL + 20,
                top: above.area.bottom(),
                bottom: top,
                joins_phases: true,
            });
        }
        let header = top + PAD + PHASE_SIZE;
        let is_sequence = block.phase.is_some() && !block.parallel;
        let gap = if is_sequence { STEP_GAP } else { PAD };
        let mut y = header + PAD;
        let mut tines = Vec::new();
        let mut before: Option<i32> = None;
        for mut node in block.nodes {
            let is_step = matches!(node.kind, Kind::Step(_));
            if let (true, true, Some(bottom)) = (is_sequence, is_step, before) {
                self.orders.push(Order {
                    x: RAIL + 20,
                    top: bottom,
                    bottom: y,
                    joins_phases: false,
                });
            }
            if matches!(node.kind, Kind::Step(step) if block.begins_with.contains(&step)) {
                tines.push((RAIL, y + node.area.height / 2));
            }
            node.settle(RAIL, y, room.node);
            y = node.area.bottom() + gap;
            before = is_step.then_some(node.area.bottom());
            self.nodes.push(node);
        }
        if !tines.is_empty() {
            let (x, top) = (RAIL / 2, header + PAD / 2);
            self.forks.push(Fork { x, top, tines });
        }
        let bottom = y - gap + PAD;
        let mut texts = block.texts;
        texts.iter_mut().for_each(|text| text.y = header);
        self.frames.push(Frame {
            phase: block.phase,
            area: Area {
                x: 0,
                y: top,
                width: room.frame,
                height: bottom - top,
            },
            texts,
        });
        bottom
    }
}

/// The widths that all boxes and all frames share.
struct Room {
    node: i32,
    frame: i32,
}

impl Room {
    fn of(picture: &Picture<'_>, blocks: &[Block]) -> Self {
        let nodes = || blocks.iter().flat_map(|block| &block.nodes);
        let node = nodes().map(|node| node.area.width).max().unwrap_or(0);
        let label = |port: &Port| letters::width(words::artifact(picture.plan, port.artifact), SMALL_SIZE);
        let labels = nodes().flat_map(|node| &node.ports).map(label).max().unwrap_or(0);
        let titles = blocks
            .iter()
            .flat_map(|block| &block.texts)
            .map(|text| text.x + text.width());
        let titles = titles.max().unwrap_or(0);
        let frame = (RAIL + node + lead::LABEL_START + labels).max(titles) + PAD;
        Room { node, frame }
    }
}

impl Node {
    /// Moves a box that was built at the origin to its place.
    fn settle(&mut self, x: i32, y: i32, width: i32) {
        self.area = Area {
            x,
            y,
            width,
            height: self.area.height,
        };
        for text in &mut self.texts {
            text.x += x;
            text.y += y;
        }
        for port in &mut self.ports {
            port.y += y;
        }
    }
}
