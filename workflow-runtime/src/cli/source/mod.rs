//! The files that a program is given: in goes a path, out comes what it holds, each value of the type that the plan says,
//! or a fault that names file, line and field. Nothing is checked here that a run checks when it begins.

mod artifact;
mod data;
mod example;
mod inputs;
mod json;
mod misread;
mod misspelt;
mod scalar;
mod text;
mod toml;
mod unread;
mod yaml;

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::cli::fault::{Code, Fault};
pub(crate) use crate::cli::source::artifact::artifact;
use crate::cli::source::data::{Data, Kind};
pub(crate) use crate::cli::source::inputs::inputs;
use crate::cli::source::unread::Unread;

/// A file of data, read as JSON, that knows on which line each value stands.
#[derive(Debug)]
pub(crate) struct Source {
    name: String,
    data: Data,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Toml,
    Yaml,
}

impl Source {
    /// `-` is standard input. What has no ending that is known is tried as JSON, as TOML and as YAML.
    pub(crate) fn read(path: &Path) -> Result<Source, Fault> {
        let name = match path.as_os_str() == "-" {
            true => "standard input".to_owned(),
            false => path.display().to_string(),
        };
        let text = text::read(path, &name)?;
        let ending = path.extension().and_then(|ending| ending.to_str());
        Source::of(name, &text, ending.and_then(Format::of))
    }

    fn of(name: String, text: &str, format: Option<Format>) -> Result<Source, Fault> {
        let data = match format {
            Some(format) => format
                .read(text)
                .map_err(|unread| unreadable(&name, unread, format.word())),
            None => guessed(text).map_err(|(unread, tried)| unreadable(&name, unread, tried)),
        };
        data.map(|data| Source { name, data })
    }

    /// A fault of a value in it.
    fn fault(&self, line: usize, message: &str) -> Fault {
        let target = format!("{}:{line}", self.name);
        Fault::new(Code::Input, format!("{target}: {message}")).of(target)
    }
}

impl Format {
    fn of(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "json" => Some(Format::Json),
            "toml" => Some(Format::Toml),
            "yaml" | "yml" => Some(Format::Yaml),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Format::Json => "JSON",
            Format::Toml => "TOML",
            Format::Yaml => "YAML",
        }
    }

    fn read(self, text: &str) -> Result<Data, Unread> {
        match self {
            Format::Json => json::read(text),
            Format::Toml => toml::read(text),
            Format::Yaml => yaml::read(text),
        }
    }
}

/// By the first format that it is of; else the error of the one that understood most of it.
fn guessed(text: &str) -> Result<Data, (Unread, &'static str)> {
    let mut best: Option<(Unread, &'static str)> = None;
    for (format, tried) in [
        (Format::Json, "JSON, nor TOML or YAML"),
        (Format::Toml, "TOML, nor JSON or YAML"),
        (Format::Yaml, "YAML, nor JSON or TOML"),
    ] {
        let unread = match format.read(text) {
            // Nearly everything is a string of YAML, such as TOML with an error in it.
            Ok(data) if matches!(data.kind, Kind::Text(_)) && assigns(text) => continue,
            Ok(data) => return Ok(data),
            Err(unread) => unread,
        };
        // It is of this format, if not as it should be.
        if unread.column.is_none() {
            return Err((unread, format.word()));
        }
        let reached = |unread: &Unread| (unread.line, unread.column);
        if best
            .as_ref()
            .is_none_or(|(best, _)| reached(&unread) > reached(best))
        {
            best = Some((unread, tried));
        }
    }
    Err(best.unwrap_or_else(|| (Unread::refused(1, "nothing is in it"), "JSON")))
}

/// Whether a line looks like `key = value`.
fn assigns(text: &str) -> bool {
    let is_key = |letter: char| letter.is_alphanumeric() || "_-.\"' ".contains(letter);
    let mut assignments = text.lines().filter_map(|line| line.trim().split_once('='));
    assignments.any(|(key, value)| {
        let is_value = !value.is_empty() && !value.starts_with('=');
        is_value && !key.is_empty() && key.chars().all(is_key)
    })
}

fn unreadable(name: &str, unread: Unread, format: &str) -> Fault {
    let target = format!("{name}:{}", unread.line);
    let message = match unread.column {
        Some(column) => format!("{target}:{column}: not {format}: {}", unread.message),
        None => format!("{target}: {}", unread.message),
    };
    let fault = Fault::new(Code::Input, message).of(target);
    match unread.fix {
        Some(fix) => fault.fix(fix),
        None => fault,
    }
}
