//! JSON.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::cli::source::data::{DEEPEST, Data, Entries, Kind, too_big, too_deep};
use crate::cli::source::unread::{Lines, Unread};

pub(super) fn read(text: &str) -> Result<Data, Unread> {
    let reader = Reader {
        text,
        lines: Lines::of(text),
    };
    let top: &RawValue = serde_json::from_str(text).map_err(|error| reader.syntax(text, &error))?;
    reader.data(top.get(), 0)
}

/// Takes values apart into pieces of the text, which know where they stand.
struct Reader<'t> {
    text: &'t str,
    lines: Lines<'t>,
}

impl<'t> Reader<'t> {
    fn data(&self, json: &'t str, depth: usize) -> Result<Data, Unread> {
        let line = self.lines.line(self.offset(json));
        let kind = match json.as_bytes().first() {
            Some(b'{' | b'[') if depth == DEEPEST => return Err(too_deep(line)),
            Some(b'{') => self.table(json, depth)?,
            Some(b'[') => {
                let items: Vec<&'t RawValue> = self.parsed(json)?;
                let items = items.into_iter().map(|item| self.data(item.get(), depth + 1));
                Kind::List(items.collect::<Result<_, _>>()?)
            }
            Some(b'"') => Kind::Text(self.parsed(json)?),
            Some(b't' | b'f') => Kind::Bool(self.parsed(json)?),
            Some(b'n') => Kind::Null,
            _ => match json.parse::<f64>() {
                Ok(number) if number.is_finite() => Kind::Number(json.into()),
                _ => return Err(too_big(line, json)),
            },
        };
        Ok(Data { line, kind })
    }

    fn table(&self, json: &'t str, depth: usize) -> Result<Kind, Unread> {
        let mut entries = Entries::default();
        for (key, value) in self.parsed::<Pairs<'t>>(json)?.0 {
            let line = self.lines.line(self.offset(key.get()));
            entries.add(line, self.parsed(key.get())?, self.data(value.get(), depth + 1)?)?;
        }
        Ok(entries.finish())
    }

    fn parsed<T: Deserialize<'t>>(&self, json: &'t str) -> Result<T, Unread> {
        serde_json::from_str(json).map_err(|error| self.syntax(json, &error))
    }

    /// A piece borrows from the text, so it begins where it stands in it.
    fn offset(&self, piece: &str) -> usize {
        (piece.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    fn syntax(&self, piece: &str, error: &serde_json::Error) -> Unread {
        let in_piece = Lines::of(piece).start(error.line()) + error.column().saturating_sub(1);
        let place = self.lines.place(self.offset(piece) + in_piece);
        Unread::syntax(place, without_place(&error.to_string()))
    }
}

/// An error of `serde_json` without the place in a text that the user never sees.
pub(super) fn without_place(error: &str) -> &str {
    let is_place = |place: &str| {
        let (line, column) = place.split_once(" column ")?;
        (line.parse::<usize>().is_ok() && column.parse::<usize>().is_ok()).then_some(())
    };
    match error.rsplit_once(" at line ") {
        Some((words, place)) if is_place(place).is_some() => words,
        _ => error,
    }
}

/// The entries of a table, unread.
struct Pairs<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(PairsVisitor)
    }
}
