//! Why a text is no data, and where in it.

/// Why a text cannot be read.
#[derive(Debug, PartialEq)]
pub(super) struct Unread {
    pub(super) line: usize,
    /// In characters, from 1; there is one if the text is not of its format.
    pub(super) column: Option<usize>,
    pub(super) message: String,
    pub(super) fix: Option<&'static str>,
}

impl Unread {
    /// It is not of its format, in the words of the parser.
    pub(super) fn syntax((line, column): (usize, usize), words: &str) -> Self {
        // Some parsers write several lines.
        let lines: Vec<_> = words.lines().map(str::trim).collect();
        Unread {
            line,
            column: Some(column),
            message: lines.join("; "),
            fix: None,
        }
    }

    /// It is of its format, and says what is not taken.
    pub(super) fn refused(line: usize, message: impl Into<String>) -> Self {
        Unread {
            line,
            column: None,
            message: message.into(),
            fix: None,
        }
    }

    pub(super) fn fix(self, fix: &'static str) -> Self {
        Unread {
            fix: Some(fix),
            ..self
        }
    }
}

/// Where the lines of a text begin.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1));
        Lines {
            text,
            starts: starts.collect(),
        }
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// The line and the column of a byte, from 1.
    pub(super) fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.line(offset);
        let start = self.start(line);
        let before = self.text.get(start..).unwrap_or_default();
        let letters = before.char_indices();
        let column = letters.take_while(|(at, _)| start + at < offset).count() + 1;
        (line, column)
    }

    /// The byte at which a line begins.
    pub(super) fn start(&self, line: usize) -> usize {
        let line = line.saturating_sub(1);
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }
}
