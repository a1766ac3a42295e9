//! Documents, checked by the schemas that they name.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

/// The document, if it is valid by the schema of its name.
#[track_caller]
pub(crate) fn checked(words: &[&str], text: &str) -> Value {
    let document: Value =
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{words:?}: {error} in\n{text}"));
    let named = document["schema"].as_str();
    let (name, _) = named
        .and_then(|name| name.split_once('/'))
        .unwrap_or_else(|| panic!("{words:?} says no schema: {document}"));
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../workflow-runtime/docs/schemas");
    let schema = std::fs::read_to_string(schemas.join(format!("{name}.json"))).expect("it has a schema");
    let schema: Value = serde_json::from_str(&schema).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let faults: Vec<_> = validator
        .iter_errors(&document)
        .map(|fault| fault.to_string())
        .collect();
    assert!(faults.is_empty(), "{words:?}: {faults:?} in\n{document}");
    let unknown = unknown(&document, &schema, &schema);
    assert!(
        unknown.is_empty(),
        "{words:?}: the schema does not tell of {unknown:?}"
    );
    document
}

/// Fields that a schema does not tell of.
fn unknown(value: &Value, schema: &Value, root: &Value) -> BTreeSet<String> {
    if let Some(path) = schema["$ref"].as_str() {
        let schema = root
            .pointer(path.trim_start_matches('#'))
            .expect("it refers to itself");
        return unknown(value, schema, root);
    }
    if let Some(ways) = schema["anyOf"].as_array() {
        let ways = ways.iter().map(|schema| unknown(value, schema, root));
        return ways.min_by_key(BTreeSet::len).unwrap_or_default();
    }
    match value {
        Value::Array(items) => {
            let of = |item| unknown(item, &schema["items"], root);
            items.iter().flat_map(of).collect()
        }
        Value::Object(fields) if schema["properties"].is_object() => {
            let of = |(name, value): (&String, &Value)| match schema["properties"].get(name) {
                Some(schema) => unknown(value, schema, root),
                None => BTreeSet::from([name.clone()]),
            };
            fields.iter().flat_map(of).collect()
        }
        _ => BTreeSet::new(),
    }
}
