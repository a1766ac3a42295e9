//! Mermaid: a flowchart that GitHub, GitLab and most wikis draw from its text.

use std::fmt::{self, Write as _};

use super::flow::{Flow, Maker, Taker};
use super::{Picture, palette, words};
use crate::cli::mark::Mark;

/// How many arrows Mermaid draws unless its page says otherwise (`maxEdges`).
const ARROWS_AT_MOST: usize = 500;

impl Picture<'_> {
    /// As Mermaid's text.
    pub(crate) fn mermaid(&self) -> String {
        let mut chart = Chart {
            picture: self,
            flow: Flow::of(self.plan),
            text: String::new(),
            arrows: Vec::new(),
        };
        // A `String` takes everything that is written to it.
        let _ = chart.write();
        chart.text
    }
}

struct Chart<'a> {
    picture: &'a Picture<'a>,
    flow: Flow,
    text: String,
    /// The lines of the arrows: an arrow's style is set by its number.
    arrows: Vec<(String, Line)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Artifact,
    Perhaps,
    Order,
    Back,
}

impl Chart<'_> {
    fn write(&mut self) -> fmt::Result {
        self.collect_arrows();
        let plan = self.picture.plan;
        writeln!(self.text, "flowchart TD")?;
        if self.arrows.len() > ARROWS_AT_MOST {
            let arrows = self.arrows.len();
            writeln!(
                self.text,
                "    %% {arrows} arrows: Mermaid draws {ARROWS_AT_MOST} unless `maxEdges` is set higher"
            )?;
        }
        writeln!(self.text, "    accTitle: {}", Label(plan.name))?;
        for input in 0..plan.inputs {
            let (name, ty) = (words::artifact(plan, input), words::artifact_type(plan, input));
            writeln!(
                self.text,
                "    i{input}([\"{}\"]):::input",
                Label(&format!("{name}: {ty}"))
            )?;
        }
        for phase in 0..plan.phases.len() {
            self.write_phase(phase)?;
        }
        for (arrow, _) in &self.arrows {
            writeln!(self.text, "    {arrow}")?;
        }
        self.write_docs()?;
        self.write_legend()?;
        self.write_styles()
    }

    fn write_phase(&mut self, at: usize) -> fmt::Result {
        let Some(phase) = self.picture.plan.phases.get(at) else {
            return Ok(());
        };
        let mark = self.picture.phase_mark(at);
        let traits = words::traits(phase).map_or(String::new(), |traits| format!(" ({traits})"));
        let title = format!("{}{}{traits}", sign(mark), phase.name);
        writeln!(self.text, "    subgraph p{at}[\"{}\"]", Label(&title))?;
        // Mermaid turns a box that no arrow enters.
        writeln!(self.text, "        direction TB")?;
        let taken = self.flow.taken();
        for (step, member) in self.flow.steps.iter().enumerate() {
            if member.phase != at {
                continue;
            }
            let mark = self.picture.step_mark(step);
            let mut lines = vec![format!("{}{}", sign(mark), member.plan.name)];
            let person = if member.plan.manual {
                words::PERSON.to_owned() + " "
            } else {
                String::new()
            };
            lines.extend(words::kind(member.plan).map(|kind| format!("{person}{kind}")));
            let result = member.plan.yields.filter(|_| !taken.contains(&Maker::Step(step)));
            lines.extend(
                result.map(|made| format!("→ {}", words::artifact(self.picture.plan, usize::from(made)))),
            );
            let lines: Vec<_> = lines.iter().map(|line| Label(line).to_string()).collect();
            let (open, close) = match (member.plan.gate, member.plan.manual) {
                (true, _) => ("{{", "}}"),
                (false, true) => ("[/", "\\]"),
                (false, false) => ("[", "]"),
            };
            let class = mark.map_or("step", Mark::word);
            writeln!(
                self.text,
                "        s{step}{open}\"{}\"{close}:::{class}",
                lines.join("<br>")
            )?;
        }
        writeln!(self.text, "    end")
    }

    fn collect_arrows(&mut self) {
        let plan = self.picture.plan;
        let mut arrows = Vec::new();
        for arrow in &self.flow.arrows {
            let from = match arrow.from {
                Maker::Input(input) => format!("i{input}"),
                Maker::Step(step) => format!("s{step}"),
            };
            let to = match arrow.to {
                Taker::Step(step) => format!("s{step}"),
                Taker::Waiver(phase) => format!("p{phase}"),
            };
            let (line, shaft) = match arrow.perhaps {
                true => (Line::Perhaps, "-.->"),
                false => (Line::Artifact, "-->"),
            };
            let name = words::artifact(plan, arrow.artifact);
            arrows.push((format!("{from} {shaft}|\"{}\"| {to}", Label(name)), line));
        }
        for (from, to) in self.flow.bare_order(plan) {
            arrows.push((format!("s{from} --> s{to}"), Line::Order));
        }
        for phase in 1..plan.phases.len() {
            arrows.push((format!("p{} ==> p{phase}", phase - 1), Line::Order));
        }
        for (step, member) in self.flow.steps.iter().enumerate() {
            let Some(rework) = member.plan.rework else {
                continue;
            };
            let phase = usize::from(rework.to);
            // Mermaid cannot lay out an arrow from a node to the box that it stands in.
            let to = match (member.phase == phase, self.flow.first(phase)) {
                (true, Some(first)) => format!("s{first}"),
                (false, Some(_)) => format!("p{phase}"),
                (_, None) => continue,
            };
            let label = format!("back, {}", words::at_most(rework));
            arrows.push((format!("s{step} -.->|\"{}\"| {to}", Label(&label)), Line::Back));
        }
        self.arrows = arrows;
    }

    fn write_docs(&mut self) -> fmt::Result {
        for (step, member) in self.flow.steps.iter().enumerate() {
            let doc = words::one_line(member.plan.doc);
            if !doc.is_empty() {
                let phase = words::phase(self.picture.plan, member.phase);
                let anchor = format!("#step-{phase}.{}", member.plan.name);
                writeln!(
                    self.text,
                    "    click s{step} href \"{anchor}\" \"{}\"",
                    Label(&doc)
                )?;
            }
        }
        Ok(())
    }

    fn write_legend(&mut self) -> fmt::Result {
        let legend = self.picture.legend();
        if legend.is_empty() {
            return Ok(());
        }
        writeln!(self.text, "    subgraph legend[\"what the signs mean\"]")?;
        writeln!(self.text, "        direction TB")?;
        for mark in legend {
            let (word, sign) = (mark.word(), mark.sign());
            let class = mark.word();
            writeln!(
                self.text,
                "        m_{class}[\"{}\"]:::{class}",
                Label(&format!("{sign} {word}"))
            )?;
        }
        writeln!(self.text, "    end")
    }

    fn write_styles(&mut self) -> fmt::Result {
        // Boxes are filled by us or by the reader's theme, never half and half: text must stay readable at night.
        for mark in self.picture.legend() {
            let tint = mark.by_day();
            let ink = palette::by_day("ink");
            let (class, fill, edge) = (mark.word(), tint.fill, tint.edge);
            writeln!(
                self.text,
                "    classDef {class} fill:{fill},stroke:{edge},color:{ink}"
            )?;
        }
        for (at, phase) in self.picture.plan.phases.iter().enumerate() {
            let mut style = Vec::new();
            if let Some(mark) = self.picture.phase_mark(at) {
                style.push(format!("stroke:{}", mark.by_day().edge));
            }
            if phase.optional {
                style.push("stroke-dasharray:6 4".to_owned());
            }
            if !style.is_empty() {
                writeln!(self.text, "    style p{at} {}", style.join(","))?;
            }
        }
        let muted = palette::by_day("arrow");
        self.write_line_style(Line::Order, &format!("stroke:{muted},stroke-width:1px"))?;
        let back = palette::by_day("back");
        self.write_line_style(Line::Back, &format!("stroke:{back},color:{back}"))
    }

    fn write_line_style(&mut self, line: Line, style: &str) -> fmt::Result {
        let numbers: Vec<_> = self
            .arrows
            .iter()
            .enumerate()
            .filter(|(_, (_, drawn))| *drawn == line)
            .map(|(at, _)| at.to_string())
            .collect();
        match numbers.is_empty() {
            true => Ok(()),
            false => writeln!(self.text, "    linkStyle {} {style}", numbers.join(",")),
        }
    }
}

fn sign(mark: Option<Mark>) -> String {
    mark.map_or(String::new(), |mark| format!("{} ", mark.sign()))
}

/// Text within Mermaid's quotes. Everything that Mermaid, Markdown or HTML could read as more than a letter becomes a
/// number of Mermaid's own (`#35;`), which it resolves when the picture is done.
struct Label<'a>(&'a str);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = ' ';
        let mut letters = self.0.chars().peekable();
        while let Some(letter) = letters.next() {
            let after = letters.peek().copied().unwrap_or(' ');
            // `_so_` would be italic.
            let is_within = before.is_alphanumeric() && after.is_alphanumeric();
            match letter {
                '\n' => f.write_str("<br>")?,
                _ if letter.is_control() => f.write_char(' ')?,
                ' ' | '.' | ',' | '(' | ')' | '?' | '\'' => f.write_char(letter)?,
                '_' | '-' if is_within => f.write_char(letter)?,
                _ if letter.is_alphanumeric() || !letter.is_ascii() => f.write_char(letter)?,
                _ => write!(f, "#{};", u32::from(letter))?,
            }
            before = letter;
        }
        Ok(())
    }
}
