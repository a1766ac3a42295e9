//! Text that others wrote, made fit to be shown: nothing in it can end the element it stands in, hide, or turn the
//! reading direction of what is around it.

use std::borrow::Cow;
use std::fmt::Write as _;

use maud::{Markup, Render, html};

/// Text of any origin. What cannot be seen is spelled out; line breaks and tabs stay.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(pub(super) &'a str);

impl Render for Text<'_> {
    fn render_to(&self, buffer: &mut String) {
        match self.0.contains(is_unseen) {
            false => self.0.render_to(buffer),
            true => spelled(self.0).render_to(buffer),
        }
    }
}

/// The same between tags, where a quotation mark needs no escape: of JSON that is a third.
pub(super) struct Content<'a>(pub(super) &'a str);

impl Render for Content<'_> {
    fn render_to(&self, buffer: &mut String) {
        let spelled = match self.0.contains(is_unseen) {
            false => Cow::Borrowed(self.0),
            true => Cow::Owned(spelled(self.0)),
        };
        for c in spelled.chars() {
            match c {
                '&' => buffer.push_str("&amp;"),
                '<' => buffer.push_str("&lt;"),
                '>' => buffer.push_str("&gt;"),
                c => buffer.push(c),
            }
        }
    }
}

/// How many bytes of the page a character of a content takes, at most.
pub(super) fn weight(c: char) -> usize {
    match c {
        '&' | '<' | '>' => 5,
        c if is_unseen(c) => 14,
        c => c.len_utf8(),
    }
}

/// The text, or as much of it as the budget allows, with how much is left out.
pub(super) struct Cut<'a> {
    pub(super) text: &'a str,
    pub(super) budget: usize,
}

impl Render for Cut<'_> {
    fn render_to(&self, buffer: &mut String) {
        let shown = &self.text[..self.text.floor_char_boundary(self.budget)];
        Text(shown).render_to(buffer);
        if shown.len() < self.text.len() {
            let left = size(self.text.len() - shown.len());
            html! { " " i { "… " (left) " more" } }.render_to(buffer);
        }
    }
}

/// `850 B`, `1.2 kB`, `3.4 MB`
pub(super) fn size(bytes: usize) -> String {
    match bytes {
        0..=999 => format!("{bytes} B"),
        1_000..=999_999 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// How much there is of something: `1 step`, `2 steps`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A doc comment, by paragraphs.
pub(super) fn doc(text: &str) -> Markup {
    html! {
        @for paragraph in text.trim().split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            p class="doc" { (Text(paragraph.trim())) }
        }
    }
}

fn is_unseen(c: char) -> bool {
    let is_kept = matches!(c, '\n' | '\t');
    // Marks and overrides of direction, invisible separators, and what is no character at all; the joiners that Persian
    // and emoji are written with stay.
    let is_hidden = matches!(
        c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    let is_none = matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe;
    (c.is_control() && !is_kept) || is_hidden || is_none
}

fn spelled(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        let code = u32::from(c);
        let picture = match code {
            0x7f => Some('\u{2421}'),
            0..=0x1f => char::from_u32(0x2400 + code),
            _ => None,
        };
        match picture {
            _ if !is_unseen(c) => spelled.push(c),
            Some(picture) => spelled.push(picture),
            // To a string, which cannot fail.
            None => _ = write!(spelled, "⟨U+{code:04X}⟩"),
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_its_element_hides_or_turns_the_direction() {
        let cases = [
            ("</script><b>", "&lt;/script&gt;&lt;b&gt;"),
            ("\" onload=\"x", "&quot; onload=&quot;x"),
            ("a\0b\u{1b}[31m\u{7f}", "a␀b␛[31m␡"),
            ("\u{202e}evil\u{2066}", "⟨U+202E⟩evil⟨U+2066⟩"),
            ("\u{85}\u{feff}\u{ffff}", "⟨U+0085⟩⟨U+FEFF⟩⟨U+FFFF⟩"),
            ("two\nlines\tשלום é 👩‍🚀", "two\nlines\tשלום é 👩‍🚀"),
        ];
        for (text, shown) in cases {
            assert_eq!(Text(text).render().into_string(), shown);
        }
    }

    #[test]
    fn what_is_cut_says_how_much_is_missing() {
        let cut = |text, budget| Cut { text, budget }.render().into_string();
        assert_eq!(cut("éé", 3), "é <i>… 2 B more</i>");
        assert_eq!(cut("éé", 4), "éé");
        assert_eq!(
            (size(1_234), size(3_450_000)),
            ("1.2 kB".to_owned(), "3.4 MB".to_owned())
        );
    }
}
