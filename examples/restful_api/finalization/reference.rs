//! The API reference in Markdown, made from the OpenAPI document alone.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    failure::{Outcome, ensure},
    outputs::{OutputFile, Outputs},
};

/// A document for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Where it was written.
    pub file: OutputFile,
    /// How many things it describes.
    pub entries: usize,
}

/// Writes the reference: each operation, each representation, each problem.
///
/// # Errors
/// When an operation of the document would be missing from it.
pub fn write(document: &Value, operations: usize, outputs: &Outputs) -> Outcome<Document> {
    let info = &document["info"];
    let mut text = format!(
        "# {} API\n\n{}\n\n",
        text_of(&info["title"]),
        text_of(&info["description"])
    );
    let base = text_of(&document["servers"][0]["url"]);
    let _ = writeln!(
        text,
        "Version {}. All paths start with `{base}`. Questions: <{}>.\n",
        text_of(&info["version"]),
        text_of(&info["contact"]["email"])
    );
    text.push_str("## Operations\n\n| operation | request | needs |\n|---|---|---|\n");
    let all = operations_of(document);
    ensure(
        all.len() == operations,
        format_args!("{} of {operations} operations were found", all.len()),
    )?;
    for (path, method, operation) in &all {
        let id = text_of(&operation["operationId"]);
        let _ = writeln!(
            text,
            "| [`{id}`](#{}) | `{method} {base}{path}` | {} |",
            id.to_lowercase(),
            needs(operation)
        );
    }
    for (path, method, operation) in &all {
        describe_operation(&mut text, base, path, method, operation, document);
    }
    text.push_str("\n## Representations\n");
    let schemas = document["components"]["schemas"].as_object();
    for (name, schema) in schemas.into_iter().flatten() {
        describe_schema(&mut text, name, schema);
    }
    versioning(&mut text, &document["x-versioning"]);
    let file = outputs.write("docs/api.md", &text)?;
    Ok(Document {
        file,
        entries: all.len(),
    })
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Path, method and operation of each, in the order of the document.
#[must_use]
pub fn operations_of(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["get", "post", "patch", "delete"] {
            if let Some(operation) = item.get(method) {
                operations.push((path.clone(), method.to_uppercase(), operation.clone()));
            }
        }
    }
    operations
}

fn needs(operation: &Value) -> String {
    let scopes = operation["security"].as_array().into_iter().flatten();
    let scopes: Vec<&str> = scopes
        .flat_map(|one| one["bearer"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    if scopes.is_empty() {
        String::from("nothing")
    } else {
        format!("`{}`", scopes.join("`, `"))
    }
}

fn describe_operation(
    text: &mut String,
    base: &str,
    path: &str,
    method: &str,
    operation: &Value,
    document: &Value,
) {
    let _ = writeln!(
        text,
        "\n### {}\n\n`{method} {base}{path}`\n",
        text_of(&operation["operationId"])
    );
    let _ = writeln!(
        text,
        "{}. Needs {}.\n",
        text_of(&operation["summary"]),
        needs(operation)
    );
    let own = operation["parameters"].as_array().into_iter().flatten();
    let shared = document["paths"][path]["parameters"]
        .as_array()
        .into_iter()
        .flatten();
    let parameters: Vec<&Value> = shared.chain(own).collect();
    if !parameters.is_empty() {
        text.push_str("| parameter | in | type | |\n|---|---|---|---|\n");
        for parameter in parameters {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                text_of(&parameter["name"]),
                text_of(&parameter["in"]),
                type_of(&parameter["schema"]),
                text_of(&parameter["description"])
            );
        }
        text.push('\n');
    }
    if let Some(body) = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str() {
        let _ = writeln!(text, "Takes {}.\n", link_to(body));
    }
    text.push_str("| status | meaning | body |\n|---|---|---|\n");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let pointed = response["$ref"]
            .as_str()
            .and_then(|reference| document.pointer(reference.strip_prefix('#')?));
        let response = pointed.unwrap_or(response);
        let content = response["content"]
            .as_object()
            .and_then(|content| content.values().next());
        let body = content
            .and_then(|media| media["schema"]["$ref"].as_str())
            .map(link_to)
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "| {status} | {} | {body} |",
            text_of(&response["description"])
        );
    }
}

fn link_to(reference: &str) -> String {
    let name = reference.rsplit('/').next().unwrap_or_default();
    format!("[{name}](#{})", name.to_lowercase())
}

fn type_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return link_to(reference);
    }
    let mut text = match &schema["type"] {
        Value::Array(types) => types
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" or "),
        other => text_of(other).to_owned(),
    };
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words
            .iter()
            .filter_map(Value::as_str)
            .map(|word| format!("`{word}`"))
            .collect();
        text = words.join(" ");
    }
    let mut limits = Vec::new();
    for (key, before, after) in [
        ("format", "", ""),
        ("minLength", "at least ", " characters"),
        ("maxLength", "at most ", " characters"),
        ("minimum", "from ", ""),
        ("maximum", "to ", ""),
        ("minItems", "at least ", " entries"),
        ("maxItems", "at most ", " entries"),
        ("default", "default ", ""),
    ] {
        if let Some(value) = schema.get(key) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            limits.push(format!("{before}{value}{after}"));
        }
    }
    if !limits.is_empty() {
        let _ = write!(text, " ({})", limits.join(", "));
    }
    text
}

fn describe_schema(text: &mut String, name: &str, schema: &Value) {
    let _ = writeln!(text, "\n### {name}\n");
    if let Some(description) = schema["description"].as_str() {
        let _ = writeln!(text, "{description}\n");
    }
    text.push_str("| property | type | required | |\n|---|---|---|---|\n");
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
        let mark = if required.contains(&property.as_str()) {
            "yes"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "| `{property}` | {} | {mark} | {} |",
            type_of(schema),
            text_of(&schema["description"])
        );
    }
}

fn versioning(text: &mut String, plan: &Value) {
    let _ = writeln!(
        text,
        "\n## Versions\n\nThe major version stands in the path (`{}`) and in the header `{}` of each answer.\n",
        text_of(&plan["base_path"]),
        text_of(&plan["header"])
    );
    for (key, title) in [
        ("compatible_changes", "Be ready for"),
        ("breaking_changes", "Only with the next major version"),
    ] {
        let _ = writeln!(text, "{title}:\n");
        for change in plan[key].as_array().into_iter().flatten() {
            let _ = writeln!(text, "- {}", text_of(change));
        }
        text.push('\n');
    }
}
