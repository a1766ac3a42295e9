//! Sample inputs, made from nothing but the published schemas: what the contract allows, the service must take.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Ids of existing resources, by the resource they belong to.
pub type Known = BTreeMap<String, Vec<i64>>;

/// How much of a representation a sample fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every property.
    Full,
    /// Only what is required.
    Minimal,
}

/// A body that the schema of a creation allows; samples with different numbers share no unique value.
///
/// Nothing comes back while a required reference has nothing to point to.
#[must_use]
pub fn body(schema: &Value, number: u64, known: &Known, extent: Extent) -> Option<Map<String, Value>> {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut sample = Map::new();
    for (property, schema_of) in schema["properties"].as_object()? {
        let needed = required.contains(&property.as_str());
        if !needed && extent == Extent::Minimal {
            continue;
        }
        match value(schema_of, property, number, rank(schema, property), known) {
            Some(value) => {
                sample.insert(property.clone(), value);
            }
            None if needed => return None,
            None => {}
        }
    }
    Some(sample)
}

/// A value that the schema of a property allows; nothing where it needs a resource that does not exist yet.
#[must_use]
pub fn value(schema: &Value, property: &str, number: u64, rank: u64, known: &Known) -> Option<Value> {
    if let Some(to) = schema["x-references"].as_str() {
        let id = Value::from(*known.get(to)?.last()?);
        return Some(if type_of(schema) == "array" {
            Value::Array(vec![id])
        } else {
            id
        });
    }
    if let Some(words) = schema["enum"].as_array() {
        return schema.get("default").or_else(|| words.first()).cloned();
    }
    let seconds = 1_750_000_000 + number * 60 + rank * 86_400;
    let moment = examples::clock::instant(i64::try_from(seconds).unwrap_or_default());
    Some(match (type_of(schema), schema["format"].as_str()) {
        ("boolean", _) => Value::from(number.is_multiple_of(2)),
        ("integer", _) => Value::from(whole(schema, number + rank)),
        ("number", _) => {
            let (least, most) = (schema["minimum"].as_f64()?, schema["maximum"].as_f64()?);
            #[allow(clippy::cast_precision_loss, reason = "a sample is small")]
            let step = ((number + rank) % 1_000) as f64 * 0.25;
            Value::from((least.max(0.0) + step).min(most))
        }
        ("string", Some("date")) => Value::from(&moment[..10]),
        ("string", Some("date-time")) => Value::from(moment),
        ("string", Some("email")) => Value::from(format!("sample{number}@mail.example")),
        ("string", Some("uri")) => Value::from(format!("https://sample.example/{property}/{number}")),
        ("string", _) => Value::from(text(schema, property, number)),
        _ => return None,
    })
}

/// The type without null.
#[must_use]
pub fn type_of(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(types) => types
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null")
            .unwrap_or_default(),
        other => other.as_str().unwrap_or_default(),
    }
}

/// How many properties must lie before this one.
fn rank(schema: &Value, property: &str) -> u64 {
    let rules = schema["x-order"].as_array().into_iter().flatten();
    let before = rules
        .filter(|rule| rule["after"] == property)
        .filter_map(|rule| rule["before"].as_str());
    before
        .filter(|before| *before != property)
        .map(|before| 1 + rank(schema, before))
        .max()
        .unwrap_or_default()
}

fn whole(schema: &Value, number: u64) -> i64 {
    let least = schema["minimum"].as_i64().unwrap_or_default();
    let most = schema["maximum"].as_i64().unwrap_or(i64::MAX);
    let start = if most < 0 { least } else { least.max(0) };
    let span = most.saturating_sub(start).clamp(0, 1_000_000) + 1;
    start + i64::try_from(number).unwrap_or_default() % span
}

fn text(schema: &Value, property: &str, number: u64) -> String {
    let least = usize::try_from(schema["minLength"].as_u64().unwrap_or_default()).unwrap_or_default();
    let most = usize::try_from(schema["maxLength"].as_u64().unwrap_or(64)).unwrap_or(64);
    let text = format!("{property}{number:06}");
    // The end tells samples apart, so what is too much goes from the front.
    let text = text
        .get(text.len().saturating_sub(most)..)
        .unwrap_or_default()
        .to_owned();
    format!("{}{text}", "x".repeat(least.saturating_sub(text.len())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn samples_keep_to_their_schema() {
        let schema = json!({
            "type": "object",
            "properties": {
                "code": { "type": "string", "minLength": 4, "maxLength": 4 },
                "from": { "type": "string", "format": "date" },
                "until": { "type": "string", "format": "date" },
                "size": { "type": ["number", "null"], "minimum": 0.5, "maximum": 2.0 },
                "owner_id": { "type": "integer", "x-references": "owner" },
            },
            "required": ["code", "owner_id"],
            "x-order": [{ "before": "from", "after": "until" }],
        });
        assert_eq!(
            body(&schema, 1, &Known::new(), Extent::Full),
            None,
            "there is no owner yet"
        );
        let known = Known::from([(String::from("owner"), vec![3])]);
        for number in [1, 7, 99_999] {
            let sample = Value::Object(body(&schema, number, &known, Extent::Full).unwrap_or_default());
            assert!(jsonschema::is_valid(&schema, &sample), "{sample}");
            assert!(sample["from"].as_str() < sample["until"].as_str());
        }
    }
}
