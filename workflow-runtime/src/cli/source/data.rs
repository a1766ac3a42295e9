//! What a file says, whichever format it is in: JSON in which each value knows its line.

use std::collections::HashSet;

use crate::cli::source::unread::Unread;

/// How deep lists and tables may stand in each other: what `serde_json` reads, and what no stack is too small for.
pub(super) const DEEPEST: usize = 127;

/// A value and the line that a reader looks at to find it: of its key, or where it begins if it has none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Data {
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    /// As JSON writes it, so that none loses a digit here.
    Number(Box<str>),
    Text(Box<str>),
    List(Vec<Data>),
    /// In the order of the file.
    Table(Vec<(Box<str>, Data)>),
}

impl Data {
    pub(super) fn key(&self, name: &str) -> Option<&Data> {
        let Kind::Table(entries) = &self.kind else {
            return None;
        };
        entries
            .iter()
            .find(|(key, _)| **key == *name)
            .map(|(_, data)| data)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let entries = match &self.kind {
            Kind::Table(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|(key, _)| &**key)
    }

    pub(super) fn item(&self, at: usize) -> Option<&Data> {
        match &self.kind {
            Kind::List(items) => items.get(at),
            _ => None,
        }
    }

    /// What it is, for a sentence that finds it in the wrong place.
    pub(super) fn what(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "a string",
            Kind::List(_) => "a list",
            Kind::Table(_) => "a table",
        }
    }

    pub(super) fn to_json(&self) -> String {
        let mut json = String::new();
        self.write(&mut json);
        json
    }

    fn write(&self, json: &mut String) {
        match &self.kind {
            Kind::Null => json.push_str("null"),
            Kind::Bool(is_so) => json.push_str(if *is_so { "true" } else { "false" }),
            Kind::Number(number) => json.push_str(number),
            Kind::Text(text) => json.push_str(&quoted(text)),
            Kind::List(items) => {
                json.push('[');
                for (at, item) in items.iter().enumerate() {
                    json.push_str(if at == 0 { "" } else { "," });
                    item.write(json);
                }
                json.push(']');
            }
            Kind::Table(entries) => {
                json.push('{');
                for (at, (key, data)) in entries.iter().enumerate() {
                    json.push_str(if at == 0 { "" } else { "," });
                    json.push_str(&quoted(key));
                    json.push(':');
                    data.write(json);
                }
                json.push('}');
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A float as JSON writes it; it has neither infinity nor what is no number.
pub(super) fn float(line: usize, written: &str, value: f64) -> Result<Kind, Unread> {
    match serde_json::Number::from_f64(value) {
        Some(number) => Ok(Kind::Number(number.to_string().into())),
        None if written.contains(|letter: char| letter.is_ascii_digit()) => Err(too_big(line, written)),
        None => Err(Unread::refused(
            line,
            format!("`{written}` cannot be kept: JSON has no such number"),
        )),
    }
}

pub(super) fn too_big(line: usize, number: &str) -> Unread {
    Unread::refused(line, format!("`{number}` is too big for a number"))
}

pub(super) fn too_deep(line: usize) -> Unread {
    let message = format!("lists and tables stand in each other more than {DEEPEST} deep");
    Unread::refused(line, message)
}

/// A table that is being read, in which each key may stand once.
#[derive(Default)]
pub(super) struct Entries {
    seen: HashSet<Box<str>>,
    entries: Vec<(Box<str>, Data)>,
}

impl Entries {
    pub(super) fn add(&mut self, line: usize, key: Box<str>, data: Data) -> Result<(), Unread> {
        if !self.seen.insert(key.clone()) {
            let first = self.entries.iter().find(|(earlier, _)| *earlier == key);
            let first = first.map_or(line, |(_, data)| data.line);
            let message = format!("`{key}` is written twice, first on line {first}");
            return Err(Unread::refused(line, message));
        }
        self.entries.push((key, Data { line, ..data }));
        Ok(())
    }

    pub(super) fn finish(self) -> Kind {
        Kind::Table(self.entries)
    }
}
