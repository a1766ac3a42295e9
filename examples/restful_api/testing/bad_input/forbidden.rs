//! Values that a schema forbids, made from the schema.

use serde_json::{Value, json};

use crate::samples::type_of;

/// Each with what is wrong about it.
pub(super) fn values(schema: &Value) -> Vec<(&'static str, Value)> {
    let mut values = Vec::new();
    let nullable = schema["type"].is_array();
    if !nullable {
        values.push(("is null", Value::Null));
    }
    let number = |bound: &str| schema[bound].as_f64();
    match type_of(schema) {
        "string" => {
            values.push(("is a number", json!(7)));
            values.push(("is a list", json!(["a"])));
            strings(schema, &mut values);
        }
        "integer" => {
            values.push(("is text", json!("7")));
            values.push((
                "has a fraction",
                json!(schema["minimum"].as_f64().unwrap_or_default() + 0.5),
            ));
            if let (Some(least), Some(most)) = (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
                values.push(("is too small", json!(least - 1)));
                values.push(("is too large", json!(most + 1)));
            }
        }
        "number" => {
            values.push(("is text", json!("7")));
            values.extend(number("minimum").map(|least| ("is too small", json!(least - 1.0))));
            values.extend(number("maximum").map(|most| ("is too large", json!(most + 1.0))));
        }
        "boolean" => values.extend([("is text", json!("true")), ("is a number", json!(1))]),
        "array" => {
            values.extend([
                ("is one id", json!(1)),
                ("holds text", json!(["1"])),
                ("holds nothing that exists", json!([999_999])),
            ]);
            values.push(("holds one twice", json!([1, 1])));
            values.push(("holds too many", json!((1..=200).collect::<Vec<u32>>())));
            if schema["minItems"].as_u64() > Some(0) {
                values.push(("is empty", json!([])));
            }
        }
        _ => {}
    }
    if schema["x-references"].is_string() && type_of(schema) == "integer" {
        values.extend([("is zero", json!(0)), ("leads nowhere", json!(999_999))]);
    }
    values
}

fn strings(schema: &Value, values: &mut Vec<(&'static str, Value)>) {
    if schema["enum"].is_array() {
        values.push(("is another word", json!("no_such_word")));
        return;
    }
    if let Some(most) = schema["maxLength"]
        .as_u64()
        .and_then(|most| usize::try_from(most).ok())
    {
        values.push(("is too long", json!("x".repeat(most + 1))));
    }
    if schema["minLength"].as_u64() > Some(0) {
        values.push(("is empty", json!("")));
    }
    let malformed: &[&'static str] = match schema["format"].as_str() {
        Some("date") => &["2026-02-30", "31.01.2026", "2026-1-1"],
        Some("date-time") => &["2026-01-31", "2026-01-31T25:00:00Z", "2026-01-31T08:00:00+01:00"],
        Some("email") => &["nobody", "@host.example", "a b@host.example"],
        Some("uri") => &["not a uri", "javascript:alert(1)", "//host.example"],
        _ => &[],
    };
    values.extend(malformed.iter().map(|text| ("is malformed", json!(text))));
}
