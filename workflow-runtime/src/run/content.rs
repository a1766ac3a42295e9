//! A hash over what a gate is shown, so that what was said of it can be bound to it.

use std::fmt::Write as _;

use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// SHA-256 of artifacts in the order in which they are taken, in hexadecimal; the order of a map's keys does not count.
/// An artifact that is not there counts too.
pub(crate) fn hash<'a>(taken: impl Iterator<Item = Option<&'a RawValue>>) -> Option<String> {
    let mut text = String::new();
    for json in taken {
        match json {
            None => text.push_str("absent"),
            Some(json) => spell(&mut text, &serde_json::from_str(json.get()).ok()?),
        }
        text.push('\n');
    }
    let mut hash = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        write!(hash, "{byte:02x}").ok()?;
    }
    Some(hash)
}

/// JSON with its keys in order, whatever `serde_json` was built to keep.
fn spell(text: &mut String, value: &Value) {
    match value {
        Value::Array(values) => {
            text.push('[');
            for value in values {
                spell(text, value);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in fields {
                spell(text, &Value::String(name.clone()));
                text.push(':');
                spell(text, value);
                text.push(',');
            }
            text.push('}');
        }
        plain => text.push_str(&plain.to_string()),
    }
}
