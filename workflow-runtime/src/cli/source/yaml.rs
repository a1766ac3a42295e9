//! YAML 1.2, one document. Aliases are written out; merge keys and tags of one's own are refused.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use crate::cli::source::data::{DEEPEST, Data, Entries, Kind, too_deep};
use crate::cli::source::scalar::plain;
use crate::cli::source::text;
use crate::cli::source::unread::Unread;

pub(super) fn read(text: &str) -> Result<Data, Unread> {
    let mut reader = Reader {
        text,
        events: Parser::new_from_str(text),
        anchors: HashMap::new(),
        copied: 0,
    };
    reader.document()
}

struct Reader<'t> {
    text: &'t str,
    events: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, Anchored>,
    /// How much aliases have written out.
    copied: usize,
}

/// What an alias stands for.
struct Anchored {
    data: Data,
    size: usize,
    depth: usize,
}

type OfTag<'t> = Option<Cow<'t, Tag>>;

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Data, Unread> {
        let mut document = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                Event::DocumentStart(_) if document.is_some() => {
                    let message = "a second document begins here, and a file holds one";
                    let fix = "take out what follows the `---`, or give it as a file of its own";
                    return Err(Unread::refused(span.start.line(), message).fix(fix));
                }
                Event::DocumentStart(_) => {
                    let (event, span) = self.next()?;
                    document = Some(self.data(event, span, 0)?);
                }
                // Without a document there are only comments.
                _ => return document.ok_or_else(|| Unread::refused(1, "nothing but comments is in it")),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Unread> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn data(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Data, Unread> {
        let line = span.start.line();
        let (kind, anchor) = match event {
            Event::Alias(anchor) => return self.alias(anchor, line, depth),
            Event::Scalar(word, style, anchor, tag) => (scalar(line, &word, style, tag)?, anchor),
            Event::SequenceStart(..) | Event::MappingStart(..) if depth == DEEPEST => {
                return Err(too_deep(line));
            }
            Event::SequenceStart(anchor, tag) => {
                of_tag(line, tag, "seq")?;
                (self.list(depth + 1)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                of_tag(line, tag, "map")?;
                (self.table(depth + 1)?, anchor)
            }
            _ => return Err(Unread::refused(line, "a value is missing")),
        };
        let data = Data { line, kind };
        self.keep(anchor, &data)?;
        Ok(data)
    }

    fn list(&mut self, depth: usize) -> Result<Kind, Unread> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Kind::List(items)),
                (event, span) => items.push(self.data(event, span, depth)?),
            }
        }
    }

    fn table(&mut self, depth: usize) -> Result<Kind, Unread> {
        let mut entries = Entries::default();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(entries.finish());
            }
            let line = span.start.line();
            let key = self.key(event, line)?;
            let (event, span) = self.next()?;
            let data = self.data(event, span, depth)?;
            entries.add(line, key, data)?;
        }
    }

    /// A key is a string whatever it looks like, as it was written: JSON knows no other keys.
    fn key(&mut self, event: Event<'t>, line: usize) -> Result<Box<str>, Unread> {
        let Event::Scalar(word, style, anchor, tag) = event else {
            let message = "a key is a list, a table or an alias, and can only be a word";
            return Err(Unread::refused(line, message));
        };
        if style == ScalarStyle::Plain && word == "<<" {
            let message = "`<<` merges tables in YAML 1.1 only, which this is not";
            return Err(Unread::refused(line, message).fix("write out what it would merge"));
        }
        let kind = scalar(line, &word, style, tag)?;
        self.keep(anchor, &Data { line, kind })?;
        Ok(word.into())
    }

    fn keep(&mut self, anchor: usize, data: &Data) -> Result<(), Unread> {
        // The parser numbers anchors from 1.
        if anchor > 0 {
            let (size, depth) = measured(data);
            self.copy(size, data.line)?;
            let data = data.clone();
            self.anchors.insert(anchor, Anchored { data, size, depth });
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, line: usize, depth: usize) -> Result<Data, Unread> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(Unread::refused(line, "an alias stands in what it stands for"));
        };
        if depth + anchored.depth > DEEPEST {
            return Err(too_deep(line));
        }
        let size = anchored.size;
        self.copy(size, line)?;
        match self.anchors.get(&anchor) {
            Some(anchored) => Ok(anchored.data.clone()),
            None => Err(Unread::refused(line, "an alias stands for nothing")),
        }
    }

    /// A few aliases of aliases would fill any memory.
    fn copy(&mut self, size: usize, line: usize) -> Result<(), Unread> {
        self.copied = self.copied.saturating_add(size);
        if self.copied > text::LARGEST {
            let message = "with its aliases written out it is bigger than 64 MiB";
            return Err(Unread::refused(line, message));
        }
        Ok(())
    }

    fn syntax(&self, error: &ScanError) -> Unread {
        let (line, column) = (error.marker().line(), error.marker().col() + 1);
        // To the parser the end is on a line of its own, which no editor shows.
        let text = self.text.replace("\r\n", "\n");
        let lines: Vec<_> = text.split(['\n', '\r']).collect();
        let place = match lines.last() {
            Some(last) if line > lines.len() => (lines.len(), last.chars().count() + 1),
            _ => (line, column),
        };
        Unread::syntax(place, error.info())
    }
}

fn scalar(line: usize, word: &str, style: ScalarStyle, tag: OfTag<'_>) -> Result<Kind, Unread> {
    let kind = match (&tag, style) {
        (None, ScalarStyle::Plain) => return plain(line, word),
        (None, _) => return Ok(Kind::Text(word.into())),
        (Some(tag), _) if is_string(tag) => return Ok(Kind::Text(word.into())),
        (Some(_), _) => plain(line, word)?,
    };
    let name = match kind {
        Kind::Null => "null",
        Kind::Bool(_) => "bool",
        Kind::Number(_) if word.contains(['.', 'e', 'E']) && !word.starts_with("0x") => "float",
        Kind::Number(_) if tag.as_ref().is_some_and(|tag| tag.suffix == "float") => "float",
        Kind::Number(_) => "int",
        Kind::Text(_) | Kind::List(_) | Kind::Table(_) => "str",
    };
    of_tag(line, tag, name)?;
    Ok(kind)
}

/// `!!str`, or the `!` that says the same of a word.
fn is_string(tag: &Tag) -> bool {
    let is_bare = format!("{}{}", tag.handle, tag.suffix) == "!";
    is_bare || (tag.is_yaml_core_schema() && tag.suffix == "str")
}

/// Whether a tag says what the value is anyway.
fn of_tag(line: usize, tag: OfTag<'_>, name: &str) -> Result<(), Unread> {
    /// The tags that the core schema knows.
    const CORE: [&str; 7] = ["null", "bool", "int", "float", "str", "seq", "map"];
    let Some(tag) = tag else {
        return Ok(());
    };
    if !tag.is_yaml_core_schema() || !CORE.contains(&&*tag.suffix) {
        let is_core = tag.is_yaml_core_schema();
        let shown = if is_core {
            format!("!!{}", tag.suffix)
        } else {
            format!("{}{}", tag.handle, tag.suffix)
        };
        let message = format!("the tag `{shown}` is not known");
        let fix = "leave it out; a variant with content is written as `Name: content`";
        return Err(Unread::refused(line, message).fix(fix));
    }
    if tag.suffix != name {
        let message = format!("the tag `!!{}` is on what is `!!{name}`", tag.suffix);
        return Err(Unread::refused(line, message));
    }
    Ok(())
}

/// How much memory a copy takes, roughly, and how deep lists and tables stand in it.
fn measured(data: &Data) -> (usize, usize) {
    /// Far less than a value takes, so that nobody hits this without malice.
    const VALUE: usize = 16;
    let (mut size, mut depth) = (VALUE, 0);
    let mut add = |(of_part, depth_of_part): (usize, usize)| {
        size += of_part;
        depth = depth.max(depth_of_part + 1);
    };
    match &data.kind {
        Kind::Null | Kind::Bool(_) => {}
        Kind::Number(text) | Kind::Text(text) => size += text.len(),
        // An empty one is a level too.
        Kind::List(items) => {
            add((0, 0));
            items.iter().for_each(|item| add(measured(item)));
        }
        Kind::Table(entries) => {
            add((0, 0));
            for (key, data) in entries {
                add((key.len(), 0));
                add(measured(data));
            }
        }
    }
    (size, depth)
}
