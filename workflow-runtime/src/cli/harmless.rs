//! Text that others wrote (steps, people, files), made harmless for a terminal: nothing in it moves the cursor, clears
//! the screen, renames the window or turns the reading direction. What would is shown by a sign instead.

use std::borrow::Cow;

/// The end of every colour.
const RESET: &str = "\x1b[0m";

/// Without colours, and with a sign for what would do something; line breaks and tabs stay.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    match text.chars().any(acts) {
        true => Cow::Owned(shown(text, |_| false)),
        false => Cow::Borrowed(text),
    }
}

/// The same in one line.
pub(crate) fn in_a_line(text: &str) -> String {
    let text = plain(text);
    let words: Vec<_> = text.split(['\n', '\t']).map(str::trim_end).collect();
    words.join(" ")
}

/// Whatever is printed for people, as the last thing before it is: our own colours stay, and end with their line.
pub(crate) fn colored(text: &str) -> Cow<'_, str> {
    match text.chars().any(acts) {
        true => Cow::Owned(shown(text, is_ours)),
        false => Cow::Borrowed(text),
    }
}

/// JSON, where what JSON may hold and a terminal may act on is escaped; it means the same.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    let acts = |c: char| c == '\u{7f}' || ('\u{80}'..='\u{9f}').contains(&c) || turns(c);
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    // Outside of its texts JSON has no such characters.
    let escaped = text.chars().map(|c| match acts(c) {
        true => format!("\\u{:04x}", u32::from(c)),
        false => c.to_string(),
    });
    Cow::Owned(escaped.collect())
}

fn acts(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || turns(c)
}

/// Whether it turns the direction in which text is read, so that it says something else than it shows.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shown(text: &str, keeps: impl Fn(&str) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut is_colored = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(parameters) = color(rest) {
            let (sequence, after) = rest.split_at(parameters.len() + 3);
            if keeps(parameters) {
                is_colored = !matches!(parameters, "" | "0");
                shown.push_str(sequence);
            }
            rest = after;
            continue;
        }
        if c == '\n' && is_colored {
            shown.push_str(RESET);
            is_colored = false;
        }
        shown.push(if acts(c) { sign(c) } else { c });
        rest = &rest[c.len_utf8()..];
    }
    if is_colored {
        shown.push_str(RESET);
    }
    shown
}

/// The parameters of the colour that the text begins with.
fn color(text: &str) -> Option<&str> {
    let after = text.strip_prefix("\x1b[")?;
    let end = after.find(|c: char| !(c.is_ascii_digit() || c == ';' || c == ':'))?;
    after[end..].starts_with('m').then_some(&after[..end])
}

/// What this program and its command line use: weights, underlines and the colours of the theme for letters. Others
/// would hide something, as black on black does.
fn is_ours(parameters: &str) -> bool {
    let is_ours = |parameter: &str| match parameter.parse() {
        Ok(number) => matches!(number, 0..=4_u8 | 22..=24 | 31..=37 | 39 | 90..=97),
        Err(_) => parameter.is_empty(),
    };
    parameters.split(';').all(is_ours)
}

/// One column wide, as a character that nobody knows.
fn sign(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '␡',
        _ => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_on_a_terminal_is_shown_by_a_sign() {
        let cases = [
            ("as it is, ünï\n\tand on", "as it is, ünï\n\tand on"),
            ("\x1b[2Jgone", "␛[2Jgone"),
            ("\x1b]0;a title\x07", "␛]0;a title␇"),
            ("back\rover", "back␍over"),
            ("\u{9b}2J", "\u{fffd}2J"),
            ("a\u{202e}b", "a\u{fffd}b"),
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x1b[", "␛["),
        ];
        for (text, harmless) in cases {
            assert_eq!(plain(text), harmless);
        }
    }

    #[test]
    fn colours_end_with_their_line_and_none_hides_anything() {
        let cases = [
            ("\x1b[32m✓\x1b[0m done\n", "\x1b[32m✓\x1b[0m done\n"),
            ("\x1b[31mred\nand on", "\x1b[31mred\x1b[0m\nand on"),
            ("\x1b[8mhidden\x1b[0m", "hidden\x1b[0m"),
            ("\x1b[1;38;5;0mblack", "black"),
            ("\x1b[1A\x1b[1mup", "␛[1A\x1b[1mup\x1b[0m"),
        ];
        for (text, harmless) in cases {
            assert_eq!(colored(text), harmless);
        }
    }

    #[test]
    fn json_means_the_same_after_it_was_made_harmless() {
        let text = "a\u{9b}b\u{7f}\u{202e}\x1b[";
        let json_text = serde_json::to_string(text).unwrap();
        let harmless = json(&json_text);
        assert!(harmless.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&harmless).unwrap(), text);
    }
}
