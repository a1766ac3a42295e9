//! An SVG that needs nothing else: it carries its styles, is right by day and by night, and says everything in words too.
//!
//! A page that takes it in may set the colours (`--plan-..` on `.plan-picture`); its steps link to `#step-Phase.step`.

mod arrows;
mod style;

use std::fmt::{self, Write as _};

use super::flow::{Flow, Member};
use super::lead::LABEL_START;
use super::place::{
    Area, Entry, Frame, Kind, Look, MARGIN, Node, PAD, Place, PortWay, SIGN, TITLE_SIZE, Text,
};
use super::{Picture, words};
use crate::cli::mark::Mark;

/// A plan of more steps is described by its phases.
const NAMED_AT_MOST: usize = 100;
/// What a gate's corners lack.
const CUT: i32 = 9;

impl Picture<'_> {
    /// As an SVG.
    pub(crate) fn svg(&self) -> String {
        let flow = Flow::of(self.plan);
        let mut drawing = Drawing {
            picture: self,
            flow: &flow,
            text: String::new(),
        };
        // A `String` takes everything that is written to it.
        let _ = drawing.write(&Place::of(self, &flow));
        drawing.text
    }
}

struct Drawing<'a> {
    picture: &'a Picture<'a>,
    flow: &'a Flow,
    text: String,
}

impl Drawing<'_> {
    fn write(&mut self, place: &Place) -> fmt::Result {
        let plan = self.picture.plan;
        let Area { x, y, width, height } = place.all;
        writeln!(
            self.text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plan-picture\" role=\"group\" aria-label=\"{}\" \
             viewBox=\"{x} {y} {width} {height}\" width=\"{width}\" height=\"{height}\">",
            Xml(plan.name)
        )?;
        writeln!(self.text, "<title>{}</title>", Xml(plan.name))?;
        writeln!(self.text, "<desc>{}</desc>", Xml(&self.description()))?;
        self.write_style()?;
        writeln!(
            self.text,
            "<rect class=\"paper\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        )?;
        let baseline = MARGIN + TITLE_SIZE - 2;
        writeln!(
            self.text,
            "<text class=\"title\" y=\"{baseline}\">{}</text>",
            Xml(plan.name)
        )?;
        place
            .legend
            .iter()
            .try_for_each(|entry| self.write_entry(entry))?;
        place
            .frames
            .iter()
            .try_for_each(|frame| self.write_frame(frame))?;
        self.write_arrows(place)?;
        place.nodes.iter().try_for_each(|node| self.write_node(node))?;
        self.write_ports(place)?;
        writeln!(self.text, "</svg>")
    }

    /// The plan in a paragraph, for those who hear the picture.
    fn description(&self) -> String {
        let plan = self.picture.plan;
        let mut text = words::one_line(plan.doc);
        for (at, phase) in plan.phases.iter().enumerate() {
            let steps = match self.flow.steps.len() {
                ..=NAMED_AT_MOST => phase
                    .steps
                    .iter()
                    .map(|step| step.name)
                    .collect::<Vec<_>>()
                    .join(", "),
                _ => format!("{} steps", phase.steps.len()),
            };
            let traits = words::traits(phase).map_or(String::new(), |traits| format!(" ({traits})"));
            let mark = self.picture.phase_mark(at);
            let mark = mark.map_or(String::new(), |mark| format!(", {}", mark.word()));
            let _ = write!(text, " {}{traits}{mark}: {}.", phase.name, steps);
        }
        text.trim().to_owned()
    }

    fn write_entry(&mut self, entry: &Entry) -> fmt::Result {
        let Area { x, y, width, height } = entry.area;
        let mark = entry.mark;
        let baseline = y + 15;
        writeln!(
            self.text,
            "<g class=\"legend {}\"><rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/><text class=\"sign\" x=\"{}\" y=\"{baseline}\">{}</text><text class=\"small\" x=\"{}\" \
             y=\"{baseline}\">{}</text></g>",
            mark.word(),
            x + 13,
            mark.sign(),
            x + SIGN + 2,
            mark.word()
        )
    }

    fn write_frame(&mut self, frame: &Frame) -> fmt::Result {
        let plan = self.picture.plan;
        let phase = frame.phase.and_then(|at| plan.phases.get(at));
        let mark = frame.phase.and_then(|at| self.picture.phase_mark(at));
        let optional = if phase.is_some_and(|phase| phase.optional) {
            " optional"
        } else {
            ""
        };
        let kind = if phase.is_some() { "phase" } else { "inputs" };
        write!(self.text, "<g class=\"{kind}{optional}{}\">", Class(mark))?;
        if let Some(phase) = phase {
            self.write_title(phase.name, mark, phase.doc)?;
        }
        let Area { x, y, width, height } = frame.area;
        write!(
            self.text,
            "<rect class=\"frame\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        )?;
        if let (Some(mark), Some(title)) = (mark, frame.texts.first()) {
            self.write_sign(mark, x + PAD + 6, title.y)?;
        }
        frame.texts.iter().try_for_each(|text| self.write_text(text))?;
        writeln!(self.text, "</g>")
    }

    fn write_title(&mut self, name: &str, mark: Option<Mark>, doc: &str) -> fmt::Result {
        write!(self.text, "<title>{}", Xml(name))?;
        if let Some(mark) = mark {
            write!(self.text, ": {}", mark.word())?;
        }
        let doc = words::one_line(doc);
        if !doc.is_empty() {
            write!(self.text, "\n{}", Xml(&doc))?;
        }
        write!(self.text, "</title>")
    }

    fn write_sign(&mut self, mark: Mark, x: i32, y: i32) -> fmt::Result {
        write!(
            self.text,
            "<text class=\"sign\" x=\"{x}\" y=\"{y}\">{}</text>",
            mark.sign()
        )
    }

    fn write_text(&mut self, text: &Text) -> fmt::Result {
        let Text { look, x, y, words } = text;
        let class = match look {
            Look::Phase => " class=\"heading\"",
            Look::Name => "",
            Look::Small | Look::Person => " class=\"small\"",
            Look::Back => " class=\"small to-back\"",
        };
        if *look == Look::Person {
            // A head and shoulders.
            write!(
                self.text,
                "<path class=\"person\" d=\"M{} {}a2.6 2.6 0 1 0 .1 0zm-4.6 10q0-4.4 4.6-4.4t4.6 4.4z\"/>",
                x - 10,
                y - 9
            )?;
        }
        write!(
            self.text,
            "<text{class} x=\"{x}\" y=\"{y}\">{}</text>",
            Xml(words)
        )
    }

    fn write_node(&mut self, node: &Node) -> fmt::Result {
        let plan = self.picture.plan;
        let close = match node.kind {
            Kind::Step(at) => self.open_step(at)?,
            Kind::Input(input) => {
                let (name, ty) = (words::artifact(plan, input), words::artifact_type(plan, input));
                write!(
                    self.text,
                    "<g class=\"input\"><title>{}: {}</title>",
                    Xml(name),
                    Xml(ty)
                )?;
                "</g>"
            }
            Kind::Waiver(_) => {
                write!(self.text, "<g class=\"waiver\">")?;
                "</g>"
            }
        };
        self.write_shape(node)?;
        if let Kind::Step(at) = node.kind
            && let (Some(mark), Some(name)) = (self.picture.step_mark(at), node.texts.first())
        {
            self.write_sign(mark, node.area.x + PAD + 5, name.y)?;
        }
        node.texts.iter().try_for_each(|text| self.write_text(text))?;
        writeln!(self.text, "{close}")
    }

    fn open_step(&mut self, at: usize) -> Result<&'static str, fmt::Error> {
        let Some(Member { phase, plan: step }) = self.flow.steps.get(at).copied() else {
            write!(self.text, "<g>")?;
            return Ok("</g>");
        };
        let mark = self.picture.step_mark(at);
        let path = format!("{}.{}", words::phase(self.picture.plan, phase), step.name);
        let gate = if step.gate { " gate" } else { "" };
        let manual = if step.manual { " manual" } else { "" };
        write!(
            self.text,
            "<a class=\"step{gate}{manual}{}\" href=\"#step-{}\">",
            Class(mark),
            Xml(&path)
        )?;
        self.write_title(&path, mark, step.doc)?;
        Ok("</a>")
    }

    fn write_shape(&mut self, node: &Node) -> fmt::Result {
        let Area { x, y, width, height } = node.area;
        let member = match node.kind {
            Kind::Step(at) => self.flow.steps.get(at),
            _ => None,
        };
        if member.is_some_and(|member| member.plan.gate) {
            let (across, down) = (width - 2 * CUT, height - 2 * CUT);
            return write!(
                self.text,
                "<path class=\"box\" d=\"M{} {y}h{across}l{CUT} {CUT}v{down}l-{CUT} {CUT}h-{across}l-{CUT}-{CUT}v-{down}z\"/>",
                x + CUT
            );
        }
        write!(
            self.text,
            "<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        )
    }

    /// The names of what arrives and leaves, above its arrows; what nobody takes leaves by an arrow in words.
    fn write_ports(&mut self, place: &Place) -> fmt::Result {
        let Some(node) = place.nodes.first() else {
            return Ok(());
        };
        let x = node.area.right() + LABEL_START;
        writeln!(self.text, "<g class=\"ports\" transform=\"translate({x})\">")?;
        for port in place.nodes.iter().flat_map(|node| &node.ports) {
            let name = Xml(words::artifact(self.picture.plan, port.artifact));
            let y = port.y - 3;
            match port.way {
                PortWay::Arrives(_) => write!(self.text, "<text y=\"{y}\">{name}</text>")?,
                PortWay::Leaves => write!(self.text, "<text class=\"made\" y=\"{y}\">{name}</text>")?,
                PortWay::Results => write!(
                    self.text,
                    "<text class=\"made\" x=\"-9\" y=\"{y}\">→ {name}</text>"
                )?,
            }
        }
        writeln!(self.text, "</g>")
    }
}

/// A mark as one more class.
struct Class(Option<Mark>);

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(mark) => write!(f, " {}", mark.word()),
            None => Ok(()),
        }
    }
}

/// Text in XML, in an attribute as well.
struct Xml<'a>(&'a str);

impl fmt::Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                // XML has no way to say these.
                '\u{fffe}' | '\u{ffff}' => f.write_char(' ')?,
                _ if letter.is_control() && letter != '\n' => f.write_char(' ')?,
                _ => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}
