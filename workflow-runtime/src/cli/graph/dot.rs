//! DOT: the language of Graphviz and of everything that reads it.

use std::fmt::{self, Write as _};

use super::flow::{Flow, Maker, Taker};
use super::{Picture, palette, words};
use crate::cli::mark::Mark;

impl Picture<'_> {
    /// As DOT.
    pub(crate) fn dot(&self) -> String {
        let mut graph = Graph {
            picture: self,
            flow: Flow::of(self.plan),
            text: String::new(),
        };
        // A `String` takes everything that is written to it.
        let _ = graph.write();
        graph.text
    }
}

struct Graph<'a> {
    picture: &'a Picture<'a>,
    flow: Flow,
    text: String,
}

impl Graph<'_> {
    fn write(&mut self) -> fmt::Result {
        let plan = self.picture.plan;
        let (ink, muted) = (palette::by_day("ink"), palette::by_day("muted"));
        writeln!(self.text, "digraph {} {{", Quoted(plan.name))?;
        writeln!(
            self.text,
            "    graph [label={}, labelloc=t, tooltip={}, compound=true, fontname=\"sans-serif\"];",
            Quoted(plan.name),
            Quoted(&words::one_line(plan.doc))
        )?;
        writeln!(
            self.text,
            "    node [shape=box, style=\"rounded,filled\", fillcolor=white, color=\"{muted}\", fontcolor=\"{ink}\", \
             fontname=\"sans-serif\", fontsize=11];"
        )?;
        writeln!(
            self.text,
            "    edge [color=\"{muted}\", fontcolor=\"{muted}\", fontname=\"sans-serif\", fontsize=9];"
        )?;
        for input in 0..plan.inputs {
            let (name, ty) = (words::artifact(plan, input), words::artifact_type(plan, input));
            writeln!(
                self.text,
                "    i{input} [label={}, shape=cds, style=filled, tooltip=\"input\"];",
                Quoted(&format!("{name}: {ty}"))
            )?;
        }
        for phase in 0..plan.phases.len() {
            self.write_phase(phase)?;
        }
        self.write_artifacts()?;
        self.write_order()?;
        self.write_reworks()?;
        self.write_legend()?;
        writeln!(self.text, "}}")
    }

    fn write_phase(&mut self, at: usize) -> fmt::Result {
        let Some(phase) = self.picture.plan.phases.get(at) else {
            return Ok(());
        };
        let mark = self.picture.phase_mark(at);
        let traits = words::traits(phase).map_or(String::new(), |traits| format!(" ({traits})"));
        let title = format!("{}{}{traits}", sign(mark), phase.name);
        let style = if phase.optional { "dashed" } else { "solid" };
        let edge = mark.map_or(palette::by_day("faint"), |mark| mark.by_day().edge);
        writeln!(self.text, "    subgraph cluster_{at} {{")?;
        writeln!(
            self.text,
            "        graph [label={}, style={style}, color=\"{edge}\", tooltip={}];",
            Quoted(&title),
            Quoted(&tooltip(mark, phase.doc))
        )?;
        let taken = self.flow.taken();
        for (step, member) in self.flow.steps.iter().enumerate() {
            if member.phase != at {
                continue;
            }
            let mark = self.picture.step_mark(step);
            let person = if member.plan.manual {
                words::PERSON.to_owned() + " "
            } else {
                String::new()
            };
            let mut lines = vec![format!("{}{}", sign(mark), member.plan.name)];
            lines.extend(words::kind(member.plan).map(|kind| format!("{person}{kind}")));
            let result = member.plan.yields.filter(|_| !taken.contains(&Maker::Step(step)));
            lines.extend(
                result.map(|made| format!("→ {}", words::artifact(self.picture.plan, usize::from(made)))),
            );
            let shape = match (member.plan.gate, member.plan.manual) {
                (true, _) => ", shape=hexagon, style=filled",
                (false, true) => ", shape=trapezium, style=filled",
                (false, false) => "",
            };
            let tint = mark.map_or(String::new(), |mark| {
                let tint = mark.by_day();
                format!(", fillcolor=\"{}\", color=\"{}\"", tint.fill, tint.edge)
            });
            writeln!(
                self.text,
                "        s{step} [label={}{shape}{tint}, tooltip={}, URL={}];",
                Quoted(&lines.join("\n")),
                Quoted(&tooltip(mark, member.plan.doc)),
                Quoted(&format!("#step-{}.{}", phase.name, member.plan.name))
            )?;
        }
        writeln!(self.text, "    }}")
    }

    fn write_artifacts(&mut self) -> fmt::Result {
        for arrow in &self.flow.arrows {
            let from = match arrow.from {
                Maker::Input(input) => format!("i{input}"),
                Maker::Step(step) => format!("s{step}"),
            };
            // Arrows join nodes; one to a phase is cut off at its border.
            let (to, head) = match arrow.to {
                Taker::Step(step) => (Some(step), String::new()),
                Taker::Waiver(phase) => (self.flow.first(phase), format!(", lhead=cluster_{phase}")),
            };
            let Some(to) = to else { continue };
            let dashed = if arrow.perhaps { ", style=dashed" } else { "" };
            let name = words::artifact(self.picture.plan, arrow.artifact);
            writeln!(
                self.text,
                "    {from} -> s{to} [label={}{head}{dashed}];",
                Quoted(name)
            )?;
        }
        Ok(())
    }

    fn write_order(&mut self) -> fmt::Result {
        let faint = palette::by_day("faint");
        for (from, to) in self.flow.bare_order(self.picture.plan) {
            writeln!(
                self.text,
                "    s{from} -> s{to} [style=dotted, arrowhead=vee, weight=4];"
            )?;
        }
        let phases = self.picture.plan.phases.len();
        for phase in 1..phases {
            let before = phase - 1;
            let last = self.flow.steps.iter().rposition(|member| member.phase == before);
            if let (Some(last), Some(first)) = (last, self.flow.first(phase)) {
                writeln!(
                    self.text,
                    "    s{last} -> s{first} [ltail=cluster_{before}, lhead=cluster_{phase}, color=\"{faint}\", \
                     penwidth=3, arrowhead=vee];"
                )?;
            }
        }
        Ok(())
    }

    fn write_reworks(&mut self) -> fmt::Result {
        let back = palette::by_day("back");
        for (step, member) in self.flow.steps.iter().enumerate() {
            let Some(rework) = member.plan.rework else {
                continue;
            };
            let phase = usize::from(rework.to);
            let Some(first) = self.flow.first(phase) else {
                continue;
            };
            // Graphviz refuses to cut an arrow off at the border of the box in which it begins.
            let head = match member.phase == phase {
                true => String::new(),
                false => format!(", lhead=cluster_{phase}"),
            };
            let label = format!("back, {}", words::at_most(rework));
            writeln!(
                self.text,
                "    s{step} -> s{first} [label={}{head}, style=dashed, color=\"{back}\", fontcolor=\"{back}\", \
                 constraint=false];",
                Quoted(&label)
            )?;
        }
        Ok(())
    }

    fn write_legend(&mut self) -> fmt::Result {
        let legend = self.picture.legend();
        if legend.is_empty() {
            return Ok(());
        }
        writeln!(self.text, "    subgraph cluster_legend {{")?;
        writeln!(
            self.text,
            "        graph [label=\"what the signs mean\", style=solid, color=\"{}\"];",
            palette::by_day("faint")
        )?;
        for mark in legend {
            let (tint, class) = (mark.by_day(), mark.word());
            writeln!(
                self.text,
                "        m_{class} [label={}, fillcolor=\"{}\", color=\"{}\"];",
                Quoted(&format!("{} {}", mark.sign(), mark.word())),
                tint.fill,
                tint.edge
            )?;
        }
        writeln!(self.text, "    }}")
    }
}

fn sign(mark: Option<Mark>) -> String {
    mark.map_or(String::new(), |mark| format!("{} ", mark.sign()))
}

/// The mark in words, then the doc comment. A space, because Graphviz takes an empty one as none and shows the label.
fn tooltip(mark: Option<Mark>, doc: &str) -> String {
    let doc = words::one_line(doc);
    match (mark, doc.is_empty()) {
        (Some(mark), true) => mark.word().to_owned(),
        (Some(mark), false) => format!("{}: {doc}", mark.word()),
        (None, true) => " ".to_owned(),
        (None, false) => doc,
    }
}

/// A quoted string of DOT. Graphviz reads `\N` and `&lt;` in it, so both signs are escaped.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for letter in self.0.chars() {
            match letter {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '&' => f.write_str("&amp;")?,
                '\n' => f.write_str("\\n")?,
                _ if letter.is_control() => f.write_char(' ')?,
                _ => f.write_char(letter)?,
            }
        }
        f.write_char('"')
    }
}
