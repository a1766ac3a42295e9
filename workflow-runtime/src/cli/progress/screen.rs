//! The rows at the bottom of a terminal, drawn again and again, with lines that stay above them.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use crate::cli::columns::width;
use crate::cli::harmless::plain;
use crate::cli::output::Output;
use crate::cli::progress::rows::Room;

/// How many of the lines that stay are known, to be shown again.
const KEPT: usize = 200;

/// The bottom of a terminal.
#[derive(Debug)]
pub(super) struct Screen {
    output: Output,
    /// The rows that are drawn; `None` while there are none.
    bar: Option<ProgressBar>,
    /// What the terminal measures, in columns and rows.
    size: (u16, u16),
    /// How many rows are drawn, and how wide the widest is.
    drawn: (usize, usize),
    kept: VecDeque<String>,
}

impl Screen {
    pub(super) fn new(output: Output) -> Self {
        Screen {
            output,
            bar: None,
            size: size(),
            drawn: (0, 0),
            kept: VecDeque::new(),
        }
    }

    /// How much fits. The last columns are left free for the `^C` that a terminal shows when it is pressed.
    pub(super) fn room(&self) -> Room {
        Room {
            columns: usize::from(self.size.0.saturating_sub(3)),
            rows: usize::from(self.size.1.saturating_sub(1)),
        }
    }

    /// Looks how large the terminal is now.
    pub(super) fn measure(&mut self) {
        let before = std::mem::replace(&mut self.size, size());
        if self.drawn.1 > usize::from(self.size.0) {
            self.begin_anew();
        } else if before != self.size {
            self.clear();
        }
    }

    /// A line that stays, where the rows are: they are drawn below it when they are next.
    pub(super) fn tell(&mut self, line: &str) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(line.to_owned());
        self.clear();
        self.output.tell(line);
    }

    pub(super) fn draw(&mut self, rows: &[String]) {
        if rows.is_empty() {
            return self.clear();
        }
        let size = self.size;
        let bar = self.bar.get_or_insert_with(|| rows_of(size));
        bar.set_message(self.output.painted(&rows.join("\n")));
        let widest = rows.iter().map(|row| width(&plain(row))).max();
        self.drawn = (rows.len(), widest.unwrap_or(0));
    }

    /// Takes the rows away. `indicatif` draws nothing on a thread that panics, and that is when they must go.
    pub(super) fn clear(&mut self) {
        let above = self.drawn.0.saturating_sub(1);
        if self.forget() {
            let up = match above {
                0 => String::new(),
                above => format!("\x1b[{above}A"),
            };
            print(&format!("\r{up}\x1b[J"));
        }
    }

    /// Leaves the rows where they are; says whether there were any.
    fn forget(&mut self) -> bool {
        self.drawn = (0, 0);
        let bar = self.bar.take();
        let hidden = |bar: &ProgressBar| bar.set_draw_target(ProgressDrawTarget::hidden());
        bar.as_ref().map(hidden).is_some()
    }

    /// The terminal may have broken rows that fit no longer, or cut them: nobody can tell where they are now. So the
    /// screen is cleared, and what was told lately is told again.
    fn begin_anew(&mut self) {
        self.forget();
        let columns = usize::from(self.size.0.max(1));
        let mut left = self.room().rows / 2;
        let rows = |line: &String| {
            let lines = plain(line);
            lines
                .lines()
                .map(|line| width(line).div_ceil(columns).max(1))
                .sum()
        };
        let fits = |line: &&String| {
            let enough = left.checked_sub(rows(line));
            left = enough.unwrap_or(0);
            enough.is_some()
        };
        let again: Vec<_> = self.kept.iter().rev().take_while(fits).collect();
        print("\x1b[2J\x1b[H");
        again.into_iter().rev().for_each(|line| self.output.tell(line));
    }
}

/// One bar of `indicatif` is all rows: they change together, in one write.
fn rows_of(size: (u16, u16)) -> ProgressBar {
    let paper = Paper {
        size,
        writing: Mutex::default(),
    };
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::term_like(Box::new(paper)));
    match ProgressStyle::with_template("{msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn size() -> (u16, u16) {
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map_or((80, 24), |(width, height)| (width.0.max(20), height.0.max(4)))
}

fn print(text: &str) {
    // Whoever closed the terminal does not look at it.
    drop(io::stderr().write_all(text.as_bytes()));
}

/// The terminal as `indicatif` writes on it.
#[derive(Debug)]
struct Paper {
    size: (u16, u16),
    writing: Mutex<Writing>,
}

#[derive(Debug, Default)]
struct Writing {
    text: String,
    /// Another row begins with what is written next.
    is_row_over: bool,
}

impl Paper {
    fn write(&self, text: std::fmt::Arguments<'_>) -> io::Result<()> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        writing.text.write_fmt(text).map_err(io::Error::other)
    }

    fn go(&self, count: usize, direction: char) -> io::Result<()> {
        match count {
            0 => Ok(()),
            _ => self.write(format_args!("\x1b[{count}{direction}")),
        }
    }
}

impl TermLike for Paper {
    fn width(&self) -> u16 {
        self.size.0
    }

    fn height(&self) -> u16 {
        self.size.1
    }

    fn move_cursor_up(&self, count: usize) -> io::Result<()> {
        self.go(count, 'A')
    }

    fn move_cursor_down(&self, count: usize) -> io::Result<()> {
        self.go(count, 'B')
    }

    fn move_cursor_right(&self, count: usize) -> io::Result<()> {
        self.go(count, 'C')
    }

    fn move_cursor_left(&self, count: usize) -> io::Result<()> {
        self.go(count, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write(format_args!("{text}\n"))
    }

    /// After each row `indicatif` fills it up with spaces, so that the next begins where the terminal breaks the line.
    /// Then all rows are one line for the terminal, to be broken anew when it is resized; so they end with a break here.
    fn write_str(&self, text: &str) -> io::Result<()> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if text.bytes().all(|byte| byte == b' ') {
            writing.is_row_over = true;
            return Ok(());
        }
        if std::mem::take(&mut writing.is_row_over) {
            writing.text.push_str("\r\n");
        }
        writing.text.push_str(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.write(format_args!("\r\x1b[2K"))
    }

    fn flush(&self) -> io::Result<()> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        // Where the cursor rests, the terminal shows the `^C` that is pressed: over the row, and not behind it.
        print(&format!("{}\r", std::mem::take(&mut *writing).text));
        Ok(())
    }
}
