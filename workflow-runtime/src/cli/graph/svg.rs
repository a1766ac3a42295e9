//! An SVG that needs nothing else: it carries its styles, is right by day and by night, and says everything in words too.
//!
//! A page that takes it in may set the colours (`--plan-..` on `.plan-picture`); its steps link to `#step-Phase.step`.

use std::fmt::{self, Write as _};

use super::flow::{Flow, Member};
use super::lead::{Back, LABEL_START, Strand};
use super::palette::TONES;
use super::place::{
    Area, Entry, Fork, Frame, Kind, Look, MARGIN, Node, Order, PAD, Place, PortWay, SIGN, TITLE_SIZE, Text,
};
use super::{Picture, palette, words};
use crate::cli::mark::Mark;

/// How round the arrows' corners are.
const ROUND: i32 = 5;
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
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plan-picture\" role=\"img\" viewBox=\"{x} {y} {width} \
             {height}\" width=\"{width}\" height=\"{height}\">"
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
        self.write_orders(&place.orders, true)?;
        self.write_orders(&place.orders, false)?;
        place.forks.iter().try_for_each(|fork| self.write_fork(fork))?;
        self.write_strands(&place.strands)?;
        place.backs.iter().try_for_each(|back| self.write_back(back))?;
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
                PortWay::Arrives => write!(self.text, "<text y=\"{y}\">{name}</text>")?,
                PortWay::Leaves => write!(self.text, "<text class=\"made\" y=\"{y}\">{name}</text>")?,
                PortWay::Results => write!(
                    self.text,
                    "<text class=\"made\" x=\"-9\" y=\"{y}\">→ {name}</text>"
                )?,
            }
        }
        writeln!(self.text, "</g>")
    }

    /// All of a kind in one path, for the sake of its size.
    fn write_orders(&mut self, orders: &[Order], joins_phases: bool) -> fmt::Result {
        let (class, wide) = if joins_phases {
            ("then-phase", 5)
        } else {
            ("then", 4)
        };
        let long = wide + 2;
        let (mut lines, mut heads) = (String::new(), String::new());
        for order in orders.iter().filter(|order| order.joins_phases == joins_phases) {
            let Order { x, top, bottom, .. } = order;
            write!(lines, "M{x} {top}V{}", bottom - long)?;
            write!(heads, "M{x} {bottom}l-{wide}-{long}h{}z", 2 * wide)?;
        }
        match lines.is_empty() {
            true => Ok(()),
            false => writeln!(
                self.text,
                "<path class=\"{class}\" d=\"{lines}\"/><path class=\"head\" d=\"{heads}\"/>"
            ),
        }
    }

    fn write_fork(&mut self, fork: &Fork) -> fmt::Result {
        let Fork { x, top, tines } = fork;
        let bottom = tines.last().map_or(*top, |(_, y)| *y);
        write!(self.text, "<path class=\"fork\" d=\"M{x} {top}V{bottom}")?;
        for (end, y) in tines {
            write!(self.text, "M{x} {y}H{}", end - 6)?;
        }
        write!(self.text, "\"/><path class=\"fork head\" d=\"")?;
        for (end, y) in tines {
            write!(self.text, "M{end} {y}l-6-4v8z")?;
        }
        writeln!(self.text, "\"/>")
    }

    /// Each arrow's line knows its name; heads and dots are one path a colour, for the sake of its size.
    fn write_strands(&mut self, strands: &[Strand]) -> fmt::Result {
        strands.iter().try_for_each(|strand| self.write_lines(strand))?;
        for tone in 0..TONES {
            let (mut heads, mut dots) = (String::new(), String::new());
            for strand in strands.iter().filter(|strand| strand.tone == tone) {
                for end in &strand.ends {
                    write!(heads, "M{} {}l7-4v8z", end.x, end.y)?;
                }
                // A dot wherever an arrow leaves a lane that goes on, so that it is not taken for one that crosses.
                for end in strand.ends.iter().rev().skip(1) {
                    write!(dots, "M{} {}h0", strand.lane, end.y - ROUND)?;
                }
            }
            if !heads.is_empty() {
                writeln!(
                    self.text,
                    "<path class=\"head tone-{tone}\" d=\"{heads}\"/><path class=\"dots tone-{tone}\" d=\"{dots}\"/>"
                )?;
            }
        }
        Ok(())
    }

    /// What arrives for certain, then what a waived phase does not make.
    fn write_lines(&mut self, strand: &Strand) -> fmt::Result {
        let Strand {
            artifact, lane, tone, ..
        } = *strand;
        let (mut x, mut y) = strand.start;
        for perhaps in [false, true] {
            let ends: Vec<_> = strand.ends.iter().filter(|end| end.perhaps == perhaps).collect();
            let Some(last) = ends.last() else { continue };
            let class = if perhaps { "perhaps " } else { "" };
            write!(
                self.text,
                "<path class=\"artifact {class}tone-{tone}\" d=\"M{x} {y}"
            )?;
            if x != lane {
                write!(self.text, "H{}q{ROUND} 0 {ROUND} {ROUND}", lane - ROUND)?;
            }
            write!(self.text, "V{}", last.y - ROUND)?;
            for end in &ends {
                write!(
                    self.text,
                    "M{lane} {}q0 {ROUND}-{ROUND} {ROUND}H{}",
                    end.y - ROUND,
                    end.x + 6
                )?;
            }
            let plan = self.picture.plan;
            let (name, ty) = (
                words::artifact(plan, artifact),
                words::artifact_type(plan, artifact),
            );
            writeln!(self.text, "\"><title>{}: {}</title></path>", Xml(name), Xml(ty))?;
            (x, y) = (lane, last.y - ROUND);
        }
        Ok(())
    }

    fn write_back(&mut self, back: &Back) -> fmt::Result {
        let Back {
            start: (x, y),
            lane,
            end: (end_x, end_y),
            ..
        } = *back;
        writeln!(
            self.text,
            "<path class=\"back\" d=\"M{x} {y}H{}q-{ROUND} 0-{ROUND}-{ROUND}V{}q0-{ROUND} {ROUND}-{ROUND}H{}\"/>\
             <path class=\"back head\" d=\"M{end_x} {end_y}l-7-4v8z\"/>",
            lane + ROUND,
            end_y + ROUND,
            end_x - 6
        )
    }

    fn write_style(&mut self) -> fmt::Result {
        writeln!(self.text, "<style>")?;
        // Without weight, so that any rule of a page for `.plan-picture` wins.
        let marks = self.picture.legend();
        write!(self.text, ":where(.plan-picture){{color-scheme:light dark")?;
        for (name, day, _) in palette::GROUND {
            write!(self.text, ";--plan-{name}:{day}")?;
        }
        for mark in &marks {
            let (word, tint) = (mark.word(), mark.by_day());
            write!(
                self.text,
                ";--plan-{word}:{};--plan-{word}-fill:{}",
                tint.edge, tint.fill
            )?;
        }
        write!(
            self.text,
            "}}\n@media (prefers-color-scheme:dark){{:where(.plan-picture){{"
        )?;
        for (name, _, night) in palette::GROUND {
            write!(self.text, "--plan-{name}:{night};")?;
        }
        for mark in &marks {
            let (word, tint) = (mark.word(), mark.by_night());
            write!(
                self.text,
                "--plan-{word}:{};--plan-{word}-fill:{};",
                tint.edge, tint.fill
            )?;
        }
        writeln!(self.text, "}}}}")?;
        self.text.push_str(include_str!("svg.css"));
        for mark in &marks {
            let word = mark.word();
            writeln!(
                self.text,
                ".plan-picture .{word}>.box{{fill:var(--plan-{word}-fill);stroke:var(--plan-{word})}}\n\
                 .plan-picture .{word}>.sign{{fill:var(--plan-{word})}}\n\
                 .plan-picture .phase.{word}>.frame{{stroke:var(--plan-{word})}}"
            )?;
        }
        writeln!(self.text, "</style>")
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
