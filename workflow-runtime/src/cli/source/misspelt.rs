//! Keys that a type did not read, although it has one much like it: most types read what they know and drop the rest, and
//! so a slip of the hand would be lost without a word.

use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::artifact::Value;
use crate::cli::source::Source;
use crate::cli::source::data::{Data, Kind};
use crate::nearest::nearest;
use crate::plan::ArtifactPlan;

impl Source {
    /// What was probably misspelt of an artifact, a sentence each, by what its type writes of what it read.
    pub(crate) fn misspelt(&self, artifact: &ArtifactPlan, written: &RawValue) -> Vec<String> {
        let data = self.data.key(artifact.name).unwrap_or(&self.data);
        let mut misspelt = Vec::new();
        if let Ok(written) = serde_json::from_str(written.get()) {
            compare(data, &written, &mut misspelt);
        }
        let told = misspelt.into_iter().map(|(line, key, meant)| {
            let file = &self.name;
            format!("{file}:{line}: `{key}` was not read; did you mean `{meant}`?")
        });
        told.collect()
    }

    /// The same of inputs.
    pub(crate) fn misspelt_inputs(&self, inputs: &[ArtifactPlan], values: &[Value]) -> Vec<String> {
        let of_one = |(input, value): (&ArtifactPlan, &Value)| {
            let written = (input.codec.encode)(&**value).ok();
            written.map_or_else(Vec::new, |written| self.misspelt(input, &written))
        };
        inputs.iter().zip(values).flat_map(of_one).collect()
    }
}

/// A key counts only if one like it was written that the file does not have: others may have been read by another name.
fn compare(read: &Data, written: &Json, misspelt: &mut Vec<(usize, String, String)>) {
    match (&read.kind, written) {
        (Kind::Table(entries), Json::Object(fields)) => {
            let missing = || fields.keys().filter(|field| read.key(field).is_none());
            for (key, data) in entries {
                match (fields.get(&**key), nearest(key, missing().map(String::as_str))) {
                    (Some(field), _) => compare(data, field, misspelt),
                    (None, Some(meant)) => misspelt.push((data.line, key.to_string(), meant.to_owned())),
                    (None, None) => {}
                }
            }
        }
        (Kind::List(items), Json::Array(fields)) => {
            for (item, field) in items.iter().zip(fields) {
                compare(item, field, misspelt);
            }
        }
        _ => {}
    }
}
