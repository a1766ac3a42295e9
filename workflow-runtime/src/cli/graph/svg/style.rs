//! The styles that an SVG carries: shapes from `style.css`, colours as variables by day and by night.

use std::fmt::{self, Write as _};

use super::Drawing;
use crate::cli::graph::palette;

impl Drawing<'_> {
    pub(super) fn write_style(&mut self) -> fmt::Result {
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
        self.text.push_str(include_str!("style.css"));
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
