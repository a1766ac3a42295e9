//! JSON laid out for people, as far as a budget of bytes on the page goes.

use super::text::weight;

/// Laid out JSON. It is not parsed: every digit and the order of the keys stay as recorded, and a long text costs no more
/// than what is shown of it.
pub(super) struct Pretty {
    pub(super) text: String,
    pub(super) is_cut: bool,
}

pub(super) fn pretty(json: &str, budget: usize) -> Pretty {
    let mut writer = Writer::default();
    // What escaping adds to the length.
    let mut extra = 0;
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        extra += weight(c) - c.len_utf8();
        if writer.text.len() + extra + c.len_utf8() > budget {
            return Pretty {
                text: writer.text,
                is_cut: true,
            };
        }
        if writer.is_in_string {
            writer.in_string(c);
            continue;
        }
        match c {
            ' ' | '\n' | '\t' | '\r' => {}
            '{' | '[' => {
                writer.text.push(c);
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                match chars.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => writer.text.push(end),
                    None => writer.line(1),
                }
            }
            '}' | ']' => {
                writer.line(-1);
                writer.text.push(c);
            }
            ',' => {
                writer.text.push(c);
                writer.line(0);
            }
            ':' => writer.text.push_str(": "),
            '"' => {
                writer.text.push(c);
                writer.is_in_string = true;
            }
            _ => writer.text.push(c),
        }
    }
    Pretty {
        text: writer.text,
        is_cut: false,
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
}

impl Writer {
    fn in_string(&mut self, c: char) {
        self.text.push(c);
        let is_end = c == '"' && !self.is_escaped;
        self.is_escaped = c == '\\' && !self.is_escaped;
        self.is_in_string = !is_end;
    }

    fn line(&mut self, deeper: isize) {
        self.depth = self.depth.saturating_add_signed(deeper);
        self.text.push('\n');
        // However deep it goes, it must be seen on a phone.
        for _ in 0..self.depth.min(12) {
            self.text.push_str("  ");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_as_recorded() {
        let cases = [
            (r#"{"b":1.00,"a":[]}"#, "{\n  \"b\": 1.00,\n  \"a\": []\n}"),
            (
                r#"["a, \"b\": {", {} , [ ] ]"#,
                "[\n  \"a, \\\"b\\\": {\",\n  {},\n  []\n]",
            ),
            (r#""\\""#, r#""\\""#),
            ("null", "null"),
            ("]]{not json", "\n]\n]{\n  notjson"),
        ];
        for (json, text) in cases {
            let pretty = pretty(json, 1_000);
            assert_eq!((pretty.text.as_str(), pretty.is_cut), (text, false));
        }
    }

    #[test]
    fn the_layout_of_valid_json_means_the_same() {
        let json = r#"{"a":[1,2,{"é":"\u0000 \" }"}],"b":{"c":{}},"d":[[[]]],"e":-1e9}"#;
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        let again: serde_json::Value = serde_json::from_str(&pretty(json, 1_000).text).unwrap();
        assert_eq!(value, again);
    }

    #[test]
    fn a_budget_is_kept_to_the_character() {
        let cut = pretty(r#"["éééééééé"]"#, 10);
        assert_eq!((cut.text.as_str(), cut.is_cut), ("[\n  \"éé", true));
        let deep = "[".repeat(100_000);
        assert!(pretty(&deep, 4_096).text.len() < 4_200);
    }
}
