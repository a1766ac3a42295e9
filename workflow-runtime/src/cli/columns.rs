//! How wide text is in a terminal, and how it is made to fit: cut, or folded between words.

use std::io::IsTerminal;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::cli::harmless::{in_a_line, plain};

/// How wide standard output is; what is read by programs is never cut or folded.
pub(crate) fn of_stdout() -> usize {
    match std::io::stdout().is_terminal() {
        true => measured(terminal_size::terminal_size_of(std::io::stdout())),
        false => usize::MAX,
    }
}

/// How wide standard error is, as `of_stdout`.
pub(crate) fn of_stderr() -> usize {
    match std::io::stderr().is_terminal() {
        true => measured(terminal_size::terminal_size_of(std::io::stderr())),
        false => usize::MAX,
    }
}

fn measured(size: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    size.map_or(100, |(width, _)| usize::from(width.0).max(20))
}

/// How wide a text is that has no colours.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// A line that fits, with what is left out marked.
pub(crate) fn cut(line: &str, room: usize) -> String {
    let line = in_a_line(line);
    if line.width() <= room {
        return line;
    }
    let mut cut = String::new();
    let mut left = room.saturating_sub(1);
    for c in line.chars() {
        let wide = c.width().unwrap_or(0);
        if wide > left {
            break;
        }
        left -= wide;
        cut.push(c);
    }
    if room > 0 {
        cut.push('…');
    }
    cut
}

/// Lines that fit, broken between words. The first begins after `first` columns, the others are set in by `hang`. A word
/// that is wider than the room stays whole.
pub(crate) fn fold(text: &str, room: usize, first: usize, hang: usize) -> String {
    let text = plain(text);
    let mut folded = String::new();
    let mut at = first;
    for (number, line) in text.trim_end().split('\n').enumerate() {
        if number > 0 {
            at = next_line(&mut folded, hang);
        }
        let mut is_begun = false;
        for word in line.split(' ') {
            let wide = word.width();
            if is_begun && at + 1 + wide > room {
                at = next_line(&mut folded, hang);
            } else if is_begun {
                folded.push(' ');
                at += 1;
            } else if at > hang && at + wide > room {
                at = next_line(&mut folded, hang);
            }
            folded.push_str(word);
            at += wide;
            is_begun = true;
        }
    }
    folded
}

fn next_line(folded: &mut String, hang: usize) -> usize {
    folded.truncate(folded.trim_end_matches(' ').len());
    folded.push('\n');
    folded.extend(std::iter::repeat_n(' ', hang));
    hang
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_as_wide_as_the_room_at_most() {
        let cases = [
            ("short", 5, "short"),
            ("longer", 5, "long…"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("two\nlines", 20, "two lines"),
            ("gone", 0, ""),
        ];
        for (line, room, fits) in cases {
            assert_eq!(cut(line, room), fits);
            assert!(width(fits) <= room);
        }
    }

    #[test]
    fn lines_are_folded_between_words() {
        let cases = [
            ("as it is", 20, 2, "as it is"),
            ("one two three", 9, 2, "one two\n    three"),
            ("two\nlines", usize::MAX, 0, "two\n    lines"),
            ("averylongword stays", 10, 0, "averylongword\n    stays"),
            ("averylongword", 10, 6, "\n    averylongword"),
        ];
        for (text, room, first, folded) in cases {
            assert_eq!(fold(text, room, first, 4), folded);
        }
    }
}
