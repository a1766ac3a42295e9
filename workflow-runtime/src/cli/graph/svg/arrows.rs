//! The lines of an SVG: what leads from box to box.

use std::fmt::{self, Write as _};

use super::{Drawing, Xml};
use crate::cli::graph::lead::{Back, Strand};
use crate::cli::graph::palette::TONES;
use crate::cli::graph::place::{Fork, Order, Place};
use crate::cli::graph::words;

/// How round the arrows' corners are.
const ROUND: i32 = 5;

impl Drawing<'_> {
    pub(super) fn write_arrows(&mut self, place: &Place) -> fmt::Result {
        self.write_orders(&place.orders, true)?;
        self.write_orders(&place.orders, false)?;
        place.forks.iter().try_for_each(|fork| self.write_fork(fork))?;
        self.write_strands(&place.strands)?;
        place.backs.iter().try_for_each(|back| self.write_back(back))
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
            for (class, path) in [("head", heads), ("dots", dots)] {
                if !path.is_empty() {
                    writeln!(self.text, "<path class=\"{class} tone-{tone}\" d=\"{path}\"/>")?;
                }
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
}
