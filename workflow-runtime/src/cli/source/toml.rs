//! TOML; dates and times become strings.

use toml::Spanned;
use toml::de::{DeArray, DeInteger, DeTable, DeValue};

use crate::cli::source::data::{DEEPEST, Data, Kind, float, too_big, too_deep};
use crate::cli::source::unread::{Lines, Unread};

pub(super) fn read(text: &str) -> Result<Data, Unread> {
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| unread(text, &lines, &error))?;
    let reader = Reader { lines };
    let kind = reader.table(table.get_ref(), 1)?;
    Ok(Data { line: 1, kind })
}

fn unread(text: &str, lines: &Lines<'_>, error: &toml::de::Error) -> Unread {
    let span = error.span().unwrap_or_default();
    if error.message() == "duplicate key" {
        let key = text.get(span.clone()).unwrap_or_default();
        return Unread::refused(lines.line(span.start), format!("`{key}` is written twice"));
    }
    Unread::syntax(lines.place(span.start), error.message())
}

struct Reader<'t> {
    lines: Lines<'t>,
}

impl Reader<'_> {
    fn data(&self, value: &Spanned<DeValue<'_>>, depth: usize) -> Result<Data, Unread> {
        let line = self.lines.line(value.span().start);
        let kind = match value.get_ref() {
            DeValue::Array(_) | DeValue::Table(_) if depth == DEEPEST => return Err(too_deep(line)),
            DeValue::Array(items) => self.list(items, depth + 1)?,
            DeValue::Table(entries) => self.table(entries, depth + 1)?,
            DeValue::String(text) => Kind::Text(text.as_ref().into()),
            DeValue::Boolean(is_so) => Kind::Bool(*is_so),
            DeValue::Datetime(time) => Kind::Text(time.to_string().into()),
            DeValue::Integer(number) => integer(line, number)?,
            DeValue::Float(number) => {
                let number = number.as_str();
                let value = number.parse().map_err(|_| too_big(line, number))?;
                float(line, number, value)?
            }
        };
        Ok(Data { line, kind })
    }

    fn list(&self, items: &DeArray<'_>, depth: usize) -> Result<Kind, Unread> {
        let items = items.iter().map(|item| self.data(item, depth));
        Ok(Kind::List(items.collect::<Result<_, _>>()?))
    }

    /// The parser has seen to it that each key stands once.
    fn table(&self, table: &DeTable<'_>, depth: usize) -> Result<Kind, Unread> {
        // It has them by the alphabet.
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let entries = entries.into_iter().map(|(key, value)| {
            let data = self.data(value, depth)?;
            Ok((key.get_ref().as_ref().into(), data))
        });
        Ok(Kind::Table(entries.collect::<Result<_, _>>()?))
    }
}

fn integer(line: usize, number: &DeInteger<'_>) -> Result<Kind, Unread> {
    let (digits, radix) = (number.as_str(), number.radix());
    match i128::from_str_radix(digits, radix) {
        Ok(number) => Ok(Kind::Number(number.to_string().into())),
        Err(_) => Err(too_big(line, &number.to_string())),
    }
}
