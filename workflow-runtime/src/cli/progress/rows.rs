//! The scene in rows that fit the terminal: the phase with its bar, a row for each step that is being done, and what
//! comes after.

use std::time::{Duration, Instant, SystemTime};

use anstyle::Style;

use crate::cli::columns::{cut, width};
use crate::cli::mark::Mark;
use crate::cli::moment::{ago, span};
use crate::cli::progress::scene::{Doing, Live, Scene};

/// How wide a bar is.
const BAR: usize = 10;

/// What spins, a sign each tenth of a second.
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// How much fits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Scene {
    /// What goes on now; nothing while nothing does, or while the run stops.
    pub(super) fn rows(&self, room: Room, now: Instant) -> Vec<String> {
        let head = match (self.phase, self.undoing) {
            _ if self.stops => return Vec::new(),
            (_, Some(since)) => self.undoing_row(room, since, now),
            (Some((phase, since)), None) => {
                let (done, of) = self.progress(phase);
                let count = format!("{} {done}/{of}", bar(done, of));
                let mark = self.mark(phase);
                self.phase_row_as(mark, phase, &count, &elapsed(now - since), room.columns)
            }
            (None, None) => return Vec::new(),
        };
        let mut rows = vec![head];
        let after = self.row_of_what_comes_after(room);
        // One is for the head, and one for how many do not fit.
        let fitting = room.rows.saturating_sub(2 + usize::from(after.is_some())).max(1);
        let live = self.live.iter();
        rows.extend(
            live.take(fitting)
                .map(|(step, live)| self.step_row(*step, live, room.columns, now)),
        );
        if let Some(more @ 1..) = self.live.len().checked_sub(fitting) {
            rows.push(dimmed(&format!("  … and {more} more"), room.columns));
        }
        rows.extend(after);
        rows
    }

    /// A phase that nothing is done in any more.
    pub(super) fn phase_row(&self, phase: u16, time: Option<Duration>, columns: usize) -> String {
        let mark = match self.mark(phase) {
            // It was told to stop.
            Mark::Running => Mark::Ready,
            mark => mark,
        };
        let count = match (mark, self.progress(phase)) {
            (Mark::Skipped, _) => mark.word().to_owned(),
            (_, (done, of)) => format!("{done}/{of}"),
        };
        let time = time.map(span).unwrap_or_default();
        self.phase_row_as(mark, phase, &count, &time, columns)
    }

    fn phase_row_as(&self, mark: Mark, phase: u16, count: &str, time: &str, columns: usize) -> String {
        let (style, dim) = (mark.style(), Style::new().dimmed());
        let left = columns.saturating_sub(5 + width(count) + width(time));
        let name = cut(self.layout.phase(phase).name, left.max(6));
        let sign = mark.sign();
        let row = format!("{style}{sign} {name} {count}{style:#}");
        match time {
            "" => row,
            time => format!("{row}  {dim}{time}{dim:#}"),
        }
    }

    fn undoing_row(&self, room: Room, since: Instant, now: Instant) -> String {
        let (style, sign) = (Mark::Undone.style(), Mark::Undone.sign());
        let row = format!(
            "{sign} taking it back  {} undone  {}",
            self.undone,
            elapsed(now - since)
        );
        format!("{style}{}{style:#}", cut(&row, room.columns))
    }

    fn step_row(&self, step: u16, live: &Live, columns: usize, now: Instant) -> String {
        let step = self.layout.step(step);
        let limit = step.retry.attempts;
        let attempt = match live.attempt {
            0 | 1 => String::new(),
            attempt if self.undoing.is_none() && limit >= attempt => {
                format!("  attempt {attempt}/{limit}")
            }
            attempt => format!("  attempt {attempt}"),
        };
        let (mark, sign, time, then) = match live.doing {
            Doing::Working { since } => {
                let time = now - since;
                let tenths = usize::try_from(time.as_millis() / 100).unwrap_or(0);
                let sign = SPINNER[tenths % SPINNER.len()];
                (Mark::Running, sign, elapsed(time), attempt)
            }
            Doing::Again { at } => {
                let wait = at.saturating_duration_since(now);
                (Mark::Failed, "↻", format!("again in {}", whole(wait)), attempt)
            }
            Doing::Asked { since } => {
                let whom = step.by.unwrap_or("a person");
                let time = ago(since, SystemTime::now());
                (
                    Mark::Waiting,
                    Mark::Waiting.sign(),
                    time,
                    format!("  waits for {whom}"),
                )
            }
        };
        let said = live
            .said
            .as_ref()
            .map_or_else(String::new, |said| format!("  {said}"));
        let (style, dim) = (mark.style(), Style::new().dimmed());
        // The name and what it said give way to what is told in figures.
        let middle = format!("  {time}{then}");
        let left = columns.saturating_sub(4 + width(&middle));
        let name = cut(step.name, left.max(6));
        let middle = cut(&middle, columns.saturating_sub(4 + width(&name)));
        let said = cut(&said, columns.saturating_sub(4 + width(&name) + width(&middle)));
        format!("  {style}{sign} {name}{style:#}{middle}{dim}{said}{dim:#}")
    }

    /// The names of the phases that have not begun.
    fn row_of_what_comes_after(&self, room: Room) -> Option<String> {
        let (phase, _) = self.phase?;
        let after = &self.layout.plan.phases[usize::from(phase) + 1..];
        let names: Vec<_> = after.iter().map(|phase| phase.name).collect();
        (!names.is_empty() && room.rows > 4).then(|| {
            let row = format!("{} then {}", Mark::Open.sign(), names.join(", "));
            dimmed(&row, room.columns)
        })
    }
}

fn dimmed(row: &str, columns: usize) -> String {
    let dim = Style::new().dimmed();
    format!("{dim}{}{dim:#}", cut(row, columns))
}

fn bar(done: usize, of: usize) -> String {
    let filled = (done * BAR).checked_div(of).unwrap_or(0).min(BAR);
    "━".repeat(filled) + &"─".repeat(BAR - filled)
}

/// As a clock runs: in tenths of a second at first.
fn elapsed(time: Duration) -> String {
    match time.as_secs() {
        0..=9 => format!("{:.1} s", time.as_secs_f64()),
        _ => span(time),
    }
}

/// In seconds, where there is no more than a minute of them; the last one is counted until it is over.
fn whole(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1_000);
    match u64::try_from(seconds) {
        Ok(seconds @ 60..) => span(Duration::from_secs(seconds)),
        _ => format!("{seconds} s"),
    }
}
