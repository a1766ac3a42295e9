//! Data as a type of the plan, and where in the file it does not fit.

use serde_json::value::RawValue;
use serde_path_to_error::Segment;

use crate::artifact::{Undecoded, Value};
use crate::cli::fault::{Code, Fault};
use crate::cli::source::Source;
use crate::cli::source::data::{Data, Kind};
use crate::cli::source::json::without_place;
use crate::nearest::nearest;
use crate::plan::ArtifactPlan;

impl Source {
    /// A value of the file, which is found there under `field`, as the type of an artifact.
    pub(super) fn typed(
        &self,
        data: &Data,
        field: Option<&str>,
        artifact: &ArtifactPlan,
    ) -> Result<Value, Fault> {
        let json = RawValue::from_string(data.to_json()).map_err(|error| {
            let message = format!("`{}` cannot be written as JSON: {error}", self.name);
            Fault::new(Code::Input, message).of(&*self.name)
        })?;
        (artifact.codec.decode)(&json).map_err(|undecoded| self.misread(data, field, artifact, &undecoded))
    }

    fn misread(
        &self,
        top: &Data,
        field: Option<&str>,
        artifact: &ArtifactPlan,
        undecoded: &Undecoded,
    ) -> Fault {
        let found = found(top, undecoded);
        let path = path(field, undecoded);
        let words = without_place(&undecoded.error);
        let message = match path.is_empty() {
            true => words.to_owned(),
            false => format!("`{path}`: {words}"),
        };
        if path.is_empty() && !is_of_serde(words) {
            // The type's own words, about the whole: no line would help, and nobody took the file for something else.
            return Fault::new(Code::Input, format!("{}: {words}", self.name)).of(&*self.name);
        }
        let fault = self.fault(found.line, &message);
        let is_whole = path.is_empty() && !words.starts_with("missing field");
        match fix(found, words) {
            Some(fix) => fault.fix(fix),
            None if is_whole => fault.fix(format!(
                "the whole file is read as `{}: {}`",
                artifact.name, artifact.ty
            )),
            None => fault,
        }
    }
}

/// Whether these are serde's own words, and not those of the type that was read.
fn is_of_serde(words: &str) -> bool {
    let beginnings = [
        "invalid type",
        "invalid value",
        "invalid length",
        "unknown variant",
        "unknown field",
        "missing field",
        "duplicate field",
        "data did not match",
    ];
    beginnings.iter().any(|beginning| words.starts_with(beginning))
}

/// The value that does not fit, or the last on the way to it that the file has.
fn found<'d>(top: &'d Data, undecoded: &Undecoded) -> &'d Data {
    let mut found = top;
    for segment in &undecoded.path {
        let next = match segment {
            Segment::Seq { index } => found.item(*index),
            Segment::Map { key } => found.key(key),
            Segment::Enum { variant } => found.key(variant),
            Segment::Unknown => None,
        };
        match next {
            Some(next) => found = next,
            None => break,
        }
    }
    found
}

/// As in `api.resources[2].name`; empty for the whole file.
fn path(field: Option<&str>, undecoded: &Undecoded) -> String {
    let mut path = field.unwrap_or_default().to_owned();
    for segment in &undecoded.path {
        match segment {
            Segment::Seq { index } => path.push_str(&format!("[{index}]")),
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                path.push_str(if path.is_empty() { "" } else { "." });
                path.push_str(name);
            }
            Segment::Unknown => {}
        }
    }
    path
}

/// What to do about an error of serde, by its words.
fn fix(found: &Data, words: &str) -> Option<String> {
    let mut quoted = words.split('`').skip(1).step_by(2);
    if words.starts_with("missing field") {
        let missing = quoted.next()?;
        let meant = nearest(missing, found.keys())?;
        return Some(format!("is `{meant}` meant to be `{missing}`?"));
    }
    if words.starts_with("unknown field") || words.starts_with("unknown variant") {
        let unknown = quoted.next()?;
        let meant = nearest(unknown, quoted)?;
        return Some(format!("did you mean `{meant}`?"));
    }
    let (_, expected) = words.strip_prefix("invalid type:")?.rsplit_once(", expected ")?;
    match found.kind {
        Kind::Bool(_) | Kind::Number(_) if expected == "a string" => Some("put it in quotes".to_owned()),
        Kind::Text(ref text) if is_of(text, expected) => Some("take the quotes off".to_owned()),
        _ => None,
    }
}

/// Whether a text says what was expected, in the words of serde for the type.
fn is_of(text: &str, expected: &str) -> bool {
    match expected {
        "a boolean" => text.parse::<bool>().is_ok(),
        "f32" | "f64" => text.parse::<f64>().is_ok_and(f64::is_finite),
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" | "isize" => {
            text.parse::<i128>().is_ok()
        }
        _ => false,
    }
}
