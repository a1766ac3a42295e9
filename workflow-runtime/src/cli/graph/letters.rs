//! How much room text takes, without a font to ask: rather too much than too little.
//!
//! The figures are those of DejaVu Sans, the widest of the fonts that `sans-serif` commonly means, in thousandths of the
//! font's size.

/// The width of a line of text, rounded up.
pub(super) fn width(text: &str, size: i32) -> i32 {
    let thousandths: i32 = text.chars().map(letter_width).sum();
    (thousandths * size + 999) / 1000
}

fn letter_width(letter: char) -> i32 {
    match letter {
        'i' | 'j' | 'l' | '.' | ',' | '\'' | '|' | ' ' => 340,
        'f' | 't' | 'r' | 'I' | ':' | ';' | '(' | ')' | '[' | ']' | '/' => 440,
        '_' | '-' | '"' | 's' | 'c' | 'z' | 'J' => 560,
        'm' | 'M' | 'W' | '%' | '@' => 1020,
        'w' | '<' | '>' | '+' | '=' | '#' | '&' | '~' | '^' => 845,
        'A'..='Z' => 790,
        _ if letter.is_ascii() => 645,
        // Chinese, Japanese and Korean letters fill a square; so do most signs.
        _ if u32::from(letter) >= 0x1100 => 1200,
        _ if letter.is_uppercase() => 1090,
        _ => 910,
    }
}

/// Breaks text that is wider than `room` into lines: after `_`, before a capital, at a space, and only then anywhere.
pub(super) fn wrapped(text: &str, size: i32, room: i32) -> Vec<String> {
    if width(text, size) <= room {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && width(&line, size) + width(piece.trim_end(), size) > room {
            lines.push(std::mem::take(&mut line));
        }
        for letter in piece.chars() {
            if !line.is_empty() && width(&line, size) + width(letter.encode_utf8(&mut [0; 4]), size) > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    lines.push(line);
    lines
        .iter()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut before) = (0, ' ');
    for (at, letter) in text.char_indices() {
        let is_break = matches!(before, '_' | ' ' | '-') || (before.is_lowercase() && letter.is_uppercase());
        if at > start && is_break {
            pieces.extend(text.get(start..at));
            start = at;
        }
        before = letter;
    }
    pieces.extend(text.get(start..));
    pieces
}
